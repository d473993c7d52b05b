//! What Didit signs of a webhook, and how: <https://docs.didit.me/integration/webhooks>.
//!
//! The typed client has code of its own that checks signatures, so that the two prove each other.

use std::io;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize as _;
use serde_json::{
    Serializer, Value,
    ser::{CharEscape, CompactFormatter, Formatter},
};
use sha2::Sha256;

/// Which letters stand as they are in a written body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// ASCII; all others are escaped, as on the wire.
    Ascii,
    /// All, as in the second signature.
    All,
}

/// A body with sorted keys, no spaces, and whole numbers without a fraction.
pub fn written(payload: &Value, letters: Letters) -> String {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, Body(letters));
    // A value in memory can always be written.
    drop(payload.serialize(&mut serializer));
    String::from_utf8(text).unwrap_or_default()
}

/// The four values that the third signature is about.
pub fn simple(payload: &Value) -> String {
    let text = |key: &str| match payload.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(value) if value.is_number() || value.is_boolean() => value.to_string(),
        _ => String::new(),
    };
    ["timestamp", "session_id", "status", "webhook_type"]
        .map(text)
        .join(":")
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

struct Body(Letters);

impl Formatter for Body {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        if value.fract() == 0.0 {
            write!(writer, "{value:.0}")
        } else {
            CompactFormatter.write_f64(writer, value)
        }
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if self.0 == Letters::All {
            return writer.write_all(fragment.as_bytes());
        }
        for letter in fragment.chars() {
            if letter.is_ascii() && letter != '\u{7f}' {
                write!(writer, "{letter}")?;
                continue;
            }
            for unit in letter.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        CompactFormatter.write_char_escape(writer, escape)
    }
}
