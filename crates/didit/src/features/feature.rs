//! The features that Didit documents: one table, from which everything else about them follows.

use std::fmt;

use serde::{Serialize, Serializer};

use super::config::{CONFIG, ConfigKind};

/// What a workflow can check, in canonical order: documents, face, evidence, contact, business, then what runs on collected
/// data. Passive features come last because they cannot be first while there are others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "their facts say what they are")]
pub enum Feature {
    Ocr,
    Nfc,
    Liveness,
    FaceMatch,
    AgeEstimation,
    ProofOfAddress,
    DocumentAi,
    Questionnaire,
    Phone,
    Email,
    KybRegistry,
    KybDocuments,
    KybKeyPeople,
    DatabaseValidation,
    Aml,
    IpAnalysis,
}

/// What is known of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureInfo {
    /// Its name in a workflow, such as `OCR`.
    pub name: &'static str,
    /// Its name in the `features` of a decision and of session rows, such as `ID_VERIFICATION`.
    pub display_name: &'static str,
    /// The list of its results in a decision, such as `id_verifications`.
    pub list: &'static str,
    /// What people call it, such as `document`.
    pub plain_name: &'static str,
    /// The friendly word that switches it on in a workflow, such as `document`, where there is one.
    pub switch: Option<&'static str>,
    /// At least one of these must come before it. Documented for `FACE_MATCH`, `NFC` and `DATABASE_VALIDATION`; other
    /// features may have undocumented rules.
    pub after: &'static [Feature],
    /// A passive feature works on what others collected and cannot be first.
    pub is_passive: bool,
    /// Whether a person can be asked to do it again.
    pub is_resubmittable: bool,
}

impl FeatureInfo {
    const fn of(
        name: &'static str,
        display_name: &'static str,
        list: &'static str,
        plain_name: &'static str,
    ) -> Self {
        Self {
            name,
            display_name,
            list,
            plain_name,
            switch: None,
            after: &[],
            is_passive: false,
            is_resubmittable: true,
        }
    }

    const fn switch(mut self, word: &'static str) -> Self {
        self.switch = Some(word);
        self
    }

    const fn after(mut self, earlier: &'static [Feature]) -> Self {
        self.after = earlier;
        self
    }

    const fn passive(mut self) -> Self {
        self.is_passive = true;
        self
    }

    const fn done_once(mut self) -> Self {
        self.is_resubmittable = false;
        self
    }
}

impl Feature {
    /// Every feature, in canonical order.
    pub const ALL: [Self; 16] = [
        Self::Ocr,
        Self::Nfc,
        Self::Liveness,
        Self::FaceMatch,
        Self::AgeEstimation,
        Self::ProofOfAddress,
        Self::DocumentAi,
        Self::Questionnaire,
        Self::Phone,
        Self::Email,
        Self::KybRegistry,
        Self::KybDocuments,
        Self::KybKeyPeople,
        Self::DatabaseValidation,
        Self::Aml,
        Self::IpAnalysis,
    ];

    /// The table: the name in a workflow, the name in decisions, the list of results, what people call it, and the rest.
    #[rustfmt::skip]
    pub const fn facts(self) -> FeatureInfo {
        match self {
            Self::Ocr => FeatureInfo::of("OCR", "ID_VERIFICATION", "id_verifications", "document").switch("document"),
            Self::Nfc => FeatureInfo::of("NFC", "NFC", "nfc_verifications", "chip").switch("nfc").after(&[Self::Ocr]),
            Self::Liveness => FeatureInfo::of("LIVENESS", "LIVENESS", "liveness_checks", "liveness").switch("liveness"),
            Self::FaceMatch => FeatureInfo::of("FACE_MATCH", "FACE_MATCH", "face_matches", "face match").switch("face_match").after(&[Self::Ocr]),
            // It has no list of its own: both look at the same selfie.
            Self::AgeEstimation => FeatureInfo::of("AGE_ESTIMATION", "AGE_ESTIMATION", "liveness_checks", "age").switch("age_estimation"),
            Self::ProofOfAddress => FeatureInfo::of("PROOF_OF_ADDRESS", "POA", "poa_verifications", "address").switch("proof_of_address"),
            Self::DocumentAi => FeatureInfo::of("DOCUMENT_AI", "DOCUMENT_AI", "document_ai_documents", "other documents"),
            Self::Questionnaire => FeatureInfo::of("QUESTIONNAIRE", "QUESTIONNAIRE", "questionnaire_responses", "questionnaire"),
            Self::Phone => FeatureInfo::of("PHONE_VERIFICATION", "PHONE", "phone_verifications", "phone").switch("phone"),
            Self::Email => FeatureInfo::of("EMAIL_VERIFICATION", "EMAIL_VERIFICATION", "email_verifications", "email").switch("email"),
            Self::KybRegistry => FeatureInfo::of("KYB_REGISTRY", "KYB_REGISTRY", "registry_checks", "company register").done_once(),
            Self::KybDocuments => FeatureInfo::of("KYB_DOCUMENTS", "KYB_DOCUMENTS", "document_verifications", "company documents"),
            Self::KybKeyPeople => FeatureInfo::of("KYB_KEY_PEOPLE", "KYB_KEY_PEOPLE", "key_people_checks", "key people").passive().done_once(),
            Self::DatabaseValidation => FeatureInfo::of("DATABASE_VALIDATION", "DATABASE_VALIDATION", "database_validations", "database")
                .switch("database_validation").after(&[Self::Ocr]).passive(),
            Self::Aml => FeatureInfo::of("AML", "AML", "aml_screenings", "watch lists (AML)").switch("aml").passive(),
            Self::IpAnalysis => FeatureInfo::of("IP_ANALYSIS", "IP_ANALYSIS", "ip_analyses", "network and device").switch("ip_analysis").passive(),
        }
    }

    /// Its name in a workflow, such as `OCR`.
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// Finds a feature by its name in a workflow, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::by(name, |facts| facts.name)
    }

    /// Finds a feature by its name in a workflow or in decisions, in any case.
    pub fn find(name: &str) -> Option<Self> {
        Self::named(name).or_else(|| Self::by(name, |facts| facts.display_name))
    }

    fn by(name: &str, pick: fn(FeatureInfo) -> &'static str) -> Option<Self> {
        let name = name.trim();
        let mut all = Self::ALL.into_iter();
        all.find(|known| pick(known.facts()).eq_ignore_ascii_case(name))
    }

    /// The settings this feature takes; every one may also be `null`.
    pub fn config(self) -> impl Iterator<Item = (&'static str, &'static ConfigKind)> {
        CONFIG
            .get(self.name())
            .into_iter()
            .flatten()
            .map(|(key, kind)| (key.as_str(), kind))
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A feature by its name: one that this client knows, or the word for another, since Didit adds features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureName<T> {
    /// One of the table.
    Known(Feature),
    /// Another word, as it was written.
    Other(T),
}

impl<T: AsRef<str>> FeatureName<T> {
    /// The feature whose name in a workflow this is, letter by letter; everything else stays as it is.
    pub fn read(text: T) -> Self {
        let mut all = Feature::ALL.into_iter();
        match all.find(|known| known.name() == text.as_ref()) {
            Some(known) => Self::Known(known),
            None => Self::Other(text),
        }
    }

    /// The feature, if this client knows it.
    pub fn known(&self) -> Option<Feature> {
        match self {
            Self::Known(feature) => Some(*feature),
            Self::Other(_) => None,
        }
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(feature) => feature.name(),
            Self::Other(text) => text.as_ref(),
        }
    }
}

impl<T> From<Feature> for FeatureName<T> {
    fn from(feature: Feature) -> Self {
        Self::Known(feature)
    }
}

impl From<&str> for FeatureName<String> {
    fn from(text: &str) -> Self {
        Self::read(text.to_owned())
    }
}

impl From<String> for FeatureName<String> {
    fn from(text: String) -> Self {
        Self::read(text)
    }
}

impl<T: AsRef<str>> PartialEq<Feature> for FeatureName<T> {
    fn eq(&self, other: &Feature) -> bool {
        self.known() == Some(*other)
    }
}

impl<T: AsRef<str>> fmt::Display for FeatureName<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl<T: AsRef<str>> Serialize for FeatureName<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
