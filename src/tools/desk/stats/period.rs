//! Days that are counted together.

use std::fmt;

use jiff::{Span, Timestamp, civil, tz::TimeZone};

use crate::{didit::values::Date, tools::error::ToolError};

/// Days of a period when the caller names none.
const DEFAULT_DAYS: i64 = 30;
/// The longest period.
const MOST_DAYS: i64 = 1_000;

/// Days from the first to the last, both included, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tools) struct Period {
    pub(in crate::tools) first: civil::Date,
    pub(in crate::tools) last: civil::Date,
}

impl Period {
    /// The period that a caller names by two of its three measures, or by fewer.
    ///
    /// # Errors
    /// When it ends before it begins, is too long, or is named three times over.
    pub(in crate::tools) fn of(
        from: Option<&Date>,
        to: Option<&Date>,
        days: Option<i64>,
    ) -> Result<Self, ToolError> {
        let parsed = |date: Option<&Date>| date.and_then(|date| date.parse::<civil::Date>().ok());
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let length = days.unwrap_or(DEFAULT_DAYS) - 1;
        let (first, last) = match (parsed(from), parsed(to)) {
            (Some(_), Some(_)) if days.is_some() => {
                return Err(ToolError::invalid(
                    "days",
                    "`days` goes with `from` or with `to`, and not with both. Nothing was read.",
                ));
            }
            (Some(first), Some(last)) => (first, last),
            (Some(first), None) if days.is_some() => (first, later(first, length)),
            (Some(first), None) => (first, today),
            (None, last) => {
                let last = last.unwrap_or(today);
                (later(last, -length), last)
            }
        };
        let period = Self { first, last };
        if first > last || period.days() > MOST_DAYS {
            return Err(ToolError::invalid(
                "from",
                format!(
                    "`from` has to lie before the end ({last}), by at most {MOST_DAYS} days. Nothing was read."
                ),
            ));
        }
        Ok(period)
    }

    /// How many days it has.
    pub(in crate::tools) fn days(&self) -> i64 {
        i64::from((self.last - self.first).get_days()) + 1
    }

    /// As many days right before it.
    pub(in crate::tools) fn before(&self) -> Self {
        let last = later(self.first, -1);
        Self {
            first: later(last, 1 - self.days()),
            last,
        }
    }

    /// Its parts of so many days, latest first; weeks begin on Mondays, and the first one may be shorter.
    pub(in crate::tools) fn parts(&self, is_weeks: bool) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut last = self.last;
        while last >= self.first {
            let since = if is_weeks {
                i64::from(last.weekday().to_monday_zero_offset())
            } else {
                0
            };
            let first = later(last, -since).max(self.first);
            parts.push(Self { first, last });
            let next = later(first, -1);
            if next >= first {
                break;
            }
            last = next;
        }
        parts
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(formatter, "{}", self.first)
        } else {
            write!(formatter, "{} to {}", self.first, self.last)
        }
    }
}

/// The date as a request has it.
pub(in crate::tools) fn date(day: civil::Date) -> Option<Date> {
    day.to_string().parse().ok()
}

fn later(day: civil::Date, days: i64) -> civil::Date {
    day.saturating_add(Span::new().days(days))
}

#[cfg(test)]
mod tests {
    use super::Period;

    fn period(from: Option<&str>, to: Option<&str>, days: Option<i64>) -> Option<String> {
        let date = |text: Option<&str>| text.and_then(|text| text.parse().ok());
        let read = Period::of(date(from).as_ref(), date(to).as_ref(), days);
        read.ok().map(|period| period.to_string())
    }

    #[test]
    fn a_period_is_named_by_two_of_three_measures() {
        for (from, to, days, expected) in [
            (
                Some("2026-05-01"),
                Some("2026-05-31"),
                None,
                Some("2026-05-01 to 2026-05-31"),
            ),
            (Some("2026-05-01"), None, Some(1), Some("2026-05-01")),
            (
                None,
                Some("2026-03-02"),
                Some(3),
                Some("2026-02-28 to 2026-03-02"),
            ),
            (Some("2026-05-02"), Some("2026-05-01"), None, None),
            (Some("2026-05-01"), Some("2026-05-02"), Some(2), None),
            (Some("1990-01-01"), Some("2026-05-02"), None, None),
        ] {
            assert_eq!(
                period(from, to, days).as_deref(),
                expected,
                "{from:?} {to:?} {days:?}"
            );
        }
        assert!(period(None, None, None).is_some());
    }

    #[test]
    fn the_period_before_is_as_long_and_parts_cover_every_day_once() {
        let parse = |text: &str| text.parse().ok();
        let (first, last) = ("2026-05-06", "2026-05-19");
        let period = Period::of(parse(first).as_ref(), parse(last).as_ref(), None);
        let Ok(period) = period else {
            unreachable!("a period")
        };
        assert_eq!(period.before().to_string(), "2026-04-22 to 2026-05-05");
        let shown = |is_weeks| {
            let parts = period.parts(is_weeks).into_iter();
            parts.map(|part| part.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            shown(true),
            [
                "2026-05-18 to 2026-05-19",
                "2026-05-11 to 2026-05-17",
                "2026-05-06 to 2026-05-10"
            ]
        );
        let days = shown(false);
        assert_eq!(days.len(), 14);
        assert_eq!(days.first().map(String::as_str), Some(last));
        assert_eq!(days.last().map(String::as_str), Some(first));
    }
}
