//! The thresholds that a workflow could have had instead, under the names of its settings.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    didit::{Workflow, features::Feature},
    tools::{
        error::ToolError,
        limits::{WorkflowLimits, keys_of},
    },
};

/// The checks whose scores have thresholds.
pub(super) const CHECKS: [Feature; 3] = [Feature::FaceMatch, Feature::Liveness, Feature::Aml];

/// Other thresholds, each for the rest of the settings as they were.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Thresholds {
    /// Below this similarity: in review.
    #[schemars(range(min = 0, max = 100))]
    face_match_score_review_threshold: Option<u32>,
    /// Below this similarity: declined.
    #[schemars(range(min = 0, max = 100))]
    face_match_score_decline_threshold: Option<u32>,
    #[schemars(range(min = 0, max = 100))]
    face_liveness_score_review_threshold: Option<u32>,
    #[schemars(range(min = 0, max = 100))]
    face_liveness_score_decline_threshold: Option<u32>,
    /// Risk above this: in review.
    #[schemars(range(min = 0, max = 100))]
    aml_score_approve_threshold: Option<u32>,
    /// Risk above this: declined.
    #[schemars(range(min = 0, max = 100))]
    aml_score_review_threshold: Option<u32>,
}

/// Where a check goes into review, and where it is declined.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Levels {
    pub(super) review: Option<f64>,
    pub(super) decline: Option<f64>,
}

impl Levels {
    pub(super) fn is_empty(self) -> bool {
        self.review.is_none() && self.decline.is_none()
    }

    fn all(self) -> [Option<f64>; 2] {
        [self.review, self.decline]
    }
}

/// One setting as it would have been, and as it is.
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) wanted: f64,
    pub(super) today: Option<f64>,
}

impl Thresholds {
    /// The thresholds of one check that are to be different.
    pub(super) fn of(&self, check: Feature) -> Levels {
        let [review, decline] = match check {
            Feature::FaceMatch => [
                self.face_match_score_review_threshold,
                self.face_match_score_decline_threshold,
            ],
            Feature::Liveness => [
                self.face_liveness_score_review_threshold,
                self.face_liveness_score_decline_threshold,
            ],
            Feature::Aml => [
                self.aml_score_approve_threshold,
                self.aml_score_review_threshold,
            ],
            _ => [None, None],
        };
        Levels {
            review: review.map(f64::from),
            decline: decline.map(f64::from),
        }
    }

    /// Refuses what asks for nothing, and a review that would begin beyond the decline.
    ///
    /// # Errors
    /// [`ToolError`] that names the setting.
    pub(super) fn check(&self) -> Result<(), ToolError> {
        if CHECKS.iter().all(|check| self.of(*check).is_empty()) {
            return Err(ToolError::invalid(
                "face_match_score_review_threshold",
                "At least one threshold is needed. Nothing was read.",
            )
            .with_allowed(CHECKS.iter().filter_map(names).flatten()));
        }
        for check in CHECKS {
            let Levels {
                review: Some(review),
                decline: Some(decline),
            } = self.of(check)
            else {
                continue;
            };
            let is_beyond = if check == Feature::Aml {
                review > decline
            } else {
                review < decline
            };
            if let Some([review_name, decline_name]) = names(&check).filter(|_| is_beyond) {
                let side = if check == Feature::Aml {
                    "above"
                } else {
                    "below"
                };
                return Err(ToolError::invalid(
                    review_name,
                    format!(
                        "`{review_name}` cannot lie {side} `{decline_name}`. Nothing was read."
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Refuses thresholds of checks that the workflow does not have.
    ///
    /// # Errors
    /// [`ToolError`] that names the setting.
    pub(super) fn fit(&self, workflow: &Workflow) -> Result<(), ToolError> {
        for check in CHECKS {
            let has = workflow
                .features
                .iter()
                .any(|name| Feature::find(name) == Some(check));
            let named = names(&check)
                .into_iter()
                .flatten()
                .zip(self.of(check).all());
            if let Some((name, _)) = named.into_iter().find(|(_, value)| value.is_some())
                && !has
            {
                return Err(ToolError::invalid(
                    name,
                    format!(
                        "`{name}` needs the {} step, which this workflow does not have today. No session was read.",
                        check.name()
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The settings that are to be different, beside those of today's workflow.
    pub(super) fn settings(&self, today: Option<&WorkflowLimits>) -> Vec<Setting> {
        let mut settings = Vec::new();
        for check in CHECKS {
            let Some(names) = names(&check) else { continue };
            for (name, wanted) in names.into_iter().zip(self.of(check).all()) {
                let Some(wanted) = wanted else { continue };
                let today = today.and_then(|today| today.of(None, name)?.as_f64());
                settings.push(Setting {
                    name,
                    wanted,
                    today,
                });
            }
        }
        settings
    }
}

/// The names of the settings of a check: that of the review, that of the decline.
pub(super) fn names(check: &Feature) -> Option<[&'static str; 2]> {
    keys_of((*check).into())
}

/// What is in force today for a check, where the workflow says so.
pub(super) fn today(limits: Option<&WorkflowLimits>, check: Feature, node: Option<&str>) -> Levels {
    let value = |name: &str| limits?.of(node, name)?.as_f64();
    let [review, decline] = names(&check).map_or([None, None], |names| names.map(value));
    Levels { review, decline }
}
