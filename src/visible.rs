//! Characters that are invisible to people but still take effect in terminals, editors and models.

use std::{borrow::Cow, fmt::Write as _};

use crate::didit::visible::is_invisible;

/// Whether a reader sees a character, or the space that it leaves.
pub fn is_visible(character: char) -> bool {
    !character.is_control() && !is_invisible(character)
}

/// The text with every invisible character but line feeds written as JSON writes it, such as `\u202e`. In a JSON document
/// those can stand in strings alone, so the document says the same as before; in a line for people they show. Every line of
/// the log and every document of a command passes here last.
pub fn escaped(text: &str) -> Cow<'_, str> {
    let is_plain = |character: char| character == '\n' || is_visible(character);
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_plain(character) {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a text cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    Cow::Owned(escaped)
}

/// One line of the log or of a stream: the same, without line feeds within it.
pub fn escaped_line(text: &str) -> String {
    escaped(text.trim_end_matches('\n')).replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::{escaped, escaped_line};

    #[test]
    fn what_is_invisible_shows_and_means_the_same_in_json() {
        for text in [
            "a\u{9b}31mb",
            "\u{202e}gpj.exe",
            "tag \u{e0041}\u{e007f}",
            "\u{7f}\u{ad}\u{2028}",
            "plain \u{e9} \u{1f512}",
        ] {
            let document = serde_json::to_string_pretty(&serde_json::json!({ "a": text })).unwrap();
            let shown = escaped(&document);
            assert!(
                shown
                    .chars()
                    .all(|letter| letter == '\n' || super::is_visible(letter)),
                "{shown}"
            );
            let read: serde_json::Value = serde_json::from_str(&shown).unwrap();
            assert_eq!(read["a"], text);
        }
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(escaped_line("one\ntwo\r\n"), "one\\ntwo\\u000d");
        assert_eq!(escaped_line("one\n"), "one");
    }
}
