//! The spellings in which a server is likely to repeat a secret.

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode_byte, utf8_percent_encode};
use serde_json::Value;

use crate::tools::quoted;

/// What RFC 3986 does not leave as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A secret as it is, percent-encoded where needed or throughout, JSON-escaped, in base64 at any alignment, and in hexadecimal;
/// each with whether it is encoded so that none of its letters stand as they are.
pub(super) fn spellings(secret: &str) -> Vec<(String, bool)> {
    let mut readable = vec![
        secret.to_owned(),
        utf8_percent_encode(secret, RESERVED).to_string(),
    ];
    readable.push(url::form_urlencoded::byte_serialize(secret.as_bytes()).collect());
    // A value that holds JSON in JSON is escaped once more in the line that carries it.
    let mut escaped = secret.to_owned();
    for _ in 0..3 {
        escaped = json_escaped(&escaped);
        readable.push(escaped.clone());
    }
    // Questions to humans and values behind the fence quote what came, in whichever of these spellings it came.
    for place in 0..readable.len() {
        let quotation = readable.get(place).map(|spelling| quoted(spelling));
        readable.extend(quotation.iter().filter_map(|quotation| {
            let inner = quotation.strip_prefix('"')?.strip_suffix('"')?;
            Some(inner.to_owned())
        }));
    }
    // Some encoders escape every byte, whatever it is.
    let escaped = secret.bytes().map(percent_encode_byte).collect();
    let mut encoded = vec![escaped, hexadecimal(secret)];
    for alignment in 0..3 {
        let core = base64_core(secret, alignment);
        encoded.push(core.replace('+', "-").replace('/', "_"));
        encoded.push(core);
    }
    let readable = readable.into_iter().map(|spelling| (spelling, false));
    let encoded = encoded.into_iter().map(|spelling| (spelling, true));
    let mut all: Vec<_> = readable.chain(encoded).collect();
    all.sort();
    all.dedup();
    all
}

/// The spellings that differ in their letters and digits.
pub(super) fn lettered(secret: &str) -> [String; 5] {
    [
        secret.to_owned(),
        base64_core(secret, 0),
        base64_core(secret, 1),
        base64_core(secret, 2),
        hexadecimal(secret),
    ]
}

fn hexadecimal(secret: &str) -> String {
    base16ct::lower::encode_string(secret.as_bytes())
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
