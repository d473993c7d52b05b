//! `workflow what-if`, `rehearse`, `audit pack` and `duplicates`: what a compliance team does over many sessions at once.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::{
    output::{Format, ListFormat, Table, data},
    runner::{self, EXIT_CODES, Outcome, Runner, TIME_OVER, unprinted},
};
use crate::{
    config::Options,
    redact::Redactor,
    tools::{ToolError, ToolOutput, Toolset},
};

/// Seconds that one round of a pack works; the command goes on until the pack is complete.
const ROUND_S: u32 = 600;
const REHEARSE_EXIT_CODES: &str = "Exit codes:
  0  Every outcome that this workflow can show passed
  1  An outcome failed or was not run
  2  A setting or an argument cannot be used, or the tool is switched off
  5  Somebody still has to go through links";

/// What to ask about a workflow.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct OfWorkflow {
    #[command(flatten)]
    format: Format,
    #[command(subcommand)]
    command: WorkflowCommand,
}

#[derive(Debug, Subcommand)]
enum WorkflowCommand {
    /// Show who of past sessions would have ended otherwise under other thresholds; changes nothing.
    WhatIf(Box<WhatIf>),
}

/// What to keep for an audit.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Audit {
    #[command(flatten)]
    format: Format,
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Write the sessions of a period into a folder: decisions, trails, settings, summary, manifest; run it again to resume.
    Pack(Pack),
}

/// Which days; together they name one period.
#[derive(Debug, Args)]
struct Days {
    /// First day, YYYY-MM-DD in UTC.
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Last day, included [default: today].
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Length of the period [default: 30].
    #[arg(long, value_name = "NUMBER")]
    days: Option<u32>,
}

#[derive(Debug, Args)]
struct WhatIf {
    /// Id or name.
    workflow: String,
    /// Face match below this: in review.
    #[arg(long, value_name = "NUMBER")]
    face_match_score_review_threshold: Option<u32>,
    /// Face match below this: declined.
    #[arg(long, value_name = "NUMBER")]
    face_match_score_decline_threshold: Option<u32>,
    /// Liveness below this: in review.
    #[arg(long, value_name = "NUMBER")]
    face_liveness_score_review_threshold: Option<u32>,
    /// Liveness below this: declined.
    #[arg(long, value_name = "NUMBER")]
    face_liveness_score_decline_threshold: Option<u32>,
    /// Watch-list risk above this: in review.
    #[arg(long, value_name = "NUMBER")]
    aml_score_approve_threshold: Option<u32>,
    /// Watch-list risk above this: declined.
    #[arg(long, value_name = "NUMBER")]
    aml_score_review_threshold: Option<u32>,
    #[command(flatten)]
    days: Days,
    /// Most sessions to look at, newest first [default: 200].
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
    #[command(flatten)]
    format: ListFormat,
}

/// Which sessions are looked at; --workflow-id is a filter here.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Duplicates {
    #[command(flatten)]
    format: Format,
    #[command(flatten)]
    days: Days,
    /// Most sessions to look at, newest first [default: 300].
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
}

/// What is rehearsed, in a sandbox application.
#[derive(Debug, Args)]
#[command(after_help = REHEARSE_EXIT_CODES)]
pub(super) struct Rehearse {
    #[command(flatten)]
    format: Format,
    /// Id or name; the default workflow when absent.
    workflow: Option<String>,
    /// Only this outcome, such as approve or decline_aml_hit; can be repeated.
    #[arg(long = "outcome", value_name = "NAME")]
    outcomes: Vec<String>,
    /// Go on with an earlier rehearsal.
    #[arg(long, value_name = "NAME")]
    rehearsal: Option<String>,
    /// Seconds to wait for whoever goes through the links [default: 45].
    #[arg(long, value_name = "SECONDS")]
    max_wait: Option<u32>,
    #[command(flatten)]
    list: ListFormat,
}

/// What belongs into the pack; --workflow-id is a filter here.
#[derive(Debug, Args)]
struct Pack {
    #[command(flatten)]
    days: Days,
    /// Didit's whole answers, all personal data included, instead of masked decisions.
    #[arg(long)]
    full: bool,
    /// Also the PDF report of each finished session.
    #[arg(long)]
    reports: bool,
    /// Its name in the output folder [default: made from the period].
    #[arg(long, value_name = "NAME")]
    folder: Option<String>,
}

/// Runs `workflow what-if`.
pub(super) async fn workflow(
    arguments: OfWorkflow,
    options: &Options,
    redactor: Redactor,
) -> ExitCode {
    let WorkflowCommand::WhatIf(asked) = arguments.command;
    let options = with_toolset(options);
    runner::run(&options, arguments.format, redactor, async |runner| {
        what_if(runner, *asked).await
    })
    .await
}

/// Runs `audit pack`.
pub(super) async fn audit(arguments: Audit, options: &Options, redactor: Redactor) -> ExitCode {
    let AuditCommand::Pack(asked) = arguments.command;
    let options = with_toolset(options);
    runner::run(&options, arguments.format, redactor, async |runner| {
        pack(runner, asked).await
    })
    .await
}

/// Runs `duplicates`.
pub(super) async fn duplicates(
    arguments: Duplicates,
    options: &Options,
    redactor: Redactor,
) -> ExitCode {
    let options = with_toolset(options);
    runner::run(&options, arguments.format, redactor, async |runner| {
        let mut given = arguments.days.given();
        given.insert("workflow".to_owned(), of_setting(runner));
        given.insert("limit".to_owned(), json!(arguments.limit));
        let answer = runner
            .call("didit_duplicates", Value::Object(given))
            .await?;
        runner.output().answer(&answer).map_err(unprinted)?;
        Ok(ExitCode::SUCCESS)
    })
    .await
}

/// Runs `rehearse`.
pub(super) async fn rehearse(
    arguments: Rehearse,
    options: &Options,
    redactor: Redactor,
) -> ExitCode {
    let options = with_toolset(options);
    runner::run(&options, arguments.format, redactor, async |runner| {
        let outcomes = (!arguments.outcomes.is_empty()).then_some(&arguments.outcomes);
        let given = json!({
            "workflow": arguments.workflow,
            "outcomes": outcomes,
            "rehearsal": arguments.rehearsal,
            "max_wait_s": arguments.max_wait,
        });
        let answer = runner.call("didit_rehearse", given).await?;
        let table = Table(&[
            ("OUTCOME", "outcome"),
            ("EXPECTED", "expected"),
            ("STATUS", "status"),
            ("RESULT", "result"),
            ("#", "session_number"),
            ("LINK", "url"),
        ]);
        rows(runner, &answer, &table, arguments.list)?;
        let count = |name: &str| data(&answer).get(name).and_then(Value::as_u64);
        Ok(match (count("fail"), count("not_run"), count("waiting")) {
            (Some(0), Some(0), Some(0)) => ExitCode::SUCCESS,
            (Some(0), Some(0), _) => ExitCode::from(TIME_OVER),
            _ => ExitCode::FAILURE,
        })
    })
    .await
}

async fn what_if(runner: &Runner, asked: WhatIf) -> Outcome {
    let mut given = asked.days.given();
    for (name, value) in [
        ("workflow", json!(asked.workflow)),
        ("limit", json!(asked.limit)),
        (
            "face_match_score_review_threshold",
            json!(asked.face_match_score_review_threshold),
        ),
        (
            "face_match_score_decline_threshold",
            json!(asked.face_match_score_decline_threshold),
        ),
        (
            "face_liveness_score_review_threshold",
            json!(asked.face_liveness_score_review_threshold),
        ),
        (
            "face_liveness_score_decline_threshold",
            json!(asked.face_liveness_score_decline_threshold),
        ),
        (
            "aml_score_approve_threshold",
            json!(asked.aml_score_approve_threshold),
        ),
        (
            "aml_score_review_threshold",
            json!(asked.aml_score_review_threshold),
        ),
    ] {
        given.insert(name.to_owned(), value);
    }
    let answer = runner
        .call("didit_workflow_what_if", Value::Object(given))
        .await?;
    let table = Table(&[
        ("#", "session_number"),
        ("YOUR ID", "vendor_data"),
        ("FROM", "from"),
        ("TO", "to"),
        ("FACE MATCH", "face_match_score"),
        ("LIVENESS", "liveness_score"),
        ("AML", "aml_score"),
        ("BY A HUMAN", "set_by_a_human"),
    ]);
    rows(runner, &answer, &table, asked.format)?;
    Ok(ExitCode::SUCCESS)
}

/// Works until nothing is left to be made, or until a round brings nothing.
async fn pack(runner: &Runner, asked: Pack) -> Outcome {
    let mut given = asked.days.given();
    for (name, value) in [
        ("workflow", of_setting(runner)),
        (
            "decisions",
            json!(if asked.full { "full" } else { "masked" }),
        ),
        ("reports", json!(asked.reports)),
        ("folder", json!(asked.folder)),
        ("max_wait_s", json!(ROUND_S)),
    ] {
        given.insert(name.to_owned(), value);
    }
    let mut left = None;
    loop {
        let arguments = Value::Object(given.clone());
        let answer = runner.call("didit_audit_pack", arguments).await?;
        let of_answer = data(&answer);
        let still = of_answer.get("left").and_then(Value::as_u64);
        let is_complete = of_answer.get("is_complete") == Some(&true.into());
        let brought_nothing = left.is_some() && still >= left;
        if is_complete || still == Some(0) || brought_nothing {
            runner.output().answer(&answer).map_err(unprinted)?;
            return Ok(if is_complete {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        left = still;
        // Days that are counted back from today would be others after midnight.
        for name in ["from", "to"] {
            given.insert(name.to_owned(), json!(of_answer.get(name)));
        }
        given.insert("days".to_owned(), Value::Null);
    }
}

/// The rows as a table, and then what the answer says besides them.
fn rows(
    runner: &Runner,
    answer: &ToolOutput,
    table: &Table<'_>,
    format: ListFormat,
) -> Result<(), ToolError> {
    let output = runner.output();
    output.rows(answer, table, format).map_err(unprinted)?;
    if format.is_csv() {
        return Ok(());
    }
    let is_said = |line: &&str| !line.starts_with("- ");
    for line in answer.text.lines().skip(1).filter(is_said) {
        output.text(line).map_err(unprinted)?;
    }
    if output.is_json() {
        return Ok(());
    }
    output.next_steps(answer).map_err(unprinted)
}

impl Days {
    fn given(&self) -> Map<String, Value> {
        let named = [
            ("from", json!(self.from)),
            ("to", json!(self.to)),
            ("days", json!(self.days)),
        ];
        named
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

fn of_setting(runner: &Runner) -> Value {
    json!(runner.connection().settings().workflow_id)
}

/// Whoever types such a command wants it: its tools are off for clients alone, unless the operator chose the toolsets.
fn with_toolset(options: &Options) -> Options {
    let mut options = options.clone();
    options.toolsets.get_or_insert_with(|| {
        let mut on = Toolset::defaults();
        on.push(Toolset::Operations);
        on.into_iter()
            .map(Toolset::name)
            .collect::<Vec<_>>()
            .join(",")
    });
    options
}
