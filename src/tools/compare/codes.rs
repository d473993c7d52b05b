//! Comparing what has a form: dates, numbers, countries, kinds of documents.

use super::Likeness;
use crate::didit::sessions::EXPECTED_DOCUMENT_TYPES;

/// Birth dates, `YYYY-MM-DD`.
pub(in crate::tools) fn birth_dates(expected: &str, found: &str) -> Likeness {
    let date = |text: &str| -> Option<jiff::civil::Date> {
        // A time of day behind the date says nothing about a birth.
        text.trim().get(..10)?.parse().ok()
    };
    match (date(expected), date(found)) {
        (Some(expected), Some(found)) if expected == found => Likeness::Match,
        (Some(_), Some(_)) => Likeness::Differs,
        _ if expected.trim() == found.trim() => Likeness::Match,
        _ => Likeness::Unsure,
    }
}

/// Birth dates of which the second may be no more than a year, `1974`, or a year and a month. One that fits as far as it goes
/// proves nothing.
pub(in crate::tools) fn partial_birth_dates(whole: &str, found: &str) -> Likeness {
    let parts = |text: &str| -> Option<Vec<u32>> {
        let date = text.trim().get(..10).unwrap_or(text.trim());
        date.split('-').map(|part| part.parse().ok()).collect()
    };
    match (parts(whole), parts(found)) {
        (Some(whole), Some(found)) if whole.len() == 3 && (1..=3).contains(&found.len()) => {
            match found.iter().zip(&whole).all(|(one, other)| one == other) {
                true if found.len() == 3 => Likeness::Match,
                true => Likeness::Unsure,
                false => Likeness::Differs,
            }
        }
        _ => Likeness::Unsure,
    }
}

/// The number that is expected against every number that a document has.
pub(in crate::tools) fn numbers(expected: &str, found: &[&str]) -> Likeness {
    found
        .iter()
        .map(|number| one_number(expected, number))
        .min()
        .unwrap_or(Likeness::Unsure)
}

fn one_number(expected: &str, found: &str) -> Likeness {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_uppercase)
            .collect()
    };
    let (wanted, is) = (plain(expected), plain(found));
    if wanted == is {
        return Likeness::Match;
    }
    // Letters that look like digits are misread, check digits and leading zeros are left out, and masks hide the rest.
    let alike = |text: &str| -> String {
        text.chars()
            .map(|letter| match letter {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect()
    };
    let (short, long) = if wanted.len() < is.len() {
        (&wanted, &is)
    } else {
        (&is, &wanted)
    };
    let is_part = short.chars().count() >= 6
        && (long.starts_with(short.as_str()) || long.ends_with(short.as_str()));
    if found.contains('*') || expected.contains('*') || alike(&wanted) == alike(&is) || is_part {
        Likeness::Unsure
    } else {
        Likeness::Differs
    }
}

/// Countries and nationalities, as codes of two or three letters.
pub(in crate::tools) fn countries(expected: &str, found: &str) -> Likeness {
    let (expected, found) = (expected.trim(), found.trim());
    if expected.eq_ignore_ascii_case(found) {
        return Likeness::Match;
    }
    match (alpha3(expected), alpha3(found)) {
        (Some(expected), Some(found)) if expected == found => Likeness::Match,
        (Some(_), Some(_)) => Likeness::Differs,
        _ => Likeness::Unsure,
    }
}

fn alpha3(code: &str) -> Option<&'static str> {
    let code = code.trim_end_matches('<').to_ascii_uppercase();
    match code.as_str() {
        // German documents and those of Kosovo bear codes of their own.
        "D" => Some("DEU"),
        "XKX" | "RKS" | "XK" => Some("XKX"),
        _ => rust_iso3166::from_alpha3(&code)
            .or_else(|| rust_iso3166::from_alpha2(&code))
            .map(|country| country.alpha3),
    }
}

/// `M` or `F`, as letters or words. Documents may also leave it open.
pub(in crate::tools) fn genders(expected: &str, found: &str) -> Likeness {
    let gender = |text: &str| match text.trim().to_ascii_lowercase().as_str() {
        "m" | "male" => Some('m'),
        "f" | "female" => Some('f'),
        _ => None,
    };
    match (gender(expected), gender(found)) {
        (Some(expected), Some(found)) if expected == found => Likeness::Match,
        (Some(_), Some(_)) => Likeness::Differs,
        _ => Likeness::Unsure,
    }
}

/// The kinds of documents that were expected (codes such as `P`) against the kind that was shown, in Didit's words.
pub(in crate::tools) fn document_types(expected: &[&str], found: &str) -> Likeness {
    match document_code(found) {
        Some(code)
            if expected
                .iter()
                .any(|kind| kind.trim().eq_ignore_ascii_case(code)) =>
        {
            Likeness::Match
        }
        Some(_) => Likeness::Differs,
        None => Likeness::Unsure,
    }
}

fn document_code(name: &str) -> Option<&'static str> {
    const WORDS: [(&str, &str); 9] = [
        ("passport", "P"),
        ("driv", "DL"),
        ("residen", "RP"),
        ("health", "HIC"),
        ("tax", "TC"),
        ("social security", "SSC"),
        ("identity", "ID"),
        ("id card", "ID"),
        ("national id", "ID"),
    ];
    let name = name.trim().to_lowercase().replace('_', " ");
    EXPECTED_DOCUMENT_TYPES
        .into_iter()
        .find(|code| code.eq_ignore_ascii_case(&name))
        .or_else(|| {
            WORDS
                .iter()
                .find(|(word, _)| name.contains(word))
                .map(|(_, code)| *code)
        })
}
