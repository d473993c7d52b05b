//! Checks of a business: register, documents, people.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Warning;
use crate::lenient;

/// What a register says of a business. Officers, owners and the rest are in the decision's `raw`.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RegisteredCompany {
    /// Its name.
    pub company_name: Option<String>,
    /// Its number in the register.
    pub registration_number: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country_code: Option<String>,
    /// Such as `Active`.
    pub registry_status: Option<String>,
    /// Its legal form.
    pub company_type: Option<String>,
    /// `YYYY-MM-DD`.
    pub incorporation_date: Option<String>,
    /// Its registered address.
    pub registered_address: Option<String>,
    /// `LOW`, `MEDIUM` or `HIGH`.
    pub risk_level: Option<String>,
    /// `valid`, `invalid`, `could_not_validate` or `not_applicable`.
    pub vat_validation_status: Option<String>,
}

/// A business register.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RegistryCheck {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// Whether the register's data has arrived.
    pub data_resolved: Option<bool>,
    /// What it says.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub company: Option<RegisteredCompany>,
    /// Who owns what.
    #[serde_with(skip_apply)]
    pub ownership_structure: Option<Value>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// Documents of a business.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CompanyDocuments {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub status: Option<String>,
    /// The documents, each with its own status.
    #[serde(deserialize_with = "lenient::objects")]
    pub items: Vec<Map<String, Value>>,
    /// The groups that are required.
    #[serde(deserialize_with = "lenient::texts")]
    pub required_groups: Vec<String>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// Officers and owners of a business.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct KeyPeople {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub status: Option<String>,
    /// Officers and owners according to the register.
    #[serde(deserialize_with = "lenient::object")]
    pub registry: Option<Map<String, Value>>,
    /// The people the business named.
    #[serde(deserialize_with = "lenient::object")]
    pub submitted: Option<Map<String, Value>>,
    /// How many owners are approved, flagged or pending.
    #[serde(deserialize_with = "lenient::object")]
    pub ubo_kyc_summary: Option<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}
