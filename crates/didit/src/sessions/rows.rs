//! Sessions in a list.

use serde::Deserialize;

use crate::ids::{SessionId, WorkflowId};
use crate::lenient;
use crate::status::SessionStatus;

/// The status of one feature in a session's row.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct FeatureState {
    /// Its display name, such as `ID_VERIFICATION`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub feature: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub status: Option<String>,
}

/// A phone number in a session's row.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PhoneState {
    /// The number.
    #[serde(deserialize_with = "lenient::scalar")]
    pub number: Option<String>,
    /// Whether the person proved it.
    #[serde(deserialize_with = "lenient::scalar")]
    pub is_verified: Option<bool>,
}

/// An e-mail address in a session's row.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EmailState {
    /// The address.
    #[serde(deserialize_with = "lenient::scalar")]
    pub email: Option<String>,
    /// Whether the person proved it.
    #[serde(deserialize_with = "lenient::scalar")]
    pub is_verified: Option<bool>,
}

/// A session's row.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct SessionSummary {
    /// Its id.
    pub session_id: Option<SessionId>,
    /// `user` or `business`.
    pub session_kind: Option<String>,
    /// Its number within the application.
    pub session_number: Option<i64>,
    /// The link for the person.
    pub session_url: Option<String>,
    /// Where it stands.
    #[serde(deserialize_with = "lenient::or_default")]
    pub status: SessionStatus,
    /// Didit's id of the person, over all their sessions.
    pub didit_internal_id: Option<String>,
    /// Your own reference.
    pub vendor_data: Option<String>,
    /// The person's name.
    pub full_name: Option<String>,
    /// The document's display name, such as `Passport`.
    pub document_type: Option<String>,
    /// The issuing country.
    pub country: Option<String>,
    /// A link to the person's picture, which lives about an hour.
    pub portrait_image: Option<String>,
    /// The status of each feature.
    #[serde(deserialize_with = "lenient::objects")]
    pub features: Vec<FeatureState>,
    /// The phone number, when one was asked for.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub phone_number: Option<PhoneState>,
    /// The e-mail address, when one was asked for.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub email_address: Option<EmailState>,
    /// A business's name.
    pub company_name: Option<String>,
    /// A business's number in its register.
    pub registration_number: Option<String>,
    /// The workflow, in business rows.
    pub workflow_id: Option<WorkflowId>,
    /// The workflow's name, in business rows.
    pub workflow_label: Option<String>,
    /// ISO 8601.
    pub created_at: Option<String>,
}

/// What identifies a session, without personal data: no name, document or picture is read from the response.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct SessionReference {
    /// Its id.
    pub session_id: Option<SessionId>,
    /// `user` or `business`.
    pub session_kind: Option<String>,
    /// Its number within the application.
    pub session_number: Option<i64>,
    /// Where it stands.
    #[serde(deserialize_with = "lenient::or_default")]
    pub status: SessionStatus,
    /// Your own reference.
    pub vendor_data: Option<String>,
    /// The status of each feature.
    #[serde(deserialize_with = "lenient::objects")]
    pub features: Vec<FeatureState>,
    /// ISO 8601.
    pub created_at: Option<String>,
}
