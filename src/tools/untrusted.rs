//! Text that a person, a document or a reviewer wrote, and whatever else Didit answers in words.
//!
//! What stands bare among our own words is told in [`super::shape`]. In running text a tool passes every other value through
//! [`mark_untrusted`], and the server puts it behind the fence; in structured results the server does so with every text by itself.

use super::{
    change::quoted,
    shape::{self, is_code},
};
use crate::visible::is_visible;

/// What begins and ends a value within running text until the server fences it. Every text is cleaned of control characters
/// on its way in, so that no value can hold one; and where the two are lost, the value still stands quoted.
pub const MARK_BEGIN: char = '\u{2}';
/// See [`MARK_BEGIN`].
pub const MARK_END: char = '\u{3}';

/// The longest value that is shown.
const MAX_CHARACTERS: usize = 300;
/// The longest sentence of an error.
const MAX_SENTENCE_CHARACTERS: usize = 1_000;
/// The longest link: what browsers and proxies take.
const MAX_LINK_CHARACTERS: usize = 2_048;

/// Removes what a reader cannot see but a model can: control, bidirectional, zero-width and tag
/// characters. Line breaks become spaces, so one value stays one line.
pub fn clean(value: &str) -> String {
    shortened(one_line(value), MAX_CHARACTERS)
}

/// A value written by others, for use in our own text: as it is if its shape leaves no room for a sentence, else marked
/// so that the server fences it.
pub fn mark_untrusted(value: &str) -> String {
    let value = clean(value);
    if shape::is_safe_unfenced(&value) {
        return value;
    }
    marked(&value)
}

/// The same for a code that Didit alone chooses.
pub fn mark_untrusted_code(value: &str) -> String {
    let value = clean(value);
    if is_code(&value) {
        return value;
    }
    marked(&value)
}

/// The same for a link, which is useless when it is cut as early as other values.
pub fn mark_untrusted_link(value: &str) -> String {
    let value = clean_link(value);
    if shape::is_safe_unfenced(&value) {
        return value;
    }
    marked(&value)
}

fn marked(value: &str) -> String {
    format!("{MARK_BEGIN}{}{MARK_END}", quoted(value))
}

/// A value exactly as it was written, without invisible characters: a changed id finds nothing. Joiners between letters
/// stay, because they are letters to those who write them.
pub fn exact(value: &str) -> String {
    if is_one_line(value) {
        return value.to_owned();
    }
    let mut kept = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        let joins = matches!(character, '\u{200c}' | '\u{200d}')
            && before.is_some_and(is_joined)
            && characters.peek().copied().is_some_and(is_joined);
        if character.is_whitespace() {
            kept.push(' ');
        } else if joins || is_visible(character) {
            kept.push(character);
        }
        before = Some(character);
    }
    kept.trim().to_owned()
}

/// A letter, or a mark on one, of the scripts whose letters change shape beside each other.
fn is_joined(character: char) -> bool {
    matches!(character, '\u{620}'..='\u{6ff}' | '\u{710}'..='\u{7ff}' | '\u{840}'..='\u{dff}' | '\u{1000}'..='\u{109f}')
        && is_visible(character)
}

/// The same as [`clean`] for a link, which is useless when it is cut as early as other values.
pub fn clean_link(value: &str) -> String {
    shortened(one_line(value), MAX_LINK_CHARACTERS)
}

/// The same for a sentence of an error, which may quote a value among words of its own.
pub fn clean_sentence(value: &str) -> String {
    shortened(one_line(value), MAX_SENTENCE_CHARACTERS)
}

/// The same as [`clean_sentence`], in which what [`mark_untrusted`] marked stays marked.
pub fn marked_sentence(value: &str) -> String {
    if !value.contains(MARK_BEGIN) {
        return clean_sentence(value);
    }
    let is_mark = |character| matches!(character, MARK_BEGIN | MARK_END);
    let mut line: String = value
        .chars()
        .map(|character| {
            if character.is_whitespace() {
                ' '
            } else {
                character
            }
        })
        .filter(|character| is_mark(*character) || is_visible(*character))
        .collect();
    if let Some((end, _)) = line.char_indices().nth(MAX_SENTENCE_CHARACTERS) {
        line.truncate(end);
        // A mark without its end would set the rest of the answer apart too.
        if line.matches(MARK_BEGIN).count() > line.matches(MARK_END).count() {
            line.truncate(line.rfind(MARK_BEGIN).unwrap_or_default());
        }
        line.push_str(" [cut]");
    }
    line.trim_matches(' ').to_owned()
}

/// Removes invisible characters from a text of several lines, and nothing else.
pub fn strip_invisible(text: &str) -> String {
    if text
        .bytes()
        .all(|byte| byte == b'\n' || is_printable_ascii(byte))
    {
        return text.to_owned();
    }
    text.chars()
        .filter(|character| *character == '\n' || is_visible(*character))
        .collect()
}

/// Removes invisible characters and line breaks, whatever the length.
pub fn one_line(value: &str) -> String {
    if value.bytes().all(is_printable_ascii) {
        return value.trim_matches(' ').to_owned();
    }
    let spaced: String = value
        .chars()
        .map(|character| {
            if character.is_whitespace() {
                ' '
            } else {
                character
            }
        })
        .filter(|character| is_visible(*character))
        .collect();
    spaced.trim().to_owned()
}

/// Whether [`one_line`] would leave a text as it is; some others it would leave as well.
pub fn is_one_line(value: &str) -> bool {
    value.bytes().all(is_printable_ascii) && !value.starts_with(' ') && !value.ends_with(' ')
}

fn shortened(text: String, most: usize) -> String {
    // No text has more characters than bytes.
    if text.len() <= most {
        return text;
    }
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{} [cut]", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// The visible characters of ASCII and the space. Nearly every text has no others, and then nothing is to be removed.
fn is_printable_ascii(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}
