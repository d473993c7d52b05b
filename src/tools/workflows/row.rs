//! A workflow as an agent sees it, in a list and on its own.

use schemars::JsonSchema;
use serde::Serialize;

use super::{plain, settings::current_features};
use crate::{
    didit::{Client, Money, Workflow, WorkflowFeature, WorkflowId, WorkflowSummary},
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

/// A workflow that a call has just made or changed, as it was read back where that worked.
pub(super) fn described(verb: &str, made: &Made, note: Option<String>) -> ToolOutput {
    let note = note.map(|note| format!("\n{note}")).unwrap_or_default();
    let workflow = &made.workflow;
    let unread = if made.is_read_back {
        ""
    } else {
        "\nIt could not be read back, so this is what Didit answered to the change."
    };
    ToolOutput::new(format!(
        "{verb} {}{note}{unread}\n{}",
        summary(workflow),
        plain::in_force(workflow)
    ))
    .with_data(&InForce::of(workflow))
}

/// A workflow with what is in force.
#[derive(Serialize)]
pub(super) struct InForce {
    #[serde(flatten)]
    row: WorkflowRow,
    steps: Vec<WorkflowFeature>,
    /// Dollars for the cheapest way through.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_price: Option<f64>,
    /// Dollars for the dearest way through.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_price: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_retry_attempts: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_window_days: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_expiration_time: Option<i64>,
}

impl InForce {
    pub(super) fn of(workflow: &Workflow) -> Self {
        let amount = |money: &Option<Money>| money.as_ref().and_then(Money::as_f64);
        Self {
            row: WorkflowRow::from(workflow),
            steps: current_features(workflow),
            min_price: amount(&workflow.min_price),
            max_price: amount(&workflow.max_price),
            max_retry_attempts: workflow.max_retry_attempts,
            retry_window_days: workflow.retry_window_days,
            session_expiration_time: workflow.session_expiration_time,
        }
    }
}

/// A workflow after a change.
pub(super) struct Made {
    pub(super) workflow: Workflow,
    pub(super) is_read_back: bool,
}

/// Reads a workflow again after a change: an answer that repeats the request proves nothing.
pub(super) async fn read_back(client: &Client, answered: Workflow) -> Made {
    match client.workflow(&answered.uuid).await {
        Ok(workflow) => Made {
            workflow,
            is_read_back: true,
        },
        Err(_) => Made {
            workflow: answered,
            is_read_back: false,
        },
    }
}

pub(super) fn summary(workflow: &Workflow) -> String {
    format!("workflow {}", WorkflowRow::from(workflow).line())
}
