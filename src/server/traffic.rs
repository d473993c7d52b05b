//! What is under way between a client and the server, so that neither can drown the other.

use std::{
    collections::HashSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use rmcp::model::RequestId;
use tokio::sync::Notify;

/// Requests that may be open at once; far more than run, so that a burst waits here and not in the pipe.
const MOST_OPEN: usize = 4096;
/// Answers that may wait for a slow reader, in bytes, before no more requests are read.
const MOST_UNSENT_BYTES: usize = 4 * 1024 * 1024;
/// What a waiting answer costs besides its bytes.
const OVERHEAD_BYTES: usize = 2 * 1024;

/// Counts open requests and unsent bytes.
#[derive(Default)]
pub(super) struct Traffic {
    open: Mutex<HashSet<RequestId>>,
    unsent: AtomicUsize,
    changed: Notify,
}

impl Traffic {
    /// Returns when there is room for another message. Until then the client's own pipe fills up, which
    /// slows it down without losing anything.
    pub(super) async fn room(&self) {
        loop {
            // Registered before looking, so that a change in between is not missed.
            let changed = self.changed.notified();
            if self.open_requests() < MOST_OPEN
                && self.unsent.load(Ordering::Acquire) < MOST_UNSENT_BYTES
            {
                return;
            }
            changed.await;
        }
    }

    /// Notes a request; false when one with this id is still open.
    pub(super) fn opened(&self, id: &RequestId) -> bool {
        self.lock().insert(id.clone())
    }

    /// Notes that a request was answered, or needs no answer any more.
    pub(super) fn closed(&self, id: &RequestId) {
        self.lock().remove(id);
        self.changed.notify_waiters();
    }

    /// Notes bytes that wait to be written.
    pub(super) fn waiting(&self, bytes: usize) {
        self.unsent
            .fetch_add(bytes + OVERHEAD_BYTES, Ordering::AcqRel);
    }

    /// Notes that they were written, or never will be.
    pub(super) fn written(&self, bytes: usize) {
        self.unsent
            .fetch_sub(bytes + OVERHEAD_BYTES, Ordering::AcqRel);
        self.changed.notify_waiters();
    }

    fn open_requests(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<RequestId>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
