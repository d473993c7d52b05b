//! The rules about the order and the configuration of a workflow's features.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::{Map, Value, json};

use crate::{
    catalog::{
        countries,
        features::{Feature, KINDS, Kind},
    },
    contract::Schema,
    reply::{REQUIRED, not_an_object},
    values::Object,
};

/// What the configuration of each feature can hold.
static CONFIGURATIONS: LazyLock<BTreeMap<String, Schema>> =
    // The file is part of the source and read by a test; without it every key would count as unknown.
    LazyLock::new(|| {
        serde_json::from_str(include_str!("../catalog/feature_config.json")).unwrap_or_default()
    });

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
        config: known_config(kind, &config)?,
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
fn known_config(kind: &Kind, config: &Object) -> Result<Object, Value> {
    let schema = CONFIGURATIONS.get(&kind.name);
    let known = schema.map_or_else(|| Ok(Object::new()), |schema| schema.members(config));
    known.map_err(|errors| json!([{ "config": errors }]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_its_configuration_keys() {
        for kind in KINDS.iter() {
            assert!(CONFIGURATIONS.contains_key(&kind.name), "{}", kind.name);
        }
    }
}
