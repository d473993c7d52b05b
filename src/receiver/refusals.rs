//! How many posts were refused, said once a minute: whoever floods the receiver must not flood the log.

use std::{
    fmt::Display,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Between two lines of the log.
const QUIET: Duration = Duration::from_secs(60);

/// Counts refusals between two lines of the log.
#[derive(Default)]
pub(super) struct Refusals(Mutex<State>);

#[derive(Default)]
struct State {
    said_at: Option<Instant>,
    unsaid: u64,
}

impl Refusals {
    /// Notes a refusal. The first is logged at once; those that follow within a minute are counted in the next line.
    pub(super) fn note(&self, reason: &dyn Display) {
        if let Some(unsaid) = self.count(Instant::now()) {
            tracing::warn!(
                %reason,
                others_since_the_last_line = unsaid,
                "a webhook was refused; more within a minute are only counted"
            );
        }
    }

    /// The refusals that no line told yet, besides this one, when it is time for a line.
    fn count(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_quiet = state
            .said_at
            .is_some_and(|said| now.saturating_duration_since(said) < QUIET);
        if is_quiet {
            state.unsaid += 1;
            return None;
        }
        state.said_at = Some(now);
        Some(std::mem::take(&mut state.unsaid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_one_line_and_the_next_tells_how_many_there_were() {
        let refusals = Refusals::default();
        let start = Instant::now();
        assert_eq!(refusals.count(start), Some(0));
        for second in 0..59 {
            assert_eq!(refusals.count(start + Duration::from_secs(second)), None);
        }
        assert_eq!(refusals.count(start + QUIET), Some(59));
        assert_eq!(refusals.count(start + QUIET * 3), Some(0));
    }
}
