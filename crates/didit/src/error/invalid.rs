//! Why a value cannot be sent, without the name of its field.

use std::fmt;

use super::body::one_line;

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

    /// Recovers the error from a deserializer's message, because a deserializer passes on text only.
    pub(crate) fn told(text: &str) -> Self {
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

/// Shows the allowed values after a refusal.
pub(super) struct Allowed<'a>(pub(super) &'a [String]);

impl fmt::Display for Allowed<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(formatter, " (allowed: {})", self.0.join(", "))
        }
    }
}
