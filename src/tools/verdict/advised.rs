//! What to do about a verdict: only what a tool or a human can do.

use super::{
    checks::{Checks, DecidedBy, counts, latest_decision},
    names::places,
};
use crate::{
    didit::{Decision, SessionStatus, Warning},
    tools::{
        advice::{is_redoable, meaning},
        person::PersonFacts,
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
    /// What to do, and whether a human has to look before anybody relies on the result.
    pub(super) fn advice(&self, looks: &str) -> (String, bool) {
        let advice = match self.decision.status {
            SessionStatus::Approved if !looks.is_empty() => {
                let who = if self.facts.mismatches.is_empty() {
                    "the person"
                } else {
                    "the expected person"
                };
                let advice = format!(
                    "Do not count {who} as verified yet: a human {looks}. Where all is well, the approval stands; otherwise the human \
                     declines, or asks for steps again.{}",
                    self.comment()
                );
                return (advice, true);
            }
            SessionStatus::Approved => self.of_approved(),
            SessionStatus::Declined => self.of_declined(),
            SessionStatus::InReview => self.of_review(),
            _ => return (meaning(&self.decision.status).advice.to_owned(), false),
        };
        if looks.is_empty() {
            (advice, self.decision.status == SessionStatus::InReview)
        } else {
            (format!("{advice} Before deciding, a human {looks}."), true)
        }
    }

    /// What a human has to look at that no check asks for.
    pub(super) fn looks(&self) -> Vec<String> {
        let mut looks = Vec::new();
        if !self.facts.mismatches.is_empty() {
            looks.push("compares what was expected with what was found".to_owned());
        }
        if !self.facts.unsure.is_empty() {
            looks.push(format!(
                "compares the {} by eye, expected with found",
                places(&self.facts.unsure)
            ));
        }
        if self.decision.status == SessionStatus::Approved
            && self.decided_by == Some(DecidedBy::Unknown)
        {
            looks.push("finds out in Didit's console why it is approved".to_owned());
        }
        let elsewhere = || self.facts.duplicates.iter();
        if elsewhere().any(|duplicate| duplicate.is_blocklisted) {
            looks.push("looks at the hit on the blocklist".to_owned());
        }
        if elsewhere().any(|duplicate| !duplicate.is_blocklisted && duplicate.needs_a_look()) {
            looks.push(
                "looks at the other session, because one person may have two accounts".to_owned(),
            );
        }
        looks
    }

    fn of_approved(&self) -> String {
        if self.decided_by == Some(DecidedBy::Reviewer) {
            return format!(
                "The person counts as verified, because a reviewer approved it.{}",
                self.comment()
            );
        }
        if self.checks.without_result.is_empty() {
            meaning(&SessionStatus::Approved).advice.to_owned()
        } else {
            "The person is verified as far as these checks go.".to_owned()
        }
    }

    fn of_declined(&self) -> String {
        if self.decided_by == Some(DecidedBy::Reviewer) {
            return format!(
                "Not verified; it stays so unless a human decides otherwise.{}",
                self.comment()
            );
        }
        let mut reasons = self.reasons().peekable();
        if reasons.peek().is_none() {
            "Not verified; Didit's answer gives no reason. A human looks at the session in Didit's console.".to_owned()
        } else if reasons.all(is_redoable) {
            "Not verified; it may be an honest mistake (a bad photo, an old document): a human can ask for the failed steps again."
                .to_owned()
        } else {
            "Not verified; a human decides whether it stays so. Asking for steps again helps only where a photo was bad or a \
             document too old."
                .to_owned()
        }
    }

    fn of_review(&self) -> String {
        if self.reasons().next().is_some() || !self.checks.not_passed.is_empty() {
            meaning(&SessionStatus::InReview).advice.to_owned()
        } else {
            "Not decided yet: a human looks at the session in Didit's console and approves, declines, or asks for steps again."
                .to_owned()
        }
    }

    pub(super) fn reasons(&self) -> impl Iterator<Item = &Warning> {
        let steps = self.decision.steps();
        let of_checks: Vec<&Warning> = steps.iter().flat_map(|step| step.warnings).collect();
        of_checks
            .into_iter()
            .chain(&self.decision.warnings)
            .filter(|warning| counts(warning))
    }

    /// Whether whoever decided by hand said why. The words themselves are for the levels of personal data that show them.
    fn comment(&self) -> &'static str {
        if self.decided_by != Some(DecidedBy::Reviewer) {
            return "";
        }
        let has_comment = latest_decision(self.decision)
            .and_then(|review| review.comment.as_deref())
            .is_some_and(|comment| !comment.trim().is_empty());
        if has_comment {
            " The reviewer left a comment."
        } else {
            " The reviewer left no comment."
        }
    }
}
