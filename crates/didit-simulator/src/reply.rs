//! Replies, and every shape of refusal the API uses.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::values::python_type;

/// What a handler answers: a reply, or a reply that refuses.
pub(crate) type Answer = Result<Reply, Reply>;

/// A whole HTTP reply.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

pub const NO_PERMISSION: &str = "You do not have permission to perform this action.";
pub const BAD_CREDENTIALS: &str = "Authentication credentials were not provided or are invalid.";
pub const REQUIRED: &str = "This field is required.";

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

    pub fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
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

/// Goes on unless `is_wrong`.
pub fn refuse_if<E>(is_wrong: bool, refusal: impl FnOnce() -> E) -> Result<(), E> {
    if is_wrong { Err(refusal()) } else { Ok(()) }
}

/// `{"detail": "..."}`
pub fn detail(status: StatusCode, text: &str) -> Reply {
    Reply::json(status, &json!({ "detail": text }))
}

pub fn not_found() -> Reply {
    detail(StatusCode::NOT_FOUND, "Not found.")
}

pub fn forbidden(text: &str) -> Reply {
    detail(StatusCode::FORBIDDEN, text)
}

/// `{"field": ["..."]}`
pub fn field(name: &str, text: &str) -> Reply {
    bad_request(&json!({ name: [text] }))
}

/// `{"field": "..."}`, which some checks use instead of an array.
pub fn field_text(name: &str, text: &str) -> Reply {
    bad_request(&json!({ name: text }))
}

/// `["..."]`, without any key.
pub fn bare(text: &str) -> Reply {
    bad_request(&json!([text]))
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

/// A 429 with the seconds to wait and nothing else, as quotas answer.
pub fn throttled(text: &str, wait_seconds: i64) -> Reply {
    detail(StatusCode::TOO_MANY_REQUESTS, text).with_header("retry-after", wait_seconds.to_string())
}

/// An operation that the API has and the simulator does not play.
pub fn not_played(operation: &str, method: &str, path: &str) -> Reply {
    let text = format!("The simulator does not play {operation} ({method} {path}).");
    let body = json!({ "detail": text, "operation": operation });
    Reply::json(StatusCode::NOT_IMPLEMENTED, &body)
}

/// The web framework's own page about an error.
pub fn html_error(status: StatusCode, title: &str, text: &str) -> Reply {
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>{title}</title>\n</head>\n<body>\n  \
         <h1>{title}</h1><p>{text}</p>\n</body>\n</html>\n"
    );
    Reply::html(status, page)
}

/// Sent when no route matches: unknown paths and anything but canonical UUIDs in a path.
pub fn html_not_found() -> Reply {
    let text = "The requested resource was not found on this server.";
    html_error(StatusCode::NOT_FOUND, "Not Found", text)
}

pub fn method_not_allowed(method: &str, allowed: &str) -> Reply {
    let text = format!("Method \"{method}\" not allowed.");
    let reply = detail(StatusCode::METHOD_NOT_ALLOWED, &text);
    reply.with_header("allow", allowed.to_owned())
}
