//! Counting sessions without reading them: lists of one row, whose count Didit tells.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::didit::{Client, Error, PageRequest, SessionFilter, sessions::SessionKind};
use crate::tools::decisions::AT_ONCE;

/// Where some of Didit's lists stop counting.
const CAP: u64 = 100;

/// How many sessions there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tools) struct Count {
    pub(in crate::tools) number: u64,
    /// Whether there may be more, because Didit stopped counting.
    pub(in crate::tools) is_at_least: bool,
}

/// Counts, and remembers how often it asked and whether Didit ever stopped counting.
pub(in crate::tools) struct Counter<'a> {
    client: &'a Client,
    requests: AtomicUsize,
    capped: AtomicUsize,
}

impl<'a> Counter<'a> {
    pub(in crate::tools) fn new(client: &'a Client) -> Self {
        Self {
            client,
            requests: AtomicUsize::new(0),
            capped: AtomicUsize::new(0),
        }
    }

    /// The requests made so far.
    pub(in crate::tools) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Whether Didit stopped counting people at least once.
    pub(in crate::tools) fn was_capped(&self) -> bool {
        self.capped.load(Ordering::Relaxed) > 0
    }

    /// Counts what fits a filter. A count of exactly 100 is looked at once more: if a row follows, it was no count.
    pub(in crate::tools) async fn count(&self, filter: SessionFilter) -> Result<Count, Error> {
        let filter = &filter;
        let page = async |offset| {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let page = PageRequest {
                limit: Some(1),
                offset,
            };
            self.client
                .find_sessions(&SessionFilter {
                    page,
                    ..filter.clone()
                })
                .await
        };
        let first = page(None).await?;
        let number = first.total.unwrap_or(first.items.len() as u64);
        let is_at_least = match (first.total, filter.session_kind) {
            (None, _) => first.next_offset.is_some(),
            (Some(CAP), Some(SessionKind::Business)) => true,
            (Some(CAP), _) => !page(Some(CAP as u32)).await?.items.is_empty(),
            _ => false,
        };
        if is_at_least && filter.session_kind != Some(SessionKind::Business) {
            self.capped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(Count {
            number,
            is_at_least,
        })
    }

    /// Counts what fits each filter, side by side and in their order.
    pub(in crate::tools) async fn counts(
        &self,
        filters: Vec<SessionFilter>,
    ) -> Result<Vec<Count>, Error> {
        stream::iter(filters)
            .map(|filter| self.count(filter))
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }
}
