//! What Didit signs of a webhook, and how: <https://docs.didit.me/integration/webhooks>.
//!
//! The typed client has code of its own that checks signatures, so that the two prove each other.

use std::io;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize as _;
use serde_json::{
    Serializer, Value,
    ser::{CompactFormatter, Formatter},
};
use sha2::Sha256;

/// A body with sorted keys, no spaces, and whole numbers without a fraction: what the second signature is about.
pub fn canonical(payload: &Value) -> String {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, WholeNumbers);
    // A value in memory can always be written.
    drop(payload.serialize(&mut serializer));
    String::from_utf8(text).unwrap_or_default()
}

/// A body as it is on the wire: all letters but those of ASCII, which can only stand within texts, are escaped.
pub fn on_the_wire(canonical: &str) -> String {
    let mut text = String::with_capacity(canonical.len());
    for letter in canonical.chars() {
        if letter.is_ascii() && letter != '\u{7f}' {
            text.push(letter);
            continue;
        }
        let units = letter.encode_utf16(&mut [0; 2]).to_vec();
        text.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
    }
    text
}

/// The four values that the third signature is about.
pub fn simple(payload: &Value) -> String {
    let text = |key: &str| match payload.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(value) if value.is_number() || value.is_boolean() => value.to_string(),
        _ => String::new(),
    };
    let parts = ["timestamp", "session_id", "status", "webhook_type"];
    parts.map(text).join(":")
}

/// HMAC-SHA256 under the destination's secret, in lower-case hex.
pub fn of(secret: &str, text: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(text.as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct WholeNumbers;

impl Formatter for WholeNumbers {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        if value.fract() == 0.0 {
            write!(writer, "{value:.0}")
        } else {
            CompactFormatter.write_f64(writer, value)
        }
    }
}
