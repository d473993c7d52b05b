//! Hides secrets by value on every way out, in every spelling in which a server is likely to echo them.
//!
//! Types that print nothing keep our own code from leaking; this is for what comes back: an API that
//! quotes the key in an error, a proxy page with the request's headers, a person who typed one into a form.

mod finder;
mod letters;
mod protocol_words;
mod spellings;

use std::{
    collections::VecDeque,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use serde_json::Value;

pub use finder::SHORTEST;
use finder::{Finder, JsonPart, Kind};
pub use protocol_words::is_protocol_word;

/// What stands where a secret was.
const HIDDEN: &str = "[hidden]";
/// Where a message carries ids that its caller chose to match the response.
const CALLERS_OWN: [&str; 2] = ["/id", "/params/progressToken"];
/// Passing secrets that are kept at once.
const MOST_PASSING: usize = 4;

/// The secrets known so far. Clones share them, so one learned during a call is hidden from then on.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Known>>);

#[derive(Default)]
struct Known {
    lasting: Vec<(String, Kind)>,
    passing: VecDeque<String>,
    /// Made when a text is looked through, because at start several secrets come at once.
    finder: OnceLock<Option<Arc<Finder>>>,
}

impl Redactor {
    /// Hides a secret that a machine drew, such as a key or a generated password, from now on: also where only most of it
    /// stands, and where spaces, line breaks or tags divide it. What cannot be hidden without harm is left alone: very short
    /// values and words of the protocol.
    pub fn add_random(&self, secret: &str) {
        self.learn_as(secret, Kind::Random);
    }

    /// Hides a secret that a human chose from now on: whole, and in values alone, because a part of it may be a word.
    pub fn add_chosen(&self, secret: &str) {
        self.learn_as(secret, Kind::Chosen);
    }

    fn learn_as(&self, secret: &str, kind: Kind) {
        let mut known = self.known();
        if is_hideable(secret) && !known.lasting.iter().any(|(value, _)| value == secret) {
            known.lasting.push((secret.to_owned(), kind));
            known.finder = OnceLock::new();
        }
    }

    /// Hides a short-lived secret, such as a login token, until a few newer ones have replaced it.
    pub fn add_short_lived(&self, secret: &str) {
        let mut known = self.known();
        if is_hideable(secret) && !known.passing.iter().any(|value| value == secret) {
            known.passing.push_back(secret.to_owned());
            if known.passing.len() > MOST_PASSING {
                known.passing.pop_front();
            }
            known.finder = OnceLock::new();
        }
    }

    fn known(&self) -> std::sync::RwLockWriteGuard<'_, Known> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text without secrets.
    pub fn text(&self, text: String) -> String {
        let replaced = self
            .finder()
            .filter(|finder| finder.may_match(&text))
            .and_then(|finder| finder.replace(&text, JsonPart::Value, HIDDEN));
        replaced.unwrap_or(text)
    }

    /// The JSON line without secrets. Only values and foreign names are changed, so the line stays what it is.
    pub fn json_line(&self, line: Vec<u8>) -> Vec<u8> {
        let Some(finder) = self.finder() else {
            return line;
        };
        // Bytes that are no text are no JSON either.
        if std::str::from_utf8(&line).is_ok_and(|line| !finder.may_match(line)) {
            return line;
        }
        match serde_json::from_slice::<Value>(&line) {
            Ok(mut message) => {
                let own = CALLERS_OWN.map(|place| (place, message.pointer(place).cloned()));
                hide(&finder, &mut message);
                // They are restored unchanged, or the caller could not match the response and would wait for ever.
                for (place, value) in own {
                    if let (Some(hidden), Some(value)) = (message.pointer_mut(place), value) {
                        *hidden = value;
                    }
                }
                serde_json::to_vec(&message).unwrap_or_default()
            }
            // A line that is not JSON has no business here; losing it is better than leaking it.
            Err(_) => Vec::new(),
        }
    }

    fn finder(&self) -> Option<Arc<Finder>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.finder.get_or_init(|| known.prepared()).clone()
    }
}

impl Known {
    fn prepared(&self) -> Option<Arc<Finder>> {
        let lasting = self
            .lasting
            .iter()
            .map(|(secret, kind)| (secret.as_str(), *kind));
        let passing = self
            .passing
            .iter()
            .map(|secret| (secret.as_str(), Kind::Random));
        let all: Vec<_> = lasting.chain(passing).collect();
        Finder::new(&all).map(Arc::new)
    }
}

/// Whether a secret can be hidden without harm to other texts.
fn is_hideable(secret: &str) -> bool {
    secret.len() >= SHORTEST && !is_protocol_word(secret)
}

fn hide(finder: &Finder, value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(hidden) = finder.replace(text, JsonPart::Value, HIDDEN) {
                *text = hidden;
            }
        }
        Value::Number(number) => {
            // A part of a number is another number.
            let hidden = finder.replace(&number.to_string(), JsonPart::Value, HIDDEN);
            if hidden.is_some_and(|hidden| hidden == HIDDEN) {
                *value = HIDDEN.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(finder, item)),
        Value::Object(entries) => {
            entries
                .iter_mut()
                .for_each(|(_, entry)| hide(finder, entry));
            // A secret can also come as the name of a field.
            let named: Vec<(String, String)> = entries
                .keys()
                .filter_map(|key| {
                    let hidden = finder.replace(key, JsonPart::Name, HIDDEN)?;
                    Some((key.clone(), hidden))
                })
                .collect();
            for (key, hidden) in named {
                if let Some(entry) = entries.remove(&key) {
                    entries.insert(hidden, entry);
                }
            }
        }
        _ => {}
    }
}
