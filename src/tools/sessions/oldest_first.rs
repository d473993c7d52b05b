//! A page of sessions, oldest first. Didit lists the newest first and takes no other order, so pages are counted from the end.

use serde_json::Value;

use crate::{
    didit::{Client, Page, PageRequest, SessionFilter, SessionReference, sessions::SessionKind},
    tools::{
        ToolOutput,
        error::{ErrorCode, NotDone, ToolError},
        paging::{self, OFFSET, PageInput},
    },
};

/// How cursors of this order begin, so that none of the other order is taken for one of them.
const PREFIX: &str = "oldest-";
/// Where Didit may stop counting.
const CAP: u64 = 100;

/// The page, with the offset counted from the end.
pub(super) fn page(input: &PageInput) -> Result<PageRequest, ToolError> {
    paging::page_by(input, PREFIX)
}

/// The sessions of a page whose offset is counted from the end.
///
/// # Errors
/// Where Didit does not count to the end, because then nobody knows where it is.
pub(super) async fn find(
    client: &Client,
    filter: &SessionFilter,
) -> Result<Page<SessionReference>, NotDone> {
    if filter.session_kind == Some(SessionKind::All) {
        return Err(ToolError::invalid(
            "order",
            "Didit lists people and companies one after the other, so `order` oldest goes with one session_kind at a time.",
        )
        .with_allowed(["user", "business"])
        .into());
    }
    let rows = async |offset: u64, limit: u64| {
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let page = PageRequest {
            limit: Some(number(limit)),
            offset: (offset > 0).then(|| number(offset)),
        };
        let filter = SessionFilter {
            page,
            ..filter.clone()
        };
        client.find_sessions(&filter).await
    };
    let counted = rows(0, 1).await?;
    let Some(total) = counted.total else {
        return Err(not_counted().into());
    };
    // A count of exactly 100 may be where Didit stopped.
    if total == CAP && !rows(CAP, 1).await?.items.is_empty() {
        return Err(not_counted().into());
    }
    let shown = u64::from(filter.page.offset.unwrap_or_default());
    let wanted = u64::from(filter.page.limit.unwrap_or(1));
    let end = total.saturating_sub(shown);
    let begin = end.saturating_sub(wanted);
    let mut found = Page {
        items: Vec::new(),
        total: Some(total),
        next_offset: None,
    };
    if end > begin {
        found.items = rows(begin, end - begin).await?.items;
        found.items.reverse();
        found.next_offset = (begin > 0).then(|| shown + (end - begin));
    }
    Ok(found)
}

fn not_counted() -> ToolError {
    ToolError::new(
        ErrorCode::NotAllowedNow,
        "Didit lists the newest first and stops counting these at 100, so the oldest cannot be found. Nothing was changed.",
    )
    .with_advice("date_to and date_from narrow the list down until it can be counted.")
}

/// Names the cursor of this order in place of that of the other one.
pub(super) fn with_own_cursor(mut answer: ToolOutput) -> ToolOutput {
    answer.text = answer.text.replacen(
        &format!("cursor \"{OFFSET}"),
        &format!("cursor \"{PREFIX}"),
        1,
    );
    if let Some(Value::String(cursor)) = answer
        .data
        .as_mut()
        .and_then(|data| data.get_mut("next_cursor"))
    {
        *cursor = cursor.replacen(OFFSET, PREFIX, 1);
    }
    answer
}
