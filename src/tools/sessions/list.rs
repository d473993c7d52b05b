//! The sessions that there are, without what they hold.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::{
    didit::SessionFilter,
    tools::{
        Answer, Context, Tool, Toolset,
        error::Stop,
        input::Both,
        paging::{self, PageInput},
        shape::is_plain,
        untrusted::apart,
    },
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_session_list", Toolset::Sessions)
        .title("List sessions")
        .description(
            "Lists verification sessions, newest first, filtered by status, person, workflow, \
             date, country or warning.",
        )
        .example(|_| json!({ "limit": 5 }))
        .output::<SessionList>()
        .run(list)
}

#[derive(Serialize, JsonSchema)]
struct SessionList {
    items: Vec<SessionRow>,
    /// `live`, `sandbox`, `simulated` or `unknown`.
    environment: &'static str,
    has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
struct SessionRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
}

async fn list(
    context: Context,
    Both(filter, page): Both<SessionFilter, PageInput>,
) -> Result<Answer, Stop> {
    let page = paging::page(&page)?;
    let filter = SessionFilter { page, ..filter };
    let sessions = context.client()?.find_sessions(&filter).await?;
    let found = sessions
        .items
        .into_iter()
        .map(|session| {
            let row = SessionRow {
                session_id: session.session_id.map(|id| id.to_string()),
                session_number: session.session_number,
                status: session.status.to_string(),
                vendor_data: session.vendor_data,
                created_at: session.created_at,
            };
            (line(&row, session.session_kind.as_deref()), row)
        })
        .collect();
    let rows = paging::rows(found, &filter.page, sessions.next_offset);
    let heading = match sessions.total {
        Some(total) => format!("{} of {total} session(s)", rows.items.len()),
        None => format!("{} session(s)", rows.items.len()),
    };
    let environment = context.connection.environment_of(None);
    let heading = format!("{heading} ({}), newest first:", environment.words());
    let empty = rows.items.is_empty();
    let answer = Answer::new(format!("{heading}{}", rows.text)).with_data(&SessionList {
        items: rows.items,
        environment: environment.name(),
        has_more: rows.next_cursor.is_some(),
        next_cursor: rows.next_cursor,
        total: sessions.total,
    });
    Ok(if empty {
        answer
    } else {
        answer.with_next("didit_session_get_decision", "explains one of them.")
    })
}

/// A row without the person's name: who reads a list needs to find a session, not to know the people.
fn line<'a>(row: &'a SessionRow, kind: Option<&'a str>) -> String {
    let mut line = match row.session_number {
        Some(number) => format!("#{number} {}", apart(&row.status)),
        None => apart(&row.status),
    };
    let mut add = |before: &str, value: Option<&str>| {
        if let Some(value) = value {
            line.push_str(before);
            line.push_str(&apart(value));
        }
    };
    add(", ", row.session_id.as_deref());
    add(", vendor_data ", row.vendor_data.as_deref());
    add(", ", kind.filter(|kind| *kind == "business"));
    let created_at = row.created_at.as_deref();
    // To the minute, where it is a time.
    let minute = |time: &'a str| time.get(..16).filter(|_| is_plain(time)).unwrap_or(time);
    add(", ", created_at.map(minute));
    line
}
