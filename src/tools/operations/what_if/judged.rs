//! How one session would have ended under other thresholds. Only what a threshold governs is changed; every other reason and
//! every other check counts as it did.

use serde_json::Value;

use super::thresholds::{CHECKS, Levels, Thresholds, today};
use crate::{
    didit::{
        Decision, Step, Warning,
        decision::{AmlHit, AmlScreening},
        features::Feature,
    },
    tools::{
        limits::{WorkflowLimits, in_percent},
        person::PersonFacts,
        plain, verdict,
    },
};

/// What a check, or a session, comes to; the later ones beat the earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    Approved,
    InReview,
    Declined,
}

impl Weight {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Approved => "Approved",
            Self::InReview => "In Review",
            Self::Declined => "Declined",
        }
    }

    fn of_status(status: &str) -> Option<Self> {
        match status {
            // The document of somebody who was approved has expired since.
            "Approved" | "Kyc Expired" => Some(Self::Approved),
            "In Review" => Some(Self::InReview),
            "Declined" => Some(Self::Declined),
            _ => None,
        }
    }

    fn of_warning(warning: &Warning) -> Self {
        match warning.log_type.as_deref() {
            Some("error") => Self::Declined,
            Some("information") => Self::Approved,
            _ => Self::InReview,
        }
    }
}

/// Why nothing can be said of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unknown {
    NoScore,
    ByHand,
    Triaged,
    LaterSteps,
    OtherLimit,
    OtherReasons,
}

impl Unknown {
    /// In our own words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NoScore => "no such score",
            Self::ByHand => "decided by a human, and what the checks had decided is not told",
            Self::Triaged => "its watch-list hits were judged one by one",
            Self::LaterSteps => "steps that never ran would have followed",
            Self::OtherLimit => "the threshold that stays is not known",
            Self::OtherReasons => "its status does not follow from its checks alone",
        }
    }
}

/// How a session would have ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Judgement {
    /// As it did.
    Same,
    /// In another way.
    Other {
        from: Weight,
        to: Weight,
        /// The checks that make the difference, with their scores.
        scores: Vec<(Feature, f64)>,
    },
    Unknown(Unknown),
}

/// One check with a score that a threshold governs.
struct Governed<'a> {
    check: Feature,
    step: &'a Step<'a>,
    score: f64,
    is_triaged: bool,
}

/// What the wanted thresholds have to do with a step.
enum Held<'a> {
    No,
    By(Governed<'a>),
    /// One of them governs it, and its score is not told.
    Untold,
}

/// Judges one session.
pub(super) fn judge(
    decision: &Decision,
    wanted: &Thresholds,
    limits: Option<&WorkflowLimits>,
) -> Judgement {
    let Some(base) = automatic(decision) else {
        return Judgement::Unknown(Unknown::ByHand);
    };
    // Limits that were set since say nothing of how the session ended.
    let limits = limits.filter(|limits| limits.held_for(decision));
    let steps = decision.steps();
    let governed = governed(decision, &steps, wanted, limits);
    if !governed.iter().any(|held| matches!(held, Held::By(_))) {
        return Judgement::Unknown(Unknown::NoScore);
    }
    let of_session = decision.warnings.iter().map(Weight::of_warning).max();
    let mut before = of_session.unwrap_or(Weight::Approved);
    let mut after = before;
    let mut is_open = !decision.features_without_result().is_empty();
    let mut scores = Vec::new();
    for (step, governed) in steps.iter().zip(&governed) {
        let Some(was) = Weight::of_status(&plain::check_status(step)) else {
            is_open = true;
            continue;
        };
        let becomes = match governed {
            Held::No => was,
            // It ran, and what it came to may change.
            Held::Untold => return Judgement::Unknown(Unknown::NoScore),
            Held::By(governed) => match reweighed(governed, was, wanted, limits) {
                Ok(becomes) if becomes != was && governed.is_triaged => {
                    return Judgement::Unknown(Unknown::Triaged);
                }
                Ok(becomes) => {
                    if becomes != was {
                        scores.push((governed.check, governed.score));
                    }
                    becomes
                }
                Err(unknown) => return Judgement::Unknown(unknown),
            },
        };
        before = before.max(was);
        after = after.max(becomes);
    }
    if scores.is_empty() {
        return Judgement::Same;
    }
    // Rules of the workflow, or what this version does not know, had their part in it.
    if before != base {
        return Judgement::Unknown(Unknown::OtherReasons);
    }
    if after == base {
        return Judgement::Same;
    }
    if after < base && is_open {
        return Judgement::Unknown(Unknown::LaterSteps);
    }
    Judgement::Other {
        from: base,
        to: after,
        scores,
    }
}

/// What the checks had decided, whatever a human made of it.
fn automatic(decision: &Decision) -> Option<Weight> {
    if decision.is_overridden() == Some(true) {
        return Weight::of_status(&plain::status_word(decision.automatic_status()?));
    }
    let by_hand = verdict::latest_decision(decision).is_some_and(|review| {
        review.new_status.as_deref().map(str::trim) == Some(decision.status.as_str())
    });
    // Answers that tell of no change by hand name it among the reviews alone.
    if decision.is_overridden().is_none() && by_hand {
        return None;
    }
    Weight::of_status(decision.status.as_str())
}

/// For each step, what the wanted thresholds have to do with it.
fn governed<'a>(
    decision: &Decision,
    steps: &'a [Step<'a>],
    wanted: &Thresholds,
    limits: Option<&WorkflowLimits>,
) -> Vec<Held<'a>> {
    let mut places = [0_usize; CHECKS.len()];
    steps
        .iter()
        .map(|step| {
            let known = step.feature.known();
            let mut checks = CHECKS.into_iter().zip(&mut places);
            let found = checks.find(|(check, _)| known == Some(*check));
            let Some((check, count)) = found else {
                return Held::No;
            };
            let place = *count;
            *count += 1;
            if wanted.of(check).is_empty() {
                return Held::No;
            }
            let threshold = limits
                .and_then(|limits| limits.of(step.node_id, "aml_match_score_threshold"))
                .and_then(Value::as_f64);
            match score(decision, check, place, threshold) {
                Told::Nothing => Held::No,
                Told::NoScore => Held::Untold,
                Told::Score(score, is_triaged) => Held::By(Governed {
                    check,
                    step,
                    score,
                    is_triaged,
                }),
            }
        })
        .collect()
}

/// What a check tells of its score.
enum Told {
    /// There is none to tell: a search that found nobody.
    Nothing,
    NoScore,
    /// 0 to 100, and whether a human has judged what it is made of.
    Score(f64, bool),
}

fn score(decision: &Decision, check: Feature, place: usize, threshold: Option<f64>) -> Told {
    let of_face = match check {
        Feature::FaceMatch => decision.face_matches.get(place).map(|it| it.score),
        Feature::Liveness => decision.liveness_checks.get(place).map(|it| it.score),
        _ => {
            return match decision.aml_screenings.get(place) {
                Some(screening) => risk_of(screening, threshold),
                None => Told::NoScore,
            };
        }
    };
    match of_face.flatten() {
        // Fractions are told as well. Whether 1 is all or nearly nothing, nobody can tell.
        Some(score) if score.is_finite() && (score - 1.0).abs() >= f64::EPSILON => {
            let (score, _) = in_percent(score, [Some(100.0), None]);
            Told::Score(score, false)
        }
        _ => Told::NoScore,
    }
}

fn risk_of(screening: &AmlScreening, threshold: Option<f64>) -> Told {
    if screening.total_hits.unwrap_or_default() == 0 && screening.hits.is_empty() {
        return Told::Nothing;
    }
    match screening.score.filter(|score| score.is_finite()) {
        Some(score) => Told::Score(score, is_triaged(&screening.hits, threshold)),
        None => Told::NoScore,
    }
}

/// Whether a human judged one of the hits. Didit itself takes those that match worse than the threshold for somebody else;
/// where that is not known, those that match worse than every hit that is not marked so.
fn is_triaged(hits: &[AmlHit], threshold: Option<f64>) -> bool {
    let is_ruled_out = |hit: &&AmlHit| hit.review_status.as_deref() == Some("False Positive");
    let least = hits
        .iter()
        .filter(|hit| !is_ruled_out(hit))
        .filter_map(|hit| hit.match_score)
        .reduce(f64::min);
    let threshold = threshold.or(least);
    hits.iter().any(|hit| match hit.review_status.as_deref() {
        None | Some("" | "Unreviewed") => false,
        Some("False Positive") => match (hit.match_score, threshold) {
            (Some(score), Some(threshold)) => score >= threshold,
            _ => true,
        },
        Some(_) => true,
    })
}

/// What the check would have come to.
fn reweighed(
    governed: &Governed<'_>,
    was: Weight,
    wanted: &Thresholds,
    limits: Option<&WorkflowLimits>,
) -> Result<Weight, Unknown> {
    let check = governed.check;
    let is_of_score = |warning: &&Warning| warning.risk.as_deref() == Some(risk(check));
    let weight = |is_meant: bool| {
        let warnings = governed.step.warnings.iter();
        let meant = warnings.filter(|warning| is_of_score(warning) == is_meant);
        meant.map(Weight::of_warning).max()
    };
    let others = weight(false).unwrap_or(Weight::Approved);
    let present = today(limits, check, governed.step.node_id);
    let beyond = |limit: f64| {
        if check == Feature::Aml {
            governed.score > limit
        } else {
            governed.score < limit
        }
    };
    // What the score had led to: as its own warning says, else as today's thresholds explain it.
    let had = match weight(true) {
        Some(told) => told,
        None if others >= was => Weight::Approved,
        None => {
            let limit = match was {
                Weight::Declined => present.decline,
                _ => present.review,
            };
            if !limit.is_some_and(beyond) {
                return Err(Unknown::OtherReasons);
            }
            was
        }
    };
    if had.max(others) != was {
        return Err(Unknown::OtherReasons);
    }
    let Levels { review, decline } = wanted.of(check);
    let is_declined = decline.map_or(had == Weight::Declined, beyond);
    let by_score = if is_declined {
        Weight::Declined
    } else {
        let is_in_review = match (review, had) {
            (Some(review), _) => beyond(review),
            (None, Weight::Approved) => false,
            (None, Weight::InReview) => true,
            // Whether what is no longer declined is in review depends on the threshold that stays.
            (None, Weight::Declined) => beyond(present.review.ok_or(Unknown::OtherLimit)?),
        };
        if is_in_review {
            Weight::InReview
        } else {
            Weight::Approved
        }
    };
    Ok(by_score.max(others))
}

/// The risk that a check's score leads to.
fn risk(check: Feature) -> &'static str {
    match check {
        Feature::FaceMatch => "LOW_FACE_MATCH_SIMILARITY",
        Feature::Liveness => "LOW_LIVENESS_SCORE",
        _ => "POSSIBLE_MATCH_FOUND",
    }
}

/// The name of the person, for the gate.
pub(super) fn name_of(decision: &Decision) -> Option<String> {
    PersonFacts::of(decision).name
}

/// The status that a human has set since.
pub(super) fn status_by_hand(decision: &Decision) -> Option<String> {
    (decision.is_overridden() == Some(true)).then(|| plain::status(&decision.status))
}

#[cfg(test)]
mod tests;
