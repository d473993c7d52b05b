//! Replies, and the pages of refusals.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::values::python_type;

/// What a handler answers: a reply, or a reply that refuses.
pub(crate) type Answer = Result<Reply, Reply>;

/// What a check answers: nothing, or a reply that refuses.
pub type Checked = Result<(), Reply>;

/// A whole HTTP reply.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn file(content_type: &'static str, body: Vec<u8>) -> Self {
        Self {
            status: StatusCode::OK,
            content_type,
            headers: Vec::new(),
            body,
        }
    }

    fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub fn json(status: StatusCode, body: &Value) -> Self {
        Self::file("application/json", body.to_string().into_bytes()).with_status(status)
    }

    pub fn html(status: StatusCode, page: String) -> Self {
        Self::file("text/html; charset=utf-8", page.into_bytes()).with_status(status)
    }

    /// A redirect; `status` is 301 for the API's own and 303 after a form.
    pub fn redirect(status: StatusCode, location: String) -> Self {
        Self::html(status, String::new()).with_header("location", location)
    }

    /// The answer for a key that may not see how people get to their sessions.
    pub fn without_links(mut self) -> Self {
        if let Ok(mut body) = serde_json::from_slice(&self.body) {
            hide_links(&mut body);
            self.body = body.to_string().into_bytes();
        }
        self
    }

    pub fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

fn hide_links(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members
                .iter_mut()
                .for_each(|(name, member)| match name.as_str() {
                    "url" | "session_url" | "session_token" => *member = Value::Null,
                    _ => hide_links(member),
                })
        }
        Value::Array(items) => items.iter_mut().for_each(hide_links),
        _ => {}
    }
}

/// The usual answer to what went well.
pub fn ok(body: Value) -> Answer {
    Ok(Reply::json(StatusCode::OK, &body))
}

pub fn created(body: Value) -> Answer {
    Ok(Reply::json(StatusCode::CREATED, &body))
}

/// Without a body: what is gone, or done.
pub fn no_content() -> Answer {
    Ok(Reply::file("", Vec::new()).with_status(StatusCode::NO_CONTENT))
}

pub fn bad_request(body: &Value) -> Reply {
    Reply::json(StatusCode::BAD_REQUEST, body)
}

/// The errors of a value that should be an object.
pub fn not_an_object(value: &Value) -> Value {
    let kind = python_type(value);
    let complaint = format!("Invalid data. Expected a dictionary, but got {kind}.");
    json!({ "non_field_errors": [complaint] })
}

/// The web framework's own page about an error.
pub fn html_error(status: StatusCode, title: &str, text: &str) -> Reply {
    let page = include_str!("pages/error.html").replace("{title}", title);
    Reply::html(status, page.replace("{text}", text))
}

/// Sent when no route matches: unknown paths and anything but canonical UUIDs in a path.
pub fn html_not_found() -> Reply {
    let text = "The requested resource was not found on this server.";
    html_error(StatusCode::NOT_FOUND, "Not Found", text)
}
