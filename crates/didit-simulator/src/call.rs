//! One request as a handler sees it.

use std::net::IpAddr;

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, StatusCode},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::reply::{Reply, bad_request, detail};

/// A request, its path parameters and, once access was checked, who sent it.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) raw_query: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) peer: IpAddr,
    /// The variable parts of the path, in order.
    pub(super) parameters: Vec<String>,
    /// The application the credentials belong to; nil on open routes.
    pub(super) application: Uuid,
    /// The account behind a Bearer token; nil otherwise.
    pub(super) account: Uuid,
}

impl Call {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The path parameter at `position` as a UUID. Routes only match UUIDs there, so nil means a wrong route table.
    pub(super) fn id(&self, position: usize) -> Uuid {
        Uuid::parse_str(self.text(position)).unwrap_or_default()
    }

    pub(super) fn text(&self, position: usize) -> &str {
        self.parameters.get(position).map_or("", String::as_str)
    }

    /// The body as a JSON object; an empty body is an empty object.
    pub(super) fn json(&self) -> Result<Map<String, Value>, Reply> {
        if self.body.is_empty() {
            return Ok(Map::new());
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
            Ok(other) => Err(bad_request(&json!({
                "non_field_errors":
                    [format!("Invalid data. Expected a dictionary, but got {}.", python_type(&other))]
            }))),
            Err(error) => Err(detail(
                StatusCode::BAD_REQUEST,
                &format!("JSON parse error - {error}"),
            )),
        }
    }

    /// `limit` and `offset`; malformed values fall back to the defaults as the API's paginator does.
    pub(super) fn page(&self, default_limit: usize) -> (usize, usize) {
        let number = |name| self.query(name).and_then(|text| text.parse::<usize>().ok());
        let limit = number("limit")
            .filter(|limit| *limit > 0)
            .unwrap_or(default_limit);
        (limit, number("offset").unwrap_or(0))
    }

    /// The `{count, next, previous, results}` envelope around one page of what was `found`; only that page is shown as rows.
    pub(super) fn envelope<T>(
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

/// The name the API's framework gives a JSON type in its messages.
pub(super) fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}
