//! A deadline that stands still while a human is thinking.

use std::time::Duration;

use tokio::{sync::watch, time::Instant};

/// The moment by which a call is answered. Clones share it.
#[derive(Clone)]
pub struct Deadline(watch::Sender<Instant>);

impl Deadline {
    /// A deadline `budget` from now.
    pub fn after(budget: Duration) -> Self {
        Self(watch::Sender::new(Instant::now() + budget))
    }

    /// Moves the deadline back by time that is not the tool's own.
    pub fn extend(&self, time: Duration) {
        self.0.send_modify(|moment| *moment += time);
    }

    /// Takes back what was granted and not needed.
    pub fn shorten(&self, time: Duration) {
        self.0
            .send_modify(|moment| *moment = moment.checked_sub(time).unwrap_or(*moment));
    }

    /// Returns when the deadline, wherever it has moved to, has passed.
    pub async fn passed(&self) {
        let mut moves = self.0.subscribe();
        loop {
            let moment = *moves.borrow_and_update();
            tokio::select! {
                () = tokio::time::sleep_until(moment) => return,
                // The sender lives in `self`, so an error cannot happen; a change means a new moment.
                _ = moves.changed() => {}
            }
        }
    }
}
