//! The ordered features that the friendly switches stand for.

use serde_json::Value;

use super::{LivenessMethod, Switches, Template};
use crate::{
    didit::{
        WorkflowFeature,
        features::{self, Feature},
    },
    tools::error::ToolError,
};

/// The AML score up to which Didit approves when a workflow says nothing else.
const DEFAULT_AML_APPROVE_THRESHOLD: f64 = 80.0;

/// What switches make of a workflow.
pub(in crate::tools::workflows) struct Steps {
    /// The features in order.
    pub features: Vec<WorkflowFeature>,
    /// A sentence about what was changed besides what was asked for.
    pub note: Option<String>,
}

impl Switches {
    /// Whether no switch and no threshold was given.
    pub(in crate::tools::workflows) fn is_empty(&self) -> bool {
        self.toggles().iter().all(|(_, on)| on.is_none())
            && self.settings().iter().all(|(_, _, value)| value.is_none())
    }

    /// The ordered features of a new workflow, from a template.
    pub(in crate::tools::workflows) fn features(
        &self,
        template: Template,
    ) -> Result<Steps, ToolError> {
        let on: &[Feature] = match template {
            Template::Kyc => &[Feature::Ocr, Feature::Liveness, Feature::FaceMatch],
            Template::AdaptiveAgeVerification => &[Feature::AgeEstimation],
            Template::AddressVerification => &[Feature::ProofOfAddress],
            Template::PhoneVerification => &[Feature::Phone],
            Template::EmailVerification => &[Feature::Email],
        };
        let start = on.iter().map(|feature| recommended(*feature)).collect();
        self.apply(start)
    }

    /// Adds, removes and adjusts features of a list, and puts them in an order that Didit takes.
    pub(in crate::tools::workflows) fn apply(
        &self,
        mut steps: Vec<WorkflowFeature>,
    ) -> Result<Steps, ToolError> {
        for (feature, wanted) in self.toggles() {
            match wanted {
                Some(true) if !steps.iter().any(|step| step.feature == feature) => {
                    steps.push(recommended(feature));
                }
                Some(false) => steps.retain(|step| step.feature != feature),
                _ => {}
            }
        }
        for (name, key, value) in self.settings() {
            let Some(value) = value else { continue };
            let Some(feature) = steps.iter_mut().find(|feature| feature.feature == name) else {
                return Err(ToolError::invalid(
                    argument_of(key),
                    format!(
                        "`{}` needs the {name} step, which this workflow does not have.",
                        argument_of(key)
                    ),
                ));
            };
            feature
                .config
                .get_or_insert_default()
                .insert(key.to_owned(), value);
        }
        let note = self.keep_aml_thresholds_ordered(&mut steps);
        features::order(&mut steps);
        self.check_dependencies(&steps)?;
        Ok(Steps {
            features: steps,
            note,
        })
    }

    /// Older documents have one AML threshold, above which a person is declined. Didit now refuses a review
    /// threshold below the approve threshold, so one that would lie above it is lowered, and the caller is told.
    fn keep_aml_thresholds_ordered(&self, features: &mut [WorkflowFeature]) -> Option<String> {
        let (Some(review), None) = (
            self.aml_score_review_threshold,
            self.aml_score_approve_threshold,
        ) else {
            return None;
        };
        let config = features
            .iter_mut()
            .find(|feature| feature.feature == Feature::Aml)?
            .config
            .get_or_insert_default();
        let approve = config
            .get("aml_score_approve_threshold")
            .and_then(Value::as_f64)
            .unwrap_or(DEFAULT_AML_APPROVE_THRESHOLD);
        if approve <= f64::from(review) {
            return None;
        }
        config.insert("aml_score_approve_threshold".to_owned(), review.into());
        Some(format!(
            "aml_score_approve_threshold was {approve} and is {review} now, \
             because it cannot lie above aml_score_review_threshold: \
             every risk above {review} is declined, and none is left for review."
        ))
    }

    /// Says which switch is missing, in the words of the switches.
    fn check_dependencies(&self, features: &[WorkflowFeature]) -> Result<(), ToolError> {
        let has = |wanted: &Feature| features.iter().any(|step| step.feature == *wanted);
        for known in features.iter().filter_map(|step| step.feature.known()) {
            let after = known.facts().after;
            if !after.is_empty() && !after.iter().any(has) {
                let switch = switch_of(known);
                let needed: Vec<_> = after
                    .iter()
                    .map(|needed| format!("`{}`", switch_of(*needed)))
                    .collect();
                return Err(ToolError::invalid(
                    switch,
                    format!(
                        "`{switch}` needs {} in the same workflow.",
                        needed.join(" or ")
                    ),
                ));
            }
        }
        if features.iter().all(|step| {
            step.feature
                .known()
                .is_some_and(|known| known.facts().is_passive)
        }) {
            return Err(ToolError::invalid(
                "document",
                "A workflow needs at least one step that the person does; \
                 AML, database and IP checks only work on what others collect.",
            ));
        }
        Ok(())
    }

    fn toggles(&self) -> [(Feature, Option<bool>); 11] {
        [
            (Feature::Ocr, self.document),
            (Feature::Liveness, self.liveness),
            (Feature::FaceMatch, self.face_match),
            (Feature::Nfc, self.nfc),
            (Feature::Aml, self.aml),
            (Feature::Phone, self.phone),
            (Feature::Email, self.email),
            (Feature::ProofOfAddress, self.proof_of_address),
            (Feature::AgeEstimation, self.age_estimation),
            (Feature::DatabaseValidation, self.database_validation),
            (Feature::IpAnalysis, self.ip_analysis),
        ]
    }

    fn settings(&self) -> [(Feature, &'static str, Option<Value>); 6] {
        [
            (
                Feature::Liveness,
                "face_liveness_method",
                self.liveness_method.map(|method| {
                    Value::from(match method {
                        LivenessMethod::Passive => "PASSIVE",
                        LivenessMethod::Active3d => "ACTIVE_3D",
                        LivenessMethod::Flashing => "FLASHING",
                    })
                }),
            ),
            (
                Feature::Liveness,
                "face_liveness_score_decline_threshold",
                self.face_liveness_score_decline_threshold.map(Value::from),
            ),
            (
                Feature::FaceMatch,
                "face_match_score_decline_threshold",
                self.face_match_score_decline_threshold.map(Value::from),
            ),
            (
                Feature::FaceMatch,
                "face_match_score_review_threshold",
                self.face_match_score_review_threshold.map(Value::from),
            ),
            (
                Feature::Aml,
                "aml_score_approve_threshold",
                self.aml_score_approve_threshold.map(Value::from),
            ),
            (
                Feature::Aml,
                "aml_score_review_threshold",
                self.aml_score_review_threshold.map(Value::from),
            ),
        ]
    }
}

/// A feature with the settings that most people want: passive liveness, and a face match below 50 declined.
fn recommended(feature: Feature) -> WorkflowFeature {
    let step = WorkflowFeature::new(feature);
    match feature {
        Feature::Liveness => step.with("face_liveness_method", "PASSIVE"),
        Feature::FaceMatch => step.with("face_match_score_decline_threshold", 50),
        _ => step,
    }
}

fn argument_of(key: &'static str) -> &'static str {
    if key == "face_liveness_method" {
        "liveness_method"
    } else {
        key
    }
}

fn switch_of(feature: Feature) -> &'static str {
    feature.facts().switch.unwrap_or("features")
}
