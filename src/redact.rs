//! Hides secrets by value on every way out, in every spelling in which a server is likely to echo them.
//!
//! Types that print nothing keep our own code from leaking; this is for what comes back: an API that
//! quotes the key in an error, a proxy page with the request's headers, a person who typed one into a form.

mod heads;

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use heads::Heads;

/// What stands where a secret was.
const HIDDEN: &str = "[hidden]";
/// Shorter values would hide ordinary words.
const SHORTEST: usize = 8;
/// Passing secrets that are kept at once.
const MOST_PASSING: usize = 4;

/// So much of a long token tells it apart from every other text.
const LONGEST_HEAD: usize = 64;

/// The secrets known so far. Clones share them, so one learned during a call is hidden from then on.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Known>>);

#[derive(Default)]
struct Known {
    lasting: Vec<String>,
    passing: VecDeque<String>,
    finder: Option<Arc<Finder>>,
}

/// Finds spellings and their longer beginnings. Only the shortest beginning of each is searched for, and what follows is
/// compared on the spot.
struct Finder {
    heads: Heads,
    spellings: Vec<String>,
}

impl Redactor {
    /// Hides `secret` from now on. Empty and very short values are left alone.
    pub fn learn(&self, secret: &str) {
        let mut known = self.known();
        if secret.len() >= SHORTEST && !known.lasting.iter().any(|value| value == secret) {
            known.lasting.push(secret.to_owned());
            known.rebuild();
        }
    }

    /// Hides a secret that soon means nothing, such as the token of one login, until some newer ones have come.
    pub fn learn_passing(&self, secret: &str) {
        let mut known = self.known();
        if secret.len() >= SHORTEST && !known.passing.iter().any(|value| value == secret) {
            known.passing.push_back(secret.to_owned());
            if known.passing.len() > MOST_PASSING {
                known.passing.pop_front();
            }
            known.rebuild();
        }
    }

    fn known(&self) -> std::sync::RwLockWriteGuard<'_, Known> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text without secrets.
    pub fn text(&self, text: String) -> String {
        match self.finder() {
            Some(finder) if finder.is_match(text.as_bytes()) => finder.replace(&text),
            _ => text,
        }
    }

    /// The JSON line without secrets. Only values are changed, so the line stays what it is.
    pub fn json_line(&self, line: Vec<u8>) -> Vec<u8> {
        let Some(finder) = self.finder() else {
            return line;
        };
        if !finder.is_match(&line) {
            return line;
        }
        match serde_json::from_slice::<Value>(&line) {
            Ok(mut message) => {
                let id = message.get("id").cloned();
                hide(&finder, &mut message);
                // The caller's own id comes back as it was, or the caller would wait for ever.
                if let (Value::Object(entries), Some(id)) = (&mut message, id) {
                    entries.insert("id".to_owned(), id);
                }
                serde_json::to_vec(&message).unwrap_or_default()
            }
            // A line that is not JSON has no business here; losing it is better than leaking it.
            Err(_) => Vec::new(),
        }
    }

    fn finder(&self) -> Option<Arc<Finder>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .finder
            .clone()
    }
}

fn hide(finder: &Finder, value: &mut Value) {
    match value {
        Value::String(text) if finder.is_match(text.as_bytes()) => {
            *text = finder.replace(text);
        }
        Value::Number(number) if finder.is_match(number.to_string().as_bytes()) => {
            *value = HIDDEN.into();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(finder, item)),
        Value::Object(entries) => {
            entries
                .iter_mut()
                .for_each(|(_, entry)| hide(finder, entry));
            // A secret can also come as the name of a field.
            let named: Vec<String> = entries
                .keys()
                .filter(|key| finder.is_match(key.as_bytes()))
                .cloned()
                .collect();
            for key in named {
                if let Some(entry) = entries.remove(&key) {
                    entries.insert(finder.replace(&key), entry);
                }
            }
        }
        _ => {}
    }
}

impl Known {
    fn rebuild(&mut self) {
        let all = self.lasting.iter().chain(&self.passing);
        let spellings = all.flat_map(|value| spellings(value)).collect();
        self.finder = Finder::new(spellings).map(Arc::new);
    }
}

impl Finder {
    fn new(spellings: Vec<String>) -> Option<Self> {
        let heads = Heads::new(spellings.iter().map(|spelling| head(spelling)))?;
        Some(Self { heads, spellings })
    }

    fn is_match(&self, text: &[u8]) -> bool {
        self.heads.find(text).is_some()
    }

    fn replace(&self, text: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, found)) = self
            .heads
            .find(rest.as_bytes())
            .and_then(|start| rest.split_at_checked(start))
        {
            replaced.push_str(before);
            replaced.push_str(HIDDEN);
            rest = found.get(self.longest(found)..).unwrap_or_default();
        }
        replaced.push_str(rest);
        replaced
    }

    /// How many bytes at the start of `text` are a spelling or the beginning of one: the longest, so that no tail stays behind.
    fn longest(&self, text: &str) -> usize {
        let common = |spelling: &str| -> usize {
            spelling
                .chars()
                .zip(text.chars())
                .take_while(|(one, other)| one.eq_ignore_ascii_case(other))
                .map(|(_, other)| other.len_utf8())
                .sum()
        };
        let lengths = self.spellings.iter().map(|spelling| common(spelling));
        lengths.max().unwrap_or_default()
    }
}

/// The shortest beginning of a spelling that counts as the secret: a text that was cut for its length may end within one.
fn head(spelling: &str) -> &str {
    let shortest = SHORTEST.max(spelling.len().div_ceil(2)).min(LONGEST_HEAD);
    (shortest..=spelling.len())
        .find_map(|end| spelling.get(..end))
        .unwrap_or(spelling)
}

/// A secret as it is, percent-encoded where needed or throughout, JSON-escaped, in base64 at any alignment, and in hexadecimal.
fn spellings(secret: &str) -> Vec<String> {
    let mut all = vec![secret.to_owned()];
    all.push(percent_encoded(secret, false));
    all.push(percent_encoded(secret, true));
    all.push(url::form_urlencoded::byte_serialize(secret.as_bytes()).collect());
    // A value that holds JSON in JSON is escaped once more in the line that carries it.
    let mut escaped = secret.to_owned();
    for _ in 0..3 {
        escaped = json_escaped(&escaped);
        all.push(escaped.clone());
    }
    for alignment in 0..3 {
        let encoded = base64_core(secret, alignment);
        all.push(encoded.replace('+', "-").replace('/', "_"));
        all.push(encoded);
    }
    // Some encoders escape every byte, whatever it is.
    let mut escaped = String::with_capacity(secret.len() * 3);
    let mut hexadecimal = String::with_capacity(secret.len() * 2);
    for byte in secret.bytes() {
        escaped.push('%');
        escaped.extend(digits(byte));
        hexadecimal.extend(digits(byte));
    }
    for lower_case in [escaped, hexadecimal] {
        all.push(lower_case.to_uppercase());
        all.push(lower_case);
    }
    all.sort();
    all.dedup();
    all.retain(|spelling| spelling.len() >= SHORTEST);
    all
}

fn percent_encoded(secret: &str, lower_case: bool) -> String {
    let mut encoded = String::with_capacity(secret.len());
    for byte in secret.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            let digits = digits(byte);
            encoded.extend(if lower_case {
                digits
            } else {
                digits.map(|digit| digit.to_ascii_uppercase())
            });
        }
    }
    encoded
}

/// The two hexadecimal digits of a byte, in lower case. Formatting every one of them took a tenth of a start.
fn digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 0xf].map(|half| char::from_digit(half.into(), 16).unwrap_or('0'))
}

fn json_escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted
        .strip_prefix('"')
        .and_then(|inner| inner.strip_suffix('"'))
        .unwrap_or(&quoted)
        .to_owned()
}

/// The characters of the base64 text that depend on the secret alone, when `alignment` bytes stand before
/// it in the encoded whole (as in `user:secret`).
fn base64_core(secret: &str, alignment: usize) -> String {
    let mut bytes = vec![0_u8; alignment];
    bytes.extend_from_slice(secret.as_bytes());
    let encoded = STANDARD.encode(&bytes);
    // Six bits a character: those that also hold foreign or padding bits are left out.
    let first = (alignment * 8).div_ceil(6);
    let whole = bytes.len() * 8 / 6;
    encoded.get(first..whole).unwrap_or_default().to_owned()
}
