//! The settings of features: a table and its kinds.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::error::{Error, type_name};
use crate::ids::hyphenated;

/// What a setting's value can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigKind {
    /// An integer within these bounds, both included.
    Integer {
        /// The smallest value.
        least: i64,
        /// The largest value.
        most: i64,
    },
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// One of these words; any case is taken, and this spelling is sent.
    Word(Vec<String>),
    /// Any text.
    Text,
    /// A UUID.
    Uuid,
    /// A list.
    Array,
    /// A JSON object or list.
    Json,
}

pub(super) type ConfigTable = BTreeMap<String, BTreeMap<String, ConfigKind>>;

/// Feature → setting → kind. The file groups the settings of a feature by kind; a test holds it to the sixteen features.
pub(super) static CONFIG: LazyLock<ConfigTable> = LazyLock::new(|| {
    let grouped: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        serde_json::from_str(include_str!("config.json")).unwrap_or_default();
    let ungroup = |kinds: BTreeMap<String, Vec<String>>| {
        kinds
            .into_iter()
            .flat_map(|(kind, keys)| keys.into_iter().map(move |key| (key, config_kind(&kind))))
            .collect()
    };
    grouped
        .into_iter()
        .map(|(feature, kinds)| (feature, ungroup(kinds)))
        .collect()
});

fn config_kind(text: &str) -> ConfigKind {
    if let Some((least, most)) = text.split_once("..")
        && let (Ok(least), Ok(most)) = (least.parse(), most.parse())
    {
        return ConfigKind::Integer { least, most };
    }
    match text {
        "number" => ConfigKind::Number,
        "boolean" => ConfigKind::Boolean,
        "string" => ConfigKind::Text,
        "uuid" => ConfigKind::Uuid,
        "array" => ConfigKind::Array,
        "json" => ConfigKind::Json,
        words => ConfigKind::Word(words.split('|').map(str::to_owned).collect()),
    }
}

impl ConfigKind {
    pub(super) fn normal(&self, field: &str, value: &Value) -> Result<Value, Error> {
        if value.is_null() {
            return Ok(Value::Null);
        }
        let wrong = |wanted: String| {
            Error::invalid(field, format!("must be {wanted}, not {}", type_name(value)))
        };
        match self {
            Self::Integer { least, most } => {
                let whole = value.as_i64().or_else(|| {
                    value
                        .as_f64()
                        .filter(|n| n.fract() == 0.0)
                        .map(|n| n as i64)
                });
                match whole {
                    Some(number) if (*least..=*most).contains(&number) => Ok(Value::from(number)),
                    _ if value.is_number() => Err(Error::invalid(
                        field,
                        format!("must be an integer between {least} and {most}"),
                    )),
                    _ => Err(wrong(format!("an integer between {least} and {most}"))),
                }
            }
            Self::Number if value.is_number() => Ok(value.clone()),
            Self::Number => Err(wrong("a number".to_owned())),
            Self::Boolean if value.is_boolean() => Ok(value.clone()),
            Self::Boolean => Err(wrong("true or false".to_owned())),
            Self::Word(words) => {
                let text = value
                    .as_str()
                    .ok_or_else(|| wrong(format!("one of {}", words.join(", "))))?;
                let word = words
                    .iter()
                    .find(|word| word.eq_ignore_ascii_case(text.trim()));
                word.map(|word| Value::from(word.as_str()))
                    .ok_or_else(|| Error::not_one_of(field, text, words))
            }
            Self::Text if value.is_string() => Ok(value.clone()),
            Self::Text => Err(wrong("a string".to_owned())),
            Self::Uuid => match value.as_str().and_then(hyphenated) {
                Some(uuid) => Ok(Value::from(uuid.as_hyphenated().to_string())),
                None => Err(Error::invalid(
                    field,
                    "must be a UUID such as 5b1f3c9a-0000-4000-8000-000000000001",
                )),
            },
            Self::Array if value.is_array() => Ok(value.clone()),
            Self::Array => Err(wrong("an array".to_owned())),
            Self::Json if value.is_array() || value.is_object() => Ok(value.clone()),
            Self::Json => Err(wrong("an object or an array".to_owned())),
        }
    }
}
