//! What a workflow is named, made and changed with: friendly switches, or exact steps; and what is checked before a request is
//! sent.

pub(super) mod steps;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    didit::{Error, WorkflowFeature, WorkflowId, WorkflowRequest},
    tools::error::ToolError,
};

/// The arguments of what concerns one workflow as it is.
#[derive(Deserialize, JsonSchema)]
pub(super) struct WorkflowInput {
    /// UUID of the workflow or of one of its versions.
    pub(super) workflow_id: WorkflowId,
}

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

// One exact step, for what the switches do not cover. A doc comment here would cost tokens in every listing.
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
    /// Selfie matches the document's portrait.
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
    /// How often a declined person may try again.
    #[schemars(range(min = 0, max = 10))]
    max_retry_attempts: Option<u32>,
    #[schemars(range(min = 1, max = 365))]
    retry_window_days: Option<u32>,
    /// Seconds a link is valid; a week by default.
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
            feature: input.feature.trim().to_uppercase().into(),
            config: input.config.filter(|config| !config.is_empty()),
            label: None,
        })
        .collect()
}

/// Refuses exact steps beside switches, which would say two things at once.
pub(super) fn refuse_both(switches: &Switches) -> Result<(), ToolError> {
    if switches.is_empty() {
        return Ok(());
    }
    Err(ToolError::invalid(
        "features",
        "`features` says exactly which steps run, \
         so switches and thresholds cannot be given with it; \
         settings go into each feature's `config`.",
    ))
}

/// Checks a request before anything is sent; what switches stand for is named by the switch, not by its place in the list.
pub(super) fn check(request: &WorkflowRequest, by_switches: bool) -> Result<(), ToolError> {
    request.validate().map_err(|error| match error {
        Error::Invalid {
            field,
            message,
            allowed,
        } if by_switches => Error::Invalid {
            field: field
                .rsplit_once(".config.")
                .map_or_else(|| field.clone(), |(_, key)| key.to_owned()),
            message,
            allowed,
        }
        .into(),
        other => other.into(),
    })
}
