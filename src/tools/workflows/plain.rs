//! A workflow in plain words: which checks run, what each limit leads to, and what a change replaced.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{graph::refuse_graph, settings::current_features};
use crate::{
    didit::{Money, Workflow, WorkflowFeature, WorkflowRequest, features::Feature},
    tools::{
        dollars::dollars,
        untrusted::{clean, mark_untrusted_code},
        verdict,
    },
};

/// What holds for later sessions: the checks with their limits and how often a person may try, what never declines, and what
/// it costs.
pub(super) fn in_force(workflow: &Workflow) -> String {
    let mut lines = vec![checks_and_tries(workflow)];
    lines.extend(never_declines(&current_features(workflow)));
    lines.push(price(workflow));
    lines.join("\n")
}

/// Findings of one kind that are named.
const MOST_FINDINGS: usize = 8;

/// The findings that the workflow lets pass or leaves to a human, whatever their names; a check that can decline nobody.
fn never_declines(features: &[WorkflowFeature]) -> Option<String> {
    let (mut reviewed, mut ignored) = (Vec::new(), Vec::new());
    let mut parts = Vec::new();
    for feature in features {
        for (key, value) in feature.config.iter().flatten() {
            let Some(finding) = key.strip_suffix("_action") else {
                continue;
            };
            let finding = finding.replace('_', " ");
            let list = match value.as_str().map(str::to_ascii_uppercase).as_deref() {
                Some("REVIEW") => &mut reviewed,
                Some("NO_ACTION") => &mut ignored,
                _ => continue,
            };
            if !list.contains(&finding) {
                list.push(finding);
            }
        }
        let limit = |key: &str| feature.config.as_ref()?.get(key)?.as_f64();
        let never = match feature.feature.known() {
            Some(Feature::Aml) => limit("aml_score_review_threshold").is_some_and(|it| it >= 100.0),
            Some(Feature::FaceMatch) => limit("face_match_score_decline_threshold") == Some(0.0),
            Some(Feature::Liveness) => limit("face_liveness_score_decline_threshold") == Some(0.0),
            _ => false,
        };
        if never {
            parts.push(format!(
                "the score of {}",
                verdict::plain_name(&feature.feature).unwrap_or("a check")
            ));
        }
    }
    for (what, mut findings) in [("to review only", reviewed), ("without effect", ignored)] {
        if findings.is_empty() {
            continue;
        }
        let more = findings.len().saturating_sub(MOST_FINDINGS);
        findings.truncate(MOST_FINDINGS);
        let more = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        parts.push(format!("{what}: {}{more}", findings.join(", ")));
    }
    (!parts.is_empty()).then(|| format!("Never declines by itself: {}.", parts.join("; ")))
}

/// What a session costs, as far as Didit tells.
fn price(workflow: &Workflow) -> String {
    let amount = |money: &Option<Money>| money.as_ref().and_then(Money::as_f64);
    let Some(total) = amount(&workflow.total_price) else {
        return "Price: Didit tells none.".to_owned();
    };
    let range = match (amount(&workflow.min_price), amount(&workflow.max_price)) {
        (Some(least), Some(most)) if least < most => format!(
            ", {} to {} by the way that the person takes",
            dollars(least),
            dollars(most)
        ),
        _ => String::new(),
    };
    format!(
        "Price: {} a person{range}. What a further try costs, Didit does not tell.",
        dollars(total)
    )
}

fn checks_and_tries(workflow: &Workflow) -> String {
    let checks: Vec<String> = current_features(workflow).iter().map(check).collect();
    let mut text = format!("In force: {}.", checks.join("; "));
    if let Some(tries) = workflow.max_retry_attempts {
        text.push_str(&match tries {
            0 => " A declined person cannot try again.".to_owned(),
            1 => " A declined person may try again once".to_owned(),
            tries => format!(" A declined person may try again {tries} times"),
        });
        if tries > 0 {
            match workflow.retry_window_days {
                Some(days) => text.push_str(&format!(" within {days} days.")),
                None => text.push('.'),
            }
        }
    }
    text
}

/// A check with what its limits lead to.
fn check(feature: &WorkflowFeature) -> String {
    let number = |key: &str| feature.config.as_ref()?.get(key)?.as_f64();
    let name = match verdict::plain_name(&feature.feature) {
        Some(known) => known.to_owned(),
        None => mark_untrusted_code(feature.feature.as_str()),
    };
    let mut limits = Vec::new();
    match feature.feature.known() {
        Some(Feature::FaceMatch) => {
            below(
                &mut limits,
                number("face_match_score_decline_threshold"),
                "declined",
            );
            below(
                &mut limits,
                number("face_match_score_review_threshold"),
                "in review",
            );
            attempts(&mut limits, number("face_match_max_attempts"));
        }
        Some(Feature::Liveness) => {
            let method = feature.config.as_ref().and_then(|config| {
                config
                    .get("face_liveness_method")?
                    .as_str()
                    .map(str::to_lowercase)
            });
            limits.extend(method.map(|method| mark_untrusted_code(&method.replace('_', " "))));
            below(
                &mut limits,
                number("face_liveness_score_decline_threshold"),
                "declined",
            );
            below(
                &mut limits,
                number("face_liveness_score_review_threshold"),
                "in review",
            );
            attempts(&mut limits, number("face_liveness_max_attempts"));
        }
        Some(Feature::Aml) => {
            if let Some(limit) = number("aml_score_approve_threshold") {
                limits.push(format!("risk above {limit} in review"));
            }
            match number("aml_score_review_threshold") {
                Some(limit) if limit >= 100.0 => {
                    limits.push("no risk declined by itself".to_owned())
                }
                Some(limit) => limits.push(format!("risk above {limit} declined")),
                None => {}
            }
        }
        _ => {}
    }
    if limits.is_empty() {
        name
    } else {
        format!("{name} ({})", limits.join(", "))
    }
}

fn below(limits: &mut Vec<String>, limit: Option<f64>, outcome: &str) {
    limits.extend(limit.map(|limit| format!("below {limit} {outcome}")));
}

fn attempts(limits: &mut Vec<String>, attempts: Option<f64>) {
    limits.extend(attempts.map(|most| format!("at most {most} attempts a session")));
}

/// The request without what is so already; Didit makes a version of every request, whether it changes anything or not.
pub(super) fn without_what_is_so(
    mut request: WorkflowRequest,
    current: &Workflow,
) -> WorkflowRequest {
    let known = fields(current);
    let is_so = |name: &str, value: Option<Value>| {
        value.is_some_and(|value| known.get(name) == Some(&value))
    };
    let text = |value: &Option<String>| value.clone().map(Value::from);
    let number = |value: Option<u32>| value.map(Value::from);
    let flag = |value: Option<bool>| value.map(Value::from);
    if is_so("workflow_label", text(&request.workflow_label)) {
        request.workflow_label = None;
    }
    for (name, value) in [
        ("is_default", &mut request.is_default),
        (
            "is_white_label_enabled",
            &mut request.is_white_label_enabled,
        ),
        ("is_desktop_allowed", &mut request.is_desktop_allowed),
    ] {
        if is_so(name, flag(*value)) {
            *value = None;
        }
    }
    for (name, value) in [
        ("max_retry_attempts", &mut request.max_retry_attempts),
        ("retry_window_days", &mut request.retry_window_days),
        (
            "session_expiration_time",
            &mut request.session_expiration_time,
        ),
    ] {
        if is_so(name, number(*value)) {
            *value = None;
        }
    }
    if let Some(features) = &request.features {
        let now = WorkflowRequest {
            features: Some(current_features(current)),
            ..WorkflowRequest::default()
        };
        // What Didit holds may be more than this version knows how to send; then it is not the same.
        // A list that replaces a graph is a change, whatever its steps are.
        if refuse_graph(current).is_ok()
            && now
                .normalized()
                .is_ok_and(|now| now.features.as_ref() == Some(features))
        {
            request.features = None;
        }
    }
    // Beside other changes the status decides whether they make a version, so it goes alone or not at all.
    let status = request.status.take();
    if request != WorkflowRequest::default() || !is_so("status", text(&status)) {
        request.status = status;
    }
    request
}

/// What the values of a request replaced.
pub(super) fn before(request: &WorkflowRequest, current: &Workflow) -> String {
    let known = fields(current);
    let mut lines = String::new();
    for (name, new) in fields(request) {
        if name == "features" {
            continue;
        }
        let old = known.get(&name).unwrap_or(&Value::Null);
        lines.push_str(&format!(
            "\n{name}: {} (was {})",
            clean(&new.to_string()),
            match old {
                Value::Null => "not set".to_owned(),
                old => clean(&old.to_string()),
            }
        ));
    }
    if let Some(features) = &request.features {
        let now = current_features(current);
        for feature in features {
            let old = now.iter().find(|old| old.feature == feature.feature);
            match old {
                None => lines.push_str(&format!("\nAdded: {}", check(feature))),
                Some(old) if check(old) != check(feature) => {
                    lines.push_str(&format!("\nNow: {} (was: {})", check(feature), check(old)));
                }
                Some(_) => {}
            }
        }
        for old in &now {
            if features
                .iter()
                .all(|feature| feature.feature != old.feature)
            {
                lines.push_str(&format!("\nRemoved: {}", check(old)));
            }
        }
    }
    lines
}

/// The fields that hold something.
pub(super) fn fields(value: &impl Serialize) -> Map<String, Value> {
    let mut fields = match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    fields.retain(|_, value| !value.is_null());
    fields
}
