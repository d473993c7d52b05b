//! The features a workflow can have, and the rules about their order and configuration.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    catalog::countries,
    reply::{REQUIRED, not_an_object},
    values::Object,
};

/// A feature, with the different names it has in different places of the API.
#[derive(Debug, Deserialize, PartialEq, Eq)]
pub struct Kind {
    /// In workflows: `OCR`.
    pub name: String,
    /// In decisions and session rows: `ID_VERIFICATION`.
    pub display: String,
    /// In warnings.
    pub tag: String,
    /// The middle of node ids: `feature_ocr_1`.
    node: String,
    /// The key of its results in a decision.
    pub results: String,
    /// Ten-thousandths of a dollar.
    price: i64,
    /// It looks at what other features collected, so it cannot come first.
    #[serde(default)]
    passive: bool,
    /// One of these must come before it.
    #[serde(default)]
    after: Vec<String>,
    /// What callers may call it otherwise.
    #[serde(default)]
    aliases: Vec<String>,
    /// The setting that tells whether a workflow has it.
    pub flag: Option<String>,
    /// As people call the step.
    pub title: String,
    /// What a person would do here.
    pub task: String,
    /// It needs nothing of the person.
    #[serde(default)]
    pub runs_by_itself: bool,
    /// Asked for again, it runs within the request.
    #[serde(default)]
    pub runs_again_at_once: bool,
}

/// Sorted by name, which is also the order in which the API lists them in its error.
pub static KINDS: LazyLock<Vec<Kind>> =
    // The file is part of the source and read by a test; without it there would be no feature.
    LazyLock::new(|| serde_json::from_str(include_str!("features.json")).unwrap_or_default());

/// The types of every known configuration key, per feature.
static CONFIG_KEYS: LazyLock<HashMap<String, HashMap<String, String>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("feature_config.json")).unwrap_or_default());

/// A feature as one workflow uses it.
#[derive(Clone, Debug)]
pub struct Feature {
    pub kind: &'static Kind,
    pub node_id: String,
    pub label: Option<String>,
    pub config: Object,
}

impl Feature {
    pub fn is(&self, name: &str) -> bool {
        self.kind.name == name
    }

    /// Ten-thousandths of a dollar; active liveness costs more than passive.
    pub fn price(&self) -> i64 {
        let active = self
            .text("face_liveness_method")
            .is_some_and(|method| method != "PASSIVE");
        if self.is("LIVENESS") && active {
            1_500
        } else {
            self.kind.price
        }
    }

    /// A text of its configuration, in upper case.
    pub fn text(&self, key: &str) -> Option<String> {
        self.config.get(key)?.as_str().map(str::to_uppercase)
    }

    pub fn number(&self, key: &str, default: f64) -> f64 {
        self.config
            .get(key)
            .and_then(Value::as_f64)
            .unwrap_or(default)
    }
}

/// The workflow's name for a feature that callers may also call otherwise.
pub fn usual_name(name: &str) -> &str {
    let known = KINDS
        .iter()
        .find(|kind| kind.aliases.iter().any(|alias| alias == name));
    known.map_or(name, |kind| &kind.name)
}

/// Reads and checks the `features` of a body; the error is the value to put under that key. With a portrait given for
/// every session, a face can be matched without a document.
pub fn read(items: &[Value], portrait_given: bool) -> Result<Vec<Feature>, Value> {
    let mut features: Vec<Feature> = Vec::new();
    for item in items {
        let feature = read_one(item, &features, portrait_given)?;
        features.push(feature);
    }
    Ok(features)
}

fn read_one(item: &Value, before: &[Feature], portrait_given: bool) -> Result<Feature, Value> {
    let Value::Object(item) = item else {
        return Err(json!([not_an_object(item)]));
    };
    let Some(name) = item.get("feature") else {
        return Err(json!([{ "feature": [REQUIRED] }]));
    };
    let name = name.as_str().unwrap_or_default();
    let Some(kind) = KINDS.iter().find(|kind| kind.name == name) else {
        // The API's own list leaves DOCUMENT_AI out although it is accepted.
        let names = KINDS.iter().map(|kind| kind.name.as_str());
        let known: Vec<&str> = names.filter(|name| *name != "DOCUMENT_AI").collect();
        return Err(json!([format!(
            "Invalid feature '{name}'. Allowed values: {}.",
            known.join(", ")
        )]));
    };
    if kind.passive && before.is_empty() {
        return Err(json!([format!(
            "Feature '{name}' cannot be the first feature of a workflow."
        )]));
    }
    let exempt = kind.after.is_empty() || portrait_given && name == "FACE_MATCH";
    if !exempt
        && !before
            .iter()
            .any(|known| kind.after.contains(&known.kind.name))
    {
        let text = format!(
            "Feature '{name}' must appear after one of: {}.",
            kind.after.join(", ")
        );
        return Err(json!([text]));
    }
    let config = match item.get("config") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(config)) => config.clone(),
        Some(_) => return Err(json!([{ "config": ["Not a valid object."] }])),
    };
    check_needs(kind, &config)?;
    let position = before.iter().filter(|known| known.kind == kind).count() + 1;
    Ok(Feature {
        kind,
        node_id: format!("feature_{}_{position}", kind.node),
        label: item.get("label").and_then(Value::as_str).map(str::to_owned),
        config: known_config(kind, config)?,
    })
}

/// What some features cannot work without.
fn check_needs(kind: &Kind, config: &Object) -> Result<(), Value> {
    match kind.name.as_str() {
        "QUESTIONNAIRE" => Err(
            match config.get("questionnaire_uuid").and_then(Value::as_str) {
                None => json!(["Feature 'QUESTIONNAIRE' requires config.questionnaire_uuid."]),
                // The simulator has no questionnaires, so none belongs to the application.
                Some(id) => json!(format!(
                    "Questionnaire '{id}' was not found for this application. Create the questionnaire first, then use its \
                 questionnaire_id."
                )),
            },
        ),
        "KYB_DOCUMENTS" => match config.get("kyb_required_document_groups") {
            Some(Value::Array(groups)) if !groups.is_empty() => Ok(()),
            Some(Value::Object(groups)) if !groups.is_empty() => Ok(()),
            _ => Err(json!([
                "Feature 'KYB_DOCUMENTS' requires a non-empty config.kyb_required_document_groups."
            ])),
        },
        "OCR" => {
            check_documents(config.get("documents_allowed")).map_err(|complaint| json!([complaint]))
        }
        _ => Ok(()),
    }
}

/// Absent, null and `{}` allow every document; otherwise at least one document of one country must be left.
fn check_documents(allowed: Option<&Value>) -> Result<(), String> {
    let countries = match allowed {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(countries)) if countries.is_empty() => return Ok(()),
        Some(Value::Object(countries)) => countries,
        Some(_) => return Err("documents_allowed must be an object keyed by country.".to_owned()),
    };
    let mut enabled = false;
    for (country, documents) in countries {
        if !countries::is_alpha3(country) {
            return Err(format!(
                "Invalid country code '{country}' in documents_allowed."
            ));
        }
        for document in documents.as_object().into_iter().flat_map(Map::values) {
            let sides = document.get("sides").and_then(Value::as_i64);
            if sides.is_some_and(|sides| !(1..=2).contains(&sides)) {
                return Err(format!(
                    "Invalid sides for {country} in documents_allowed: use 1 or 2."
                ));
            }
            enabled |= !document
                .get("enabled")
                .is_some_and(|enabled| *enabled == json!(false) || *enabled == json!(0));
        }
    }
    if enabled {
        Ok(())
    } else {
        Err("documents_allowed must enable at least one document type.".to_owned())
    }
}

/// `config` without the keys the API drops silently; known keys must have the right type and range.
fn known_config(kind: &Kind, config: Object) -> Result<Object, Value> {
    let mut kept = Map::new();
    for (key, value) in config {
        match CONFIG_KEYS.get(&kind.name).and_then(|keys| keys.get(&key)) {
            Some(form) if !value.is_null() && !fits(form, &value) => {
                let complaint = format!("Invalid value {value}; expected {form}.");
                return Err(json!([{ "config": { key: [complaint] } }]));
            }
            Some(_) => drop(kept.insert(key, value)),
            // It was checked above; its inner form is open.
            None if key == "documents_allowed" && kind.name == "OCR" => {
                drop(kept.insert(key, value))
            }
            None => {}
        }
    }
    Ok(kept)
}

fn fits(form: &str, value: &Value) -> bool {
    let text = value.as_str();
    match form {
        "json" => true,
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "uuid" => text.is_some_and(|text| uuid::Uuid::parse_str(text).is_ok()),
        _ => match form
            .strip_prefix("int ")
            .and_then(|range| range.split_once(".."))
        {
            Some((least, most)) => {
                let bound = |text: &str| text.parse::<i64>().unwrap_or_default();
                value
                    .as_i64()
                    .is_some_and(|value| (bound(least)..=bound(most)).contains(&value))
            }
            // A choice; both cases are seen in the API's own material.
            None => text.is_some_and(|text| {
                form.split('|')
                    .any(|choice| choice.eq_ignore_ascii_case(text))
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_its_configuration_keys() {
        assert_eq!(KINDS.len(), 16);
        for kind in KINDS.iter() {
            assert!(CONFIG_KEYS.contains_key(&kind.name), "{}", kind.name);
        }
        assert!(fits("int 0..100", &json!(100)) && !fits("int 0..100", &json!(101)));
        assert!(
            fits("NO_ACTION|REVIEW", &json!("review"))
                && !fits("NO_ACTION|REVIEW", &json!("maybe"))
        );
    }
}
