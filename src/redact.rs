//! Hides secrets by value on every way out, in every spelling in which a server is likely to echo them.
//!
//! Types that print nothing keep our own code from leaking; this is for what comes back: an API that
//! quotes the key in an error, a proxy page with the request's headers, a person who typed one into a form.

use std::sync::{Arc, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

/// What stands where a secret was.
const HIDDEN: &str = "[hidden]";
/// Shorter values would hide ordinary words.
const SHORTEST: usize = 8;

/// The secrets known so far. Clones share them, so one learned during a call is hidden from then on.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Known>>);

#[derive(Default)]
struct Known {
    values: Vec<String>,
    finder: Option<AhoCorasick>,
}

impl Redactor {
    /// Hides `secret` from now on. Empty and very short values are left alone.
    pub fn learn(&self, secret: &str) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if secret.len() < SHORTEST || known.values.iter().any(|value| value == secret) {
            return;
        }
        known.values.push(secret.to_owned());
        let spellings: Vec<Vec<u8>> = known
            .values
            .iter()
            .flat_map(|value| spellings(value))
            .flat_map(|spelling| with_beginnings(&spelling))
            .collect();
        // The longest match wins, so that an encoded secret does not leave its tail behind.
        known.finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            // Proxies lower-case what they echo, and encoders write hexadecimal digits either way.
            .ascii_case_insensitive(true)
            .build(spellings)
            .ok();
    }

    /// The text without secrets.
    pub fn text(&self, text: String) -> String {
        match self.finder() {
            Some(finder) if finder.is_match(text.as_bytes()) => replace(&finder, &text),
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

    fn finder(&self) -> Option<AhoCorasick> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .finder
            .clone()
    }
}

fn hide(finder: &AhoCorasick, value: &mut Value) {
    match value {
        Value::String(text) if finder.is_match(text.as_bytes()) => {
            *text = replace(finder, text);
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
                    entries.insert(replace(finder, &key), entry);
                }
            }
        }
        _ => {}
    }
}

fn replace(finder: &AhoCorasick, text: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    finder.replace_all_with(text, &mut replaced, |_, _, replaced| {
        replaced.push_str(HIDDEN);
        true
    });
    replaced
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
    all.push(secret.bytes().map(|byte| format!("%{byte:02X}")).collect());
    all.push(secret.bytes().map(|byte| format!("%{byte:02x}")).collect());
    let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    all.push(hexadecimal.to_uppercase());
    all.push(hexadecimal);
    all.sort();
    all.dedup();
    all.retain(|spelling| spelling.len() >= SHORTEST);
    all
}

/// A spelling and its longer beginnings: a text that was cut for its length may end within a secret.
fn with_beginnings(spelling: &str) -> Vec<Vec<u8>> {
    let shortest = SHORTEST.max(spelling.len().div_ceil(2));
    (shortest..=spelling.len())
        .filter_map(|end| spelling.get(..end))
        .map(|beginning| beginning.as_bytes().to_vec())
        .collect()
}

fn percent_encoded(secret: &str, lower_case: bool) -> String {
    secret
        .bytes()
        .map(|byte| {
            match (
                byte.is_ascii_alphanumeric() || b"-._~".contains(&byte),
                lower_case,
            ) {
                (true, _) => char::from(byte).to_string(),
                (false, false) => format!("%{byte:02X}"),
                (false, true) => format!("%{byte:02x}"),
            }
        })
        .collect()
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
