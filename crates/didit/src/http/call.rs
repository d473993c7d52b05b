//! Requests and successful answers, as values.

use std::sync::OnceLock;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::Serialize;

use crate::error::{Error, one_line};
use crate::ids::Segment;
use crate::json::{Document, Json};
use crate::received::Fields;
use crate::repair::{Repaired, bare, repaired};
use crate::secret::{AccessToken, SessionToken};

/// Which of the two hosts a call goes to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ApiHost {
    /// The verification API.
    Verification,
    /// The account API.
    Account,
}

/// What a call proves itself with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Credential<'a> {
    /// Nothing.
    None,
    /// The client's API key.
    ApiKey,
    /// An account's token.
    Bearer(&'a AccessToken),
    /// A session's token.
    Session(&'a SessionToken),
}

/// One request, described.
pub(crate) struct Call<'a> {
    pub(super) method: Method,
    pub(super) host: ApiHost,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) credential: Credential<'a>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) expected: Expected,
}

/// What a success brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// JSON, or nothing.
    Json,
    /// A report, with more time and more room.
    Document,
}

impl Expected {
    /// The `Accept` header.
    pub(super) fn accept(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Document => "application/pdf, application/json",
        }
    }
}

impl<'a> Call<'a> {
    /// A call of the verification API with the client's key.
    pub(crate) fn api(method: Method, segments: &[&dyn Segment]) -> Self {
        // Literals and UUIDs hold no character that would need escaping. Every canonical path ends with a slash.
        let path = segments
            .iter()
            .map(|segment| format!("/{segment}"))
            .chain(["/".to_owned()])
            .collect();
        Self {
            method,
            host: ApiHost::Verification,
            path,
            query: Vec::new(),
            credential: Credential::ApiKey,
            body: None,
            expected: Expected::Json,
        }
    }

    /// A call of the account API.
    pub(crate) fn account(
        method: Method,
        segments: &[&dyn Segment],
        credential: Credential<'a>,
    ) -> Self {
        Self {
            host: ApiHost::Account,
            credential,
            ..Self::api(method, segments)
        }
    }

    /// Proves itself with something else than the key.
    pub(crate) fn credential(mut self, credential: Credential<'a>) -> Self {
        self.credential = credential;
        self
    }

    /// Adds a query parameter when there is a value.
    pub(crate) fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query
            .extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Sends a JSON body, its keys in the order of the struct.
    pub(crate) fn body(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let bytes = serde_json::to_vec(body)
            .map_err(|error| Error::invalid("request", one_line(&error.to_string())))?;
        self.body = Some(bytes);
        Ok(self)
    }

    /// Expects a document.
    pub(crate) fn document(mut self) -> Self {
        self.expected = Expected::Document;
        self
    }
}

/// A success with its bytes.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A success with the text of its body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// How the body is read, once it turned out to be no JSON as it came.
    repaired: OnceLock<Option<Repaired>>,
}

impl Answer {
    /// An answer with this HTTP status and the text of its body.
    pub(crate) fn new(status: u16, body: String) -> Self {
        Self {
            status,
            body,
            repaired: OnceLock::new(),
        }
    }

    /// Takes an answer without a body for an empty object, where older servers answer so.
    pub(crate) fn or_empty(self) -> Self {
        match bare(&self.body) {
            "" | "null" => Self::new(self.status, "{}".to_owned()),
            _ => self,
        }
    }

    /// The JSON of the body; an empty one reads as `null`.
    pub(crate) fn document(&self) -> Result<Document<'_>, Error> {
        if bare(&self.body).is_empty() {
            return Ok(Document::null());
        }
        Document::parse(&self.body)
            .or_else(
                |error| match self.repaired.get_or_init(|| repaired(&self.body)) {
                    Some(repaired) => Document::parse(&repaired.text),
                    None => Err(error),
                },
            )
            .map_err(|_| not_json(self.status, self.body.as_bytes()))
    }

    /// The body in a form that is JSON, once it was read, and what was odd about it, as sentences.
    pub(crate) fn into_json(self) -> (String, Vec<String>) {
        let (text, mut oddities) = match self.repaired.into_inner().flatten() {
            Some(Repaired { text, oddities }) => (text, oddities),
            None => (self.body, Vec::new()),
        };
        if oddities.is_empty() && text.contains(char::REPLACEMENT_CHARACTER) {
            oddities
                .push("A text holds a character that was lost, which stands as U+FFFD.".to_owned());
        }
        (text, oddities)
    }

    /// The object of the answer, read by one of the structs that `received!` declares.
    pub(crate) fn read<T>(
        &self,
        from_fields: impl FnOnce(Fields<'_>) -> Result<T, &'static str>,
    ) -> Result<T, Error> {
        match self.document()?.root() {
            Json::Object(entries) => from_fields(Fields::of(entries))
                .map_err(|key| unreadable(self.status, format!("it has no usable `{key}`"))),
            other => Err(unreadable(
                self.status,
                format!("an object was expected, not {}", other.type_name()),
            )),
        }
    }
}

/// A success whose body is none of JSON.
fn not_json(status: u16, body: &[u8]) -> Error {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let what = if body.trim_ascii_start().starts_with(b"<") {
        "it is a web page, not JSON"
    } else {
        "it is not JSON"
    };
    unreadable(status, what)
}

/// A success that cannot be understood.
pub(crate) fn unreadable(status: u16, message: impl Into<String>) -> Error {
    Error::Unreadable {
        status,
        message: message.into(),
    }
}
