//! The limits beside a score and the settings behind a reason: from the warning itself, else from the workflow, which is read
//! once and kept for a while.

mod cache;
mod settings;

use serde::Serialize;
use serde_json::Value;

use super::{Context, plain, workflows};
use crate::didit::{
    Decision, SessionStatus, Step, Warning,
    features::{Feature, FeatureName},
};
pub(super) use cache::{Cache, WorkflowLimits};

/// The part of a call's time that looking for limits may take, as a divisor: the verdict matters more.
const PART_OF_CALL: u32 = 4;

/// A score and the thresholds beyond which the check does not pass.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Score {
    /// 0 to 100, or as Didit writes it where nothing tells the scale.
    pub score: f64,
    /// In review beyond this one.
    pub review: Option<f64>,
    /// Declined beyond this one.
    pub decline: Option<f64>,
    /// Whether a higher score is worse, as with watch-list hits; else a lower one is.
    pub is_worse_above: bool,
    /// Whether the limits are those that were in force when the session ran.
    pub is_certain: bool,
}

impl Score {
    /// The same score with these limits, all on one scale.
    fn with(&self, limits: [Option<f64>; 2], is_certain: bool) -> Self {
        let (score, [review, decline]) = in_percent(self.score, limits);
        Self {
            score,
            review,
            decline,
            is_certain,
            ..*self
        }
    }

    /// Whether the score is beyond the limit that leads to this status; `None` where that is not known.
    pub(super) fn is_beyond(&self, status: &str) -> Option<bool> {
        let limit = match status {
            "Declined" => self.decline?,
            "In Review" => self.review?,
            _ => return None,
        };
        Some(if self.is_worse_above {
            self.score > limit
        } else {
            self.score < limit
        })
    }

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
        let explains = self.is_beyond(status).unwrap_or(true);
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

/// What decides about the checks of one decision.
pub(super) struct Limits {
    /// The scores of the checks, in the order of [`Decision::steps`], with the limits of those that did not pass.
    pub(super) scores: Vec<Option<Score>>,
    /// The settings of the workflow, and whether they are those that the session ran.
    workflow: Option<(WorkflowLimits, bool)>,
}

/// A setting of the workflow that governs a reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Setting {
    pub(super) name: &'static str,
    /// What it is now, where the workflow can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Value>,
    /// Whether it was so when the session ran.
    pub(super) is_certain: bool,
}

impl Setting {
    /// `face_match_score_review_threshold = 70`.
    pub(super) fn words(&self) -> String {
        let value = self.value.as_ref().map(|value| match value {
            Value::String(word) => word.clone(),
            number => number.as_f64().unwrap_or_default().to_string(),
        });
        match value {
            Some(value) if self.is_certain => format!("{} = {value}", self.name),
            Some(value) => format!("{}, today {value}", self.name),
            None => self.name.to_owned(),
        }
    }
}

/// A number that the workflow sets for a step, and whether it was so when the session ran; `None` where it cannot be read.
pub(super) async fn number_of(
    context: &Context,
    decision: &Decision,
    node_id: Option<&str>,
    key: &str,
) -> Option<(f64, bool)> {
    let workflow = read(context, decision).await?;
    let number = workflow.of(node_id, key)?.as_f64()?;
    Some((number, workflow.held_for(decision)))
}

/// What decides about the checks. The workflow is read where something depends on it; what cannot be read is left out, because
/// a verdict never fails for want of a limit.
pub(super) async fn of(context: &Context, decision: &Decision) -> Limits {
    let mut limits = Limits {
        scores: plain_scores(decision),
        workflow: None,
    };
    let steps = decision.steps();
    let lacks_limit = steps.iter().zip(&limits.scores).any(|(step, score)| {
        let is_bare = |score: &Score| score.review.is_none() && score.decline.is_none();
        plain::check_status(step) != "Approved"
            && keys_of(step.feature).is_some()
            && score.as_ref().is_some_and(is_bare)
    });
    let lacks_setting = || {
        let mut reasons = steps
            .iter()
            .flat_map(|step| step.warnings.iter().map(move |warning| (step, warning)));
        reasons.any(|(step, warning)| {
            let setting = limits.setting(decision, Some(step), warning);
            setting.is_some_and(|setting| setting.value.is_none())
        })
    };
    if (lacks_limit || lacks_setting())
        && let Some(workflow) = read(context, decision).await
    {
        let is_certain = workflow.held_for(decision);
        for (step, score) in steps.iter().zip(&mut limits.scores) {
            if let Some(score) = score
                && plain::check_status(step) != "Approved"
                && score.review.is_none()
                && score.decline.is_none()
                && let Some(keys) = keys_of(step.feature)
            {
                let limit = |key: &str| workflow.of(step.node_id, key)?.as_f64();
                *score = score.with(keys.map(limit), is_certain);
            }
        }
        limits.workflow = Some((workflow, is_certain));
    }
    limits
}

impl Limits {
    /// The setting that governs a warning, where its name is certain. What ends by itself, such as an expired link, is governed
    /// by none.
    pub(super) fn setting(
        &self,
        decision: &Decision,
        step: Option<&Step<'_>>,
        warning: &Warning,
    ) -> Option<Setting> {
        let is_decided = matches!(
            decision.status,
            SessionStatus::Approved | SessionStatus::Declined | SessionStatus::InReview
        );
        let risk = warning.risk.as_deref().filter(|_| is_decided)?;
        let declines = warning.log_type.as_deref() == Some("error");
        let name = settings::governing(step.map(|step| step.feature), risk, declines)?;
        let told = if declines {
            "decline_threshold"
        } else {
            "review_threshold"
        };
        let told = number(warning, told).filter(|_| name.ends_with("_threshold"));
        // What the warning tells was in force.
        if let Some(limit) = told {
            let (_, [limit, _]) = in_percent(limit, [Some(limit), None]);
            let value = limit.map(Value::from);
            return Some(Setting {
                name,
                value,
                is_certain: true,
            });
        }
        let (value, is_certain) = match &self.workflow {
            Some((workflow, is_certain)) => (
                workflow.of(step.and_then(|step| step.node_id), name),
                *is_certain,
            ),
            None => (None, false),
        };
        Some(Setting {
            name,
            is_certain: is_certain && value.is_some(),
            value: value.cloned(),
        })
    }
}

/// The scores with the limits that the answer itself tells.
fn plain_scores(decision: &Decision) -> Vec<Option<Score>> {
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
                let mut warnings = step.warnings.iter();
                warnings.find_map(|warning| number(warning, key))
            };
            let bare = Score {
                score,
                review: None,
                decline: None,
                is_worse_above: step.feature == Feature::Aml,
                is_certain: true,
            };
            let review = told("review_threshold").or_else(|| told("threshold"));
            Some(bare.with([review, told("decline_threshold")], true))
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

/// A score and its limits on one scale, 0 to 100: Didit writes both 0 to 1 and 0 to 100. A score of 0 or 1 without a limit could
/// be either and stays.
pub(super) fn in_percent(score: f64, limits: [Option<f64>; 2]) -> (f64, [Option<f64>; 2]) {
    if limits == [None, None] {
        return (score, limits);
    }
    // 0.57 * 100 is not 57.
    let percent = |fraction: f64| (fraction * 10_000.0).round() / 100.0;
    let of_limit = |limit: f64| {
        let is_fraction = limit < 1.0 || (limit == 1.0 && score <= 1.0);
        if is_fraction { percent(limit) } else { limit }
    };
    let limits = limits.map(|limit| limit.map(of_limit));
    (if score <= 1.0 { percent(score) } else { score }, limits)
}

/// The settings beyond which the score of a check is in review and declined.
pub(super) fn keys_of(feature: FeatureName<&str>) -> Option<[&'static str; 2]> {
    settings::thresholds(match feature.known()? {
        Feature::Liveness => "LOW_LIVENESS_SCORE",
        Feature::FaceMatch => "LOW_FACE_MATCH_SIMILARITY",
        Feature::Aml => "POSSIBLE_MATCH_FOUND",
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
