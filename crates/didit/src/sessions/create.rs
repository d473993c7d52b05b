//! What a session is created with.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::sandbox::sandbox_scenario;
use crate::countries;
use crate::error::Error;
use crate::ids::WorkflowId;
use crate::rules::{self, WebAddress};

/// The largest portrait, in bytes before base64.
const LARGEST_PORTRAIT: usize = 2 * 1024 * 1024;

/// A session to create.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionRequest {
    /// The workflow's group id (preferred) or the id of a version.
    pub workflow_id: WorkflowId,
    /// Your own reference of the person or business. With it, an unfinished session of the same reference is given back
    /// instead of a new one, with `callback` and `metadata` overwritten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_data: Option<String>,
    /// Where the person goes afterwards: any URL, also of an app. `verificationSessionId` and `status` are appended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback: Option<String>,
    /// On which device: `initiator` (the default), `completer` or `both`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_method: Option<String>,
    /// Any JSON, echoed everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
    /// One of [`crate::LANGUAGES`]; otherwise the browser's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
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
    pub sandbox_scenario: Option<String>,
}

/// How to reach the person.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ContactDetails {
    /// An e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether Didit writes to it about the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_notification_emails: Option<bool>,
    /// The language of those mails; one of [`crate::LANGUAGES`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_lang: Option<String>,
    /// A phone number in E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// What the documents should say. A difference becomes a warning of the decision.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ExpectedDetails {
    /// Given names; compared loosely.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family names; compared loosely.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
    /// `M` or `F`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// ISO 3166-1 alpha-3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nationality: Option<String>,
    /// ISO 3166-1 alpha-3, of document and address unless the next two say otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Country of the document, ISO 3166-1 alpha-3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_country: Option<String>,
    /// Country of the proof of address, ISO 3166-1 alpha-3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poa_country: Option<String>,
    /// An address; needs `country` or `poa_country`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// A personal or document number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identification_number: Option<String>,
    /// The address the person should come from, IPv4 or IPv6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// The documents offered: codes of [`EXPECTED_DOCUMENT_TYPES`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_document_types: Option<Vec<String>>,
    /// A business's name, at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// A business's register: `XX` or `XX-YY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry_country: Option<String>,
    /// A business's number in the register, at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_number: Option<String>,
}

/// The document codes a session can be limited to: passport, identity card, driver's licence, residence permit, health
/// insurance card, tax card, social security card.
pub const EXPECTED_DOCUMENT_TYPES: [&str; 7] = ["P", "ID", "DL", "RP", "HIC", "TC", "SSC"];

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

    /// Checks everything that can be checked without the server.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first rule broken.
    pub fn validate(&self) -> Result<(), Error> {
        self.normalized().map(drop)
    }

    /// The request exactly as it is sent: checked, with blanks around texts dropped and words in the API's own spelling.
    ///
    /// # Errors
    /// Those of [`Self::validate`].
    pub fn normalized(&self) -> Result<Self, Error> {
        if let Some(image) = &self.portrait_image {
            check_portrait(image)?;
        }
        Ok(Self {
            workflow_id: self.workflow_id,
            vendor_data: rules::optional(&self.vendor_data, |text| {
                rules::visible_text("vendor_data", text, usize::MAX)
            })?,
            callback: rules::optional(&self.callback, |url| {
                WebAddress::for_browser_or_app("callback", url)
                    .map(|address| address.as_sent().to_owned())
            })?,
            callback_method: rules::optional(&self.callback_method, |method| {
                rules::one_of(
                    "callback_method",
                    method,
                    &["initiator", "completer", "both"],
                )
            })?,
            metadata: rules::optional_json("metadata", &self.metadata)?,
            language: rules::optional(&self.language, |language| {
                rules::language("language", language)
            })?,
            contact_details: self
                .contact_details
                .as_ref()
                .map(ContactDetails::normalized)
                .transpose()?,
            expected_details: self
                .expected_details
                .as_ref()
                .map(ExpectedDetails::normalized)
                .transpose()?,
            portrait_image: self.portrait_image.clone(),
            sandbox_scenario: rules::optional(&self.sandbox_scenario, |slug| {
                sandbox_scenario("sandbox_scenario", slug)
            })?,
        })
    }
}

impl ContactDetails {
    fn normalized(&self) -> Result<Self, Error> {
        Ok(Self {
            email: rules::optional(&self.email, |email| {
                rules::email("contact_details.email", email)
            })?,
            send_notification_emails: self.send_notification_emails,
            email_lang: rules::optional(&self.email_lang, |code| {
                rules::language("contact_details.email_lang", code)
            })?,
            phone: rules::optional(&self.phone, |phone| {
                rules::phone("contact_details.phone", phone)
            })?,
        })
    }
}

impl ExpectedDetails {
    fn normalized(&self) -> Result<Self, Error> {
        let text = |field: &str, value: &Option<String>, longest: usize| {
            rules::optional(value, |text| {
                rules::visible_text(&format!("expected_details.{field}"), text, longest)
            })
        };
        let country = |field: &str, value: &Option<String>| {
            rules::optional(value, |code| {
                rules::country(&format!("expected_details.{field}"), code)
            })
        };
        if self.address.is_some() && self.country.is_none() && self.poa_country.is_none() {
            return Err(Error::invalid(
                "expected_details.address",
                "needs `country` or `poa_country` beside it",
            ));
        }
        Ok(Self {
            first_name: text("first_name", &self.first_name, usize::MAX)?,
            last_name: text("last_name", &self.last_name, usize::MAX)?,
            date_of_birth: rules::optional(&self.date_of_birth, |day| {
                rules::birth_date("expected_details.date_of_birth", day)
            })?,
            gender: rules::optional(&self.gender, |code| {
                rules::one_of("expected_details.gender", code, &["M", "F"])
            })?,
            nationality: country("nationality", &self.nationality)?,
            country: country("country", &self.country)?,
            id_country: country("id_country", &self.id_country)?,
            poa_country: country("poa_country", &self.poa_country)?,
            address: text("address", &self.address, usize::MAX)?,
            identification_number: text(
                "identification_number",
                &self.identification_number,
                usize::MAX,
            )?,
            ip_address: rules::optional(&self.ip_address, |address| {
                let parsed: Result<IpAddr, _> = address.trim().parse();
                parsed.map(|address| address.to_string()).map_err(|_| {
                    Error::invalid(
                        "expected_details.ip_address",
                        "must be an IPv4 or IPv6 address",
                    )
                })
            })?,
            expected_document_types: self
                .expected_document_types
                .as_deref()
                .map(document_types)
                .transpose()?,
            company_name: text("company_name", &self.company_name, 255)?,
            registry_country: rules::optional(&self.registry_country, registry_country)?,
            registration_number: text("registration_number", &self.registration_number, 100)?,
        })
    }
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

fn document_types(codes: &[String]) -> Result<Vec<String>, Error> {
    let mut normal: Vec<String> = Vec::new();
    for code in codes {
        let code = rules::one_of(
            "expected_details.expected_document_types",
            code,
            &EXPECTED_DOCUMENT_TYPES,
        )?;
        if !normal.contains(&code) {
            normal.push(code);
        }
    }
    Ok(normal)
}

fn registry_country(value: &str) -> Result<String, Error> {
    let code = value.trim().to_ascii_uppercase();
    let (country, region) = code
        .split_once('-')
        .map_or((code.as_str(), None), |(country, region)| {
            (country, Some(region))
        });
    let valid = code.len() <= 10
        && countries::alpha3_of(country).is_some()
        && region.is_none_or(|region| {
            !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    if valid {
        Ok(code)
    } else {
        Err(Error::invalid(
            "expected_details.registry_country",
            "must be a two-letter country, or country and region, such as GB or US-DE",
        ))
    }
}
