//! Sessions, oldest first. Didit lists the newest first and takes no other order, so the list is read from its end.

use std::collections::HashSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use crate::{
    didit::{
        Client, Error, Page, PageRequest, SessionFilter, SessionReference, sessions::SessionKind,
        values::Date,
    },
    tools::error::ToolError,
};

/// Rows of a page.
const PAGE: u32 = 100;
/// Pages that are read at the same time.
const AT_ONCE: usize = 4;

/// Where a session stands in the order: when it was made, and its number among those of the same moment.
pub(super) type Place = (i64, i64);

/// Sessions, oldest first.
#[derive(Default)]
pub(super) struct Oldest {
    pub(super) rows: Vec<SessionReference>,
    /// How many there are in all.
    pub(super) total: u64,
    /// Whether there may be more than `total`: Didit counts companies up to 100.
    pub(super) is_at_least: bool,
    /// Whether `rows` holds all of them.
    pub(super) is_whole: bool,
}

/// The oldest sessions of this filter, at most about `most`.
pub(super) async fn oldest(
    client: &Client,
    filter: &SessionFilter,
    most: usize,
) -> Result<Oldest, Error> {
    let first = page(client, filter, 0, PAGE).await?;
    let counted = first.total.unwrap_or(first.items.len() as u64);
    let is_business = filter.session_kind == Some(SessionKind::Business);
    let mut found = match (first.next_offset, first.total) {
        (None, _) => Oldest {
            rows: first.items,
            is_whole: true,
            ..Oldest::default()
        },
        (Some(_), Some(total)) if !is_business => from_the_end(client, filter, total, most).await?,
        (Some(next), _) => onwards(client, filter, first.items, next, most).await?,
    };
    // Rows move from one page to the next while the pages are read.
    let mut seen = HashSet::new();
    found
        .rows
        .retain(|row| row.session_id.is_none_or(|id| seen.insert(id)));
    found.rows.sort_by_key(place);
    let read = found.rows.len() as u64;
    found.total = if found.is_whole {
        read
    } else {
        counted.max(read)
    };
    found.is_at_least = !found.is_whole && (is_business || first.total.is_none());
    Ok(found)
}

/// When a session was made.
pub(super) fn made_at(row: &SessionReference) -> Option<Timestamp> {
    row.created_at.as_deref()?.parse().ok()
}

/// Where a session stands in the order; one without a time stands first, because nobody knows how long it waits.
pub(super) fn place(row: &SessionReference) -> Place {
    (
        made_at(row).map_or(0, Timestamp::as_microsecond),
        row.session_number.unwrap_or_default(),
    )
}

/// The cursor after this row.
pub(super) fn cursor_of(row: &SessionReference) -> String {
    let (micros, number) = place(row);
    format!("after-{micros}-{number}")
}

/// The place that a cursor names.
///
/// # Errors
/// When the text is no such cursor.
pub(super) fn place_of(cursor: &str) -> Result<Place, ToolError> {
    let read = || {
        let (micros, number) = cursor.trim().strip_prefix("after-")?.split_once('-')?;
        Some((micros.parse().ok()?, number.parse().ok()?))
    };
    read().ok_or_else(|| {
        ToolError::invalid(
            "cursor",
            "`cursor` takes the next_cursor of an earlier page, unchanged.",
        )
    })
}

/// The day of a time in UTC, as filters have it.
pub(super) fn day_of(time: Timestamp) -> Option<Date> {
    let day = time.to_zoned(jiff::tz::TimeZone::UTC).date();
    day.to_string().parse().ok()
}

async fn from_the_end(
    client: &Client,
    filter: &SessionFilter,
    total: u64,
    most: usize,
) -> Result<Oldest, Error> {
    let total = u32::try_from(total).unwrap_or(u32::MAX);
    let most = u32::try_from(most).unwrap_or(u32::MAX);
    let begin = total.saturating_sub(most);
    let mut offsets = Vec::new();
    let mut end = total;
    while end > begin {
        let start = end.saturating_sub(PAGE).max(begin);
        offsets.push((start, end - start));
        end = start;
    }
    let pages: Vec<Page<SessionReference>> = stream::iter(offsets)
        .map(|(offset, limit)| page(client, filter, offset, limit))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    // Sessions that came meanwhile have moved the oldest ones past the end that was counted.
    let moved = pages.first().and_then(|last| last.next_offset);
    let mut rows: Vec<SessionReference> = pages.into_iter().flat_map(|page| page.items).collect();
    if let Some(offset) = moved.and_then(|offset| u32::try_from(offset).ok()) {
        rows.extend(page(client, filter, offset, PAGE).await?.items);
    }
    Ok(Oldest {
        rows,
        is_whole: begin == 0,
        ..Oldest::default()
    })
}

/// Reads page after page, because the end is not known.
async fn onwards(
    client: &Client,
    filter: &SessionFilter,
    mut rows: Vec<SessionReference>,
    next: u64,
    most: usize,
) -> Result<Oldest, Error> {
    let mut next = Some(next);
    while let Some(offset) = next.and_then(|offset| u32::try_from(offset).ok()) {
        if rows.len() >= most {
            break;
        }
        let page = page(client, filter, offset, PAGE).await?;
        // A page that leads to itself or back would lead in circles.
        next = page.next_offset.filter(|next| *next > u64::from(offset));
        rows.extend(page.items);
    }
    Ok(Oldest {
        rows,
        is_whole: next.is_none(),
        ..Oldest::default()
    })
}

async fn page(
    client: &Client,
    filter: &SessionFilter,
    offset: u32,
    limit: u32,
) -> Result<Page<SessionReference>, Error> {
    let page = PageRequest {
        limit: Some(limit),
        offset: (offset > 0).then_some(offset),
    };
    client
        .find_sessions(&SessionFilter {
            page,
            ..filter.clone()
        })
        .await
}
