//! The simulator's own endpoints under `/_simulator/`, for tests and developers.

use std::time::Duration;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    Mode,
    call::Call,
    faults::{Fault, Kind},
    people,
    reply::{Answer, Reply, field, not_found},
    scenarios,
    sessions::{Status, play},
    state::{State, micros, money},
};

/// How many requests are remembered.
const RECORDED: usize = 1000;
/// The most bytes of what came that they hold together. The newest request is kept whole, whatever its size.
const RECORDED_BYTES: usize = 32 * 1024 * 1024;

/// A request of the API as it came in.
#[derive(Clone, Debug)]
pub(super) struct RecordedRequest {
    number: u64,
    pub(super) received_at: Timestamp,
    pub(super) method: String,
    pub(super) path: String,
    /// The status it was answered with, once it was.
    pub(super) status: Option<u16>,
    /// The fault that took the place of its answer.
    pub(super) fault: Option<Kind>,
    query: String,
    headers: Map<String, Value>,
    body: String,
    /// How many bytes came.
    bytes: usize,
}

/// Remembers `call` when it is one of the API, and tells its number; pages and control requests are not recorded.
pub(super) fn record(state: &mut State, call: &Call) -> Option<u64> {
    if !is_of_the_api(call) {
        return None;
    }
    state.requests_seen += 1;
    let received_at = state.now();
    let headers = call
        .headers
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                json!(String::from_utf8_lossy(value.as_bytes())),
            )
        })
        .collect();
    let own_bytes = bytes_of(call);
    let mut bytes = own_bytes;
    let kept = state.requests.iter().rev().take(RECORDED - 1);
    let kept = kept.take_while(|request| {
        bytes += request.bytes;
        bytes <= RECORDED_BYTES
    });
    let forgotten = state.requests.len() - kept.count();
    state.requests.drain(..forgotten);
    state.requests.push_back(RecordedRequest {
        number: state.requests_seen,
        received_at,
        method: call.method.to_string(),
        path: call.path.clone(),
        status: None,
        fault: None,
        query: call.raw_query.clone(),
        headers,
        body: String::from_utf8_lossy(&call.body).into_owned(),
        bytes: own_bytes,
    });
    Some(state.requests_seen)
}

fn bytes_of(call: &Call) -> usize {
    let headers = call.headers.iter();
    let headers: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    call.path.len() + call.raw_query.len() + headers + call.body.len()
}

/// Remembers how a recorded request was answered.
pub(super) fn answered(
    state: &mut State,
    number: Option<u64>,
    status: Option<u16>,
    fault: Option<Kind>,
) {
    if let Some(request) = state
        .requests
        .iter_mut()
        .rev()
        .find(|request| Some(request.number) == number)
    {
        request.status = status;
        request.fault = fault;
    }
}

/// Whether `call` is one of the API, and no page or control request.
pub(super) fn is_of_the_api(call: &Call) -> bool {
    call.path.starts_with("/v3") || call.path.starts_with("/auth/")
}

/// `GET requests`
pub(super) fn requests(state: &mut State, _: &Call) -> Answer {
    let rows: Vec<Value> = state
        .requests
        .iter()
        .map(|request| {
            json!({
                "n": request.number,
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "received_at": micros(request.received_at),
                "status": request.status,
                "fault": request.fault.map(Kind::name),
                "headers": request.headers,
                "body": request.body,
            })
        })
        .collect();
    Ok(Reply::ok(&json!(rows)))
}

/// `GET open`: how many requests of the API are waiting for their answer now, so that a test sees a client give up.
pub(super) fn open_requests(state: &mut State, _: &Call) -> Answer {
    Ok(Reply::ok(&json!({ "requests": state.requests_open })))
}

/// `DELETE requests`
pub(super) fn forget_requests(state: &mut State, _: &Call) -> Answer {
    state.requests.clear();
    Ok(Reply::no_content())
}

/// `GET inbox`
pub(super) fn inbox(state: &mut State, _: &Call) -> Answer {
    let rows: Vec<Value> = state
        .inbox
        .iter()
        .map(|mail| {
            json!({
                "to": mail.to,
                "subject": mail.subject,
                "code": mail.code,
                "sent_at": micros(mail.sent_at),
            })
        })
        .collect();
    Ok(Reply::ok(&json!(rows)))
}

/// `GET people`: whom sessions can meet; expecting one of them by name brings that person.
pub(super) fn people(_: &mut State, _: &Call) -> Answer {
    let rows: Vec<Value> = people::PEOPLE.iter().map(people::Person::show).collect();
    Ok(Reply::ok(&json!(rows)))
}

/// `POST sessions/{id}/start`
pub(super) fn start_session(state: &mut State, call: &Call) -> Answer {
    play::start(state, call.id(0));
    session_status(state, call)
}

/// `POST sessions/{id}/finish`
pub(super) fn finish_session(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let scenario =
        match body.get("scenario").and_then(Value::as_str) {
            None => None,
            Some(slug) => Some(scenarios::find(slug).ok_or_else(|| {
                field("scenario", &format!("Unknown sandbox scenario: '{slug}'."))
            })?),
        };
    play::finish(state, call.id(0), scenario);
    session_status(state, call)
}

/// `POST sessions/{id}/status`
pub(super) fn force_status(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let status = body
        .get("status")
        .and_then(Value::as_str)
        .and_then(Status::parse)
        .ok_or_else(|| field("status", "Unknown status."))?;
    play::set_status(state, call.id(0), status);
    session_status(state, call)
}

fn session_status(state: &State, call: &Call) -> Answer {
    let session = state.session(call.id(0)).ok_or_else(not_found)?;
    Ok(Reply::ok(
        &json!({ "session_id": session.id, "status": session.status.name() }),
    ))
}

/// `GET faults`
pub(super) fn list_faults(state: &mut State, _: &Call) -> Answer {
    let rows: Vec<Value> = state
        .faults
        .iter()
        .map(|fault| {
            json!({
                "kind": fault.kind.name(),
                "method": fault.method,
                "path_prefix": fault.path_prefix,
                "times": fault.times.unwrap_or(0),
            })
        })
        .collect();
    Ok(Reply::ok(&json!(rows)))
}

/// `POST faults`
pub(super) fn add_fault(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |key: &str| body.get(key).and_then(Value::as_u64);
    let name = text("kind").unwrap_or_default();
    let Some((_, kind)) = Kind::NAMES.iter().find(|(known, _)| *known == name) else {
        let names: Vec<&str> = Kind::NAMES.iter().map(|(name, _)| *name).collect();
        return Err(field("kind", &format!("Use one of: {}.", names.join(", "))));
    };
    let status = match number("status") {
        None => None,
        Some(code) => Some(
            u16::try_from(code)
                .ok()
                .and_then(|code| StatusCode::from_u16(code).ok())
                .ok_or_else(|| field("status", "Not an HTTP status."))?,
        ),
    };
    let headers = body
        .get("headers")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.to_lowercase(), super::state::plain(value)))
        .collect();
    let times = number("times").unwrap_or(1);
    state.faults.push(Fault {
        method: text("method"),
        path_prefix: text("path_prefix").unwrap_or_default(),
        kind: *kind,
        status,
        body: body.get("body").map(super::state::plain),
        headers,
        times: (times > 0).then_some(times),
        delay: Duration::from_millis(number("delay_ms").unwrap_or(0)),
    });
    Ok(Reply::created(&json!({ "faults": state.faults.len() })))
}

/// `DELETE faults`
pub(super) fn clear_faults(state: &mut State, _: &Call) -> Answer {
    state.faults.clear();
    Ok(Reply::no_content())
}

/// `POST clock`
pub(super) fn advance_clock(state: &mut State, call: &Call) -> Answer {
    let seconds = lenient_body(call)?
        .get("advance_seconds")
        .and_then(Value::as_i64)
        .ok_or_else(|| field("advance_seconds", "A whole number of seconds is required."))?;
    state.advance(seconds);
    state.let_time_pass();
    Ok(Reply::ok(&json!({ "now": micros(state.now()) })))
}

/// `POST balance`: the same amount for every organization.
pub(super) fn set_balance(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let amount = body
        .get("amount")
        .and_then(|amount| amount.as_f64().or_else(|| amount.as_str()?.parse().ok()))
        .ok_or_else(|| field("amount", "A number of dollars is required."))?;
    let balance = super::billing::to_ten_thousandths(amount);
    for organization in &mut state.organizations {
        organization.balance = balance;
    }
    Ok(Reply::ok(&json!({ "balance": money(balance) })))
}

/// `POST mode`: for every application, those to come included.
pub(super) fn set_mode(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let mode = match body.get("mode").and_then(Value::as_str) {
        Some("sandbox") => Mode::Sandbox,
        Some("live") => Mode::Live,
        _ => return Err(field("mode", "Use sandbox or live.")),
    };
    state.mode = mode;
    for application in &mut state.applications {
        application.mode = mode;
    }
    Ok(Reply::ok(&json!({ "mode": mode.name() })))
}

/// `GET state`
pub(super) fn counts(state: &mut State, _: &Call) -> Answer {
    Ok(Reply::ok(&json!({
        "mode": state.mode.name(),
        "legacy": state.legacy,
        "now": micros(state.now()),
        "accounts": state.accounts.len(),
        "applications": state.applications.len(),
        "workflows": state.workflows.len(),
        "sessions": state.sessions.len(),
        "lists": state.lists.len(),
        "inbox": state.inbox.len(),
        "requests": state.requests.len(),
        "faults": state.faults.len(),
    })))
}

/// `POST reset`
pub(super) fn reset(state: &mut State, _: &Call) -> Answer {
    state.reset();
    Ok(Reply::no_content())
}

/// The body as an object.
fn lenient_body(call: &Call) -> Result<Map<String, Value>, Reply> {
    if call.body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(&call.body).map_err(|error| field("body", &error.to_string()))
}

/// `GET webhooks`
pub(super) fn webhooks(state: &mut State, _: &Call) -> Answer {
    let rows: Vec<Value> = state
        .webhooks
        .deliveries
        .iter()
        .map(super::webhooks::Delivery::show)
        .collect();
    Ok(Reply::ok(&json!(rows)))
}

/// `PATCH webhooks`: `retry_delay_ms` and `timeout_ms`, for tests that do not want to wait.
pub(super) fn webhook_settings(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let duration = |key: &str| {
        body.get(key)
            .and_then(Value::as_u64)
            .map(Duration::from_millis)
    };
    if let Some(delay) = duration("retry_delay_ms") {
        state.webhooks.retry_delay = delay;
    }
    if let Some(timeout) = duration("timeout_ms") {
        state.webhooks.timeout = timeout;
    }
    Ok(Reply::no_content())
}
