//! Checks of single values that more than one request needs.

mod address;
mod unseen;

pub use address::{LONGEST_ADDRESS, WebAddress};
pub(crate) use address::{drop_unless_web_link, is_web_link};
pub(crate) use unseen::{comment, visible_json, visible_text};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::Value;

use super::countries;
use super::error::Error;
use super::ids::hyphenated;
use unseen::unseen;

/// The 54 languages of the hosted pages and e-mails.
pub const LANGUAGES: [&str; 54] = [
    "en", "ar", "bg", "bn", "bs", "ca", "cnr", "cs", "da", "de", "el", "es", "et", "fa", "fi",
    "fr", "he", "hi", "hr", "hu", "hy", "id", "it", "ja", "ka", "kk", "ko", "ky", "lt", "lv", "mk",
    "mn", "ms", "nl", "no", "pl", "pt-BR", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sr", "sv",
    "th", "tr", "uk", "uz", "vi", "zh-CN", "zh-TW", "zh",
];

/// Finds `value` among `allowed` whatever its case, and gives the canonical spelling.
pub(crate) fn one_of(field: &str, value: &str, allowed: &[&str]) -> Result<String, Error> {
    let wanted = value.trim();
    allowed
        .iter()
        .find(|known| known.eq_ignore_ascii_case(wanted))
        .map(|known| (*known).to_owned())
        .ok_or_else(|| Error::not_one_of(field, value, allowed))
}

/// Checks a language and gives its canonical spelling.
pub(crate) fn language(field: &str, value: &str) -> Result<String, Error> {
    one_of(field, value, &LANGUAGES)
}

/// Checks a date of the real calendar written `YYYY-MM-DD`.
pub(crate) fn date(field: &str, value: &str) -> Result<String, Error> {
    calendar_date(field, value).map(|date| date.to_string())
}

/// Checks the birth date of somebody who may be alive: not after today, wherever on Earth, and not before 1900.
pub(crate) fn birth_date(field: &str, value: &str) -> Result<String, Error> {
    let date = calendar_date(field, value)?;
    // The easternmost clocks are 14 hours ahead of UTC.
    let latest = Timestamp::now()
        .checked_add(SignedDuration::from_hours(14))
        .map_or(Date::MAX, |instant| instant.to_zoned(TimeZone::UTC).date());
    if date.year() < 1900 {
        Err(Error::invalid(
            field,
            "must not lie before 1900; years have four digits and stand first, such as 1990-01-15",
        ))
    } else if date > latest {
        Err(Error::invalid(field, "must not lie after today"))
    } else {
        Ok(date.to_string())
    }
}

fn calendar_date(field: &str, value: &str) -> Result<Date, Error> {
    let value = value.trim();
    let shaped = value.len() == 10
        && value
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    match value.parse::<Date>() {
        Ok(date) if shaped => Ok(date),
        _ => Err(Error::invalid(
            field,
            "must be a date of the calendar written YYYY-MM-DD",
        )),
    }
}

/// Checks that a three-letter country code exists; upper-cased.
pub(crate) fn country(field: &str, value: &str) -> Result<String, Error> {
    let code = value.trim().to_ascii_uppercase();
    if countries::is_alpha3(&code) {
        return Ok(code);
    }
    let rule = "must be a three-letter country code (ISO 3166-1 alpha-3)";
    Err(Error::invalid(
        field,
        match countries::alpha3_of(&code) {
            Some(meant) => format!("{rule}; {code} has two letters: {meant}?"),
            None => format!("{rule} such as ESP"),
        },
    ))
}

/// Checks the shape of an e-mail address. Only the mail system knows whether it exists.
pub(crate) fn email(field: &str, value: &str) -> Result<String, Error> {
    let value = value.trim();
    if let Some(refusal) = unseen(field, value) {
        return Err(refusal);
    }
    let plausible = value.len() <= 254
        && !value
            .contains(|c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c))
        && value.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && !domain.contains('@')
                && domain.contains('.')
                && domain.split('.').all(|label| {
                    !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
                })
        });
    if plausible {
        Ok(value.to_owned())
    } else {
        Err(Error::invalid(field, "must be an e-mail address"))
    }
}

/// Checks a phone number in E.164; spaces, dots, hyphens and parentheses are dropped.
pub(crate) fn phone(field: &str, value: &str) -> Result<String, Error> {
    let number: String = value.chars().filter(|c| !" .-()".contains(*c)).collect();
    let valid = number.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    });
    if valid {
        Ok(number)
    } else {
        Err(Error::invalid(
            field,
            "must be a phone number in E.164 such as +34600000000",
        ))
    }
}

/// Checks a hyphenated UUID; lower-cased.
pub(crate) fn uuid(field: &str, value: &str) -> Result<String, Error> {
    hyphenated(value)
        .map(|uuid| uuid.as_hyphenated().to_string())
        .ok_or_else(|| {
            Error::invalid(
                field,
                "must be a UUID such as 5b1f3c9a-0000-4000-8000-000000000001",
            )
        })
}

/// Applies a check to an optional value.
pub(crate) fn optional(
    value: &Option<String>,
    check: impl FnOnce(&str) -> Result<String, Error>,
) -> Result<Option<String>, Error> {
    value.as_deref().map(check).transpose()
}

/// Checks an optional JSON value of the caller's own, which is sent as it is.
pub(crate) fn optional_json(field: &str, value: &Option<Value>) -> Result<Option<Value>, Error> {
    value
        .as_ref()
        .map(|json| visible_json(field, json))
        .transpose()?;
    Ok(value.clone())
}

/// Checks that an integer lies within bounds.
pub(crate) fn within(field: &str, value: Option<u32>, least: u32, most: u32) -> Result<(), Error> {
    match value {
        Some(number) if !(least..=most).contains(&number) => Err(Error::invalid(
            field,
            format!("must be between {least} and {most}"),
        )),
        _ => Ok(()),
    }
}
