//! One request as a handler sees it.

use std::net::IpAddr;

use axum::{
    body::Bytes,
    http::{HeaderMap, Method},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    catalog::{OrRefuse, refusal_with},
    contract::Operation,
    model::{All, Owned},
    reply::{Reply, bad_request, not_an_object},
    values::{Object, is_json},
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
        let mut query = self.query.iter().rev();
        let found = query.find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The path parameter at `position` as a UUID. Routes only match UUIDs there, so nil means a wrong route table.
    pub fn id(&self, position: usize) -> Uuid {
        Uuid::parse_str(self.text(position)).unwrap_or_default()
    }

    pub fn text(&self, position: usize) -> &str {
        self.parameters.get(position).map_or("", String::as_str)
    }

    /// What has the id in the path, when it belongs to the application that asks.
    pub fn own<'a, T: Owned + 'static>(&self, all: &'a [T]) -> Result<&'a T, Reply> {
        let one = all.of(self.application).find(|one| one.id() == self.id(0));
        one.or_refuse("not_found")
    }

    pub fn own_mut<'a, T: Owned + 'static>(&self, all: &'a mut [T]) -> Result<&'a mut T, Reply> {
        let mut own = all.of_mut(self.application);
        let one = own.find(|one| one.id() == self.id(0));
        one.or_refuse("not_found")
    }

    /// The body as a JSON object; an empty body is an empty object.
    pub fn json(&self) -> Result<Object, Reply> {
        if self.body.is_empty() {
            return Ok(Object::new());
        }
        let media_type = self.header("content-type").unwrap_or_default();
        if !is_json(media_type) {
            let words = json!({ "media_type": media_type });
            return Err(refusal_with("media_type", words));
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(other) => Err(bad_request(&not_an_object(&other))),
            Err(error) => {
                let words = json!({ "error": error.to_string() });
                Err(refusal_with("not_json", words))
            }
        }
    }

    /// The body as the operation wants it: known members in the right types, with defaults.
    pub fn body(&self) -> Result<Object, Reply> {
        self.read(&self.json()?)
    }

    /// `body` as the operation wants it.
    pub fn read(&self, body: &Object) -> Result<Object, Reply> {
        let operation = self.operation;
        operation.map_or_else(|| Ok(body.clone()), |operation| operation.read(body))
    }

    /// The `{count, next, previous, results}` envelope around one page of what was `found`; only that page is shown as rows.
    /// A malformed `limit` or `offset` counts as none, as with the API's paginator.
    pub fn envelope<T, F>(&self, origin: &str, found: Vec<T>, usual: usize, row: F) -> Value
    where
        F: Fn(T) -> Value,
    {
        let number = |name| self.query(name).and_then(|text| text.parse::<usize>().ok());
        let limit = number("limit").filter(|limit| *limit > 0);
        let limit = limit.unwrap_or(usual);
        let offset = number("offset").unwrap_or_default();
        let link = |offset: usize| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            let others = self.query.iter();
            query.extend_pairs(others.filter(|(name, _)| name != "limit" && name != "offset"));
            query.append_pair("limit", &limit.to_string());
            if offset > 0 {
                query.append_pair("offset", &offset.to_string());
            }
            format!("{origin}{}?{}", self.path, query.finish())
        };
        let count = found.len();
        let page = found.into_iter().skip(offset).take(limit);
        json!({
            "count": count,
            "next": (offset.saturating_add(limit) < count).then(|| link(offset + limit)),
            "previous": (offset > 0).then(|| link(offset.saturating_sub(limit))),
            "results": page.map(row).collect::<Value>(),
        })
    }
}
