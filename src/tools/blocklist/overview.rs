//! Everything that is blocked, of all kinds, in one answer.

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::json;

use super::row::EntryRow;
use crate::{
    didit::{
        Client, Decision, Error, ErrorKind, List, ListEntry, ListFilter, ListId, Page, PageRequest,
        SessionId,
    },
    tools::{
        Context, PersonalData, ToolOutput,
        decisions::decisions,
        error::{NotDone, ToolError},
        paging,
        untrusted::mark_untrusted_code,
    },
};

/// Lists that are looked at; an account has one blocklist for each kind.
const MOST_LISTS: u32 = 100;
/// Lists that are read at the same time.
const AT_ONCE: usize = 4;
/// Sessions of entries that are looked up for the person's name.
const MOST_PEOPLE: usize = 25;

/// How many entries of a kind there are.
#[derive(Serialize)]
struct Kind {
    entry_type: String,
    count: u64,
    /// With this and `entry_type` the rest of the kind is listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// How many rows of it are shown.
    #[serde(skip)]
    shown: usize,
}

/// The entries of all kinds, at most `limit` of each.
pub(super) async fn overview(
    context: &Context,
    search: Option<&str>,
    limit: Option<u32>,
) -> Result<ToolOutput, NotDone> {
    let client = context.client()?;
    let level = context.connection.settings().personal_data;
    let page = PageRequest {
        limit,
        offset: None,
    };
    let filter = ListFilter {
        list_type: Some("blocklist".to_owned()),
        page: PageRequest {
            limit: Some(MOST_LISTS),
            offset: None,
        },
        ..ListFilter::default()
    };
    let (mut kinds, rows) = match client.list_lists(&filter).await {
        Err(Error::Api(error)) if error.kind == ErrorKind::NotFound => {
            if search.is_some() {
                return Err(super::cannot_search().into());
            }
            older(&client, &page, level).await?
        }
        lists => of_lists(&client, lists?.items, search, &page, level).await?,
    };
    let rows = with_people(context, rows).await?;
    let (rows, lines) = paging::fitting(rows.into_iter().map(|(_, row)| row).collect());
    let mut left = rows.len();
    for kind in &mut kinds {
        let shown = kind.shown.min(left);
        left -= shown;
        kind.shown = shown;
        // The older blocklist has no counts, only what was read of it.
        if (shown as u64) < kind.count {
            kind.next_cursor = Some(format!("offset-{shown}"));
        }
    }
    Ok(answer(context, &kinds, rows, &lines, search.is_some()))
}

fn answer(
    context: &Context,
    kinds: &[Kind],
    rows: Vec<EntryRow>,
    lines: &str,
    is_searched: bool,
) -> ToolOutput {
    let environment = context.connection.environment_of(None);
    let total: u64 = kinds.iter().map(|kind| kind.count).sum();
    let counts = kinds.iter().filter(|kind| kind.count > 0);
    let counts: Vec<String> = counts
        .map(|kind| format!("{} {}", mark_untrusted_code(&kind.entry_type), kind.count))
        .collect();
    let what = if is_searched { "found" } else { "blocked" };
    let mut text = match total {
        0 => format!("Nothing is {what} ({}).", environment.words()),
        total => format!(
            "{total} {what} ({}): {}. Added by tells the way; Didit names no colleague.",
            environment.words(),
            counts.join(", ")
        ),
    };
    for kind in kinds {
        if let Some(cursor) = &kind.next_cursor {
            text.push_str(&format!(
                "\nMore of {}: entry_type {0}, cursor \"{cursor}\".",
                mark_untrusted_code(&kind.entry_type)
            ));
        }
    }
    text.push_str(lines);
    let has_more = kinds.iter().any(|kind| kind.next_cursor.is_some());
    ToolOutput::new(text).with_data(&json!({
        "items": rows,
        "kinds": kinds,
        "environment": environment.name(),
        "has_more": has_more,
        "total": total,
    }))
}

/// A session and the entry that came from it.
type Rows = Vec<(Option<SessionId>, EntryRow)>;

async fn of_lists(
    client: &Client,
    lists: Vec<List>,
    search: Option<&str>,
    page: &PageRequest,
    level: PersonalData,
) -> Result<(Vec<Kind>, Rows), NotDone> {
    let wanted = lists.into_iter().filter_map(|list| {
        let is_empty = list.entry_count == Some(0);
        Some((list.uuid?, list.entry_type?, is_empty))
    });
    let read = stream::iter(wanted).map(async |(id, kind, is_empty): (ListId, String, bool)| {
        let entries = if is_empty {
            Page {
                items: Vec::<ListEntry>::new(),
                total: Some(0),
                next_offset: None,
            }
        } else {
            client.list_entries(&id, search, page).await?
        };
        Ok::<_, Error>((kind, entries))
    });
    let read: Vec<(String, Page<ListEntry>)> = read.buffered(AT_ONCE).try_collect().await?;
    let mut kinds = Vec::new();
    let mut rows = Rows::new();
    for (kind, entries) in read {
        let shown = entries.items.len();
        let more = u64::from(entries.next_offset.is_some());
        kinds.push(Kind {
            count: entries.total.unwrap_or(shown as u64 + more),
            entry_type: kind.clone(),
            next_cursor: None,
            shown,
        });
        rows.extend(entries.items.into_iter().map(|entry| {
            let row = EntryRow::of_entry(entry, &kind, level);
            (row.session, row)
        }));
    }
    Ok((kinds, rows))
}

/// The older blocklist tells all kinds at once.
async fn older(
    client: &Client,
    page: &PageRequest,
    level: PersonalData,
) -> Result<(Vec<Kind>, Rows), NotDone> {
    let mut kinds = Vec::new();
    let mut rows = Rows::new();
    for kind in ["face", "document", "phone", "email"] {
        let items = client.legacy_blocklist(Some(kind), page).await?;
        let shown = items.items.len();
        let more = u64::from(items.next_offset.is_some());
        kinds.push(Kind {
            count: items.total.unwrap_or(shown as u64 + more),
            entry_type: kind.to_owned(),
            next_cursor: None,
            shown,
        });
        rows.extend(items.items.into_iter().map(|item| {
            let row = EntryRow::of_item(item, kind, level);
            (row.session, row)
        }));
    }
    Ok((kinds, rows))
}

/// The rows with whom their sessions were about, as far as that can be read: a session may be deleted by now.
async fn with_people(context: &Context, rows: Rows) -> Result<Rows, NotDone> {
    let mut sessions: Vec<SessionId> = Vec::new();
    for session in rows.iter().filter_map(|(session, _)| *session) {
        if !sessions.contains(&session) && sessions.len() < MOST_PEOPLE {
            sessions.push(session);
        }
    }
    if sessions.is_empty() {
        return Ok(rows);
    }
    let found: HashMap<SessionId, Result<Decision, ToolError>> =
        decisions(context, sessions).await?;
    Ok(rows
        .into_iter()
        .map(|(session, row)| {
            let decision = session.and_then(|session| found.get(&session)?.as_ref().ok());
            let row = match decision {
                Some(decision) => row.with_person(decision),
                None => row,
            };
            (session, row)
        })
        .collect())
}
