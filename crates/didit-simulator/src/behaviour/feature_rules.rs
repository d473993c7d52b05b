//! The rules about the order and the configuration of a workflow's features.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::{Map, Value, json};

use crate::{
    catalog::{
        countries,
        features::{Feature, KINDS, Kind},
    },
    contract::Schema,
    reply::{REQUIRED, not_an_object, refuse_if},
    values::{Fields, Object},
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
    refuse_if(!item.is_object(), || json!([not_an_object(item)]))?;
    let Some(name) = item.get("feature") else {
        return Err(json!([{ "feature": [REQUIRED] }]));
    };
    let name = name.as_str().unwrap_or_default();
    let Some(kind) = KINDS.iter().find(|kind| kind.name == name) else {
        // The API's own list leaves DOCUMENT_AI out although it is accepted.
        let names = KINDS.iter().map(|kind| kind.name.as_str());
        let known: Vec<&str> = names.filter(|name| *name != "DOCUMENT_AI").collect();
        let known = known.join(", ");
        let text = format!("Invalid feature '{name}'. Allowed values: {known}.");
        return Err(json!([text]));
    };
    refuse_if(kind.passive && before.is_empty(), || {
        let text = format!("Feature '{name}' cannot be the first feature of a workflow.");
        json!([text])
    })?;
    let exempt = kind.after.is_empty() || portrait_given && name == "FACE_MATCH";
    let follows = before
        .iter()
        .any(|known| kind.after.contains(&known.kind.name));
    refuse_if(!exempt && !follows, || {
        let after = kind.after.join(", ");
        json!([format!(
            "Feature '{name}' must appear after one of: {after}."
        )])
    })?;
    let config = item.json("config");
    refuse_if(
        !config.is_null() && !config.is_object(),
        || json!([{ "config": ["Not a valid object."] }]),
    )?;
    check_needs(kind, &config)?;
    let position = before.iter().filter(|known| known.kind == kind).count() + 1;
    // The API drops other keys silently.
    let schema = CONFIGURATIONS.get(&kind.name);
    let known = match (schema, config.as_object()) {
        (Some(schema), Some(config)) => schema.members(config),
        _ => Ok(Object::new()),
    };
    Ok(Feature {
        kind,
        node_id: format!("feature_{}_{position}", kind.node),
        label: item.text("label").map(str::to_owned),
        config: known.map_err(|errors| json!([{ "config": errors }]))?,
    })
}

/// What some features cannot work without.
fn check_needs(kind: &Kind, config: &Value) -> Result<(), Value> {
    match kind.name.as_str() {
        "QUESTIONNAIRE" => Err(match config.text("questionnaire_uuid") {
            None => json!(["Feature 'QUESTIONNAIRE' requires config.questionnaire_uuid."]),
            // The simulator has no questionnaires, so none belongs to the application.
            Some(id) => json!(format!(
                "Questionnaire '{id}' was not found for this application. Create the questionnaire first, then use its \
                 questionnaire_id."
            )),
        }),
        "KYB_DOCUMENTS" => match config.json("kyb_required_document_groups") {
            Value::Array(groups) if !groups.is_empty() => Ok(()),
            Value::Object(groups) if !groups.is_empty() => Ok(()),
            _ => Err(json!([
                "Feature 'KYB_DOCUMENTS' requires a non-empty config.kyb_required_document_groups."
            ])),
        },
        "OCR" => {
            let checked = check_documents(&config.json("documents_allowed"));
            checked.map_err(|complaint| json!([complaint]))
        }
        _ => Ok(()),
    }
}

/// Absent, null and `{}` allow every document; otherwise at least one document of one country must be left.
fn check_documents(allowed: &Value) -> Result<(), String> {
    let countries = match allowed {
        Value::Null => return Ok(()),
        Value::Object(countries) if countries.is_empty() => return Ok(()),
        Value::Object(countries) => countries,
        _ => return Err("documents_allowed must be an object keyed by country.".to_owned()),
    };
    let mut is_one_enabled = false;
    for (country, documents) in countries {
        refuse_if(!countries::is_alpha3(country), || {
            format!("Invalid country code '{country}' in documents_allowed.")
        })?;
        for document in documents.as_object().into_iter().flat_map(Map::values) {
            let sides = document.json("sides").as_i64();
            refuse_if(sides.is_some_and(|sides| !matches!(sides, 1 | 2)), || {
                format!("Invalid sides for {country} in documents_allowed: use 1 or 2.")
            })?;
            let enabled = document.json("enabled");
            is_one_enabled |= enabled != json!(false) && enabled != json!(0);
        }
    }
    refuse_if(!is_one_enabled, || {
        "documents_allowed must enable at least one document type.".to_owned()
    })
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
