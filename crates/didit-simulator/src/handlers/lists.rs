//! Lists of blocked, allowed and custom values, and their entries, given directly or taken from a session.

use std::convert::identity;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    behaviour::blocking::{normalise, value_of},
    call::Call,
    model::{Entry, List, State},
    reply::{Answer, REQUIRED, Reply, field, forbidden, not_found},
    values::{Fields, Object, stable_number},
};

pub fn list(state: &mut State, call: &Call) -> Answer {
    let mut found: Vec<&List> = state
        .lists
        .iter()
        .filter(|list| list.application == call.application)
        .collect();
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
    let rows = found.into_iter().map(List::show).collect();
    Ok(Reply::ok(&call.envelope(&state.origin, rows, 25, identity)))
}

/// `POST /v3/lists/`; blocklists are the system's own.
pub fn create(state: &mut State, call: &Call) -> Answer {
    let settings = call.body()?;
    refuse_taken_name(state, call.application, &settings, None)?;
    let list = List::new(call.application, settings, state.now());
    let shown = list.show();
    state.lists.push(list);
    Ok(Reply::created(&shown))
}

pub fn get(state: &mut State, call: &Call) -> Answer {
    Ok(Reply::ok(&own_list(state, call)?.show()))
}

/// `PATCH /v3/lists/{list_uuid}/`: name and description.
pub fn update(state: &mut State, call: &Call) -> Answer {
    refuse_system_list(own_list(state, call)?)?;
    let changes = call.body()?;
    refuse_taken_name(state, call.application, &changes, Some(call.id(0)))?;
    let now = state.now();
    let list = own_list(state, call)?;
    list.settings.extend(changes);
    list.updated_at = now;
    Ok(Reply::ok(&list.show()))
}

pub fn delete(state: &mut State, call: &Call) -> Answer {
    refuse_system_list(own_list(state, call)?)?;
    state.lists.retain(|known| known.uuid != call.id(0));
    Ok(Reply::no_content())
}

fn own_list<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut List, Reply> {
    let mut own = state
        .lists
        .iter_mut()
        .filter(|list| list.application == call.application);
    own.find(|list| list.uuid == call.id(0))
        .ok_or_else(not_found)
}

fn refuse_system_list(list: &List) -> Result<(), Reply> {
    if list.is_system {
        Err(forbidden("System lists cannot be modified or deleted."))
    } else {
        Ok(())
    }
}

fn refuse_taken_name(
    state: &State,
    application: Uuid,
    settings: &Object,
    own: Option<Uuid>,
) -> Result<(), Reply> {
    let Some(name) = settings.text("name") else {
        return Ok(());
    };
    let mut others = state
        .lists
        .iter()
        .filter(|list| list.application == application && Some(list.uuid) != own);
    if others.any(|list| list.settings.text("name") == Some(name)) {
        return Err(field("name", "A list with this name already exists."));
    }
    Ok(())
}

pub fn list_entries(state: &mut State, call: &Call) -> Answer {
    let search = call.query("search").unwrap_or_default().to_lowercase();
    let contains = |text: &str| text.to_lowercase().contains(&search);
    let entries = own_list(state, call)?.entries.iter().rev();
    let found = entries.filter(|entry| {
        contains(&entry.value) || contains(entry.remarks.text("display_label").unwrap_or_default())
    });
    let rows: Vec<Value> = found.map(Entry::show).collect();
    Ok(Reply::ok(&call.envelope(&state.origin, rows, 25, identity)))
}

pub fn add_entry(state: &mut State, call: &Call) -> Answer {
    let entry_type = own_list(state, call)?.entry_type().to_owned();
    let remarks = call.body()?;
    let reference = remarks
        .text("reference_session_id")
        .and_then(|id| Uuid::parse_str(id).ok());
    let session = reference.and_then(|id| state.session(id));
    let session = session.filter(|session| session.application == call.application);
    if reference.is_some() && session.is_none() {
        return Err(field("reference_session_id", "Session not found."));
    }
    let value = match (remarks.text("value"), session) {
        (Some(value), _) => {
            normalise(&entry_type, value).map_err(|complaint| field("value", complaint))?
        }
        (None, Some(session)) => value_of(session, &entry_type).ok_or_else(|| {
            let complaint = format!("The session has no {entry_type} that could be added.");
            field("reference_session_id", &complaint)
        })?,
        (None, None) => return Err(field("value", REQUIRED)),
    };
    let entry = Entry::new(value, session, remarks, state.now());
    add(own_list(state, call)?, entry)
}

pub fn upload_face(state: &mut State, call: &Call) -> Answer {
    let now = state.now();
    let list = own_list(state, call)?;
    if list.entry_type() != "face" {
        return Err(field("image", "Faces can only be uploaded to face lists."));
    }
    let mut remarks = call.body()?;
    let image = remarks.remove("image").unwrap_or_default();
    let image = image.as_str().unwrap_or_default();
    let bytes = STANDARD.decode(image).unwrap_or_default();
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    if !webp && !bytes.starts_with(b"\xFF\xD8\xFF") && !bytes.starts_with(b"\x89PNG") {
        return Err(field(
            "image",
            "Upload a valid image. Use JPG, PNG or WebP in base64.",
        ));
    }
    let value = format!("face-{:016x}", stable_number(image));
    add(list, Entry::new(value, None, remarks, now))
}

fn add(list: &mut List, entry: Entry) -> Answer {
    let shown = list
        .add(entry)
        .ok_or_else(|| field("value", "This value is already in the list."))?;
    Ok(Reply::created(&shown))
}

pub fn remove_entry(state: &mut State, call: &Call) -> Answer {
    let entries = &mut own_list(state, call)?.entries;
    let before = entries.len();
    entries.retain(|entry| entry.uuid != call.id(1));
    if entries.len() == before {
        Err(not_found())
    } else {
        Ok(Reply::no_content())
    }
}
