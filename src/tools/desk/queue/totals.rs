//! How many wait, by check and by workflow.

use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::{row::QueueRow, waiting::Waiting};
use crate::{
    didit::{Client, PageRequest, SessionFilter, SessionStatus, WorkflowId},
    tools::{
        decisions::AT_ONCE, desk::workflows::Known, sessions::list::not_passed,
        untrusted::mark_untrusted,
    },
};

/// Workflows that are counted one by one.
const MOST_WORKFLOWS: usize = 12;

/// How many wait.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) by_check: Vec<OfCheck>,
    pub(super) by_workflow: Vec<OfWorkflow>,
    /// Whether there are more workflows than were counted.
    pub(super) is_cut: bool,
}

#[derive(Serialize)]
pub(super) struct OfCheck {
    check: String,
    count: u64,
}

#[derive(Serialize)]
pub(super) struct OfWorkflow {
    workflow: String,
    count: u64,
}

/// Counts what waits. Where every decision was read, nothing more is asked for.
pub(super) async fn of(
    client: &Client,
    waiting: &Waiting,
    shown: &[QueueRow],
    workflows: &[Known],
    is_filtered: bool,
) -> Totals {
    let mut by_check: Vec<OfCheck> = Vec::new();
    for row in &waiting.rows {
        let checks = not_passed(row);
        let checks = if checks.is_empty() {
            vec!["no single check"]
        } else {
            checks
        };
        for check in checks {
            match by_check.iter_mut().find(|known| known.check == check) {
                Some(known) => known.count += 1,
                None => by_check.push(OfCheck {
                    check: check.to_owned(),
                    count: 1,
                }),
            }
        }
    }
    by_check.sort_by_key(|of| std::cmp::Reverse(of.count));
    let mut by_workflow: Vec<OfWorkflow> = Vec::new();
    let mut is_cut = false;
    let has_all = shown.len() == waiting.rows.len() && waiting.is_whole;
    if has_all {
        for name in shown.iter().filter_map(|row| row.workflow.as_deref()) {
            match by_workflow.iter_mut().find(|known| known.workflow == name) {
                Some(known) => known.count += 1,
                None => by_workflow.push(OfWorkflow {
                    workflow: name.to_owned(),
                    count: 1,
                }),
            }
        }
    } else if !is_filtered {
        by_workflow = counted(client, workflows).await;
        is_cut = workflows.len() > MOST_WORKFLOWS;
    }
    by_workflow.sort_by_key(|of| std::cmp::Reverse(of.count));
    Totals {
        by_check,
        by_workflow,
        is_cut,
    }
}

/// Didit's own counts of people, side by side; one that fails is left out.
async fn counted(client: &Client, workflows: &[Known]) -> Vec<OfWorkflow> {
    let workflows: Vec<(String, Vec<WorkflowId>)> = workflows
        .iter()
        .take(MOST_WORKFLOWS)
        .map(|known| (known.name.clone(), known.ids.clone()))
        .collect();
    let counts: Vec<Option<OfWorkflow>> = stream::iter(workflows)
        .map(|(workflow, workflow_id)| async move {
            let filter = SessionFilter {
                status: vec![SessionStatus::InReview],
                workflow_id,
                page: PageRequest {
                    limit: Some(1),
                    offset: None,
                },
                ..SessionFilter::default()
            };
            let count = client.find_sessions(&filter).await.ok()?.total?;
            Some(OfWorkflow { workflow, count })
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    counts
        .into_iter()
        .flatten()
        .filter(|of| of.count > 0)
        .collect()
}

impl Totals {
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let checks: Vec<String> = self
            .by_check
            .iter()
            .map(|of| format!("{} {}", of.check, of.count))
            .collect();
        if !checks.is_empty() {
            text.push_str(&format!("\nBy check: {}.", checks.join(", ")));
        }
        let workflows: Vec<String> = self
            .by_workflow
            .iter()
            .map(|of| format!("{} {}", mark_untrusted(&of.workflow), of.count))
            .collect();
        if !workflows.is_empty() {
            let cut = if self.is_cut {
                format!(" (the first {MOST_WORKFLOWS} were counted)")
            } else {
                String::new()
            };
            text.push_str(&format!("\nBy workflow{cut}: {}.", workflows.join(", ")));
        }
        text
    }
}
