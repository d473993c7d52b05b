//! Where Didit reports events.

use serde_json::{Value, json};

use super::destination::{line, row};
use crate::tools::{Context, NoInput, Tool, ToolOutput, Toolset, error::NotDone};

pub(super) fn tool() -> Tool {
    Tool::read("didit_webhook_list", Toolset::Webhooks)
        .title("List webhook destinations")
        .description("Lists where Didit reports events, and how deliveries go.")
        .example(|_| json!({}))
        .run(list)
}

async fn list(context: Context, _: NoInput) -> Result<ToolOutput, NotDone> {
    let destinations = context.client()?.list_destinations().await?;
    let mut text = format!("{} webhook destination(s):", destinations.len());
    for destination in &destinations {
        text.push_str(&format!("\n- {}", line(destination)));
    }
    let items: Vec<Value> = destinations.iter().map(row).collect();
    Ok(ToolOutput::new(text)
        .with_data(&json!({ "items": items, "has_more": false }))
        .with_next("didit_webhook_create", "adds one."))
}
