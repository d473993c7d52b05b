//! Wrong codes of a second factor, so that guessing ends before Didit locks the account.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Wrong codes after which no other one is sent.
const MOST_WRONG: usize = 3;
/// How long a wrong code counts.
const COUNTED_FOR: Duration = Duration::from_secs(15 * 60);

/// When this process sent wrong codes.
#[derive(Debug, Default)]
pub(super) struct WrongCodes(Mutex<Vec<Instant>>);

impl WrongCodes {
    /// Takes one of the tries, before the code is sent, so that calls at the same time take one each.
    pub(super) fn take(&self) -> bool {
        let mut taken = self.counted();
        let is_left = taken.len() < MOST_WRONG;
        if is_left {
            taken.push(Instant::now());
        }
        is_left
    }

    /// Gives back the try of a code that nobody judged.
    pub(super) fn give_back(&self) {
        self.counted().pop();
    }

    /// How many more codes may be tried now.
    pub(super) fn left(&self) -> usize {
        MOST_WRONG.saturating_sub(self.counted().len())
    }

    /// Forgets them after a right one.
    pub(super) fn clear(&self) {
        self.counted().clear();
    }

    fn counted(&self) -> MutexGuard<'_, Vec<Instant>> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.retain(|at| at.elapsed() < COUNTED_FOR);
        taken
    }
}
