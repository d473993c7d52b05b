//! `kyc queue`, `kyc stats` and `kyc follow-up`: the work of a day.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::{
    cli::{
        ask::Agreed,
        output::{ListFormat, Table, data},
        runner::{Outcome, Runner, unprinted},
    },
    config::OneOf,
    tools::{ToolError, ToolOutput},
};

/// Which part of the queue; --workflow-id is a filter here.
#[derive(Debug, Args)]
pub(super) struct Queue {
    /// Only what waits longer, such as "3 days" or 12h.
    #[arg(long, value_name = "TIME")]
    older_than: Option<String>,
    /// Only what waits for this check, such as "face match", or risk code.
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
    /// Rows, from 1 to 50 [default: 20].
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
    /// Cursor that the previous page printed.
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    #[command(flatten)]
    format: ListFormat,
}

/// Which sessions are counted; --workflow-id is a filter here.
#[derive(Debug, Args)]
pub(super) struct Stats {
    /// First day, YYYY-MM-DD in UTC.
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Last day, included [default: today].
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Length of the period [default: 30].
    #[arg(long, value_name = "NUMBER")]
    days: Option<u32>,
    /// Tell apart by workflow, country, day or week.
    #[arg(long, value_name = "WORD", value_parser = OneOf(groups), hide_possible_values = true)]
    by: Option<String>,
}

/// Whom to follow up with; --workflow-id is a filter here.
#[derive(Debug, Args)]
pub(super) struct FollowUp {
    /// Do what the plan says; asks for confirmation, once for everybody.
    #[arg(long)]
    send: bool,
    /// Only people who began longer ago, such as "2 days" [default: 1 day].
    #[arg(long, value_name = "TIME")]
    older_than: Option<String>,
    /// Sessions of the last so many days [default: 30].
    #[arg(long, value_name = "NUMBER")]
    days: Option<u32>,
    /// Only these people, by your own ids, separated by commas.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    people: Vec<String>,
    /// Days in which nobody is written to again [default: 7].
    #[arg(long, value_name = "NUMBER")]
    again_after_days: Option<u32>,
    /// Cursor that the previous page printed.
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    #[command(flatten)]
    format: ListFormat,
    #[command(flatten)]
    agreed: Agreed,
}

fn groups() -> Vec<String> {
    ["workflow", "country", "day", "week"]
        .map(str::to_owned)
        .to_vec()
}

/// Shows what waits for a human.
pub(super) async fn queue(runner: &Runner, arguments: Queue) -> Outcome {
    let mut answer = runner
        .call(
            "didit_review_queue",
            json!({
                "older_than": arguments.older_than,
                "workflow": runner.connection().settings().workflow_id,
                "reason": arguments.reason,
                "limit": arguments.limit,
                "cursor": arguments.cursor,
            }),
        )
        .await?;
    if !runner.output().is_json() {
        add_others(&mut answer);
    }
    let table = Table(&[
        ("#", "session_number"),
        ("AGE", "age"),
        ("YOUR ID", "vendor_data"),
        ("WORKFLOW", "workflow"),
        ("WHY", "reason"),
    ]);
    table_and_rest(runner, &answer, &table, arguments.format)
}

/// Counts sessions.
pub(super) async fn stats(runner: &Runner, arguments: Stats) -> Outcome {
    let answer = runner
        .call(
            "didit_session_stats",
            json!({
                "from": arguments.from,
                "to": arguments.to,
                "days": arguments.days,
                "workflow": runner.connection().settings().workflow_id,
                "by": arguments.by,
            }),
        )
        .await?;
    runner.output().answer(&answer).map_err(unprinted)?;
    Ok(ExitCode::SUCCESS)
}

/// Plans, or does, what helps people to finish.
pub(super) async fn follow_up(runner: &Runner, arguments: FollowUp) -> Outcome {
    let answer = runner
        .decide(
            "didit_session_follow_up",
            json!({
                "send": arguments.send.then_some(true),
                "older_than": arguments.older_than,
                "days": arguments.days,
                "workflow": runner.connection().settings().workflow_id,
                "people": (!arguments.people.is_empty()).then_some(arguments.people),
                "again_after_days": arguments.again_after_days,
                "cursor": arguments.cursor,
            }),
            arguments.agreed,
        )
        .await?;
    let table = Table(&[
        ("#", "session_number"),
        ("STATUS", "status"),
        ("AT", "stopped_at"),
        ("AGE", "age"),
        ("YOUR ID", "vendor_data"),
        ("PLAN", "plan"),
        ("LINK", "url"),
    ]);
    table_and_rest(runner, &answer, &table, arguments.format)
}

/// The rows as a table, and then what the answer says besides them.
fn table_and_rest(
    runner: &Runner,
    answer: &ToolOutput,
    table: &Table<'_>,
    format: ListFormat,
) -> Outcome {
    let output = runner.output();
    output.rows(answer, table, format).map_err(unprinted)?;
    let count = |name: &str| data(answer).get(name).and_then(Value::as_u64);
    let troubles = count("failed").unwrap_or_default() + count("open").unwrap_or_default();
    let code = if troubles > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    };
    if format.is_csv() {
        return Ok(code);
    }
    let is_said = |line: &&str| !line.starts_with("- ") && !line.starts_with("More rows follow");
    for line in answer.text.lines().skip(1).filter(is_said) {
        output.text(line).map_err(unprinted)?;
    }
    output_next(runner, answer)?;
    Ok(code)
}

fn output_next(runner: &Runner, answer: &ToolOutput) -> Result<(), ToolError> {
    if runner.output().is_json() {
        return Ok(());
    }
    runner.output().next_steps(answer).map_err(unprinted)
}

/// Adds to each reason where else the person was seen, which has a place of its own in the data.
fn add_others(answer: &mut ToolOutput) {
    let rows = answer
        .data
        .as_mut()
        .and_then(|data| data.get_mut("items"))
        .and_then(Value::as_array_mut);
    for row in rows.into_iter().flatten() {
        let text =
            |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut reason = text(row.get("reason"));
        let others = row.get("seen_elsewhere").and_then(Value::as_array);
        for other in others.into_iter().flatten() {
            let is_blocked = other.get("on_blocklist") == Some(&true.into());
            let place = if is_blocked {
                "on the blocklist"
            } else {
                "also in"
            };
            let number = other
                .get("session_number")
                .map(|number| format!(" #{number}"))
                .unwrap_or_default();
            reason.push_str(&format!("; {} {place}{number}", text(other.get("kind"))));
        }
        if let Some(row) = row.as_object_mut() {
            row.insert("reason".to_owned(), reason.into());
        }
    }
}
