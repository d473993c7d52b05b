//! A call's place among those that run, and what a call that may ask a human is made of.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{deadline::Deadline, record::Record};
use crate::tools::{ErrorCode, ToolError};

/// A call whose arguments fit.
pub(super) struct Fitted<'a> {
    /// The tool's name.
    pub(super) tool: &'static str,
    /// Its arguments, without the token.
    pub(super) arguments: &'a Map<String, Value>,
    /// The one-use token of an earlier preview.
    pub(super) token: Option<String>,
    /// The moment by which the call is answered.
    pub(super) deadline: Deadline,
    /// What the audit trail keeps of it.
    pub(super) record: Arc<Record>,
    /// Its place among the calls that run, which it leaves while a human thinks.
    pub(super) slot: Arc<Slot>,
}

/// A call's place among those that run at once. A call that asks a human leaves it to others, and goes on without one when the
/// human has answered, so that an answer never waits behind other calls; how many ask at once has a bound of its own.
pub(super) struct Slot {
    pub(super) held: Mutex<Option<OwnedSemaphorePermit>>,
    pub(super) questions: Arc<Semaphore>,
}

impl Slot {
    /// Lets another call run from now on.
    ///
    /// # Errors
    /// `busy` when too many calls wait for a human already; the question must not be asked then.
    pub(super) fn leave_for_question(&self) -> Result<(), ToolError> {
        let question = Arc::clone(&self.questions)
            .try_acquire_owned()
            .map_err(|_| {
                ToolError::new(
                    ErrorCode::Busy,
                    "Too many questions wait for the human already, so this one was not asked. Nothing was changed.",
                )
            })?;
        // It is kept to the end of the call.
        *locked(&self.held) = Some(question);
        Ok(())
    }
}

/// Locks a mutex, even if a holder panicked.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
