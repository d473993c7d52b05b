//! Requests and successful answers, as values.

use std::sync::OnceLock;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, one_line, type_name};
use crate::ids::Segment;
use crate::lenient::{self, Object};
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

/// The credential that a call is sent with.
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

/// What a successful response contains.
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

    /// Uses a credential other than the API key.
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
pub(crate) struct RawResponse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A success with the text of its body.
#[derive(Debug)]
pub(crate) struct ApiResponse {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// The repaired body, once the original turned out not to be JSON.
    repaired: OnceLock<Option<Repaired>>,
}

impl ApiResponse {
    /// An answer with this HTTP status and the text of its body.
    pub(crate) fn new(status: u16, body: String) -> Self {
        Self {
            status,
            body,
            repaired: OnceLock::new(),
        }
    }

    /// Treats an empty body, which older servers send, as an empty object.
    pub(crate) fn or_empty(self) -> Self {
        match bare(&self.body) {
            "" | "null" => Self::new(self.status, "{}".to_owned()),
            _ => self,
        }
    }

    /// Whether the body is a list.
    pub(crate) fn is_list(&self) -> bool {
        bare(&self.body).starts_with('[')
    }

    /// The body as a value, where so little is known of it that nothing else holds it.
    pub(crate) fn value(&self) -> Result<Value, Error> {
        self.parse().map_err(|_| self.not_json())
    }

    /// The object of the answer, as a struct that can do without any of its fields.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.read_needing("content")
    }

    /// The object of the answer, as a struct that cannot do without this key.
    pub(crate) fn read_needing<T: DeserializeOwned>(&self, key: &str) -> Result<T, Error> {
        match self.typed(key)? {
            Object(Some(object)) => Ok(object),
            Object(None) => Err(self.expected("an object")),
        }
    }

    /// The body, whatever it is, as a type that cannot do without this key.
    pub(crate) fn typed<T: DeserializeOwned>(&self, key: &str) -> Result<T, Error> {
        self.parse().map_err(|error| {
            if error.is_data() {
                unreadable(self.status, format!("it has no usable `{key}`"))
            } else {
                self.not_json()
            }
        })
    }

    /// The error for a body of another type.
    pub(crate) fn expected(&self, what: &str) -> Error {
        match self.value() {
            Ok(other) => unreadable(
                self.status,
                format!("{what} was expected, not {}", type_name(&other)),
            ),
            Err(not_json) => not_json,
        }
    }

    /// Reads the body as it came, or else its repaired form; an empty body is `null`.
    fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        if bare(&self.body).is_empty() {
            return lenient::from_json("null");
        }
        match lenient::from_json(&self.body) {
            Err(error) if !error.is_data() => {
                match self.repaired.get_or_init(|| repaired(&self.body)) {
                    Some(repaired) => lenient::from_json(&repaired.text),
                    None => Err(error),
                }
            }
            read => read,
        }
    }

    /// The error for a body that is not JSON.
    fn not_json(&self) -> Error {
        let what = if bare(&self.body).starts_with('<') {
            "it is a web page, not JSON"
        } else {
            "it is not JSON"
        };
        unreadable(self.status, what)
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
}

/// A success that cannot be understood.
pub(crate) fn unreadable(status: u16, message: impl Into<String>) -> Error {
    Error::Unreadable {
        status,
        message: message.into(),
    }
}
