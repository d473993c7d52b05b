//! How long the server asks to wait.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

const RATE_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
/// When the window of a rate limit has room again, in seconds since 1970.
const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Whether the answer is about the limit of requests a minute. Quotas are refused with the same status and without this.
pub(super) fn has_rate_window(headers: &HeaderMap) -> bool {
    headers.contains_key(RATE_LIMIT) || headers.contains_key(RATE_LIMIT_RESET)
}

/// When the rate limit has room again. The time counts from the answer's own `Date`, so that a wrong clock here does not matter.
pub(super) fn until_reset(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RATE_LIMIT_RESET)?.to_str().ok()?;
    let reset: i64 = text.trim().parse().ok()?;
    let now = date(headers, &DATE).unwrap_or_else(Timestamp::now);
    let seconds = reset.saturating_sub(now.as_second());
    Some(Duration::from_secs(
        u64::try_from(seconds).unwrap_or_default(),
    ))
}

/// Reads `Retry-After`, in seconds or as a date. A date counts from the answer's own `Date` as well.
pub(super) fn from_headers(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTimeParser::new().parse_timestamp(text).ok()?;
    let now = date(headers, &DATE).unwrap_or_else(Timestamp::now);
    Some(Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO))
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<Timestamp> {
    DateTimeParser::new()
        .parse_timestamp(headers.get(name)?.to_str().ok()?)
        .ok()
}

/// Reads the framework's sentence `Expected available in N seconds.`, the only hint when the headers are missing.
pub(super) fn from_words(message: &str) -> Option<Duration> {
    let (_, after) = message.split_once("xpected available in ")?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().map(Duration::from_secs)
}
