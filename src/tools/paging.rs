//! One shape for every list: `limit` and `cursor` in, `has_more` and `next_cursor` out.

use schemars::JsonSchema;
use serde::Deserialize;

use super::error::ToolError;
use crate::didit::Page;

/// Rows of a page when the caller names no number.
const DEFAULT_LIMIT: u32 = 20;

/// Which part of a list to show.
#[derive(Deserialize, JsonSchema)]
pub(super) struct PageInput {
    /// Rows, 20 by default.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// next_cursor of the page before.
    cursor: Option<String>,
}

/// The page that Didit is asked for.
pub(super) fn page(input: &PageInput) -> Result<Page, ToolError> {
    let offset = match &input.cursor {
        None => None,
        Some(cursor) => Some(
            cursor
                .trim()
                .strip_prefix("offset-")
                .and_then(|number| number.parse().ok())
                .ok_or_else(|| {
                    ToolError::invalid(
                        "cursor",
                        "`cursor` takes the next_cursor of an earlier page, unchanged.",
                    )
                })?,
        ),
    };
    Ok(Page {
        limit: Some(input.limit.unwrap_or(DEFAULT_LIMIT)),
        offset,
    })
}

/// The cursor of the page that begins at an offset.
pub(super) fn cursor(next_offset: Option<u64>) -> Option<String> {
    next_offset.map(|offset| format!("offset-{offset}"))
}

/// The sentence that says there is more.
pub(super) fn more(next_cursor: Option<&str>) -> String {
    next_cursor
        .map(|cursor| format!("\nMore rows follow: cursor \"{cursor}\"."))
        .unwrap_or_default()
}
