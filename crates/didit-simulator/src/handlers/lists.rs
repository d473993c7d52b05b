//! Lists of blocked, allowed and custom values.

use std::convert::identity;

use uuid::Uuid;

use crate::{
    call::Call,
    model::{List, State},
    reply::{Answer, Reply, field, forbidden, not_found},
    values::{Fields, Object},
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

pub fn own_list<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut List, Reply> {
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
