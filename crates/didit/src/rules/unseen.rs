//! Texts of which a human sees all that is sent, and how what nobody sees is refused.

use serde_json::Value;

use crate::error::Error;
use crate::visible::first_unseen;

/// Checks a text of one line: a human who reads it sees all of it, it is not blank, and has at most `longest` characters.
/// Blanks around it are dropped.
pub(crate) fn visible_text(field: &str, value: &str, longest: usize) -> Result<String, Error> {
    let value = value.trim();
    if let Some(refusal) = unseen(field, value) {
        return Err(refusal);
    }
    if value.is_empty() {
        return Err(Error::invalid(field, "must not be empty"));
    }
    if value.chars().count() > longest {
        return Err(Error::invalid(
            field,
            format!("must have at most {longest} characters"),
        ));
    }
    Ok(value.to_owned())
}

/// The same for a comment, which may have several lines. They end as on Unix, whatever wrote them.
pub(crate) fn comment(field: &str, value: &str) -> Result<String, Error> {
    let value = value.replace("\r\n", "\n").replace('\r', "\n");
    let value = value.trim();
    if value.is_empty() {
        return Err(Error::invalid(field, "must not be empty"));
    }
    let mut passed = 0;
    for line in value.split('\n') {
        if let Some((place, hidden)) = first_unseen(line) {
            return Err(hides(field, passed + place, hidden));
        }
        passed += line.chars().count() + 1;
    }
    Ok(value.to_owned())
}

/// Checks every text and every name in a JSON value of the caller's own.
pub(crate) fn visible_json(field: &str, value: &Value) -> Result<(), Error> {
    match value {
        Value::String(text) => unseen(field, text).map_or(Ok(()), Err),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| visible_json(&format!("{field}.{index}"), item)),
        Value::Object(entries) => entries.iter().try_for_each(|(name, item)| {
            if let Some((place, hidden)) = first_unseen(name) {
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

/// The refusal of a text that holds what nobody sees.
pub(super) fn unseen(field: &str, value: &str) -> Option<Error> {
    first_unseen(value).map(|(place, hidden)| hides(field, place, hidden))
}

fn hides(field: &str, place: usize, hidden: char) -> Error {
    Error::invalid(field, format!("must not hold {}", describe(place, hidden)))
}

/// Such as "U+200B at character 5, which nobody can see".
fn describe(place: usize, hidden: char) -> String {
    let kind = match hidden {
        '\n' | '\r' => "a line break",
        '\t' => "a tab",
        _ if hidden.is_control() => "a control character",
        _ => "which nobody can see",
    };
    format!("U+{:04X} at character {place}, {kind}", u32::from(hidden))
}
