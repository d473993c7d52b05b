//! What the tools of workflows share: checks before a request is sent, and how a workflow is told.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{input::Switches, plain, row::WorkflowRow};
use crate::{
    didit::{Error, Workflow, WorkflowFeature, WorkflowRequest, features::Feature},
    tools::{Answer, error::ToolError},
};

/// The arguments of what concerns one workflow as it is.
#[derive(Deserialize, JsonSchema)]
pub(super) struct WorkflowInput {
    /// UUID of the workflow or of one of its versions.
    pub(super) workflow_id: String,
}

/// Checks a request before anything is sent; what switches stand for is named by the switch, not by its place in the list.
pub(super) fn check(request: &WorkflowRequest, by_switches: bool) -> Result<(), ToolError> {
    request.validate().map_err(|error| match error {
        Error::Invalid {
            field,
            message,
            allowed,
        } if by_switches => Error::Invalid {
            field: field
                .rsplit_once(".config.")
                .map_or_else(|| field.clone(), |(_, key)| key.to_owned()),
            message,
            allowed,
        }
        .into(),
        other => other.into(),
    })
}

/// Refuses exact steps beside switches, which would say two things at once.
pub(super) fn refuse_both(switches: &Switches) -> Result<(), ToolError> {
    if switches.is_empty() {
        return Ok(());
    }
    Err(ToolError::invalid(
        "features",
        "`features` says exactly which steps run, \
         so switches and thresholds cannot be given with it; \
         settings go into each feature's `config`.",
    ))
}

/// The features of a workflow with their settings, read back from the flat settings that Didit returns.
/// Keys that two features share are read for both.
pub(super) fn current_features(workflow: &Workflow) -> Vec<WorkflowFeature> {
    workflow
        .features
        .iter()
        .map(|name| {
            let mut feature = WorkflowFeature::new(name.as_str());
            for (key, _) in Feature::find(name).into_iter().flat_map(Feature::config) {
                if let Some(value) = workflow.extra.get(key).filter(|value| is_set(value)) {
                    feature = feature.with(key, value.clone());
                }
            }
            feature
        })
        .collect()
}

pub(super) fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

/// A workflow that a call has just made or changed.
pub(super) fn described(verb: &str, workflow: &Workflow, note: Option<String>) -> Answer {
    let note = note.map(|note| format!("\n{note}")).unwrap_or_default();
    Answer::new(format!(
        "{verb} {}{note}\n{}",
        summary(workflow),
        plain::in_force(workflow)
    ))
    .with_data(&WorkflowRow::from(workflow))
}

pub(super) fn summary(workflow: &Workflow) -> String {
    format!("workflow {}", WorkflowRow::from(workflow).line())
}
