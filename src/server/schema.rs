//! Makes arguments fit a tool's own schema, or says exactly why they do not.
//!
//! Clients send `"5"` for `5` and a JSON string for an array, so those are converted by what the schema
//! says. Unknown names are refused, because a dropped argument gives a confident wrong answer.

use std::sync::LazyLock;

use serde_json::{Map, Number, Value};

use super::host_arguments::without_additions;
use crate::tools::{JsonObject, ToolError};

/// Converts and checks `arguments` against `schema`.
///
/// # Errors
/// [`ToolError`] naming the argument, what it got and what it takes.
pub fn fit(
    schema: &JsonObject,
    arguments: Map<String, Value>,
) -> Result<Map<String, Value>, ToolError> {
    let properties = properties(schema);
    let arguments = without_additions(arguments, properties);
    // The listed schema has no `additionalProperties: false`, because some clients cannot read it.
    if let Some(name) = arguments
        .keys()
        .find(|name| !properties.contains_key(*name))
    {
        return Err(unknown(name, properties));
    }
    fit_object(schema, arguments, "")
}

fn properties(schema: &JsonObject) -> &JsonObject {
    static NONE: LazyLock<JsonObject> = LazyLock::new(Map::new);
    schema
        .get("properties")
        .and_then(Value::as_object)
        .unwrap_or(&NONE)
}

fn fit_object(
    schema: &JsonObject,
    arguments: Map<String, Value>,
    path: &str,
) -> Result<Map<String, Value>, ToolError> {
    let properties = properties(schema);
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut fitted = Map::new();
    for (name, value) in arguments {
        let place = join(path, &name);
        let Some(property) = properties.get(&name).and_then(Value::as_object) else {
            // An object that names properties takes no others, at any depth; one that names none is free-form.
            if !properties.is_empty() {
                return Err(unknown(&place, properties));
            }
            fitted.insert(name, value);
            continue;
        };
        let is_required = required.contains(&name.as_str());
        let wanted = property.get("type").and_then(Value::as_str).unwrap_or("");
        let value = coerce(wanted, value);
        if !(value.is_null() || !is_required && means_nothing(&name, property, &value)) {
            fitted.insert(name, fit_value(property, value, &place)?);
        }
    }
    for name in required {
        if !fitted.contains_key(name) {
            let place = join(path, name);
            let mut error = ToolError::invalid(place.as_str(), format!("`{place}` is required."));
            let property = properties.get(name);
            if let Some(purpose) = property
                .and_then(|property| property.get("description"))
                .and_then(Value::as_str)
            {
                error = error.with_advice(format!("{name}: {purpose}"));
            }
            if let Some(words) = property
                .and_then(|property| property.get("enum"))
                .and_then(Value::as_array)
            {
                error = error.with_allowed(words.iter().filter_map(Value::as_str));
            }
            return Err(error);
        }
    }
    Ok(fitted)
}

/// Whether an optional value stands for "not given". Hosts that make a model fill in everything get `""`, `[]` and 0 for
/// what it has no value for. An id of a person is the caller's own, and an empty one is a mistake.
fn means_nothing(name: &str, schema: &JsonObject, value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().is_empty() && name != "vendor_data",
        Value::Array(items) => items.is_empty(),
        Value::Number(number) => {
            number.as_f64() == Some(0.0)
                && schema
                    .get("minimum")
                    .and_then(Value::as_f64)
                    .is_some_and(|minimum| minimum > 0.0)
        }
        _ => false,
    }
}

fn unknown(place: &str, properties: &JsonObject) -> ToolError {
    ToolError::invalid(place, format!("`{place}` is not an argument of this tool."))
        .with_allowed(properties.keys().cloned())
}

fn fit_value(schema: &JsonObject, value: Value, place: &str) -> Result<Value, ToolError> {
    let wanted = schema.get("type").and_then(Value::as_str).unwrap_or("");
    let value = match (coerce(wanted, value), only_required(schema)) {
        // A bare text stands for an object that needs only one ("OCR" for {"feature": "OCR"}).
        (text @ Value::String(_), Some(name)) if wanted == "object" => {
            Value::Object(Map::from_iter([(name.to_owned(), text)]))
        }
        (value, _) => value,
    };
    match (wanted, value) {
        ("object", Value::Object(object)) => fit_object(schema, object, place).map(Value::Object),
        ("array", Value::Array(items)) => fit_array(schema, items, place),
        ("string", Value::String(text)) => fit_string(schema, text, place).map(Value::String),
        ("integer", Value::Number(number)) if number.is_i64() || number.is_u64() => {
            in_range(schema, number.as_f64(), place)?;
            Ok(Value::Number(number))
        }
        ("number", Value::Number(number)) => {
            in_range(schema, number.as_f64(), place)?;
            Ok(Value::Number(number))
        }
        ("boolean", Value::Bool(flag)) => Ok(Value::Bool(flag)),
        // An object without named properties takes JSON of any shape (`metadata`).
        ("object", Value::String(text)) if schema.get("properties").is_none() => {
            free_form(text, place)
        }
        ("object", other) if schema.get("properties").is_none() => Ok(other),
        ("", other) => Ok(other),
        (_, other) => Err(ToolError::invalid(
            place,
            format!(
                "`{place}` takes {}, not {}.",
                with_article(wanted),
                kind(&other)
            ),
        )),
    }
}

/// A text that begins like JSON and is none was cut or mistyped, which nobody would see once it is stored as a text.
fn free_form(text: String, place: &str) -> Result<Value, ToolError> {
    if !text.trim_start().starts_with(['{', '[']) {
        return Ok(Value::String(text));
    }
    serde_json::from_str(&text).map_err(|error| {
        let message = format!("`{place}` begins like JSON and is none: {error}.");
        ToolError::invalid(place, message)
    })
}

fn only_required(schema: &JsonObject) -> Option<&str> {
    match schema.get("required").and_then(Value::as_array)?.as_slice() {
        [only] => only.as_str(),
        _ => None,
    }
}

/// Reads what a client wrote as text into the type that the schema names.
fn coerce(wanted: &str, value: Value) -> Value {
    let Value::String(text) = &value else {
        return match (wanted, &value) {
            // 5.0 is 5; some clients have only one kind of number.
            ("integer", Value::Number(number)) => whole(number).map_or(value.clone(), Value::from),
            ("boolean", Value::Number(number)) => match number.as_u64() {
                Some(0) => Value::Bool(false),
                Some(1) => Value::Bool(true),
                _ => value,
            },
            ("string", Value::Number(number)) => {
                let text =
                    whole(number).map_or_else(|| number.to_string(), |whole| whole.to_string());
                Value::String(text)
            }
            ("array", Value::Null | Value::Array(_) | Value::Object(_)) => value,
            ("array", _) => Value::Array(vec![value]),
            _ => value,
        };
    };
    let trimmed = text.trim();
    match wanted {
        "integer" => trimmed.parse::<i64>().map_or(value.clone(), Value::from),
        "number" => trimmed
            .parse::<f64>()
            .ok()
            .and_then(Number::from_f64)
            .map_or(value.clone(), Value::Number),
        "boolean" => match trimmed.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Value::Bool(true),
            "false" | "no" | "0" => Value::Bool(false),
            _ => value,
        },
        "object" => match serde_json::from_str(trimmed) {
            Ok(object @ Value::Object(_)) => object,
            _ => value,
        },
        "array" => match serde_json::from_str(trimmed) {
            Ok(array @ Value::Array(_)) => array,
            _ => Value::Array(
                trimmed
                    .split(',')
                    .map(|item| Value::String(item.trim().to_owned()))
                    .collect(),
            ),
        },
        _ => value,
    }
}

/// The integer that a number with a fraction of zero is.
fn whole(number: &Number) -> Option<i64> {
    number
        .as_f64()
        .filter(|value| number.is_f64() && value.fract() == 0.0 && value.abs() < 9e15)
        .map(|value| value as i64)
}

fn fit_array(schema: &JsonObject, items: Vec<Value>, place: &str) -> Result<Value, ToolError> {
    let Some(item_schema) = schema.get("items").and_then(Value::as_object) else {
        return Ok(Value::Array(items));
    };
    items
        .into_iter()
        .enumerate()
        .map(|(index, item)| fit_value(item_schema, item, &format!("{place}[{index}]")))
        .collect::<Result<Vec<_>, _>>()
        .map(Value::Array)
}

fn fit_string(schema: &JsonObject, text: String, place: &str) -> Result<String, ToolError> {
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
        let allowed: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
        return meant(&text, &allowed).map(str::to_owned).ok_or_else(|| {
            ToolError::invalid(
                place,
                format!("`{place}` does not take \"{}\".", shown(&text)),
            )
            .with_allowed(allowed)
        });
    }
    let length = text.chars().count() as u64;
    let at_least = schema.get("minLength").and_then(Value::as_u64).unwrap_or(0);
    let at_most = schema
        .get("maxLength")
        .and_then(Value::as_u64)
        .unwrap_or(u64::MAX);
    if length < at_least || length > at_most {
        let rule = match (at_least, at_most) {
            (at_least, at_most) if at_least == at_most => format!("exactly {at_least} characters"),
            (at_least, u64::MAX) => format!("at least {at_least} character(s)"),
            (_, at_most) => format!("at most {at_most} characters"),
        };
        return Err(ToolError::invalid(
            place,
            format!("`{place}` takes {rule}, and got {length}."),
        ));
    }
    Ok(text)
}

fn in_range(schema: &JsonObject, number: Option<f64>, place: &str) -> Result<(), ToolError> {
    let number = number.unwrap_or_default();
    let minimum = schema.get("minimum").and_then(Value::as_f64);
    let maximum = schema.get("maximum").and_then(Value::as_f64);
    if minimum.is_none_or(|minimum| number >= minimum)
        && maximum.is_none_or(|maximum| number <= maximum)
    {
        return Ok(());
    }
    let rule = match (minimum, maximum) {
        (Some(minimum), Some(maximum)) => format!("from {minimum} to {maximum}"),
        (Some(minimum), None) => format!("of at least {minimum}"),
        (_, maximum) => format!("of at most {}", maximum.unwrap_or_default()),
    };
    Err(ToolError::invalid(
        place,
        format!("`{place}` takes a number {rule}, and got {number}."),
    ))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// "In Review", "in_review" and "IN-REVIEW" are one word to whoever types them.
fn folded(text: &str) -> String {
    text.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The allowed word that was meant: the same but for case and separators, or the only one that begins
/// so ("approve" for "Approved").
fn meant<'a>(text: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let wanted = folded(text);
    let exact = allowed.iter().find(|word| folded(word) == wanted);
    let mut beginning = allowed
        .iter()
        .filter(|word| wanted.len() >= 4 && folded(word).starts_with(&wanted));
    match (exact, beginning.next(), beginning.next()) {
        (Some(word), ..) | (None, Some(word), None) => Some(word),
        _ => None,
    }
}

fn shown(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(60)
        .collect()
}

fn with_article(kind: &str) -> String {
    match kind.chars().next() {
        Some('a' | 'i' | 'o') => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
