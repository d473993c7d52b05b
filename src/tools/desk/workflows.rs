//! The workflows by name, for people and for filters.

use uuid::Uuid;

use crate::{
    didit::{Client, Error, WorkflowId},
    tools::{
        error::ToolError,
        untrusted::{clean, mark_untrusted},
    },
};

/// A workflow over all its versions.
pub(in crate::tools) struct Known {
    /// The id that sessions take.
    pub(in crate::tools) id: WorkflowId,
    /// That id and those of the versions: Didit does not say by which of them its list filters, and all of them together are
    /// right in any case.
    pub(in crate::tools) ids: Vec<WorkflowId>,
    /// What people call it; the beginning of its id where it has no name.
    pub(in crate::tools) name: String,
}

/// The workflows of the application.
pub(in crate::tools) async fn all(client: &Client) -> Result<Vec<Known>, Error> {
    let mut all: Vec<Known> = Vec::new();
    for row in client.every_workflow().await? {
        let Some(id) = row.workflow_id.or(row.uuid) else {
            continue;
        };
        let version = row.uuid.unwrap_or(id);
        match all.iter_mut().find(|known| known.id == id) {
            Some(known) if known.ids.contains(&version) => {}
            Some(known) => known.ids.push(version),
            None => all.push(Known {
                id,
                ids: if version == id {
                    vec![id]
                } else {
                    vec![id, version]
                },
                name: row
                    .workflow_label
                    .map(|label| clean(&label))
                    .filter(|label| !label.is_empty())
                    .unwrap_or_else(|| id.to_string().chars().take(8).collect()),
            }),
        }
    }
    Ok(all)
}

/// The name of a workflow by the id that a session tells.
pub(in crate::tools) fn name_of(all: &[Known], id: Option<WorkflowId>) -> Option<&str> {
    let id = id?;
    let known = all.iter().find(|known| known.ids.contains(&id))?;
    Some(&known.name)
}

/// The ids of the workflow that a caller names, by an id or by its name in any case.
///
/// # Errors
/// When no workflow has that name, or several have.
pub(in crate::tools) fn named(all: &[Known], wanted: &str) -> Result<Vec<WorkflowId>, ToolError> {
    let wanted = wanted.trim();
    if let Ok(id) = wanted.parse::<Uuid>() {
        let id = WorkflowId::from(id);
        let known = all.iter().find(|known| known.ids.contains(&id));
        // An id that the list does not show may be that of an older version.
        return Ok(known.map_or_else(|| vec![id], |known| known.ids.clone()));
    }
    let same = |known: &&Known| known.name.to_lowercase() == wanted.to_lowercase();
    let found: Vec<&Known> = all.iter().filter(same).collect();
    if let [only] = found.as_slice() {
        return Ok(only.ids.clone());
    }
    let what = if found.is_empty() {
        "No"
    } else {
        "More than one"
    };
    Err(ToolError::invalid(
        "workflow",
        format!("{what} workflow has this name. Nothing was read."),
    )
    .with_allowed(
        all.iter()
            .map(|known| format!("{} ({})", known.id, mark_untrusted(&known.name))),
    ))
}
