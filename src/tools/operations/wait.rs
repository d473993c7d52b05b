//! The time that a call of this toolset has agreed to take.

use std::time::Duration;

use serde_json::{Map, Value};

/// Less than the minute after which many clients give up.
const DEFAULT_S: u64 = 45;
const MOST_S: u64 = 600;

/// The time that was agreed in the arguments.
pub(in crate::tools) fn agreed_wait(arguments: Option<&Map<String, Value>>) -> Duration {
    let given = arguments.and_then(|arguments| arguments.get("max_wait_s"));
    let seconds = given.and_then(|value| match value {
        Value::Number(number) => number.as_f64().map(|number| number as u64),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    });
    of(seconds)
}

/// So many seconds, or as many as usual.
pub(super) fn of(seconds: Option<u64>) -> Duration {
    Duration::from_secs(seconds.unwrap_or(DEFAULT_S).min(MOST_S))
}
