//! JSON in the one form that is signed: keys sorted by code point, no spaces, numbers as the sender writes them.
//!
//! A number parsed as a double would lose digits, so the raw text of each value in the body is used.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Deeper bodies are refused: a value is scanned once for every level around it, and anybody can send a body.
const DEEPEST: usize = 32;

/// The members of an object. If a key occurs twice, the last one counts.
type Members<'body> = BTreeMap<String, &'body RawValue>;

/// The canonical form of a JSON text; `None` when it is none.
pub(super) fn canonical(body: &str) -> Option<String> {
    let mut text = String::with_capacity(body.len());
    write(read(body)?, 0, &mut text)?;
    Some(text)
}

/// The same with nothing but ASCII characters. Outside of texts, where they can be escaped, there are no others.
pub(super) fn ascii(canonical: &str) -> String {
    let mut text = String::with_capacity(canonical.len());
    for character in canonical.chars() {
        if character <= '~' {
            text.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

/// These members of an object as plain texts; one that is absent, `null` or no scalar is empty.
pub(super) fn members<const N: usize>(body: &str, keys: [&str; N]) -> [String; N] {
    let members: Members<'_> = read(body).unwrap_or_default();
    keys.map(|key| {
        let value = members.get(key).map_or("null", |value| value.get());
        match value.as_bytes() {
            [b'"', ..] => read(value).unwrap_or_default(),
            [b'{' | b'[', ..] | b"null" => String::new(),
            _ => literal(value).unwrap_or_default(),
        }
    })
}

fn read<'body, T: Deserialize<'body>>(text: &'body str) -> Option<T> {
    serde_json::from_str(text).ok()
}

fn write(value: &RawValue, depth: usize, text: &mut String) -> Option<()> {
    if depth > DEEPEST {
        return None;
    }
    match value.get().as_bytes() {
        [b'{', ..] => {
            text.push('{');
            let members: Members<'_> = read(value.get())?;
            for (position, (name, member)) in members.into_iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                text.push_str(&serde_json::to_string(&name).ok()?);
                text.push(':');
                write(member, depth + 1, text)?;
            }
            text.push('}');
        }
        [b'[', ..] => {
            text.push('[');
            let items: Vec<&RawValue> = read(value.get())?;
            for (position, item) in items.into_iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                write(item, depth + 1, text)?;
            }
            text.push(']');
        }
        [b'"', ..] => {
            let content: String = read(value.get())?;
            text.push_str(&serde_json::to_string(&content).ok()?);
        }
        _ => text.push_str(&literal(value.get())?),
    }
    Some(())
}

/// `true`, `false`, `null`, or a number as the sender writes it: floats without a fraction become integers, other floats have
/// the shortest digits.
fn literal(text: &str) -> Option<String> {
    let is_integer = !text.contains(['.', 'e', 'E']);
    if matches!(text, "true" | "false" | "null") || is_integer {
        return Some(if text == "-0" { "0" } else { text }.to_owned());
    }
    let number: f64 = text.parse().ok()?;
    if !number.is_finite() {
        return None;
    }
    if number.fract() == 0.0 {
        let whole = format!("{number:.0}");
        return Some(if whole == "-0" { "0".to_owned() } else { whole });
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    // The sender switches to an exponent of at least two digits below 0.0001.
    Some(if exponent < -4 {
        format!("{digits}e-{:02}", exponent.unsigned_abs())
    } else {
        number.to_string()
    })
}
