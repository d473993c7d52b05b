//! The id of a request that is too long to be read: clients write it first or last.

use std::{borrow::Cow, fmt};

use rmcp::model::RequestId;
use serde::{
    Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;

/// How much of the end is kept.
const TAIL_BYTES: usize = 1024;

/// A line that was longer than what is read.
pub(super) struct Overlong {
    head: Head,
    tail: Vec<u8>,
}

impl Overlong {
    /// A line that begins so.
    pub fn new(beginning: &[u8]) -> Self {
        let mut head = Head::default();
        // The line is cut off, so the parse error is expected.
        drop(serde_json::Deserializer::from_slice(beginning).deserialize_map(&mut head));
        let mut overlong = Self {
            head,
            tail: Vec::new(),
        };
        overlong.goes_on(beginning);
        overlong
    }

    /// The next piece of it.
    pub fn goes_on(&mut self, piece: &[u8]) {
        self.tail.extend_from_slice(piece);
        let surplus = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.drain(..surplus);
    }

    /// The id under which the line is to be answered, once it has ended. An answer of the client's carries one of ours.
    pub fn id(&self) -> Option<RequestId> {
        let id = self.head.id.clone().or_else(|| last_members(&self.tail));
        id.filter(|_| self.head.is_request && !self.head.is_answer)
    }
}

/// The id among the last members of a message. What stands deeper closes more braces than one, and so is no JSON by itself.
fn last_members(tail: &[u8]) -> Option<RequestId> {
    let text = String::from_utf8_lossy(tail);
    text.match_indices("\"id\"").find_map(|(place, _)| {
        let members = format!("{{{}", text.get(place..)?.trim_end());
        let members: Value = serde_json::from_str(&members).ok()?;
        serde_json::from_value(members.get("id")?.clone()).ok()
    })
}

/// What the beginning of a message tells.
#[derive(Default)]
struct Head {
    id: Option<RequestId>,
    is_request: bool,
    is_answer: bool,
}

impl<'de> Visitor<'de> for &mut Head {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<Cow<'_, str>>()? {
            match name.as_ref() {
                "id" => self.id = Some(members.next_value()?),
                "method" => {
                    self.is_request = true;
                    members.next_value::<IgnoredAny>()?;
                }
                "result" | "error" => {
                    self.is_answer = true;
                    members.next_value::<IgnoredAny>()?;
                }
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}
