//! The sentence that tells how a session ended: by whom, and what the checks say. An agent repeats it, and it goes into
//! files, so it says nothing that the decision does not.

mod advised;
mod checks;
mod manner;
mod names;

use super::{
    advice::{is_of_fraud, meaning},
    person::{Duplicate, PersonFacts, Whose},
};
use crate::{
    didit::{Decision, SessionStatus},
    tools::plain,
};
use advised::Advised;
use checks::{Checks, decided_by};
pub(super) use checks::{DecidedBy, counts, latest_decision, sets_a_status};
pub(super) use manner::{Manner, manner};
pub(super) use names::{listed, names_of, places, plain_name, without_result};

/// What a decision amounts to.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    /// The sentence. What is not as expected stands first in it, and whom else it is about last.
    pub line: String,
    /// Who decided; `None` while nobody has, and for what time decides.
    pub decided_by: Option<DecidedBy>,
    /// Whether a human has to look before anybody relies on it.
    pub needs_a_look: bool,
    /// What to do next, as sentences for people.
    pub advice: String,
    /// What a human looks at besides the checks, as the end of a sentence; empty where there is nothing.
    pub looks: String,
    /// Whether it was declined because somebody may have tried to deceive, or by a human, who knows.
    pub may_be_fraud: bool,
}

/// The verdict of a decision.
pub(super) fn of(decision: &Decision, facts: &PersonFacts) -> Verdict {
    let checks = Checks::of(decision);
    let decided_by = decided_by(decision, &checks);
    let sentence = match decision.status {
        SessionStatus::Approved => approved(&checks, decided_by),
        SessionStatus::Declined => declined(&checks, decided_by),
        SessionStatus::InReview => in_review(&checks, decided_by),
        _ => meaning(&decision.status).verdict.to_owned(),
    };
    let parts = [
        not_as_expected(facts),
        Some(sentence),
        overruled(decision),
        without_document(decision),
        elsewhere(facts),
    ];
    let line = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let advised = Advised {
        decision,
        facts,
        checks: &checks,
        decided_by,
    };
    let looks = listed(&advised.looks());
    let (advice, needs_a_look) = advised.advice(&looks);
    let may_be_fraud = decision.status == SessionStatus::Declined
        && (decided_by == Some(DecidedBy::Reviewer)
            || facts.duplicates.iter().any(Duplicate::needs_a_look)
            || advised.reasons().any(is_of_fraud));
    Verdict {
        line,
        decided_by,
        needs_a_look,
        advice,
        looks,
        may_be_fraud,
    }
}

fn approved(checks: &Checks, decided_by: Option<DecidedBy>) -> String {
    if decided_by == Some(DecidedBy::Reviewer) {
        return match checks.not_passed.as_slice() {
            [] if checks.count == 0 => "Approved by a reviewer; no check has a result.".to_owned(),
            [] => "Approved by a reviewer; all checks had passed.".to_owned(),
            some => format!("Approved by a reviewer; {}.", some.join(", ")),
        };
    }
    match (
        checks.not_passed.as_slice(),
        checks.without_result.as_slice(),
    ) {
        ([], _) if checks.count == 0 => {
            "Approved, but no check has a result in Didit's answer.".to_owned()
        }
        ([], []) => "Approved: every check passed.".to_owned(),
        ([], missing) => format!(
            "Approved: every check with a result passed; there is no result of {}.",
            listed(missing)
        ),
        (some, _) => format!(
            "Approved, although {}; Didit's answer names no reviewer who decided.",
            some.join(", ")
        ),
    }
}

fn declined(checks: &Checks, decided_by: Option<DecidedBy>) -> String {
    let others: Vec<&str> = checks.not_passed.iter().map(String::as_str).collect();
    match (decided_by, checks.failed.is_empty()) {
        (Some(DecidedBy::Reviewer), true) if others.is_empty() => {
            "Declined by a reviewer; no check had failed.".to_owned()
        }
        (Some(DecidedBy::Reviewer), true) => format!(
            "Declined by a reviewer; no check had failed, {}.",
            others.join(", ")
        ),
        (Some(DecidedBy::Reviewer), false) => {
            format!("Declined by a reviewer; {}.", others.join(", "))
        }
        (_, false) if checks.unclear.is_empty() => {
            format!("Declined: {} failed.", listed(&checks.failed))
        }
        (_, false) => format!(
            "Declined: {} failed; still in review: {}.",
            listed(&checks.failed),
            listed(&checks.unclear)
        ),
        (Some(DecidedBy::Checks), true) => {
            "Declined: no single check failed; a warning about the whole session declined it.".to_owned()
        }
        (_, true) => {
            "Declined, although no check failed; Didit's answer names neither a reason nor a reviewer.".to_owned()
        }
    }
}

fn in_review(checks: &Checks, decided_by: Option<DecidedBy>) -> String {
    if decided_by == Some(DecidedBy::Reviewer) {
        return match checks.not_passed.as_slice() {
            [] => "In review: a reviewer set it so; no check asks for it.".to_owned(),
            some => format!("In review: a reviewer set it so; {}.", some.join(", ")),
        };
    }
    match (checks.failed.as_slice(), checks.unclear.as_slice()) {
        ([], []) if checks.has_reasons => {
            "In review: no single check asks for it; the reasons below do.".to_owned()
        }
        ([], []) => {
            "In review, although no check asks for it; Didit's answer gives no reason.".to_owned()
        }
        ([], unclear) => format!(
            "In review: {} could not be decided automatically.",
            listed(unclear)
        ),
        (failed, []) => format!("In review, although {} failed.", listed(failed)),
        (failed, unclear) => format!(
            "In review: {} failed, and {} could not be decided automatically.",
            listed(failed),
            listed(unclear)
        ),
    }
}

/// What the checks had decided before a human changed it.
fn overruled(decision: &Decision) -> Option<String> {
    let before = automatic_status(decision)?;
    Some(format!("The checks had decided: {before}."))
}

/// The status before a human changed it, where it is another one.
pub(super) fn automatic_status(decision: &Decision) -> Option<String> {
    let before = plain::status_word(decision.automatic_status()?);
    (before != plain::status(&decision.status)).then_some(before)
}

/// How the person was identified where no document was looked at.
fn without_document(decision: &Decision) -> Option<String> {
    let ways: Vec<Option<manner::Manner>> = decision
        .id_verifications
        .iter()
        .filter(|check| {
            matches!(
                check.status.as_deref(),
                Some("Approved" | "Declined" | "In Review")
            )
        })
        .map(manner)
        .collect();
    let is_document =
        |way: &Option<manner::Manner>| way.as_ref().is_none_or(|way| way.method == "document");
    if ways.is_empty() || ways.iter().any(is_document) {
        return None;
    }
    let beginning = if ways.iter().flatten().any(|way| way.method == "other") {
        "Whether a document was seen is not known"
    } else {
        "No document was seen"
    };
    let ways: Vec<String> = ways.into_iter().flatten().map(|way| way.meaning).collect();
    Some(format!("{beginning}: {}.", ways.join("; ")))
}

/// What is not as expected, as the first sentence of everything else.
pub(super) fn not_as_expected(facts: &PersonFacts) -> Option<String> {
    if facts.mismatches.is_empty() {
        return None;
    }
    let lead = if is_another_person(facts) {
        "NOT THE PERSON EXPECTED"
    } else {
        "NOT AS EXPECTED"
    };
    let places = places(&facts.mismatches);
    let verb = if places.contains(" and ") {
        "differ"
    } else {
        "differs"
    };
    Some(format!("{lead}: {places} {verb}."))
}

/// What else the verdict touches: a hit of the blocklist, and sessions of other customers.
fn elsewhere(facts: &PersonFacts) -> Option<String> {
    let kinds = |is_meant: fn(&Duplicate) -> bool| {
        let mut kinds: Vec<String> = Vec::new();
        for duplicate in facts.duplicates.iter().filter(|other| is_meant(other)) {
            if !kinds.contains(&duplicate.kind) {
                kinds.push(duplicate.kind.clone());
            }
        }
        kinds
    };
    let on_blocklist = kinds(|other| other.is_blocklisted);
    let of_others = kinds(|other| {
        !other.is_blocklisted && other.needs_a_look() && other.whose == Whose::AnotherCustomer
    });
    let sentences: Vec<String> = [
        (on_blocklist, "On the blocklist"),
        (of_others, "Also in a session of another customer"),
    ]
    .into_iter()
    .filter(|(kinds, _)| !kinds.is_empty())
    .map(|(kinds, what)| format!("{what}: {}.", listed(&kinds)))
    .collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Whether what differs tells people apart. A name alone may have changed by marriage where the birth date is the same.
pub(super) fn is_another_person(facts: &PersonFacts) -> bool {
    let has = |field: &str| {
        facts
            .mismatches
            .iter()
            .any(|difference| difference.field == field && !difference.source.starts_with("proof"))
    };
    let is_same_birth = facts.matching.iter().any(|field| field == "birth date");
    has("birth date")
        || (has("name") && !is_same_birth)
        || (has("document number") && !is_same_birth)
}
