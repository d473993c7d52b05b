//! Webhook destinations.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    call::Call,
    model::{Destination, State},
    reply::{Answer, Reply, detail, field},
    values::{Fields, Object, URL_SAFE, is_loopback, random_text, with},
};

/// `GET /v3/webhook/destinations/`: a bare array, oldest first, without secrets.
pub fn list(state: &mut State, call: &Call) -> Answer {
    let own = state
        .destinations
        .iter()
        .filter(|known| known.application == call.application);
    let rows = own.map(|destination| {
        let sent = state.statistics(destination.uuid);
        let counts = json!({
            "subscribed_events_count": destination.events().len(),
            "deliveries_count": sent.total,
            "failed_deliveries_count": sent.failed,
            "average_response_time_ms": sent.average(),
            "error_rate_percentage": sent.error_rate(),
            "last_delivery_at": sent.last,
        });
        with(destination.show(), counts)
    });
    Ok(Reply::ok(&rows.collect()))
}

pub fn create(state: &mut State, call: &Call) -> Answer {
    let settings = call.body()?;
    check_url(state, call.application, &settings, None)?;
    let now = state.now();
    let destination = Destination {
        uuid: Uuid::new_v4(),
        application: call.application,
        settings,
        secret: random_text(URL_SAFE, 43),
        created_at: now,
        updated_at: now,
    };
    let shown = full(state, &destination);
    state.destinations.push(destination);
    Ok(Reply::created(&shown))
}

pub fn get(state: &mut State, call: &Call) -> Answer {
    let destination = own_destination(state, call)?.clone();
    Ok(Reply::ok(&full(state, &destination)))
}

/// `PATCH /v3/webhook/destinations/{uuid}/`: the list of events is replaced, the secret stays.
pub fn update(state: &mut State, call: &Call) -> Answer {
    own_destination(state, call)?;
    let changes = call.body()?;
    check_url(state, call.application, &changes, Some(call.id(0)))?;
    let now = state.now();
    let destination = own_destination(state, call)?;
    destination.settings.extend(changes);
    destination.updated_at = now;
    let changed = destination.clone();
    Ok(Reply::ok(&full(state, &changed)))
}

pub fn delete(state: &mut State, call: &Call) -> Answer {
    let uuid = own_destination(state, call)?.uuid;
    state.destinations.retain(|known| known.uuid != uuid);
    Ok(Reply::no_content())
}

fn own_destination<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Destination, Reply> {
    let mut own = state
        .destinations
        .iter_mut()
        .filter(|known| known.application == call.application);
    let own = own.find(|known| known.uuid == call.id(0));
    own.ok_or_else(|| detail(StatusCode::NOT_FOUND, "Webhook destination not found."))
}

/// A destination with its secret and a summary of deliveries.
fn full(state: &State, destination: &Destination) -> Value {
    let sent = state.statistics(destination.uuid);
    let more = json!({
        "secret_shared_key": destination.secret,
        "summary": {
            "total_deliveries": sent.total,
            "failed_deliveries": sent.failed,
            "error_rate_percentage": sent.error_rate(),
            "min_response_time_ms": sent.times.iter().min(),
            "avg_response_time_ms": sent.average(),
            "max_response_time_ms": sent.times.iter().max(),
            "last_delivery_at": sent.last,
        },
    });
    with(destination.show(), more)
}

/// Addresses are public, except on this machine, and each is there once.
fn check_url(
    state: &State,
    application: Uuid,
    settings: &Object,
    own: Option<Uuid>,
) -> Result<(), Reply> {
    let Some(url) = settings.text("url") else {
        return Ok(());
    };
    if !url.starts_with("https://") && !is_loopback(url) {
        return Err(field(
            "url",
            "Webhook URLs must use HTTPS and a public host.",
        ));
    }
    let mut others = state
        .destinations
        .iter()
        .filter(|known| known.application == application);
    if others.any(|known| known.url() == url && Some(known.uuid) != own) {
        return Err(field(
            "url",
            "This webhook destination already exists for the application.",
        ));
    }
    Ok(())
}
