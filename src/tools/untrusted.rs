//! Text that a person, a document or a reviewer wrote, and whatever else Didit answers in words.

use crate::visible::is_visible;

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

/// The same for a link, which is useless when it is cut as early as other values.
pub fn clean_link(value: &str) -> String {
    shortened(one_line(value), MAX_LINK_CHARACTERS)
}

/// The same for a sentence of an error, which may quote a value among words of its own.
pub fn clean_sentence(value: &str) -> String {
    shortened(one_line(value), MAX_SENTENCE_CHARACTERS)
}

/// Removes invisible characters from a text of several lines, and nothing else.
pub fn visible(text: &str) -> String {
    if text.bytes().all(|byte| byte == b'\n' || is_plain(byte)) {
        return text.to_owned();
    }
    text.chars()
        .filter(|character| *character == '\n' || is_visible(*character))
        .collect()
}

/// Removes invisible characters and line breaks, whatever the length.
pub fn one_line(value: &str) -> String {
    if value.bytes().all(is_plain) {
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
    value.bytes().all(is_plain) && !value.starts_with(' ') && !value.ends_with(' ')
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
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Hides all but the last four characters of a number.
pub(super) fn masked(number: &str) -> String {
    let characters: Vec<char> = clean(number).chars().collect();
    let shown = if characters.len() > 6 { 4 } else { 0 };
    let hidden = characters.len() - shown;
    std::iter::repeat_n('*', hidden)
        .chain(characters.into_iter().skip(hidden))
        .collect()
}

/// Enough to recognise one's own address, not enough to write to it.
pub(super) fn masked_email(address: &str) -> String {
    let address = clean(address);
    match address.split_once('@') {
        Some((name, domain)) => {
            format!("{}***@{domain}", name.chars().take(1).collect::<String>(),)
        }
        None => masked(&address),
    }
}
