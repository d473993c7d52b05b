//! What a tool says when it worked.

use serde::Serialize;
use serde_json::Value;

/// A result in two forms that each stand alone: text for reading, data for the next call.
#[derive(Debug, Clone, Default)]
pub struct ToolOutput {
    /// What happened, in plain sentences and short lines.
    pub text: String,
    /// The same as an object, with the field names that Didit uses.
    pub data: Option<Value>,
    /// What a person, a document or a reviewer wrote: shown apart, as data.
    pub untrusted: Vec<Fact>,
    /// What a human has to agree to before anything happens.
    pub question: Option<Question>,
    /// Pictures, for clients that show them.
    pub images: Vec<Image>,
    /// What to do next; only tools that are switched on are shown.
    pub next: Vec<Next>,
}

/// One untrusted value and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What the value is, in our words.
    pub label: String,
    /// The value as Didit returned it.
    pub value: String,
}

/// A question to a human, which quotes what others wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its lines, to be shown whole and in this order.
    pub lines: Vec<String>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Such as `image/png`.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A next step.
#[derive(Debug, Clone)]
pub struct Next {
    /// The tool that does it; `None` for something a human does.
    pub tool: Option<&'static str>,
    /// What it is for, as a sentence without the tool's name.
    pub purpose: String,
}

impl ToolOutput {
    /// An answer of text alone.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Adds the structured form. A value that does not serialise is left out: the text stands alone.
    #[must_use]
    pub fn with_data(mut self, data: &impl Serialize) -> Self {
        self.data = serde_json::to_value(data).ok().filter(Value::is_object);
        self
    }

    /// Adds a value that somebody else wrote, unless it is absent or blank.
    #[must_use]
    pub fn with_untrusted(mut self, label: &str, value: Option<&str>) -> Self {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            self.untrusted.push(Fact {
                label: label.to_owned(),
                value: value.to_owned(),
            });
        }
        self
    }

    /// Adds a picture.
    #[must_use]
    pub fn with_image(mut self, media_type: &'static str, bytes: Vec<u8>) -> Self {
        self.images.push(Image { media_type, bytes });
        self
    }

    /// Adds a next step that a tool does.
    #[must_use]
    pub fn with_next(mut self, tool: &'static str, purpose: impl Into<String>) -> Self {
        self.next.push(Next {
            tool: Some(tool),
            purpose: purpose.into(),
        });
        self
    }

    /// Adds a next step that a human does.
    #[must_use]
    pub fn with_human_step(mut self, purpose: impl Into<String>) -> Self {
        self.next.push(Next {
            tool: None,
            purpose: purpose.into(),
        });
        self
    }
}
