//! Waiting for a person to finish.

use std::{sync::Arc, time::Duration};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{decision, which::Which};
use crate::{
    didit::{Decision, NextActor, SessionStatus, Step},
    tools::{
        Context, Tool, ToolError, ToolOutput, Toolset, advice, error::NotDone, input::Combined,
        untrusted::clean_sentence, verdict,
    },
};

/// The tool that waits.
pub const TOOL: &str = "didit_session_wait_for_decision";
/// The default wait: less than the minute after which many clients give up.
const DEFAULT_WAIT_S: u64 = 45;
const MAX_WAIT_S: u64 = 600;
/// How often a waiting client hears that the call is alive.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// The pause before a session is followed anew whose polling ended.
const BEFORE_ANEW: Duration = Duration::from_secs(1);
/// Statuses of steps that the person has yet to do.
const OPEN_STEPS: [&str; 2] = ["Not Finished", "Resub Requested"];

pub(super) fn tool() -> Tool {
    Tool::read(TOOL, Toolset::Sessions)
        .title("Wait for the decision")
        .description(
            "Waits until the session is decided or in review, then answers like \
             didit_session_get_decision.",
        )
        .example(|world| json!({ "session_id": world.session_id, "max_wait_s": 1 }))
        .search_words("poll the KYC result, until verified, notify when done")
        .aliases(&[
            ("id", "session_id"),
            ("timeout", "max_wait_s"),
            ("max_wait", "max_wait_s"),
        ])
        .run(wait)
}

/// The arguments of a wait.
#[derive(Deserialize, JsonSchema)]
struct WaitInput {
    /// Seconds to wait, 45 by default.
    #[schemars(range(min = 1, max = 600))]
    max_wait_s: Option<u64>,
}

/// The time that a call has agreed to wait, for its deadline.
pub(in crate::tools) fn agreed_wait(arguments: Option<&Map<String, Value>>) -> Duration {
    let seconds = arguments
        .and_then(|arguments| arguments.get("max_wait_s"))
        .and_then(|value| match value {
            Value::Number(number) => number.as_f64().map(|number| number as u64),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        });
    Duration::from_secs(seconds.unwrap_or(DEFAULT_WAIT_S).min(MAX_WAIT_S))
}

/// Follows the session until it is decided or the agreed time is over.
async fn wait(
    context: Context,
    Combined(which, input): Combined<Which, WaitInput>,
) -> Result<ToolOutput, NotDone> {
    let (id, others) = which.find(&context).await?;
    let total = Duration::from_secs(input.max_wait_s.unwrap_or(DEFAULT_WAIT_S));
    let started = Instant::now();
    let mut follower = context.connection.follow(id)?;
    let mut latest: Option<Arc<Decision>> = None;
    let mut trouble: Option<ToolError> = None;
    let over = tokio::time::sleep_until(started + total);
    tokio::pin!(over);
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    loop {
        if let Some(decision) = latest.as_deref().filter(|it| is_settled(&it.status)) {
            return Ok(others.add(decision::explain(&context, decision).await));
        }
        // The first look has its own deadline, so even the shortest wait has something to say.
        let has_looked = latest.is_some() || trouble.is_some();
        tokio::select! {
            seen = follower.next() => match seen {
                Ok(decision) => (latest, trouble) = (Some(decision), None),
                Err(error) => {
                    let error = ToolError::from(error);
                    // A wait of minutes should not end with trouble on the way, not even where it begins with that.
                    let passes = error.code.passes() || latest.is_some() && error.code.is_transient();
                    if !passes {
                        return Err(error.into());
                    }
                    trouble = Some(error);
                    if follower.is_over() {
                        tokio::time::sleep(BEFORE_ANEW).await;
                        follower = context.connection.follow(id)?;
                    }
                }
            },
            // Regular signs of life keep a client from giving up on the call.
            _ = heartbeat.tick(), if has_looked => context.progress.report(
                started.elapsed().as_secs_f64().min(total.as_secs_f64()),
                total.as_secs_f64(),
                match (&trouble, &latest) {
                    (None, Some(decision)) => doing(decision),
                    (trouble, _) => format!("Trying again: {}", said(trouble)),
                },
            ),
            () = &mut over, if has_looked => match (&latest, trouble.take()) {
                (Some(decision), trouble) => {
                    let answer = others.add(decision::explain(&context, decision).await);
                    return Ok(still_waiting(answer, total, &trouble));
                }
                (None, Some(error)) => return Err(error.into()),
                (None, None) => {}
            },
        }
    }
}

/// What went wrong on the way.
fn said(trouble: &Option<ToolError>) -> String {
    let message = trouble.as_ref().map(|error| error.message.as_str());
    clean_sentence(message.unwrap_or_default())
}

/// Whether waiting is pointless: the session is decided, or a reviewer acts next.
fn is_settled(status: &SessionStatus) -> bool {
    matches!(status.turn(), NextActor::Nobody | NextActor::Reviewer)
}

/// What the person is doing, in a sentence.
fn doing(decision: &Decision) -> String {
    let meaning = advice::meaning(&decision.status).verdict;
    let (done, open): (Vec<Step<'_>>, Vec<Step<'_>>) =
        decision.steps().into_iter().partition(|step| {
            step.status
                .is_some_and(|status| !OPEN_STEPS.contains(&status))
        });
    let names = |steps: &[Step<'_>]| verdict::names_of(steps).join(", ");
    match (done.is_empty(), open.is_empty()) {
        (true, _) => meaning.to_owned(),
        (false, true) => format!("{meaning} Done: {}.", names(&done)),
        (false, false) => format!("{meaning} Done: {}; open: {}.", names(&done), names(&open)),
    }
}

fn still_waiting(
    mut answer: ToolOutput,
    total: Duration,
    trouble: &Option<ToolError>,
) -> ToolOutput {
    let failed = match trouble {
        Some(_) => format!(
            " The last look failed, so this is from an earlier one: {}",
            said(trouble)
        ),
        None => String::new(),
    };
    answer.text = format!(
        "Not decided after {} s of waiting; the session goes on by itself.{failed}\n{}",
        total.as_secs(),
        answer.text
    );
    answer
}
