//! Deleting one version of a workflow.

use serde_json::json;

use super::{find::find_version, input::WorkflowInput, weakening};
use crate::tools::{
    Context, Tool, ToolOutput, Toolset,
    agreed::agreed,
    change::{Change, Line},
    error::NotDone,
};

pub(super) fn tool() -> Tool {
    Tool::irreversible("didit_workflow_delete", Toolset::Workflows)
        .title("Delete a workflow")
        .description("Deletes one version of a workflow for good; its sessions keep their results.")
        .example(|world| json!({ "workflow_id": world.workflow_id }))
        .idempotent()
        .verify_with("didit_workflow_list", "shows whether it is still there.")
        .aliases(&[("uuid", "workflow_id"), ("settings_uuid", "workflow_id")])
        .run(delete)
}

async fn delete(context: Context, input: WorkflowInput) -> Result<ToolOutput, NotDone> {
    let workflow = agreed(&context, async || {
        let workflow = find_version(&context, input.workflow_id).await?;
        let change = Change {
            direction: "delete",
            target: format!("workflow version {}", workflow.uuid),
            action: Line::new("Delete one version of a workflow."),
            consequence: "New sessions can no longer use it; finished ones keep their results. \
                 This cannot be undone."
                .to_owned(),
            choice: "Delete",
            warnings: Vec::new(),
            subject: weakening::subject(&workflow),
            settings: Vec::new(),
            place: context.connection.place_of_change(None),
            seen: weakening::seen(&workflow),
        };
        Ok((change, workflow))
    })
    .await?;
    context.client()?.delete_workflow(&workflow.uuid).await?;
    Ok(
        ToolOutput::new(format!("Deleted the workflow version {}.", workflow.uuid))
            .with_next("didit_workflow_list", "shows what is left."),
    )
}
