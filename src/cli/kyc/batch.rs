//! `kyc batch`: one session for each row of a CSV file, each person invited once, whatever happens in between.

mod high_water_mark;
mod journal;
mod lookalikes;
mod paths;
mod reconcile;
mod results;
mod rows;
mod sheet;
mod work;

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::workflow;
use crate::{
    cli::{
        output::data,
        runner::{Outcome, Runner, system, unprinted},
    },
    tools::{self, ErrorCode, ToolError, clean},
};
use high_water_mark::HighWaterMark;
use journal::{Binding, Journal};
use paths::{beside, folder_of, unusable};
use rows::Table;
use work::Tally;

/// Exit code of a run that was interrupted, as shells have it.
const INTERRUPTED: u8 = 130;
/// Failures that the document names.
const MOST_NAMED: usize = 20;

/// What the help says besides the flags.
pub(super) const HELP: &str = "The file:
  The first line names the columns; vendor_data is required and must be unique.
  Others:
    callback, callback_method, language, metadata, sandbox_scenario,
    portrait_file,
    email, phone, send_notification_emails, email_lang,
    first_name, last_name, date_of_birth, gender, nationality, country,
    id_country, poa_country, address, identification_number, ip_address,
    expected_document_types, company_name, registry_country,
    registration_number
  An empty cell counts as absent, and so do rows and columns with nothing in
  them. Several document types stand in one cell in quotes, \"P,ID\".
  It is UTF-8, or UTF-16 with a mark at its beginning (Excel's Unicode text).
  Commas, semicolons or tabs stand between cells, or what a first line such as
  sep=; says.
  Every row is checked before anything is sent.

Beside it:
  FILE.journal.jsonl  What was sent and what came back, so that the next run
                      can resume
  FILE.results.csv    The rows with session_id, session_url, status and error; a
                      cell that a spreadsheet would take for a formula gets an
                      apostrophe in front

Exit codes:
  0    Every row has its session
  1    Some rows failed; the next run tries them again
  2    A setting, an argument, a row or the journal cannot be used; nothing was
       sent
  130  Interrupted; what is done is saved, and the next run resumes";

/// Which file, and how it is worked through.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The CSV file, one person a row.
    file: PathBuf,
    /// Where the results go [default: FILE.results.csv].
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where the journal of the run goes [default: FILE.journal.jsonl].
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Rows processed at the same time.
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=32))]
    concurrency: u16,
    /// Check every row and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Also invite people who were approved already, and replace callback and metadata of open sessions; otherwise such rows
    /// are named and not sent.
    #[arg(long)]
    again: bool,
}

pub(super) async fn run(runner: &Runner, arguments: Arguments) -> Outcome {
    let bytes = fs::read(&arguments.file)
        .map_err(|error| unusable(format!("{}: {error}", arguments.file.display())))?;
    let table = Table::read(runner, &bytes)?;
    let warnings = lookalikes::warnings(&table.rows);
    if !runner.output().is_json() {
        for warning in &warnings {
            let note = format!("Warning: {warning}");
            runner.output().note(&note).map_err(unprinted)?;
        }
    }
    if arguments.dry_run {
        return checked(runner, &table, &warnings);
    }
    let workflow_id = workflow_id(runner).await?;
    // A simulator that ends with this command leaves nothing to resume.
    let rehearsal = match runner.simulator() {
        Some(_) => {
            Some(tempfile::tempdir().map_err(|error| system("no temporary folder", &error))?)
        }
        None => None,
    };
    let journal_path = match (&arguments.journal, &rehearsal) {
        (Some(path), _) => path.clone(),
        (None, Some(folder)) => folder.path().join("journal.jsonl"),
        (None, None) => beside(&arguments.file, ".journal.jsonl"),
    };
    let output_path = arguments
        .output
        .clone()
        .unwrap_or_else(|| beside(&arguments.file, ".results.csv"));
    refuse_same(&[&arguments.file, &journal_path, &output_path])?;
    results::refuse_unfit(&output_path)?;
    let journal = Journal::open(&journal_path)?;
    let binding = Binding {
        file_sha256: base16ct::lower::encode_string(&Sha256::digest(&bytes)),
        workflow_id: workflow_id.clone(),
        api: runner.connection().origin(),
    };
    let newest = match journal.started(&binding)? {
        Some(newest) => newest,
        None => {
            let newest = HighWaterMark::of(runner).await?;
            journal.begin(&binding, &newest).await?;
            newest
        }
    };
    let batch = work::Batch {
        runner,
        table: &table,
        journal: &journal,
        workflow_id: &workflow_id,
        newest: &newest,
        concurrency: usize::from(arguments.concurrency),
        again: arguments.again,
    };
    let tally = batch.run().await?;
    results::write(&output_path, &table, &journal)?;
    report(
        runner,
        &tally,
        &arguments,
        &warnings,
        &output_path,
        rehearsal.is_none(),
    )?;
    Ok(if tally.interrupted {
        ExitCode::from(INTERRUPTED)
    } else if tally.is_complete() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What a run without sending says.
fn checked(runner: &Runner, table: &Table, warnings: &[String]) -> Outcome {
    let output = runner.output();
    if output.is_json() {
        output
            .document(&json!({ "rows": table.rows.len(), "checked": true, "warnings": warnings }))
            .map_err(unprinted)?;
    } else {
        output
            .text(&format!(
                "All {} rows can be sent. Nothing was sent.",
                table.rows.len()
            ))
            .map_err(unprinted)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The workflow of all rows, in the one spelling that stays the same when it gets a new version.
async fn workflow_id(runner: &Runner) -> Result<String, ToolError> {
    let named = match &runner.connection().settings().workflow_id {
        Some(id) => id.clone(),
        None => match (
            tools::sensible_workflow(&workflow::published(runner).await?),
            runner.simulator(),
        ) {
            (Some(workflow), _) => workflow.id.to_string(),
            // The simulator of this command holds nothing yet, and is there to try things out.
            (None, Some(_)) => id_of(&data(
                &runner.call("didit_workflow_create", json!({})).await?,
            )),
            (None, None) => {
                return Err(ToolError::invalid(
                    "workflow_id",
                    "There is no workflow, or there are several and no default one, so --workflow-id has to say which. \
                     Nothing was sent.",
                )
                .with_hint("didit_workflow_list", "shows the workflows.")
                .with_hint("didit_workflow_create", "makes one."));
            }
        },
    };
    let found = runner
        .call("didit_workflow_get", json!({ "workflow_id": named }))
        .await?;
    Ok(id_of(&data(&found)))
}

fn id_of(row: &Value) -> String {
    row.get("workflow_id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn report(
    runner: &Runner,
    tally: &Tally,
    arguments: &Arguments,
    warnings: &[String],
    output_path: &Path,
    can_go_on: bool,
) -> Result<(), ToolError> {
    let output = runner.output();
    let file = arguments.file.display();
    let again = (can_go_on && !tally.is_complete()).then(|| {
        format!(
            "didit-mcp kyc batch {file}  # the same command again resumes the run; nobody is invited twice"
        )
    });
    if output.is_json() {
        let failures: Vec<Value> = tally
            .failures
            .iter()
            .take(MOST_NAMED)
            .map(|failure| {
                json!({
                    "line": failure.line,
                    "vendor_data": clean(&failure.vendor_data),
                    "code": failure.code.name(),
                    "message": clean(&failure.message),
                })
            })
            .collect();
        let document = json!({
            "rows": tally.rows,
            "created": tally.created,
            "reused": tally.reused,
            "done_before": tally.done_before,
            "failed": tally.failures.len(),
            "open": tally.open,
            "interrupted": tally.interrupted,
            "stopped": tally.stopped.as_deref().map(clean),
            "failures": failures,
            "warnings": warnings,
            "output": output_path.display().to_string(),
            "hint": again,
        });
        return output.document(&document).map_err(unprinted);
    }
    let mut text = format!("{} rows: {} created", tally.rows, tally.created);
    for (count, what) in [
        (tally.reused, "already unfinished at Didit"),
        (tally.done_before, "done before"),
        (tally.failures.len(), "failed"),
        (tally.open, "open"),
    ] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text.push('.');
    for failure in tally.failures.iter().take(MOST_NAMED) {
        text.push_str(&format!(
            "\nLine {}, {}: {}",
            failure.line,
            clean(&failure.vendor_data),
            clean(&failure.message)
        ));
    }
    if tally.failures.len() > MOST_NAMED {
        text.push_str("\nThe results name the rest.");
    }
    if let Some(why) = &tally.stopped {
        text.push_str(&format!(
            "\nStopped, because the rest would fail too: {}",
            clean(why)
        ));
    }
    text.push_str(&format!("\nResults: {}", output_path.display()));
    if !can_go_on {
        text.push_str(
            "\nThis was a rehearsal on the simulator: nothing is real, and its links lead nowhere.",
        );
    }
    output.text(&text).map_err(unprinted)?;
    match again {
        Some(again) => output.note(&format!("Next: {again}")).map_err(unprinted),
        None => Ok(()),
    }
}

/// Writing must not destroy what is read.
fn refuse_same(paths: &[&Path; 3]) -> Result<(), ToolError> {
    let real: Vec<PathBuf> = paths.iter().map(|path| real(path)).collect();
    let mut seen = HashSet::new();
    match real.iter().find(|path| !seen.insert(*path)) {
        Some(twice) => Err(ToolError::new(
            ErrorCode::InvalidArgument,
            format!(
                "{} cannot be more than one of file, journal and results. Nothing was sent.",
                twice.display()
            ),
        )),
        None => Ok(()),
    }
}

/// One spelling of a path, also while there is no file yet.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = dunce::canonicalize(path) {
        return real;
    }
    match (dunce::canonicalize(folder_of(path)), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_path_buf(),
    }
}
