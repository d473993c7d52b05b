//! Pages of lists.

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::error::{Error, type_name};
use super::http::{Answer, Call, unreadable};
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
    pub(crate) fn read(answer: Answer, page: Page) -> Result<Self, Error>
    where
        T: Received,
    {
        let (results, total, next) = match answer.value {
            Value::Array(rows) => (rows, None, None),
            Value::Object(mut envelope) => match envelope.remove("results") {
                Some(Value::Array(rows)) => (
                    rows,
                    envelope.get("count").and_then(Value::as_u64),
                    envelope.remove("next"),
                ),
                _ => return Err(unreadable(answer.status, "it has no usable `results`")),
            },
            other => {
                return Err(unreadable(
                    answer.status,
                    format!("a list was expected, not {}", type_name(&other)),
                ));
            }
        };
        let rows = results.len() as u64;
        let items = T::receive_list(Value::Array(results)).unwrap_or_default();
        // Iterating by the server's own link is right even where a page holds more rows than asked for.
        let next_offset = next.as_ref().and_then(Value::as_str).map(|link| {
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
