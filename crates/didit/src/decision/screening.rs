//! Checks of what a person says against watch lists, records and documents.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Warning;
use crate::lenient;

/// Who was looked for on watch lists.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ScreenedPerson {
    /// All names.
    pub full_name: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub nationality: Option<String>,
    /// `YYYY-MM-DD`.
    pub date_of_birth: Option<String>,
    /// The document's number.
    pub document_number: Option<String>,
}

/// Someone or something on a watch list. All of the evidence is in the decision's `raw`.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct AmlHit {
    /// Its id, with which its review is changed.
    pub id: Option<String>,
    /// The name found.
    pub caption: Option<String>,
    /// Such as `PEP`, `Sanctions`, `Adverse Media`.
    #[serde(deserialize_with = "lenient::texts")]
    pub datasets: Vec<String>,
    /// 0 to 100: how likely it is the same person.
    pub match_score: Option<f64>,
    /// 0 to 100: how severe the risk is.
    pub risk_score: Option<f64>,
    /// `Unreviewed`, `Confirmed Match`, `False Positive` or `Inconclusive`.
    pub review_status: Option<String>,
    /// Where it was published.
    pub url: Option<String>,
    /// What the list says: `name`, `alias`, `birthDate`, `nationality`, `country` and others, most of them lists of texts.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub properties: Option<Map<String, Value>>,
    /// How `match_score` came about: `name_score`, `dob_score`, `country_score`, and how much each of them weighed.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub score_breakdown: Option<Map<String, Value>>,
    /// Offices, with `matched_name`, `date_of_birth`, `pep_position` and `list_name`.
    #[serde(deserialize_with = "lenient::objects")]
    pub pep_matches: Vec<Map<String, Value>>,
    /// Sanctions, with `matched_name`, `reason` and `list_name`.
    #[serde(deserialize_with = "lenient::objects")]
    pub sanction_matches: Vec<Map<String, Value>>,
    /// Articles, with `headline` and `country`.
    #[serde(deserialize_with = "lenient::objects")]
    pub adverse_media_matches: Vec<Map<String, Value>>,
}

/// Watch lists.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct AmlScreening {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// How many hits there are.
    pub total_hits: Option<i64>,
    /// `person` or `company`.
    pub entity_type: Option<String>,
    /// 0 to 100, higher is worse.
    pub score: Option<f64>,
    /// Who was looked for.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub screened_data: Option<ScreenedPerson>,
    /// What was found.
    #[serde(deserialize_with = "lenient::objects")]
    pub hits: Vec<AmlHit>,
    /// Whether later hits are reported.
    pub is_ongoing_monitoring_enabled: Option<bool>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// Government records.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DatabaseValidation {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// ISO 3166-1 alpha-3.
    pub issuing_state: Option<String>,
    /// `one_by_one`, `two_by_two` or `not_enabled`.
    pub validation_type: Option<String>,
    /// `no_match`, `partial_match` or `full_match`.
    pub match_type: Option<String>,
    /// What was asked for.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
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
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Questionnaire {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// The questionnaire.
    pub questionnaire_id: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its version.
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
