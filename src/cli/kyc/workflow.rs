//! Which workflow is meant when none is named.

use crate::{
    cli::runner::Runner,
    tools::{self, ErrorCode, NotDone, PublishedWorkflow, ToolError},
};

/// The application's published workflows, all pages of them.
pub(super) async fn published(runner: &Runner) -> Result<Vec<PublishedWorkflow>, ToolError> {
    let client = runner.connection().client().map_err(|stop| match stop {
        NotDone::Error(error) => *error,
        // Only a tool that decides has something to show first.
        _ => ToolError::new(ErrorCode::InternalError, "A list asked for agreement."),
    })?;
    Ok(tools::published_workflows(&client).await?)
}
