//! Adds a server to the text of a client's file, and keeps everything else of it: other servers, comments, order, blanks.

use jsonc_parser::{
    ParseOptions,
    cst::{CstInputValue, CstObject, CstRootNode},
};
use serde_json::Value;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table};

use super::client::{Client, Entry};

/// The text with the server in it. Of a server that is there under this name only what is different changes.
///
/// # Errors
/// What is wrong with the text, for whoever wrote it.
pub(super) fn add(client: Client, text: &str, name: &str, entry: &Entry) -> Result<String, String> {
    let server = client.server(entry);
    let mut after = match client {
        Client::Codex => in_toml(text, client.keys(), name, &server)?,
        _ => in_json(text, client.keys(), name, &server)?,
    };
    if text.is_empty() && !after.ends_with('\n') {
        after.push('\n');
    }
    Ok(after)
}

fn in_json(
    text: &str,
    keys: &[&str],
    name: &str,
    server: &[(&str, Value)],
) -> Result<String, String> {
    let root = CstRootNode::parse(text, &ParseOptions::default())
        .map_err(|error| format!("it is not JSON: {error}"))?;
    let mut object = root
        .object_value_or_create()
        .ok_or("it should hold an object")?;
    for key in keys {
        object = object
            .object_value_or_create(key)
            .ok_or_else(|| format!("`{key}` in it should be an object"))?;
    }
    match (object.object_value(name), object.get(name)) {
        (Some(there), _) => {
            for (key, value) in server {
                set(&there, key, value);
            }
        }
        (None, Some(there)) => there.set_value(object_of(server)),
        (None, None) => {
            object.append(name, object_of(server));
        }
    }
    Ok(root.to_string())
}

fn set(object: &CstObject, key: &str, value: &Value) {
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

fn in_toml(
    text: &str,
    keys: &[&str],
    name: &str,
    server: &[(&str, Value)],
) -> Result<String, String> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| format!("it is not TOML: {}", error.message()))?;
    let mut table = document.as_table_mut();
    for key in keys {
        let implicit = || {
            let mut table = Table::new();
            // No heading of its own: the one of the server says it all.
            table.set_implicit(true);
            Item::Table(table)
        };
        table = table
            .entry(key)
            .or_insert_with(implicit)
            .as_table_mut()
            .ok_or_else(|| format!("`{key}` in it should be a table"))?;
    }
    let there = table
        .entry(name)
        .or_insert_with(|| Item::Table(Table::new()))
        .as_table_like_mut()
        .ok_or_else(|| format!("`{name}` in it should be a table"))?;
    for (key, value) in server {
        let value = toml(value);
        let is_same = there
            .get(key)
            .and_then(Item::as_value)
            .is_some_and(|there| there.to_string().trim() == value.to_string().trim());
        if !is_same {
            there.insert(key, Item::Value(value));
        }
    }
    Ok(document.to_string())
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
