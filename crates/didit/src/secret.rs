//! Secrets: types that print nothing.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};
use serde_json::Number;

use super::error::Error;
use super::lenient::Lenient;

/// Declares a secret text that neither `Debug` nor `Display` shows and that is wiped when dropped.
macro_rules! secret {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Wraps the text as it is, without looking at it.
            pub fn new(text: impl Into<String>) -> Self {
                Self(SecretString::from(text.into()))
            }

            /// The secret itself. Only for storing it, sending it to its owner's host, or comparing it; never for a log, an
            /// error or a result.
            pub fn expose_secret(&self) -> &str {
                self.0.expose_secret()
            }

            /// The last four characters, by which a person recognises the secret; empty when it is shorter than twelve.
            pub fn last_four(&self) -> String {
                let text = self.0.expose_secret();
                let length = text.chars().count();
                if length < 12 { String::new() } else { text.chars().skip(length - 4).collect() }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("[redacted]")
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.expose_secret() == other.expose_secret()
            }
        }
    };
}

secret!(
    /// The key of an application (`x-api-key`). The primary key has full access to its workflows, sessions and billing; keys
    /// made in the console can be limited to some of that.
    ///
    /// <https://docs.didit.me/getting-started/api-authentication>
    ApiKey
);
secret!(
    /// The token of a signed-in account on the account host, valid for 24 hours.
    AccessToken
);
secret!(
    /// What stands for an accepted password until the second factor is given, for 5 minutes.
    TemporaryToken
);
secret!(
    /// Stands for an e-mail as it was previewed, for 15 minutes.
    PreviewToken
);
secret!(
    /// The password of an account.
    Password
);
secret!(
    /// The secret with which a webhook destination's deliveries are signed.
    WebhookSecret
);
secret!(
    /// The token of one session; whoever holds it can act as the person being verified.
    SessionToken
);

impl ApiKey {
    /// Reads a key from outside: surrounding white space is dropped.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing is left, or a character cannot stand in a header.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::invalid("api_key", "must not be empty"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid(
                "api_key",
                "must be visible ASCII characters without spaces",
            ));
        }
        Ok(Self::new(text))
    }
}

impl Lenient<'_> for ApiKey {
    fn text(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

/// Tokens of the API are texts, and an empty one is none.
macro_rules! read_leniently {
    ($($name:ident),+) => {$(
        impl Lenient<'_> for $name {
            fn text(text: &str) -> Option<Self> {
                let text = text.trim();
                (!text.is_empty()).then(|| Self::new(text))
            }
        }
    )+};
}

read_leniently!(AccessToken, TemporaryToken, PreviewToken);

impl PreviewToken {
    /// Writes the token into the request that it was given for.
    pub(crate) fn serialize<S: Serializer>(
        token: &Option<Self>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        token
            .as_ref()
            .map(Self::expose_secret)
            .serialize(serializer)
    }
}

impl Lenient<'_> for WebhookSecret {
    fn text(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::new(text))
    }
}

impl Lenient<'_> for SessionToken {
    fn text(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }

    fn number(number: &Number) -> Option<Self> {
        Some(Self::new(number.to_string()))
    }
}

/// The characters of which Didit wants at least one in a password.
const SPECIAL: &str = "!@#$%^&*()_+-=[]{}|;:,.<>?";

/// The characters of a generated password.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// The length of a generated password.
const GENERATED: usize = 24;

impl Password {
    /// Checks the rules for a new password.
    ///
    /// # Errors
    /// [`Error::Invalid`] names the first rule that is broken, in the order in which Didit checks them.
    pub fn check(&self) -> Result<(), Error> {
        let text = self.expose_secret();
        let rules = [
            (
                text.chars().count() >= 8,
                "must be at least 8 characters long",
            ),
            (
                text.chars().any(|c| c.is_ascii_uppercase()),
                "must contain an upper-case letter (A-Z)",
            ),
            (
                text.chars().any(|c| c.is_ascii_lowercase()),
                "must contain a lower-case letter (a-z)",
            ),
            (
                text.chars().any(|c| c.is_ascii_digit()),
                "must contain a digit",
            ),
            (
                text.chars().any(|c| SPECIAL.contains(c)),
                "must contain one of !@#$%^&*()_+-=[]{}|;:,.<>?",
            ),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            Some((_, message)) => Err(Error::invalid("password", message)),
            None => Ok(()),
        }
    }

    /// Whether a text may be one that [`Password::generate`] made; anything else was chosen by a human.
    pub fn may_be_generated(text: &str) -> bool {
        text.len() == GENERATED && text.bytes().all(|byte| ALPHABET.contains(&byte))
    }

    /// Makes a password of 24 random characters that meets every rule.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the operating system has no randomness to give.
    pub fn generate() -> Result<Self, Error> {
        loop {
            let mut random = [0_u8; GENERATED];
            getrandom::fill(&mut random).map_err(|_| {
                Error::invalid("password", "the operating system gave no random numbers")
            })?;
            let text: String = random
                .iter()
                .filter_map(|byte| ALPHABET.get(usize::from(byte % 64)))
                .map(|&byte| char::from(byte))
                .collect();
            let password = Self::new(text);
            // A text without, say, any digit is rare; drawing again keeps every position uniform.
            if password.check().is_ok() {
                return Ok(password);
            }
        }
    }
}
