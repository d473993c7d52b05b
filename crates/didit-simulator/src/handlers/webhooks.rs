//! Webhook destinations.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    call::Call,
    catalog::{filled, refusal, refuse_when},
    model::{All, Delivery, Destination, State},
    reply::{Answer, Checked, Reply, created, no_content, ok},
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
    refusal("destination_not_found")
}

/// A destination and how its deliveries went: times in milliseconds, the rate in whole per cent.
fn show(state: &State, form: &str, destination: &Destination) -> Value {
    let sent = state.deliveries.iter();
    let sent = sent.filter(|one| one.event.destination == destination.uuid);
    let sent: Vec<&Delivery> = sent.collect();
    let failed = sent.iter().filter(|one| !one.succeeded()).count();
    let times = || sent.iter().filter_map(|one| one.response_time_ms);
    let sent = json!({
        "total": sent.len(),
        "failed": failed,
        "least": times().min(),
        "average": times().sum::<u64>().checked_div(times().count() as u64),
        "most": times().max(),
        "error_rate": (failed * 100).checked_div(sent.len()).unwrap_or_default(),
        "last": sent.last().map(|one| one.finished_at),
    });
    filled(form, &json!({ "destination": destination, "sent": sent }))
}

/// Addresses are public, except on this machine, and each is there once.
fn check_url(state: &State, call: &Call, settings: &Object, own: Option<Uuid>) -> Checked {
    let Some(url) = settings.text("url") else {
        return Ok(());
    };
    let is_public = url.starts_with("https://");
    refuse_when("webhook_url_not_public", !is_public && !is_loopback(url))?;
    let mut others = state.destinations.of(call.application);
    let is_taken = others.any(|known| known.url() == url && Some(known.uuid) != own);
    refuse_when("webhook_url_taken", is_taken)
}
