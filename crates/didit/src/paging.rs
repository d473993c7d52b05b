//! Pages of lists.

use serde::Serialize;
use url::Url;

use super::error::Error;
use super::http::{Answer, Call, unreadable};
use super::json::Json;
use super::received::Received;

/// Which part of a list to get. What is unset is left to the server (50 rows from the start, 25 for the Lists API).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Page {
    /// The most rows to get, at least 1.
    pub limit: Option<u32>,
    /// How many rows to skip.
    pub offset: Option<u32>,
}

impl Page {
    /// Adds the page to a call's query.
    pub(crate) fn apply<'a>(&self, call: Call<'a>) -> Result<Call<'a>, Error> {
        if self.limit == Some(0) {
            return Err(Error::invalid("limit", "must be at least 1"));
        }
        Ok(call.query("limit", self.limit).query("offset", self.offset))
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paged<T> {
    /// The rows; one that cannot be read at all is left out.
    pub items: Vec<T>,
    /// How many rows there are in all, when the server says so. Business sessions are counted up to 100 only.
    pub total: Option<u64>,
    /// The offset of the next page; `None` on the last one, and for the older bare arrays, which hold everything.
    pub next_offset: Option<u64>,
}

impl<T> Paged<T> {
    /// Reads the envelope `{count, next, previous, results}` or a bare array.
    pub(crate) fn read(answer: &Answer, page: Page) -> Result<Self, Error>
    where
        T: Received,
    {
        let document = answer.document()?;
        let (results, envelope) = match document.root() {
            Json::Array(rows) => (rows, None),
            Json::Object(envelope) => match envelope.get("results") {
                Some(Json::Array(rows)) => (rows, Some(envelope)),
                _ => return Err(unreadable(answer.status, "it has no usable `results`")),
            },
            other => {
                return Err(unreadable(
                    answer.status,
                    format!("a list was expected, not {}", other.type_name()),
                ));
            }
        };
        let total = match envelope.and_then(|envelope| envelope.get("count")) {
            Some(Json::Number(count)) => count.as_u64(),
            _ => None,
        };
        let next = envelope.and_then(|envelope| envelope.get("next")?.as_str());
        let rows = results.count() as u64;
        let items = results.filter_map(T::receive).collect();
        // Iterating by the server's own link is right even where a page holds more rows than asked for.
        let next_offset = next.map(|link| {
            offset_of(link).unwrap_or_else(|| u64::from(page.offset.unwrap_or(0)) + rows)
        });
        Ok(Self {
            items,
            total,
            next_offset,
        })
    }
}

fn offset_of(link: &str) -> Option<u64> {
    // A relative link is as good as an absolute one; only its query is looked at.
    let link = Url::parse("https://relative.invalid/")
        .ok()?
        .join(link)
        .ok()?;
    link.query_pairs()
        .find(|(name, _)| name == "offset")?
        .1
        .parse()
        .ok()
}
