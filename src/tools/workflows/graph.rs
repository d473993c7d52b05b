//! Workflows that are more than a list of steps.

use serde_json::Value;

use crate::{didit::Workflow, tools::error::ToolError};

/// Refuses to change by switches what is more than a list: the list that Didit takes would replace branches, actions and
/// repeated steps for good. A graph of a shape that is not known says nothing, and its flags are the same for both kinds.
pub(super) fn refuse_graph(workflow: &Workflow) -> Result<(), ToolError> {
    let repeated = workflow
        .features
        .iter()
        .enumerate()
        .any(|(place, name)| workflow.features.iter().take(place).any(|it| it == name));
    let nodes = match workflow
        .extra
        .get("workflow_graph")
        .and_then(|graph| graph.get("nodes"))
    {
        Some(Value::Object(nodes)) => nodes.values().collect(),
        Some(Value::Array(nodes)) => nodes.iter().collect(),
        _ => Vec::new(),
    };
    let kinds: Vec<String> = nodes
        .into_iter()
        .filter_map(|node| node.get("type").or_else(|| node.get("node_type"))?.as_str())
        .map(str::to_ascii_lowercase)
        .collect();
    let steps = kinds.iter().filter(|kind| *kind == "feature").count();
    let other = kinds.iter().any(|kind| {
        ["branch", "condition", "action", "webhook"]
            .iter()
            .any(|part| kind.contains(part))
    });
    if !repeated && !other && steps <= workflow.features.len() {
        return Ok(());
    }
    Err(ToolError::invalid(
        "workflow_id",
        "This workflow has branches, actions or a repeated step, \
         and changing it by switches would turn it into a plain list. Nothing was sent.",
    )
    .with_advice(
        "exact `features` replace it by a list on purpose; the Didit console changes it as it is.",
    ))
}
