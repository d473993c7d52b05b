//! What a workflow can be made of: the features, their order and their settings.
//!
//! Didit drops unknown settings silently and checks the rest only after the request, so everything that is documented is
//! checked here first. <https://docs.didit.me/management-api/workflows/feature-configs>

mod config;

pub use config::ConfigKind;

use config::CONFIG;
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::rules;

/// One feature of a workflow, in the order in which the person meets it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkflowFeature {
    /// Its name, such as `OCR`.
    pub feature: String,
    /// Its settings; see [`Feature::config`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<Map<String, Value>>,
    /// A name of one's own for this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl WorkflowFeature {
    /// A feature with Didit's default settings.
    pub fn new(feature: impl Into<String>) -> Self {
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

/// What is known of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    /// Its name in a workflow.
    pub name: &'static str,
    /// Its name in the `features` of a decision and of session rows.
    pub display_name: &'static str,
    /// At least one of these must come before it. Documented for `FACE_MATCH`, `NFC` and `DATABASE_VALIDATION`; other
    /// features may have rules of which nothing is published.
    pub after: &'static [&'static str],
    /// A passive feature works on what others collected and cannot be first.
    pub passive: bool,
}

/// The features in canonical order: documents, face, evidence, contact, business, then what runs on collected data. That last
/// place keeps passive features from being first as long as any other is there.
pub const FEATURES: [Feature; 16] = [
    feature("OCR", "ID_VERIFICATION", &[], false),
    feature("NFC", "NFC", &["OCR"], false),
    feature("LIVENESS", "LIVENESS", &[], false),
    feature("FACE_MATCH", "FACE_MATCH", &["OCR"], false),
    feature("AGE_ESTIMATION", "AGE_ESTIMATION", &[], false),
    feature("PROOF_OF_ADDRESS", "POA", &[], false),
    feature("DOCUMENT_AI", "DOCUMENT_AI", &[], false),
    feature("QUESTIONNAIRE", "QUESTIONNAIRE", &[], false),
    feature("PHONE_VERIFICATION", "PHONE", &[], false),
    feature("EMAIL_VERIFICATION", "EMAIL_VERIFICATION", &[], false),
    feature("KYB_REGISTRY", "KYB_REGISTRY", &[], false),
    feature("KYB_DOCUMENTS", "KYB_DOCUMENTS", &[], false),
    feature("KYB_KEY_PEOPLE", "KYB_KEY_PEOPLE", &[], true),
    feature("DATABASE_VALIDATION", "DATABASE_VALIDATION", &["OCR"], true),
    feature("AML", "AML", &[], true),
    feature("IP_ANALYSIS", "IP_ANALYSIS", &[], true),
];

const fn feature(
    name: &'static str,
    display_name: &'static str,
    after: &'static [&'static str],
    passive: bool,
) -> Feature {
    Feature {
        name,
        display_name,
        after,
        passive,
    }
}

impl Feature {
    /// Finds a feature by its workflow name or its display name, in any case.
    pub fn find(name: &str) -> Option<&'static Feature> {
        let name = name.trim();
        let by = |pick: fn(&Feature) -> &'static str| {
            FEATURES
                .iter()
                .find(|known| pick(known).eq_ignore_ascii_case(name))
        };
        by(|known| known.name).or_else(|| by(|known| known.display_name))
    }

    /// The settings this feature takes; every one may also be `null`.
    pub fn config(&self) -> impl Iterator<Item = (&'static str, &'static ConfigKind)> + use<> {
        CONFIG
            .get(self.name)
            .into_iter()
            .flatten()
            .map(|(key, kind)| (key.as_str(), kind))
    }
}

/// Puts features in an order that every known rule allows, keeping the order of repeated ones. Unknown names go last.
pub fn order(features: &mut [WorkflowFeature]) {
    let place = |name: &str| {
        let name = name.trim();
        FEATURES
            .iter()
            .position(|known| known.name.eq_ignore_ascii_case(name))
            .unwrap_or(FEATURES.len())
    };
    features.sort_by_key(|entry| place(&entry.feature));
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
            allowed: FEATURES.iter().map(|known| known.name.to_owned()).collect(),
        });
    }
    let mut normal: Vec<WorkflowFeature> = Vec::new();
    for (index, entry) in features.iter().enumerate() {
        let path = format!("features.{index}");
        let wanted = entry.feature.trim();
        let known = FEATURES
            .iter()
            .find(|known| known.name.eq_ignore_ascii_case(wanted))
            .ok_or_else(|| {
                Error::not_one_of(
                    format!("{path}.feature"),
                    wanted,
                    FEATURES.iter().map(|known| known.name),
                )
            })?;
        if known.passive && index == 0 {
            return Err(Error::invalid(
                path,
                format!("{} cannot be the first feature", known.name),
            ));
        }
        if !known.after.is_empty()
            && !normal
                .iter()
                .any(|earlier| known.after.contains(&earlier.feature.as_str()))
        {
            let message = format!(
                "{} must come after one of: {}",
                known.name,
                known.after.join(", ")
            );
            return Err(Error::invalid(path, message));
        }
        let config = entry
            .config
            .as_ref()
            .map(|config| normal_config(known, &path, config))
            .transpose()?;
        required_config(known, &path, config.as_ref())?;
        normal.push(WorkflowFeature {
            feature: known.name.to_owned(),
            config,
            label: rules::optional(&entry.label, |label| {
                rules::visible_text(&format!("{path}.label"), label, usize::MAX)
            })?,
        });
    }
    Ok(normal)
}

fn normal_config(
    feature: &Feature,
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
fn unknown_setting(feature: &Feature, field: String, key: &str) -> Error {
    let mut known: Vec<&str> = feature.config().map(|(known, _)| known).collect();
    known.sort_by_key(|candidate| distance(&key.to_ascii_lowercase(), candidate));
    let closest = known.first().copied().unwrap_or_default();
    Error::Invalid {
        field,
        message: format!(
            "is not a setting of {}, and Didit would drop it; closest is {closest}",
            feature.name
        ),
        allowed: known.into_iter().map(str::to_owned).collect(),
    }
}

/// How many single-character edits lie between two texts (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((b, up_left), up) in right.chars().zip(&row).zip(row.iter().skip(1)) {
            let left_cell = next.last().copied().unwrap_or_default();
            next.push(
                (up_left + usize::from(a != b))
                    .min(up + 1)
                    .min(left_cell + 1),
            );
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

fn required_config(
    feature: &Feature,
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
    let needed = match feature.name {
        "QUESTIONNAIRE" => "questionnaire_uuid",
        "KYB_DOCUMENTS" => "kyb_required_document_groups",
        _ => return Ok(()),
    };
    if has(needed) {
        return Ok(());
    }
    Err(Error::invalid(
        format!("{path}.config.{needed}"),
        format!("is required by {}", feature.name),
    ))
}
