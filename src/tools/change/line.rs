//! One line of a question: our own words, and quoted values of others as far as they may leave.

use super::quotation::quoted;
use crate::tools::personal::{Class, Form, Outlet, PersonalData};

/// The most characters of one value of Didit's; names and addresses are shorter.
const MAX_TOLD_CHARACTERS: usize = 160;

/// One line: our own words, and quoted values of others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Our own words.
    Words(String),
    /// What the caller sent, and ids; never shortened.
    Sent(String),
    /// What Didit says of the session, and of no person.
    Told(String),
    /// What Didit says of a person: shown to a model as far as the operator lets it.
    Personal(Class, String),
}

impl Line {
    /// A line that begins with our own words.
    pub fn new(words: impl Into<String>) -> Self {
        Self::default().words(words)
    }

    /// Adds our own words.
    #[must_use]
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.0.push(Part::Words(words.into()));
        self
    }

    /// Adds a value of the caller, or an id, quoted.
    #[must_use]
    pub fn sent(mut self, value: impl Into<String>) -> Self {
        self.0.push(Part::Sent(value.into()));
        self
    }

    /// Adds what Didit says of the session, such as the caller's own id of the person, quoted.
    #[must_use]
    pub fn told(mut self, value: impl Into<String>) -> Self {
        self.0.push(Part::Told(value.into()));
        self
    }

    /// Adds what Didit says of a person, quoted.
    #[must_use]
    pub fn personal(mut self, class: Class, value: impl Into<String>) -> Self {
        self.0.push(Part::Personal(class, value.into()));
        self
    }

    /// Adds another line to the end of this one.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The line as it may leave.
    pub fn shown(&self, level: PersonalData, outlet: Outlet) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Words(words) => words.clone(),
                Part::Sent(value) => quoted(value),
                Part::Told(value) => told(value),
                // Whole values are quoted as they came: cleaning would remove what the quotation makes visible.
                Part::Personal(class, value) if level.form(outlet, *class) == Form::Whole => {
                    told(value)
                }
                Part::Personal(class, value) => level
                    .release(outlet, *class, value)
                    // Quoting would escape the asterisks of a mask as markup and make it unreadable.
                    .map_or_else(
                        || "(not shown)".to_owned(),
                        |value| quoted(&value.replace('*', "•")),
                    ),
            })
            .collect()
    }
}

/// A value from Didit, quoted. One that is longer than any name is replaced by its length: somebody who fills a document
/// with text must not keep a human from deciding.
fn told(value: &str) -> String {
    let whole = quoted(value);
    if whole.chars().count() <= MAX_TOLD_CHARACTERS {
        return whole;
    }
    // Not even its beginning: a secret cut in half could not be recognized and hidden.
    format!(
        "(too long to be shown: {} characters)",
        value.chars().count()
    )
}
