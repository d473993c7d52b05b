//! What decides about a session that waits: scores against their limits, reasons, differences, and where else the person was
//! seen. The words of verdicts and reasons are those of a decision.

use serde::Serialize;

use crate::{
    didit::{Decision, features::Feature},
    tools::{
        Context, limits,
        limits::Score,
        person::{Duplicate, Mismatch, PersonFacts},
        personal::{Outlet, PersonalData},
        plain,
        sessions::decision::{Reason, reasons_of},
        untrusted::mark_untrusted,
        verdict,
    },
};

/// Other sessions that a row names.
const MOST_OTHERS: usize = 2;
/// Hits whose scores a row names.
const MOST_HITS: usize = 3;
/// Risks that say no more than the score beside its limit.
const OF_SCORES: [&str; 3] = [
    "LOW_FACE_MATCH_SIMILARITY",
    "LOW_LIVENESS_SCORE",
    "POSSIBLE_MATCH_FOUND",
];

/// What decides about a session.
pub(super) struct Facts {
    /// In our own words alone.
    pub(super) reason: String,
    pub(super) name: Option<String>,
    pub(super) differences: Vec<Difference>,
    pub(super) elsewhere: Vec<Other>,
    /// What a human does before deciding, where it is more than to decide.
    pub(super) what_to_do: Option<String>,
}

/// A value that is not as expected, or may not be.
#[derive(Serialize)]
pub(super) struct Difference {
    field: String,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
}

/// Where else something of the person was seen.
#[derive(Serialize)]
pub(super) struct Other {
    kind: String,
    on_blocklist: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
}

impl Facts {
    /// The facts of a decision.
    pub(super) async fn of(context: &Context, decision: &Decision) -> Self {
        let level = context.connection.settings().personal_data;
        let limits = limits::of(context, decision).await;
        let facts = PersonFacts::of(decision);
        let verdict = verdict::of(decision, &facts);
        let elsewhere: Vec<Other> = facts
            .duplicates
            .iter()
            .filter(|other| other.needs_a_look())
            .take(MOST_OTHERS)
            .map(Other::from)
            .collect();
        let reasons = reasons_of(decision, &limits, level);
        let mut parts = Vec::new();
        if let Some(sentence) = verdict::not_as_expected(&facts) {
            parts.push(sentence.trim_end_matches('.').to_owned());
        }
        if !facts.unsure.is_empty() {
            parts.push(format!(
                "compare by eye: {}",
                verdict::places(&facts.unsure)
            ));
        }
        if verdict.decided_by == Some(verdict::DecidedBy::Reviewer) {
            parts.push("a reviewer set it so".to_owned());
        }
        parts.extend(checks(
            decision,
            &limits.scores,
            &reasons,
            !elsewhere.is_empty(),
        ));
        if parts.is_empty() && elsewhere.is_empty() {
            parts.push("no reason named".to_owned());
        }
        let differences = facts.mismatches.iter().chain(&facts.unsure);
        Self {
            reason: parts.join("; "),
            differences: differences
                .filter_map(|field| Difference::of(field, level))
                .collect(),
            elsewhere,
            what_to_do: what_to_do(&verdict.looks, decision),
            name: facts.name,
        }
    }
}

/// What each check that did not pass says.
fn checks(
    decision: &Decision,
    scores: &[Option<Score>],
    reasons: &[Reason],
    has_others: bool,
) -> Vec<String> {
    let steps = decision.steps();
    let mut parts = Vec::new();
    let is_said = |reason: &&Reason, has_limit: bool| {
        let is_of_others =
            reason.risk.contains("DUPLICATED_") || reason.risk.ends_with("_IN_BLOCKLIST");
        let is_silent = reason.log_type == "information"
            || (has_limit && OF_SCORES.contains(&reason.risk.as_str()))
            || (has_others && is_of_others)
            // The sentence on what is not as expected says so already.
            || reason.risk.contains("_MISMATCH_WITH_PROVIDED");
        !is_silent
    };
    for ((step, name), score) in steps.iter().zip(verdict::names_of(&steps)).zip(scores) {
        let status = plain::check_status(step);
        let score = score.as_ref().map(|score| {
            // What is in review was not declined, so one of the limits says enough.
            let decline = score
                .decline
                .filter(|_| status != "In Review" || score.review.is_none());
            let score = Score {
                decline,
                ..score.clone()
            };
            score.words(&status)
        });
        let has_limit = score.as_ref().is_some_and(|score| score.contains('('));
        let meanings: Vec<&str> = reasons
            .iter()
            .filter(|reason| reason.check == name && is_said(reason, has_limit))
            .map(|reason| reason.meaning.as_str())
            .collect();
        if status == "Approved" && meanings.is_empty() {
            continue;
        }
        let mut part = name;
        if matches!(status.as_str(), "Declined" | "Not Finished" | "Expired") {
            part.push_str(&format!(" {}", status.to_lowercase()));
        }
        if let Some(score) = score.filter(|_| status != "Approved") {
            part.push_str(&format!(" {score}"));
        }
        if step.feature == Feature::Aml {
            part.push_str(&hits(decision));
        }
        if !meanings.is_empty() {
            part.push_str(&format!(": {}", meanings.join(", ")));
        }
        parts.push(part);
    }
    let of_session = reasons
        .iter()
        .filter(|reason| reason.check == "session" && is_said(reason, false));
    parts.extend(of_session.map(|reason| reason.meaning.clone()));
    parts
}

/// How well the hits on watch lists match the person, best first; the score of the check is how bad they are.
fn hits(decision: &Decision) -> String {
    let mut scores: Vec<f64> = decision
        .aml_screenings
        .iter()
        .flat_map(|screening| &screening.hits)
        .filter(|hit| hit.review_status.as_deref() != Some("False Positive"))
        .filter_map(|hit| hit.match_score)
        .filter(|score| score.is_finite())
        .collect();
    scores.sort_by(|one, other| other.total_cmp(one));
    let named: Vec<String> = scores
        .iter()
        .take(MOST_HITS)
        .map(ToString::to_string)
        .collect();
    match (named.as_slice(), scores.len().saturating_sub(MOST_HITS)) {
        ([], _) => String::new(),
        ([only], _) => format!(", hit matches {only}"),
        (named, 0) => format!(", hits match {}", named.join(", ")),
        (named, more) => format!(", hits match {} and {more} more", named.join(", ")),
    }
}

/// What a human does besides deciding.
fn what_to_do(looks: &str, decision: &Decision) -> Option<String> {
    if !looks.is_empty() {
        return Some(format!("a human {looks}"));
    }
    let steps = decision.steps();
    let mut warnings = steps
        .iter()
        .flat_map(|step| step.warnings)
        .chain(&decision.warnings)
        .filter(|warning| verdict::counts(warning))
        .peekable();
    warnings.peek()?;
    warnings
        .all(crate::tools::advice::is_redoable)
        .then(|| "perhaps ask again".to_owned())
}

impl Difference {
    fn of(field: &Mismatch, level: PersonalData) -> Option<Self> {
        let [expected, found] = [&field.expected, &field.found]
            .map(|value| level.release(Outlet::Conversation, field.class, value.as_deref()?));
        (expected.is_some() || found.is_some()).then(|| Self {
            field: field.field.clone(),
            source: field.source.clone(),
            expected,
            found,
        })
    }

    pub(super) fn words(&self) -> String {
        let side = |what: &str, value: &Option<String>| {
            value
                .as_ref()
                .map(|value| format!(", {what} {}", mark_untrusted(value)))
                .unwrap_or_default()
        };
        format!(
            "; {}{}{}",
            self.field,
            side("expected", &self.expected),
            side("found", &self.found)
        )
    }
}

impl From<&Duplicate> for Other {
    fn from(other: &Duplicate) -> Self {
        Self {
            kind: other.kind.clone(),
            on_blocklist: other.is_blocklisted,
            session_number: other.session_number,
            // The number is shorter, and finds the session as well.
            session_id: other
                .session_id
                .clone()
                .filter(|_| other.session_number.is_none()),
            vendor_data: other.other_vendor_data().map(str::to_owned),
        }
    }
}

impl Other {
    pub(super) fn words(&self) -> String {
        let mut words = if self.on_blocklist {
            format!("; {} on the blocklist", self.kind)
        } else {
            format!("; {} also in another session", self.kind)
        };
        if let Some(number) = self.session_number {
            words.push_str(&format!(" #{number}"));
        } else if let Some(id) = &self.session_id {
            words.push_str(&format!(" {id}"));
        }
        if let Some(vendor_data) = &self.vendor_data {
            words.push_str(&format!(" of {}", mark_untrusted(vendor_data)));
        }
        words
    }
}
