//! Adds a server to the text of a client's file, and keeps everything else of it: other servers, comments, order, blanks.

use jsonc_parser::{
    ParseOptions,
    cst::{CstInputValue, CstObject, CstRootNode},
};
use serde_json::{Map, Value};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike};

use super::client::{Client, Entry};

/// The text with the server in it. Of a server that is there under this name only what is different changes.
///
/// # Errors
/// What is wrong with the text, for whoever wrote it.
pub(super) fn add(client: Client, text: &str, name: &str, entry: &Entry) -> Result<String, String> {
    // Some editors begin a file with a byte order mark, which no parser takes.
    let (mark, body) = match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => (BYTE_ORDER_MARK, rest),
        None => ("", text),
    };
    let mut after = match client {
        Client::Codex => in_toml(client, body, name, entry)?,
        _ => in_json(client, body, name, entry)?,
    };
    if body.is_empty() && !after.ends_with('\n') {
        after.push('\n');
    }
    Ok(format!("{mark}{after}"))
}

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Refuses to change what somebody chose: arguments such as `--read-only` would be gone without a word.
fn refuse_other(
    name: &str,
    there: &Value,
    server: &[(&str, Value)],
    replaces: bool,
) -> Result<(), String> {
    if there.get("url").is_some() || there.get("headers").is_some() {
        return Err(format!(
            "`{name}` in it is a server at an address; remove it, or choose another --name"
        ));
    }
    for (key, value) in server {
        let there = there.get(*key).and_then(Value::as_array);
        let given = value.as_array().map(Vec::as_slice).unwrap_or_default();
        // The program itself is the first word of some.
        let skipped = usize::from(*key == "command");
        let words = |all: &[Value]| all.get(skipped..).unwrap_or_default().to_vec();
        let there = words(there.map(Vec::as_slice).unwrap_or_default());
        if !replaces && *key != "env_vars" && !there.is_empty() && there != words(given) {
            return Err(format!(
                "`{name}` in it starts with the arguments {}; --replace starts it with those given here, and --name adds \
                 another server",
                Value::from(there)
            ));
        }
    }
    Ok(())
}

fn in_json(client: Client, text: &str, name: &str, entry: &Entry) -> Result<String, String> {
    let server = client.server(entry);
    let root = CstRootNode::parse(text, &ParseOptions::default())
        .map_err(|error| format!("it is not JSON: {error}"))?;
    let mut object = root
        .object_value_or_create()
        .ok_or("it should hold an object")?;
    for key in client.keys() {
        refuse_twice(&object, key)?;
        object = object
            .object_value_or_create(key)
            .ok_or_else(|| format!("`{key}` in it should be an object"))?;
    }
    refuse_twice(&object, name)?;
    match (object.object_value(name), object.get(name)) {
        (Some(there), _) => {
            let now = there.to_serde_value().unwrap_or_default();
            refuse_other(name, &now, &server, entry.replaces)?;
            for (key, value) in &server {
                refuse_twice(&there, key)?;
                set(&there, key, value);
            }
        }
        (None, Some(there)) => there.set_value(object_of(&server)),
        (None, None) => {
            object.append(name, object_of(&server));
        }
    }
    Ok(root.to_string())
}

/// Programs that read a name twice take the last one, so changing the first would do nothing.
fn refuse_twice(object: &CstObject, name: &str) -> Result<(), String> {
    let properties = object.properties();
    let names = properties
        .iter()
        .filter_map(|property| property.decoded_name());
    if names.filter(|other| other == name).count() > 1 {
        return Err(format!("`{name}` stands in it twice"));
    }
    Ok(())
}

/// Sets a value; of an object, as the environment is one, only the entries that are given.
fn set(object: &CstObject, key: &str, value: &Value) {
    if let (Value::Object(entries), Some(there)) = (value, object.object_value(key)) {
        for (key, value) in entries {
            set(&there, key, value);
        }
        return;
    }
    match object.get(key) {
        Some(there) if there.to_serde_value().as_ref() == Some(value) => {}
        Some(there) => there.set_value(input(value)),
        None => {
            object.append(key, input(value));
        }
    }
}

fn object_of(entries: &[(&str, Value)]) -> CstInputValue {
    let entries = entries.iter();
    CstInputValue::Object(
        entries
            .map(|(key, value)| ((*key).to_owned(), input(value)))
            .collect(),
    )
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Object(entries) => CstInputValue::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), input(value)))
                .collect(),
        ),
    }
}

fn in_toml(client: Client, text: &str, name: &str, entry: &Entry) -> Result<String, String> {
    let server = client.server(entry);
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| format!("it is not TOML: {}", error.message()))?;
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for key in client.keys() {
        let implicit = || {
            let mut table = Table::new();
            // No heading of its own: the one of the server says it all.
            table.set_implicit(true);
            Item::Table(table)
        };
        table = table
            .entry(key)
            .or_insert_with(implicit)
            .as_table_like_mut()
            .ok_or_else(|| format!("`{key}` in it should be a table"))?;
    }
    let there = table
        .entry(name)
        .or_insert_with(|| Item::Table(Table::new()))
        .as_table_like_mut()
        .ok_or_else(|| format!("`{name}` in it should be a table"))?;
    let now: Map<String, Value> = there
        .iter()
        .map(|(key, item)| (key.to_owned(), json_of(item)))
        .collect();
    refuse_other(name, &now.into(), &server, entry.replaces)?;
    for (key, value) in &server {
        let mut value = toml(value);
        match there.get_mut(key).and_then(Item::as_value_mut) {
            Some(old) if bare(old) == bare(&value) => {}
            Some(old) => {
                // The comment behind the old value stays.
                *value.decor_mut() = old.decor().clone();
                *old = value;
            }
            None => {
                there.insert(key, Item::Value(value));
            }
        }
    }
    let after = document.to_string();
    // The lines end as they did; the parser makes all of them end in one way.
    Ok(if text.contains("\r\n") {
        after.replace("\r\n", "\n").replace('\n', "\r\n")
    } else {
        after
    })
}

/// A value without blanks and comments around and within it.
fn bare(value: &toml_edit::Value) -> String {
    match value {
        toml_edit::Value::Array(items) => items.iter().map(bare).collect::<Vec<_>>().join(","),
        other => {
            let mut other = other.clone();
            other.decor_mut().clear();
            other.to_string()
        }
    }
}

/// Texts and lists of them, which is what a server's arguments are.
fn json_of(item: &Item) -> Value {
    match item.as_value() {
        Some(toml_edit::Value::String(text)) => text.value().as_str().into(),
        Some(toml_edit::Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().unwrap_or_default())
            .collect(),
        _ => true.into(),
    }
}

fn toml(value: &Value) -> toml_edit::Value {
    match value {
        Value::Array(items) => items.iter().map(toml).collect::<Array>().into(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.as_str(), toml(value)))
            .collect::<InlineTable>()
            .into(),
        Value::Bool(flag) => (*flag).into(),
        Value::String(text) => text.as_str().into(),
        // Servers are written down in texts, switches and lists of them.
        Value::Number(_) | Value::Null => value.to_string().into(),
    }
}
