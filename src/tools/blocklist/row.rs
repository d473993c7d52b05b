//! One entry of the blocklist as an agent sees it: what is blocked, of whom, since when, added how, and why.

use serde::Serialize;

use super::EntryType;
use crate::{
    didit::{BlocklistItem, Decision, ListEntry, SessionId},
    tools::{
        PersonalData,
        fields::Fields,
        paging::Row,
        person::PersonFacts,
        personal::{Class, Outlet},
    },
};

/// One entry.
#[derive(Serialize)]
pub(super) struct EntryRow {
    #[serde(flatten)]
    fields: Fields,
    /// Whether somebody wrote down why, whether or not it is shown.
    is_reason_noted: bool,
    /// Said where no reason is shown.
    #[serde(skip)]
    without_reason: Option<&'static str>,
    /// The session that it came from.
    #[serde(skip)]
    pub(super) session: Option<SessionId>,
}

impl EntryRow {
    /// An entry of a list; `kind` is Didit's word.
    pub(super) fn of_entry(entry: ListEntry, kind: &str, level: PersonalData) -> Self {
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let reason = filled(entry.comment);
        let is_reason_noted = reason.is_some();
        let is_shown = level.allows(Outlet::Conversation, Class::Words);
        let added_by = filled(entry.added_by);
        // Didit names the way, and may name an address.
        let way = match &added_by {
            Some(by) if by.contains('@') => Class::Email,
            _ => Class::Words,
        };
        let fields = value(kind, entry.value, level)
            .personal("display_label", Class::Words, filled(entry.display_label))
            .personal("comment", Class::Words, reason);
        let fields = match added_by {
            Some(by) if WAYS.contains(&by.as_str()) => fields.not_personal("added_by", Some(by)),
            other => fields.personal("added_by", way, other),
        };
        Self {
            fields: fields
                .not_personal("reference_session_number", entry.reference_session_number)
                .not_personal("reference_session_id", entry.reference_session_id.map(text))
                .not_personal("uuid", entry.uuid.map(text))
                .not_personal("created_at", entry.created_at),
            is_reason_noted,
            without_reason: match (is_reason_noted, is_shown) {
                (false, _) => Some("no reason noted"),
                (true, false) => Some("the reason is not shown at this personal-data level"),
                (true, true) => None,
            },
            session: entry.reference_session_id,
        }
    }

    /// An entry of the older blocklist, which has no id of its own and keeps no reasons.
    pub(super) fn of_item(item: BlocklistItem, kind: &str, level: PersonalData) -> Self {
        let held = item.document_number.or(item.phone_number).or(item.email);
        Self {
            fields: value(kind, held, level)
                .not_personal("reference_session_number", item.session_number)
                .not_personal("reference_session_id", item.session_id.map(text))
                .not_personal("created_at", item.blocklisted_at),
            is_reason_noted: false,
            without_reason: Some("this account's older blocklist keeps no reasons"),
            session: item.session_id,
        }
    }

    /// Adds who the session was about.
    pub(super) fn with_person(mut self, decision: &Decision) -> Self {
        self.fields = self
            .fields
            .personal("person", Class::Identity, PersonFacts::of(decision).name)
            .not_personal("vendor_data", decision.vendor_data.clone());
        self
    }
}

/// The ways in which entries are added: <https://docs.didit.me/management-api/lists/overview>
const WAYS: [&str; 4] = ["api", "console", "email", "system"];

/// The value that is blocked, as far as the operator lets it be seen. Your own ids of people and companies tell nothing.
fn value(kind: &str, value: Option<String>, level: PersonalData) -> Fields {
    let fields = Fields::new(level).not_personal("entry_type", Some(kind));
    let class = match EntryType::find(kind) {
        Some(EntryType::User | EntryType::Business) => {
            return fields.not_personal("value", value);
        }
        Some(EntryType::Email) => Class::Email,
        Some(EntryType::IpAddress) => Class::Private,
        _ => Class::Number,
    };
    fields.personal("value", class, value)
}

impl Row for EntryRow {
    fn line(&self) -> String {
        match self.without_reason {
            Some(words) => format!("{}; {words}", self.fields.line()),
            None => self.fields.line(),
        }
    }
}

fn text(id: impl ToString) -> String {
    id.to_string()
}
