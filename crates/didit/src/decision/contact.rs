//! Checks of how and from where a person can be reached: phone, e-mail, address, network.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Warning;
use crate::lenient;

/// A phone company.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Carrier {
    /// Its name.
    #[serde(deserialize_with = "lenient::scalar")]
    pub name: Option<String>,
    /// `mobile`, `voip` and the like.
    #[serde(deserialize_with = "lenient::scalar")]
    pub r#type: Option<String>,
}

/// A phone number.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PhoneVerification {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// E.164.
    pub full_number: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country_code: Option<String>,
    /// The country's name.
    pub country_name: Option<String>,
    /// The phone company.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub carrier: Option<Carrier>,
    /// Whether it is a disposable number.
    pub is_disposable: Option<bool>,
    /// Whether it is a virtual number, not tied to a phone.
    pub is_virtual: Option<bool>,
    /// `sms`, `whatsapp` and the like.
    pub verification_method: Option<String>,
    /// How many codes were tried.
    pub verification_attempts: Option<i64>,
    /// ISO 8601.
    pub verified_at: Option<String>,
    /// Other sessions with the same number.
    #[serde(deserialize_with = "lenient::objects")]
    pub matches: Vec<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// An e-mail address.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EmailVerification {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// Whether it appears in a known data breach.
    pub is_breached: Option<bool>,
    /// Whether it is a disposable address.
    pub is_disposable: Option<bool>,
    /// Whether mail to it bounces.
    pub is_undeliverable: Option<bool>,
    /// How many codes were tried.
    pub verification_attempts: Option<i64>,
    /// ISO 8601.
    pub verified_at: Option<String>,
    /// Other sessions with the same address.
    #[serde(deserialize_with = "lenient::objects")]
    pub matches: Vec<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// A bill or a statement that proves an address.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ProofOfAddress {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// The kind of document.
    pub document_type: Option<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// A country code; its length varies.
    pub issuing_state: Option<String>,
    /// `YYYY-MM-DD`.
    pub issue_date: Option<String>,
    /// `YYYY-MM-DD`.
    pub expiration_date: Option<String>,
    /// Its language.
    pub document_language: Option<String>,
    /// The name on it.
    pub name_on_document: Option<String>,
    /// 0 to 100: that name against the one expected.
    pub name_match_score_expected_details: Option<f64>,
    /// 0 to 100: that name against the document's.
    pub name_match_score_id_verification: Option<f64>,
    /// The address as printed.
    pub poa_address: Option<String>,
    /// The address in postal form.
    pub poa_formatted_address: Option<String>,
    /// The address that was expected.
    pub expected_details_address: Option<String>,
    /// Short-lived link to the document.
    pub document_file: Option<String>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

/// Network and device.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IpAnalysis {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// The address.
    pub ip_address: Option<String>,
    /// The country's name.
    pub ip_country: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub ip_country_code: Option<String>,
    /// The region.
    pub ip_state: Option<String>,
    /// The city.
    pub ip_city: Option<String>,
    /// The network's provider.
    pub isp: Option<String>,
    /// Whether a VPN or Tor hides the true address.
    pub is_vpn_or_tor: Option<bool>,
    /// Whether it belongs to a data centre.
    pub is_data_center: Option<bool>,
    /// The device's make.
    pub device_brand: Option<String>,
    /// The device's model.
    pub device_model: Option<String>,
    /// The browser.
    pub browser_family: Option<String>,
    /// The operating system.
    pub os_family: Option<String>,
    /// `mobile`, `desktop` and the like.
    pub platform: Option<String>,
    /// Other sessions from the same address or device.
    #[serde(deserialize_with = "lenient::objects")]
    pub matches: Vec<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}
