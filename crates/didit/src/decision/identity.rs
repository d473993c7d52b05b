//! Checks of a person: documents, chip, face.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Warning;
use crate::lenient;

/// A document. Restricted accounts and unread documents leave nearly every field `None`.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IdVerification {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// `document`, `id_lookup` or `wallet`.
    pub verification_method: Option<String>,
    /// `documentary`, `data_match` or `cryptographic`.
    pub assurance: Option<String>,
    /// What was tried before: `method`, `reason` and `action`.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub fallback_from: Option<Map<String, Value>>,
    /// What a register said, where no document was looked at.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub id_lookup: Option<IdLookup>,
    /// What a digital wallet said, such as `signature_valid`, where no document was looked at.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub wallet_verification: Option<Map<String, Value>>,
    /// The display name, such as `Passport` or `Identity Card`.
    pub document_type: Option<String>,
    /// The kind within the type.
    pub document_subtype: Option<String>,
    /// The document's number.
    pub document_number: Option<String>,
    /// The person's number.
    pub personal_number: Option<String>,
    /// ISO 3166-1 alpha-3.
    pub issuing_state: Option<String>,
    /// The country's name.
    pub issuing_state_name: Option<String>,
    /// Given names.
    pub first_name: Option<String>,
    /// Family names.
    pub last_name: Option<String>,
    /// All names.
    pub full_name: Option<String>,
    /// `YYYY-MM-DD`.
    pub date_of_birth: Option<String>,
    /// Years.
    pub age: Option<i64>,
    /// `M`, `F` or `U`.
    pub gender: Option<String>,
    /// ISO 3166-1 alpha-3.
    pub nationality: Option<String>,
    /// More of it, such as `full_name_non_latin`.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub extra_fields: Option<Map<String, Value>>,
    /// Where the person was born.
    pub place_of_birth: Option<String>,
    /// The address as printed.
    pub address: Option<String>,
    /// The address in postal form.
    pub formatted_address: Option<String>,
    /// `YYYY-MM-DD`.
    pub date_of_issue: Option<String>,
    /// `YYYY-MM-DD`.
    pub expiration_date: Option<String>,
    /// Short-lived link to the portrait.
    pub portrait_image: Option<String>,
    /// Short-lived link to the front.
    pub front_image: Option<String>,
    /// Short-lived link to the back.
    pub back_image: Option<String>,
    /// Other sessions with the same document or person.
    #[serde(deserialize_with = "lenient::objects")]
    pub matches: Vec<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// What a register said of a person whose document was not looked at.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IdLookup {
    /// `match`, `partial_match`, `no_match`, `provider_error` or `format_rejected`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub outcome: Option<String>,
    /// Each field with its `result`: `match`, `partial`, `no_match` or `error`.
    #[serde(deserialize_with = "lenient::objects")]
    pub comparison: Vec<Map<String, Value>>,
}

/// What a document's chip says.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ChipData {
    /// The document's code.
    pub document_type: Option<String>,
    /// ISO 3166-1 alpha-3.
    pub issuing_country: Option<String>,
    /// The document's number.
    pub document_number: Option<String>,
    /// Given names.
    pub first_name: Option<String>,
    /// Family names.
    pub last_name: Option<String>,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// `YYYY-MM-DD`.
    pub expiration_date: Option<String>,
    /// ISO 3166-1 alpha-3.
    pub nationality: Option<String>,
    /// `M`, `F` or `U`.
    pub gender: Option<String>,
    /// The address in the chip.
    pub address: Option<String>,
}

/// The chip of a document.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct NfcVerification {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// Whether it was not read.
    pub is_nfc_skipped: Option<bool>,
    /// Why it was not read.
    pub skip_reason: Option<String>,
    /// What it says.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub chip_data: Option<ChipData>,
    /// `sod_integrity` and `dg_integrity`: whether its signatures hold.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub authenticity: Option<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// A selfie.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct LivenessCheck {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// `PASSIVE`, `ACTIVE_3D` or `FLASHING`.
    pub method: Option<String>,
    /// 0 to 100; higher means more likely a live person.
    pub score: Option<f64>,
    /// Years.
    pub age_estimation: Option<f64>,
    /// 0 to 100.
    pub face_quality: Option<f64>,
    /// 0 to 100.
    pub face_luminance: Option<f64>,
    /// Short-lived link to the selfie.
    pub reference_image: Option<String>,
    /// Short-lived link to the video.
    pub video_url: Option<String>,
    /// Other sessions with the same face.
    #[serde(deserialize_with = "lenient::objects")]
    pub matches: Vec<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// A selfie against a portrait.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct FaceMatch {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// 0 to 100; higher means more similar.
    pub score: Option<f64>,
    /// Short-lived link to the portrait.
    pub source_image: Option<String>,
    /// Short-lived link to the selfie.
    pub target_image: Option<String>,
    /// The session the portrait came from, when it was an earlier one.
    pub source_image_session_id: Option<String>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}
