//! The sessions of a period, newest first, up to a number, and their decisions.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    didit::{Client, Error, PageRequest, SessionFilter, SessionId, SessionReference, values::Date},
    tools::{
        desk::stats::period::{self, Period},
        error::ToolError,
    },
};

/// Rows of a page.
const PAGE: u32 = 100;

/// Which days are looked at.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Days {
    /// YYYY-MM-DD, UTC.
    from: Option<Date>,
    /// Inclusive; today by default.
    to: Option<Date>,
    /// Length of the period, 30 by default.
    #[schemars(range(min = 1, max = 1000))]
    days: Option<i64>,
}

impl Days {
    /// The period that they name.
    ///
    /// # Errors
    /// Those of [`Period::of`].
    pub(super) fn period(&self) -> Result<Period, ToolError> {
        Period::of(self.from.as_ref(), self.to.as_ref(), self.days)
    }
}

/// Sessions, newest first.
pub(super) struct Past {
    pub(super) rows: Vec<SessionReference>,
    /// How many there are in all, as far as Didit counts them.
    pub(super) total: u64,
    /// Whether there are more than `rows`.
    pub(super) is_cut: bool,
}

impl Past {
    /// Whether `total` is all there are: Didit's count may stop, and then the rows that follow show it.
    pub(super) fn is_counted(&self) -> bool {
        !self.is_cut || self.total > self.rows.len() as u64
    }

    /// What was left out, where something was.
    pub(super) fn cut(&self) -> Option<String> {
        let read = self.rows.len();
        let total = match self.is_counted() {
            true => self.total.to_string(),
            false => format!("more than {read}"),
        };
        let sentence = format!(
            "The newest {read} of {total} such sessions were looked at, which is the limit of this call; the rest is not counted."
        );
        self.is_cut.then_some(sentence)
    }
}

/// The filter with the days of a period.
pub(super) fn within(period: &Period, filter: SessionFilter) -> SessionFilter {
    SessionFilter {
        date_from: period::date(period.first),
        date_to: period::date(period.last),
        ..filter
    }
}

/// The newest sessions of this filter, at most `most`.
pub(super) async fn newest(
    client: &Client,
    filter: &SessionFilter,
    most: usize,
) -> Result<Past, Error> {
    let mut rows: Vec<SessionReference> = Vec::new();
    let mut seen: HashSet<SessionId> = HashSet::new();
    let mut total = None;
    let mut offset: Option<u32> = None;
    let is_cut = loop {
        let page = PageRequest {
            limit: Some(PAGE),
            offset,
        };
        let page = client
            .find_sessions(&SessionFilter {
                page,
                ..filter.clone()
            })
            .await?;
        total = total.or(page.total);
        // Rows move from one page to the next while the pages are read.
        let is_new = |row: &SessionReference| row.session_id.is_none_or(|id| seen.insert(id));
        rows.extend(page.items.into_iter().filter(is_new));
        // A page that leads to itself or back would lead in circles.
        let next = page.next_offset.and_then(|next| u32::try_from(next).ok());
        let next = next.filter(|next| *next > offset.unwrap_or_default());
        if rows.len() >= most || next.is_none() {
            break rows.len() > most || next.is_some();
        }
        offset = next;
    };
    rows.truncate(most);
    let read = rows.len() as u64;
    Ok(Past {
        total: total.unwrap_or(read).max(read),
        rows,
        is_cut,
    })
}

impl Past {
    /// Their ids.
    pub(super) fn ids(&self) -> Vec<SessionId> {
        self.rows.iter().filter_map(|row| row.session_id).collect()
    }
}
