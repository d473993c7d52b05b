//! The older blocklist endpoints, which work on the same system lists.

use std::cmp::Reverse;

use serde_json::json;
use uuid::Uuid;

use crate::{
    behaviour::blocking::value_of,
    call::Call,
    catalog::forms::filled,
    model::{All, Entry, List, State},
    reply::{Answer, Reply, field_text, not_found, ok, refuse_if},
    values::{Fields, Object, with},
};

/// What can be blocked here, and the feature that sees it.
const KINDS: [(&str, &str); 4] = [
    ("face", "LIVENESS"),
    ("document", "OCR"),
    ("phone", "PHONE_VERIFICATION"),
    ("email", "EMAIL_VERIFICATION"),
];

pub fn add(state: &mut State, call: &Call) -> Answer {
    // What is blocked already stays as it is.
    change(state, call, "blocklist", |list, entry| {
        drop(list.add(entry))
    })?;
    ok(json!({ "message": "Successfully updated blocklist." }))
}

pub fn remove(state: &mut State, call: &Call) -> Answer {
    change(state, call, "unblock", |list, entry| {
        list.entries.retain(|known| known.value != entry.value);
    })?;
    ok(json!({ "message": "Successfully removed from blocklist." }))
}

/// Changes the lists of the kinds whose `{verb}_{kind}` is set, each with what the session has of it.
fn change(
    state: &mut State,
    call: &Call,
    verb: &str,
    change: impl Fn(&mut List, Entry),
) -> Result<(), Reply> {
    let body = call.body()?;
    let id = body
        .text("session_id")
        .and_then(|id| Uuid::parse_str(id).ok());
    let mut own = state.sessions.of(call.application);
    let session = own
        .find(|session| Some(session.id) == id)
        .ok_or_else(not_found)?;
    let is_chosen = |kind: &&str| body.flag(&format!("{verb}_{kind}"));
    let chosen: Vec<&str> = KINDS
        .map(|(kind, _)| kind)
        .into_iter()
        .filter(is_chosen)
        .collect();
    refuse_if(chosen.is_empty(), || {
        field_text("detail", "At least one item must be selected.")
    })?;
    let now = state.now();
    let entry = |kind| {
        let value = value_of(session, kind)?;
        Some((kind, Entry::new(value, Some(session), Object::new(), now)))
    };
    let entries: Vec<_> = chosen.into_iter().filter_map(entry).collect();
    drop(own);
    for (kind, entry) in entries {
        if let Some(list) = state.blocklist_mut(call.application, kind) {
            change(list, entry);
        }
    }
    Ok(())
}

pub fn list(state: &mut State, call: &Call) -> Answer {
    let is_wanted = |kind: &str| call.query("item_type").is_none_or(|wanted| wanted == kind);
    let mut found = Vec::new();
    for (kind, feature) in KINDS.into_iter().filter(|(kind, _)| is_wanted(kind)) {
        let lists = state
            .lists
            .of(call.application)
            .filter(|list| list.blocks(kind));
        let entries = lists.flat_map(|list| &list.entries);
        found.extend(entries.map(|entry| (kind, feature, entry)));
    }
    found.sort_by_key(|(_, _, entry)| Reverse(entry.created_at));
    ok(
        call.envelope(&state.origin, found, 20, |(kind, feature, entry)| {
            let session = entry.session_id.and_then(|id| state.sessions.one(id));
            let result = session.and_then(|session| session.result(feature));
            let values = json!({ "kind": kind, "entry": entry, "result": result });
            with(
                filled("BLOCKED", &values),
                filled(&format!("BLOCKED/{kind}"), &values),
            )
        }),
    )
}
