//! What is blocked.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    EntryType,
    entries::{EntryStore, list_of},
    legacy_kind,
};
use crate::{
    didit::{BlocklistItem, ListEntry},
    tools::{
        Context, PersonalData, Tool, ToolOutput, Toolset,
        error::{NotDone, ToolError},
        fields::Fields,
        paging::{self, Counted, PageInput},
        personal::Class,
    },
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_blocklist_list", Toolset::Blocklist)
        .title("List the blocklist")
        .description(
            "Lists what is blocked, by kind; later sessions that match an entry are declined.",
        )
        .example(|_| json!({ "entry_type": "document" }))
        .search_words("blacklist, banned people, fraud")
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

async fn list(context: Context, input: ListInput) -> Result<ToolOutput, NotDone> {
    let client = context.client()?;
    let page = paging::page(&input.page)?;
    let level = context.connection.settings().personal_data;
    let rows = match list_of(&client, input.entry_type).await? {
        EntryStore::List(list) => client
            .list_entries(&list, input.search.as_deref(), &page)
            .await?
            .map(|entry| entry_fields(entry, input.entry_type, level)),
        EntryStore::Legacy => {
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
                .map(|item| item_fields(item, input.entry_type, level))
        }
    };
    let entries = if rows.total == Some(1) {
        "entry"
    } else {
        "entries"
    };
    let entries = format!("{} {entries} on the blocklist", input.entry_type.name());
    Ok(paging::answer(
        &context,
        rows,
        &page,
        &entries,
        "",
        Counted::Whole,
    ))
}

fn entry_fields(entry: ListEntry, kind: EntryType, level: PersonalData) -> Fields {
    fields(kind, entry.value, level)
        .not_personal("reference_session_id", entry.reference_session_id.map(text))
        .not_personal("uuid", entry.uuid.map(text))
        .not_personal("created_at", entry.created_at)
}

/// An entry of the older blocklist, which has no id of its own.
fn item_fields(item: BlocklistItem, kind: EntryType, level: PersonalData) -> Fields {
    let value = item.document_number.or(item.phone_number).or(item.email);
    fields(kind, value, level)
        .not_personal("reference_session_id", item.session_id.map(text))
        .not_personal("created_at", item.blocklisted_at)
}

/// The value that is blocked, as far as the operator lets it be seen. Your own ids of people and companies tell nothing.
fn fields(kind: EntryType, value: Option<String>, level: PersonalData) -> Fields {
    let fields = Fields::new(level).not_personal("entry_type", Some(kind.name()));
    let class = match kind {
        EntryType::User | EntryType::Business => return fields.not_personal("value", value),
        EntryType::Email => Class::Email,
        EntryType::IpAddress => Class::Private,
        EntryType::Face
        | EntryType::Document
        | EntryType::Phone
        | EntryType::DeviceFingerprint
        | EntryType::WalletAddress
        | EntryType::BankAccount => Class::Number,
    };
    fields.personal("value", class, value)
}

fn text(id: impl ToString) -> String {
    id.to_string()
}
