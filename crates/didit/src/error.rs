//! One error for everything that can go wrong between us and Didit.

use std::fmt;
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

mod body;
mod invalid;
mod wait;

pub(crate) use body::one_line;
pub use body::{BodyKind, FieldError};
use invalid::Allowed;
pub use invalid::InvalidValue;

/// Why a call did not give a result.
///
/// No variant ever holds a key, a URL with its query, or the dump of a body.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The call needs an API key and the client has none. Nothing was sent.
    #[error("this call needs an API key and none is set")]
    MissingApiKey,
    /// The request would break a documented rule. Nothing was sent.
    #[error("{field}: {message}{}", Allowed(allowed))]
    Invalid {
        /// The field at fault, as the API names it; dotted for nested ones.
        field: String,
        /// The rule, as a phrase that can follow the field's name.
        message: String,
        /// Every value that would be taken; empty when they cannot be listed.
        allowed: Vec<String>,
    },
    /// Didit answered with an error.
    #[error("{0}")]
    Api(Box<ApiError>),
    /// The deadline passed.
    #[error("no answer within {} s{}", after.as_secs_f64(), if *sent { "; the request may have been processed" } else { "" })]
    Timeout {
        /// The deadline.
        after: Duration,
        /// Whether the request may have reached the server.
        sent: bool,
    },
    /// No connection was established, so the request was certainly not processed.
    #[error("cannot connect: {message}")]
    Unreachable {
        /// The reason, without the address.
        message: String,
    },
    /// The connection broke after the request was sent, so it may have been processed.
    #[error("the connection broke before the answer was complete: {message}")]
    Interrupted {
        /// The reason, without the address.
        message: String,
    },
    /// The answer is larger than this client reads.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A success whose body is not what the contract says.
    #[error("the answer (status {status}) cannot be read: {message}")]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// What is wrong with the body, without quoting it.
        message: String,
    },
    /// The rate limits leave no room for this call soon. Nothing was sent.
    #[error("the rate limits leave no room for this call for {} s", retry_after.as_secs())]
    Paced {
        /// When there will be room.
        retry_after: Duration,
    },
    /// A redirect, which is never followed because the key would go along.
    #[error("the server answered with a redirect (status {status}), which is not followed")]
    Redirected {
        /// The HTTP status.
        status: u16,
    },
}

impl Error {
    /// A refusal without a list of allowed values.
    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            message: message.into(),
            allowed: Vec::new(),
        }
    }

    /// A refusal that lists what would be taken.
    pub(crate) fn not_one_of<T: fmt::Display>(
        field: impl Into<String>,
        value: &str,
        allowed: impl IntoIterator<Item = T>,
    ) -> Self {
        InvalidValue::not_one_of(value, allowed).at(field)
    }

    /// The server's error, when there is one.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl InvalidValue {
    /// The refusal of a field.
    pub fn at(self, field: impl Into<String>) -> Error {
        Error::Invalid {
            field: field.into(),
            message: self.message,
            allowed: self.allowed,
        }
    }
}

impl From<Error> for InvalidValue {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid {
                message, allowed, ..
            } => Self { message, allowed },
            other => Self::new(other.to_string()),
        }
    }
}

/// What an answer of the server means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The key or token is missing, wrong or lacks a permission (401, 403).
    Authentication,
    /// Refused (403) for a reason that is neither the key, nor credit, nor the state of a session.
    Forbidden,
    /// Nothing has this id, or the key's application does not own it (404).
    NotFound,
    /// Too many requests (429).
    RateLimited,
    /// The organization's balance is too low, or was never topped up (402, or 400 and 403 with such words).
    OutOfCredit,
    /// The server refuses the request's content (400, 413, 415, 422).
    Invalid,
    /// It exists already, or was done already (409, and 400 or 403 with such words).
    Conflict,
    /// Right request, wrong moment: the session's status does not allow it.
    NotAllowedNow,
    /// The server failed (5xx).
    Unavailable,
    /// Anything else.
    Other,
}

/// An error the server answered with, whichever of its dozen body shapes it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// What it means.
    pub kind: ErrorKind,
    /// The server's words on one line of at most 500 characters, without markup or control characters.
    pub message: String,
    /// The first field complained about.
    pub field: Option<String>,
    /// The server's machine-readable code, when it gives one.
    pub code: Option<String>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
    /// Whether it is the limit of requests a minute (429 with `X-RateLimit-*` headers), which ends by itself.
    pub is_rate_window: bool,
    /// Every field complained about, sorted by name.
    pub fields: Vec<FieldError>,
    /// What the body was.
    pub body: BodyKind,
}

impl ApiError {
    /// Reads an error answer. Never fails: a body that says nothing gives a message made from the status.
    pub fn parse(status: u16, headers: &HeaderMap, bytes: &[u8]) -> Self {
        Self::parse_filtered(status, headers, bytes, &|text| text)
    }

    /// The same, whose message and fields pass `filter` before they are cut and cleaned. What the error means is read from the
    /// body as it came: the filter may hide a word that says it.
    pub(crate) fn parse_filtered(
        status: u16,
        headers: &HeaderMap,
        bytes: &[u8],
        filter: &dyn Fn(String) -> String,
    ) -> Self {
        let meant = body::read(status, bytes, &|text| text);
        let read = body::read(status, bytes, filter);
        let is_rate_window = status == 429 && wait::has_rate_window(headers);
        Self {
            status,
            kind: kind(status, &meant),
            retry_after: wait::from_headers(headers)
                .or_else(|| is_rate_window.then(|| wait::until_reset(headers)).flatten())
                .or_else(|| wait::from_words(&meant.message)),
            is_rate_window,
            field: read.fields.first().map(|first| first.field.clone()),
            message: read.message,
            code: meant.code,
            fields: read.fields,
            body: read.kind,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Didit answered {}: ", self.status)?;
        match (&self.field, self.fields.len()) {
            (Some(field), 1) => write!(formatter, "{field}: {}", self.message),
            _ => formatter.write_str(&self.message),
        }
    }
}

impl std::error::Error for ApiError {}

/// Didit uses 400 and 403 for several meanings, so the words decide. They are compared loosely because near-identical texts
/// differ between endpoints.
fn kind(status: u16, read: &body::Read) -> ErrorKind {
    let words = read.message.to_lowercase();
    let says = |any_of: &[&str]| any_of.iter().any(|part| words.contains(part));
    let out_of_credit = says(&["enough credits", "first top-up"]);
    let done_already = says(&[
        "already exists",
        "already been shared",
        "already registered",
    ]);
    let wrong_moment = says(&[
        "only sessions with status",
        "only finished sessions",
        "only generate a pdf",
        "only be armed before",
        "same as the current status",
        "no features found that need resubmission",
        "cannot revert a published",
    ]);
    match status {
        402 => ErrorKind::OutOfCredit,
        400 | 403 if out_of_credit => ErrorKind::OutOfCredit,
        400 | 403 if done_already => ErrorKind::Conflict,
        400 | 403 if wrong_moment => ErrorKind::NotAllowedNow,
        401 => ErrorKind::Authentication,
        // A page of a gateway says nothing of the key, whatever words are on it.
        403 if read.kind != BodyKind::Html
            && says(&[
                "credential",
                "permission",
                "authenticat",
                "token",
                "api key",
            ]) =>
        {
            ErrorKind::Authentication
        }
        403 => ErrorKind::Forbidden,
        404 | 410 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited,
        400 | 413 | 415 | 422 => ErrorKind::Invalid,
        500..=599 => ErrorKind::Unavailable,
        _ => ErrorKind::Other,
    }
}

/// The JSON type of a value, for messages that must not quote it.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
