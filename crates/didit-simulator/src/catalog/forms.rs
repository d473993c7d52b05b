//! The forms of what is shown: JSON in which `${name}` stands for a value.
//!
//! A placeholder alone becomes the value itself, one within text a part of the text. `${name|shape}` is the value in another
//! shape. The member `...` stands for all members of its value, which go over those of the same name.

use std::{borrow::Cow, sync::LazyLock};

use serde::Serialize;
use serde_json::{Value, json};

use crate::values::{Object, data, micros, money, plain, seconds, with};

static FORMS: LazyLock<Object> = LazyLock::new(|| {
    let mut forms: Object = data(include_str!("rows.json"));
    forms.extend(data::<Object>(include_str!("results.json")));
    forms
});

/// The form called `name` with `values` in place of the placeholders; an empty object where there is none.
pub fn filled(name: &str, values: &Value) -> Value {
    let form = FORMS.get(name);
    form.map_or_else(|| json!({}), |form| fill(form, values))
}

/// The form called `name` with what `one` holds.
pub fn shown(name: &str, one: impl Serialize) -> Value {
    filled(name, &json!(one))
}

/// `form` with `values` in place of the placeholders.
pub fn fill(form: &Value, values: &Value) -> Value {
    match form {
        Value::String(text) => fill_text(text, values),
        Value::Array(items) => items.iter().map(|item| fill(item, values)).collect(),
        Value::Object(members) => {
            let filled = members.iter();
            let filled = filled.map(|(key, form)| (key.clone(), fill(form, values)));
            let mut filled: Object = filled.collect();
            match filled.remove("...") {
                Some(others) => with(Value::Object(filled), others),
                None => Value::Object(filled),
            }
        }
        other => other.clone(),
    }
}

fn fill_text(text: &str, values: &Value) -> Value {
    let rest = text.strip_prefix("${");
    let whole = rest.and_then(|rest| rest.strip_suffix('}'));
    if let Some(name) = whole.filter(|name| !name.contains('$')) {
        return value(name, values).into_owned();
    }
    let mut parts = text.split("${");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let value = value(name, values);
        if !value.is_null() {
            filled.push_str(&plain(&value));
        }
        filled.push_str(rest);
    }
    Value::String(filled)
}

/// The value that `name` leads to, in the shape that stands behind the name.
fn value<'a>(name: &str, values: &'a Value) -> Cow<'a, Value> {
    let (name, shape) = name.split_once('|').unwrap_or((name, ""));
    let part = |values: &'a Value, part| match values {
        Value::Array(items) if part == "last" => items.last(),
        values => values.get(part),
    };
    let found = name.split('.').try_fold(values, part);
    let Some(found) = found.filter(|_| shape.is_empty()) else {
        return Cow::Owned(shaped(found.unwrap_or(&Value::Null), shape));
    };
    Cow::Borrowed(found)
}

fn shaped(value: &Value, shape: &str) -> Value {
    let moment = value.as_str().and_then(|text| text.parse().ok());
    match shape.split_once(' ').unwrap_or((shape, "")) {
        ("or", other) if value.is_null() => json!(other),
        _ if value.is_null() => Value::Null,
        ("seconds", _) => json!(moment.map(seconds)),
        ("clock", _) => {
            let text = moment.map(seconds).unwrap_or_default();
            json!(text.replace('T', " ").trim_end_matches('Z'))
        }
        ("micros", _) => json!(moment.map(micros)),
        ("money", _) => json!(value.as_i64().map(money)),
        ("count", _) => json!(value.as_array().map(Vec::len)),
        ("text", _) => json!(plain(value)),
        ("upper", _) => json!(plain(value).to_uppercase()),
        ("lower", _) => json!(plain(value).to_lowercase()),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_values_or_parts_of_text() {
        let values = json!({ "a": { "b": 1.5 }, "c": "x" });
        let form = json!({ "whole": "${a.b}", "part": "<${c}>${a.b}", "none": ["${d}", null], "up": "${c|upper}", "...": "${a}" });
        let filled =
            json!({ "whole": 1.5, "part": "<x>1.5", "none": [null, null], "up": "X", "b": 1.5 });
        assert_eq!(fill(&form, &values), filled);
        assert!(FORMS.contains_key("OCR") && FORMS.contains_key("LIST"));
    }
}
