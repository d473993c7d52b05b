//! The older blocklist endpoints, which work on the same system lists.

use std::convert::identity;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    behaviour::blocking::value_of,
    call::Call,
    model::{Entry, State},
    reply::{Answer, Reply, field_text, not_found},
    values::{Fields, Object, micros, with},
};

const KINDS: [&str; 4] = ["face", "document", "phone", "email"];

pub fn add(state: &mut State, call: &Call) -> Answer {
    for (kind, entry) in chosen(state, call, "blocklist")? {
        if let (Some(list), Some(entry)) = (state.blocklist_mut(call.application, kind), entry) {
            // What is blocked already stays as it is.
            list.add(entry);
        }
    }
    Ok(Reply::ok(
        &json!({ "message": "Successfully updated blocklist." }),
    ))
}

pub fn remove(state: &mut State, call: &Call) -> Answer {
    for (kind, entry) in chosen(state, call, "unblock")? {
        if let (Some(list), Some(entry)) = (state.blocklist_mut(call.application, kind), entry) {
            list.entries.retain(|known| known.value != entry.value);
        }
    }
    Ok(Reply::ok(
        &json!({ "message": "Successfully removed from blocklist." }),
    ))
}

/// The kinds whose `{verb}_{kind}` is set, each with what the session has of it.
fn chosen(
    state: &State,
    call: &Call,
    verb: &str,
) -> Result<Vec<(&'static str, Option<Entry>)>, Reply> {
    let body = call.body()?;
    let id = body
        .text("session_id")
        .and_then(|id| Uuid::parse_str(id).ok())
        .unwrap_or_default();
    let session = state
        .session(id)
        .filter(|session| session.application == call.application);
    let session = session.ok_or_else(not_found)?;
    let kinds = KINDS
        .into_iter()
        .filter(|kind| body.flag(&format!("{verb}_{kind}")));
    let now = state.now();
    let entry = |value| Entry::new(value, Some(session), Object::new(), now);
    let chosen: Vec<_> = kinds
        .map(|kind| (kind, value_of(session, kind).map(entry)))
        .collect();
    if chosen.is_empty() {
        return Err(field_text("detail", "At least one item must be selected."));
    }
    Ok(chosen)
}

pub fn list(state: &mut State, call: &Call) -> Answer {
    let wanted = call.query("item_type");
    let kinds = KINDS
        .into_iter()
        .filter(|kind| wanted.is_none_or(|wanted| wanted == *kind));
    let entries = kinds.flat_map(|kind| {
        let own = state
            .lists
            .iter()
            .filter(|list| list.application == call.application);
        own.filter(move |list| list.blocks(kind))
            .flat_map(|list| &list.entries)
            .map(move |entry| (kind, entry))
    });
    let mut entries: Vec<(&str, &Entry)> = entries.collect();
    entries.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.created_at));
    let rows = entries
        .into_iter()
        .map(|(kind, entry)| row(state, kind, entry))
        .collect();
    Ok(Reply::ok(&call.envelope(&state.origin, rows, 20, identity)))
}

fn row(state: &State, kind: &str, entry: &Entry) -> Value {
    let session = entry.session_id.and_then(|id| state.session(id));
    let result = |feature: &str, key: &str| {
        session.and_then(|session| session.result(feature)?.get(key).cloned())
    };
    let row = json!({
        "type": kind,
        "session_id": entry.session_id,
        "session_number": entry.session_number,
        "blocklisted_at": micros(entry.created_at),
        "face_image": null,
        "document_type": null,
        "document_number": null,
        "front_image": null,
        "phone_number": null,
        "country_code": null,
        "email": null,
    });
    let own = match kind {
        "face" => json!({ "face_image": result("LIVENESS", "reference_image") }),
        "document" => json!({
            "document_type": result("OCR", "document_type"),
            "document_number": entry.value.to_uppercase(),
            "front_image": result("OCR", "front_image"),
        }),
        "phone" => json!({
            "phone_number": entry.value,
            "country_code": result("PHONE_VERIFICATION", "country_code"),
        }),
        _ => json!({ "email": entry.value }),
    };
    with(row, own)
}
