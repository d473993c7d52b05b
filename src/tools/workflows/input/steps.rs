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
        let on: &[&str] = match template {
            Template::Kyc => &["OCR", "LIVENESS", "FACE_MATCH"],
            Template::AdaptiveAgeVerification => &["AGE_ESTIMATION"],
            Template::AddressVerification => &["PROOF_OF_ADDRESS"],
            Template::PhoneVerification => &["PHONE_VERIFICATION"],
            Template::EmailVerification => &["EMAIL_VERIFICATION"],
        };
        let start = on.iter().map(|name| recommended(name)).collect();
        self.apply(start)
    }

    /// Adds, removes and adjusts features of a list, and puts them in an order that Didit takes.
    pub(in crate::tools::workflows) fn apply(
        &self,
        mut steps: Vec<WorkflowFeature>,
    ) -> Result<Steps, ToolError> {
        for (name, wanted) in self.toggles() {
            match wanted {
                Some(true) if !steps.iter().any(|feature| feature.feature == name) => {
                    steps.push(recommended(name));
                }
                Some(false) => steps.retain(|feature| feature.feature != name),
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
            .find(|feature| feature.feature == "AML")?
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
        let has = |name: &str| features.iter().any(|feature| feature.feature == name);
        for feature in features {
            let Some(known) = Feature::find(&feature.feature) else {
                continue;
            };
            if !known.after.is_empty() && !known.after.iter().any(|name| has(name)) {
                let switch = switch_of(&feature.feature);
                return Err(ToolError::invalid(
                    switch,
                    format!(
                        "`{switch}` needs {} in the same workflow.",
                        known
                            .after
                            .iter()
                            .map(|name| format!("`{}`", switch_of(name)))
                            .collect::<Vec<_>>()
                            .join(" or ")
                    ),
                ));
            }
        }
        if features
            .iter()
            .all(|feature| Feature::find(&feature.feature).is_some_and(|known| known.passive))
        {
            return Err(ToolError::invalid(
                "document",
                "A workflow needs at least one step that the person does; \
                 AML, database and IP checks only work on what others collect.",
            ));
        }
        Ok(())
    }

    fn toggles(&self) -> [(&'static str, Option<bool>); 11] {
        [
            ("OCR", self.document),
            ("LIVENESS", self.liveness),
            ("FACE_MATCH", self.face_match),
            ("NFC", self.nfc),
            ("AML", self.aml),
            ("PHONE_VERIFICATION", self.phone),
            ("EMAIL_VERIFICATION", self.email),
            ("PROOF_OF_ADDRESS", self.proof_of_address),
            ("AGE_ESTIMATION", self.age_estimation),
            ("DATABASE_VALIDATION", self.database_validation),
            ("IP_ANALYSIS", self.ip_analysis),
        ]
    }

    fn settings(&self) -> [(&'static str, &'static str, Option<Value>); 6] {
        [
            (
                "LIVENESS",
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
                "LIVENESS",
                "face_liveness_score_decline_threshold",
                self.face_liveness_score_decline_threshold.map(Value::from),
            ),
            (
                "FACE_MATCH",
                "face_match_score_decline_threshold",
                self.face_match_score_decline_threshold.map(Value::from),
            ),
            (
                "FACE_MATCH",
                "face_match_score_review_threshold",
                self.face_match_score_review_threshold.map(Value::from),
            ),
            (
                "AML",
                "aml_score_approve_threshold",
                self.aml_score_approve_threshold.map(Value::from),
            ),
            (
                "AML",
                "aml_score_review_threshold",
                self.aml_score_review_threshold.map(Value::from),
            ),
        ]
    }
}

/// A feature with the settings that most people want: passive liveness, and a face match below 50 declined.
fn recommended(name: &str) -> WorkflowFeature {
    let feature = WorkflowFeature::new(name);
    match name {
        "LIVENESS" => feature.with("face_liveness_method", "PASSIVE"),
        "FACE_MATCH" => feature.with("face_match_score_decline_threshold", 50),
        _ => feature,
    }
}

fn argument_of(key: &'static str) -> &'static str {
    if key == "face_liveness_method" {
        "liveness_method"
    } else {
        key
    }
}

fn switch_of(feature: &str) -> &'static str {
    match feature {
        "OCR" => "document",
        "LIVENESS" => "liveness",
        "FACE_MATCH" => "face_match",
        "NFC" => "nfc",
        "AML" => "aml",
        "PHONE_VERIFICATION" => "phone",
        "EMAIL_VERIFICATION" => "email",
        "PROOF_OF_ADDRESS" => "proof_of_address",
        "AGE_ESTIMATION" => "age_estimation",
        "DATABASE_VALIDATION" => "database_validation",
        "IP_ANALYSIS" => "ip_analysis",
        _ => "features",
    }
}
