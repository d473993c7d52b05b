//! Values that can be sent: each a type that can hold nothing else.
//!
//! A value is read from a text ([`std::str::FromStr`]) or from JSON, in both cases into the spelling that is sent. The refusal
//! is a phrase that can follow the field's name, because only whoever reads the whole request knows that name.

mod address;
mod form;
mod person;
mod text;
mod usd;

pub use address::{AppUrl, LONGEST_ADDRESS, WebUrl, WebhookUrl};
pub(crate) use address::{drop_unless_web_link, is_web_link};
pub(crate) use form::{json_text, one_of, value};
pub use person::{
    BirthDate, Country, Date, Email, IpAddress, LANGUAGES, Language, Phone, RegisterCountry, Uuid,
};
pub use text::{Comment, Text};
pub(crate) use text::{describe, seen};
pub use usd::Usd;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, InvalidValue};

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
