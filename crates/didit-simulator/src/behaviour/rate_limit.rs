//! The sliding windows that limit how often a caller may ask.

use axum::http::Method;
use jiff::Timestamp;

use crate::{
    call::Call,
    model::State,
    reply::{Reply, throttled},
    values::{later, seconds_until},
};

/// A limit with its own windows, one per caller.
struct Limit {
    name: &'static str,
    requests: usize,
    seconds: i64,
    /// What the refusal says is limited; accounts are refused in other words.
    what: &'static str,
}

const READ: Limit = Limit {
    name: "read",
    requests: 600,
    seconds: 60,
    what: "GET request",
};
const WRITE: Limit = Limit {
    name: "write",
    requests: 300,
    seconds: 60,
    what: "Write request",
};
const SESSION_CREATE: Limit = Limit {
    name: "create",
    requests: 600,
    seconds: 60,
    what: "Session creation",
};
const PDF: Limit = Limit {
    name: "pdf",
    requests: 50,
    seconds: 60,
    what: "Session PDF generation",
};
const REGISTRATION: Limit = Limit {
    name: "registration",
    requests: 5,
    seconds: 3600,
    what: "",
};

/// Counts `call`, or refuses it when one of the limits it falls under is used up. Refused calls are not counted.
pub fn check(state: &mut State, call: &Call) -> Result<(), Reply> {
    let now = state.now();
    let (Some(windows), Some(operation)) = (&mut state.windows, call.operation) else {
        return Ok(());
    };
    let reading = matches!(call.method, Method::GET | Method::HEAD);
    // The wider limit of creating sessions replaces the general one for writing, which would otherwise always be reached
    // first.
    let limits: &[Limit] = match (operation.id.as_str(), operation.rate.as_str()) {
        ("account_register" | "account_code_resend", _) => &[REGISTRATION],
        ("session_report_get", _) => &[PDF, READ],
        ("sandbox_session_arm", _) => &[],
        (_, "create") => &[SESSION_CREATE],
        _ if reading => &[READ],
        _ => &[WRITE],
    };
    for limit in limits {
        let window = windows.entry((limit.name, limit.caller(call))).or_default();
        while window
            .front()
            .is_some_and(|first| later(*first, limit.seconds) <= now)
        {
            window.pop_front();
        }
        if let (true, Some(first)) = (window.len() >= limit.requests, window.front()) {
            return Err(limit.refusal(later(*first, limit.seconds), now));
        }
    }
    for limit in limits {
        windows
            .entry((limit.name, limit.caller(call)))
            .or_default()
            .push_back(now);
    }
    Ok(())
}

impl Limit {
    fn caller(&self, call: &Call) -> String {
        let key = call
            .header("x-api-key")
            .filter(|_| self.name != REGISTRATION.name);
        if let Some(key) = key {
            return key.to_owned();
        }
        let hops = call
            .header("x-forwarded-for")
            .and_then(|hops| hops.split(',').next());
        hops.map_or_else(|| call.peer.to_string(), |hop| hop.trim().to_owned())
    }

    fn refusal(&self, free_at: Timestamp, now: Timestamp) -> Reply {
        let wait = seconds_until(free_at, now).max(0) + 1;
        let text = if self.what.is_empty() {
            format!("Request was throttled. Expected available in {wait} seconds.")
        } else {
            let (what, requests) = (self.what, self.requests);
            format!(
                "{what} rate limit exceeded. You can make up to {requests} requests per minute."
            )
        };
        throttled(&text, wait)
            .with_header("x-ratelimit-limit", self.requests.to_string())
            .with_header("x-ratelimit-remaining", "0".to_owned())
            .with_header("x-ratelimit-reset", free_at.as_second().to_string())
    }
}
