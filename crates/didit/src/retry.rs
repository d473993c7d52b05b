//! When a call may be made again, and after how long: a pure function, so that every case can be listed.
//!
//! A read may be retried after any transient failure. A write is retried only when Didit
//! certainly did not process it: it answered 429, or no connection was established.

use std::time::Duration;

use super::error::{Error, ErrorKind};

/// The longest wait before the second attempt; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait that is not asked for by the server.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// Whether a call changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// It changes nothing.
    Read,
    /// It may change something.
    Write,
}

/// How long to wait before the next attempt; `None` when the error is final.
///
/// `attempt` counts those already made, from 1; `left` is what remains of the call's deadline; `chance` lies
/// between 0 and 1 and spreads the waits of many clients (full jitter).
pub fn wait(
    safety: Safety,
    error: &Error,
    attempt: u32,
    left: Duration,
    chance: f64,
) -> Option<Duration> {
    if !is_transient(safety, error) {
        return None;
    }
    let asked = error.api().and_then(|error| error.retry_after);
    let wait = asked.unwrap_or_else(|| {
        FIRST_WAIT
            .saturating_mul(1 << (attempt.saturating_sub(1)).min(10))
            .min(LONGEST_WAIT)
            .mul_f64(chance.clamp(0.0, 1.0))
    });
    // There must be time left for the attempt itself; otherwise the caller is told when to come back.
    (wait < left).then_some(wait)
}

/// Whether the same call can succeed a moment later, without any risk of being processed twice.
fn is_transient(safety: Safety, error: &Error) -> bool {
    match (error, safety) {
        (Error::Unreachable { .. }, _) => true,
        (Error::Timeout { sent: false, .. }, _) => true,
        (Error::Interrupted { .. }, Safety::Read) => true,
        (Error::Api(error), _) if error.kind == ErrorKind::RateLimited => true,
        (Error::Api(error), Safety::Read) => matches!(error.status, 502..=504),
        _ => false,
    }
}
