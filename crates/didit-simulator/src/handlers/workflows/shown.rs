//! How a workflow is shown: as a row of the list, and with all its settings.

use std::iter::once;

use serde_json::{Value, json};

use crate::{
    catalog::features::KINDS,
    model::{State, Workflow},
    values::{Fields, Object, seconds, with},
};

/// The settings that rows of the list have.
const IN_ROWS: [&str; 6] = [
    "workflow_label",
    "is_default",
    "is_white_label_enabled",
    "max_retry_attempts",
    "retry_window_days",
    "session_expiration_time",
];

/// A row of the list.
pub fn row(state: &State, workflow: &Workflow) -> Value {
    let all = state.workflows.iter();
    let mut versions = all.filter(|known| known.group == workflow.group);
    let is_draft = workflow.published_at.is_none();
    let has_draft = is_draft || versions.any(|known| known.published_at.is_none());
    let kinds = workflow.features.iter().map(|feature| feature.kind);
    let names: Vec<&str> = kinds.map(|kind| kind.name.as_str()).collect();
    let price = price(state, workflow);
    let features = match state.legacy {
        true => json!(
            names
                .iter()
                .map(|name| name.to_lowercase())
                .collect::<Vec<_>>()
        ),
        false => json!(names.join(" + ")),
    };
    let settings: Object = IN_ROWS
        .iter()
        .map(|key| ((*key).to_owned(), workflow.settings.json(key)))
        .collect();
    let row = json!({
        "uuid": workflow.uuid,
        "workflow_id": workflow.group,
        "workflow_type": workflow.kind,
        "is_default": workflow.settings.flag("is_default"),
        "is_archived": false,
        "total_price": price,
        "min_price": price,
        "max_price": price,
        "features": features,
        "is_simple_workflow": workflow.kind.is_some(),
        "is_editable": is_draft,
        "workflow_url": format!("{}/u/{}", state.origin, workflow.url_token),
        "version": workflow.version,
        "status": if is_draft { "draft" } else { "published" },
        "has_draft": has_draft,
        "created_by": { "name": "API key", "email": null, "type": "api_key" },
        "updated_at": seconds(workflow.updated_at),
    });
    with(Value::Object(settings), row)
}

/// The full settings object of create, get and update: flags and thresholds exist here although they cannot be written.
pub fn full(state: &State, workflow: &Workflow) -> Value {
    let flag = |flag: &String, feature: &str| (flag.clone(), json!(workflow.has(feature)));
    let flags: Object = KINDS
        .iter()
        .filter_map(|kind| Some(flag(kind.flag.as_ref()?, &kind.name)))
        .collect();
    let mut thresholds = json!({
        "face_liveness_method": "passive",
        "face_liveness_score_decline_threshold": 50,
        "face_liveness_score_review_threshold": 70,
        "face_match_score_decline_threshold": 50,
        "face_match_score_review_threshold": 70,
        "aml_match_score_threshold": 93,
        "aml_score_approve_threshold": 80,
        "aml_score_review_threshold": 100,
        "duplicated_user_action": "no_action",
        "documents_allowed": {},
    });
    for (key, value) in thresholds.as_object_mut().into_iter().flatten() {
        if let Some(configured) = configured(workflow, key) {
            *value = configured;
        }
    }
    let more = json!({
        "workflow_graph": graph(workflow),
        "published_at": workflow.published_at.map(seconds),
        "created_at": seconds(workflow.created_at),
    });
    let shown = with(
        Value::Object(workflow.settings.clone()),
        row(state, workflow),
    );
    with(with(with(shown, Value::Object(flags)), thresholds), more)
}

/// The configured value; text settings read back in lower case.
fn configured(workflow: &Workflow, key: &str) -> Option<Value> {
    let value = workflow
        .features
        .iter()
        .find_map(|feature| feature.config.get(key))?;
    match value {
        Value::Null => None,
        Value::String(text) => Some(json!(text.to_lowercase())),
        other => Some(other.clone()),
    }
}

/// The features in order, each leading to the next and the last to the status.
fn graph(workflow: &Workflow) -> Value {
    const END: &str = "status_1";
    let mut nodes = Object::new();
    let ids = || {
        workflow
            .features
            .iter()
            .map(|feature| feature.node_id.as_str())
            .chain(once(END))
    };
    for (feature, next) in workflow.features.iter().zip(ids().skip(1)) {
        let node = json!({
            "type": "feature",
            "feature": feature.kind.name,
            "label": feature.label,
            "config": feature.config,
            "next": next,
        });
        nodes.insert(feature.node_id.clone(), node);
    }
    nodes.insert(END.to_owned(), json!({ "type": "status" }));
    json!({ "start_node": ids().next(), "nodes": nodes })
}

/// A JSON number of dollars; the older dialect had text.
fn price(state: &State, workflow: &Workflow) -> Value {
    let cents = workflow.price() / 100;
    let text = format!("{}.{:02}", cents / 100, cents % 100);
    if state.legacy {
        json!(text)
    } else {
        json!(text.parse::<f64>().unwrap_or_default())
    }
}
