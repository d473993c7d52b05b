//! What became of a row whose request may or may not have reached Didit.
//!
//! Didit returns an unfinished session instead of a new one, but not a finished one, and a person may have finished
//! between two runs. So Didit is asked first, and a session that is newer than the batch is the row's own.

use serde_json::{Value, json};

use super::{
    high_water_mark::{HighWaterMark, list, number_of},
    journal::Session,
};
use crate::{
    cli::{output::data, runner::Runner},
    tools::{ErrorCode, ToolError},
};

/// The session that was made for this person since the batch began, if there is one.
pub(super) async fn reconcile(
    runner: &Runner,
    vendor_data: &str,
    workflow_id: &str,
    newest: &HighWaterMark,
) -> Result<Option<Session>, ToolError> {
    for (kind, before) in [("user", newest.user), ("business", newest.business)] {
        let filter = json!({ "session_kind": kind, "vendor_data": vendor_data, "limit": 100 });
        let rows = list(runner, filter).await?;
        let own = rows.iter().filter(|row| {
            let is_newer = match (number_of(row), before) {
                (Some(number), Some(before)) => number > before,
                // Without numbers, a session that may be the row's own counts as its own: nobody is invited twice.
                _ => true,
            };
            is_newer && text(row, "vendor_data").is_some_and(|own| own == vendor_data)
        });
        for row in own {
            let Some(id) = text(row, "session_id") else {
                continue;
            };
            let decision = runner
                .call_silently("didit_session_get_decision", json!({ "session_id": id }))
                .await?;
            let decision = data(&decision);
            if is_of(runner, &decision, workflow_id).await? {
                return Ok(Some(Session {
                    session_id: id.to_owned(),
                    session_url: text(&decision, "session_url").map(str::to_owned),
                    status: text(&decision, "status").unwrap_or_default().to_owned(),
                }));
            }
        }
    }
    Ok(None)
}

/// Whether a session runs the batch's workflow, in whichever version.
async fn is_of(runner: &Runner, decision: &Value, workflow_id: &str) -> Result<bool, ToolError> {
    let Some(its) = text(decision, "workflow_id").filter(|its| *its != workflow_id) else {
        return Ok(true);
    };
    match runner
        .call_silently("didit_workflow_get", json!({ "workflow_id": its }))
        .await
    {
        Ok(workflow) => Ok(text(&data(&workflow), "workflow_id") == Some(workflow_id)),
        // A version that is gone may well have been the batch's.
        Err(error) if error.code == ErrorCode::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}
