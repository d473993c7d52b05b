//! Whether a change of a workflow in use lets people pass who would not have passed before.
//!
//! Adding a check never does. Everything else counts as weaker unless it is known to be stricter: a setting that nobody here
//! knows may open a door.

use serde_json::{Value, json};

use crate::{
    didit::{Workflow, WorkflowFeature},
    tools::{Line, Setting},
};

/// The workflow in the question to the human who must agree.
pub(super) fn subject(workflow: &Workflow) -> Line {
    Line::new("Workflow ")
        .sent(workflow.workflow_label.as_deref().unwrap_or("unnamed"))
        .words(format!(
            ", version {} ({})",
            workflow.version.unwrap_or(1),
            workflow.uuid
        ))
}

/// What is true of the workflow: an agreement is void when any of it changes.
pub(super) fn seen(workflow: &Workflow) -> Value {
    json!([workflow.uuid, workflow.status, workflow.features])
}

/// Every way in which `new` is weaker than `now`, as lines for the human who must agree.
pub(super) fn weakened(now: &[WorkflowFeature], new: &[WorkflowFeature]) -> Vec<Line> {
    let mut lines = Vec::new();
    for before in now {
        let Some(after) = new.iter().find(|after| after.feature == before.feature) else {
            lines.push(
                Line::new("The check ")
                    .sent(before.feature.as_str())
                    .words(" is removed."),
            );
            continue;
        };
        let keys = [&before.config, &after.config].into_iter().flatten();
        let mut keys: Vec<&String> = keys.flat_map(|config| config.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let [old, new] = [before, after].map(|feature| feature.config.as_ref()?.get(key));
            if is_same(old, new) || is_stricter(key, old, new) {
                continue;
            }
            let shown = |value: Option<&Value>| match value {
                Some(Value::String(text)) => Line::default().sent(text),
                Some(value) => Line::new(value.to_string()),
                None => Line::new("Didit's default"),
            };
            lines.push(
                Line::new("The setting ")
                    .sent(key)
                    .words(" of ")
                    .sent(before.feature.as_str())
                    .words(" is no longer ")
                    .then(shown(old))
                    .words(" but ")
                    .then(shown(new))
                    .words(", which may let more people pass."),
            );
        }
    }
    lines
}

/// One line a step of the list that would be sent.
pub(super) fn steps(features: &[WorkflowFeature]) -> Vec<Setting> {
    features
        .iter()
        .enumerate()
        .map(|(place, feature)| {
            let config = feature.config.iter().flatten();
            let line = config.fold(
                Line::default().sent(feature.feature.as_str()),
                |line, (key, value)| {
                    let line = line.words(", ").sent(key).words(" ");
                    match value {
                        Value::String(text) => line.sent(text),
                        Value::Object(_) | Value::Array(_) => line.sent(value.to_string()),
                        value => line.words(value.to_string()),
                    }
                },
            );
            let line = match &feature.label {
                Some(label) => line.words(", called ").sent(label),
                None => line,
            };
            Setting::new(format!("Step {}", place + 1), line, None)
        })
        .collect()
}

/// Whether two spellings are one value: Didit takes its words in any case and answers them in another, and `80` may come back
/// as `80.0`.
fn is_same(old: Option<&Value>, new: Option<&Value>) -> bool {
    match (old, new) {
        (Some(Value::String(old)), Some(Value::String(new))) => old.eq_ignore_ascii_case(new),
        (Some(Value::Number(old)), Some(Value::Number(new))) => old.as_f64() == new.as_f64(),
        _ => old == new,
    }
}

/// Whether a changed setting is known to let fewer people pass.
fn is_stricter(key: &str, old: Option<&Value>, new: Option<&Value>) -> bool {
    let (Some(old), Some(new)) = (old, new) else {
        return false;
    };
    if key.ends_with("_action") {
        return matches!((severity(old), severity(new)), (Some(old), Some(new)) if new > old);
    }
    let (Some(old), Some(new)) = (old.as_f64(), new.as_f64()) else {
        return key == "face_liveness_method" && new.as_str() == Some("ACTIVE_3D");
    };
    match key {
        "face_match_score_decline_threshold"
        | "face_match_score_review_threshold"
        | "face_liveness_score_decline_threshold"
        | "face_liveness_score_review_threshold"
        | "face_quality_decline_threshold"
        | "face_quality_review_threshold"
        | "minimum_age"
        | "minimum_age_threshold" => new > old,
        "aml_score_approve_threshold"
        | "aml_score_review_threshold"
        | "aml_match_score_threshold"
        | "maximum_age"
        | "face_liveness_max_attempts"
        | "face_match_max_attempts" => new < old,
        _ => false,
    }
}

/// What a finding leads to: nothing, a review, a decline.
fn severity(action: &Value) -> Option<u8> {
    match action.as_str()?.to_ascii_uppercase().as_str() {
        "NO_ACTION" => Some(0),
        "REVIEW" => Some(1),
        "DECLINE" => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tools::{Outlet, PersonalData};

    fn feature(name: &str, config: Value) -> WorkflowFeature {
        WorkflowFeature {
            feature: name.into(),
            config: config.as_object().cloned(),
            label: None,
        }
    }

    fn lines(now: &[WorkflowFeature], new: &[WorkflowFeature]) -> Vec<String> {
        weakened(now, new)
            .iter()
            .map(|line| line.shown(PersonalData::None, Outlet::Question))
            .collect()
    }

    #[test]
    fn removing_loosening_and_what_nobody_knows_are_weaker() {
        let now = [
            feature("OCR", json!({"duplicated_user_action": "DECLINE"})),
            feature("LIVENESS", json!({"face_liveness_method": "ACTIVE_3D"})),
            feature(
                "FACE_MATCH",
                json!({"face_match_score_decline_threshold": 50}),
            ),
            feature("AML", json!({"aml_score_approve_threshold": 60})),
        ];
        assert_eq!(lines(&now, &now), Vec::<String>::new());
        let mut added = now.to_vec();
        added.push(feature("NFC", json!({})));
        assert_eq!(lines(&now, &added), Vec::<String>::new());
        for (place, name, config, words) in [
            (
                0,
                "OCR",
                json!({"duplicated_user_action": "REVIEW"}),
                "\"DECLINE\" but \"REVIEW\"",
            ),
            (0, "OCR", json!({}), "\"DECLINE\" but Didit's default"),
            (
                0,
                "OCR",
                json!({"duplicated_user_action": "DECLINE", "new_door": true}),
                "Didit's default but true",
            ),
            (
                1,
                "LIVENESS",
                json!({"face_liveness_method": "PASSIVE"}),
                "\"ACTIVE_3D\" but \"PASSIVE\"",
            ),
            (
                2,
                "FACE_MATCH",
                json!({"face_match_score_decline_threshold": 49}),
                "50 but 49",
            ),
            (
                3,
                "AML",
                json!({"aml_score_approve_threshold": 61}),
                "60 but 61",
            ),
            (3, "IP_ANALYSIS", json!({}), "\"AML\" is removed"),
        ] {
            let mut new = now.to_vec();
            new[place] = feature(name, config);
            let [line] = &lines(&now, &new)[..] else {
                panic!("{name}: {:?}", lines(&now, &new));
            };
            assert!(line.contains(words), "{line}");
        }
        for (place, name, config) in [
            (
                2,
                "FACE_MATCH",
                json!({"face_match_score_decline_threshold": 51}),
            ),
            (3, "AML", json!({"aml_score_approve_threshold": 59})),
            // The same in another spelling.
            (0, "OCR", json!({"duplicated_user_action": "decline"})),
            (1, "LIVENESS", json!({"face_liveness_method": "active_3d"})),
            (3, "AML", json!({"aml_score_approve_threshold": 60.0})),
        ] {
            let mut new = now.to_vec();
            new[place] = feature(name, config);
            assert_eq!(lines(&now, &new), Vec::<String>::new());
        }
    }
}
