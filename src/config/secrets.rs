//! Secrets from the environment: those that cannot be used, or cannot be hidden, are refused by the name of their variable.

use super::{
    Error,
    values::{holds_placeholder, is_unset_bundle_value},
};
use crate::{
    didit::{ApiKey, Password, WebhookSecret},
    redact::{SHORTEST, is_protocol_word},
    server::vocabulary,
};

const API_KEY: &str = "DIDIT_API_KEY";
const PASSWORD: &str = "DIDIT_PASSWORD";
const WEBHOOK_SECRET: &str = "DIDIT_WEBHOOK_SECRET";

/// Pairs of quotation marks that configurations leave around a value.
const QUOTES: [(char, char); 5] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('\u{201c}', '\u{201d}'),
    ('\u{2018}', '\u{2019}'),
];

/// Secrets, which come from variables only, without the white space around them.
#[derive(Default)]
pub struct Secrets {
    api_key: Option<String>,
    password: Option<String>,
    webhook_secret: Option<String>,
}

impl Secrets {
    /// Reads the variables. An empty one counts as absent, because client configurations often leave one; so does
    /// `${user_config.api_key}`, which clients of bundles pass on where the user filled in nothing.
    ///
    /// # Errors
    /// [`Error::Secret`] for a value that is no text.
    pub fn from_environment() -> Result<Self, Error> {
        Ok(Self {
            api_key: read(API_KEY)?,
            password: read(PASSWORD)?,
            webhook_secret: read(WEBHOOK_SECRET)?,
        })
    }

    /// The key.
    ///
    /// # Errors
    /// [`Error::Secret`] when it cannot be one, or cannot be hidden.
    pub fn api_key(&self) -> Result<Option<ApiKey>, Error> {
        let Some(text) = checked(API_KEY, self.api_key.as_deref())? else {
            return Ok(None);
        };
        let refused = |error| match error {
            crate::didit::Error::Invalid { message, .. } => secret(API_KEY, message),
            other => secret(API_KEY, other.to_string()),
        };
        ApiKey::parse(text).map(Some).map_err(refused)
    }

    /// The password of the account.
    ///
    /// # Errors
    /// [`Error::Secret`] when it cannot be hidden.
    pub fn password(&self) -> Result<Option<Password>, Error> {
        Ok(checked(PASSWORD, self.password.as_deref())?.map(Password::new))
    }

    /// The secret of the webhook destination.
    ///
    /// # Errors
    /// [`Error::Secret`] when it cannot be hidden.
    pub fn webhook_secret(&self) -> Result<Option<WebhookSecret>, Error> {
        Ok(checked(WEBHOOK_SECRET, self.webhook_secret.as_deref())?.map(WebhookSecret::new))
    }
}

fn read(variable: &'static str) -> Result<Option<String>, Error> {
    let Some(value) = std::env::var_os(variable) else {
        return Ok(None);
    };
    let text = value
        .to_str()
        .ok_or_else(|| secret(variable, "is not valid UTF-8"))?
        .trim();
    let is_absent = text.is_empty() || is_unset_bundle_value(text);
    Ok((!is_absent).then(|| text.to_owned()))
}

/// The value, unless it cannot be what was meant or could not be hidden without harm.
fn checked<'a>(variable: &'static str, text: Option<&'a str>) -> Result<Option<&'a str>, Error> {
    let Some(text) = text else {
        return Ok(None);
    };
    let is_quoted = QUOTES
        .iter()
        .any(|(open, close)| text.len() > 1 && text.starts_with(*open) && text.ends_with(*close));
    let reason = if holds_placeholder(text) {
        "holds a placeholder (${…}): the client did not fill it in"
    } else if is_quoted {
        "is in quotation marks, which would be sent as part of it: remove them"
    } else if text.chars().any(char::is_control) {
        "holds a line break or another control character"
    } else if text.chars().count() < SHORTEST {
        "has fewer than 8 characters: too few to hide it in what the server shows"
    } else if is_word(text) {
        "is a word of the protocol, of Didit's API or of this server's own texts, so it cannot be hidden without hiding those; \
         choose another"
    } else {
        return Ok(Some(text));
    };
    Err(secret(variable, reason))
}

/// Whether hiding a text would change what clients read. The server's own texts hold hardly a digit, and secrets nearly always
/// do, so that a start seldom looks through them.
fn is_word(text: &str) -> bool {
    is_protocol_word(text)
        || !text.bytes().any(|byte| byte.is_ascii_digit())
            && vocabulary().contains(&text.to_lowercase())
}

fn secret(variable: &'static str, reason: impl Into<String>) -> Error {
    Error::Secret {
        variable,
        reason: reason.into(),
    }
}
