//! How a workflow is shown: as a row of the list, and with all its settings.

use std::iter::once;

use serde_json::{Value, json};

use crate::{
    catalog::{
        features::{KINDS, Kind},
        filled,
    },
    model::{State, Workflow},
    values::{Fields, Object, with},
};

/// A row of the list.
pub fn row(state: &State, workflow: &Workflow) -> Value {
    let all = state.workflows.iter();
    let mut versions = all.filter(|known| known.group == workflow.group);
    let is_draft = workflow.published_at.is_none();
    let has_draft = is_draft || versions.any(|known| known.published_at.is_none());
    let features = workflow.features.iter();
    let names: Vec<&str> = features.map(|one| one.kind.name.as_str()).collect();
    let cents = workflow.price() / 100;
    let dollars = format!("{}.{:02}", cents / 100, cents % 100);
    // The older dialect had other kinds of values.
    let (features, price) = if state.legacy {
        let names = names.iter().map(|name| name.to_lowercase());
        (names.collect(), json!(dollars))
    } else {
        let price = dollars.parse::<f64>().unwrap_or_default();
        (json!(names.join(" + ")), json!(price))
    };
    let values = json!({
        "workflow": workflow,
        "origin": state.origin,
        "features": features,
        "price": price,
        "is_default": workflow.settings.flag("is_default"),
        "is_simple": workflow.kind.is_some(),
        "is_draft": is_draft,
        "has_draft": has_draft,
        "status": if is_draft { "draft" } else { "published" },
    });
    filled("WORKFLOW", &values)
}

/// The full settings object of create, get and update: flags and thresholds exist here although they cannot be written.
pub fn full(state: &State, workflow: &Workflow) -> Value {
    let flag = |kind: &Kind| Some((kind.flag.clone()?, json!(workflow.has(&kind.name))));
    let flags: Object = KINDS.iter().filter_map(flag).collect();
    let mut thresholds = filled("WORKFLOW_SETTINGS", &Value::Null);
    for (key, value) in thresholds.as_object_mut().into_iter().flatten() {
        let mut features = workflow.features.iter();
        match features.find_map(|feature| feature.config.get(key)) {
            None | Some(Value::Null) => {}
            // Texts read back in lower case.
            Some(Value::String(text)) => *value = json!(text.to_lowercase()),
            Some(configured) => value.clone_from(configured),
        }
    }
    let more = json!({ "workflow": workflow, "graph": graph(workflow) });
    let more = filled("WORKFLOW_WHOLE", &more);
    let parts = [row(state, workflow), json!(flags), thresholds, more];
    parts.into_iter().fold(json!(workflow.settings), with)
}

/// The features in order, each leading to the next and the last to the status.
fn graph(workflow: &Workflow) -> Value {
    const END: &str = "status_1";
    let features = workflow.features.iter();
    let ids = features.map(|feature| feature.node_id.as_str());
    let ids: Vec<&str> = ids.chain(once(END)).collect();
    let following = workflow.features.iter().zip(ids.iter().skip(1));
    let nodes = following.map(|(feature, next)| {
        let node = filled("NODE", &json!({ "feature": feature, "next": next }));
        (feature.node_id.clone(), node)
    });
    let end = (END.to_owned(), json!({ "type": "status" }));
    let nodes: Object = nodes.chain(once(end)).collect();
    json!({ "start_node": ids.first(), "nodes": nodes })
}
