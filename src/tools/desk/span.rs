//! Spans of time, as they are given: `3 days`.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// A span of hours, days or weeks. A number alone counts days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Span(SignedDuration);

/// Longer than any account is old, and short enough for every calendar.
const MOST_HOURS: i64 = 100 * 366 * 24;

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let text = text.trim().to_lowercase();
        let end = text
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(end).unwrap_or_default();
        let hours = match unit.trim() {
            "h" | "hour" | "hours" => Some(1),
            "" | "d" | "day" | "days" => Some(24),
            "w" | "week" | "weeks" => Some(7 * 24),
            _ => None,
        };
        let number: Option<i64> = number.parse().ok();
        number
            .zip(hours)
            .and_then(|(number, hours)| number.checked_mul(hours))
            .filter(|hours| *hours <= MOST_HOURS)
            .map(|hours| Self(SignedDuration::from_hours(hours)))
            .ok_or_else(|| "must be a time such as 3 days or 12 hours".to_owned())
    }
}

impl Span {
    /// So many days.
    pub(super) const fn days(days: i64) -> Self {
        Self(SignedDuration::from_hours(days * 24))
    }

    /// The moment that lies so long before `now`.
    pub(super) fn before(self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.0).unwrap_or(Timestamp::MIN)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::Span;

    #[test]
    fn a_span_is_read_as_people_write_it() {
        for (text, hours) in [
            ("3 days", Some(72)),
            ("1 day", Some(24)),
            ("12h", Some(12)),
            (" 2 Weeks ", Some(336)),
            ("5", Some(120)),
            ("0 hours", Some(0)),
            ("", None),
            ("soon", None),
            ("-1 day", None),
            ("1.5 days", None),
            ("99999999999999999999 days", None),
            ("9223372036854775807 days", None),
        ] {
            let read = Span::try_from(text.to_owned()).ok();
            let expected = hours.map(|hours| Span(SignedDuration::from_hours(hours)));
            assert_eq!(read, expected, "{text}");
        }
    }
}
