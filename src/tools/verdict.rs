//! The sentence that tells how a session ended: by whom, and what the checks say. An agent repeats it, and it goes into
//! files, so it says nothing that the decision does not.

mod advised;

use super::{
    advice::{is_of_fraud, meaning},
    person::{Duplicate, Mismatch, PersonFacts, Whose},
    plain,
};
use crate::didit::{Decision, Review, SessionStatus, Step, Warning, features::Feature};
use advised::Advised;

/// Who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DecidedBy {
    /// The checks.
    Checks,
    /// A human.
    Reviewer,
    /// The checks say something else, and no human is named.
    Unknown,
}

impl DecidedBy {
    /// The word in structured results.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Reviewer => "reviewer",
            Self::Unknown => "unknown",
        }
    }
}

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
    let parts = [not_as_expected(facts), Some(sentence), elsewhere(facts)];
    let line = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let advised = Advised {
        decision,
        facts,
        checks: &checks,
        decided_by,
    };
    let (advice, needs_a_look) = advised.advice();
    let may_be_fraud = decision.status == SessionStatus::Declined
        && (decided_by == Some(DecidedBy::Reviewer)
            || facts.duplicates.iter().any(Duplicate::needs_a_look)
            || advised.reasons().any(is_of_fraud));
    Verdict {
        line,
        decided_by,
        needs_a_look,
        advice,
        may_be_fraud,
    }
}

/// The checks by how they ended.
struct Checks {
    /// How many there are.
    count: usize,
    /// Those that failed.
    failed: Vec<String>,
    /// Those that a human should look at.
    unclear: Vec<String>,
    /// All that did not pass, each with how it stands.
    not_passed: Vec<String>,
    /// Features of the workflow without a result.
    without_result: Vec<String>,
    /// Whether any reason is named.
    has_reasons: bool,
}

impl Checks {
    fn of(decision: &Decision) -> Self {
        let steps = decision.steps();
        let names = names_of(&steps);
        let mut checks = Self {
            count: steps.len(),
            failed: Vec::new(),
            unclear: Vec::new(),
            not_passed: Vec::new(),
            without_result: without_result(decision),
            has_reasons: steps
                .iter()
                .flat_map(|step| step.warnings)
                .chain(&decision.warnings)
                .any(counts),
        };
        for (step, name) in steps.iter().zip(names) {
            let status = plain::check_status(step);
            let how = match status.as_str() {
                "Approved" => continue,
                "Declined" => {
                    checks.failed.push(name.clone());
                    "was declined".to_owned()
                }
                "In Review" => {
                    checks.unclear.push(name.clone());
                    "was in review".to_owned()
                }
                "Not Finished" => "was not finished".to_owned(),
                "Resub Requested" => "was to be done again".to_owned(),
                "Expired" => "had expired".to_owned(),
                other => format!("had the status {other}"),
            };
            checks.not_passed.push(format!("{name} {how}"));
        }
        checks
    }

    /// What the checks alone would have decided.
    fn outcome(&self) -> Option<SessionStatus> {
        if !self.failed.is_empty() {
            Some(SessionStatus::Declined)
        } else if !self.unclear.is_empty() {
            Some(SessionStatus::InReview)
        } else if self.count > 0 && self.not_passed.is_empty() {
            Some(SessionStatus::Approved)
        } else {
            None
        }
    }
}

fn decided_by(decision: &Decision, checks: &Checks) -> Option<DecidedBy> {
    let is_decided = matches!(
        decision.status,
        SessionStatus::Approved | SessionStatus::Declined | SessionStatus::InReview
    );
    if !is_decided {
        return None;
    }
    let agrees = checks.outcome().as_ref() == Some(&decision.status);
    let by_hand = latest_decision(decision).is_some_and(|review| {
        review.new_status.as_deref().map(str::trim) == Some(decision.status.as_str())
    });
    let decided_by = match decision.is_overridden() {
        Some(true) => DecidedBy::Reviewer,
        // A status noted in a review is a label that changes nothing, so where Didit says that nobody changed the status,
        // and the checks agree, they decided.
        Some(false) if agrees => DecidedBy::Checks,
        _ if by_hand => DecidedBy::Reviewer,
        _ if agrees => DecidedBy::Checks,
        // A warning about the session as a whole decides too, and is among the reasons.
        _ if decision.warnings.iter().any(counts) && decision.status != SessionStatus::Approved => {
            DecidedBy::Checks
        }
        _ => DecidedBy::Unknown,
    };
    // What waits for a human was decided by nobody, unless a human set it so.
    let is_decided = decision.status != SessionStatus::InReview;
    (is_decided || decided_by == DecidedBy::Reviewer).then_some(decided_by)
}

/// The latest entry by which a human set a status; looking at details or noting something sets none.
pub(super) fn latest_decision(decision: &Decision) -> Option<&Review> {
    let deciding: Vec<&Review> = decision
        .reviews
        .iter()
        .filter(|review| sets_a_status(review))
        .collect();
    if deciding.iter().all(|review| review.created_at.is_some()) {
        deciding
            .into_iter()
            .max_by(|one, other| one.created_at.cmp(&other.created_at))
    } else {
        deciding.into_iter().next_back()
    }
}

/// Whether a human set a status by this entry.
pub(super) fn sets_a_status(review: &Review) -> bool {
    let kind = review.activity_type.as_deref();
    let status = review.new_status.as_deref().unwrap_or_default();
    kind.is_none_or(|kind| kind == "STATUS_UPDATED") && !status.trim().is_empty()
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

/// What is not as expected, as the first sentence of everything else.
fn not_as_expected(facts: &PersonFacts) -> Option<String> {
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

/// Fields with where they stand, as far as that is not the one document: `name (document, chip) and birth date`.
pub(super) fn places(fields: &[Mismatch]) -> String {
    let mut named: Vec<(&str, Vec<&str>)> = Vec::new();
    for field in fields {
        match named.iter_mut().find(|(name, _)| *name == field.field) {
            Some((_, sources)) => sources.push(&field.source),
            None => named.push((&field.field, vec![&field.source])),
        }
    }
    let places: Vec<String> = named
        .into_iter()
        .map(|(name, sources)| match sources.as_slice() {
            ["document"] => name.to_owned(),
            sources => format!("{name} ({})", sources.join(", ")),
        })
        .collect();
    listed(&places)
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

/// Whether a warning changed the result; `information` ones did not.
pub(super) fn counts(warning: &Warning) -> bool {
    warning.log_type.as_deref() != Some("information")
}

/// The checks in the words of people; of several of one kind, all but the first are numbered.
pub(super) fn names_of(steps: &[Step<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        let before = steps
            .iter()
            .take(place)
            .filter(|other| other.feature == step.feature)
            .count();
        let name = name_of(step.feature);
        names.push(if before == 0 {
            name
        } else {
            format!("{name} {}", before + 1)
        });
    }
    names
}

/// A feature in the words of people; one that this version does not know keeps Didit's own word.
pub(super) fn name_of(feature: &str) -> String {
    let known = Feature::find(feature).map_or(feature, |feature| feature.name);
    match plain_name(known) {
        Some(name) => name.to_owned(),
        None if plain::is_word(feature) => feature.to_ascii_lowercase().replace(['_', '-'], " "),
        None => "another check".to_owned(),
    }
}

/// The features of the workflow of which there is no result, in the words of people.
pub(super) fn without_result(decision: &Decision) -> Vec<String> {
    decision
        .features_without_result()
        .into_iter()
        .map(name_of)
        .collect()
}

/// A step in the words of people.
pub(super) fn plain_name(feature: &str) -> Option<&'static str> {
    Some(match feature {
        "OCR" => "document",
        "NFC" => "chip",
        "LIVENESS" => "liveness",
        "FACE_MATCH" => "face match",
        "AGE_ESTIMATION" => "age",
        "PROOF_OF_ADDRESS" => "address",
        "DOCUMENT_AI" => "other documents",
        "QUESTIONNAIRE" => "questionnaire",
        "PHONE_VERIFICATION" => "phone",
        "EMAIL_VERIFICATION" => "email",
        "DATABASE_VALIDATION" => "database",
        "AML" => "watch lists (AML)",
        "IP_ANALYSIS" => "network and device",
        "KYB_REGISTRY" => "company register",
        "KYB_DOCUMENTS" => "company documents",
        "KYB_KEY_PEOPLE" => "key people",
        _ => return None,
    })
}

/// `a, b and c`.
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
