//! Wrong codes of a second factor, so that guessing ends before Didit locks the account.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Wrong codes after which no other one is sent.
pub(super) const MOST_WRONG: usize = 3;
/// How long a wrong code counts.
const COUNTED_FOR: Duration = Duration::from_secs(15 * 60);

/// When this process sent wrong codes.
#[derive(Debug, Default)]
pub(super) struct WrongCodes(Mutex<Vec<Instant>>);

impl WrongCodes {
    /// How many more wrong codes may be sent now.
    pub(super) fn left(&self) -> usize {
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.retain(|at| at.elapsed() < COUNTED_FOR);
        MOST_WRONG.saturating_sub(wrong.len())
    }

    pub(super) fn add(&self) {
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.push(Instant::now());
    }

    /// Forgets them after a right one.
    pub(super) fn clear(&self) {
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.clear();
    }
}
