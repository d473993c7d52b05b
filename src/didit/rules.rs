//! Checks of single values that more than one request needs.

use jiff::civil::Date;
use url::Url;

use super::error::Error;
use super::ids::hyphenated;

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
    let value = value.trim();
    let shaped = value.len() == 10
        && value
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    match value.parse::<Date>() {
        Ok(date) if shaped => Ok(date.to_string()),
        _ => Err(Error::invalid(
            field,
            "must be a date of the calendar written YYYY-MM-DD",
        )),
    }
}

/// Checks the shape of a three-letter country code; upper-cased.
pub(crate) fn country(field: &str, value: &str) -> Result<String, Error> {
    let value = value.trim();
    if value.len() == 3 && value.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(value.to_ascii_uppercase())
    } else {
        Err(Error::invalid(
            field,
            "must be a three-letter country code (ISO 3166-1 alpha-3) such as ESP",
        ))
    }
}

/// Checks the shape of an e-mail address. Only the mail system knows whether it exists.
pub(crate) fn email(field: &str, value: &str) -> Result<String, Error> {
    let value = value.trim();
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

/// Checks an absolute URL of any scheme; with `web` only http and https.
pub(crate) fn url(field: &str, value: &str, web: bool) -> Result<String, Error> {
    let value = value.trim();
    match Url::parse(value) {
        Ok(url) if !web || matches!(url.scheme(), "http" | "https") => Ok(value.to_owned()),
        _ if web => Err(Error::invalid(
            field,
            "must be a URL that starts with https:// or http://",
        )),
        _ => Err(Error::invalid(
            field,
            "must be an absolute URL such as https://example.com/done or app://done",
        )),
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

/// Checks that a text is not blank and has at most `longest` characters.
pub(crate) fn text(field: &str, value: &str, longest: usize) -> Result<String, Error> {
    if value.trim().is_empty() {
        return Err(Error::invalid(field, "must not be empty"));
    }
    if value.chars().count() > longest {
        return Err(Error::invalid(
            field,
            format!("must have at most {longest} characters"),
        ));
    }
    Ok(value.to_owned())
}

/// Applies a check to an optional value.
pub(crate) fn optional(
    value: &Option<String>,
    check: impl FnOnce(&str) -> Result<String, Error>,
) -> Result<Option<String>, Error> {
    value.as_deref().map(check).transpose()
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
