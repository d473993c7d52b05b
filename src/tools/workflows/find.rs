//! Which version of a workflow an id means.

use crate::{
    didit::{Error, ErrorKind, Workflow, WorkflowId},
    tools::{
        Context,
        error::{NotDone, ToolError},
    },
};

/// Finds the version that new sessions use by the id that all versions share, or any version by its own id. The first version
/// has the shared id as its own, so that id alone may lead to one that has been replaced since.
pub(in crate::tools) async fn find(context: &Context, id: WorkflowId) -> Result<Workflow, NotDone> {
    let client = context.client()?;
    let found = match client.workflow(&id).await {
        Ok(version) if version.workflow_id != Some(id) => return Ok(version),
        Err(Error::Api(error)) if error.kind == ErrorKind::NotFound => Err(Error::Api(error)),
        Ok(version) => Ok(version),
        Err(other) => return Err(other.into()),
    };
    let in_use = client
        .every_workflow()
        .await?
        .into_iter()
        .filter(|row| row.workflow_id == Some(id))
        .max_by_key(|row| (row.status.as_deref() == Some("published"), row.version))
        .and_then(|row| row.uuid);
    match (found, in_use) {
        (Ok(version), Some(uuid)) if version.uuid == uuid => Ok(version),
        (_, Some(uuid)) => Ok(client.workflow(&uuid).await?),
        (Ok(version), None) => Ok(version),
        (Err(not_found), None) => Err(ToolError::from(not_found)
            .with_hint("didit_workflow_list", "shows the workflows there are.")
            .into()),
    }
}

/// Finds exactly the version of an id: what is deleted must be what was named.
pub(super) async fn find_version(context: &Context, id: WorkflowId) -> Result<Workflow, NotDone> {
    context.client()?.workflow(&id).await.map_err(|error| {
        ToolError::from(error)
            .with_hint("didit_workflow_list", "shows the workflows there are.")
            .into()
    })
}
