//! Replies, and every shape of refusal the API uses.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// What a handler answers: a reply, or a reply that refuses.
pub(super) type Answer = Result<Reply, Reply>;

/// A whole HTTP reply.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

pub(super) const NO_PERMISSION: &str = "You do not have permission to perform this action.";
pub(super) const BAD_CREDENTIALS: &str =
    "Authentication credentials were not provided or are invalid.";
pub(super) const REQUIRED: &str = "This field is required.";

impl Reply {
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self {
            status,
            content_type: "application/json",
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
        }
    }

    pub(super) fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub(super) fn created(body: &Value) -> Self {
        Self::json(StatusCode::CREATED, body)
    }

    pub(super) fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            content_type: "",
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(super) fn html(status: StatusCode, page: String) -> Self {
        Self {
            status,
            content_type: "text/html; charset=utf-8",
            headers: Vec::new(),
            body: page.into_bytes(),
        }
    }

    /// A redirect; `status` is 301 for the API's own and 303 after a form.
    pub(super) fn redirect(status: StatusCode, location: String) -> Self {
        Self {
            status,
            content_type: "text/html; charset=utf-8",
            headers: vec![("location", location)],
            body: Vec::new(),
        }
    }

    pub(super) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// `{"detail": "..."}`
pub(super) fn detail(status: StatusCode, text: &str) -> Reply {
    Reply::json(status, &json!({ "detail": text }))
}

pub(super) fn not_found() -> Reply {
    detail(StatusCode::NOT_FOUND, "Not found.")
}

pub(super) fn forbidden(text: &str) -> Reply {
    detail(StatusCode::FORBIDDEN, text)
}

/// `{"field": ["..."]}`
pub(super) fn field(name: &str, text: &str) -> Reply {
    bad_request(&json!({ name: [text] }))
}

/// `{"field": "..."}`, which some checks use instead of an array.
pub(super) fn field_text(name: &str, text: &str) -> Reply {
    bad_request(&json!({ name: text }))
}

/// `["..."]`, without any key.
pub(super) fn bare(text: &str) -> Reply {
    bad_request(&json!([text]))
}

pub(super) fn bad_request(body: &Value) -> Reply {
    Reply::json(StatusCode::BAD_REQUEST, body)
}

/// Several field errors at once.
pub(super) fn fields(errors: Map<String, Value>) -> Reply {
    bad_request(&Value::Object(errors))
}

/// The web framework's own page, sent when no route matches: unknown paths and anything but canonical UUIDs in a path.
pub(super) fn html_not_found() -> Reply {
    Reply::html(
        StatusCode::NOT_FOUND,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n  \
         <h1>Not Found</h1><p>The requested resource was not found on this server.</p>\n</body>\n</html>\n"
            .to_owned(),
    )
}

pub(super) fn method_not_allowed(method: &str, allowed: &str) -> Reply {
    detail(
        StatusCode::METHOD_NOT_ALLOWED,
        &format!("Method \"{method}\" not allowed."),
    )
    .with_header("allow", allowed.to_owned())
}
