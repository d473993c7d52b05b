//! What each status and each warning means for whoever waits for the result.

use crate::didit::{SessionStatus, Warning};

use super::answer::ToolOutput;

/// Every status of a session with its verdict and advice, for reference.
pub fn status_meanings() -> impl Iterator<Item = (SessionStatus, &'static str, &'static str)> {
    SessionStatus::ALL.into_iter().map(|status| {
        let meaning = meaning(&status);
        (status, meaning.verdict, meaning.advice)
    })
}

/// Every risk code with a meaning in plain words, for reference.
pub fn known_warnings() -> impl Iterator<Item = (&'static str, &'static str)> {
    WARNINGS.into_iter()
}

/// A status in plain terms.
pub(super) struct Meaning {
    /// The verdict, as a sentence.
    pub verdict: &'static str,
    /// What usually happens next, as a sentence for people.
    pub advice: &'static str,
    /// The tool that takes it further, and what for.
    next: Option<(&'static str, &'static str)>,
}

/// The table of what is told of each status by itself; how one session came to it is for [`super::verdict`].
pub(super) fn meaning(status: &SessionStatus) -> Meaning {
    match status {
        SessionStatus::NotStarted => Meaning {
            verdict: "Not started: the person has not opened the link.",
            advice: "A human gives the person the link, again if it was lost; an unused link expires.",
            next: Some((
                "didit_session_wait_for_decision",
                "waits until the person is done.",
            )),
        },
        SessionStatus::InProgress => Meaning {
            verdict: "In progress: the person is going through the steps.",
            advice: "Wait; most people need a few minutes.",
            next: Some((
                "didit_session_wait_for_decision",
                "waits until the person is done.",
            )),
        },
        SessionStatus::AwaitingUser => Meaning {
            verdict: "Awaiting people: people at the company still have to verify themselves.",
            advice: "A human asks those who have not opened their own links to do so.",
            next: Some((
                "didit_session_wait_for_decision",
                "waits until the person is done.",
            )),
        },
        SessionStatus::InReview => Meaning {
            verdict: "In review: it was not decided automatically.",
            advice: "Not decided yet: a human looks at the reasons and approves, declines, or asks for steps again.",
            next: Some((
                "didit_session_update_status",
                "approves, declines or asks for steps again, once a human has decided.",
            )),
        },
        SessionStatus::Approved => Meaning {
            verdict: "Approved, by the checks or by a reviewer.",
            advice: "The person is verified; nothing more is needed.",
            next: Some((
                "didit_session_generate_pdf",
                "saves a report of the verification.",
            )),
        },
        SessionStatus::Declined => Meaning {
            verdict: "Declined, by a check that failed or by a reviewer.",
            advice: "Not verified; a human decides whether it stays so. Asking for steps again helps only where a photo was \
                     bad or a document too old.",
            next: Some((
                "didit_session_update_status",
                "asks for steps again, or overrules the result, once a human has decided.",
            )),
        },
        SessionStatus::Resubmitted => Meaning {
            verdict: "Resubmitted: the person was asked to redo some steps.",
            advice: "The same link works again; wait until the person is done.",
            next: Some((
                "didit_session_wait_for_decision",
                "waits until the person is done.",
            )),
        },
        SessionStatus::Expired => Meaning {
            verdict: "Expired: the link was not used in time.",
            advice: "The person needs a new session.",
            next: Some(("didit_session_create", "makes a new link for the person.")),
        },
        SessionStatus::Abandoned => Meaning {
            verdict: "Abandoned: the person started and did not finish in time.",
            advice: "A human asks the person what went wrong; a new session gives another try.",
            next: Some(("didit_session_create", "makes a new link for the person.")),
        },
        SessionStatus::KycExpired => Meaning {
            verdict: "KYC expired: the person was approved, but the document has since expired.",
            advice: "The person needs a new session, and a valid document.",
            next: Some(("didit_session_create", "makes a new link for the person.")),
        },
        SessionStatus::Other(_) => Meaning {
            verdict: "This version does not know the status.",
            advice: "A human looks at the session in Didit's console.",
            next: None,
        },
    }
}

/// Adds the step of a human who doubts what was approved.
pub(super) fn with_second_look(answer: ToolOutput) -> ToolOutput {
    answer.with_next(
        "didit_session_update_status",
        "declines or asks for steps again, once a human has looked and decided so.",
    )
}

/// Adds the step against somebody who tried to deceive.
pub(super) fn with_block(answer: ToolOutput) -> ToolOutput {
    answer.with_next(
        "didit_blocklist_add",
        "keeps the face, document or contacts of a fraudster from passing later.",
    )
}

/// Whether a warning is of the kind that an honest person causes too, and another try can cure.
pub(super) fn is_redoable(warning: &Warning) -> bool {
    let risk = warning.risk.as_deref().unwrap_or_default();
    REDOABLE.contains(&risk)
}

/// Whether a warning speaks of deceit: an attack, a forgery, or somebody who is blocked.
pub(super) fn is_of_fraud(warning: &Warning) -> bool {
    let risk = warning.risk.as_deref().unwrap_or_default();
    FRAUD.contains(&risk) || risk.ends_with("_IN_BLOCKLIST")
}

const REDOABLE: [&str; 17] = [
    "DOCUMENT_EXPIRED",
    "DOCUMENT_NOT_SUPPORTED_FOR_APPLICATION",
    "COULD_NOT_RECOGNIZE_DOCUMENT",
    "COULD_NOT_DETECT_DOCUMENT_TYPE",
    "PORTRAIT_IMAGE_NOT_DETECTED",
    "MRZ_NOT_DETECTED",
    "QR_NOT_DETECTED",
    "BARCODE_NOT_DETECTED",
    "NO_FACE_DETECTED",
    "LOW_FACE_QUALITY",
    "LOW_FACE_LUMINANCE",
    "HIGH_FACE_LUMINANCE",
    "MULTIPLE_FACES_DETECTED",
    "NO_REFERENCE_IMAGE",
    "LOW_FACE_MATCH_SIMILARITY",
    "SKIPPED_NFC_VALIDATION",
    "POA_DOCUMENT_EXPIRED",
];

const FRAUD: [&str; 5] = [
    "LIVENESS_FACE_ATTACK",
    "SCREEN_CAPTURE_DETECTED",
    "PRINTED_COPY_DETECTED",
    "PORTRAIT_MANIPULATION_DETECTED",
    "DUPLICATED_FACE_NAME_MISMATCH",
];

/// Adds the step that this status allows.
pub(super) fn with_next_steps(answer: ToolOutput, status: &SessionStatus) -> ToolOutput {
    match meaning(status).next {
        Some((tool, purpose)) => answer.with_next(tool, purpose),
        None => answer,
    }
}

/// Known warnings in plain words; Didit adds new ones, which keep their own short description.
pub(super) const WARNINGS: [(&str, &str); 61] = [
    ("DOCUMENT_EXPIRED", "the document has expired"),
    (
        "DOCUMENT_NOT_SUPPORTED_FOR_APPLICATION",
        "this kind of document is not accepted by the workflow",
    ),
    (
        "COULD_NOT_RECOGNIZE_DOCUMENT",
        "no document could be recognised in the photo",
    ),
    (
        "COULD_NOT_DETECT_DOCUMENT_TYPE",
        "the kind of document could not be recognised",
    ),
    (
        "PORTRAIT_IMAGE_NOT_DETECTED",
        "no portrait was found on the document",
    ),
    (
        "MRZ_VALIDATION_FAILED",
        "the machine-readable lines of the document do not check out",
    ),
    (
        "MRZ_NOT_DETECTED",
        "the machine-readable lines of the document could not be read",
    ),
    (
        "DATA_INCONSISTENT",
        "the document's data contradict each other",
    ),
    (
        "SCREEN_CAPTURE_DETECTED",
        "the document seems to be shown on a screen",
    ),
    (
        "PRINTED_COPY_DETECTED",
        "the document seems to be a printed copy",
    ),
    (
        "PORTRAIT_MANIPULATION_DETECTED",
        "the portrait on the document seems to be replaced",
    ),
    (
        "POSSIBLE_DUPLICATED_USER",
        "the document was seen in another session",
    ),
    (
        "ID_DOCUMENT_IN_BLOCKLIST",
        "the document is on the blocklist",
    ),
    ("FACE_IN_BLOCKLIST", "the face is on the blocklist"),
    ("POSSIBLE_FACE_IN_BLOCKLIST", "the face is on the blocklist"),
    (
        "PHONE_NUMBER_IN_BLOCKLIST",
        "the phone number is on the blocklist",
    ),
    (
        "EMAIL_IN_BLOCKLIST",
        "the e-mail address is on the blocklist",
    ),
    (
        "MINIMUM_AGE_NOT_MET",
        "the person is younger than the workflow allows",
    ),
    (
        "AGE_BELOW_MINIMUM",
        "the person is younger than the workflow allows",
    ),
    (
        "FULL_NAME_MISMATCH_WITH_PROVIDED",
        "the name differs from the one expected",
    ),
    (
        "DOB_MISMATCH_WITH_PROVIDED",
        "the birth date differs from the one expected",
    ),
    (
        "NATIONALITY_MISMATCH_WITH_PROVIDED",
        "the nationality differs from the one expected",
    ),
    (
        "COUNTRY_MISMATCH_WITH_PROVIDED",
        "the document's country differs from the one expected",
    ),
    ("NO_FACE_DETECTED", "no face was seen in the selfie"),
    (
        "LIVENESS_FACE_ATTACK",
        "the selfie looks like an attack (a photo, a screen or a mask)",
    ),
    (
        "LOW_LIVENESS_SCORE",
        "it is unclear whether the selfie shows a live person",
    ),
    (
        "MULTIPLE_FACES_DETECTED",
        "more than one face was seen in the selfie",
    ),
    ("DUPLICATED_FACE", "the face was seen in another session"),
    (
        "POSSIBLE_DUPLICATED_FACE",
        "the face was seen in another session",
    ),
    (
        "NO_REFERENCE_IMAGE",
        "there was no portrait to compare the selfie with",
    ),
    (
        "LOW_FACE_MATCH_SIMILARITY",
        "the selfie does not look enough like the portrait",
    ),
    (
        "NFC_CHIP_NOT_VERIFIED",
        "the document's chip could not be verified",
    ),
    ("SKIPPED_NFC_VALIDATION", "the chip was not read"),
    (
        "POSSIBLE_MATCH_FOUND",
        "the name may be on a sanctions, PEP or adverse-media list",
    ),
    (
        "COULD_NOT_PERFORM_AML_SCREENING",
        "the lists could not be searched because data were missing",
    ),
    (
        "DATABASE_VALIDATION_NO_MATCH",
        "the data were not found in the official register",
    ),
    (
        "DATABASE_VALIDATION_PARTIAL_MATCH",
        "the data match the official register only in part",
    ),
    (
        "NAME_MISMATCH_WITH_PROVIDED",
        "the name on the proof of address differs from the one expected",
    ),
    (
        "NAME_MISMATCH_ID_VERIFICATION",
        "the name on the proof of address differs from the document's",
    ),
    (
        "GENDER_MISMATCH_WITH_PROVIDED",
        "the gender differs from the one expected",
    ),
    (
        "IDENTIFICATION_NUMBER_MISMATCH_WITH_PROVIDED",
        "the document's number differs from the one expected",
    ),
    (
        "POA_COUNTRY_MISMATCH_WITH_PROVIDED",
        "the country of the proof of address differs from the one expected",
    ),
    (
        "DUPLICATED_FACE_NAME_MISMATCH",
        "the face was seen in another session under another name",
    ),
    (
        "FRONT_CAMERA_FACE_IN_BLOCKLIST",
        "the face beside the document is on the blocklist",
    ),
    (
        "DUPLICATED_PHONE_NUMBER",
        "the phone number was seen in another session",
    ),
    (
        "DUPLICATED_EMAIL",
        "the e-mail address was seen in another session",
    ),
    (
        "DUPLICATED_DEVICE_FINGERPRINT",
        "the device was seen in another session",
    ),
    (
        "IP_ADDRESS_IN_BLOCKLIST",
        "the IP address is on the blocklist",
    ),
    (
        "CUSTOM_STATUS_RULE_TRIGGERED",
        "a rule of the workflow applies",
    ),
    (
        "ADDRESS_MISMATCH_WITH_PROVIDED",
        "the address differs from the one expected",
    ),
    ("POA_DOCUMENT_EXPIRED", "the proof of address is too old"),
    (
        "UNDELIVERABLE_EMAIL_DETECTED",
        "the e-mail address cannot receive mail",
    ),
    (
        "DISPOSABLE_EMAIL_DETECTED",
        "the e-mail address is disposable",
    ),
    (
        "BREACHED_EMAIL_DETECTED",
        "the e-mail address was in a known data breach",
    ),
    (
        "VERIFICATION_CODE_ATTEMPTS_EXCEEDED",
        "the code was entered wrongly too often",
    ),
    (
        "EMAIL_CODE_ATTEMPTS_EXCEEDED",
        "the code was entered wrongly too often",
    ),
    (
        "PRIVATE_NETWORK_DETECTED",
        "the connection came through a VPN or Tor",
    ),
    (
        "COUNTRY_FROM_DOCUMENT_DOES_NOT_MATCH_COUNTRY_FROM_IP",
        "the connection came from another country than the document",
    ),
    (
        "DUPLICATED_IP_ADDRESS",
        "another session came from the same IP address",
    ),
    ("QR_NOT_DETECTED", "no QR code was found on the document"),
    (
        "BARCODE_NOT_DETECTED",
        "no bar code was found on the document",
    ),
];

/// A known warning in plain words.
pub(super) fn plain_words(risk: &str) -> Option<&'static str> {
    WARNINGS
        .iter()
        .find(|(code, _)| *code == risk)
        .map(|(_, meaning)| *meaning)
}
