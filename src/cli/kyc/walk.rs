//! `kyc review`: the queue one by one, with a human's word for each.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::{
    cli::{
        ask::{self, Agreed},
        output::data,
        runner::{Outcome, Runner, unprinted},
    },
    tools::{ErrorCode, ToolError},
};

/// Rows of the queue that are read at once.
const PAGE: u32 = 50;
/// What is asked of each session.
const QUESTION: &str = "[a]pprove, [d]ecline, ask a[g]ain, [s]kip, or nothing to end";

/// Which part of the queue; --workflow-id is a filter here.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only what waits longer, such as "3 days" or 12h.
    #[arg(long, value_name = "TIME")]
    older_than: Option<String>,
    /// Only what waits for this check, such as "face match", or risk code.
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
}

/// What a human says of a session.
enum Word {
    Decide(&'static str),
    Skip,
    Quit,
}

pub(super) async fn run(runner: &Runner, arguments: Arguments) -> Outcome {
    if !ask::is_interactive() || runner.output().is_json() {
        return Err(ToolError::new(
            ErrorCode::Terminal,
            "The review asks about each person, and there is no terminal to ask at. Nothing was changed.",
        )
        .with_advice("didit-mcp kyc queue shows the same list, and kyc approve, decline and resubmit decide."));
    }
    let (mut decided, mut skipped) = (0_u32, 0_u32);
    let mut cursor = Value::Null;
    'pages: loop {
        let queue = runner
            .call(
                "didit_review_queue",
                json!({
                    "older_than": arguments.older_than,
                    "workflow": runner.connection().settings().workflow_id,
                    "reason": arguments.reason,
                    "limit": PAGE,
                    "cursor": cursor,
                }),
            )
            .await?;
        let page = data(&queue);
        let heading = queue.text.lines().next().unwrap_or_default();
        runner.output().text(heading).map_err(unprinted)?;
        let rows = page.get("items").and_then(Value::as_array);
        for row in rows.into_iter().flatten() {
            let Some(id) = row.get("session_id").and_then(Value::as_str) else {
                continue;
            };
            match one(runner, id).await? {
                Word::Decide(_) => decided += 1,
                Word::Skip => skipped += 1,
                Word::Quit => break 'pages,
            }
        }
        match page.get("next_cursor") {
            Some(next) => cursor = next.clone(),
            None => break,
        }
    }
    let end = format!("{decided} decided, {skipped} skipped.");
    runner.output().text(&end).map_err(unprinted)?;
    Ok(ExitCode::SUCCESS)
}

/// Shows a session and asks what to do, until something was done or the human goes on.
async fn one(runner: &Runner, id: &str) -> Result<Word, ToolError> {
    let output = runner.output();
    let decision = runner
        .call("didit_session_get_decision", json!({ "session_id": id }))
        .await?;
    output.text("").map_err(unprinted)?;
    output.shown(&decision).map_err(unprinted)?;
    loop {
        let status = match word().await? {
            Word::Decide(status) => status,
            other => return Ok(other),
        };
        let steps = if status == "Resubmitted" {
            ask::for_text("Steps, such as document, selfie (empty: all that is not approved)")
                .await?
        } else {
            None
        };
        let comment = ask::for_text("Comment for the record (empty: none)").await?;
        let steps: Option<Vec<&str>> = steps
            .as_deref()
            .map(|steps| steps.split(',').map(str::trim).collect());
        let done = runner
            .decide(
                "didit_session_update_status",
                json!({
                    "session_id": id,
                    "new_status": status,
                    "steps": steps,
                    "comment": comment,
                }),
                Agreed::default(),
            )
            .await;
        match done {
            Ok(answer) => {
                output.text(&answer.text).map_err(unprinted)?;
                return Ok(Word::Decide(status));
            }
            // Everything that leaves the session as it was can be answered in another way.
            Err(error) if error.code == ErrorCode::RefusedByHuman || !error.leaves_open() => {
                output.error(&error, &|_| false).map_err(unprinted)?;
            }
            Err(error) => return Err(error),
        }
    }
}

async fn word() -> Result<Word, ToolError> {
    loop {
        let answer = ask::for_text(QUESTION).await?.unwrap_or_default();
        return Ok(match answer.to_lowercase().as_str() {
            "a" | "approve" => Word::Decide("Approved"),
            "d" | "decline" => Word::Decide("Declined"),
            "g" | "again" | "ask again" => Word::Decide("Resubmitted"),
            "s" | "skip" => Word::Skip,
            // The end of the input is empty as well.
            "" | "q" | "quit" => Word::Quit,
            _ => continue,
        });
    }
}
