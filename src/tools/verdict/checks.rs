//! How the checks ended, and whether they or a human decided.

use super::names::{names_of, without_result};
use crate::{
    didit::{Decision, Review, SessionStatus, Warning},
    tools::plain,
};

/// Who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tools) enum DecidedBy {
    /// The checks.
    Checks,
    /// A human.
    Reviewer,
    /// The checks say something else, and no human is named.
    Unknown,
}

impl DecidedBy {
    /// The word in structured results.
    pub(in crate::tools) fn name(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Reviewer => "reviewer",
            Self::Unknown => "unknown",
        }
    }
}

/// The checks by how they ended.
pub(super) struct Checks {
    /// How many there are.
    pub(super) count: usize,
    /// Those that failed.
    pub(super) failed: Vec<String>,
    /// Those that a human should look at.
    pub(super) unclear: Vec<String>,
    /// All that did not pass, each with how it stands.
    pub(super) not_passed: Vec<String>,
    /// Features of the workflow without a result.
    pub(super) without_result: Vec<String>,
    /// Whether any reason is named.
    pub(super) has_reasons: bool,
}

impl Checks {
    pub(super) fn of(decision: &Decision) -> Self {
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

pub(super) fn decided_by(decision: &Decision, checks: &Checks) -> Option<DecidedBy> {
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
        // no review did.
        None if by_hand => DecidedBy::Reviewer,
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
pub(in crate::tools) fn latest_decision(decision: &Decision) -> Option<&Review> {
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
pub(in crate::tools) fn sets_a_status(review: &Review) -> bool {
    let kind = review.activity_type.as_deref();
    let status = review.new_status.as_deref().unwrap_or_default();
    kind.is_none_or(|kind| kind == "STATUS_UPDATED") && !status.trim().is_empty()
}

/// Whether a warning changed the result; `information` ones did not.
pub(in crate::tools) fn counts(warning: &Warning) -> bool {
    warning.log_type.as_deref() != Some("information")
}
