//! What is blocked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    EntryType,
    entries::{Place, list_of},
    legacy_kind,
};
use crate::{
    didit::{BlocklistItem, ListEntry},
    tools::{
        Answer, Context, PersonalData, Tool, Toolset,
        error::{Stop, ToolError},
        paging::{self, PageInput, Row},
        personal::{Class, Outlet},
        untrusted::apart,
    },
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_blocklist_list", Toolset::Blocklist)
        .title("List the blocklist")
        .description(
            "Lists what is blocked, by kind; later sessions that match an entry are declined.",
        )
        .example(|_| json!({ "entry_type": "document" }))
        .aliases(&[("item_type", "entry_type")])
        .run(list)
}

#[derive(Deserialize, JsonSchema)]
struct ListInput {
    #[serde(default = "default_type")]
    entry_type: EntryType,
    /// Value or label.
    search: Option<String>,
    #[serde(flatten)]
    page: PageInput,
}

fn default_type() -> EntryType {
    EntryType::Face
}

#[derive(Serialize)]
struct EntryRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    uuid: Option<String>,
    entry_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
}

impl EntryRow {
    fn from_entry(entry: ListEntry, kind: EntryType, level: PersonalData) -> Self {
        Self {
            uuid: entry.uuid.map(|uuid| uuid.to_string()),
            entry_type: kind.name().to_owned(),
            value: entry
                .value
                .as_deref()
                .and_then(|value| released(kind, value, level)),
            reference_session_id: entry.reference_session_id.map(|id| id.to_string()),
            created_at: entry.created_at,
        }
    }

    fn from_item(item: BlocklistItem, level: PersonalData) -> Self {
        Self {
            uuid: None,
            entry_type: item.r#type.unwrap_or_default(),
            value: item
                .document_number
                .map(|value| (EntryType::Document, value))
                .or(item.phone_number.map(|value| (EntryType::Phone, value)))
                .or(item.email.map(|value| (EntryType::Email, value)))
                .and_then(|(kind, value)| released(kind, &value, level)),
            reference_session_id: item.session_id.map(|id| id.to_string()),
            created_at: item.blocklisted_at,
        }
    }
}

impl Row for EntryRow {
    fn line(&self) -> String {
        let mut line = apart(self.value.as_ref().unwrap_or(&self.entry_type));
        if let Some(session) = &self.reference_session_id {
            line.push_str(&format!(", from session {session}"));
        }
        if let Some(uuid) = &self.uuid {
            line.push_str(&format!(", entry {uuid}"));
        }
        line
    }
}

async fn list(context: Context, input: ListInput) -> Result<Answer, Stop> {
    let client = context.client()?;
    let page = paging::page(&input.page)?;
    let level = context.connection.settings().personal_data;
    let rows = match list_of(&client, input.entry_type).await? {
        Place::List(list) => client
            .list_entries(&list, input.search.as_deref(), &page)
            .await?
            .map(|entry| EntryRow::from_entry(entry, input.entry_type, level)),
        Place::Legacy => {
            if input.search.is_some() {
                return Err(ToolError::invalid(
                    "search",
                    "This account has the older blocklist, which cannot be searched.",
                )
                .into());
            }
            let kind = legacy_kind(input.entry_type)?;
            client
                .legacy_blocklist(Some(kind), &page)
                .await?
                .map(|item| EntryRow::from_item(item, level))
        }
    };
    let entries = if rows.total == Some(1) {
        "entry"
    } else {
        "entries"
    };
    let entries = format!("{} {entries} on the blocklist", input.entry_type.name());
    Ok(paging::answer(&context, rows, &page, &entries, ""))
}

/// A person's own value, as far as the operator lets it be seen. Your own ids of people and companies are no such values.
fn released(kind: EntryType, value: &str, level: PersonalData) -> Option<String> {
    let class = match kind {
        EntryType::User | EntryType::Business => return Some(value.to_owned()),
        EntryType::Email => Class::Email,
        EntryType::IpAddress => Class::Private,
        EntryType::Face
        | EntryType::Document
        | EntryType::Phone
        | EntryType::DeviceFingerprint
        | EntryType::WalletAddress
        | EntryType::BankAccount => Class::Number,
    };
    level.release(Outlet::Conversation, class, value)
}
