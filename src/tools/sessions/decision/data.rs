//! The structured form of a decision: complete by itself, with untrusted values apart.

use serde::Serialize;

use super::{
    reasons::Reason,
    view::{View, shown_without_result, values},
};
use crate::{
    didit::{Decision, SessionStatus},
    tools::{
        PersonalData,
        person::{Duplicate, Mismatch, PersonFacts},
        plain, shape,
        verdict::{self, Verdict},
    },
};

#[derive(Serialize)]
pub(super) struct DecisionData {
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    status: String,
    is_final: bool,
    verdict: String,
    /// `checks`, `reviewer` or `unknown`, once it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<&'static str>,
    /// What the checks had decided before a human changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    automatic_status: Option<String>,
    /// Whether the person may be counted as verified now.
    counts_as_verified: bool,
    /// Whether a human has to look before anybody relies on the result.
    needs_a_look: bool,
    what_to_do: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
    environment: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_url: Option<String>,
    /// Whether a human can approve, decline or ask again now.
    can_be_decided: bool,
    checks: Vec<CheckData>,
    /// Features of the workflow without a result.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    without_result: Vec<String>,
    reasons: Vec<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<ExpectedData>,
    /// Other sessions with the same face, document or contact, and hits of the blocklist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    seen_elsewhere: Vec<Elsewhere>,
    /// What was decided by hand, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reviews: Vec<ReviewData>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    odd: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

#[derive(Serialize)]
struct CheckData {
    feature: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_id: Option<String>,
    status: String,
    /// How the person was identified, where not by a document alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    identified_by: Option<verdict::Manner>,
    /// How sure the check is, from 0 to 100, where it gives a score.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    /// The score beyond which it is in review.
    #[serde(skip_serializing_if = "Option::is_none")]
    review_limit: Option<f64>,
    /// The score beyond which it is declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    decline_limit: Option<f64>,
}

/// A status that a human set. Who did and why are left to the detailed answer.
#[derive(Serialize)]
struct ReviewData {
    new_status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
}

/// What was expected against what was found.
#[derive(Serialize)]
struct ExpectedData {
    /// `match`, `differs` or `unsure`: the worst of all fields.
    result: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differs: Vec<FieldData>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unsure: Vec<FieldData>,
    #[serde(rename = "match", skip_serializing_if = "Vec::is_empty")]
    matching: Vec<String>,
}

/// One field. Values that could be a sentence are among the untrusted ones.
#[derive(Serialize)]
struct FieldData {
    field: String,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    told_by_didit: bool,
}

#[derive(Serialize)]
struct Elsewhere {
    what: String,
    whose: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity: Option<f64>,
    /// From 0 to 1, of devices and addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
    /// Whether it proves nothing by itself, as a shared IP address.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    only_a_note: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    on_blocklist: bool,
}

/// Everything that a decision says.
pub(super) fn data(
    decision: &Decision,
    view: &View,
    facts: &PersonFacts,
    verdict: &Verdict,
    reasons: Vec<Reason>,
    session_url: Option<String>,
    odd: Vec<String>,
) -> DecisionData {
    let time = |text: &Option<String>| text.clone().filter(|text| plain::is_time(text));
    let steps = decision.steps();
    let names = verdict::names_of(&steps);
    DecisionData {
        session_id: decision.session_id.map(|id| id.to_string()),
        session_number: decision.session_number,
        status: plain::status(&decision.status),
        is_final: decision.status.is_final(),
        verdict: verdict.line.clone(),
        decided_by: verdict.decided_by.map(verdict::DecidedBy::name),
        automatic_status: verdict::automatic_status(decision),
        counts_as_verified: decision.status == SessionStatus::Approved && !verdict.needs_a_look,
        needs_a_look: verdict.needs_a_look,
        what_to_do: verdict.advice.clone(),
        workflow_id: decision.workflow_id.map(|id| id.to_string()),
        vendor_data: decision
            .vendor_data
            .clone()
            .filter(|vendor_data| shape::is_safe_unfenced(vendor_data)),
        environment: view.environment.name(),
        can_be_decided: decision.status.can_be_updated(),
        session_url,
        checks: steps
            .iter()
            .zip(names)
            .zip(&view.limits.scores)
            .enumerate()
            .map(|(place, ((step, name), score))| CheckData {
                feature: plain::code(Some(step.feature.as_str())),
                name,
                node_id: step
                    .node_id
                    .filter(|node| plain::is_word(node))
                    .map(str::to_owned),
                status: plain::check_status(step),
                // The documents are the first of all checks.
                identified_by: decision
                    .id_verifications
                    .get(place)
                    .and_then(verdict::manner),
                score: score.as_ref().map(|score| score.score),
                review_limit: score.as_ref().and_then(|score| score.review),
                decline_limit: score.as_ref().and_then(|score| score.decline),
            })
            .collect(),
        without_result: shown_without_result(decision),
        reasons,
        expected: expected(facts, view.level),
        seen_elsewhere: facts.duplicates.iter().map(Elsewhere::from).collect(),
        reviews: decision
            .reviews
            .iter()
            .filter(|review| verdict::sets_a_status(review))
            .filter_map(|review| {
                Some(ReviewData {
                    new_status: plain::status_word(review.new_status.as_deref()?),
                    created_at: time(&review.created_at),
                })
            })
            .collect(),
        odd,
        created_at: time(&decision.created_at),
        expires_at: time(&decision.expires_at),
    }
}

fn expected(facts: &PersonFacts, level: PersonalData) -> Option<ExpectedData> {
    let result = match (facts.mismatches.is_empty(), facts.unsure.is_empty()) {
        (false, _) => "differs",
        (true, false) => "unsure",
        (true, true) if facts.matching.is_empty() => return None,
        (true, true) => "match",
    };
    let fields = |all: &[Mismatch]| -> Vec<FieldData> {
        all.iter()
            .map(|field| {
                let [expected, found] = values(field, level);
                FieldData {
                    field: field.field.clone(),
                    source: field.source.clone(),
                    expected,
                    found,
                    told_by_didit: field.is_told_by_didit,
                }
            })
            .collect()
    };
    Some(ExpectedData {
        result,
        differs: fields(&facts.mismatches),
        unsure: fields(&facts.unsure),
        matching: facts.matching.clone(),
    })
}

impl From<&Duplicate> for Elsewhere {
    fn from(duplicate: &Duplicate) -> Self {
        Self {
            what: duplicate.kind.clone(),
            whose: duplicate.whose.name(),
            session_id: duplicate.session_id.clone(),
            session_number: duplicate.session_number,
            vendor_data: duplicate
                .vendor_data
                .clone()
                .filter(|vendor_data| shape::is_safe_unfenced(vendor_data)),
            status: duplicate.status.clone(),
            similarity: duplicate.similarity,
            confidence: duplicate.confidence,
            source: duplicate.source,
            only_a_note: duplicate.is_only_a_note(),
            on_blocklist: duplicate.is_blocklisted,
        }
    }
}
