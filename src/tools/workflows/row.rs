//! A workflow as an agent sees it, in a list and on its own.

use schemars::JsonSchema;
use serde::Serialize;

use super::plain;
use crate::{
    didit::{Money, Workflow, WorkflowId, WorkflowSummary},
    tools::{
        ToolOutput,
        dollars::dollars,
        paging::Row,
        untrusted::{clean_link, mark_untrusted, mark_untrusted_code, mark_untrusted_link},
    },
};

#[derive(Serialize, JsonSchema)]
pub(super) struct WorkflowRow {
    /// What sessions are made with.
    workflow_id: String,
    /// Of this version.
    uuid: String,
    workflow_label: String,
    features: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_price: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    is_default: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_url: Option<String>,
}

impl Row for WorkflowRow {
    fn line(&self) -> String {
        let mut line = format!(
            "{}: {} (workflow_id {}",
            mark_untrusted(&self.workflow_label),
            features(&self.features),
            self.workflow_id
        );
        if self.uuid != self.workflow_id {
            line.push_str(&format!(", version uuid {}", self.uuid));
        }
        if let Some(price) = self.total_price {
            line.push_str(&format!(", {} a session", dollars(price)));
        }
        if let Some(status) = &self.status {
            line.push_str(&format!(", {}", mark_untrusted(status)));
        }
        if self.is_default {
            line.push_str(", default");
        }
        line.push(')');
        if let Some(url) = &self.workflow_url {
            line.push_str(&format!(" {}", mark_untrusted_link(url)));
        }
        line
    }
}

/// The names of features in one line.
pub(in crate::tools) fn features(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| mark_untrusted_code(name)).collect();
    names.join(" + ")
}

macro_rules! row_from {
    ($type:ty, $uuid:expr) => {
        impl From<&$type> for WorkflowRow {
            fn from(workflow: &$type) -> Self {
                let uuid: Option<WorkflowId> = $uuid(workflow);
                let uuid = uuid.map(|id| id.to_string()).unwrap_or_default();
                Self {
                    workflow_id: workflow
                        .workflow_id
                        .map_or_else(|| uuid.clone(), |id| id.to_string()),
                    uuid,
                    workflow_label: workflow.workflow_label.clone().unwrap_or_default(),
                    features: workflow.features.clone(),
                    total_price: workflow.total_price.as_ref().and_then(Money::as_f64),
                    status: workflow.status.clone(),
                    version: workflow.version,
                    is_default: workflow.is_default.unwrap_or_default(),
                    workflow_url: workflow.workflow_url.as_deref().map(clean_link),
                }
            }
        }
    };
}

// The two kinds of rows share these fields but not a type, because only one of them is complete.
row_from!(WorkflowSummary, |row: &WorkflowSummary| row.uuid);
row_from!(Workflow, |workflow: &Workflow| Some(workflow.uuid));

/// A workflow that a call has just made or changed.
pub(super) fn described(verb: &str, workflow: &Workflow, note: Option<String>) -> ToolOutput {
    let note = note.map(|note| format!("\n{note}")).unwrap_or_default();
    ToolOutput::new(format!(
        "{verb} {}{note}\n{}",
        summary(workflow),
        plain::in_force(workflow)
    ))
    .with_data(&WorkflowRow::from(workflow))
}

pub(super) fn summary(workflow: &Workflow) -> String {
    format!("workflow {}", WorkflowRow::from(workflow).line())
}
