//! The outcomes a developer can choose, and the warnings they and other findings leave in a decision.

use serde_json::{Value, json};

use super::sessions::{Session, Status, StepStatus};

/// A sandbox scenario.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scenario {
    pub(super) slug: &'static str,
    /// For people who pick it on the session's page.
    pub(super) title: &'static str,
    /// The features it can show in, the first one present wins; empty for the plain approval.
    features: &'static [&'static str],
    /// What it makes the feature find.
    finding: Option<Finding>,
}

/// A risk with the status it gives its feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) risk: &'static str,
    pub(super) status: StepStatus,
}

const fn declines(risk: &'static str) -> Option<Finding> {
    Some(Finding {
        risk,
        status: StepStatus::Declined,
    })
}

const fn reviews(risk: &'static str) -> Option<Finding> {
    Some(Finding {
        risk,
        status: StepStatus::InReview,
    })
}

const fn scenario(
    slug: &'static str,
    title: &'static str,
    features: &'static [&'static str],
    finding: Option<Finding>,
) -> Scenario {
    Scenario {
        slug,
        title,
        features,
        finding,
    }
}

pub(super) static SCENARIOS: [Scenario; 16] = [
    scenario("approve", "Everything is in order", &[], None),
    scenario(
        "decline_aml_hit",
        "On a sanctions list",
        &["AML"],
        declines("POSSIBLE_MATCH_FOUND"),
    ),
    scenario(
        "decline_could_not_recognize_document",
        "Document cannot be read",
        &["OCR"],
        declines("COULD_NOT_RECOGNIZE_DOCUMENT"),
    ),
    scenario(
        "decline_database_no_match",
        "Not in the government database",
        &["DATABASE_VALIDATION"],
        declines("DATABASE_VALIDATION_NO_MATCH"),
    ),
    scenario(
        "decline_document_expired",
        "Expired document",
        &["OCR"],
        declines("DOCUMENT_EXPIRED"),
    ),
    scenario(
        "decline_face_match_low_similarity",
        "Another person's document",
        &["FACE_MATCH"],
        declines("LOW_FACE_MATCH_SIMILARITY"),
    ),
    scenario(
        "decline_ip_blocklist",
        "Blocked IP address",
        &["IP_ANALYSIS"],
        declines("IP_ADDRESS_IN_BLOCKLIST"),
    ),
    scenario(
        "decline_kyb_registry_mismatch",
        "Company does not match the register",
        &["KYB_REGISTRY"],
        declines("KYB_REGISTRY_DATA_MISMATCH"),
    ),
    scenario(
        "decline_liveness_attack",
        "Photo instead of a face",
        &["LIVENESS", "AGE_ESTIMATION"],
        declines("LIVENESS_FACE_ATTACK"),
    ),
    scenario(
        "decline_minimum_age",
        "Too young",
        &["OCR"],
        declines("MINIMUM_AGE_NOT_MET"),
    ),
    scenario(
        "decline_mrz_validation",
        "Machine-readable zone does not add up",
        &["OCR"],
        declines("MRZ_VALIDATION_FAILED"),
    ),
    scenario(
        "decline_nfc_chip_not_verified",
        "Chip is not genuine",
        &["NFC"],
        declines("NFC_CHIP_NOT_VERIFIED"),
    ),
    scenario(
        "decline_poa_address_mismatch",
        "Another address on the bill",
        &["PROOF_OF_ADDRESS"],
        declines("ADDRESS_MISMATCH_WITH_PROVIDED"),
    ),
    scenario(
        "review_aml_possible_match",
        "Perhaps a politically exposed person",
        &["AML"],
        reviews("POSSIBLE_MATCH_FOUND"),
    ),
    scenario(
        "review_face_match_borderline",
        "Face is only similar",
        &["FACE_MATCH"],
        reviews("LOW_FACE_MATCH_SIMILARITY"),
    ),
    scenario(
        "review_poa_partial_match",
        "Name on the bill is only similar",
        &["PROOF_OF_ADDRESS"],
        reviews("NAME_MISMATCH_ID_VERIFICATION"),
    ),
];

/// The scenario that is played when nobody chose one.
pub(super) fn approval() -> &'static Scenario {
    let [approve, ..] = &SCENARIOS;
    approve
}

pub(super) fn find(slug: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.slug == slug)
}

impl Scenario {
    /// Whether it makes a difference in `session`; otherwise it is the same as an approval.
    pub(super) fn applies_to(&self, session: &Session) -> bool {
        self.finding.is_none() || self.target(session).is_some()
    }

    /// The status that a session ends with, where the workflow does not weigh the finding otherwise.
    pub(super) fn leads_to(&self) -> Status {
        match self.finding.map(|finding| finding.status) {
            Some(StepStatus::Declined) => Status::Declined,
            Some(StepStatus::InReview) => Status::InReview,
            Some(StepStatus::Approved | StepStatus::NotFinished) | None => Status::Approved,
        }
    }

    /// What the feature called `name` finds in `session`.
    pub(super) fn finding_for(&self, name: &str, session: &Session) -> Option<Finding> {
        self.finding.filter(|_| self.target(session) == Some(name))
    }

    fn target(&self, session: &Session) -> Option<&'static str> {
        self.features.iter().copied().find(|name| {
            session
                .steps
                .iter()
                .any(|step| step.feature.kind.name == *name)
        })
    }
}

/// How much a finding weighs, as workflows configure it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    Ignore,
    Review,
    Decline,
}

impl Action {
    pub(super) fn status(self) -> StepStatus {
        match self {
            Self::Ignore => StepStatus::Approved,
            Self::Review => StepStatus::InReview,
            Self::Decline => StepStatus::Declined,
        }
    }

    fn log_type(self) -> &'static str {
        match self {
            Self::Ignore => "information",
            Self::Review => "warning",
            Self::Decline => "error",
        }
    }
}

impl From<StepStatus> for Action {
    fn from(status: StepStatus) -> Self {
        match status {
            StepStatus::Declined => Self::Decline,
            StepStatus::InReview => Self::Review,
            StepStatus::Approved | StepStatus::NotFinished => Self::Ignore,
        }
    }
}

/// A warning as it stands in a decision.
pub(super) fn warning(
    tag: &str,
    risk: &str,
    action: Action,
    node_id: &str,
    additional: &Value,
) -> Value {
    let short = sentence_case(risk);
    json!({
        "feature": tag,
        "risk": risk,
        "additional_data": additional,
        "log_type": action.log_type(),
        "short_description": short,
        "long_description": explanation(risk).unwrap_or(&short),
        "node_id": node_id,
    })
}

/// `LOW_FACE_MATCH_SIMILARITY` as "Low face match similarity".
fn sentence_case(code: &str) -> String {
    let words = code.replace('_', " ").to_lowercase();
    let mut characters = words.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

fn explanation(risk: &str) -> Option<&'static str> {
    Some(match risk {
        "POSSIBLE_MATCH_FOUND" => {
            "The screening found somebody with a similar name on a watch list."
        }
        "COULD_NOT_RECOGNIZE_DOCUMENT" => "The picture shows no document that could be recognised.",
        "DATABASE_VALIDATION_NO_MATCH" => {
            "The details do not match any record of the issuing authority."
        }
        "DOCUMENT_EXPIRED" => "The document's expiration date has passed.",
        "LOW_FACE_MATCH_SIMILARITY" => {
            "The face of the user and the portrait of the document are not similar enough."
        }
        "IP_ADDRESS_IN_BLOCKLIST" => "The session came from an IP address on a blocklist.",
        "KYB_REGISTRY_DATA_MISMATCH" => "The company details differ from the official register.",
        "LIVENESS_FACE_ATTACK" => {
            "The camera saw a photo, screen or mask instead of a living face."
        }
        "MINIMUM_AGE_NOT_MET" => "The person is younger than the workflow allows.",
        "MRZ_VALIDATION_FAILED" => "The check digits of the machine-readable zone are wrong.",
        "NFC_CHIP_NOT_VERIFIED" => "The chip's signature could not be verified.",
        "ADDRESS_MISMATCH_WITH_PROVIDED" => {
            "The address on the document differs from the expected one."
        }
        "NAME_MISMATCH_ID_VERIFICATION" => {
            "The name on the proof of address differs from the identity document."
        }
        "NAME_MISMATCH_WITH_PROVIDED" => {
            "The name on the proof of address differs from the expected one."
        }
        "FULL_NAME_MISMATCH_WITH_PROVIDED" => {
            "The name on the document differs from the expected name."
        }
        "DOB_MISMATCH_WITH_PROVIDED" => {
            "The date of birth on the document differs from the expected one."
        }
        "GENDER_MISMATCH_WITH_PROVIDED" => {
            "The gender on the document differs from the expected one."
        }
        "NATIONALITY_MISMATCH_WITH_PROVIDED" => {
            "The nationality on the document differs from the expected one."
        }
        "COUNTRY_MISMATCH_WITH_PROVIDED" => {
            "The document was issued by another country than expected."
        }
        "IDENTIFICATION_NUMBER_MISMATCH_WITH_PROVIDED" => {
            "The number on the document differs from the expected one."
        }
        "FACE_IN_BLOCKLIST" => "The face is on the blocklist.",
        "ID_DOCUMENT_IN_BLOCKLIST" => "The document is on the blocklist.",
        "PHONE_NUMBER_IN_BLOCKLIST" => "The phone number is on the blocklist.",
        "EMAIL_IN_BLOCKLIST" => "The e-mail address is on the blocklist.",
        "COULD_NOT_PERFORM_AML_SCREENING" => {
            "Name, date of birth or country is missing, so nothing could be screened."
        }
        _ => return None,
    })
}
