//! What to do about a verdict: only what a tool or a human can do.

use super::{Checks, DecidedBy, latest_decision};
use crate::{
    didit::{Decision, SessionStatus},
    tools::{
        advice::meaning,
        person::{Duplicate, PersonFacts},
    },
};

/// What a verdict's advice depends on.
pub(super) struct Advised<'d> {
    pub(super) decision: &'d Decision,
    pub(super) facts: &'d PersonFacts,
    pub(super) checks: &'d Checks,
    pub(super) decided_by: Option<DecidedBy>,
}

impl Advised<'_> {
    /// What to do, and whether it is for a human to look at what no check asks for.
    pub(super) fn advice(&self) -> (String, bool) {
        let (advice, needs_a_look) = self.by_status();
        let is_open_question = matches!(
            self.decision.status,
            SessionStatus::InReview | SessionStatus::Declined
        );
        if is_open_question && !(self.facts.mismatches.is_empty() && self.facts.unsure.is_empty()) {
            let first = "First a human compares what was expected with what was found.";
            return (format!("{first} {advice}"), needs_a_look);
        }
        (advice, needs_a_look)
    }

    fn by_status(&self) -> (String, bool) {
        let comment = self.comment();
        match self.decision.status {
            SessionStatus::Approved => self.of_approved(comment),
            SessionStatus::Declined => {
                let advice = match (self.decided_by, self.checks.has_reasons) {
                    (Some(DecidedBy::Reviewer), _) => {
                        format!("{comment} Another decision is for a human to make.")
                    }
                    (_, true) => meaning(&SessionStatus::Declined).advice.to_owned(),
                    (_, false) => "Didit's answer gives no reason; a human looks at the session in Didit's console.".to_owned(),
                };
                (advice, false)
            }
            SessionStatus::InReview => {
                let advice = if self.checks.has_reasons || !self.checks.not_passed.is_empty() {
                    meaning(&SessionStatus::InReview).advice.to_owned()
                } else {
                    "A human looks at the session in Didit's console and approves, declines, or asks for steps again.".to_owned()
                };
                (advice, false)
            }
            _ => (meaning(&self.decision.status).advice.to_owned(), false),
        }
    }

    fn of_approved(&self, comment: &str) -> (String, bool) {
        let mut doubts: Vec<&str> = Vec::new();
        if !self.facts.mismatches.is_empty() {
            doubts.push(
                "Do not count the expected person as verified: a human compares what was expected with what was found, and decides.",
            );
        }
        if self.decided_by == Some(DecidedBy::Unknown) {
            doubts.push("A human finds out in Didit's console why it is approved.");
        }
        let elsewhere = self.facts.duplicates.iter();
        if elsewhere.clone().any(|duplicate| duplicate.is_blocklisted) {
            doubts.push("A human looks at the hit of the blocklist first.");
        } else if elsewhere.clone().any(Duplicate::needs_a_look) {
            doubts.push(
                "A human looks at the other session first: one person may have two accounts.",
            );
        }
        let is_safe = doubts.is_empty();
        if !self.facts.unsure.is_empty() {
            doubts.push("A human compares by eye what is marked so.");
        }
        if self.decided_by == Some(DecidedBy::Reviewer) {
            doubts.push(comment);
        }
        if doubts.is_empty() {
            doubts.push(if self.checks.without_result.is_empty() {
                "The person is verified; nothing more is needed."
            } else {
                "The person is verified as far as these checks go."
            });
        }
        (doubts.join(" "), !is_safe)
    }

    fn comment(&self) -> &'static str {
        let has_comment = latest_decision(self.decision)
            .and_then(|review| review.comment.as_deref())
            .is_some_and(|comment| !comment.trim().is_empty());
        if has_comment {
            "The reviewer's comment says why."
        } else {
            "The reviewer left no comment."
        }
    }
}
