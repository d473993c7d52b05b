//! The steps of a verification in the words of people.

use crate::sessions::{Session, Step, StepStatus};

/// What a person has to do in a session, and what happens without them.
pub(super) struct Steps<'a> {
    /// Open steps with a page of their own.
    pub(super) personal: Vec<&'a Step>,
    /// Open steps that run by themselves at the end.
    pub(super) automatic: Vec<&'a Step>,
    /// Steps that keep the result of an earlier round.
    pub(super) kept: Vec<&'a Step>,
}

impl<'a> Steps<'a> {
    pub(super) fn of(session: &'a Session) -> Self {
        let (open, kept): (Vec<&Step>, Vec<&Step>) = session
            .steps
            .iter()
            .partition(|step| step.status == StepStatus::NotFinished);
        let (automatic, personal) = open
            .into_iter()
            .partition(|step| runs_by_itself(step.feature.kind.name));
        Self {
            personal,
            automatic,
            kept,
        }
    }
}

fn runs_by_itself(feature: &str) -> bool {
    matches!(
        feature,
        "FACE_MATCH" | "AML" | "DATABASE_VALIDATION" | "IP_ANALYSIS" | "KYB_KEY_PEOPLE"
    )
}

/// The names of steps, in one phrase.
pub(super) fn names(steps: &[&Step]) -> String {
    steps
        .iter()
        .map(|step| name(step.feature.kind.name))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A step as people call it.
pub(super) fn name(feature: &str) -> &'static str {
    match feature {
        "OCR" => "Identity document",
        "NFC" => "Chip of the document",
        "LIVENESS" => "Selfie",
        "AGE_ESTIMATION" => "Age by selfie",
        "FACE_MATCH" => "Face comparison",
        "PROOF_OF_ADDRESS" => "Proof of address",
        "PHONE_VERIFICATION" => "Phone number",
        "EMAIL_VERIFICATION" => "E-mail address",
        "QUESTIONNAIRE" => "Questions",
        "DOCUMENT_AI" => "Other documents",
        "AML" => "Watch lists",
        "DATABASE_VALIDATION" => "Government database",
        "IP_ANALYSIS" => "Network and device",
        "KYB_REGISTRY" => "Company register",
        "KYB_DOCUMENTS" => "Company documents",
        "KYB_KEY_PEOPLE" => "Key people",
        _ => "Details",
    }
}

/// What a person would do here.
pub(super) fn task(feature: &str) -> &'static str {
    match feature {
        "OCR" => "A person would photograph an identity document here.",
        "NFC" => "A person would hold the document's chip to the phone here.",
        "LIVENESS" | "AGE_ESTIMATION" => "A person would take a selfie here.",
        "PROOF_OF_ADDRESS" => "A person would upload a bill with their address here.",
        "PHONE_VERIFICATION" => "A person would type the code sent to their phone here.",
        "EMAIL_VERIFICATION" => "A person would type the code sent to their e-mail address here.",
        "DOCUMENT_AI" | "KYB_DOCUMENTS" => "A person would upload documents here.",
        "KYB_REGISTRY" => "A person would name the company here.",
        _ => "A person would give the details that this step asks for here.",
    }
}
