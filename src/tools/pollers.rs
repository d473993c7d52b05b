//! Following sessions: one poller for each, however many calls wait for it, woken at once by a webhook.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
    time::Instant,
};

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
    followed: Mutex<HashMap<SessionId, Weak<Followed>>>,
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
    /// Follows a session, joining whoever follows it already.
    pub fn follow(&self, id: SessionId, client: Client, pace: Pace) -> Follower {
        let mut followed = self.followed();
        followed.retain(|_, entry| entry.strong_count() > 0);
        let entry = followed
            .get(&id)
            .and_then(Weak::upgrade)
            // A poller that failed has ended, although a follower may still hold its last result.
            .filter(|entry| !entry.poller.is_finished())
            .unwrap_or_else(|| {
                let entry = Arc::new(Followed::start(id, client, pace));
                followed.insert(id, Arc::downgrade(&entry));
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
        if let Some(entry) = self.followed().get(&id).and_then(Weak::upgrade) {
            entry.wake.notify_one();
        }
    }

    fn followed(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, Weak<Followed>>> {
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
                let failed = look.is_err();
                if seen.send(Some(look)).is_err() || failed {
                    return;
                }
                tokio::select! {
                    () = tokio::time::sleep(pace.after(started.elapsed())) => {}
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
    /// The next look at the session, newer than any this follower has had.
    ///
    /// # Errors
    /// What Didit answered instead; the polling has ended then.
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
