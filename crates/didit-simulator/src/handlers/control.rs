//! The simulator's own endpoints under `/_simulator/`, for tests and developers.

use std::time::Duration;

use axum::http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    behaviour::play,
    call::Call,
    catalog::{
        forms::filled,
        people::{PEOPLE, Person},
        scenarios,
        status::Status,
    },
    model::{All, Fault, FaultKind, State},
    options::Mode,
    reply::{Answer, Reply, created, field, no_content, not_found, ok, refuse_if},
    values::{Fields, Object, micros, money, to_ten_thousandths},
};

pub fn requests(state: &mut State, _: &Call) -> Answer {
    rows("REQUEST", &state.requests)
}

/// `GET open`: how many requests of the API are waiting for their answer now, so that a test sees a client give up.
pub fn open_requests(state: &mut State, _: &Call) -> Answer {
    ok(json!({ "requests": state.requests_open }))
}

pub fn forget_requests(state: &mut State, _: &Call) -> Answer {
    state.requests.clear();
    no_content()
}

pub fn inbox(state: &mut State, _: &Call) -> Answer {
    rows("MAIL", &state.inbox)
}

/// `GET people`: whom sessions can meet; expecting one of them by name brings that person.
pub fn people(_: &mut State, _: &Call) -> Answer {
    rows("WHO", PEOPLE.iter().map(Person::words))
}

fn rows(form: &str, all: impl IntoIterator<Item = impl Serialize>) -> Answer {
    ok(all.into_iter().map(|one| filled(form, one)).collect())
}

pub fn start_session(state: &mut State, call: &Call) -> Answer {
    play::start(state, call.id(0));
    session_status(state, call)
}

pub fn finish_session(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let scenario = body.text("scenario").map(|slug| {
        let unknown = || field("scenario", &format!("Unknown sandbox scenario: '{slug}'."));
        scenarios::find(slug).ok_or_else(unknown)
    });
    play::finish(state, call.id(0), scenario.transpose()?);
    session_status(state, call)
}

pub fn force_status(state: &mut State, call: &Call) -> Answer {
    let status = lenient_body(call)?.text("status").and_then(Status::parse);
    let status = status.ok_or_else(|| field("status", "Unknown status."))?;
    play::set_status(state, call.id(0), status);
    session_status(state, call)
}

fn session_status(state: &State, call: &Call) -> Answer {
    let session = state.sessions.one(call.id(0)).ok_or_else(not_found)?;
    ok(json!({ "session_id": session.id, "status": session.status }))
}

pub fn list_faults(state: &mut State, _: &Call) -> Answer {
    rows("FAULT", &state.faults)
}

pub fn add_fault(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    // The kind is read by itself first, so that its refusal names the kinds there are.
    let kind = json!(body.text("kind").unwrap_or_default());
    parse::<FaultKind>("kind", kind)?;
    let fault = parse::<Fault>("fault", Value::Object(body))?;
    let status = fault.status.map(StatusCode::from_u16);
    refuse_if(status.is_some_and(|status| status.is_err()), || {
        field("status", "Not an HTTP status.")
    })?;
    state.faults.push(fault);
    created(json!({ "faults": state.faults.len() }))
}

fn parse<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, Reply> {
    serde_json::from_value(value).map_err(|error| field(name, &error.to_string()))
}

pub fn clear_faults(state: &mut State, _: &Call) -> Answer {
    state.faults.clear();
    no_content()
}

pub fn advance_clock(state: &mut State, call: &Call) -> Answer {
    let seconds = lenient_body(call)?.json("advance_seconds").as_i64();
    let lacking = || field("advance_seconds", "A whole number of seconds is required.");
    state.advance(seconds.ok_or_else(lacking)?);
    play::let_time_pass(state);
    ok(json!({ "now": micros(state.now()) }))
}

/// `POST balance`: the same amount for every organization.
pub fn set_balance(state: &mut State, call: &Call) -> Answer {
    let amount = lenient_body(call)?.json("amount");
    let amount = amount.as_f64().or_else(|| amount.as_str()?.parse().ok());
    let lacking = || field("amount", "A number of dollars is required.");
    let balance = to_ten_thousandths(amount.ok_or_else(lacking)?);
    for organization in &mut state.organizations {
        organization.balance = balance;
    }
    ok(json!({ "balance": money(balance) }))
}

/// `POST mode`: for every application, those to come included.
pub fn set_mode(state: &mut State, call: &Call) -> Answer {
    let mode = serde_json::from_value::<Mode>(lenient_body(call)?.json("mode"));
    let mode = mode.map_err(|_| field("mode", "Use sandbox or live."))?;
    state.mode = mode;
    for application in &mut state.applications {
        application.mode = mode;
    }
    ok(json!({ "mode": mode }))
}

pub fn counts(state: &mut State, _: &Call) -> Answer {
    ok(json!({
        "mode": state.mode,
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
    }))
}

pub fn reset(state: &mut State, _: &Call) -> Answer {
    state.reset();
    no_content()
}

pub fn webhooks(state: &mut State, _: &Call) -> Answer {
    rows("DELIVERY", &state.deliveries)
}

/// `PATCH webhooks`: `retry_delay_ms` and `timeout_ms`, for tests that do not want to wait.
pub fn webhook_settings(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let duration = |key: &str| body.json(key).as_u64().map(Duration::from_millis);
    state.retry_delay = duration("retry_delay_ms").unwrap_or(state.retry_delay);
    state.delivery_timeout = duration("timeout_ms").unwrap_or(state.delivery_timeout);
    no_content()
}

/// The body as an object.
fn lenient_body(call: &Call) -> Result<Object, Reply> {
    if call.body.is_empty() {
        return Ok(Object::new());
    }
    serde_json::from_slice(&call.body).map_err(|error| field("body", &error.to_string()))
}
