//! One request as a handler sees it.

use std::net::IpAddr;

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, StatusCode},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    contract::Operation,
    reply::{Reply, bad_request, detail, not_an_object},
    values::Object,
};

/// A request, its path parameters and, once access was checked, who sent it.
#[derive(Debug)]
pub struct Call {
    pub method: Method,
    pub path: String,
    pub raw_query: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub peer: IpAddr,
    /// The variable parts of the path, in order.
    pub parameters: Vec<String>,
    /// The operation of the API that is asked for; none on pages and control endpoints.
    pub operation: Option<&'static Operation>,
    /// The application the credentials belong to; nil on open routes.
    pub application: Uuid,
    /// The account behind a Bearer token; nil otherwise.
    pub account: Uuid,
}

impl Call {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The path parameter at `position` as a UUID. Routes only match UUIDs there, so nil means a wrong route table.
    pub fn id(&self, position: usize) -> Uuid {
        Uuid::parse_str(self.text(position)).unwrap_or_default()
    }

    pub fn text(&self, position: usize) -> &str {
        self.parameters.get(position).map_or("", String::as_str)
    }

    /// The body as a JSON object; an empty body is an empty object.
    pub fn json(&self) -> Result<Object, Reply> {
        if self.body.is_empty() {
            return Ok(Object::new());
        }
        let media_type = self.header("content-type").unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(detail(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                &format!("Unsupported media type \"{media_type}\" in request."),
            ));
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(other) => Err(bad_request(&not_an_object(&other))),
            Err(error) => Err(detail(
                StatusCode::BAD_REQUEST,
                &format!("JSON parse error - {error}"),
            )),
        }
    }

    /// The body as the operation wants it: known members in the right types, with defaults.
    pub fn body(&self) -> Result<Object, Reply> {
        self.read(&self.json()?)
    }

    /// `body` as the operation wants it.
    pub fn read(&self, body: &Object) -> Result<Object, Reply> {
        self.operation
            .map_or_else(|| Ok(body.clone()), |operation| operation.read(body))
    }

    /// `limit` and `offset`; malformed values fall back to the defaults as the API's paginator does.
    pub fn page(&self, default_limit: usize) -> (usize, usize) {
        let number = |name| self.query(name).and_then(|text| text.parse::<usize>().ok());
        let limit = number("limit")
            .filter(|limit| *limit > 0)
            .unwrap_or(default_limit);
        (limit, number("offset").unwrap_or(0))
    }

    /// The `{count, next, previous, results}` envelope around one page of what was `found`; only that page is shown as rows.
    pub fn envelope<T>(
        &self,
        origin: &str,
        found: Vec<T>,
        default_limit: usize,
        row: impl Fn(T) -> Value,
    ) -> Value {
        let (limit, offset) = self.page(default_limit);
        let count = found.len();
        let page: Vec<Value> = found
            .into_iter()
            .skip(offset)
            .take(limit)
            .map(row)
            .collect();
        let link = |offset: usize| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in &self.query {
                if name != "limit" && name != "offset" {
                    query.append_pair(name, value);
                }
            }
            query.append_pair("limit", &limit.to_string());
            if offset > 0 {
                query.append_pair("offset", &offset.to_string());
            }
            format!("{origin}{}?{}", self.path, query.finish())
        };
        let next = (offset.saturating_add(limit) < count).then(|| link(offset + limit));
        let previous = (offset > 0).then(|| link(offset.saturating_sub(limit)));
        json!({ "count": count, "next": next, "previous": previous, "results": page })
    }
}
