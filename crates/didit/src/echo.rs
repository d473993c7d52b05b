//! Checks that a response belongs to its request.
//!
//! A proxy or cache may mix up responses, and one person's verdict, link or entry must never be taken for another's.
//! A response may omit a value of the request, but not return a different one. A change answered that way may have happened
//! nevertheless, which [`Error::Unreadable`] leaves open.

use std::net::IpAddr;

use serde_json::{Map, Value};
use url::Url;
use uuid::Uuid;

use super::error::Error;
use super::http::unreadable;

/// Checks the values that a response with this HTTP status repeats from its request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Echo {
    status: u16,
    /// What the answer says was made, so that whoever reads the refusal can look at it, and undo it.
    made: Option<Uuid>,
}

impl Echo {
    /// For an answer with this HTTP status.
    pub(crate) fn of(status: u16) -> Self {
        Self { status, made: None }
    }

    /// For an answer that names what was made.
    pub(crate) fn made(self, id: Uuid) -> Self {
        Self {
            made: Some(id),
            ..self
        }
    }

    /// Refuses a value other than the one sent; a missing one is accepted.
    pub(crate) fn may_be<T: PartialEq>(
        self,
        key: &str,
        sent: &T,
        answered: Option<&T>,
    ) -> Result<(), Error> {
        self.hold(key, answered.is_none_or(|answered| answered == sent))
    }

    /// Refuses a value other than the one sent, and a missing one.
    pub(crate) fn must_be<T: PartialEq>(
        self,
        key: &str,
        sent: &T,
        answered: Option<&T>,
    ) -> Result<(), Error> {
        self.present(key, answered)?;
        self.may_be(key, sent, answered)
    }

    /// Refuses an answer that is useless without this value.
    pub(crate) fn present<T>(self, key: &str, answered: Option<T>) -> Result<T, Error> {
        answered.ok_or_else(|| unreadable(self.status, format!("it has no usable `{key}`")))
    }

    /// Refuses another word than was sent, whatever its case; none is fine, and so is one that was not asked for.
    pub(crate) fn may_be_word(
        self,
        key: &str,
        sent: Option<&str>,
        answered: Option<&str>,
    ) -> Result<(), Error> {
        let fits = match (sent, answered) {
            (Some(sent), Some(answered)) => sent.trim().eq_ignore_ascii_case(answered.trim()),
            _ => true,
        };
        self.hold(key, fits)
    }

    /// Refuses another address than was sent, whatever its spelling; none is fine, and so is one that was not asked for.
    pub(crate) fn may_be_address(
        self,
        key: &str,
        sent: Option<&str>,
        answered: Option<&str>,
    ) -> Result<(), Error> {
        let fits = match (sent, answered) {
            (Some(sent), Some(answered)) => {
                sent == answered
                    || Url::parse(sent).is_ok_and(|sent| Url::parse(answered) == Ok(sent))
            }
            _ => true,
        };
        self.hold(key, fits)
    }

    /// Refuses another value on a list than was sent. Didit keeps values in its own spelling: lower case, countries upper case
    /// and in three letters, numbers without separators.
    pub(crate) fn may_be_value(
        self,
        sent: Option<&str>,
        answered: Option<&str>,
    ) -> Result<(), Error> {
        let fits = match (sent, answered) {
            (Some(sent), Some(answered)) => same_value(sent, answered),
            _ => true,
        };
        self.hold("value", fits)
    }

    /// Refuses another id under any of these keys, among what an answer holds besides its known keys.
    pub(crate) fn may_be_in(
        self,
        extra: &Map<String, Value>,
        keys: &[&str],
        sent: impl ToString,
    ) -> Result<(), Error> {
        let sent = sent.to_string();
        keys.iter().try_for_each(|key| {
            self.may_be_word(key, Some(&sent), extra.get(*key).and_then(Value::as_str))
        })
    }

    /// Refuses another id in the answer to a deletion, which has often no body at all.
    pub(crate) fn deleted(self, answer: &Value, sent: impl ToString) -> Result<(), Error> {
        let sent = sent.to_string();
        ["uuid", "id"].into_iter().try_for_each(|key| {
            let answered = answer.get(key).and_then(Value::as_str);
            self.may_be_word(key, Some(&sent), answered)
        })
    }

    /// Refuses the response unless it fits what was requested under this key.
    pub(crate) fn hold(self, key: &str, fits: bool) -> Result<(), Error> {
        if fits {
            Ok(())
        } else {
            let made = match self.made {
                Some(id) => format!("; it says that {id} was made"),
                None => String::new(),
            };
            Err(unreadable(
                self.status,
                format!(
                    "its `{key}` differs from the request's, so it belongs to another request{made}"
                ),
            ))
        }
    }
}

fn same_value(sent: &str, answered: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(|character| character.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let address = |text: &str| text.trim().parse::<IpAddr>().ok();
    let (one, other) = (plain(sent), plain(answered));
    one == other
        || super::countries::alpha3_of(&one).is_some_and(|code| code.eq_ignore_ascii_case(&other))
        || address(sent).is_some_and(|sent| address(answered) == Some(sent))
}

#[cfg(test)]
mod tests {
    use super::same_value;

    #[test]
    fn a_value_is_the_same_in_the_spelling_of_didit() {
        for (sent, answered) in [
            ("+34 600 000-000", "+34600000000"),
            ("Mallory@Mail.Test", "mallory@mail.test"),
            ("es", "ESP"),
            ("esp", "ESP"),
            ("2001:DB8::1", "2001:db8:0:0:0:0:0:1"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("ES33 0000 1111", "es3300001111"),
        ] {
            assert!(same_value(sent, answered), "{sent} {answered}");
        }
        for (sent, answered) in [
            ("+34600000000", "+34600000001"),
            ("mallory@mail.test", "ana@mail.test"),
            ("es", "FRA"),
            ("a", ""),
        ] {
            assert!(!same_value(sent, answered), "{sent} {answered}");
        }
    }
}
