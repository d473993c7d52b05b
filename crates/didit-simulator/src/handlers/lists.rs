//! Lists of blocked, allowed and custom values, and their entries, given directly or taken from a session.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use uuid::Uuid;

use crate::{
    behaviour::blocking::{normalise, value_of},
    call::Call,
    catalog::{OrRefuse, refusal, refusal_with, refuse_when, shown},
    model::{All, Entry, List, State},
    reply::{Answer, Checked, created, no_content, ok},
    values::{Fields, Object, image_kind, stable_number},
};

pub fn list(state: &mut State, call: &Call) -> Answer {
    let mut found: Vec<&List> = state.lists.of(call.application).collect();
    for key in ["list_type", "entry_type"] {
        if let Some(wanted) = call.query(key) {
            found.retain(|list| list.settings.text(key) == Some(wanted));
        }
    }
    let ordering = call.query("ordering").unwrap_or("-created_at");
    match ordering.trim_start_matches('-') {
        "entry_count" => found.sort_by_key(|list| list.entries.len()),
        "last_entry_added_at" => {
            found.sort_by_key(|list| list.entries.last().map(|entry| entry.created_at))
        }
        _ => found.sort_by_key(|list| list.created_at),
    }
    if ordering.starts_with('-') {
        found.reverse();
    }
    ok(call.envelope(&state.origin, found, 25, |list| shown("LIST", list)))
}

/// `POST /v3/lists/`; blocklists are the system's own.
pub fn create(state: &mut State, call: &Call) -> Answer {
    let settings = call.body()?;
    refuse_taken_name(state, call, &settings, None)?;
    let list = List::new(call.application, settings, state.now());
    let row = shown("LIST", &list);
    state.lists.push(list);
    created(row)
}

pub fn get(state: &mut State, call: &Call) -> Answer {
    ok(shown("LIST", call.own(&state.lists)?))
}

/// `PATCH /v3/lists/{list_uuid}/`: name and description.
pub fn update(state: &mut State, call: &Call) -> Answer {
    let is_system = call.own(&state.lists)?.is_system;
    refuse_when("list_is_of_the_system", is_system)?;
    let changes = call.body()?;
    refuse_taken_name(state, call, &changes, Some(call.id(0)))?;
    let now = state.now();
    let list = call.own_mut(&mut state.lists)?;
    list.settings.extend(changes);
    list.updated_at = now;
    ok(shown("LIST", list))
}

pub fn delete(state: &mut State, call: &Call) -> Answer {
    let is_system = call.own(&state.lists)?.is_system;
    refuse_when("list_is_of_the_system", is_system)?;
    state.lists.retain(|known| known.uuid != call.id(0));
    no_content()
}

fn refuse_taken_name(state: &State, call: &Call, settings: &Object, own: Option<Uuid>) -> Checked {
    let others = state.lists.of(call.application);
    let mut others = others.filter(|list| Some(list.uuid) != own);
    let name = settings.text("name");
    let is_taken = name.is_some() && others.any(|list| list.settings.text("name") == name);
    refuse_when("list_name_taken", is_taken)
}

pub fn list_entries(state: &mut State, call: &Call) -> Answer {
    let search = call.query("search").unwrap_or_default().to_lowercase();
    let contains = |text: &str| text.to_lowercase().contains(&search);
    let entries = call.own(&state.lists)?.entries.iter().rev();
    let found = entries.filter(|entry| {
        contains(&entry.value) || contains(entry.remarks.text("display_label").unwrap_or_default())
    });
    let row = |entry| shown("ENTRY", entry);
    ok(call.envelope(&state.origin, found.collect(), 25, row))
}

pub fn add_entry(state: &mut State, call: &Call) -> Answer {
    let entry_type = call.own(&state.lists)?.entry_type();
    let remarks = call.body()?;
    let reference = remarks.id("reference_session_id");
    let mut own = state.sessions.of(call.application);
    let session = own.find(|session| Some(session.id) == reference);
    let is_lost = reference.is_some() && session.is_none();
    refuse_when("reference_not_found", is_lost)?;
    let value = match (remarks.text("value"), session) {
        (Some(value), _) => normalise(entry_type, value).map_err(refusal)?,
        (None, Some(session)) => {
            let words = json!({ "entry_type": entry_type });
            let value = value_of(session, entry_type);
            value.ok_or_else(|| refusal_with("reference_without_value", words))?
        }
        (None, None) => return Err(refusal("entry_without_value")),
    };
    let mut entry = Entry::new(value, session, remarks, state.now());
    if let Some(reviewer) = &state.reviewer {
        entry.added_by.clone_from(reviewer);
    }
    let list = call.own_mut(&mut state.lists)?;
    created(list.add(entry).or_refuse("entry_is_there")?)
}

pub fn upload_face(state: &mut State, call: &Call) -> Answer {
    let now = state.now();
    let list = call.own_mut(&mut state.lists)?;
    refuse_when("not_a_face_list", list.entry_type() != "face")?;
    let mut remarks = call.body()?;
    let image = remarks.remove("image").unwrap_or_default();
    let image = image.as_str().unwrap_or_default();
    let bytes = STANDARD.decode(image).unwrap_or_default();
    let kind = image_kind(&bytes);
    let is_known = matches!(kind, Some("jpeg" | "png" | "webp"));
    refuse_when("not_an_image", !is_known)?;
    let value = format!("face-{:016x}", stable_number(image));
    let entry = Entry::new(value, None, remarks, now);
    created(list.add(entry).or_refuse("entry_is_there")?)
}

pub fn remove_entry(state: &mut State, call: &Call) -> Answer {
    let entries = &mut call.own_mut(&mut state.lists)?.entries;
    let position = entries.iter().position(|entry| entry.uuid == call.id(1));
    entries.remove(position.or_refuse("not_found")?);
    no_content()
}
