//! The PDF report of a finished session.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::which::Which;
use crate::{
    didit::Decision,
    tools::{
        Context, Tool, ToolOutput, Toolset,
        error::{ErrorCode, NotDone, ToolError},
        files,
        input::Combined,
        personal::{Class, Outlet, PersonalData},
        untrusted::mark_untrusted,
    },
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
            "Saves the PDF report of a finished session in the server's output folder, one file for a \
             session and status.",
        )
        .example(|world| json!({ "session_id": world.session_id }))
        .search_words("download the KYC report, certificate, evidence, export")
        .aliases(&[("id", "session_id")])
        .run(save)
}

/// The arguments of a report.
#[derive(Deserialize, JsonSchema)]
struct PdfInput {
    /// Name of a new file (`*.pdf`); made from session and status when absent.
    file_name: Option<String>,
}

/// Saves the report of a finished session.
async fn save(
    context: Context,
    Combined(which, input): Combined<Which, PdfInput>,
) -> Result<ToolOutput, NotDone> {
    let settings = context.connection.settings();
    demand_everything(settings.personal_data, Outlet::File)?;
    let folder = &settings.output_dir;
    if let Some(name) = &input.file_name {
        files::free_name(folder, name, REPORT)?;
    }
    let (id, others) = which.find(&context).await?;
    let client = context.client()?;
    let report = client.generate_pdf(&id).await;
    let report = report.map_err(|error| match ToolError::from(error) {
        refused
            if matches!(
                refused.code,
                ErrorCode::Authentication | ErrorCode::Forbidden
            ) =>
        {
            refused.with_advice("reports need a key with the right to see media.")
        }
        other => other,
    })?;
    let bytes = report.bytes.len();
    let decision = client.decision(&id).await.ok();
    let path = match &input.file_name {
        Some(name) => files::write_new(folder, name, report.bytes, REPORT).await?,
        None => {
            let name = name_of(&report.file_name, decision.as_ref());
            files::write_over_its_like(folder, &name, report.bytes, REPORT).await?
        }
    };
    let whose = decision.as_ref().map(whose).unwrap_or_default();
    let environment = decision.and_then(|decision| decision.environment);
    let environment = context.connection.environment_of(environment.as_deref());
    let answer = ToolOutput::new(format!(
        "Saved the report of session {id}{whose} ({bytes} bytes) to {}. \
         It holds personal data. Environment: {}.",
        path.display(),
        environment.words()
    ))
    .with_data(&json!({
        "session_id": id.to_string(),
        "environment": environment.name(),
        "path": path.display().to_string(),
        "bytes": bytes,
    }));
    Ok(others.add(answer))
}

/// The session as lists tell it, so that nobody files a namesake's report.
fn whose(decision: &Decision) -> String {
    let number = decision.session_number.map(|number| format!("#{number}"));
    let person = decision.vendor_data.as_deref();
    let person = person.map(|person| format!("vendor_data {}", mark_untrusted(person)));
    let parts: Vec<String> = number.into_iter().chain(person).collect();
    match parts.as_slice() {
        [] => String::new(),
        parts => format!(" ({})", parts.join(", ")),
    }
}

/// One file for a session and its status: the report of another status is another document.
fn name_of(given: &str, decision: Option<&Decision>) -> String {
    let Some(decision) = decision else {
        return given.to_owned();
    };
    let stem = given.strip_suffix(REPORT.extension).unwrap_or(given);
    let status = decision.status.as_str().to_lowercase();
    let status = status.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    format!("{stem}_{status}{}", REPORT.extension)
}

/// The PDF report of a session, for a conversation.
///
/// # Errors
/// That the operator's level keeps it from there; else what Didit answered instead.
pub async fn report(context: &Context, session: &str) -> Result<Vec<u8>, NotDone> {
    let level = context.connection.settings().personal_data;
    demand_everything(level, Outlet::Conversation)?;
    Ok(context
        .client()?
        .generate_pdf(&session.parse()?)
        .await?
        .bytes)
}

/// Refuses a report, which holds everything about a person, if the operator does not let it out here. The error names the
/// setting and the allowed alternative.
fn demand_everything(level: PersonalData, outlet: Outlet) -> Result<(), ToolError> {
    if level.allows(outlet, Class::Everything) {
        return Ok(());
    }
    let refused = ToolError::new(
        ErrorCode::PersonalDataOff,
        format!(
            "A report holds all personal data, and the operator keeps it back (--pii, DIDIT_MCP_PII: {}). Nothing was fetched.",
            level.name()
        ),
    );
    Err(if level.allows(Outlet::File, Class::Everything) {
        refused.with_hint(TOOL, "saves it as a file instead.")
    } else {
        refused.with_advice("the operator can choose --pii minimal.")
    })
}
