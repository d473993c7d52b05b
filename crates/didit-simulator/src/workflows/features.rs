//! The features a workflow can have, and the rules about their order.

use serde_json::{Map, Value, json};

use crate::{call::python_type, reply::REQUIRED};

mod config;

use config::{check_documents, known_config};

/// A feature, with the different names it has in different places of the API.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// In workflows: `OCR`.
    pub(crate) name: &'static str,
    /// In decisions and session rows: `ID_VERIFICATION`.
    pub(crate) display: &'static str,
    /// In warnings.
    pub(crate) tag: &'static str,
    /// The middle of node ids: `feature_ocr_1`.
    node: &'static str,
    /// The key of its results in a decision.
    pub(crate) results: &'static str,
    /// Ten-thousandths of a dollar.
    price: i64,
    /// It looks at what other features collected, so it cannot come first.
    passive: bool,
    /// One of these must come before it.
    after: &'static [&'static str],
}

const fn kind(
    [name, display, tag, node, results]: [&'static str; 5],
    price: i64,
    passive: bool,
    after: &'static [&'static str],
) -> Kind {
    Kind {
        name,
        display,
        tag,
        node,
        results,
        price,
        passive,
        after,
    }
}

/// Sorted by name, which is also the order in which the API lists them in its error.
pub(crate) static KINDS: [Kind; 16] = [
    kind(
        [
            "AGE_ESTIMATION",
            "AGE_ESTIMATION",
            "LIVENESS",
            "age_estimation",
            "liveness_checks",
        ],
        1_000,
        false,
        &[],
    ),
    kind(
        ["AML", "AML", "AML", "aml", "aml_screenings"],
        2_000,
        true,
        &[],
    ),
    kind(
        [
            "DATABASE_VALIDATION",
            "DATABASE_VALIDATION",
            "DATABASE_VALIDATION",
            "db_validation",
            "database_validations",
        ],
        500,
        true,
        &["OCR"],
    ),
    kind(
        [
            "DOCUMENT_AI",
            "DOCUMENT_AI",
            "DOCUMENT_AI",
            "document_ai",
            "document_ai_documents",
        ],
        2_000,
        false,
        &[],
    ),
    kind(
        [
            "EMAIL_VERIFICATION",
            "EMAIL_VERIFICATION",
            "EMAIL",
            "email",
            "email_verifications",
        ],
        300,
        false,
        &[],
    ),
    kind(
        [
            "FACE_MATCH",
            "FACE_MATCH",
            "FACEMATCH",
            "face_match",
            "face_matches",
        ],
        500,
        false,
        &["OCR"],
    ),
    kind(
        [
            "IP_ANALYSIS",
            "IP_ANALYSIS",
            "LOCATION",
            "ip",
            "ip_analyses",
        ],
        300,
        true,
        &[],
    ),
    kind(
        [
            "KYB_DOCUMENTS",
            "KYB_DOCUMENTS",
            "KYB_DOCUMENTS",
            "kyb_documents",
            "document_verifications",
        ],
        0,
        false,
        &[],
    ),
    kind(
        [
            "KYB_KEY_PEOPLE",
            "KYB_KEY_PEOPLE",
            "KYB_KEY_PEOPLE",
            "kyb_key_people",
            "key_people_checks",
        ],
        0,
        true,
        &[],
    ),
    kind(
        [
            "KYB_REGISTRY",
            "KYB_REGISTRY",
            "KYB_REGISTRY",
            "kyb_registry",
            "registry_checks",
        ],
        20_000,
        false,
        &[],
    ),
    kind(
        [
            "LIVENESS",
            "LIVENESS",
            "LIVENESS",
            "liveness",
            "liveness_checks",
        ],
        500,
        false,
        &[],
    ),
    kind(
        ["NFC", "NFC", "NFC", "nfc", "nfc_verifications"],
        1_500,
        false,
        &["OCR"],
    ),
    kind(
        [
            "OCR",
            "ID_VERIFICATION",
            "ID_VERIFICATION",
            "ocr",
            "id_verifications",
        ],
        500,
        false,
        &[],
    ),
    kind(
        [
            "PHONE_VERIFICATION",
            "PHONE",
            "PHONE",
            "phone",
            "phone_verifications",
        ],
        400,
        false,
        &[],
    ),
    kind(
        [
            "PROOF_OF_ADDRESS",
            "POA",
            "PROOF_OF_ADDRESS",
            "poa",
            "poa_verifications",
        ],
        2_000,
        false,
        &[],
    ),
    kind(
        [
            "QUESTIONNAIRE",
            "QUESTIONNAIRE",
            "QUESTIONNAIRE",
            "questionnaire",
            "questionnaire_responses",
        ],
        1_000,
        false,
        &[],
    ),
];

/// A feature as one workflow uses it.
#[derive(Clone, Debug)]
pub(crate) struct Feature {
    pub(crate) kind: &'static Kind,
    pub(crate) node_id: String,
    pub(crate) label: Option<String>,
    pub(crate) config: Map<String, Value>,
}

impl Feature {
    /// Ten-thousandths of a dollar; active liveness costs more than passive.
    pub(super) fn price(&self) -> i64 {
        let active = self
            .text("face_liveness_method")
            .is_some_and(|method| method != "PASSIVE");
        if self.kind.name == "LIVENESS" && active {
            1_500
        } else {
            self.kind.price
        }
    }

    /// A text of its configuration, in upper case.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.config.get(key)?.as_str().map(str::to_uppercase)
    }

    pub(crate) fn number(&self, key: &str, default: f64) -> f64 {
        self.config
            .get(key)
            .and_then(Value::as_f64)
            .unwrap_or(default)
    }
}

pub(crate) fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Reads and checks the `features` of a body; the error is the value to put under that key. With a portrait given for
/// every session, a face can be matched without a document.
pub(super) fn read(value: &Value, portrait_given: bool) -> Result<Vec<Feature>, Value> {
    let items = match value {
        Value::Null => return Err(json!(["This field may not be null."])),
        Value::Array(items) if items.is_empty() => {
            return Err(json!(["At least one feature is required."]));
        }
        Value::Array(items) => items,
        other => {
            let text = format!(
                "Expected a list of items but got type \"{}\".",
                python_type(other)
            );
            return Err(json!([text]));
        }
    };
    let mut features: Vec<Feature> = Vec::new();
    for item in items {
        let feature = read_one(item, &features, portrait_given)?;
        features.push(feature);
    }
    Ok(features)
}

fn read_one(item: &Value, before: &[Feature], portrait_given: bool) -> Result<Feature, Value> {
    let Value::Object(item) = item else {
        let text = format!(
            "Invalid data. Expected a dictionary, but got {}.",
            python_type(item)
        );
        return Err(json!([{ "non_field_errors": [text] }]));
    };
    let Some(name) = item.get("feature") else {
        return Err(json!([{ "feature": [REQUIRED] }]));
    };
    let name = name.as_str().unwrap_or_default();
    let Some(kind) = find(name) else {
        // The API's own list leaves DOCUMENT_AI out although it is accepted.
        let known: Vec<&str> = KINDS
            .iter()
            .map(|kind| kind.name)
            .filter(|name| *name != "DOCUMENT_AI")
            .collect();
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
    let exempt = portrait_given && kind.name == "FACE_MATCH";
    if !exempt
        && !kind.after.is_empty()
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
fn check_needs(kind: &Kind, config: &Map<String, Value>) -> Result<(), Value> {
    match kind.name {
        "QUESTIONNAIRE" => match config.get("questionnaire_uuid").and_then(Value::as_str) {
            None => Err(json!([
                "Feature 'QUESTIONNAIRE' requires config.questionnaire_uuid."
            ])),
            // The simulator has no questionnaires, so none belongs to the application.
            Some(id) => Err(json!(format!(
                "Questionnaire '{id}' was not found for this application. Create the questionnaire first, then use its \
                 questionnaire_id."
            ))),
        },
        "KYB_DOCUMENTS" => {
            let groups = config.get("kyb_required_document_groups");
            let empty = match groups {
                Some(Value::Array(groups)) => groups.is_empty(),
                Some(Value::Object(groups)) => groups.is_empty(),
                _ => true,
            };
            if empty {
                return Err(json!([
                    "Feature 'KYB_DOCUMENTS' requires a non-empty config.kyb_required_document_groups."
                ]));
            }
            Ok(())
        }
        "OCR" => check_documents(config.get("documents_allowed")),
        _ => Ok(()),
    }
}
