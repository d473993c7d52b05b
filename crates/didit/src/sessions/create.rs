//! What a session is created with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::sandbox::SandboxScenario;
use crate::error::Error;
use crate::ids::WorkflowId;
use crate::rules;
use crate::values::{
    AppUrl, BirthDate, Country, Email, IpAddress, Language, Phone, RegisterCountry, Text, one_of,
    value,
};

/// The largest portrait, in bytes before base64.
const LARGEST_PORTRAIT: usize = 2 * 1024 * 1024;

/// A session to create.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionRequest {
    /// The workflow's group id (preferred) or the id of a version.
    pub workflow_id: WorkflowId,
    /// Your own id of the person or business. An unfinished session with the same id is returned
    /// instead of a new one, with `callback` and `metadata` overwritten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_data: Option<Text>,
    /// Where the person goes afterwards: any URL, also of an app. `verificationSessionId` and `status` are appended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback: Option<AppUrl>,
    /// On which device; by default the one that opened the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_method: Option<CallbackMethod>,
    /// Any JSON, echoed everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
    /// Language of the pages; the browser's by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// How to reach the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_details: Option<ContactDetails>,
    /// What the documents should say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_details: Option<ExpectedDetails>,
    /// A known portrait (JPEG, PNG, WebP or TIFF, at most 2 MB), for biometric authentication. Sent as base64.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_base64")]
    pub portrait_image: Option<Vec<u8>>,
    /// The outcome, with a sandbox key only; see [`super::SANDBOX_SCENARIOS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox_scenario: Option<SandboxScenario>,
}

/// On which device the person goes to the callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum CallbackMethod {
    /// The one that opened the link.
    Initiator,
    /// The one on which the checks were finished.
    Completer,
    /// Whichever.
    Both,
}

/// How to reach the person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "")
)]
pub struct ContactDetails {
    /// An e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub email: Option<Email>,
    /// Let Didit e-mail that address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_notification_emails: Option<bool>,
    /// Language of those e-mails.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub email_lang: Option<Language>,
    /// E.164, such as +14155550100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
}

/// What the documents should say. A difference becomes a warning of the decision.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "")
)]
pub struct ExpectedDetails {
    /// Given names; compared loosely.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub first_name: Option<Text>,
    /// Family names; compared loosely.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub last_name: Option<Text>,
    /// YYYY-MM-DD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<BirthDate>,
    /// As stated on the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub gender: Option<Gender>,
    /// Countries: three letters, such as ESP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nationality: Option<Country>,
    /// Country of document and address, unless id_country or poa_country is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub country: Option<Country>,
    /// Country of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub id_country: Option<Country>,
    /// Country of the proof of address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub poa_country: Option<Country>,
    /// Needs country or poa_country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Text>,
    /// A personal or document number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub identification_number: Option<Text>,
    /// Address that the person should connect from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub ip_address: Option<IpAddress>,
    /// P, ID, DL, RP, HIC, TC, SSC.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "once_each")]
    pub expected_document_types: Option<Vec<DocumentType>>,
    /// A business's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub company_name: Option<Text<255>>,
    /// Company register, such as GB or US-DE.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub registry_country: Option<RegisterCountry>,
    /// A business's number in the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub registration_number: Option<Text<100>>,
}

/// The gender that a document can state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "")
)]
#[expect(missing_docs, reason = "the letters are those of documents")]
pub enum Gender {
    M,
    F,
}

/// The document codes a session can be limited to: passport, identity card, driver's licence, residence permit, health
/// insurance card, tax card, social security card.
pub const EXPECTED_DOCUMENT_TYPES: [&str; 7] = ["P", "ID", "DL", "RP", "HIC", "TC", "SSC"];

value!(
    /// A document that is offered: one of [`EXPECTED_DOCUMENT_TYPES`].
    DocumentType,
    |text| one_of(text, &EXPECTED_DOCUMENT_TYPES).map(str::to_owned)
);

impl SessionRequest {
    /// A request with the workflow alone.
    pub fn new(workflow_id: WorkflowId) -> Self {
        Self {
            workflow_id,
            vendor_data: None,
            callback: None,
            callback_method: None,
            metadata: None,
            language: None,
            contact_details: None,
            expected_details: None,
            portrait_image: None,
            sandbox_scenario: None,
        }
    }

    /// Checks what the values alone do not say.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first rule broken.
    pub fn validate(&self) -> Result<(), Error> {
        if let Some(image) = &self.portrait_image {
            check_portrait(image)?;
        }
        if let Some(metadata) = &self.metadata {
            rules::visible_json("metadata", metadata)?;
        }
        match &self.expected_details {
            Some(expected)
                if expected.address.is_some()
                    && expected.country.is_none()
                    && expected.poa_country.is_none() =>
            {
                Err(Error::invalid(
                    "expected_details.address",
                    "needs `country` or `poa_country` beside it",
                ))
            }
            _ => Ok(()),
        }
    }
}

fn once_each<S: Serializer>(
    types: &Option<Vec<DocumentType>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut once: Vec<&DocumentType> = Vec::new();
    for code in types.iter().flatten() {
        if !once.contains(&code) {
            once.push(code);
        }
    }
    serializer.collect_seq(once)
}

fn as_base64<S: Serializer>(image: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(image.as_deref().unwrap_or_default()))
}

fn check_portrait(image: &[u8]) -> Result<(), Error> {
    if image.len() > LARGEST_PORTRAIT {
        return Err(Error::invalid("portrait_image", "must be at most 2 MB"));
    }
    let known = image.starts_with(&[0xff, 0xd8, 0xff])
        || image.starts_with(b"\x89PNG\r\n\x1a\n")
        || (image.starts_with(b"RIFF") && image.get(8..12) == Some(b"WEBP".as_slice()))
        || image.starts_with(b"II*\0")
        || image.starts_with(b"MM\0*");
    if known {
        Ok(())
    } else {
        Err(Error::invalid(
            "portrait_image",
            "must be a JPEG, PNG, WebP or TIFF image",
        ))
    }
}
