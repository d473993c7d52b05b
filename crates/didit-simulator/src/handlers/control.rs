//! The simulator's own endpoints under `/_simulator/`, for tests and developers.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    behaviour::play,
    call::Call,
    catalog::{
        people::{PEOPLE, Person},
        scenarios,
        status::Status,
    },
    model::{Delivery, Fault, FaultKind, Mail, RecordedRequest, State},
    options::Mode,
    reply::{Answer, Reply, field, not_found},
    values::{Fields, Object, micros, money, to_ten_thousandths},
};

pub fn requests(state: &mut State, _: &Call) -> Answer {
    rows(&state.requests, RecordedRequest::show)
}

/// `GET open`: how many requests of the API are waiting for their answer now, so that a test sees a client give up.
pub fn open_requests(state: &mut State, _: &Call) -> Answer {
    Ok(Reply::ok(&json!({ "requests": state.requests_open })))
}

pub fn forget_requests(state: &mut State, _: &Call) -> Answer {
    state.requests.clear();
    Ok(Reply::no_content())
}

pub fn inbox(state: &mut State, _: &Call) -> Answer {
    rows(&state.inbox, Mail::show)
}

/// `GET people`: whom sessions can meet; expecting one of them by name brings that person.
pub fn people(_: &mut State, _: &Call) -> Answer {
    rows(PEOPLE.iter(), Person::show)
}

fn rows<'a, T: 'a>(all: impl IntoIterator<Item = &'a T>, show: fn(&T) -> Value) -> Answer {
    Ok(Reply::ok(&all.into_iter().map(show).collect()))
}

pub fn start_session(state: &mut State, call: &Call) -> Answer {
    play::start(state, call.id(0));
    session_status(state, call)
}

pub fn finish_session(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let unknown = |slug: &str| field("scenario", &format!("Unknown sandbox scenario: '{slug}'."));
    let scenario = body
        .text("scenario")
        .map(|slug| scenarios::find(slug).ok_or_else(|| unknown(slug)));
    play::finish(state, call.id(0), scenario.transpose()?);
    session_status(state, call)
}

pub fn force_status(state: &mut State, call: &Call) -> Answer {
    let status = lenient_body(call)?.text("status").and_then(Status::parse);
    play::set_status(
        state,
        call.id(0),
        status.ok_or_else(|| field("status", "Unknown status."))?,
    );
    session_status(state, call)
}

fn session_status(state: &State, call: &Call) -> Answer {
    let session = state.session(call.id(0)).ok_or_else(not_found)?;
    Ok(Reply::ok(
        &json!({ "session_id": session.id, "status": session.status.name() }),
    ))
}

pub fn list_faults(state: &mut State, _: &Call) -> Answer {
    rows(&state.faults, Fault::show)
}

pub fn add_fault(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let refused = |name: &str, error: serde_json::Error| field(name, &error.to_string());
    // The kind is read by itself first, so that its refusal names the kinds there are.
    let kind = serde_json::from_value::<FaultKind>(json!(body.text("kind").unwrap_or_default()));
    kind.map_err(|error| refused("kind", error))?;
    let fault = serde_json::from_value::<Fault>(Value::Object(body));
    let fault = fault.map_err(|error| refused("fault", error))?;
    let status = fault.status.map(StatusCode::from_u16);
    if status.is_some_and(|status| status.is_err()) {
        return Err(field("status", "Not an HTTP status."));
    }
    state.faults.push(fault);
    Ok(Reply::created(&json!({ "faults": state.faults.len() })))
}

pub fn clear_faults(state: &mut State, _: &Call) -> Answer {
    state.faults.clear();
    Ok(Reply::no_content())
}

pub fn advance_clock(state: &mut State, call: &Call) -> Answer {
    let seconds = lenient_body(call)?
        .get("advance_seconds")
        .and_then(Value::as_i64);
    state.advance(
        seconds
            .ok_or_else(|| field("advance_seconds", "A whole number of seconds is required."))?,
    );
    play::let_time_pass(state);
    Ok(Reply::ok(&json!({ "now": micros(state.now()) })))
}

/// `POST balance`: the same amount for every organization.
pub fn set_balance(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let amount = body
        .get("amount")
        .and_then(|amount| amount.as_f64().or_else(|| amount.as_str()?.parse().ok()));
    let balance = to_ten_thousandths(
        amount.ok_or_else(|| field("amount", "A number of dollars is required."))?,
    );
    for organization in &mut state.organizations {
        organization.balance = balance;
    }
    Ok(Reply::ok(&json!({ "balance": money(balance) })))
}

/// `POST mode`: for every application, those to come included.
pub fn set_mode(state: &mut State, call: &Call) -> Answer {
    let mode = match lenient_body(call)?.text("mode") {
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

pub fn counts(state: &mut State, _: &Call) -> Answer {
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

pub fn reset(state: &mut State, _: &Call) -> Answer {
    state.reset();
    Ok(Reply::no_content())
}

pub fn webhooks(state: &mut State, _: &Call) -> Answer {
    rows(&state.deliveries, Delivery::show)
}

/// `PATCH webhooks`: `retry_delay_ms` and `timeout_ms`, for tests that do not want to wait.
pub fn webhook_settings(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let duration = |key: &str| {
        body.get(key)
            .and_then(Value::as_u64)
            .map(Duration::from_millis)
    };
    state.retry_delay = duration("retry_delay_ms").unwrap_or(state.retry_delay);
    state.delivery_timeout = duration("timeout_ms").unwrap_or(state.delivery_timeout);
    Ok(Reply::no_content())
}

/// The body as an object.
fn lenient_body(call: &Call) -> Result<Object, Reply> {
    if call.body.is_empty() {
        return Ok(Object::new());
    }
    serde_json::from_slice(&call.body).map_err(|error| field("body", &error.to_string()))
}
