//! The older blocklist endpoints, which work on the same system lists.

use std::cmp::Reverse;

use serde_json::json;

use crate::{
    behaviour::blocking::value_of,
    call::Call,
    catalog::{OrRefuse, filled, refuse_when},
    model::{All, Entry, List, State},
    reply::{Answer, Checked, ok},
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
fn change(state: &mut State, call: &Call, verb: &str, change: fn(&mut List, Entry)) -> Checked {
    let body = call.body()?;
    let id = body.id("session_id");
    let mut own = state.sessions.of(call.application);
    let session = own.find(|session| Some(session.id) == id);
    let session = session.or_refuse("not_found")?;
    let is_chosen = |kind: &&str| body.flag(&format!("{verb}_{kind}"));
    let kinds = KINDS.iter().map(|(kind, _)| *kind);
    let chosen: Vec<&str> = kinds.filter(is_chosen).collect();
    refuse_when("nothing_selected", chosen.is_empty())?;
    let now = state.now();
    let entry = |kind| {
        let value = value_of(session, kind)?;
        Some((kind, Entry::new(value, Some(session), Object::new(), now)))
    };
    let entries: Vec<_> = chosen.into_iter().filter_map(entry).collect();
    drop(own);
    for (kind, entry) in entries {
        let mut lists = state.lists.of_mut(call.application);
        if let Some(list) = lists.find(|list| list.blocks(kind)) {
            change(list, entry);
        }
    }
    Ok(())
}

pub fn list(state: &mut State, call: &Call) -> Answer {
    let is_wanted = |kind: &str| call.query("item_type").is_none_or(|wanted| wanted == kind);
    let mut found = Vec::new();
    for (kind, feature) in KINDS.into_iter().filter(|(kind, _)| is_wanted(kind)) {
        let lists = state.lists.of(call.application);
        let lists = lists.filter(|list| list.blocks(kind));
        let entries = lists.flat_map(|list| &list.entries);
        found.extend(entries.map(|entry| (kind, feature, entry)));
    }
    found.sort_by_key(|(_, _, entry)| Reverse(entry.created_at));
    let row = |(kind, feature, entry): (&str, &str, &Entry)| {
        let session = entry.session_id.and_then(|id| state.sessions.one(id));
        let result = session.and_then(|session| session.result(feature));
        let values = json!({ "kind": kind, "entry": entry, "result": result });
        let own = filled(&format!("BLOCKED/{kind}"), &values);
        with(filled("BLOCKED", &values), own)
    };
    ok(call.envelope(&state.origin, found, 20, row))
}
