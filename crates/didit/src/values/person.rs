//! Values about people: how to reach them, when and where they were born, where they are.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

use super::form::{one_of, value};
use super::text::seen;
use crate::countries;
use crate::error::InvalidValue;
use crate::ids::{UUID_RULE, hyphenated};

/// The 54 languages of the hosted pages and e-mails.
pub const LANGUAGES: [&str; 54] = [
    "en", "ar", "bg", "bn", "bs", "ca", "cnr", "cs", "da", "de", "el", "es", "et", "fa", "fi",
    "fr", "he", "hi", "hr", "hu", "hy", "id", "it", "ja", "ka", "kk", "ko", "ky", "lt", "lv", "mk",
    "mn", "ms", "nl", "no", "pl", "pt-BR", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sr", "sv",
    "th", "tr", "uk", "uz", "vi", "zh-CN", "zh-TW", "zh",
];

value!(
    /// One of [`LANGUAGES`].
    Language,
    |text| one_of(text, &LANGUAGES).map(str::to_owned)
);

value!(
    /// A date of the real calendar, `YYYY-MM-DD`. Dates of one form are in order as texts.
    Date,
    |text| calendar_date(text).map(|date| date.to_string())
);

value!(
    /// The birth date of somebody who may be alive, `YYYY-MM-DD`: not after today, wherever on Earth, and not before 1900.
    BirthDate,
    |text| {
        let date = calendar_date(text)?;
        // The easternmost clocks are 14 hours ahead of UTC.
        let latest = Timestamp::now()
            .checked_add(SignedDuration::from_hours(14))
            .map_or(civil::Date::MAX, |instant| {
                instant.to_zoned(TimeZone::UTC).date()
            });
        if date.year() < 1900 {
            Err(InvalidValue::new(
                "must not lie before 1900; years have four digits and stand first, such as 1990-01-15",
            ))
        } else if date > latest {
            Err(InvalidValue::new("must not lie after today"))
        } else {
            Ok(date.to_string())
        }
    }
);

value!(
    /// A country by its three letters (ISO 3166-1 alpha-3), such as `ESP`.
    Country,
    |text| {
        let code = text.to_ascii_uppercase();
        if countries::is_alpha3(&code) {
            return Ok(code);
        }
        let rule = "must be a three-letter country code (ISO 3166-1 alpha-3)";
        Err(InvalidValue::new(match countries::alpha3_of(&code) {
            Some(meant) => format!("{rule}; {code} has two letters: {meant}?"),
            None => format!("{rule} such as ESP"),
        }))
    }
);

impl Country {
    /// Every country.
    pub fn all() -> Vec<Self> {
        countries::all_alpha3()
            .map(|code| Self(code.to_owned()))
            .collect()
    }
}

value!(
    /// A company register: a country by its two letters, or country and region, such as `GB` or `US-DE`.
    RegisterCountry,
    |text| {
        let code = text.to_ascii_uppercase();
        let (country, region) = code
            .split_once('-')
            .map_or((code.as_str(), None), |(country, region)| {
                (country, Some(region))
            });
        let is_valid = code.len() <= 10
            && countries::alpha3_of(country).is_some()
            && region.is_none_or(|region| {
                !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
        if is_valid {
            Ok(code)
        } else {
            Err(InvalidValue::new(
                "must be a two-letter country, or country and region, such as GB or US-DE",
            ))
        }
    }
);

value!(
    /// Something of the shape of an e-mail address. Only the mail system knows whether it exists.
    Email,
    |text| {
        seen(text)?;
        let is_plausible = text.len() <= 254
            && !text.contains(|letter: char| {
                letter.is_whitespace() || letter.is_control() || "<>()[],;:\\\"".contains(letter)
            })
            && text.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty()
                    && !domain.contains('@')
                    && domain.contains('.')
                    && domain.split('.').all(|label| {
                        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
                    })
            });
        if is_plausible {
            Ok(text.to_owned())
        } else {
            Err(InvalidValue::new("must be an e-mail address"))
        }
    }
);

value!(
    /// A phone number in E.164, such as `+34600000000`; spaces, dots, hyphens and parentheses are dropped.
    Phone,
    |text| {
        let number: String = text.chars().filter(|c| !" .-()".contains(*c)).collect();
        let is_valid = number.strip_prefix('+').is_some_and(|digits| {
            (7..=15).contains(&digits.len())
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && !digits.starts_with('0')
        });
        if is_valid {
            Ok(number)
        } else {
            Err(InvalidValue::new(
                "must be a phone number in E.164 such as +34600000000",
            ))
        }
    }
);

value!(
    /// A hyphenated UUID; lower-cased.
    Uuid,
    |text| {
        hyphenated(text)
            .map(|uuid| uuid.as_hyphenated().to_string())
            .ok_or_else(|| InvalidValue::new(UUID_RULE))
    }
);

value!(
    /// An IPv4 or IPv6 address.
    IpAddress,
    |text| {
        text.parse()
            .map(|address: IpAddr| address.to_string())
            .map_err(|_| InvalidValue::new("must be an IPv4 or IPv6 address"))
    }
);

fn calendar_date(text: &str) -> Result<civil::Date, InvalidValue> {
    let is_shaped = text.len() == 10
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    match text.parse() {
        Ok(date) if is_shaped => Ok(date),
        _ => Err(InvalidValue::new(
            "must be a date of the calendar written YYYY-MM-DD",
        )),
    }
}
