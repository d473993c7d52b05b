//! One thing of a list, field by field: a line of text and data that say the same.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{
    paging::{self, Row},
    personal::{Class, Outlet, PersonalData},
    untrusted::mark_untrusted,
};

/// The fields of one row, under the names that Didit uses. What is absent, or must not leave, is not there.
pub(super) struct Fields {
    level: PersonalData,
    line: Vec<String>,
    data: Map<String, Value>,
}

impl Fields {
    /// No field yet; what is personal leaves as far as this level lets it.
    pub(super) fn new(level: PersonalData) -> Self {
        Self {
            level,
            line: Vec::new(),
            data: Map::new(),
        }
    }

    /// A field that tells nothing of a person: an id, a status, a count, a time.
    pub(super) fn not_personal(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        let Some(value) = value.map(Into::into) else {
            return self;
        };
        let shown = match &value {
            Value::String(time) if name.ends_with("_at") => {
                mark_untrusted(paging::to_the_minute(time))
            }
            Value::String(text) => mark_untrusted(text),
            other => other.to_string(),
        };
        self.line.push(format!("{name} {shown}"));
        self.data.insert(name.to_owned(), value);
        self
    }

    /// A field that does.
    pub(super) fn personal(self, name: &str, class: Class, value: Option<String>) -> Self {
        let level = self.level;
        let released = value.and_then(|value| level.release(Outlet::Conversation, class, &value));
        self.not_personal(name, released)
    }
}

impl Row for Fields {
    fn line(&self) -> String {
        self.line.join(", ")
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.data.serialize(serializer)
    }
}
