//! Waiting for a person to finish.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::{Answer, Context, advice, connection::Mode, decision, error::Stop};
use crate::didit::{SessionId, SessionStatus};

/// The tool that waits.
pub(super) const TOOL: &str = "didit_session_wait_for_decision";
/// The wait when none is agreed: short of the minute after which many clients give up.
const DEFAULT_WAIT_S: u64 = 45;
const MAX_WAIT_S: u64 = 600;
/// How often Didit is asked; well within its limits for many waits at once.
const INTERVAL: Duration = Duration::from_secs(10);
/// The simulator has no such limits.
const SIMULATOR_INTERVAL: Duration = Duration::from_millis(500);

/// The arguments of a wait.
#[derive(Deserialize, JsonSchema)]
pub(super) struct WaitInput {
    /// Session UUID.
    session_id: String,
    /// Seconds to wait, 45 by default.
    #[schemars(range(min = 1, max = 600))]
    max_wait_s: Option<u64>,
}

/// The time that a call has agreed to wait, for its deadline.
pub(super) fn agreed_wait(arguments: Option<&Map<String, Value>>) -> Duration {
    let seconds = arguments
        .and_then(|arguments| arguments.get("max_wait_s"))
        .and_then(|value| match value {
            Value::Number(number) => number.as_f64().map(|number| number as u64),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        });
    Duration::from_secs(seconds.unwrap_or(DEFAULT_WAIT_S).min(MAX_WAIT_S))
}

/// Asks until the session is decided or the agreed time is over.
pub(super) async fn wait(context: &Context, input: WaitInput) -> Result<Answer, Stop> {
    let id: SessionId = input.session_id.parse()?;
    let client = context.client()?;
    let total = Duration::from_secs(input.max_wait_s.unwrap_or(DEFAULT_WAIT_S));
    let interval = match context.connection.settings().mode {
        Mode::Simulator => SIMULATOR_INTERVAL,
        Mode::Didit => INTERVAL,
    };
    let level = context.connection.settings().personal_data;
    let started = Instant::now();
    loop {
        let found = client.decision(&id).await?;
        // A human's turn ends the wait too: nothing more happens by itself.
        if found.status.is_final() || found.status == SessionStatus::InReview {
            return Ok(decision::concise(&found, level));
        }
        let left = total.saturating_sub(started.elapsed());
        if left.is_zero() {
            return Ok(still_waiting(decision::concise(&found, level), total));
        }
        context.progress.report(
            started.elapsed().as_secs_f64().min(total.as_secs_f64()),
            total.as_secs_f64(),
            advice::meaning(&found.status).verdict.to_owned(),
        );
        tokio::time::sleep(interval.min(left)).await;
    }
}

fn still_waiting(mut answer: Answer, total: Duration) -> Answer {
    answer.text = format!(
        "Not decided after {} s of waiting; the session goes on by itself.\n{}",
        total.as_secs(),
        answer.text
    );
    answer
}
