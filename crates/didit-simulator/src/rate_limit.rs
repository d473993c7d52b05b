//! The sliding windows that limit how often a caller may ask.

use std::collections::{HashMap, VecDeque};

use axum::http::Method;
use jiff::Timestamp;

use super::{
    call::Call,
    reply::{Reply, detail},
    routes::{Access, Route},
    state::later,
};

/// A limit with its own windows, one per caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Scope {
    Read,
    Write,
    SessionCreate,
    Pdf,
    Registration,
}

#[derive(Debug, Default)]
pub(super) struct RateLimits {
    windows: HashMap<(Scope, String), VecDeque<Timestamp>>,
}

impl RateLimits {
    /// Counts `call`, or refuses it when one of the scopes it falls under is used up. Refused calls are not counted.
    pub(super) fn check(
        &mut self,
        call: &Call,
        route: &Route,
        now: Timestamp,
    ) -> Result<(), Reply> {
        let scopes = Scope::of(call, route);
        for scope in &scopes {
            let window = self
                .windows
                .entry((*scope, scope.caller(call)))
                .or_default();
            let (limit, length) = scope.limit();
            while window
                .front()
                .is_some_and(|first| later(*first, length) <= now)
            {
                window.pop_front();
            }
            if let (true, Some(first)) = (window.len() >= limit, window.front()) {
                return Err(scope.refusal(later(*first, length), now));
            }
        }
        for scope in scopes {
            self.windows
                .entry((scope, scope.caller(call)))
                .or_default()
                .push_back(now);
        }
        Ok(())
    }
}

impl Scope {
    /// The scopes a request counts in. The wider limit of creating sessions replaces the general one for writing,
    /// which would otherwise always be reached first.
    fn of(call: &Call, route: &Route) -> Vec<Self> {
        if matches!(
            route.access,
            Access::Page | Access::Control | Access::SessionToken
        ) {
            return Vec::new();
        }
        let reading = matches!(call.method, Method::GET | Method::HEAD);
        match route.path {
            "/auth/v2/programmatic/register/" | "/auth/v2/programmatic/resend-otp/" => {
                vec![Self::Registration]
            }
            "/v3/session/" if !reading => vec![Self::SessionCreate],
            "/v3/session/{uuid}/generate-pdf/" | "/v3/session/{uuid}/generate-pdf" if reading => {
                vec![Self::Pdf, Self::Read]
            }
            _ if reading => vec![Self::Read],
            _ => vec![Self::Write],
        }
    }

    /// Requests and seconds.
    fn limit(self) -> (usize, i64) {
        match self {
            Self::Read | Self::SessionCreate => (600, 60),
            Self::Write => (300, 60),
            Self::Pdf => (50, 60),
            Self::Registration => (5, 3600),
        }
    }

    fn caller(self, call: &Call) -> String {
        let key = call
            .header("x-api-key")
            .filter(|_| self != Self::Registration);
        if let Some(key) = key {
            return key.to_owned();
        }
        call.header("x-forwarded-for")
            .and_then(|hops| hops.split(',').next())
            .map_or_else(|| call.peer.to_string(), |hop| hop.trim().to_owned())
    }

    fn refusal(self, free_at: Timestamp, now: Timestamp) -> Reply {
        let wait = free_at.duration_since(now).as_secs().max(0) + 1;
        let (limit, _) = self.limit();
        let text = match self {
            Self::Read => format!(
                "GET request rate limit exceeded. You can make up to {limit} requests per minute."
            ),
            Self::Write => format!(
                "Write request rate limit exceeded. You can make up to {limit} requests per minute."
            ),
            Self::SessionCreate => {
                format!(
                    "Session creation rate limit exceeded. You can make up to {limit} requests per minute."
                )
            }
            Self::Pdf => {
                format!(
                    "Session PDF generation rate limit exceeded. You can make up to {limit} requests per minute."
                )
            }
            Self::Registration => {
                format!("Request was throttled. Expected available in {wait} seconds.")
            }
        };
        throttled(&text, wait)
            .with_header("x-ratelimit-limit", limit.to_string())
            .with_header("x-ratelimit-remaining", "0".to_owned())
            .with_header("x-ratelimit-reset", free_at.as_second().to_string())
    }
}

/// A 429 with the seconds to wait and nothing else, as quotas answer.
pub(super) fn throttled(text: &str, wait_seconds: i64) -> Reply {
    detail(axum::http::StatusCode::TOO_MANY_REQUESTS, text)
        .with_header("retry-after", wait_seconds.to_string())
}
