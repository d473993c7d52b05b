//! Everything about the sessions of a period in one folder, for whoever audits: decisions, trails, settings, and a manifest.

mod answer;
mod contents;
mod folder;
mod summary;
mod work;

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::{
    past::{self, Days},
    wait,
};
use crate::{
    didit::{Client, SessionFilter},
    tools::{
        Context, Tool, ToolOutput, Toolset,
        desk::{stats::period::Period, workflows},
        error::{ErrorCode, NotDone, ToolError},
        files,
        input::Combined,
        personal::{Class, Outlet, PersonalData},
    },
};
use answer::{Packed, answer};
use contents::{Decisions, List, Listed};
use folder::{Binding, Checked, Folder};
use summary::{Figures, MANIFEST, SUMMARY};
use work::{OWN_LINES, Work};

/// The tool that packs.
pub(in crate::tools) const TOOL: &str = "didit_audit_pack";
/// Sessions of one pack.
const MOST_SESSIONS: usize = 10_000;
/// What is missing, as far as an answer lists it.
const MOST_LISTED: usize = 20;
const SESSIONS: &str = "sessions.json";
const SESSIONS_CSV: &str = "sessions.csv";

pub(super) fn tool() -> Tool {
    Tool::read(TOOL, Toolset::Operations)
        .title("Pack evidence for an audit")
        .description(
            "Writes the sessions of a period into a folder: list, decisions, trails, settings, summary to sign and manifest; the \
             same call again continues.",
        )
        .example(|_| json!({ "days": 30 }))
        .search_words(
            "evidence for auditors or regulators, compliance export, archive of decisions, who decided what, quarterly report, \
             SHA-256",
        )
        .run(pack)
}

/// What belongs into the pack.
#[derive(Deserialize, JsonSchema)]
struct PackInput {
    /// Id or name.
    workflow: Option<String>,
    #[serde(default)]
    decisions: Decisions,
    /// Also the PDF report of each finished session.
    #[serde(default)]
    reports: bool,
    /// Its name in the output folder; made from the period when absent.
    folder: Option<String>,
    /// Seconds to work, 45 by default.
    #[schemars(range(min = 1, max = 600))]
    max_wait_s: Option<u64>,
}

async fn pack(
    context: Context,
    Combined(input, days): Combined<PackInput, Days>,
) -> Result<ToolOutput, NotDone> {
    let end = Instant::now() + wait::of(input.max_wait_s);
    let settings = context.connection.settings();
    let level = settings.personal_data;
    allowed(&input, level)?;
    let period = days.period()?;
    let name = name_of(&input, &period);
    let path = files::folder(&settings.output_dir, &name, "folder")?;
    let client = context.client()?;
    let filter = SessionFilter {
        workflow_id: match &input.workflow {
            Some(name) => workflows::named(&workflows::all(&client).await?, name)?,
            None => Vec::new(),
        },
        ..SessionFilter::default()
    };
    let binding = Binding {
        from: period.first.to_string(),
        to: period.last.to_string(),
        workflow: filter.workflow_id.first().map(ToString::to_string),
        decisions: input.decisions.name().to_owned(),
        reports: input.reports,
        level: level.name().to_owned(),
        application: context.connection.application_digest(),
    };
    let filter = past::within(&period, filter);
    let is_new = path.symlink_metadata().is_err();
    let fresh = if is_new {
        let list = list(&context, &client, &filter).await?;
        if list.sessions.is_empty() {
            return Ok(nothing(&period, &list));
        }
        Some(list)
    } else {
        None
    };
    let folder = Folder::open(path, &binding).await?;
    let checked = folder.check().await?;
    if !checked.changed.is_empty() {
        return Err(changed(&folder, &checked).into());
    }
    for gone in &checked.gone {
        folder.forget(gone);
    }
    let known = match fresh {
        Some(list) => Some(list),
        None => read_list(&folder)?,
    };
    let list = match known {
        Some(list) => list,
        None => list(&context, &client, &filter).await?,
    };
    // A list that is read anew may hold other sessions. The CSV comes first: it is written again as long as the list is not there.
    let is_new_list = !folder.has(SESSIONS);
    if is_new_list || !folder.has(SESSIONS_CSV) {
        let csv = list.csv().map_err(|error| {
            ToolError::new(ErrorCode::InternalError, format!("The list: {error}."))
        })?;
        folder.write(SESSIONS_CSV, csv).await?;
    }
    if is_new_list {
        folder.write(SESSIONS, contents::pretty(&list)).await?;
    }
    let work = Work::new(
        &context,
        &client,
        &folder,
        input.decisions,
        input.reports,
        end,
    );
    work.run(&list.sessions).await?;
    let workflows = work.workflows().await?;
    // Pages that were written once must not go on listing what is gone.
    if work.left() == 0 || folder.read(MANIFEST)?.is_some() {
        finish(&work, &folder, &binding, &list, workflows).await?;
    }
    Ok(answer(Packed {
        name: &name,
        folder: &folder,
        binding: &binding,
        list: &list,
        checked: &checked,
        missing: work.missing(),
        waiting: work.waiting(),
        stopped: work.stopped(),
    }))
}

/// Refuses what the operator's level lets out nowhere.
fn allowed(input: &PackInput, level: PersonalData) -> Result<(), ToolError> {
    let field = match (input.decisions, input.reports) {
        (Decisions::Full, _) => "decisions",
        (_, true) => "reports",
        _ => return Ok(()),
    };
    if level.allows(Outlet::File, Class::Everything) {
        return Ok(());
    }
    Err(ToolError {
        field: Some(field.into()),
        ..ToolError::new(
            ErrorCode::PersonalDataOff,
            format!(
                "Whole decisions and reports hold all personal data, and the operator keeps it back (--pii, DIDIT_MCP_PII: {}). \
                 Nothing was written.",
                level.name()
            ),
        )
    }
    .with_advice("a masked pack without reports works; the operator can choose --pii minimal."))
}

/// The name that was given, or one by which the same call finds the same folder.
fn name_of(input: &PackInput, period: &Period) -> String {
    let named = input.folder.as_deref().map(str::trim);
    named.filter(|name| !name.is_empty()).map_or_else(
        || format!("audit-{}-to-{}", period.first, period.last),
        str::to_owned,
    )
}

async fn list(context: &Context, client: &Client, filter: &SessionFilter) -> Result<List, NotDone> {
    let found = past::newest(client, filter, MOST_SESSIONS).await?;
    let sessions: Vec<Listed> = found.rows.into_iter().filter_map(Listed::of).collect();
    Ok(List {
        listed_at: Timestamp::now().to_string(),
        environment: context.connection.environment_of(None).name().to_owned(),
        total: found.total,
        is_cut: found.is_cut,
        sessions,
    })
}

/// The list with which the pack was begun, where it was written.
fn read_list(folder: &Folder) -> Result<Option<List>, ToolError> {
    if !folder.has(SESSIONS) {
        return Ok(None);
    }
    let bytes = folder.read(SESSIONS)?.unwrap_or_default();
    Ok(serde_json::from_slice(&bytes).ok())
}

fn changed(folder: &Folder, checked: &Checked) -> ToolError {
    let shown: Vec<&str> = checked
        .changed
        .iter()
        .take(MOST_LISTED)
        .map(String::as_str)
        .collect();
    ToolError::new(
        ErrorCode::File,
        format!(
            "{} file(s) in {} are not as they were written: {}. Nothing was written.",
            checked.changed.len(),
            folder.path.display(),
            shown.join(", ")
        ),
    )
    .with_advice("another folder makes a new pack; a file that is removed is written again.")
}

/// What follows from everything else. A page that may have been signed stays as long as it says the same.
async fn finish(
    work: &Work<'_>,
    folder: &Folder,
    binding: &Binding,
    list: &List,
    workflows: BTreeSet<String>,
) -> Result<(), ToolError> {
    let keeps_trail = work.context.connection.settings().audit_log.is_some();
    let page = || {
        let figures = Figures::of(list, folder);
        summary::page(binding, list, &figures, &work.missing(), keeps_trail)
    };
    let is_told = |page: &[u8]| -> Result<bool, ToolError> {
        Ok(folder.read(SUMMARY)?.as_deref() == Some(page))
    };
    if !is_told(&page())? || !folder.has(OWN_LINES) {
        let sessions = list.sessions.iter().map(|row| row.session_id.to_string());
        work.own_lines(sessions.chain(workflows).collect()).await?;
        let page = page();
        if !is_told(&page)? {
            folder.write(SUMMARY, page).await?;
        }
    }
    let manifest = summary::manifest(
        binding,
        list,
        &Figures::of(list, folder).environment,
        &folder.files(),
        &work.missing(),
        keeps_trail,
    );
    if folder.read(MANIFEST)?.as_ref() == Some(&manifest) {
        return Ok(());
    }
    folder.put(MANIFEST, manifest).await
}

fn nothing(period: &Period, list: &List) -> ToolOutput {
    ToolOutput::new(format!(
        "No sessions of people were made {period} ({}), so no pack was made.",
        list.environment
    ))
    .with_data(&json!({ "sessions": 0, "is_complete": true, "environment": list.environment }))
}
