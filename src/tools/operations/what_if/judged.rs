//! How one session would have ended under other thresholds. Only what a threshold governs is changed; every other reason and
//! every other check counts as it did.

use super::thresholds::{CHECKS, Levels, Thresholds, today};
use crate::{
    didit::{Decision, Step, Warning, decision::AmlHit, features::Feature},
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
    let governed = governed(decision, &steps, wanted);
    if governed.iter().all(Option::is_none) {
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
            None => was,
            Some(governed) => match reweighed(governed, was, wanted, limits) {
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

/// For each step, whether one of the wanted thresholds governs it.
fn governed<'a>(
    decision: &Decision,
    steps: &'a [Step<'a>],
    wanted: &Thresholds,
) -> Vec<Option<Governed<'a>>> {
    let mut places = [0_usize; CHECKS.len()];
    steps
        .iter()
        .map(|step| {
            let known = step.feature.known();
            let (number, check) = CHECKS
                .into_iter()
                .enumerate()
                .find(|(_, check)| known == Some(*check))?;
            let count = places.get_mut(number)?;
            let place = *count;
            *count += 1;
            if wanted.of(check).is_empty() {
                return None;
            }
            let (score, is_triaged) = score(decision, check, place)?;
            Some(Governed {
                check,
                step,
                score,
                is_triaged,
            })
        })
        .collect()
}

/// The score of a check, 0 to 100, and whether a human has judged what it is made of.
fn score(decision: &Decision, check: Feature, place: usize) -> Option<(f64, bool)> {
    let score = match check {
        Feature::FaceMatch => decision.face_matches.get(place)?.score?,
        Feature::Liveness => decision.liveness_checks.get(place)?.score?,
        Feature::Aml => {
            let screening = decision.aml_screenings.get(place)?;
            // The score of an empty search says nothing.
            if screening.total_hits.unwrap_or_default() == 0 && screening.hits.is_empty() {
                return None;
            }
            let score = screening.score.filter(|score| score.is_finite())?;
            return Some((score, is_triaged(&screening.hits)));
        }
        _ => return None,
    };
    // Fractions are told as well. Whether 1 is all or nearly nothing, nobody can tell.
    if !score.is_finite() || (score - 1.0).abs() < f64::EPSILON {
        return None;
    }
    let (score, _) = in_percent(score, [Some(100.0), None]);
    Some((score, false))
}

/// Whether a human judged one of the hits. Didit itself takes those that match least for somebody else, so such a mark is a
/// human's only on a hit that matches as well as one that is not marked so.
fn is_triaged(hits: &[AmlHit]) -> bool {
    let status = |hit: &AmlHit| hit.review_status.clone().unwrap_or_default();
    let counts = |hit: &&AmlHit| status(hit) != "False Positive";
    let least = hits
        .iter()
        .filter(counts)
        .filter_map(|hit| hit.match_score)
        .fold(f64::INFINITY, f64::min);
    hits.iter().any(|hit| match status(hit).as_str() {
        "" | "Unreviewed" => false,
        "False Positive" => hit.match_score.is_none_or(|score| score >= least),
        _ => true,
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
