//! Checks of values in requests whose fields are plain texts, and of JSON and numbers.

use std::str::FromStr;

use serde_json::Value;

use super::error::{Error, InvalidValue};
use super::values::{describe, one_of as found, seen};
use super::visible::first_invisible;

/// Checks a text by the type that can hold it, and gives the spelling that is sent.
pub(crate) fn checked<T>(field: &str, text: &str) -> Result<String, Error>
where
    T: FromStr<Err = InvalidValue> + ToString,
{
    let read: Result<T, InvalidValue> = text.parse();
    read.map(|value| value.to_string())
        .map_err(|error| error.at(field))
}

/// Finds `value` among `allowed` whatever its case, and gives the canonical spelling.
pub(crate) fn one_of(field: &str, value: &str, allowed: &[&str]) -> Result<String, Error> {
    found(value, allowed)
        .map(str::to_owned)
        .map_err(|error| error.at(field))
}

/// Applies a check to an optional value.
pub(crate) fn optional(
    value: &Option<String>,
    check: impl FnOnce(&str) -> Result<String, Error>,
) -> Result<Option<String>, Error> {
    value.as_deref().map(check).transpose()
}

/// Checks every text and every name in a JSON value of the caller's own, which is sent as it is.
pub(crate) fn visible_json(field: &str, value: &Value) -> Result<(), Error> {
    match value {
        Value::String(text) => seen(text).map_err(|error| error.at(field)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| visible_json(&format!("{field}.{index}"), item)),
        Value::Object(entries) => entries.iter().try_for_each(|(name, item)| {
            if let Some((place, hidden)) = first_invisible(name) {
                return Err(Error::invalid(
                    field,
                    format!("has a name that holds {}", describe(place, hidden)),
                ));
            }
            visible_json(&format!("{field}.{name}"), item)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// Checks that an integer lies within bounds.
pub(crate) fn within(field: &str, value: Option<u32>, least: u32, most: u32) -> Result<(), Error> {
    match value {
        Some(number) if !(least..=most).contains(&number) => Err(Error::invalid(
            field,
            format!("must be between {least} and {most}"),
        )),
        _ => Ok(()),
    }
}
