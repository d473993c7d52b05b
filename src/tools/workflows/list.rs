//! The workflows that there are.

use serde_json::json;

use super::row::WorkflowRow;
use crate::tools::{
    Context, Tool, ToolOutput, Toolset,
    error::NotDone,
    paging::{self, Counted, List, PageInput},
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_workflow_list", Toolset::Workflows)
        .title("List workflows")
        .description(
            "Lists the application's workflows: the templates that say which checks a session \
             runs.",
        )
        .example(|_| json!({ "limit": 5 }))
        .search_words("KYC templates, verification flows, which checks")
        .output::<List<WorkflowRow>>()
        .run(list)
}

async fn list(context: Context, input: PageInput) -> Result<ToolOutput, NotDone> {
    let page = paging::page(&input)?;
    let workflows = context.client()?.list_workflows(&page).await?;
    let rows = workflows.map(|workflow| WorkflowRow::from(&workflow));
    let is_empty = rows.items.is_empty();
    let answer = paging::answer(&context, rows, &page, "workflow(s)", "", Counted::Whole);
    Ok(if is_empty {
        answer.with_next("didit_workflow_create", "makes the first one.")
    } else {
        answer.with_next(
            "didit_session_create",
            "makes a verification link with one of them.",
        )
    })
}
