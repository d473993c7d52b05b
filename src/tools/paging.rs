//! One shape for every list: `limit` and `cursor` in, `has_more` and `next_cursor` out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Context, ToolOutput, error::ToolError, plain::is_time, size::json_characters,
    untrusted::MARK_BEGIN,
};
use crate::didit::{Page, PageRequest};

/// Rows of a page when the caller names no number.
const DEFAULT_LIMIT: u32 = 20;
/// How cursors begin.
pub(super) const OFFSET: &str = "offset-";
/// The characters that the rows of one answer take at most, as text and as data each: what an answer may have in all, less
/// what stands around them.
const MAX_CHARACTERS: usize = 31_000;

/// What a value that is set apart costs besides itself: its number, twice.
const APART_CHARACTERS: usize = 40;

/// Which part of a list to show.
#[derive(Deserialize, JsonSchema)]
pub(super) struct PageInput {
    /// Rows, 20 by default.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// next_cursor of the page before.
    cursor: Option<String>,
}

/// Which rows of a list come first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(description = "")]
pub(super) enum Order {
    #[default]
    Newest,
    Oldest,
}

/// The page that Didit is asked for.
pub(super) fn page(input: &PageInput) -> Result<PageRequest, ToolError> {
    page_by(input, OFFSET)
}

/// The same for a list whose cursors begin with another word.
pub(super) fn page_by(input: &PageInput, prefix: &str) -> Result<PageRequest, ToolError> {
    let offset = match &input.cursor {
        None => None,
        Some(cursor) => Some(
            cursor
                .trim()
                .strip_prefix(prefix)
                .and_then(|number| number.parse().ok())
                .ok_or_else(|| {
                    ToolError::invalid(
                        "cursor",
                        "`cursor` takes the next_cursor of an earlier page, unchanged.",
                    )
                })?,
        ),
    };
    Ok(PageRequest {
        limit: Some(input.limit.unwrap_or(DEFAULT_LIMIT)),
        offset,
    })
}

/// A row of a list.
pub(super) trait Row: Serialize {
    /// The row as a line of text, in which what others wrote is set apart.
    fn line(&self) -> String;
}

/// A page of a list as data, whatever its rows are.
#[derive(Serialize, JsonSchema)]
pub(super) struct List<T> {
    items: Vec<T>,
    /// `live`, `sandbox`, `simulated` or `unknown`.
    environment: &'static str,
    has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    /// Whether there may be more than `total`. In the schema of every list it would cost more than it says.
    #[schemars(skip)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    total_is_a_minimum: bool,
}

/// How far Didit counts the rows of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// To the end.
    Whole,
    /// To 100, or a part of them.
    To100,
}

/// The answer of a list: how many of `rows`, where, in which `order`, and a line for each.
pub(super) fn answer<T: Row>(
    context: &Context,
    found: Page<T>,
    page: &PageRequest,
    rows: &str,
    order: &str,
    counted: Counted,
) -> ToolOutput {
    // A page that goes on beyond the total shows that it was not counted to the end.
    let is_a_minimum = found.total.is_some_and(|total| {
        let stops = counted == Counted::To100 && total >= 100;
        stops || found.next_offset.is_some_and(|next| next >= total)
    });
    let shown = cut(found.items, page, found.next_offset);
    let environment = context.connection.environment_of(None);
    let or_more = if is_a_minimum { " or more" } else { "" };
    let total = found.total.map(|total| format!(" of {total}{or_more}"));
    let heading = format!(
        "{}{} {rows} ({}){order}:",
        shown.items.len(),
        total.unwrap_or_default(),
        environment.words()
    );
    ToolOutput::new(format!("{heading}{}", shown.text)).with_data(&List {
        items: shown.items,
        environment: environment.name(),
        has_more: shown.next_cursor.is_some(),
        next_cursor: shown.next_cursor,
        total: found.total,
        total_is_a_minimum: is_a_minimum,
    })
}

/// The rows of one answer.
struct Shown<T> {
    /// As data.
    items: Vec<T>,
    /// As lines, after the sentence that says there is more: what is cut is cut at the end.
    text: String,
    /// The cursor of the first row that is not among them.
    next_cursor: Option<String>,
}

/// Takes as many rows, each a line and its data, as an answer can hold. The rest is left to the next page: an answer without
/// its rows would not be what the tool promises.
fn cut<T: Row>(found: Vec<T>, page: &PageRequest, next_offset: Option<u64>) -> Shown<T> {
    let count = found.len();
    let (items, lines) = fitting(found);
    let next_offset = if items.len() < count {
        Some(u64::from(page.offset.unwrap_or_default()) + items.len() as u64)
    } else {
        next_offset
    };
    let next_cursor = next_offset.map(|offset| format!("{OFFSET}{offset}"));
    Shown {
        items,
        text: format!("{}{lines}", more(next_cursor.as_deref())),
        next_cursor,
    }
}

/// The rows that one answer can hold, and their lines.
pub(super) fn fitting<T: Row>(found: Vec<T>) -> (Vec<T>, String) {
    let (mut items, mut lines) = (Vec::new(), String::new());
    let (mut of_text, mut of_data) = (0, 0);
    for item in found {
        let line = item.line();
        let apart = line.matches(MARK_BEGIN).count() * APART_CHARACTERS;
        of_text += line.chars().count() + 3 + apart;
        of_data += json_characters(&item) + 1 + apart;
        // One row is always shown, or the cursor would never move.
        if !items.is_empty() && of_text.max(of_data) > MAX_CHARACTERS {
            break;
        }
        lines.push_str(&format!("\n- {line}"));
        items.push(item);
    }
    (items, lines)
}

/// The sentence that says there are more rows.
pub(super) fn more(next_cursor: Option<&str>) -> String {
    next_cursor
        .map(|cursor| format!("\nMore rows follow: cursor \"{cursor}\"."))
        .unwrap_or_default()
}

/// A time to the minute, where it is one.
pub(super) fn to_the_minute(time: &str) -> &str {
    time.get(..16).filter(|_| is_time(time)).unwrap_or(time)
}
