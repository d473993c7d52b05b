//! What one call does at Didit: how long it waited for the rate limits, and whether it sent a change.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::deadline::Deadline;
use crate::{
    didit::{Observer, retry::Safety},
    tools::{Access, Progress},
};

/// The most time that waits for the rate limits add to one call, however many requests it makes: two full minutes of them.
const MOST_WAITED: Duration = Duration::from_secs(150);

/// The watch over one call.
pub(super) struct CallObserver {
    /// The moment by which the call is answered.
    pub(super) deadline: Deadline,
    progress: Arc<dyn Progress>,
    waited: Mutex<Duration>,
    read_sent: AtomicBool,
    change_sent: AtomicBool,
}

impl CallObserver {
    /// A call that has done nothing yet.
    pub(super) fn new(deadline: Deadline, progress: Arc<dyn Progress>) -> Self {
        Self {
            deadline,
            progress,
            waited: Mutex::default(),
            read_sent: AtomicBool::new(false),
            change_sent: AtomicBool::new(false),
        }
    }

    /// Whether a call of a tool with this access may have changed something. If it sent no request, it may work by other
    /// means, so a change is assumed unless the tool only reads.
    pub(super) fn may_have_changed(&self, access: Access) -> bool {
        let read_only = self.read_sent.load(Ordering::Relaxed) || access == Access::Read;
        self.change_sent.load(Ordering::Relaxed) || !read_only
    }
}

impl Observer for CallObserver {
    fn waits(&self, time: Duration) {
        let mut waited = self.waited.lock().unwrap_or_else(PoisonError::into_inner);
        let granted = time.min(MOST_WAITED.saturating_sub(*waited));
        *waited += granted;
        self.deadline.extend(granted);
        self.progress.waits_for_limit(time);
    }

    fn sends(&self, safety: Safety) {
        match safety {
            Safety::Read => &self.read_sent,
            Safety::Write => &self.change_sent,
        }
        .store(true, Ordering::Relaxed);
    }
}
