//! The body shapes of an error answer.

use serde_json::{Map, Value};

use crate::repair::{bare, repaired};
use crate::visible::is_invisible;

/// The longest message kept, in characters.
const LONGEST: usize = 500;

/// Keys that carry the general message, in order of preference.
const GENERAL: [&str; 5] = [
    "detail",
    "error",
    "message",
    "error_description",
    "non_field_errors",
];

/// What the body of an error was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BodyKind {
    /// JSON, read in full.
    Json,
    /// A web page.
    Html,
    /// Nothing.
    Empty,
    /// Text that is neither JSON nor a web page, JSON that breaks off, or bytes that are not text.
    Text,
}

/// One field the server complains about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Dotted path, such as `nodes_to_resubmit.0.feature`.
    pub field: String,
    /// The complaint on one line.
    pub message: String,
}

/// What a body says.
pub(super) struct Read {
    pub(super) message: String,
    pub(super) code: Option<String>,
    pub(super) fields: Vec<FieldError>,
    pub(super) kind: BodyKind,
}

/// Reads the body of an error answer with this status, each text of which passes `filter` first.
pub(super) fn read(status: u16, bytes: &[u8], filter: &dyn Fn(String) -> String) -> Read {
    let text = String::from_utf8_lossy(bytes);
    let text = bare(&text);
    let json = serde_json::from_str::<Value>(text).or_else(|error| match repaired(text) {
        Some(repaired) => serde_json::from_str(&repaired.text),
        None => Err(error),
    });
    let (kind, fallback) = match json {
        Ok(value) => return read_json(status, filtered(value, filter)),
        Err(_) if text.is_empty() => (BodyKind::Empty, format!("status {status} without a body")),
        Err(_) if is_html(text) => (
            BodyKind::Html,
            format!("status {status} with a web page instead of JSON"),
        ),
        Err(_) if text.starts_with(['{', '[']) => (
            BodyKind::Text,
            format!("status {status} with JSON that breaks off"),
        ),
        Err(_) => (
            BodyKind::Text,
            format!("status {status} without a readable text"),
        ),
    };
    let plain = kind == BodyKind::Text
        && !text.starts_with(['{', '['])
        && std::str::from_utf8(bytes).is_ok();
    let message = if plain {
        one_line(&filter(text.to_owned()))
    } else {
        String::new()
    };
    Read {
        message: if message.is_empty() {
            fallback
        } else {
            message
        },
        code: None,
        fields: Vec::new(),
        kind,
    }
}

fn filtered(value: Value, filter: &dyn Fn(String) -> String) -> Value {
    match value {
        Value::String(text) => filter(text).into(),
        Value::Array(items) => items
            .into_iter()
            .map(|item| filtered(item, filter))
            .collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(name, value)| (filter(name), filtered(value, filter)))
            .collect(),
        other => other,
    }
}

fn is_html(text: &str) -> bool {
    let start: String = text
        .chars()
        .take(200)
        .collect::<String>()
        .to_ascii_lowercase();
    [
        "<!doctype",
        "<html",
        "<head",
        "<body",
        "<title",
        "<h1",
        "<!--",
    ]
    .iter()
    .any(|tag| start.contains(tag))
}

fn read_json(status: u16, value: Value) -> Read {
    let mut general = Vec::new();
    let mut code = None;
    let mut fields = Vec::new();
    match value {
        Value::Object(map) => read_object(map, &mut general, &mut code, &mut fields),
        other => texts(&other, &mut general),
    }
    let message = match (general.is_empty(), fields.as_slice()) {
        (false, _) => one_line(&general.join(" ")),
        (true, [only]) => only.message.clone(),
        (true, many) => {
            let lines: Vec<String> = many
                .iter()
                .map(|one| format!("{}: {}", one.field, one.message))
                .collect();
            one_line(&lines.join("; "))
        }
    };
    let message = if message.is_empty() {
        format!("status {status} without an explanation")
    } else {
        message
    };
    Read {
        message,
        code,
        fields,
        kind: BodyKind::Json,
    }
}

fn read_object(
    mut map: Map<String, Value>,
    general: &mut Vec<String>,
    code: &mut Option<String>,
    fields: &mut Vec<FieldError>,
) {
    // `code` is a machine-readable word beside a message, but a field of its own when the e-mail code is wrong.
    if GENERAL.iter().any(|key| map.contains_key(*key))
        && let Some(Value::String(word)) = map.get("code")
    {
        *code = Some(one_line(word));
        map.remove("code");
    }
    for key in GENERAL {
        match map.remove(key) {
            Some(Value::Object(inner)) => read_object(inner, general, code, fields),
            // Several general keys usually repeat one another; the first that says something wins.
            Some(value) if general.is_empty() => texts(&value, general),
            _ => {}
        }
    }
    if let Some(Value::Array(errors)) = map.remove("validation_errors") {
        for error in &errors {
            let word = |key| error.get(key).and_then(Value::as_str);
            fields.push(FieldError {
                field: one_line(word("service_id").unwrap_or("validation_errors")),
                message: one_line(word("message").or(word("code")).unwrap_or("refused")),
            });
        }
    }
    for (key, value) in map {
        nested(&key, &value, fields);
    }
}

/// Collects the complaints under one field, however deep they lie.
fn nested(path: &str, value: &Value, fields: &mut Vec<FieldError>) {
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, inner)| nested(&format!("{path}.{key}"), inner, fields)),
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, inner)| nested(&format!("{path}.{index}"), inner, fields));
        }
        leaf => {
            let mut words = Vec::new();
            texts(leaf, &mut words);
            let message = one_line(&words.join(" "));
            if !message.is_empty() {
                fields.push(FieldError {
                    field: one_line(path),
                    message,
                });
            }
        }
    }
}

/// Collects every text under a value.
fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(map) => map.values().for_each(|item| texts(item, into)),
        scalar => into.push(scalar.to_string()),
    }
}

/// Brings anything that a server said to one line without tags, control or invisible formatting characters, cut at
/// [`LONGEST`] characters.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in without_tags(text).split_whitespace() {
        let word: String = word
            .chars()
            .filter(|c| !c.is_control() && !is_invisible(*c))
            .collect();
        if word.is_empty() {
            continue;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        length += word.chars().count();
        line.push_str(&word);
        if length > LONGEST {
            let mut cut: String = line.chars().take(LONGEST - 1).collect();
            cut.push('…');
            return cut;
        }
    }
    line
}

/// Puts a space in place of every tag, so that pieces around a removed tag never make a new one.
fn without_tags(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        clean.push_str(before);
        let opens = after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        // Looking no further than the next bracket of either kind keeps this linear, whatever a server sends.
        let behind_tag = after
            .find(['<', '>'])
            .filter(|_| opens)
            .and_then(|end| after.get(end..)?.strip_prefix('>'));
        rest = match behind_tag {
            Some(behind) => {
                clean.push(' ');
                behind
            }
            None => {
                clean.push('<');
                after
            }
        };
    }
    clean.push_str(rest);
    clean
}
