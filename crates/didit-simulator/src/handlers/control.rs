//! The simulator's own endpoints under `/_simulator/`, for tests and developers.

use std::time::Duration;

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    behaviour::play,
    call::Call,
    catalog::{
        OrRefuse, Person, Status, people::PEOPLE, refusal, refusal_with, refuse_when, scenarios,
        shown,
    },
    model::{All, Fault, FaultKind, KeyRights, SecondFactor, State},
    options::ApplicationMode,
    reply::{Answer, Reply, created, no_content, ok},
    values::{Fields, Object, micros, money, to_ten_thousandths},
};

/// `GET open`: how many requests of the API are waiting for their answer now, so that a test sees a client give up.
pub fn open_requests(state: &mut State, _: &Call) -> Answer {
    ok(json!({ "requests": state.requests_open }))
}

pub fn forget_requests(state: &mut State, _: &Call) -> Answer {
    state.requests.clear();
    no_content()
}

/// `GET people`: whom sessions can meet; expecting one of them by name brings that person.
pub fn people(_: &mut State, _: &Call) -> Answer {
    rows("WHO", PEOPLE.iter().map(Person::words))
}

/// All of one kind, in the form called `form`.
pub fn rows(form: &str, all: impl IntoIterator<Item = impl Serialize>) -> Answer {
    ok(all.into_iter().map(|one| shown(form, one)).collect())
}

pub fn start_session(state: &mut State, call: &Call) -> Answer {
    play::start(state, call.id(0));
    session_status(state, call)
}

/// `POST sessions/{id}/finish`: with `scenario` that outcome. `results` say what single features find, laid over what they
/// would find otherwise, such as `{"FACE_MATCH": {"score": 62}}`; their `risks` are warnings with the status each leads to.
/// `person` says who it is, such as `{"first_name": "Ana"}`, and `until` names the feature at which they stop.
pub fn finish_session(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let slug = body.text("scenario");
    let scenario = slug.map(|slug| scenarios::named(slug, "scenario"));
    let scenario = scenario.transpose()?;
    let (person, results) = (body.object("person"), body.object("results"));
    play::script(state, call.id(0), person, results)
        .map_err(|error| wrong("control_person", &error))?;
    match body.text("until") {
        Some(feature) => play::stop_at(state, call.id(0), feature),
        None => play::finish(state, call.id(0), scenario),
    }
    session_status(state, call)
}

pub fn force_status(state: &mut State, call: &Call) -> Answer {
    let status = lenient_body(call)?.text("status").and_then(Status::parse);
    let status = status.or_refuse("control_status")?;
    play::set_status(state, call.id(0), status);
    session_status(state, call)
}

fn session_status(state: &State, call: &Call) -> Answer {
    let session = state.sessions.one(call.id(0)).or_refuse("not_found")?;
    ok(json!({ "session_id": session.id, "status": session.status }))
}

pub fn add_fault(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    // The kind is read by itself first, so that its refusal names the kinds there are.
    let kind = json!(body.text("kind").unwrap_or_default());
    serde_json::from_value::<FaultKind>(kind).map_err(|error| wrong("fault_kind", &error))?;
    let fault = serde_json::from_value::<Fault>(Value::Object(body));
    let fault = fault.map_err(|error| wrong("fault", &error))?;
    let status = fault.status.map(StatusCode::from_u16);
    refuse_when("fault_status", matches!(status, Some(Err(_))))?;
    state.faults.push(fault);
    created(json!({ "faults": state.faults.len() }))
}

fn wrong(name: &str, error: &serde_json::Error) -> Reply {
    refusal_with(name, json!({ "error": error.to_string() }))
}

pub fn clear_faults(state: &mut State, _: &Call) -> Answer {
    state.faults.clear();
    no_content()
}

pub fn advance_clock(state: &mut State, call: &Call) -> Answer {
    let seconds = lenient_body(call)?.json("advance_seconds").as_i64();
    state.advance(seconds.or_refuse("control_seconds")?);
    play::let_time_pass(state);
    ok(json!({ "now": micros(state.now()) }))
}

/// `POST balance`: the same amount for every organization.
pub fn set_balance(state: &mut State, call: &Call) -> Answer {
    let amount = lenient_body(call)?.json("amount");
    let amount = amount.as_f64().or_else(|| amount.as_str()?.parse().ok());
    let amount = amount.or_refuse("control_amount")?;
    let balance = to_ten_thousandths(amount);
    for organization in &mut state.organizations {
        organization.balance = balance;
    }
    ok(json!({ "balance": money(balance) }))
}

/// `POST mode`: for every application, those to come included.
pub fn set_mode(state: &mut State, call: &Call) -> Answer {
    let mode = serde_json::from_value::<ApplicationMode>(lenient_body(call)?.json("mode"));
    let mode = mode.map_err(|_| refusal("control_mode"))?;
    state.mode = mode;
    for application in &mut state.applications {
        application.mode = mode;
    }
    ok(json!({ "mode": mode }))
}

/// `POST second-factor`: for every account. `code` of an authenticator app (none where it is null), `has_passkeys`; without
/// both, no account has a second factor.
pub fn set_second_factor(state: &mut State, call: &Call) -> Answer {
    let body = lenient_body(call)?;
    let (code, has_passkeys) = (body.text("code"), body.flag("has_passkeys"));
    let second = SecondFactor {
        code: code.map(str::to_owned),
        has_passkeys,
        waiting: None,
    };
    for account in &mut state.accounts {
        account.second_factor = (code.is_some() || has_passkeys).then(|| second.clone());
    }
    ok(json!({ "accounts": state.accounts.len() }))
}

/// `POST key-rights`: what the keys of all applications may not do.
pub fn set_key_rights(state: &mut State, call: &Call) -> Answer {
    let body = Value::Object(lenient_body(call)?);
    let rights: KeyRights =
        serde_json::from_value(body).map_err(|error| wrong("control_rights", &error))?;
    for application in &mut state.applications {
        application.rights = rights.clone();
    }
    no_content()
}

/// `POST reviewer`: `name` is who comments, decides and blocks from now on; null for nobody in particular.
pub fn set_reviewer(state: &mut State, call: &Call) -> Answer {
    state.reviewer = lenient_body(call)?.text("name").map(str::to_owned);
    no_content()
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
    serde_json::from_slice(&call.body).map_err(|error| wrong("control_body", &error))
}
