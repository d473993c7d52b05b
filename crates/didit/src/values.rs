//! Values that can be sent: each a type that can hold nothing else.
//!
//! A value is read from a text ([`std::str::FromStr`]) or from JSON, in both cases into the spelling that is sent. The refusal is a phrase
//! that can follow the field's name, because only whoever reads the whole request knows that name.

mod address;
mod person;
mod text;
mod usd;

use std::fmt;

pub use address::{AppUrl, LONGEST_ADDRESS, WebUrl, WebhookUrl};
pub(crate) use address::{drop_unless_web_link, is_web_link};
pub use person::{
    BirthDate, Country, Date, Email, IpAddress, LANGUAGES, Language, Phone, RegisterCountry, Uuid,
};
pub use text::{Comment, Text};
pub(crate) use text::{describe, seen};
pub use usd::Usd;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Allowed, Error, one_line};

/// How [`Allowed`] begins.
const ALLOWED: &str = " (allowed: ";

/// Why a value cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", Allowed(allowed))]
pub struct InvalidValue {
    /// The rule, as a phrase that can follow the field's name.
    pub message: String,
    /// Every value that would be taken; empty when they cannot be listed.
    pub allowed: Vec<String>,
}

impl InvalidValue {
    /// A refusal without a list of allowed values.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            allowed: Vec::new(),
        }
    }

    /// A refusal that lists what would be taken.
    pub(crate) fn not_one_of<T: fmt::Display>(
        value: &str,
        allowed: impl IntoIterator<Item = T>,
    ) -> Self {
        Self {
            message: format!("'{}' is not a known value", one_line(value)),
            allowed: allowed.into_iter().map(|value| value.to_string()).collect(),
        }
    }

    /// The refusal of a field.
    pub fn at(self, field: impl Into<String>) -> Error {
        Error::Invalid {
            field: field.into(),
            message: self.message,
            allowed: self.allowed,
        }
    }

    /// Reads back what went through a deserializer, which carries texts alone.
    fn told(text: &str) -> Self {
        let parts = text
            .strip_suffix(')')
            .and_then(|text| text.rsplit_once(ALLOWED));
        match parts {
            Some((message, allowed)) => Self {
                message: message.to_owned(),
                allowed: allowed.split(", ").map(str::to_owned).collect(),
            },
            // What serde itself says, such as "invalid type: …", is a phrase after "has an" only.
            None if text.starts_with("invalid ") => Self::new(format!("has an {text}")),
            None => Self::new(text),
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

/// Reads a request from JSON, such as the arguments of a call.
///
/// # Errors
/// [`Error::Invalid`] for the first value that cannot be sent, named by its path, such as `country[0]`.
pub fn read_request<T: DeserializeOwned>(json: Value) -> Result<T, Error> {
    serde_path_to_error::deserialize(json).map_err(|error| {
        let field = match error.path().to_string() {
            root if root == "." => "request".to_owned(),
            path => path,
        };
        InvalidValue::told(&error.into_inner().to_string()).at(field)
    })
}

/// Finds `value` among `allowed` whatever its case, and gives the canonical spelling.
pub(crate) fn one_of<'a>(value: &str, allowed: &[&'a str]) -> Result<&'a str, InvalidValue> {
    let wanted = value.trim();
    allowed
        .iter()
        .copied()
        .find(|known| known.eq_ignore_ascii_case(wanted))
        .ok_or_else(|| InvalidValue::not_one_of(value, allowed))
}

/// JSON of a value whose text says all: written by `Display`, read by `FromStr`.
macro_rules! json_text {
    ($name:ty, $schema:expr $(, [$($generic:tt)*])?) => {
        impl $(<$($generic)*>)? serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de $(, $($generic)*)?> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(|error| {
                    serde::de::Error::custom($crate::values::InvalidValue::from(error))
                })
            }
        }

        #[cfg(feature = "schema")]
        impl $(<$($generic)*>)? schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                $schema.into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                String::json_schema(generator)
            }
        }
    };
}
pub(crate) use json_text;

/// Declares a value that is sent as the text which a function reads it into.
macro_rules! value {
    ($(#[$meta:meta])* $name:ident, $read:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl std::str::FromStr for $name {
            type Err = $crate::values::InvalidValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let read: fn(&str) -> Result<String, Self::Err> = $read;
                read(text.trim()).map(Self)
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        $crate::values::json_text!($name, stringify!($name));
    };
}
pub(crate) use value;
