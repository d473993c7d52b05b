//! Webhook destinations.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    call::Call,
    catalog::forms::filled,
    model::{All, Destination, State},
    reply::{Answer, Reply, created, detail, field, no_content, ok, refuse_if},
    values::{Fields, Object, URL_SAFE, is_loopback, random_text},
};

/// `GET /v3/webhook/destinations/`: a bare array, oldest first, without secrets.
pub fn list(state: &mut State, call: &Call) -> Answer {
    let own = state.destinations.of(call.application);
    ok(own.map(|one| show(state, "DESTINATION", one)).collect())
}

pub fn create(state: &mut State, call: &Call) -> Answer {
    let settings = call.body()?;
    check_url(state, call, &settings, None)?;
    let now = state.now();
    let destination = Destination {
        uuid: Uuid::new_v4(),
        application: call.application,
        settings,
        secret: random_text(URL_SAFE, 43),
        created_at: now,
        updated_at: now,
    };
    let shown = show(state, "DESTINATION_WITH_SECRET", &destination);
    state.destinations.push(destination);
    created(shown)
}

pub fn get(state: &mut State, call: &Call) -> Answer {
    let destination = call.own(&state.destinations).map_err(missing)?;
    ok(show(state, "DESTINATION_WITH_SECRET", destination))
}

/// `PATCH /v3/webhook/destinations/{uuid}/`: the list of events is replaced, the secret stays.
pub fn update(state: &mut State, call: &Call) -> Answer {
    call.own(&state.destinations).map_err(missing)?;
    let changes = call.body()?;
    check_url(state, call, &changes, Some(call.id(0)))?;
    let now = state.now();
    let destination = call.own_mut(&mut state.destinations).map_err(missing)?;
    destination.settings.extend(changes);
    destination.updated_at = now;
    get(state, call)
}

pub fn delete(state: &mut State, call: &Call) -> Answer {
    let uuid = call.own(&state.destinations).map_err(missing)?.uuid;
    state.destinations.retain(|known| known.uuid != uuid);
    no_content()
}

fn missing(_: Reply) -> Reply {
    detail(StatusCode::NOT_FOUND, "Webhook destination not found.")
}

/// A destination and how its deliveries went.
fn show(state: &State, form: &str, destination: &Destination) -> Value {
    let sent = state.statistics(destination.uuid);
    filled(form, json!({ "destination": destination, "sent": sent }))
}

/// Addresses are public, except on this machine, and each is there once.
fn check_url(
    state: &State,
    call: &Call,
    settings: &Object,
    own: Option<Uuid>,
) -> Result<(), Reply> {
    let Some(url) = settings.text("url") else {
        return Ok(());
    };
    refuse_if(!url.starts_with("https://") && !is_loopback(url), || {
        field("url", "Webhook URLs must use HTTPS and a public host.")
    })?;
    let mut others = state.destinations.of(call.application);
    refuse_if(
        others.any(|known| known.url() == url && Some(known.uuid) != own),
        || {
            let complaint = "This webhook destination already exists for the application.";
            field("url", complaint)
        },
    )
}
