//! The newest sessions before a batch began: any newer one may belong to the batch.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    cli::{output::data, runner::Runner},
    tools::ToolError,
};

/// The highest number of a session, of each kind, before the batch sent anything. Numbers only grow, whatever clocks say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HighWaterMark {
    pub(super) user: Option<i64>,
    pub(super) business: Option<i64>,
}

impl HighWaterMark {
    /// The numbers as they are now.
    pub(super) async fn of(runner: &Runner) -> Result<Self, ToolError> {
        let mut newest = Self::default();
        for (kind, number) in [
            ("user", &mut newest.user),
            ("business", &mut newest.business),
        ] {
            let rows = list(runner, json!({ "session_kind": kind, "limit": 1 })).await?;
            *number = rows.first().and_then(number_of);
        }
        Ok(newest)
    }
}

pub(super) async fn list(runner: &Runner, filter: Value) -> Result<Vec<Value>, ToolError> {
    let answer = runner.call_silently("didit_session_list", filter).await?;
    let rows = data(&answer);
    Ok(rows
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default())
}

pub(super) fn number_of(row: &Value) -> Option<i64> {
    row.get("session_number").and_then(Value::as_i64)
}
