//! The values of a request, one line each, read from what will be sent.

use serde::Serialize;
use serde_json::Value;

use super::{Line, quoted};

/// One value of a request, with what it replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    label: String,
    new: Line,
    old: Option<Line>,
}

impl Setting {
    /// A value that is not in the request as such.
    pub fn new(label: impl Into<String>, new: Line, old: Option<Line>) -> Self {
        Self {
            label: label.into(),
            new,
            old,
        }
    }

    /// Every value of a request, in its own order. `before` is the object as it is now, in the same field names.
    pub fn of_request(request: &impl Serialize, before: Option<&Value>) -> Vec<Self> {
        let mut settings = Vec::new();
        // What cannot be serialized cannot be sent either; sending reports that error.
        if let Ok(Value::Object(fields)) = serde_json::to_value(request) {
            for (name, value) in &fields {
                // Metadata is the caller's own, names included; those of everything else are Didit's.
                let name_of = if name == "metadata" { quoted } else { plain };
                add(
                    &mut settings,
                    &words(name),
                    value,
                    before.and_then(|before| before.get(name)),
                    name_of,
                );
            }
        }
        settings
    }

    /// The line: `Label: "new" (was "old")`.
    pub(super) fn line(&self) -> Line {
        let line = Line::new(format!("{}: ", self.label)).then(self.new.clone());
        match &self.old {
            Some(old) => line.words(" (was ").then(old.clone()).words(")"),
            None => line,
        }
    }
}

/// `name_of` tells how the name of a field within the value stands in a label.
fn add(
    settings: &mut Vec<Setting>,
    label: &str,
    new: &Value,
    old: Option<&Value>,
    name_of: fn(&str) -> String,
) {
    match new {
        Value::Object(fields) if !fields.is_empty() => {
            let mut add = |name: &str, new: &Value, old: Option<&Value>| {
                let label = format!("{label}, {}", name_of(name));
                add(settings, &label, new, old, name_of);
            };
            for (name, value) in fields {
                add(name, value, old.and_then(|old| old.get(name)));
            }
            // An object is replaced as a whole, so what the new one lacks is removed.
            let before = old.and_then(Value::as_object).into_iter().flatten();
            for (name, old) in before.filter(|(name, _)| !fields.contains_key(*name)) {
                add(name, &Value::Null, Some(old));
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (place, item) in items.iter().enumerate() {
                let old = old.and_then(|old| old.get(place));
                let label = format!("{label} {}", place + 1);
                add(settings, &label, item, old, name_of);
            }
        }
        _ => settings.push(Setting {
            label: label.to_owned(),
            new: shown(new),
            old: old.filter(|old| *old != new).map(shown),
        }),
    }
}

/// A value in a line: texts quoted, numbers as they are, flags as people say them.
fn shown(value: &Value) -> Line {
    match value {
        Value::Null => Line::new("nothing"),
        Value::Bool(true) => Line::new("yes"),
        Value::Bool(false) => Line::new("no"),
        Value::Number(number) => Line::new(number.to_string()),
        Value::String(text) => Line::default().sent(text),
        Value::Array(items) if items.is_empty() => Line::new("none"),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .fold(Line::default(), |line, (place, item)| {
                    let line = if place == 0 { line } else { line.words(", ") };
                    line.then(shown(item))
                })
        }
        Value::Object(fields) if fields.is_empty() => Line::new("{}"),
        Value::Object(_) => Line::default().sent(value.to_string()),
    }
}

/// A field's name in words: `send_email` is `send email`.
fn plain(name: &str) -> String {
    name.replace('_', " ")
}

/// A field's name as the beginning of a line: `send_email` is `Send email`.
fn words(name: &str) -> String {
    let words = plain(name);
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tools::{PersonalData, personal::Outlet};

    #[test]
    fn every_value_has_a_line_with_what_it_replaces() {
        let request = json!({
            "url": "https://new.example.net/x",
            "enabled": true,
            "subscribed_events": ["status.updated", "data.updated"],
            "nodes_to_resubmit": [{"node_id": "feature_ocr_1", "feature": "OCR"}],
            "limits": {"age": 18},
            "metadata": {"order_1": 2, "a\": no (was [b]": true},
            "nothing": null,
        });
        let before = json!({"url": "https://old.example.net/x", "enabled": true, "subscribed_events": [], "limits": {"age": 16, "height": {"cm": 90}},
                "metadata": {"order_1": 1}, "nothing": {"order": 1}});
        let lines: Vec<String> = Setting::of_request(&request, Some(&before))
            .iter()
            .map(|setting| {
                setting
                    .line()
                    .shown(PersonalData::None, Outlet::Conversation)
            })
            .collect();
        assert_eq!(
            lines,
            [
                "Enabled: yes",
                "Limits, age: 18 (was 16)",
                r#"Limits, height: nothing (was "{\u{22}cm\u{22}:90}")"#,
                r#"Metadata, "a\u{22}: no (was \u{5b}b\u{5d}": yes"#,
                r#"Metadata, "order_1": 2 (was 1)"#,
                "Nodes to resubmit 1, feature: \"OCR\"",
                "Nodes to resubmit 1, node id: \"feature_ocr_1\"",
                r#"Nothing: nothing (was "{\u{22}order\u{22}:1}")"#,
                "Subscribed events: \"status.updated\", \"data.updated\" (was none)",
                "Url: \"https://new.example.net/x\" (was \"https://old.example.net/x\")",
            ]
        );
    }
}
