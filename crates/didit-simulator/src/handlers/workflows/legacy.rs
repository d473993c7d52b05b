//! The older, flag-style way of writing workflows, turned into the newer one.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    catalog::refusal_with,
    reply::{Reply, bad_request},
    values::{Fields, Object, data, plain},
};

/// What could be written.
#[derive(Default, Deserialize)]
struct Dialect {
    /// The types that a workflow could have.
    kinds: Vec<String>,
    features: Vec<Choice>,
    /// What was written as it is now.
    settings: Vec<String>,
}

/// When a workflow has a feature: always in some types, with its flag in all types or only in some.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Choice {
    name: String,
    always: Vec<String>,
    flag: String,
    only: Vec<String>,
}

static DIALECT: LazyLock<Dialect> =
    LazyLock::new(|| data(include_str!("../../catalog/legacy.json")));

/// A body of the newer kind, and the workflow type, from a flag-style body. Unknown keys were ignored in that dialect.
pub fn translate(body: &Object) -> Result<(Object, Option<String>), Reply> {
    let kind = body.get("workflow_type");
    let kind = kind.map_or_else(|| "kyc".to_owned(), plain);
    if !DIALECT.kinds.contains(&kind) {
        return Err(refusal_with("workflow_type", json!({ "kind": kind })));
    }
    let is_flag = |key: &str| key.starts_with("is_") && key.ends_with("_enabled");
    let mut members = body.iter();
    if let Some((flag, _)) = members.find(|(key, value)| is_flag(key) && !value.is_boolean()) {
        let complaint = json!({ flag: ["Must be a valid boolean."] });
        return Err(bad_request(&complaint));
    }
    let settings = DIALECT.settings.iter();
    let settings = settings.filter_map(|key| Some((key.clone(), body.get(key)?.clone())));
    let mut translated: Object = settings.collect();
    // An update without any flag keeps the features as they are.
    let mut keys = body.keys();
    if keys.any(|key| key == "workflow_type" || is_flag(key)) {
        let is_on = |choice: &&Choice| {
            let counts = choice.only.is_empty() || choice.only.contains(&kind);
            choice.always.contains(&kind) || counts && body.flag(&choice.flag)
        };
        let chosen = DIALECT.features.iter().filter(is_on);
        let features = chosen.map(|choice| json!({ "feature": choice.name, "config": body }));
        translated.insert("features".to_owned(), features.collect::<Value>());
    }
    Ok((translated, Some(kind)))
}
