//! Statuses, codes and times of a decision, limited to known values: anything else is replaced by a word of ours.

use crate::didit::{SessionStatus, Step};

/// The statuses of checks that Didit documents.
const CHECK_STATUSES: [&str; 6] = [
    "Not Finished",
    "Approved",
    "Declined",
    "In Review",
    "Resub Requested",
    "Expired",
];

/// The values that Didit documents for the findings of checks: <https://docs.didit.me/sessions-api/retrieve-session>
pub(super) const ENUMERATIONS: [&[&str]; 9] = [
    // How liveness was proved.
    &["PASSIVE", "ACTIVE_3D", "FLASHING"],
    // Why the chip of a document was not read.
    &[
        "USER_SKIPPED",
        "DOCUMENT_WITHOUT_CHIP",
        "CHIP_CERTIFICATE_UNAVAILABLE",
        "DEVICE_WITHOUT_NFC",
        "INTEGRATION_WITHOUT_NFC_ACCESS",
        "MRZ_KEY_UNAVAILABLE",
    ],
    // What a proof of address is.
    &[
        "UTILITY_BILL",
        "BANK_STATEMENT",
        "GOVERNMENT_ISSUED_DOCUMENT",
        "OTHER_POA_DOCUMENT",
        "UNKNOWN",
    ],
    // How well a database or a registry agrees.
    &["full_match", "partial_match", "no_match"],
    // The kind of a telephone line.
    &["mobile"],
    // The lists of a screening.
    &[
        "PEP",
        "PEP Level 1",
        "PEP Level 2",
        "PEP Level 3",
        "PEP Level 4",
        "Sanctions",
        "Adverse Media",
        "Warnings and Regulatory Enforcement",
        "Fitness and Probity",
        "SIP",
        "SIE",
        "Insolvency",
    ],
    // What a human said of a hit.
    &[
        "Unreviewed",
        "Confirmed Match",
        "False Positive",
        "Inconclusive",
    ],
    // The state of a company in its registry.
    &[
        "active",
        "dissolved",
        "deregistered",
        "see full details",
        "authorised",
        "appointed representative",
        "unauthorised",
        "inactive",
        "no longer authorised",
        "closed",
        "struck off",
    ],
    // How risky a company is.
    &["LOW", "MEDIUM", "HIGH", "CRITICAL", "low risk"],
];

/// Whether a value is in one of Didit's enumerations, and so can tell nothing of a person but what the list says.
pub(super) fn is_enumerated(value: &str) -> bool {
    ENUMERATIONS.iter().any(|list| list.contains(&value))
}

/// Whether a value is one word, as Didit names lists, steps and states.
pub(super) fn is_word(value: &str) -> bool {
    (1..=40).contains(&value.len())
        && value
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
}

/// Whether a value is a date or a point in time, `2026-05-06` or `2026-05-06T07:08:09Z`.
pub(super) fn is_time(value: &str) -> bool {
    (10..=35).contains(&value.len())
        && value.chars().all(|letter| {
            letter.is_ascii_digit() || matches!(letter, '-' | ':' | '.' | '+' | 'T' | 'Z')
        })
}

/// A session's status: one of those that this version knows, or `unknown` for text that could be anything.
pub(super) fn status(status: &SessionStatus) -> String {
    match status {
        SessionStatus::Other(text) if !is_word(text) => "unknown".to_owned(),
        known => known.as_str().to_owned(),
    }
}

/// A session's status among our own words: one that this version does not know is not named.
pub(super) fn known_status(status: &SessionStatus) -> &str {
    match status {
        SessionStatus::Other(_) => "of a status that this version does not know",
        known => known.as_str(),
    }
}

/// A session's status as a match writes it.
pub(super) fn status_word(text: &str) -> String {
    text.parse().map_or_else(
        |_| "unknown".to_owned(),
        |parsed: SessionStatus| status(&parsed),
    )
}

/// A check's status in the same way; a check without one has not been finished.
pub(super) fn check_status(step: &Step<'_>) -> String {
    match step.status.map(str::trim) {
        None | Some("") => "Not Finished".to_owned(),
        Some(status) if CHECK_STATUSES.contains(&status) || is_word(status) => status.to_owned(),
        Some(_) => "unknown".to_owned(),
    }
}

/// A code such as a risk, or `unnamed` for a text that is not a code.
pub(super) fn code(text: Option<&str>) -> String {
    match text.map(str::trim) {
        Some(code) if (1..=80).contains(&code.len()) && code.bytes().all(is_of_code) => {
            code.to_owned()
        }
        _ => "unnamed".to_owned(),
    }
}

fn is_of_code(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
