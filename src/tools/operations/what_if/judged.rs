//! How one session would have ended under other thresholds. Only what a threshold governs is changed; every other reason and
//! every other check counts as it did.

use super::thresholds::{CHECKS, Levels, Thresholds, today};
use crate::{
    didit::{Decision, Step, Warning, decision::AmlHit, features::Feature},
    tools::{limits::WorkflowLimits, person::PersonFacts, plain, verdict},
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
    // Whether 1 is all or nearly nothing, nobody can tell.
    if !score.is_finite() || (score > 0.0 && score <= 1.0) {
        return None;
    }
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
mod tests {
    use serde_json::{Value, json};

    use super::{Judgement, Unknown, Weight, judge};
    use crate::{didit::Decision, tools::operations::what_if::thresholds::Thresholds};

    fn judged(decision: Value, wanted: Value) -> Judgement {
        let decision = Decision::from_value(&decision).unwrap();
        let wanted: Thresholds = serde_json::from_value(wanted).unwrap();
        judge(&decision, &wanted, None)
    }

    fn warning(risk: &str, log_type: &str) -> Value {
        json!({ "risk": risk, "log_type": log_type })
    }

    /// A decision with one face match.
    fn face(session: &str, status: &str, score: f64, warnings: &[Value]) -> Value {
        json!({
            "status": session,
            "status_override": null,
            "features": ["FACE_MATCH"],
            "face_matches": [{ "status": status, "score": score, "warnings": warnings }],
        })
    }

    fn to(judgement: &Judgement) -> Option<(Weight, Weight)> {
        match judgement {
            Judgement::Other { from, to, .. } => Some((*from, *to)),
            _ => None,
        }
    }

    const REVIEW: &str = "face_match_score_review_threshold";
    const DECLINE: &str = "face_match_score_decline_threshold";
    const LOW: &str = "LOW_FACE_MATCH_SIMILARITY";

    #[test]
    fn both_scales_are_compared_and_the_limit_itself_passes() {
        for (score, limit, changes) in [
            (79.9, 80, true),
            (80.0, 80, false),
            (0.79, 80, true),
            (0.8, 80, false),
        ] {
            let judgement = judged(
                face("Approved", "Approved", score, &[]),
                json!({ REVIEW: limit }),
            );
            let expected = changes.then_some((Weight::Approved, Weight::InReview));
            assert_eq!(to(&judgement), expected, "{score} {limit}");
        }
        let risk = |score: f64| {
            json!({
                "status": "Approved", "status_override": null, "features": ["AML"],
                "aml_screenings": [{ "status": "Approved", "score": score, "total_hits": 1 }],
            })
        };
        let wanted = json!({ "aml_score_approve_threshold": 60 });
        assert_eq!(judged(risk(60.0), wanted.clone()), Judgement::Same);
        assert_eq!(
            to(&judged(risk(60.1), wanted)),
            Some((Weight::Approved, Weight::InReview))
        );
    }

    #[test]
    fn other_reasons_stay_and_a_decline_beats_a_review() {
        let low = warning(LOW, "warning");
        let other = warning("FACE_COVERED", "warning");
        let kept = face("In Review", "In Review", 60.0, &[low.clone(), other]);
        assert_eq!(judged(kept, json!({ REVIEW: 50 })), Judgement::Same);
        let mut of_session = face("In Review", "In Review", 60.0, &[low]);
        of_session["warnings"] = json!([warning("SOMETHING_ELSE", "warning")]);
        assert_eq!(judged(of_session, json!({ REVIEW: 50 })), Judgement::Same);
        let mut declined = face("Declined", "Approved", 75.0, &[]);
        declined["id_verifications"] = json!([{
            "status": "Declined", "warnings": [warning("DOCUMENT_EXPIRED", "error")],
        }]);
        assert_eq!(judged(declined, json!({ REVIEW: 80 })), Judgement::Same);
    }

    #[test]
    fn what_cannot_be_known_is_not_guessed() {
        let low = warning(LOW, "error");
        let declined = face("Declined", "Declined", 45.0, std::slice::from_ref(&low));
        // Whether it is in review depends on a threshold that nobody told.
        assert_eq!(
            judged(declined.clone(), json!({ DECLINE: 40 })),
            Judgement::Unknown(Unknown::OtherLimit)
        );
        assert_eq!(
            to(&judged(
                declined.clone(),
                json!({ DECLINE: 40, REVIEW: 42 })
            )),
            Some((Weight::Declined, Weight::Approved))
        );
        let mut stopped = declined.clone();
        stopped["features"] = json!(["FACE_MATCH", "AML"]);
        assert_eq!(
            judged(stopped, json!({ DECLINE: 40, REVIEW: 42 })),
            Judgement::Unknown(Unknown::LaterSteps)
        );
        // No reason, and no limit that explains it.
        assert_eq!(
            judged(
                face("In Review", "In Review", 60.0, &[]),
                json!({ REVIEW: 50 })
            ),
            Judgement::Unknown(Unknown::OtherReasons)
        );
        // Something else had declined it.
        assert_eq!(
            judged(
                face("Declined", "Approved", 75.0, &[]),
                json!({ REVIEW: 80 })
            ),
            Judgement::Unknown(Unknown::OtherReasons)
        );
        let mut triaged = json!({
            "status": "Approved", "status_override": null, "features": ["AML"],
            "aml_screenings": [{ "status": "Approved", "score": 90.0, "total_hits": 1,
                "hits": [{ "review_status": "False Positive" }] }],
        });
        let wanted = json!({ "aml_score_approve_threshold": 60 });
        assert_eq!(
            judged(triaged.clone(), wanted.clone()),
            Judgement::Unknown(Unknown::Triaged)
        );
        triaged["aml_screenings"][0]["hits"] = json!([]);
        triaged["aml_screenings"][0]["total_hits"] = json!(0);
        assert_eq!(
            judged(triaged, wanted),
            Judgement::Unknown(Unknown::NoScore)
        );
    }

    #[test]
    fn the_checks_count_where_a_human_decided() {
        let mut overruled = face("Approved", "In Review", 60.0, &[warning(LOW, "warning")]);
        overruled["status_override"] = json!({ "automatic_status": "In Review" });
        assert_eq!(
            to(&judged(overruled.clone(), json!({ DECLINE: 65 }))),
            Some((Weight::InReview, Weight::Declined))
        );
        overruled["status_override"] = json!({});
        assert_eq!(
            judged(overruled.clone(), json!({ DECLINE: 65 })),
            Judgement::Unknown(Unknown::ByHand)
        );
        let answer = overruled.as_object_mut().unwrap();
        answer.remove("status_override");
        answer.insert(
            "reviews".to_owned(),
            json!([{ "new_status": "Approved", "created_at": "2026-01-01T00:00:00Z" }]),
        );
        assert_eq!(
            judged(overruled, json!({ DECLINE: 65 })),
            Judgement::Unknown(Unknown::ByHand)
        );
        let mut expired = face("Kyc Expired", "Approved", 75.0, &[]);
        assert_eq!(
            to(&judged(expired.clone(), json!({ REVIEW: 80 }))),
            Some((Weight::Approved, Weight::InReview))
        );
        expired["face_matches"] = Value::Null;
        assert_eq!(
            judged(expired, json!({ REVIEW: 80 })),
            Judgement::Unknown(Unknown::NoScore)
        );
    }
}
