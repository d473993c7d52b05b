//! Keeping within Didit's rate limits, so that many calls at once are slowed instead of refused.
//!
//! Didit counts the requests of the last 60 seconds, per key and per scope. This counts the same way. A
//! token bucket cannot: it would allow up to twice as many within some minute, or half as many all the time.
//!
//! <https://docs.didit.me/integration/rate-limiting>

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use reqwest::Method;

/// The span in which requests are counted, with a margin for the way to Didit.
const WINDOW: Duration = Duration::from_millis(60_500);

/// One scope with the requests that still count.
#[derive(Debug)]
struct Scope {
    most: usize,
    matches: fn(&Method, &str) -> bool,
    sent: VecDeque<Instant>,
    /// Until when Didit takes nothing more: another process has used up the limit with the same key.
    closed_until: Option<Instant>,
}

/// The limits of one client.
#[derive(Debug)]
pub struct RateLimit {
    scopes: Mutex<Vec<Scope>>,
}

impl Default for RateLimit {
    /// Didit's limits of 2026, which apply together.
    fn default() -> Self {
        let scope = |most, matches| Scope {
            most,
            matches,
            sent: VecDeque::new(),
            closed_until: None,
        };
        Self {
            scopes: Mutex::new(vec![
                scope(600, |method, _| method == Method::GET),
                scope(300, |method, _| method != Method::GET),
                scope(50, |_, path| path.contains("/generate-pdf")),
            ]),
        }
    }
}

impl RateLimit {
    /// Sends nothing of this kind before `until`, because Didit said so: it counts what other processes send with the same key.
    pub fn close(&self, method: &Method, path: &str, until: Instant) {
        let mut scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        // The narrowest scope is the one that was used up: the wide ones would keep everything else back.
        if let Some(scope) = scopes
            .iter_mut()
            .rfind(|scope| (scope.matches)(method, path))
        {
            scope.closed_until = scope.closed_until.max(Some(until));
        }
    }

    /// Reserves a slot for a request sent at `now`, or says how long until one is free.
    ///
    /// # Errors
    /// The time to wait; nothing was reserved.
    pub fn take(&self, method: &Method, path: &str, now: Instant) -> Result<(), Duration> {
        let mut scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wait = Duration::ZERO;
        for scope in scopes
            .iter_mut()
            .filter(|scope| (scope.matches)(method, path))
        {
            while scope
                .sent
                .front()
                .is_some_and(|sent| now.duration_since(*sent) >= WINDOW)
            {
                scope.sent.pop_front();
            }
            if let Some(until) = scope.closed_until {
                wait = wait.max(until.saturating_duration_since(now));
            }
            if scope.sent.len() >= scope.most
                && let Some(oldest) = scope.sent.front()
            {
                wait = wait.max(WINDOW.saturating_sub(now.duration_since(*oldest)));
            }
        }
        if !wait.is_zero() {
            return Err(wait);
        }
        for scope in scopes
            .iter_mut()
            .filter(|scope| (scope.matches)(method, path))
        {
            scope.sent.push_back(now);
        }
        Ok(())
    }
}
