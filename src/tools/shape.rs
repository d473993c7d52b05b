//! Shapes of values that leave no room for a sentence: only such values of others stand among our own words.

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

/// Whether a value can only be a date, a number, a code or an address, whole or masked, and so no sentence that a document
/// says to its reader.
pub(super) fn is_plain(value: &str) -> bool {
    let made_of = |allowed: fn(char) -> bool| value.len() <= 40 && value.chars().all(allowed);
    let is_code = made_of(|letter| {
        letter.is_ascii_uppercase() || letter.is_ascii_digit() || matches!(letter, '_' | '*')
    });
    let is_number_or_date = made_of(|letter| {
        letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.' | ':' | 'T' | 'Z' | '*')
    });
    let is_email = value.split_once('@').is_some_and(|(name, domain)| {
        [name, domain].iter().all(|part| {
            (1..=80).contains(&part.len())
                && part.chars().all(|letter| {
                    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+' | '*')
                })
        })
    });
    is_code || is_number_or_date || is_email || value.parse::<std::net::IpAddr>().is_ok()
}

/// Whether a value is one word, as Didit names lists, steps and states.
pub(super) fn is_word(value: &str) -> bool {
    (1..=40).contains(&value.len())
        && value
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
}

/// Whether a value is an id of the caller's own system, as most systems make them: one word with a few separators.
pub(super) fn is_id(value: &str) -> bool {
    (1..=64).contains(&value.len())
        && value.chars().all(|letter| {
            letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':' | '#')
        })
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

/// A code such as a risk, or `unnamed` for what is none.
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
