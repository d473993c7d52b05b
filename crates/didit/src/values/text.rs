//! Texts without hidden characters: a human sees all that is sent.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use super::form::{json_text, value};
use crate::error::InvalidValue;
use crate::visible::first_invisible;

/// A text of one line with at most so many characters: a human who reads it sees all of it, and it is not blank. Blanks around
/// it are dropped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const LONGEST: usize = { usize::MAX }>(String);

impl<const LONGEST: usize> FromStr for Text<LONGEST> {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let text = text.trim();
        seen(text)?;
        if text.is_empty() {
            return Err(InvalidValue::new("must not be empty"));
        }
        if text.chars().count() > LONGEST {
            let rule = format!("must have at most {LONGEST} characters");
            return Err(InvalidValue::new(rule));
        }
        Ok(Self(text.to_owned()))
    }
}

impl<const LONGEST: usize> Deref for Text<LONGEST> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const LONGEST: usize> fmt::Display for Text<LONGEST> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

json_text!(Text<LONGEST>, "Text", [const LONGEST: usize]);

value!(
    /// A text like [`Text`] that may have several lines. They end as on Unix, whatever wrote them.
    Comment,
    |text| {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if text.is_empty() {
            return Err(InvalidValue::new("must not be empty"));
        }
        let mut passed = 0;
        for line in text.split('\n') {
            if let Some((place, hidden)) = first_invisible(line) {
                return Err(hides(passed + place, hidden));
            }
            passed += line.chars().count() + 1;
        }
        Ok(text)
    }
);

/// Refuses a text with invisible characters.
pub(crate) fn seen(text: &str) -> Result<(), InvalidValue> {
    first_invisible(text).map_or(Ok(()), |(place, hidden)| Err(hides(place, hidden)))
}

fn hides(place: usize, hidden: char) -> InvalidValue {
    InvalidValue::new(format!("must not hold {}", describe(place, hidden)))
}

/// Such as "U+200B at character 5, which nobody can see".
pub(crate) fn describe(place: usize, hidden: char) -> String {
    let kind = match hidden {
        '\n' | '\r' => "a line break",
        '\t' => "a tab",
        _ if hidden.is_control() => "a control character",
        _ => "which nobody can see",
    };
    format!("U+{:04X} at character {place}, {kind}", u32::from(hidden))
}
