//! Templates of checks.

mod create;
mod delete;
mod find;
mod get;
mod input;
mod list;
mod plain;
mod row;
mod update;
mod weakening;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{Answer, Tool, error::ToolError};
use crate::didit::{Error, Workflow, WorkflowFeature, WorkflowRequest, features::Feature};
pub(super) use find::find;
use input::Switches;
use row::WorkflowRow;
pub(super) use row::features;

pub(super) fn tools() -> Vec<Tool> {
    vec![
        list::tool(),
        get::tool(),
        create::tool(),
        update::tool(),
        delete::tool(),
    ]
}

/// The arguments of what concerns one workflow as it is.
#[derive(Deserialize, JsonSchema)]
struct WorkflowInput {
    /// UUID of the workflow or of one of its versions.
    workflow_id: String,
}

/// Checks a request before anything is sent; what switches stand for is named by the switch, not by its place in the list.
fn check(request: &WorkflowRequest, by_switches: bool) -> Result<(), ToolError> {
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
fn refuse_both(switches: &Switches) -> Result<(), ToolError> {
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
fn current_features(workflow: &Workflow) -> Vec<WorkflowFeature> {
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

fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

/// A workflow that a call has just made or changed.
fn described(verb: &str, workflow: &Workflow, note: Option<String>) -> Answer {
    let note = note.map(|note| format!("\n{note}")).unwrap_or_default();
    Answer::new(format!(
        "{verb} {}{note}\n{}",
        summary(workflow),
        plain::in_force(workflow)
    ))
    .with_data(&WorkflowRow::from(workflow))
}

fn summary(workflow: &Workflow) -> String {
    format!("workflow {}", WorkflowRow::from(workflow).line())
}
