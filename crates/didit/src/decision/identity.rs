//! Checks of a person: documents, chip, face.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Warning;
use crate::lenient;

/// A document. Restricted accounts and unread documents leave nearly every field `None`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IdVerification {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub status: Option<String>,
    /// `document`, `id_lookup` or `wallet`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub verification_method: Option<String>,
    /// The display name, such as `Passport` or `Identity Card`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub document_type: Option<String>,
    /// The kind within the type.
    #[serde(deserialize_with = "lenient::scalar")]
    pub document_subtype: Option<String>,
    /// The document's number.
    #[serde(deserialize_with = "lenient::scalar")]
    pub document_number: Option<String>,
    /// The person's number.
    #[serde(deserialize_with = "lenient::scalar")]
    pub personal_number: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(deserialize_with = "lenient::scalar")]
    pub issuing_state: Option<String>,
    /// The country's name.
    #[serde(deserialize_with = "lenient::scalar")]
    pub issuing_state_name: Option<String>,
    /// Given names.
    #[serde(deserialize_with = "lenient::scalar")]
    pub first_name: Option<String>,
    /// Family names.
    #[serde(deserialize_with = "lenient::scalar")]
    pub last_name: Option<String>,
    /// All names.
    #[serde(deserialize_with = "lenient::scalar")]
    pub full_name: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub date_of_birth: Option<String>,
    /// Years.
    #[serde(deserialize_with = "lenient::scalar")]
    pub age: Option<i64>,
    /// `M`, `F` or `U`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub gender: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(deserialize_with = "lenient::scalar")]
    pub nationality: Option<String>,
    /// More of it, such as `full_name_non_latin`.
    #[serde(deserialize_with = "lenient::object")]
    pub extra_fields: Option<Map<String, Value>>,
    /// Where the person was born.
    #[serde(deserialize_with = "lenient::scalar")]
    pub place_of_birth: Option<String>,
    /// The address as printed.
    #[serde(deserialize_with = "lenient::scalar")]
    pub address: Option<String>,
    /// The address as the post would write it.
    #[serde(deserialize_with = "lenient::scalar")]
    pub formatted_address: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub date_of_issue: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub expiration_date: Option<String>,
    /// Short-lived link to the portrait.
    #[serde(deserialize_with = "lenient::scalar")]
    pub portrait_image: Option<String>,
    /// Short-lived link to the front.
    #[serde(deserialize_with = "lenient::scalar")]
    pub front_image: Option<String>,
    /// Short-lived link to the back.
    #[serde(deserialize_with = "lenient::scalar")]
    pub back_image: Option<String>,
    /// Other sessions with the same document or person.
    #[serde(deserialize_with = "lenient::objects")]
    pub matches: Vec<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// What a document's chip says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ChipData {
    /// The document's code.
    #[serde(deserialize_with = "lenient::scalar")]
    pub document_type: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(deserialize_with = "lenient::scalar")]
    pub issuing_country: Option<String>,
    /// The document's number.
    #[serde(deserialize_with = "lenient::scalar")]
    pub document_number: Option<String>,
    /// Given names.
    #[serde(deserialize_with = "lenient::scalar")]
    pub first_name: Option<String>,
    /// Family names.
    #[serde(deserialize_with = "lenient::scalar")]
    pub last_name: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub birth_date: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub expiration_date: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(deserialize_with = "lenient::scalar")]
    pub nationality: Option<String>,
    /// `M`, `F` or `U`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub gender: Option<String>,
    /// The address in the chip.
    #[serde(deserialize_with = "lenient::scalar")]
    pub address: Option<String>,
}

/// The chip of a document.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct NfcVerification {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub status: Option<String>,
    /// Whether it was not read.
    #[serde(deserialize_with = "lenient::scalar")]
    pub is_nfc_skipped: Option<bool>,
    /// Why it was not read.
    #[serde(deserialize_with = "lenient::scalar")]
    pub skip_reason: Option<String>,
    /// What it says.
    #[serde(deserialize_with = "lenient::object")]
    pub chip_data: Option<ChipData>,
    /// `sod_integrity` and `dg_integrity`: whether its signatures hold.
    #[serde(deserialize_with = "lenient::object")]
    pub authenticity: Option<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// A selfie.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct LivenessCheck {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub status: Option<String>,
    /// `PASSIVE`, `ACTIVE_3D` or `FLASHING`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub method: Option<String>,
    /// 0 to 100, higher is more alive.
    #[serde(deserialize_with = "lenient::scalar")]
    pub score: Option<f64>,
    /// Years.
    #[serde(deserialize_with = "lenient::scalar")]
    pub age_estimation: Option<f64>,
    /// 0 to 100.
    #[serde(deserialize_with = "lenient::scalar")]
    pub face_quality: Option<f64>,
    /// 0 to 100.
    #[serde(deserialize_with = "lenient::scalar")]
    pub face_luminance: Option<f64>,
    /// Short-lived link to the selfie.
    #[serde(deserialize_with = "lenient::scalar")]
    pub reference_image: Option<String>,
    /// Short-lived link to the video.
    #[serde(deserialize_with = "lenient::scalar")]
    pub video_url: Option<String>,
    /// Other sessions with the same face.
    #[serde(deserialize_with = "lenient::objects")]
    pub matches: Vec<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// A selfie against a portrait.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct FaceMatch {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub status: Option<String>,
    /// 0 to 100, higher is more alike.
    #[serde(deserialize_with = "lenient::scalar")]
    pub score: Option<f64>,
    /// Short-lived link to the portrait.
    #[serde(deserialize_with = "lenient::scalar")]
    pub source_image: Option<String>,
    /// Short-lived link to the selfie.
    #[serde(deserialize_with = "lenient::scalar")]
    pub target_image: Option<String>,
    /// The session the portrait came from, when it was an earlier one.
    #[serde(deserialize_with = "lenient::scalar")]
    pub source_image_session_id: Option<String>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}
