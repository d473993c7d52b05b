//! What each status and each warning means for whoever waits for the result.

mod warnings;

use crate::didit::{SessionStatus, Warning};

use super::answer::ToolOutput;
pub(super) use warnings::{WARNINGS, plain_words};

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
