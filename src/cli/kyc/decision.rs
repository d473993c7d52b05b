//! `kyc decision`: where a session stands, now or once it is decided.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Args;
use serde_json::{Value, json};

use super::fields::text;
use crate::{
    cli::{
        progress::Spinner,
        runner::{DECLINED, IN_REVIEW, Outcome, Runner, TIME_OVER, unprinted},
        which,
    },
    didit::{NextActor, SessionStatus},
    tools::{Progress as _, ToolError, ToolOutput},
};

/// The longest wait that the tool agrees to at once, in seconds.
const LONGEST_CALL_S: u64 = 600;
/// The pause after a look that failed.
const AFTER_TROUBLE: Duration = Duration::from_secs(10);

/// Which session, and how to look at it.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The session.
    #[arg(help = which::SESSION)]
    session: String,
    #[command(flatten)]
    waiting: Waiting,
    /// Show all findings, with numbers masked.
    #[arg(long)]
    detailed: bool,
    /// Also save Didit's whole answer, with all personal data, under this name in the output folder.
    #[arg(long, value_name = "NAME")]
    raw_file: Option<String>,
}

/// How long to wait for a decision.
#[derive(Debug, Args)]
pub(super) struct Waiting {
    /// Wait until the session is decided or in review; the exit code tells which.
    #[arg(long, visible_alias = "poll")]
    pub(super) wait: bool,
    /// Seconds between two polls [default: 10, then slowly more].
    #[arg(long, value_name = "SECONDS", requires = "wait", value_parser = clap::value_parser!(u64).range(1..=3600))]
    interval: Option<u64>,
    /// Seconds to wait at most.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=604_800))]
    max_wait: u64,
}

pub(super) async fn run(runner: &Runner, arguments: Arguments) -> Outcome {
    let session = which::session(runner, &arguments.session).await?;
    let look = json!({
        "session_id": session,
        "detail": arguments.detailed.then_some("detailed"),
        "raw_file": arguments.raw_file,
    });
    let (answer, code) = if arguments.waiting.wait {
        let (answer, code) = follow(runner, &session, &arguments.waiting).await?;
        if arguments.detailed || arguments.raw_file.is_some() {
            // The code tells what is printed: somebody may have decided otherwise between the two looks.
            let answer = runner.call("didit_session_get_decision", look).await?;
            let code = exit_code(&answer);
            (answer, code)
        } else {
            (answer, code)
        }
    } else {
        let answer = runner.call("didit_session_get_decision", look).await?;
        (answer, ExitCode::SUCCESS)
    };
    runner.output().answer(&answer).map_err(unprinted)?;
    Ok(code)
}

/// Waits for a decision: the last look at the session, and the exit code that tells what it says.
pub(super) async fn follow(
    runner: &Runner,
    session: &str,
    waiting: &Waiting,
) -> Result<(ToolOutput, ExitCode), ToolError> {
    let total = Duration::from_secs(waiting.max_wait);
    let started = Instant::now();
    let spinner = Spinner::start("Waiting for the person");
    loop {
        let left = total.saturating_sub(started.elapsed());
        let mut pause = waiting.interval.map(Duration::from_secs);
        match look(runner, session, waiting, left).await {
            Ok(mut answer) => {
                let status = text(&answer, "status").to_owned();
                let left = total.saturating_sub(started.elapsed());
                let is_over = left.is_zero();
                // The last look comes when the time is over, not an interval before.
                pause = pause.map(|pause| pause.min(left));
                let turn = status_of(&answer).turn();
                let is_settled = matches!(turn, NextActor::Nobody | NextActor::Reviewer);
                if is_over || is_settled {
                    // The tool says so by itself when it was the one that waited.
                    if !is_settled && waiting.interval.is_some() {
                        let text = format!("Not decided after {} s.\n", waiting.max_wait);
                        answer.text.insert_str(0, &text);
                    }
                    let code = exit_code(&answer);
                    return Ok((answer, code));
                }
                spinner.report(0.0, 0.0, format!("Waiting for the person; now {status}"));
            }
            // What passes is waited out as long as the tool would.
            Err(error) if error.code.passes() => {
                let wait = error
                    .retry_after_s
                    .map(|seconds| Duration::from_secs(seconds.into()));
                pause = Some(pause.or(wait).unwrap_or(AFTER_TROUBLE));
                if started.elapsed() + pause.unwrap_or_default() >= total {
                    return Err(error);
                }
                spinner.report(0.0, 0.0, error.message);
            }
            Err(error) => return Err(error),
        }
        tokio::time::sleep(pause.unwrap_or_default()).await;
    }
}

/// One look at the session; without an interval it is a long one, which ends early when the session is decided.
async fn look(
    runner: &Runner,
    session: &str,
    waiting: &Waiting,
    left: Duration,
) -> Result<ToolOutput, ToolError> {
    if waiting.interval.is_some() {
        let arguments = json!({ "session_id": session });
        return runner
            .call_silently("didit_session_get_decision", arguments)
            .await;
    }
    // Rounded up, because the tool does not accept a wait of less than a second.
    let seconds = left.as_secs_f64().ceil().max(1.0) as u64;
    let arguments = json!({ "session_id": session, "max_wait_s": seconds.min(LONGEST_CALL_S) });
    runner
        .call_silently("didit_session_wait_for_decision", arguments)
        .await
}

/// The status of the session that an answer tells; a text of its own is one that this version does not know.
fn status_of(answer: &ToolOutput) -> SessionStatus {
    let status = text(answer, "status");
    status
        .parse()
        .unwrap_or_else(|_| SessionStatus::Other(status.to_owned()))
}

/// Whether an approval is one that a human should look at first.
fn needs_a_look(answer: &ToolOutput) -> bool {
    let data = answer.data.as_ref();
    data.and_then(|data| data.get("needs_a_look")) == Some(&Value::Bool(true))
}

fn exit_code(answer: &ToolOutput) -> ExitCode {
    let status = status_of(answer);
    match (status.turn(), status) {
        (NextActor::Person | NextActor::Unknown, _) => ExitCode::from(TIME_OVER),
        // Whoever approved by hand need not have seen what the answer warns of.
        (NextActor::Nobody, SessionStatus::Approved) if !needs_a_look(answer) => ExitCode::SUCCESS,
        (NextActor::Reviewer, _) | (NextActor::Nobody, SessionStatus::Approved) => {
            ExitCode::from(IN_REVIEW)
        }
        (NextActor::Nobody, _) => ExitCode::from(DECLINED),
    }
}
