//! The friendly switches of a workflow, and the ordered features that they stand for.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::ToolError;
use crate::didit::{
    WorkflowFeature, WorkflowRequest,
    features::{self, Feature},
};

/// The AML score up to which Didit approves when a workflow says nothing else.
const DEFAULT_AML_APPROVE_THRESHOLD: f64 = 80.0;

/// Names that older documentation uses, for the same things.
pub(super) const ALIASES: &[(&str, &str)] = &[
    ("label", "workflow_label"),
    ("name", "workflow_label"),
    ("settings_uuid", "workflow_id"),
    ("uuid", "workflow_id"),
    ("is_liveness_enabled", "liveness"),
    ("face_liveness_method", "liveness_method"),
    ("is_face_match_enabled", "face_match"),
    ("is_aml_enabled", "aml"),
    ("aml_decline_threshold", "aml_score_review_threshold"),
    ("is_phone_verification_enabled", "phone"),
    ("phone_verification", "phone"),
    ("is_email_verification_enabled", "email"),
    ("email_verification", "email"),
    ("is_nfc_enabled", "nfc"),
    ("address", "proof_of_address"),
    ("poa", "proof_of_address"),
    ("age", "age_estimation"),
    ("is_database_validation_enabled", "database_validation"),
    ("database", "database_validation"),
    ("is_ip_analysis_enabled", "ip_analysis"),
    ("ip", "ip_analysis"),
    ("id_verification", "document"),
    ("ocr", "document"),
];

// One step given exactly, for what the switches do not cover; a doc comment here would cost every listing tokens.
#[derive(Deserialize, JsonSchema)]
pub(super) struct FeatureInput {
    /// Feature name, such as OCR.
    pub feature: String,
    /// Settings, as Didit names them.
    #[serde(default)]
    pub config: Option<Map<String, Value>>,
}

/// Which checks a workflow runs.
#[derive(Default, Deserialize, JsonSchema)]
pub(super) struct Switches {
    document: Option<bool>,
    /// Selfie shows a live person.
    liveness: Option<bool>,
    liveness_method: Option<LivenessMethod>,
    /// Selfie equals the document's portrait.
    face_match: Option<bool>,
    /// Below this similarity: declined.
    #[schemars(range(min = 0, max = 100))]
    face_match_score_decline_threshold: Option<u32>,
    /// Below this similarity: in review.
    #[schemars(range(min = 0, max = 100))]
    face_match_score_review_threshold: Option<u32>,
    #[schemars(range(min = 0, max = 100))]
    face_liveness_score_decline_threshold: Option<u32>,
    /// Chip of the document.
    nfc: Option<bool>,
    /// Sanctions, PEP and adverse-media lists.
    aml: Option<bool>,
    /// Risk above this: in review.
    #[schemars(range(min = 0, max = 100))]
    aml_score_approve_threshold: Option<u32>,
    /// Risk above this: declined.
    #[schemars(range(min = 0, max = 100))]
    aml_score_review_threshold: Option<u32>,
    /// Code to the phone.
    phone: Option<bool>,
    /// Code to the e-mail.
    email: Option<bool>,
    proof_of_address: Option<bool>,
    age_estimation: Option<bool>,
    database_validation: Option<bool>,
    ip_analysis: Option<bool>,
}

// How the selfie proves a live person; the field's name says it to the agent.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum LivenessMethod {
    Passive,
    #[serde(rename = "ACTIVE_3D")]
    #[schemars(rename = "ACTIVE_3D")]
    Active3d,
    Flashing,
}

/// The switches that a kind of workflow starts from.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Template {
    /// Document, liveness and face match.
    #[default]
    Kyc,
    AdaptiveAgeVerification,
    AddressVerification,
    PhoneVerification,
    EmailVerification,
}

/// Settings of the workflow as a whole.
#[derive(Default, Deserialize, JsonSchema)]
pub(super) struct General {
    #[schemars(length(max = 50))]
    workflow_label: Option<String>,
    /// Tries for the person.
    #[schemars(range(min = 0, max = 10))]
    max_retry_attempts: Option<u32>,
    #[schemars(range(min = 1, max = 365))]
    retry_window_days: Option<u32>,
    /// Life of a link in seconds; a week by default.
    #[schemars(range(min = 3600, max = 2_419_200))]
    session_expiration_time: Option<u32>,
    /// Used by sessions that name no workflow.
    is_default: Option<bool>,
    status: Option<Publication>,
    is_desktop_allowed: Option<bool>,
    is_white_label_enabled: Option<bool>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Publication {
    Draft,
    Published,
}

impl General {
    /// The request with everything but the features.
    pub(super) fn request(self) -> WorkflowRequest {
        WorkflowRequest {
            workflow_label: self.workflow_label,
            is_default: self.is_default,
            status: self.status.map(|status| match status {
                Publication::Draft => "draft".to_owned(),
                Publication::Published => "published".to_owned(),
            }),
            is_white_label_enabled: self.is_white_label_enabled,
            is_desktop_allowed: self.is_desktop_allowed,
            max_retry_attempts: self.max_retry_attempts,
            retry_window_days: self.retry_window_days,
            session_expiration_time: self.session_expiration_time,
            ..WorkflowRequest::default()
        }
    }
}

/// Exact features as given; names may be in any case.
pub(super) fn exact(features: Vec<FeatureInput>) -> Vec<WorkflowFeature> {
    features
        .into_iter()
        .map(|input| WorkflowFeature {
            feature: input.feature.trim().to_uppercase(),
            config: input.config.filter(|config| !config.is_empty()),
            label: None,
        })
        .collect()
}

/// What switches make of a workflow.
pub(super) struct Steps {
    /// The features in order.
    pub features: Vec<WorkflowFeature>,
    /// A sentence about what was changed besides what was asked for.
    pub note: Option<String>,
}

impl Switches {
    /// Whether no switch and no threshold was given.
    pub(super) fn is_empty(&self) -> bool {
        self.toggles().iter().all(|(_, on)| on.is_none())
            && self.settings().iter().all(|(_, _, value)| value.is_none())
    }

    /// The ordered features of a new workflow, from a template.
    pub(super) fn features(&self, template: Template) -> Result<Steps, ToolError> {
        let on: &[&str] = match template {
            Template::Kyc => &["OCR", "LIVENESS", "FACE_MATCH"],
            Template::AdaptiveAgeVerification => &["AGE_ESTIMATION"],
            Template::AddressVerification => &["PROOF_OF_ADDRESS"],
            Template::PhoneVerification => &["PHONE_VERIFICATION"],
            Template::EmailVerification => &["EMAIL_VERIFICATION"],
        };
        let start = on.iter().map(|name| recommended(name)).collect();
        self.apply(start)
    }

    /// Adds, removes and adjusts features of a list, and puts them in an order that Didit takes.
    pub(super) fn apply(&self, mut steps: Vec<WorkflowFeature>) -> Result<Steps, ToolError> {
        for (name, wanted) in self.toggles() {
            match wanted {
                Some(true) if !steps.iter().any(|feature| feature.feature == name) => {
                    steps.push(recommended(name));
                }
                Some(false) => steps.retain(|feature| feature.feature != name),
                _ => {}
            }
        }
        for (name, key, value) in self.settings() {
            let Some(value) = value else { continue };
            let Some(feature) = steps.iter_mut().find(|feature| feature.feature == name) else {
                return Err(ToolError::invalid(
                    argument_of(key),
                    format!(
                        "`{}` needs the {name} step, which this workflow does not have.",
                        argument_of(key)
                    ),
                ));
            };
            feature
                .config
                .get_or_insert_default()
                .insert(key.to_owned(), value);
        }
        let note = self.keep_aml_thresholds_ordered(&mut steps);
        features::order(&mut steps);
        self.check_dependencies(&steps)?;
        Ok(Steps {
            features: steps,
            note,
        })
    }

    /// Older documents have one AML threshold, above which a person is declined. Didit now refuses a review
    /// threshold below the approve threshold, so one that would lie above it is lowered, and the caller is told.
    fn keep_aml_thresholds_ordered(&self, features: &mut [WorkflowFeature]) -> Option<String> {
        let (Some(review), None) = (
            self.aml_score_review_threshold,
            self.aml_score_approve_threshold,
        ) else {
            return None;
        };
        let config = features
            .iter_mut()
            .find(|feature| feature.feature == "AML")?
            .config
            .get_or_insert_default();
        let approve = config
            .get("aml_score_approve_threshold")
            .and_then(Value::as_f64)
            .unwrap_or(DEFAULT_AML_APPROVE_THRESHOLD);
        if approve <= f64::from(review) {
            return None;
        }
        config.insert("aml_score_approve_threshold".to_owned(), review.into());
        Some(format!(
            "aml_score_approve_threshold was {approve} and is {review} now, because it cannot lie above \
             aml_score_review_threshold: every risk above {review} is declined, and none is left for review."
        ))
    }

    /// Says which switch is missing, in the words of the switches.
    fn check_dependencies(&self, features: &[WorkflowFeature]) -> Result<(), ToolError> {
        let has = |name: &str| features.iter().any(|feature| feature.feature == name);
        for feature in features {
            let Some(known) = Feature::find(&feature.feature) else {
                continue;
            };
            if !known.after.is_empty() && !known.after.iter().any(|name| has(name)) {
                let switch = switch_of(&feature.feature);
                return Err(ToolError::invalid(
                    switch,
                    format!(
                        "`{switch}` needs {} in the same workflow.",
                        known
                            .after
                            .iter()
                            .map(|name| format!("`{}`", switch_of(name)))
                            .collect::<Vec<_>>()
                            .join(" or ")
                    ),
                ));
            }
        }
        if features
            .iter()
            .all(|feature| Feature::find(&feature.feature).is_some_and(|known| known.passive))
        {
            return Err(ToolError::invalid(
                "document",
                "A workflow needs at least one step that the person does; AML, database and IP checks only work on what others collect.",
            ));
        }
        Ok(())
    }

    fn toggles(&self) -> [(&'static str, Option<bool>); 11] {
        [
            ("OCR", self.document),
            ("LIVENESS", self.liveness),
            ("FACE_MATCH", self.face_match),
            ("NFC", self.nfc),
            ("AML", self.aml),
            ("PHONE_VERIFICATION", self.phone),
            ("EMAIL_VERIFICATION", self.email),
            ("PROOF_OF_ADDRESS", self.proof_of_address),
            ("AGE_ESTIMATION", self.age_estimation),
            ("DATABASE_VALIDATION", self.database_validation),
            ("IP_ANALYSIS", self.ip_analysis),
        ]
    }

    fn settings(&self) -> [(&'static str, &'static str, Option<Value>); 6] {
        [
            (
                "LIVENESS",
                "face_liveness_method",
                self.liveness_method.map(|method| {
                    Value::from(match method {
                        LivenessMethod::Passive => "PASSIVE",
                        LivenessMethod::Active3d => "ACTIVE_3D",
                        LivenessMethod::Flashing => "FLASHING",
                    })
                }),
            ),
            (
                "LIVENESS",
                "face_liveness_score_decline_threshold",
                self.face_liveness_score_decline_threshold.map(Value::from),
            ),
            (
                "FACE_MATCH",
                "face_match_score_decline_threshold",
                self.face_match_score_decline_threshold.map(Value::from),
            ),
            (
                "FACE_MATCH",
                "face_match_score_review_threshold",
                self.face_match_score_review_threshold.map(Value::from),
            ),
            (
                "AML",
                "aml_score_approve_threshold",
                self.aml_score_approve_threshold.map(Value::from),
            ),
            (
                "AML",
                "aml_score_review_threshold",
                self.aml_score_review_threshold.map(Value::from),
            ),
        ]
    }
}

/// A feature with the settings that most people want: passive liveness, and a face match below 50 declined.
fn recommended(name: &str) -> WorkflowFeature {
    let feature = WorkflowFeature::new(name);
    match name {
        "LIVENESS" => feature.with("face_liveness_method", "PASSIVE"),
        "FACE_MATCH" => feature.with("face_match_score_decline_threshold", 50),
        _ => feature,
    }
}

fn argument_of(key: &'static str) -> &'static str {
    if key == "face_liveness_method" {
        "liveness_method"
    } else {
        key
    }
}

fn switch_of(feature: &str) -> &'static str {
    match feature {
        "OCR" => "document",
        "LIVENESS" => "liveness",
        "FACE_MATCH" => "face_match",
        "NFC" => "nfc",
        "AML" => "aml",
        "PHONE_VERIFICATION" => "phone",
        "EMAIL_VERIFICATION" => "email",
        "PROOF_OF_ADDRESS" => "proof_of_address",
        "AGE_ESTIMATION" => "age_estimation",
        "DATABASE_VALIDATION" => "database_validation",
        "IP_ANALYSIS" => "ip_analysis",
        _ => "features",
    }
}
