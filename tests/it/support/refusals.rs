//! Looking at refusals, and the values that are none.

use std::str::FromStr;

use didit_mcp::didit::{Error, read_request};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub const ID: &str = "5b1f3c9a-0000-4000-8000-00000000000a";

/// The field at fault, and the allowed values.
pub fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, Vec<String>) {
    match result {
        Err(Error::Invalid {
            field,
            message,
            allowed,
        }) => {
            assert!(!message.is_empty());
            (field, allowed)
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// Whether a request can be read from JSON.
pub fn read<T: DeserializeOwned>(request: Value) -> Result<(), Error> {
    read_request::<T>(request).map(drop)
}

/// A value that can be sent.
pub fn value<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// The same for a field that may be absent.
pub fn text<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> Option<T> {
    Some(value(text))
}
