//! The workflows that there are.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::row::WorkflowRow;
use crate::tools::{
    Answer, Context, Tool, Toolset,
    error::Stop,
    paging::{self, PageInput},
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_workflow_list", Toolset::Workflows)
        .title("List workflows")
        .description(
            "Lists the application's workflows: the templates that say which checks a session \
             runs.",
        )
        .example(|_| json!({ "limit": 5 }))
        .output::<WorkflowList>()
        .run(list)
}

#[derive(Serialize, JsonSchema)]
struct WorkflowList {
    items: Vec<WorkflowRow>,
    has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

async fn list(context: Context, input: PageInput) -> Result<Answer, Stop> {
    let page = paging::page(&input)?;
    let workflows = context.client()?.list_workflows(&page).await?;
    let found = workflows
        .items
        .iter()
        .map(WorkflowRow::from)
        .map(|row| (row.line(), row))
        .collect();
    let rows = paging::rows(found, &page, workflows.next_offset);
    let heading = match workflows.total {
        Some(total) => format!("{} of {total} workflow(s):", rows.items.len()),
        None => format!("{} workflow(s):", rows.items.len()),
    };
    let empty = rows.items.is_empty();
    let answer = Answer::new(format!("{heading}{}", rows.text)).with_data(&WorkflowList {
        items: rows.items,
        has_more: rows.next_cursor.is_some(),
        next_cursor: rows.next_cursor,
        total: workflows.total,
    });
    Ok(if empty {
        answer.with_next("didit_workflow_create", "makes the first one.")
    } else {
        answer.with_next(
            "didit_session_create",
            "makes a verification link with one of them.",
        )
    })
}
