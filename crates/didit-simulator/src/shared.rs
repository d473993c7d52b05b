//! What all connections and the worker share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::model::State;

pub struct Shared {
    state: Mutex<State>,
    /// Told when there are events in the state to deliver.
    pub events: Notify,
    pub shutdown: CancellationToken,
}

impl Shared {
    pub fn new(state: State, shutdown: CancellationToken) -> Self {
        Self {
            state: Mutex::new(state),
            events: Notify::new(),
            shutdown,
        }
    }

    /// The state. A handler that panicked leaves it usable, so a poisoned lock is no reason to stop.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
