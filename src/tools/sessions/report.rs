//! The PDF report of a finished session.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    didit::SessionId,
    tools::{Answer, Context, Tool, Toolset, error::Stop, files, personal::Outlet},
};

/// The tool that saves reports.
pub(in crate::tools) const TOOL: &str = "didit_session_generate_pdf";

/// The report.
const REPORT: files::Kind = files::Kind {
    field: "file_name",
    extension: ".pdf",
};

pub(super) fn tool() -> Tool {
    Tool::read(TOOL, Toolset::Sessions)
        .title("Save the PDF report")
        .description(
            "Saves the PDF report of a finished session as a new file in the server's output \
             folder.",
        )
        .example(|world| json!({ "session_id": world.session_id }))
        .aliases(&[("id", "session_id")])
        .run(save)
}

/// The arguments of a report.
#[derive(Deserialize, JsonSchema)]
struct PdfInput {
    /// Session UUID.
    session_id: String,
    /// Name of the new file (`*.pdf`); made from the session when absent.
    file_name: Option<String>,
}

/// Saves the report of a finished session.
async fn save(context: Context, input: PdfInput) -> Result<Answer, Stop> {
    let id: SessionId = input.session_id.parse()?;
    let settings = context.connection.settings();
    settings
        .personal_data
        .demand_everything(Outlet::File, "A report")?;
    let folder = &settings.output_dir;
    if let Some(name) = &input.file_name {
        files::free_name(folder, name, REPORT)?;
    }
    let report = context.client()?.generate_pdf(&id).await?;
    let bytes = report.bytes.len();
    let path = match &input.file_name {
        Some(name) => files::write_new(folder, name, report.bytes, REPORT).await?,
        None => files::write_numbered(folder, &report.file_name, report.bytes, REPORT).await?,
    };
    let environment = context.connection.environment_of(None);
    Ok(Answer::new(format!(
        "Saved the report of session {id} ({bytes} bytes) to {}. \
         It holds personal data. Environment: {}.",
        path.display(),
        environment.words()
    ))
    .with_data(&json!({
        "session_id": id.to_string(),
        "environment": environment.name(),
        "path": path.display().to_string(),
        "bytes": bytes,
    })))
}

/// The PDF report of a session, for a conversation.
///
/// # Errors
/// That the operator's level keeps it from there; else what Didit answered instead.
pub async fn report(context: &Context, session: &str) -> Result<Vec<u8>, Stop> {
    let level = context.connection.settings().personal_data;
    level.demand_everything(Outlet::Conversation, "A report")?;
    Ok(context
        .client()?
        .generate_pdf(&session.parse()?)
        .await?
        .bytes)
}
