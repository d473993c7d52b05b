//! Which workflow is meant when none is named.

use serde_json::{Value, json};

use crate::{cli::runner::Runner, tools::ToolError};

/// The application's published workflows, all pages of them.
pub(super) async fn published(runner: &Runner) -> Result<Vec<Value>, ToolError> {
    let mut rows = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = runner
            .call(
                "didit_workflow_list",
                json!({ "limit": 100, "cursor": cursor }),
            )
            .await?;
        let data = page.data.unwrap_or_default();
        let items = data.get("items").and_then(Value::as_array);
        rows.extend(
            items
                .into_iter()
                .flatten()
                .filter(|row| row.get("status").and_then(Value::as_str) != Some("draft"))
                .cloned(),
        );
        cursor = data
            .get("next_cursor")
            .and_then(Value::as_str)
            .map(str::to_owned);
        if cursor.is_none() {
            return Ok(rows);
        }
    }
}

/// The only workflow, or the default one; as the tool that makes sessions chooses too.
pub(super) fn sensible(rows: &[Value]) -> Option<&Value> {
    match rows {
        [only] => Some(only),
        several => several
            .iter()
            .find(|row| row.get("is_default") == Some(&Value::Bool(true))),
    }
}
