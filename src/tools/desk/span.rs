//! Spans of time, as they are given (`3 days`) and told (`3 d`).

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

/// How long something has been there, in its largest unit: `40 s`, `5 min`, `4 h`, `2 d`.
pub fn age(since: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(since).as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{Span, age};

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

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let now: Timestamp = "2026-05-02T00:00:00Z".parse().unwrap_or_default();
        for (seconds, expected) in [
            (-5, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_599, "59 min"),
            (3_600, "1 h"),
            (172_799, "47 h"),
            (172_800, "2 d"),
        ] {
            let since = now - SignedDuration::from_secs(seconds);
            assert_eq!(age(since, now), expected);
        }
    }
}
