//! The configuration each feature accepts.

use std::{collections::HashMap, sync::LazyLock};

use serde_json::{Map, Value, json};

use super::Kind;
use crate::countries;

/// Absent, null and `{}` allow every document; otherwise at least one document of one country must be left.
pub(super) fn check_documents(allowed: Option<&Value>) -> Result<(), Value> {
    let countries = match allowed {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(countries)) if countries.is_empty() => return Ok(()),
        Some(Value::Object(countries)) => countries,
        Some(_) => {
            return Err(json!([
                "documents_allowed must be an object keyed by country."
            ]));
        }
    };
    let mut enabled = false;
    for (country, documents) in countries {
        if !countries::is_alpha3(country) {
            return Err(json!([format!(
                "Invalid country code '{country}' in documents_allowed."
            )]));
        }
        for document in documents.as_object().into_iter().flat_map(Map::values) {
            let sides = document.get("sides").and_then(Value::as_i64);
            if sides.is_some_and(|sides| !(1..=2).contains(&sides)) {
                return Err(json!([format!(
                    "Invalid sides for {country} in documents_allowed: use 1 or 2."
                )]));
            }
            enabled |= !matches!(document.get("enabled"), Some(Value::Bool(false)))
                && document.get("enabled").and_then(Value::as_i64) != Some(0);
        }
    }
    if enabled {
        return Ok(());
    }
    Err(json!([
        "documents_allowed must enable at least one document type."
    ]))
}

/// The types of every known configuration key, per feature.
static CONFIG_KEYS: LazyLock<HashMap<String, HashMap<String, String>>> = LazyLock::new(|| {
    // The file is part of the source and read by a test; without it every key would count as unknown.
    serde_json::from_str(include_str!("feature_config.json")).unwrap_or_default()
});

/// `config` without the keys the API drops silently; known keys must have the right type and range.
pub(super) fn known_config(
    kind: &Kind,
    config: Map<String, Value>,
) -> Result<Map<String, Value>, Value> {
    let mut kept = Map::new();
    for (key, value) in config {
        let Some(form) = CONFIG_KEYS.get(kind.name).and_then(|keys| keys.get(&key)) else {
            // `documents_allowed` was checked above; its inner form is open.
            if key == "documents_allowed" && kind.name == "OCR" {
                kept.insert(key, value);
            }
            continue;
        };
        if !value.is_null() && !fits(form, &value) {
            return Err(
                json!([{ "config": { key: [format!("Invalid value {value}; expected {form}.")] } }]),
            );
        }
        kept.insert(key, value);
    }
    Ok(kept)
}

fn fits(form: &str, value: &Value) -> bool {
    match form {
        "json" => true,
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "uuid" => value
            .as_str()
            .is_some_and(|text| uuid::Uuid::parse_str(text).is_ok()),
        _ => {
            if let Some((least, most)) = form
                .strip_prefix("int ")
                .and_then(|range| range.split_once(".."))
            {
                let bound = |text: &str| text.parse::<i64>().unwrap_or_default();
                return value
                    .as_i64()
                    .is_some_and(|value| (bound(least)..=bound(most)).contains(&value));
            }
            // A choice; both cases are seen in the API's own material.
            value.as_str().is_some_and(|text| {
                form.split('|')
                    .any(|choice| choice.eq_ignore_ascii_case(text))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::KINDS, *};

    #[test]
    fn every_feature_has_its_configuration_keys() {
        for kind in &KINDS {
            assert!(CONFIG_KEYS.contains_key(kind.name), "{}", kind.name);
        }
        assert!(fits("int 0..100", &json!(100)) && !fits("int 0..100", &json!(101)));
        assert!(
            fits("NO_ACTION|REVIEW", &json!("review"))
                && !fits("NO_ACTION|REVIEW", &json!("maybe"))
        );
    }
}
