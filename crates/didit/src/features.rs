//! What a workflow can be made of: the features, their order and their settings.
//!
//! Didit drops unknown settings silently and checks the rest only after the request, so everything that is documented is
//! checked here first. <https://docs.didit.me/management-api/workflows/feature-configs>

mod config;
mod feature;

pub use config::ConfigKind;
pub use feature::{Feature, FeatureInfo, FeatureName};

use serde::Serialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::rules;
use super::values::Text;

/// One feature of a workflow, with its settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkflowFeature {
    /// Its name, such as `OCR`; in a response, whatever name Didit returned.
    pub feature: FeatureName<String>,
    /// Its settings; see [`Feature::config`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<Map<String, Value>>,
    /// A custom name for this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl WorkflowFeature {
    /// A feature with Didit's default settings.
    pub fn new(feature: impl Into<FeatureName<String>>) -> Self {
        Self {
            feature: feature.into(),
            config: None,
            label: None,
        }
    }

    /// Adds one setting.
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.config
            .get_or_insert_default()
            .insert(key.into(), value.into());
        self
    }
}

/// Puts features in an order that every known rule allows, keeping the order of repeated ones. Unknown names go last.
pub fn order(features: &mut [WorkflowFeature]) {
    features.sort_by_key(|entry| {
        let known = Feature::named(entry.feature.as_str());
        (known.is_none(), known)
    });
}

/// Checks everything that is documented about a list of features.
///
/// # Errors
/// [`Error::Invalid`] for the first rule broken, with the allowed values where they can be listed.
pub fn validate(features: &[WorkflowFeature]) -> Result<(), Error> {
    normalize(features).map(drop)
}

/// Checks like [`validate`] and gives the list with names and enum values in the spelling that is sent.
///
/// # Errors
/// Those of [`validate`].
pub fn normalize(features: &[WorkflowFeature]) -> Result<Vec<WorkflowFeature>, Error> {
    if features.is_empty() {
        return Err(Error::Invalid {
            field: "features".to_owned(),
            message: "must hold at least one feature".to_owned(),
            allowed: Feature::ALL.map(|known| known.name().to_owned()).to_vec(),
        });
    }
    let mut normal: Vec<WorkflowFeature> = Vec::new();
    for (index, entry) in features.iter().enumerate() {
        let path = format!("features.{index}");
        let wanted = entry.feature.as_str().trim();
        if let Some(name) = newer(wanted) {
            normal.push(as_it_is(name, &path, entry)?);
            continue;
        }
        let known = Feature::named(wanted)
            .ok_or_else(|| Error::not_one_of(format!("{path}.feature"), wanted, Feature::ALL))?;
        let facts = known.facts();
        if facts.is_passive && index == 0 {
            return Err(Error::invalid(
                path,
                format!("{known} cannot be the first feature"),
            ));
        }
        let is_earlier = |needed: &Feature| normal.iter().any(|entry| entry.feature == *needed);
        if !facts.after.is_empty() && !facts.after.iter().any(is_earlier) {
            let names: Vec<&str> = facts.after.iter().map(|needed| needed.name()).collect();
            let message = format!("{known} must come after one of: {}", names.join(", "));
            return Err(Error::invalid(path, message));
        }
        let config = entry
            .config
            .as_ref()
            .map(|config| normal_config(known, &path, config))
            .transpose()?;
        required_config(known, &path, config.as_ref())?;
        normal.push(WorkflowFeature {
            feature: known.into(),
            config,
            label: checked_label(&path, &entry.label)?,
        });
    }
    Ok(normal)
}

/// Features whose settings are not documented well enough to be checked here.
const NEWER: [&str; 3] = ["SIGNATURE", "GEOLOCATION", "BANK_VERIFICATION"];

/// The name of a newer feature, as it is sent.
fn newer(name: &str) -> Option<&'static str> {
    let mut names = NEWER.into_iter();
    names.find(|newer| newer.eq_ignore_ascii_case(name))
}

/// A newer feature with its settings as they were given; Didit checks them.
fn as_it_is(name: &str, path: &str, entry: &WorkflowFeature) -> Result<WorkflowFeature, Error> {
    for (key, value) in entry.config.iter().flatten() {
        rules::visible_json(&format!("{path}.config.{key}"), value)?;
    }
    Ok(WorkflowFeature {
        feature: FeatureName::Other(name.to_owned()),
        config: entry.config.clone(),
        label: checked_label(path, &entry.label)?,
    })
}

fn checked_label(path: &str, label: &Option<String>) -> Result<Option<String>, Error> {
    rules::optional(label, |label| {
        rules::checked::<Text>(&format!("{path}.label"), label)
    })
}

fn normal_config(
    feature: Feature,
    path: &str,
    config: &Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    let mut normal = Map::new();
    for (key, value) in config {
        let field = format!("{path}.config.{key}");
        let Some((_, kind)) = feature.config().find(|(known, _)| known == key) else {
            return Err(unknown_setting(feature, field, key));
        };
        rules::visible_json(&field, value)?;
        normal.insert(key.clone(), kind.normal(&field, value)?);
    }
    for (approve, review) in [
        ("aml_score_approve_threshold", "aml_score_review_threshold"),
        ("kyb_score_approve_threshold", "kyb_score_review_threshold"),
    ] {
        let number = |key| normal.get(key).and_then(Value::as_i64);
        if let (Some(below), Some(above)) = (number(approve), number(review))
            && below > above
        {
            let message =
                format!("must not be above {review} ({above}), from which a hit is declined");
            return Err(Error::invalid(format!("{path}.config.{approve}"), message));
        }
    }
    Ok(normal)
}

/// Names the closest setting first, then all others.
fn unknown_setting(feature: Feature, field: String, key: &str) -> Error {
    let mut known: Vec<&str> = feature.config().map(|(known, _)| known).collect();
    known.sort_by_key(|candidate| strsim::levenshtein(&key.to_ascii_lowercase(), candidate));
    let closest = known.first().copied().unwrap_or_default();
    Error::Invalid {
        field,
        message: format!(
            "is not a setting of {feature}, and Didit would drop it; closest is {closest}"
        ),
        allowed: known.into_iter().map(str::to_owned).collect(),
    }
}

fn required_config(
    feature: Feature,
    path: &str,
    config: Option<&Map<String, Value>>,
) -> Result<(), Error> {
    let has = |key: &str| {
        config
            .and_then(|config| config.get(key))
            .is_some_and(|value| match value {
                Value::Null => false,
                Value::Array(items) => !items.is_empty(),
                Value::Object(map) => !map.is_empty(),
                _ => true,
            })
    };
    let needed = match feature {
        Feature::Questionnaire => "questionnaire_uuid",
        Feature::KybDocuments => "kyb_required_document_groups",
        _ => return Ok(()),
    };
    if has(needed) {
        return Ok(());
    }
    Err(Error::invalid(
        format!("{path}.config.{needed}"),
        format!("is required by {feature}"),
    ))
}
