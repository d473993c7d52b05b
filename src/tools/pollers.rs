//! Following sessions: one poller for each, however many calls wait for it, woken at once by a webhook.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
    time::Instant,
};

use super::error::ToolError;
use crate::didit::{Client, Decision, Error, SessionId};

/// How often a session is looked at. Intervals grow with the time already spent waiting.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The interval at first.
    pub first: Duration,
    /// The longest interval.
    pub longest: Duration,
}

impl Pace {
    /// Well within Didit's limits, for many sessions at once.
    pub const DIDIT: Self = Self {
        first: Duration::from_secs(10),
        longest: Duration::from_secs(30),
    };
    /// The simulator has no such limits, and its people are quick.
    pub const SIMULATOR: Self = Self {
        first: Duration::from_millis(250),
        longest: Duration::from_millis(500),
    };

    fn after(self, waited: Duration) -> Duration {
        (self.first + waited / 10).min(self.longest)
    }
}

/// The result of one poll.
pub type Seen = Result<Arc<Decision>, Error>;

/// The sessions that are being followed.
#[derive(Default)]
pub struct SessionPollers {
    followed: Mutex<HashMap<(String, SessionId), Weak<Followed>>>,
}

struct Followed {
    latest: watch::Receiver<Option<Seen>>,
    wake: Arc<Notify>,
    poller: JoinHandle<()>,
}

impl Drop for Followed {
    fn drop(&mut self) {
        // The last follower is gone, so nobody needs the request that is under way.
        self.poller.abort();
    }
}

/// A call that waits. Dropping the last one ends the polling.
pub struct Follower {
    _followed: Arc<Followed>,
    latest: watch::Receiver<Option<Seen>>,
}

impl SessionPollers {
    /// Follows a session of an account, joining whoever follows it there already. The client should be nobody's own, because
    /// the polling may outlast the call that began it.
    pub fn follow(&self, account: String, id: SessionId, client: Client, pace: Pace) -> Follower {
        let mut followed = self.followed();
        followed.retain(|_, entry| entry.strong_count() > 0);
        let key = (account, id);
        let entry = followed
            .get(&key)
            .and_then(Weak::upgrade)
            // A poller that failed has ended, although a follower may still hold its last result.
            .filter(|entry| !entry.poller.is_finished())
            .unwrap_or_else(|| {
                let entry = Arc::new(Followed::start(id, client, pace));
                followed.insert(key, Arc::downgrade(&entry));
                entry
            });
        let mut latest = entry.latest.clone();
        if latest.borrow_and_update().is_some() {
            // A follower who joins late needs the current status, not that of the last poll.
            entry.wake.notify_one();
        }
        Follower {
            _followed: entry,
            latest,
        }
    }

    /// Looks at a session at once, because something happened to it.
    pub fn wake(&self, id: SessionId) {
        for ((_, followed), entry) in &*self.followed() {
            if *followed == id
                && let Some(entry) = entry.upgrade()
            {
                entry.wake.notify_one();
            }
        }
    }

    fn followed(&self) -> MutexGuard<'_, HashMap<(String, SessionId), Weak<Followed>>> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Followed {
    fn start(id: SessionId, client: Client, pace: Pace) -> Self {
        let (seen, latest) = watch::channel(None);
        let wake = Arc::new(Notify::new());
        let woken = Arc::clone(&wake);
        let poller = tokio::spawn(async move {
            let started = Instant::now();
            loop {
                let look = client.decision(&id).await.map(Arc::new);
                let mut pause = pace.after(started.elapsed());
                let goes_on = match &look {
                    Ok(_) => true,
                    Err(error) => {
                        let error = ToolError::from(error.clone());
                        let wait = error.retry_after_s.unwrap_or_default();
                        pause = pause.max(Duration::from_secs(wait.into()));
                        // A broken network or a failure of Didit's is waited out.
                        error.code.is_transient()
                    }
                };
                if seen.send(Some(look)).is_err() || !goes_on {
                    return;
                }
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = woken.notified() => {}
                }
            }
        });
        Self {
            latest,
            wake,
            poller,
        }
    }
}

impl Follower {
    /// Whether the polling has ended, so that nothing more will be seen.
    pub fn is_over(&self) -> bool {
        self.latest.has_changed().is_err()
    }

    /// The next look at the session, newer than any this follower has had.
    ///
    /// # Errors
    /// What Didit answered instead; the polling goes on after what is transient, and has ended otherwise.
    pub async fn next(&mut self) -> Seen {
        loop {
            self.latest
                .changed()
                .await
                .map_err(|_| Error::Interrupted {
                    message: "the session is no longer followed".to_owned(),
                })?;
            if let Some(seen) = self.latest.borrow_and_update().clone() {
                return seen;
            }
        }
    }
}
