//! Lists of blocked, allowed and custom values.

use std::convert::identity;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    call::Call,
    fields::Fields,
    reply::{Answer, Reply, field, forbidden, not_found},
    state::{State, seconds},
};

pub(super) mod entries;

use entries::Entry;

const ENTRY_TYPES: [&str; 12] = [
    "face",
    "document",
    "phone",
    "email",
    "ip_address",
    "device_fingerprint",
    "wallet_address",
    "bank_account",
    "country",
    "user",
    "business",
    "key",
];
/// The lists every application has: the kind of list, of value, and the name.
const SYSTEM_LISTS: [(&str, &str, &str); 11] = [
    ("blocklist", "face", "Face Blocklist"),
    ("blocklist", "document", "Document Blocklist"),
    ("blocklist", "phone", "Phone Blocklist"),
    ("blocklist", "email", "Email Blocklist"),
    ("blocklist", "ip_address", "IP Address Blocklist"),
    (
        "blocklist",
        "device_fingerprint",
        "Device Fingerprint Blocklist",
    ),
    ("blocklist", "wallet_address", "Wallet Address Blocklist"),
    ("blocklist", "bank_account", "Bank Account Blocklist"),
    ("blocklist", "user", "User Blocklist"),
    ("blocklist", "business", "Business Blocklist"),
    ("custom", "country", "High Risk Countries"),
];

#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) uuid: Uuid,
    pub(super) application: Uuid,
    name: String,
    description: String,
    pub(super) list_type: String,
    pub(super) entry_type: String,
    pub(super) is_system: bool,
    pub(super) entries: Vec<Entry>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

pub(super) fn add_system_lists(state: &mut State, application: Uuid) {
    let now = state.now();
    for (list_type, entry_type, name) in SYSTEM_LISTS {
        state.lists.push(List {
            uuid: Uuid::new_v4(),
            application,
            name: name.to_owned(),
            description: String::new(),
            list_type: list_type.to_owned(),
            entry_type: entry_type.to_owned(),
            is_system: true,
            entries: Vec::new(),
            created_at: now,
            updated_at: now,
        });
    }
}

/// The entry that blocks `value`, compared without case.
pub(super) fn blocked<'a>(
    state: &'a State,
    application: Uuid,
    entry_type: &str,
    value: &str,
) -> Option<&'a Entry> {
    let value = entries::normalise(entry_type, value).ok()?;
    state
        .lists
        .iter()
        .filter(|list| {
            list.application == application
                && list.list_type == "blocklist"
                && list.entry_type == entry_type
        })
        .flat_map(|list| &list.entries)
        .find(|entry| {
            entry.value == value
                || entry_type == "ip_address" && entries::covers(&entry.value, &value)
        })
}

/// `GET /v3/lists/`
pub(super) fn list(state: &mut State, call: &Call) -> Answer {
    let mut found: Vec<&List> = state
        .lists
        .iter()
        .filter(|list| list.application == call.application)
        .filter(|list| {
            call.query("list_type")
                .is_none_or(|wanted| list.list_type == wanted)
        })
        .filter(|list| {
            call.query("entry_type")
                .is_none_or(|wanted| list.entry_type == wanted)
        })
        .collect();
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
pub(super) fn create(state: &mut State, call: &Call) -> Answer {
    let body = call.json()?;
    let mut fields = Fields::new(&body);
    for name in ["name", "list_type", "entry_type"] {
        fields.require(name);
    }
    let name = fields.words("name", 255).unwrap_or_default();
    let list_type = fields
        .choice("list_type", &["allowlist", "custom"])
        .unwrap_or_default();
    let entry_type = fields
        .choice("entry_type", &ENTRY_TYPES)
        .unwrap_or_default();
    let description = fields.text("description", 1000).unwrap_or_default();
    if state.has_list(call.application, &name, None) {
        fields.refuse("name", "A list with this name already exists.");
    }
    fields.finish()?;
    let now = state.now();
    let list = List {
        uuid: Uuid::new_v4(),
        application: call.application,
        name,
        description,
        list_type,
        entry_type,
        is_system: false,
        entries: Vec::new(),
        created_at: now,
        updated_at: now,
    };
    let shown = list.show();
    state.lists.push(list);
    Ok(Reply::created(&shown))
}

/// `GET /v3/lists/{list_uuid}/`
pub(super) fn get(state: &mut State, call: &Call) -> Answer {
    Ok(Reply::ok(&own_list(state, call)?.show()))
}

/// `PATCH /v3/lists/{list_uuid}/`: name and description.
pub(super) fn update(state: &mut State, call: &Call) -> Answer {
    let body = call.json()?;
    let now = state.now();
    let mut fields = Fields::new(&body);
    let name = fields.words("name", 255);
    let description = fields.text("description", 1000);
    if name
        .as_deref()
        .is_some_and(|name| state.has_list(call.application, name, Some(call.id(0))))
    {
        fields.refuse("name", "A list with this name already exists.");
    }
    let list = own_list(state, call)?;
    refuse_system_list(list)?;
    fields.finish()?;
    list.name = name.unwrap_or_else(|| list.name.clone());
    list.description = description.unwrap_or_else(|| list.description.clone());
    list.updated_at = now;
    Ok(Reply::ok(&list.show()))
}

/// `DELETE /v3/lists/{list_uuid}/`
pub(super) fn delete(state: &mut State, call: &Call) -> Answer {
    let list = own_list(state, call)?;
    refuse_system_list(list)?;
    let uuid = list.uuid;
    state.lists.retain(|known| known.uuid != uuid);
    Ok(Reply::no_content())
}

pub(super) fn own_list<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut List, Reply> {
    state
        .lists
        .iter_mut()
        .find(|list| list.uuid == call.id(0) && list.application == call.application)
        .ok_or_else(not_found)
}

fn refuse_system_list(list: &List) -> Result<(), Reply> {
    if list.is_system {
        return Err(forbidden("System lists cannot be modified or deleted."));
    }
    Ok(())
}

impl State {
    fn has_list(&self, application: Uuid, name: &str, except: Option<Uuid>) -> bool {
        self.lists.iter().any(|list| {
            list.application == application && list.name == name && Some(list.uuid) != except
        })
    }

    /// The system blocklist for one kind of value.
    pub(super) fn blocklist_mut(
        &mut self,
        application: Uuid,
        entry_type: &str,
    ) -> Option<&mut List> {
        self.lists.iter_mut().find(|list| {
            list.application == application
                && list.list_type == "blocklist"
                && list.entry_type == entry_type
        })
    }
}

impl List {
    fn show(&self) -> Value {
        json!({
            "uuid": self.uuid,
            "name": self.name,
            "description": self.description,
            "list_type": self.list_type,
            "entry_type": self.entry_type,
            "is_system": self.is_system,
            "entry_count": self.entries.len(),
            "last_entry_added_at": self.entries.last().map(|entry| seconds(entry.created_at)),
            "created_at": seconds(self.created_at),
            "updated_at": seconds(self.updated_at),
        })
    }

    /// Adds an entry unless the value is there already.
    pub(super) fn add(&mut self, entry: Entry) -> Result<Value, Reply> {
        if self.entries.iter().any(|known| known.value == entry.value) {
            return Err(field("value", "This value is already in the list."));
        }
        let shown = entry.show();
        self.updated_at = entry.created_at;
        self.entries.push(entry);
        Ok(shown)
    }
}
