//! Lists of blocked, allowed and custom values.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    model::sessions::Session,
    values::{Fields, Object, seconds, with},
};

/// The settings of the lists every application has.
static SYSTEM_LISTS: LazyLock<Vec<Object>> =
    // The file is part of the source; without it there are no blocklists.
    LazyLock::new(|| {
        serde_json::from_str(include_str!("../catalog/system_lists.json")).unwrap_or_default()
    });

#[derive(Clone, Debug)]
pub struct List {
    pub uuid: Uuid,
    pub application: Uuid,
    /// Name, description, kind of list and kind of value.
    pub settings: Object,
    pub is_system: bool,
    pub entries: Vec<Entry>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub uuid: Uuid,
    pub value: String,
    /// What the caller says about it.
    pub remarks: Object,
    pub session_id: Option<Uuid>,
    pub session_number: Option<i64>,
    pub created_at: Timestamp,
}

impl List {
    pub fn new(application: Uuid, settings: Object, now: Timestamp) -> Self {
        Self {
            uuid: Uuid::new_v4(),
            application,
            settings,
            is_system: false,
            entries: Vec::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// The lists every application has.
    pub fn of_the_system(application: Uuid, now: Timestamp) -> Vec<Self> {
        let settings = SYSTEM_LISTS.iter().cloned();
        let new = |settings| Self::new(application, settings, now);
        settings
            .map(|settings| Self {
                is_system: true,
                ..new(settings)
            })
            .collect()
    }

    pub fn entry_type(&self) -> &str {
        self.settings.text("entry_type").unwrap_or_default()
    }

    pub fn blocks(&self, entry_type: &str) -> bool {
        self.settings.text("list_type") == Some("blocklist") && self.entry_type() == entry_type
    }

    pub fn show(&self) -> Value {
        let shown = json!({
            "uuid": self.uuid,
            "description": "",
            "is_system": self.is_system,
            "entry_count": self.entries.len(),
            "last_entry_added_at": self.entries.last().map(|entry| seconds(entry.created_at)),
            "created_at": seconds(self.created_at),
            "updated_at": seconds(self.updated_at),
        });
        with(shown, Value::Object(self.settings.clone()))
    }

    /// Adds an entry and shows it, unless the value is there already.
    pub fn add(&mut self, entry: Entry) -> Option<Value> {
        if self.entries.iter().any(|known| known.value == entry.value) {
            return None;
        }
        let shown = entry.show();
        self.updated_at = entry.created_at;
        self.entries.push(entry);
        Some(shown)
    }
}

impl Entry {
    pub fn new(value: String, session: Option<&Session>, remarks: Object, now: Timestamp) -> Self {
        Self {
            uuid: Uuid::new_v4(),
            value,
            remarks,
            session_id: session.map(|session| session.id),
            session_number: session.map(|session| session.number),
            created_at: now,
        }
    }

    pub fn show(&self) -> Value {
        json!({
            "uuid": self.uuid,
            "value": self.value,
            "display_label": self.remarks.get("display_label"),
            "comment": self.remarks.get("comment"),
            "added_by": "api",
            "reference_session_id": self.session_id,
            "reference_session_number": self.session_number,
            "reference_object_uuid": self.remarks.get("reference_object_uuid"),
            "metadata": self.remarks.get("metadata"),
            "created_at": seconds(self.created_at),
        })
    }
}
