//! Pages of lists.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;

use super::error::Error;
use super::http::{ApiResponse, Call, Client};
use super::lenient::Object;

/// The most pages of a list that is read whole, so that a list without an end has one.
const MOST_PAGES: usize = 50;

/// Which part of a list to get. What is unset is left to the server (50 rows from the start, 25 for the Lists API).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// The most rows to get, at least 1.
    pub limit: Option<u32>,
    /// How many rows to skip.
    pub offset: Option<u32>,
}

impl PageRequest {
    /// Adds the page to a call's query.
    pub(crate) fn apply<'a>(&self, call: Call<'a>) -> Result<Call<'a>, Error> {
        if self.limit == Some(0) {
            return Err(Error::invalid("limit", "must be at least 1"));
        }
        Ok(call.query("limit", self.limit).query("offset", self.offset))
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows; one that cannot be read at all is left out.
    pub items: Vec<T>,
    /// How many rows there are in all, when the server says so. Business sessions are counted up to 100 only.
    pub total: Option<u64>,
    /// The offset of the next page; `None` on the last one, and for the older bare arrays, which hold everything.
    pub next_offset: Option<u64>,
}

/// `{count, next, previous, results}`.
#[derive(Deserialize)]
struct Envelope<T> {
    count: Option<Value>,
    next: Option<Value>,
    results: Rows<T>,
}

/// The rows that could be read, and how many there were.
struct Rows<T> {
    items: Vec<T>,
    count: u64,
}

impl<T> Page<T> {
    /// The page with each row turned into something else.
    pub fn map<U>(self, row: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(row).collect(),
            total: self.total,
            next_offset: self.next_offset,
        }
    }
}

impl<T: DeserializeOwned> Page<T> {
    /// Reads the envelope or a bare array.
    pub(crate) fn read(answer: &ApiResponse, page: PageRequest) -> Result<Self, Error> {
        let Object(envelope) = if answer.is_list() {
            Object(Some(Envelope {
                count: None,
                next: None,
                results: answer.typed("results")?,
            }))
        } else {
            answer.typed("results")?
        };
        let envelope: Envelope<T> = envelope.ok_or_else(|| answer.expected("a list"))?;
        let rows = envelope.results.count;
        let next = envelope.next.as_ref().and_then(Value::as_str);
        // Iterating by the server's own link is right even where a page holds more rows than asked for.
        let next_offset = next.map(|link| {
            offset_of(link).unwrap_or_else(|| u64::from(page.offset.unwrap_or(0)) + rows)
        });
        Ok(Self {
            items: envelope.results.items,
            total: envelope.count.as_ref().and_then(Value::as_u64),
            next_offset,
        })
    }
}

impl Client {
    /// Every row of a list, page by page: each has to begin after the one before. Without a `limit` the server says how many rows
    /// a page has, and whether there are pages at all.
    pub(crate) async fn every_row<'a, T: DeserializeOwned>(
        &self,
        limit: Option<u32>,
        call: impl Fn() -> Call<'a>,
    ) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        let mut page = PageRequest {
            limit,
            offset: None,
        };
        for _ in 0..MOST_PAGES {
            let read = Page::read(&self.json(page.apply(call())?).await?, page)?;
            rows.extend(read.items);
            let next = read.next_offset.and_then(|next| u32::try_from(next).ok());
            match next {
                Some(next) if next > page.offset.unwrap_or_default() => page.offset = Some(next),
                _ => break,
            }
        }
        Ok(rows)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Rows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows: Vec<Object<T>> = Vec::deserialize(deserializer)?;
        let count = rows.len() as u64;
        let items = rows.into_iter().filter_map(|Object(row)| row).collect();
        Ok(Self { items, count })
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
