//! The sliding windows that limit how often a caller may ask.

use axum::http::Method;
use jiff::Timestamp;
use serde_json::json;

use crate::{
    call::Call,
    catalog::refusal_with,
    model::State,
    reply::{Checked, Reply},
    values::{later, seconds_until},
};

/// A limit with its own windows, one per caller: its name, requests and seconds, and what the refusal says is limited.
/// Accounts are refused in other words.
struct Limit(&'static str, usize, i64, &'static str);

const READ: Limit = Limit("read", 600, 60, "GET request");
const WRITE: Limit = Limit("write", 300, 60, "Write request");
const SESSION_CREATE: Limit = Limit("create", 600, 60, "Session creation");
const PDF: Limit = Limit("pdf", 50, 60, "Session PDF generation");
const REGISTRATION: Limit = Limit("registration", 5, 3600, "");

/// Counts `call`, or refuses it when one of the limits it falls under is used up. Refused calls are not counted.
pub fn check(state: &mut State, call: &Call) -> Checked {
    let now = state.now();
    let (Some(windows), Some(operation)) = (&mut state.windows, call.operation) else {
        return Ok(());
    };
    // The wider limit of creating sessions replaces the general one for writing, which would otherwise always be reached
    // first.
    let limits: &[Limit] = match operation.rate.as_str() {
        "registration" => &[REGISTRATION],
        "report" => &[PDF, READ],
        "none" => &[],
        "create" => &[SESSION_CREATE],
        _ if matches!(call.method, Method::GET | Method::HEAD) => &[READ],
        _ => &[WRITE],
    };
    let key = |limit: &Limit| (limit.0, limit.caller(call));
    for limit in limits {
        let window = windows.entry(key(limit)).or_default();
        window.retain(|earlier| later(*earlier, limit.2) > now);
        let first = window.front().filter(|_| window.len() >= limit.1);
        if let Some(first) = first {
            return Err(limit.refusal(later(*first, limit.2), now));
        }
    }
    for limit in limits {
        windows.entry(key(limit)).or_default().push_back(now);
    }
    Ok(())
}

impl Limit {
    fn caller(&self, call: &Call) -> String {
        let key = call.header("x-api-key");
        if let Some(key) = key.filter(|_| self.0 != REGISTRATION.0) {
            return key.to_owned();
        }
        let hops = call.header("x-forwarded-for");
        let hop = hops.and_then(|hops| hops.split(',').next());
        hop.map_or_else(|| call.peer.to_string(), |hop| hop.trim().to_owned())
    }

    fn refusal(&self, free_at: Timestamp, now: Timestamp) -> Reply {
        let wait = seconds_until(free_at, now).max(0) + 1;
        let Self(_, requests, _, what) = self;
        let name = if what.is_empty() {
            "throttled"
        } else {
            "rate_limited"
        };
        let words = json!({ "what": what, "requests": requests, "wait": wait });
        let refusal = refusal_with(name, words).with_header("retry-after", wait.to_string());
        refusal
            .with_header("x-ratelimit-limit", requests.to_string())
            .with_header("x-ratelimit-remaining", "0".to_owned())
            .with_header("x-ratelimit-reset", free_at.as_second().to_string())
    }
}
