//! What is blocked.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    EntryType, cannot_search,
    entries::{EntryStore, list_of},
    legacy_kind,
    overview::overview,
    row::EntryRow,
};
use crate::tools::{
    Context, Tool, ToolOutput, Toolset,
    error::{NotDone, ToolError},
    paging::{self, Counted, PageInput},
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_blocklist_list", Toolset::Blocklist)
        .title("List the blocklist")
        .description(
            "Lists what is blocked, all kinds at once or one page by page: who, since when, added how and why. Later sessions \
             that match are declined.",
        )
        .example(|_| json!({ "entry_type": "document" }))
        .search_words("blacklist, banned people, fraud, who blocked them")
        .aliases(&[("item_type", "entry_type")])
        .run(list)
}

#[derive(Deserialize, JsonSchema)]
struct ListInput {
    /// All kinds when absent.
    entry_type: Option<EntryType>,
    /// Value or label.
    search: Option<String>,
    #[serde(flatten)]
    page: PageInput,
}

async fn list(context: Context, input: ListInput) -> Result<ToolOutput, NotDone> {
    let page = paging::page(&input.page)?;
    let search = input.search.as_deref();
    let Some(kind) = input.entry_type else {
        if page.offset.is_some() {
            return Err(ToolError::invalid(
                "entry_type",
                "`cursor` goes with the `entry_type` whose rows it continues.",
            )
            .into());
        }
        return overview(&context, search, page.limit).await;
    };
    let client = context.client()?;
    let level = context.connection.settings().personal_data;
    let rows = match list_of(&client, kind).await? {
        EntryStore::List(list) => client
            .list_entries(&list, search, &page)
            .await?
            .map(|entry| EntryRow::of_entry(entry, kind.name(), level)),
        EntryStore::Legacy => {
            if search.is_some() {
                return Err(cannot_search().into());
            }
            let name = legacy_kind(kind)?;
            client
                .legacy_blocklist(Some(name), &page)
                .await?
                .map(|item| EntryRow::of_item(item, name, level))
        }
    };
    let entries = if rows.total == Some(1) {
        "entry"
    } else {
        "entries"
    };
    let entries = format!("{} {entries} on the blocklist", kind.name());
    Ok(paging::answer(
        &context,
        rows,
        &page,
        &entries,
        "",
        Counted::Whole,
    ))
}
