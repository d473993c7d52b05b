//! Everything about the sessions of a period in one folder, for whoever audits: decisions, trails, settings, and a manifest.

mod contents;
mod folder;
mod summary;
mod work;

use std::collections::{BTreeMap, BTreeSet};

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
        untrusted::mark_untrusted,
    },
};
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
    let before = folder.files().len();
    let known = match fresh {
        Some(list) => Some(list),
        None => read_list(&folder)?,
    };
    let list = match known {
        Some(list) => list,
        None => list(&context, &client, &filter).await?,
    };
    if !folder.has(SESSIONS) {
        folder.write(SESSIONS, contents::pretty(&list)).await?;
    }
    if !folder.has(SESSIONS_CSV) {
        let csv = list.csv().map_err(|error| {
            ToolError::new(ErrorCode::InternalError, format!("The list: {error}."))
        })?;
        folder.write(SESSIONS_CSV, csv).await?;
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
    let left = left(&work, &folder, &list);
    let is_finished = left == 0;
    // A page that may have been signed stays as long as nothing was added.
    let is_stale = folder.files().len() != before
        || !checked.gone.is_empty()
        || !folder.has(SUMMARY)
        || folder.read(MANIFEST)?.is_none();
    if is_finished && is_stale {
        finish(&work, &folder, &binding, &list).await?;
    }
    Ok(answer(Packed {
        name: &name,
        folder: &folder,
        binding: &binding,
        list: &list,
        checked: &checked,
        missing: work.missing(),
        stopped: work.stopped(),
        left,
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

/// How many files are still to be made by the next call.
fn left(work: &Work<'_>, folder: &Folder, list: &List) -> usize {
    let missing = work.missing();
    let parts = list.sessions.iter().flat_map(|listed| {
        work.parts(listed)
            .into_iter()
            .map(|part| part.file(&listed.session_id))
    });
    let is_left = |name: &String| {
        !folder.has(name)
            && missing
                .get(name)
                .is_none_or(|why| why.starts_with("not yet"))
    };
    let waiting = parts.filter(is_left).count();
    // What stopped the rest may pass.
    match work.stopped() {
        Some(_) => waiting.max(1),
        None => waiting,
    }
}

/// What follows from everything else.
async fn finish(
    work: &Work<'_>,
    folder: &Folder,
    binding: &Binding,
    list: &List,
) -> Result<(), ToolError> {
    let workflows = work.workflows().await?;
    let sessions = list.sessions.iter().map(|row| row.session_id.to_string());
    let ids: BTreeSet<String> = sessions.chain(workflows).collect();
    work.own_lines(ids).await?;
    let figures = Figures::of(list, folder);
    let missing = work.missing();
    let page = summary::page(binding, list, &figures, &missing);
    folder.write(SUMMARY, page).await?;
    let manifest = summary::manifest(
        binding,
        list,
        &figures.environment,
        &folder.files(),
        &missing,
    );
    folder.put(MANIFEST, manifest).await
}

fn nothing(period: &Period, list: &List) -> ToolOutput {
    ToolOutput::new(format!(
        "No sessions of people were made {period} ({}), so no pack was made.",
        list.environment
    ))
    .with_data(&json!({ "sessions": 0, "is_complete": true, "environment": list.environment }))
}

/// What an answer tells of a pack.
struct Packed<'a> {
    name: &'a str,
    folder: &'a Folder,
    binding: &'a Binding,
    list: &'a List,
    checked: &'a Checked,
    missing: BTreeMap<String, String>,
    stopped: Option<ErrorCode>,
    left: usize,
}

fn answer(packed: Packed<'_>) -> ToolOutput {
    let Packed {
        name,
        folder,
        binding,
        list,
        checked,
        missing,
        stopped,
        left,
    } = packed;
    let figures = Figures::of(list, folder);
    // What the operator switched off is named below, and is not Didit's to give.
    let lacking = missing.keys().filter(|file| *file != OWN_LINES).count();
    let is_finished = left == 0;
    let is_complete = is_finished && lacking == 0 && !list.is_cut;
    let path = folder.path.display().to_string();
    let of = format!("Audit pack of {} to {}", binding.from, binding.to);
    let mut text = if is_complete {
        format!("{of} is complete")
    } else if !is_finished {
        format!("{of} is NOT complete: files still to be made: {left}")
    } else if lacking > 0 {
        format!("{of} is finished and NOT complete: files that could not be had: {lacking}")
    } else {
        format!("{of} is finished and NOT complete: there are more sessions")
    };
    text.push_str(&format!(
        " ({}): {} sessions in {path}.",
        figures.environment, figures.sessions
    ));
    let mut notes = Vec::new();
    if let Some(code) = stopped {
        notes.push(format!(
            "It stopped at an error that hits the rest as well: {code}."
        ));
    }
    if !is_finished {
        notes.push(format!(
            "The same call with folder \"{name}\" continues; summary and manifest are written once all is there."
        ));
    }
    if list.is_cut {
        notes.push(format!(
            "There were {} sessions; a pack holds the newest {MOST_SESSIONS}, so shorter periods are needed for all.",
            list.total
        ));
    }
    if checked.intact > 0 {
        notes.push(format!(
            "{} files of earlier calls are as they were written; gone and made again: {}.",
            checked.intact,
            checked.gone.len()
        ));
    }
    notes.push(match binding.decisions.as_str() {
        "full" => "Decisions are whole, with all personal data.".to_owned(),
        _ => "Decisions are masked.".to_owned(),
    });
    let by_status: Vec<String> = figures
        .by_status
        .iter()
        .map(|(status, count)| format!("{} {count}", mark_untrusted(status)))
        .collect();
    let by_whom: Vec<String> = figures
        .by_whom
        .iter()
        .map(|(whom, count)| format!("{whom} {count}"))
        .collect();
    text.push_str(&format!(
        "\nOutcomes: {}.\nDecided by: {}.\nFiles: {} decisions, {} trails, {} reports.",
        by_status.join(", "),
        by_whom.join(", "),
        figures.decisions,
        figures.trails,
        figures.reports
    ));
    for note in &notes {
        text.push_str(&format!("\n{note}"));
    }
    let listed: Vec<_> = missing
        .iter()
        .filter(|(_, why)| !why.starts_with("not yet"))
        .collect();
    if !listed.is_empty() {
        text.push_str(&format!("\nMissing ({}):", listed.len()));
        for (file, why) in listed.iter().take(MOST_LISTED) {
            text.push_str(&format!("\n- {file}: {why}"));
        }
    }
    let statuses: Vec<_> = figures
        .by_status
        .iter()
        .map(|(status, count)| json!({ "status": status, "count": count }))
        .collect();
    let whom: Vec<_> = figures
        .by_whom
        .iter()
        .map(|(whom, count)| json!({ "reason": whom, "count": count }))
        .collect();
    let shown: Vec<_> = listed
        .iter()
        .take(MOST_LISTED)
        .map(|(file, why)| json!({ "path": file, "reason": why }))
        .collect();
    ToolOutput::new(text).with_data(&json!({
        "path": path,
        "folder": name,
        "is_complete": is_complete,
        "left": left,
        "environment": figures.environment,
        "sessions": figures.sessions,
        "total": list.total,
        "by_status": statuses,
        "decided_by": whom,
        "decisions": figures.decisions,
        "trails": figures.trails,
        "reports": figures.reports,
        "missing_count": listed.len(),
        "missing": shown,
        "notes": notes,
    }))
}
