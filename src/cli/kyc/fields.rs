//! Objects of arguments, and texts of answers.

use serde_json::{Map, Value};

use crate::tools::ToolOutput;

/// An object of what was given, or null when nothing was.
pub(super) fn object(entries: Value) -> Value {
    let Value::Object(entries) = entries else {
        return Value::Null;
    };
    let given: Map<String, Value> = entries
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect();
    if given.is_empty() {
        Value::Null
    } else {
        Value::Object(given)
    }
}

/// A text of an answer's structured form; empty when it is not there.
pub(super) fn text<'a>(answer: &'a ToolOutput, name: &str) -> &'a str {
    answer
        .data
        .as_ref()
        .and_then(|data| data.get(name))
        .and_then(Value::as_str)
        .unwrap_or_default()
}
