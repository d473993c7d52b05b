//! Comparing addresses, which nobody writes the same way twice.

use super::{
    Likeness,
    fold::{Script, words},
};

/// Compares two addresses. Only two that have nothing in common surely differ.
pub(in crate::tools) fn addresses(expected: &str, found: &str) -> Likeness {
    let (expected, found) = (parts(expected), parts(found));
    if expected.is_empty() || found.is_empty() {
        return Likeness::Unsure;
    }
    let shared = |part: &Vec<String>| {
        found
            .iter()
            .any(|other| part.iter().any(|spelling| other.contains(spelling)))
    };
    if expected.iter().all(shared) {
        return Likeness::Match;
    }
    let scripts = |parts: &[Vec<String>]| -> Vec<Script> {
        parts
            .iter()
            .flatten()
            .filter_map(|word| Script::of(word))
            .collect()
    };
    let (one, other) = (scripts(&expected), scripts(&found));
    let is_readable = one.iter().any(|script| other.contains(script));
    // House numbers alone are the same everywhere.
    let named = |part: &&Vec<String>| part.iter().any(|word| Script::of(word).is_some());
    if is_readable && !expected.iter().filter(named).any(shared) {
        Likeness::Differs
    } else {
        Likeness::Unsure
    }
}

/// The words of an address, without those that stand in most addresses.
fn parts(address: &str) -> Vec<Vec<String>> {
    words(address)
        .into_iter()
        .filter(|word| {
            !word
                .iter()
                .any(|spelling| COMMON.contains(&spelling.as_str()))
        })
        .collect()
}

/// Words that say that something is a street, a number or a flat, in full and short.
const COMMON: [&str; 44] = [
    "street",
    "st",
    "str",
    "strasse",
    "road",
    "rd",
    "avenue",
    "ave",
    "av",
    "avenida",
    "avda",
    "boulevard",
    "blvd",
    "lane",
    "ln",
    "drive",
    "dr",
    "way",
    "square",
    "sq",
    "place",
    "pl",
    "plaza",
    "calle",
    "c",
    "rua",
    "rue",
    "via",
    "piazza",
    "no",
    "nr",
    "num",
    "apt",
    "flat",
    "floor",
    "unit",
    "suite",
    "de",
    "la",
    "del",
    "the",
    "of",
    "ulica",
    "ul",
];
