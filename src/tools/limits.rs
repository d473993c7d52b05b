//! The limits beside a score: from the warning itself, else from the workflow, which is read once and kept for a while.

mod cache;

use super::{Context, plain, workflows};
use crate::didit::{
    Decision, Step, Warning,
    features::{Feature, FeatureName},
};
pub(super) use cache::Cache;
use cache::WorkflowLimits;

/// The part of a call's time that looking for limits may take, as a divisor: the verdict matters more.
const PART_OF_CALL: u32 = 4;

/// A score and the thresholds beyond which the check does not pass.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Score {
    /// The score as Didit writes it, nearly always 0 to 100.
    pub score: f64,
    /// In review beyond this one, on the score's scale.
    pub review: Option<f64>,
    /// Declined beyond this one, on the score's scale.
    pub decline: Option<f64>,
    /// Whether a higher score is worse, as with watch-list hits; else a lower one is.
    pub is_worse_above: bool,
    /// Whether the limits are those that were in force when the session ran.
    pub is_certain: bool,
}

impl Score {
    /// `65 (review below 70, declined below 60)`. Limits that do not explain the check's status are left out: something else
    /// decided then.
    pub(super) fn words(&self, status: &str) -> String {
        let side = if self.is_worse_above {
            "above"
        } else {
            "below"
        };
        let limits: Vec<String> = [("review", self.review), ("declined", self.decline)]
            .into_iter()
            .filter_map(|(what, limit)| Some(format!("{what} {side} {}", limit?)))
            .collect();
        let passed = match status {
            "Declined" => self.decline,
            "In Review" => self.review,
            _ => None,
        };
        let explains = passed.is_none_or(|limit| {
            if self.is_worse_above {
                self.score > limit
            } else {
                self.score < limit
            }
        });
        if limits.is_empty() || !explains {
            return self.score.to_string();
        }
        let now = if self.is_certain {
            ""
        } else {
            "by today's workflow "
        };
        format!("{} ({now}{})", self.score, limits.join(", "))
    }
}

/// The scores of the checks, in the order of [`Decision::steps`], with the limits of those that did not pass. What cannot be
/// read is left out: a verdict never fails for want of a limit.
pub(super) async fn scores(context: &Context, decision: &Decision) -> Vec<Option<Score>> {
    let mut scores = plain_scores(decision);
    let steps = decision.steps();
    let lacks = steps.iter().zip(&scores).any(|(step, score)| {
        plain::check_status(step) != "Approved"
            && keys_of(step.feature).is_some()
            && score
                .as_ref()
                .is_some_and(|score| score.review.is_none() && score.decline.is_none())
    });
    let Some(limits) = (if lacks {
        read(context, decision).await
    } else {
        None
    }) else {
        return scores;
    };
    let is_certain = limits.held_for(decision);
    for (step, score) in steps.iter().zip(&mut scores) {
        if let Some(score) = score
            && plain::check_status(step) != "Approved"
            && score.review.is_none()
            && score.decline.is_none()
            && let Some((review, decline)) = keys_of(step.feature)
        {
            let limit = |key| {
                limits
                    .of(step.node_id, key)
                    .map(|limit| on_scale(score.score, limit))
            };
            let found = (limit(review), limit(decline));
            (score.review, score.decline) = found;
            score.is_certain = is_certain;
        }
    }
    scores
}

/// The scores with the limits that the answer itself tells.
pub(super) fn plain_scores(decision: &Decision) -> Vec<Option<Score>> {
    let steps = decision.steps();
    let place_of = |place: usize, step: &Step<'_>| {
        steps
            .iter()
            .take(place)
            .filter(|other| other.feature == step.feature)
            .count()
    };
    steps
        .iter()
        .enumerate()
        .map(|(place, step)| {
            let place = place_of(place, step);
            let score = match step.feature.known() {
                Some(Feature::Liveness) => decision.liveness_checks.get(place)?.score,
                Some(Feature::FaceMatch) => decision.face_matches.get(place)?.score,
                // The score of an empty search says nothing.
                Some(Feature::Aml) if plain::check_status(step) != "Approved" => {
                    decision.aml_screenings.get(place)?.score
                }
                _ => None,
            };
            let score = score.filter(|score| score.is_finite())?;
            let told = |key: &str| {
                step.warnings
                    .iter()
                    .find_map(|warning| number(warning, key))
                    .map(|limit| on_scale(score, limit))
            };
            Some(Score {
                score,
                review: told("review_threshold").or_else(|| told("threshold")),
                decline: told("decline_threshold"),
                is_worse_above: step.feature == Feature::Aml,
                is_certain: true,
            })
        })
        .collect()
}

fn number(warning: &Warning, key: &str) -> Option<f64> {
    warning
        .additional_data
        .as_ref()?
        .get(key)?
        .as_f64()
        .filter(|number| number.is_finite())
}

/// A limit on the scale of a score: Didit writes both 0 to 1 and 0 to 100. A lone 0 or 1 could be either and stays.
fn on_scale(score: f64, limit: f64) -> f64 {
    if score > 0.0 && score < 1.0 && limit > 1.0 {
        limit / 100.0
    } else if score > 1.0 && limit > 0.0 && limit < 1.0 {
        limit * 100.0
    } else {
        limit
    }
}

/// The settings beyond which a score is in review and declined.
fn keys_of(feature: FeatureName<&str>) -> Option<(&'static str, &'static str)> {
    Some(match feature.known()? {
        Feature::Liveness => (
            "face_liveness_score_review_threshold",
            "face_liveness_score_decline_threshold",
        ),
        Feature::FaceMatch => (
            "face_match_score_review_threshold",
            "face_match_score_decline_threshold",
        ),
        // Up to the first one a hit is approved, above the second one it is declined.
        Feature::Aml => ("aml_score_approve_threshold", "aml_score_review_threshold"),
        _ => return None,
    })
}

async fn read(context: &Context, decision: &Decision) -> Option<WorkflowLimits> {
    let id = decision.workflow_id?;
    let connection = &context.connection;
    if let Some(known) = connection.limits().get(&id) {
        return known;
    }
    let part = connection.settings().timeout / PART_OF_CALL;
    let found = tokio::time::timeout(part, workflows::find(context, id)).await;
    let workflow = found.ok().and_then(Result::ok);
    let limits = workflow.as_ref().map(WorkflowLimits::of_workflow);
    connection.limits().keep(id, limits.clone());
    limits
}
