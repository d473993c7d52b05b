//! What is under way between a client and the server, so that neither can drown the other.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use rmcp::model::RequestId;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Requests that may be open at once; far more than run, so that a burst waits here and not in the pipe.
const MOST_OPEN: usize = 4096;
/// Answers that may wait for a slow reader, in bytes, before no more requests are read.
const MOST_UNSENT_BYTES: usize = 4 * 1024 * 1024;
/// Answers that may be made and not written yet. Requests beyond them wait, whose answers are larger than they are.
const MOST_UNWRITTEN: usize = 64;
/// What a waiting answer costs besides its bytes.
const OVERHEAD_BYTES: usize = 2 * 1024;

/// Counts open requests, answers that are not written yet, and unsent bytes.
pub(super) struct Traffic {
    open: Mutex<HashMap<RequestId, Option<ResponsePermit>>>,
    places: Arc<Semaphore>,
    unsent: AtomicUsize,
    changed: Notify,
}

/// The place of an answer among those that are not written yet; free again when it is dropped.
pub(super) type ResponsePermit = OwnedSemaphorePermit;

impl Default for Traffic {
    fn default() -> Self {
        Self {
            open: Mutex::default(),
            places: Arc::new(Semaphore::new(MOST_UNWRITTEN)),
            unsent: AtomicUsize::default(),
            changed: Notify::default(),
        }
    }
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
        match self.lock().entry(id.clone()) {
            Entry::Occupied(_) => false,
            Entry::Vacant(entry) => {
                entry.insert(None);
                true
            }
        }
    }

    /// Returns when the answer to a request may be made. Its place is kept with the request, and freed when the answer is
    /// written or not wanted any more.
    pub(super) async fn place(&self, id: &RequestId) {
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
            return;
        };
        if let Some(kept) = self.lock().get_mut(id) {
            *kept = Some(place);
        }
    }

    /// Notes that a request was answered, or needs no answer any more; returns the place of its answer.
    pub(super) fn closed(&self, id: &RequestId) -> Option<ResponsePermit> {
        let place = self.lock().remove(id).flatten();
        self.changed.notify_waiters();
        place
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

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RequestId, Option<ResponsePermit>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
