//! Checks of what a person says against watch lists, records and documents.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Warning;
use crate::lenient;

/// Who was looked for on watch lists.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ScreenedPerson {
    /// All names.
    #[serde(deserialize_with = "lenient::scalar")]
    pub full_name: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(deserialize_with = "lenient::scalar")]
    pub nationality: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub date_of_birth: Option<String>,
    /// The document's number.
    #[serde(deserialize_with = "lenient::scalar")]
    pub document_number: Option<String>,
}

/// Someone or something on a watch list. The evidence is in the decision's `raw`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct AmlHit {
    /// Its id, with which its review is changed.
    #[serde(deserialize_with = "lenient::scalar")]
    pub id: Option<String>,
    /// The name found.
    #[serde(deserialize_with = "lenient::scalar")]
    pub caption: Option<String>,
    /// Such as `PEP`, `Sanctions`, `Adverse Media`.
    #[serde(deserialize_with = "lenient::texts")]
    pub datasets: Vec<String>,
    /// 0 to 100: how surely it is the same person.
    #[serde(deserialize_with = "lenient::scalar")]
    pub match_score: Option<f64>,
    /// 0 to 100: how grave it is.
    #[serde(deserialize_with = "lenient::scalar")]
    pub risk_score: Option<f64>,
    /// `Unreviewed`, `Confirmed Match`, `False Positive` or `Inconclusive`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub review_status: Option<String>,
    /// Where it was published.
    #[serde(deserialize_with = "lenient::scalar")]
    pub url: Option<String>,
}

/// Watch lists.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct AmlScreening {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub status: Option<String>,
    /// How many hits there are.
    #[serde(deserialize_with = "lenient::scalar")]
    pub total_hits: Option<i64>,
    /// `person` or `company`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub entity_type: Option<String>,
    /// 0 to 100, higher is worse.
    #[serde(deserialize_with = "lenient::scalar")]
    pub score: Option<f64>,
    /// Who was looked for.
    #[serde(deserialize_with = "lenient::object")]
    pub screened_data: Option<ScreenedPerson>,
    /// What was found.
    #[serde(deserialize_with = "lenient::objects")]
    pub hits: Vec<AmlHit>,
    /// Whether later hits are reported.
    #[serde(deserialize_with = "lenient::scalar")]
    pub is_ongoing_monitoring_enabled: Option<bool>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// Government records.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DatabaseValidation {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub status: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(deserialize_with = "lenient::scalar")]
    pub issuing_state: Option<String>,
    /// `one_by_one`, `two_by_two` or `not_enabled`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub validation_type: Option<String>,
    /// `no_match`, `partial_match` or `full_match`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub match_type: Option<String>,
    /// What was asked for.
    #[serde(deserialize_with = "lenient::object")]
    pub screened_data: Option<Map<String, Value>>,
    /// What each service said.
    #[serde(deserialize_with = "lenient::objects")]
    pub validations: Vec<Map<String, Value>>,
    /// What each service failed with.
    #[serde(deserialize_with = "lenient::objects")]
    pub errors: Vec<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// Answers to a questionnaire.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Questionnaire {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub status: Option<String>,
    /// The questionnaire.
    #[serde(deserialize_with = "lenient::scalar")]
    pub questionnaire_id: Option<String>,
    /// Its title.
    #[serde(deserialize_with = "lenient::scalar")]
    pub title: Option<String>,
    /// Its version.
    #[serde(deserialize_with = "lenient::scalar")]
    pub version: Option<i64>,
    /// Sections with `items`, each with its `title` and `answer`.
    #[serde(deserialize_with = "lenient::objects")]
    pub sections: Vec<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// Other documents, read by a model.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DocumentAi {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub status: Option<String>,
    /// The documents with `extracted_data` and their own status.
    #[serde(deserialize_with = "lenient::objects")]
    pub items: Vec<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}
