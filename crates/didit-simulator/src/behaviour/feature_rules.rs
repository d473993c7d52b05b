//! The rules about the order and the configuration of a workflow's features.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::{Map, Value, json};

use crate::{
    catalog::{
        Feature, OrRefuse, countries,
        features::{KINDS, Kind},
        refusal, refusal_with, refuse_when,
    },
    contract::Schema,
    reply::{Checked, Reply, not_an_object},
    values::{Fields, Object, data},
};

/// What the configuration of each feature can hold.
static CONFIGURATIONS: LazyLock<BTreeMap<String, Schema>> =
    LazyLock::new(|| data(include_str!("../catalog/feature_config.json")));

/// Reads and checks the `features` of a body. With a portrait given for every session, a face can be matched without a
/// document.
pub fn read(items: &[Value], portrait_given: bool) -> Result<Vec<Feature>, Reply> {
    let mut features: Vec<Feature> = Vec::new();
    for item in items {
        let feature = read_one(item, &features, portrait_given)?;
        features.push(feature);
    }
    Ok(features)
}

fn read_one(item: &Value, before: &[Feature], portrait_given: bool) -> Result<Feature, Reply> {
    if !item.is_object() {
        let words = json!({ "complaint": not_an_object(item) });
        return Err(refusal_with("feature_not_an_object", words));
    }
    refuse_when("feature_without_name", item.get("feature").is_none())?;
    let name = item.text("feature").unwrap_or_default();
    let Some(kind) = KINDS.iter().find(|kind| kind.name == name) else {
        // The API's own list leaves DOCUMENT_AI out although it is accepted.
        let names = KINDS.iter().map(|kind| kind.name.as_str());
        let known: Vec<&str> = names.filter(|name| *name != "DOCUMENT_AI").collect();
        let words = json!({ "name": name, "known": known.join(", ") });
        return Err(refusal_with("feature_unknown", words));
    };
    let words = json!({ "name": name, "after": kind.after.join(", ") });
    if kind.passive && before.is_empty() {
        return Err(refusal_with("feature_first", words));
    }
    let exempt = kind.after.is_empty() || portrait_given && name == "FACE_MATCH";
    let mut names = before.iter().map(|known| &known.kind.name);
    if !exempt && !names.any(|name| kind.after.contains(name)) {
        return Err(refusal_with("feature_order", words));
    }
    let config = item.json("config");
    let is_config = config.is_null() || config.is_object();
    refuse_when("feature_config", !is_config)?;
    check_needs(kind, &config)?;
    // The API drops other keys silently.
    let schema = CONFIGURATIONS.get(&kind.name);
    let known = match (schema, config.as_object()) {
        (Some(schema), Some(config)) => schema.members(config),
        _ => Ok(Object::new()),
    };
    let known =
        known.map_err(|errors| refusal_with("feature_config_values", json!({ "errors": errors })));
    let position = before.iter().filter(|known| known.kind == kind).count() + 1;
    Ok(Feature {
        kind,
        node_id: format!("feature_{}_{position}", kind.node),
        label: item.text("label").map(str::to_owned),
        config: known?,
    })
}

/// What some features cannot work without.
fn check_needs(kind: &Kind, config: &Value) -> Checked {
    match kind.name.as_str() {
        "QUESTIONNAIRE" => Err(match config.text("questionnaire_uuid") {
            None => refusal("questionnaire_missing"),
            // The simulator has no questionnaires, so none belongs to the application.
            Some(id) => refusal_with("questionnaire_unknown", json!({ "id": id })),
        }),
        "KYB_DOCUMENTS" => match config.json("kyb_required_document_groups") {
            Value::Array(groups) if !groups.is_empty() => Ok(()),
            Value::Object(groups) if !groups.is_empty() => Ok(()),
            _ => Err(refusal("document_groups_missing")),
        },
        "OCR" => check_documents(&config.json("documents_allowed")),
        _ => Ok(()),
    }
}

/// Absent, null and `{}` allow every document; otherwise at least one document of one country must be left.
fn check_documents(allowed: &Value) -> Checked {
    if allowed.is_null() || *allowed == json!({}) {
        return Ok(());
    }
    let countries = allowed.as_object();
    let countries = countries.or_refuse("documents_not_an_object")?;
    let mut is_one_enabled = false;
    for (country, documents) in countries {
        let words = json!({ "country": country });
        if !countries::is_alpha3(country) {
            return Err(refusal_with("documents_country", words));
        }
        for document in documents.as_object().into_iter().flat_map(Map::values) {
            let sides = document.json("sides").as_i64();
            if !matches!(sides, None | Some(1 | 2)) {
                return Err(refusal_with("documents_sides", words));
            }
            let enabled = document.json("enabled");
            is_one_enabled |= enabled != json!(false) && enabled != json!(0);
        }
    }
    refuse_when("documents_none", !is_one_enabled)
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
