//! Which workflow a session is made with when none is named: one answer for agents, commands and files.

use crate::{
    didit::{Client, Error, WorkflowId},
    tools::untrusted::clean,
};

/// A workflow that makes sessions.
pub struct Published {
    /// Its id, which stays the same when it gets a new version.
    pub id: WorkflowId,
    /// Its name.
    pub label: String,
    /// Its features, in Didit's words.
    pub features: Vec<String>,
    /// Whether it is that of sessions that name none.
    pub is_default: bool,
}

/// The workflows that make sessions. Several versions of one count once; drafts and archived ones make none.
///
/// # Errors
/// What Didit answered instead of a list.
pub async fn published(client: &Client) -> Result<Vec<Published>, Error> {
    let mut usable: Vec<Published> = Vec::new();
    for workflow in client.every_workflow().await? {
        let is_published =
            workflow.status.as_deref() != Some("draft") && workflow.is_archived != Some(true);
        let id = workflow.workflow_id.or(workflow.uuid);
        if let Some(id) = id.filter(|_| is_published)
            && usable.iter().all(|known| known.id != id)
        {
            usable.push(Published {
                id,
                label: clean(workflow.workflow_label.as_deref().unwrap_or_default()),
                features: workflow.features,
                is_default: workflow.is_default == Some(true),
            });
        }
    }
    Ok(usable)
}

/// The only one, or the default one.
pub fn sensible(workflows: &[Published]) -> Option<&Published> {
    match workflows {
        [only] => Some(only),
        several => several.iter().find(|workflow| workflow.is_default),
    }
}
