//! Lists of blocked, allowed and custom values.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::sessions::Session;
use crate::{
    catalog::shown,
    values::{Fields, Object, data},
};

/// The settings of the lists every application has.
static SYSTEM_LISTS: LazyLock<Vec<Object>> =
    LazyLock::new(|| data(include_str!("../catalog/system_lists.json")));

#[derive(Clone, Debug, Serialize)]
pub(crate) struct List {
    pub uuid: Uuid,
    pub application: Uuid,
    /// Name, description, kind of list and kind of value.
    pub settings: Object,
    pub is_system: bool,
    pub entries: Vec<Entry>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    pub uuid: Uuid,
    pub value: String,
    /// What the caller says about it.
    pub remarks: Object,
    pub added_by: String,
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
    pub fn of_the_system(application: Uuid, now: Timestamp) -> impl Iterator<Item = Self> {
        SYSTEM_LISTS.iter().map(move |settings| Self {
            is_system: true,
            ..Self::new(application, settings.clone(), now)
        })
    }

    pub fn entry_type(&self) -> &str {
        self.settings.text("entry_type").unwrap_or_default()
    }

    pub fn blocks(&self, entry_type: &str) -> bool {
        self.settings.text("list_type") == Some("blocklist") && self.entry_type() == entry_type
    }

    /// Adds an entry and shows it, unless the value is there already.
    pub fn add(&mut self, entry: Entry) -> Option<Value> {
        if self.entries.iter().any(|known| known.value == entry.value) {
            return None;
        }
        let shown = shown("ENTRY", &entry);
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
            added_by: "api".to_owned(),
            session_id: session.map(|session| session.id),
            session_number: session.map(|session| session.number),
            created_at: now,
        }
    }
}
