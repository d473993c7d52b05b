//! The forms of results: JSON in which `${name}` stands for a value.

use std::{borrow::Cow, sync::LazyLock};

use serde_json::Value;

use crate::values::{Object, plain};

static RESULTS: LazyLock<Object> =
    // The file is part of the source and read by a test; without it results are empty.
    LazyLock::new(|| serde_json::from_str(include_str!("results.json")).unwrap_or_default());

/// The form called `name` with `values` in place of the placeholders.
pub fn filled(name: &str, values: &Value) -> Value {
    RESULTS
        .get(name)
        .map_or_else(|| Value::Object(Object::new()), |form| fill(form, values))
}

fn fill(form: &Value, values: &Value) -> Value {
    match form {
        Value::String(text) => fill_text(text, values),
        Value::Array(items) => items.iter().map(|item| fill(item, values)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), fill(value, values)))
            .collect(),
        other => other.clone(),
    }
}

/// A placeholder alone becomes the value itself, one within text becomes a part of the text.
fn fill_text(text: &str, values: &Value) -> Value {
    let whole = text
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'));
    if let Some(name) = whole.filter(|name| !name.contains('$')) {
        return value(name, values).cloned().unwrap_or_default();
    }
    let mut parts = text.split("${");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let found = value(name, values).map_or(Cow::Borrowed(""), |value| Cow::Owned(plain(value)));
        filled.push_str(&found);
        filled.push_str(rest);
    }
    Value::String(filled)
}

fn value<'a>(name: &str, values: &'a Value) -> Option<&'a Value> {
    name.split('.')
        .try_fold(values, |values, part| values.get(part))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn placeholders_become_values_or_parts_of_text() {
        let values = json!({ "a": { "b": 1.5 }, "c": "x" });
        let form = json!({ "whole": "${a.b}", "part": "<${c}>${a.b}", "none": ["${d}", null] });
        let filled = json!({ "whole": 1.5, "part": "<x>1.5", "none": [null, null] });
        assert_eq!(fill(&form, &values), filled);
        assert!(RESULTS.contains_key("OCR"));
    }
}
