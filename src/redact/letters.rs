//! The letters and digits of a text, without what a page, a terminal or a person may put between them.

use std::ops::Range;

/// What is done with the names in `<…>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tags {
    /// They are read as any other text: what looks like a tag may be a secret in angle brackets.
    Read,
    /// They are left out: a page may emphasize a part of a secret.
    Skipped,
}

/// The longest tag that is left out, in bytes.
const LONGEST_TAG: usize = 128;
/// The longest character reference of HTML, such as `&quot;`, in bytes.
const LONGEST_REFERENCE: usize = 10;

/// Goes through a text and gives each ASCII letter or digit, in lower case, with its place in the text. Everything else is
/// left out: white space, punctuation, escaped white space, characters of no width. What a percent sign, a character
/// reference of HTML or an escape of JSON stands for is given in its place.
pub(super) struct Letters<'a> {
    text: &'a [u8],
    at: usize,
    tags: Tags,
}

impl<'a> Letters<'a> {
    pub(super) fn of(text: &'a str, tags: Tags) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            tags,
        }
    }

    /// What is written in `rest` in more than one byte: the length, and the character that it stands for, if any.
    fn written(&self, rest: &[u8]) -> Option<(usize, Option<u8>)> {
        match rest {
            [b'%', digits @ ..] => Some((3, number(digits.get(..2)?, 16)?)),
            [b'&', ..] => reference(rest),
            [b'\\', ..] => escape(rest),
            [b'<', b'/' | b'!' | b'a'..=b'z' | b'A'..=b'Z', ..] if self.tags == Tags::Skipped => {
                let inside = rest.get(1..LONGEST_TAG.min(rest.len()))?;
                let end = inside.iter().position(|byte| b"<>".contains(byte))?;
                (inside.get(end) == Some(&b'>')).then_some((end + 2, None))
            }
            _ => None,
        }
    }
}

impl Iterator for Letters<'_> {
    type Item = (u8, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let start = self.at;
            let rest = self.text.get(start..)?;
            let first = *rest.first()?;
            let (length, letter) = match first {
                b'%' | b'&' | b'\\' | b'<' => self.written(rest).unwrap_or((1, None)),
                _ => (1, Some(first)),
            };
            self.at += length;
            if let Some(letter) = letter.filter(u8::is_ascii_alphanumeric) {
                return Some((letter.to_ascii_lowercase(), start..self.at));
            }
        }
    }
}

/// What a byte is for a first look: nothing, the beginning of something written in several bytes, or a letter or digit in
/// lower case.
const CLASSES: [u8; 256] = classes();
const NOTHING: u8 = 0;
const WRITTEN: u8 = 1;

const fn classes() -> [u8; 256] {
    let mut classes = [NOTHING; 256];
    let mut rest: &mut [u8] = &mut classes;
    let mut byte: u8 = 0;
    while let Some((class, others)) = rest.split_first_mut() {
        *class = match byte {
            b'%' | b'&' | b'\\' | b'<' => WRITTEN,
            _ if byte.is_ascii_alphanumeric() => byte.to_ascii_lowercase(),
            _ => NOTHING,
        };
        rest = others;
        byte = byte.wrapping_add(1);
    }
    classes
}

/// The same letters and digits without their places, those within tags behind all others. Every line that leaves passes here,
/// so that this does little for each byte and has no branch for most.
pub(super) fn all(text: &str) -> Vec<u8> {
    let mut reader = Letters::of(text, Tags::Skipped);
    let mut letters = vec![0; text.len()];
    let mut count = 0;
    let mut tags = Vec::new();
    while let Some(rest) = reader.text.get(reader.at..).filter(|rest| !rest.is_empty()) {
        for byte in rest {
            let class = CLASSES.get(usize::from(*byte)).copied().unwrap_or_default();
            if class == WRITTEN {
                break;
            }
            if let Some(next) = letters.get_mut(count) {
                *next = class;
            }
            // What is nothing is written over by what comes next.
            count += usize::from(class > WRITTEN);
            reader.at += 1;
        }
        let Some(rest) = reader.text.get(reader.at..).filter(|rest| !rest.is_empty()) else {
            break;
        };
        let (length, letter) = reader.written(rest).unwrap_or((1, None));
        let letter = letter.filter(u8::is_ascii_alphanumeric);
        if let (Some(letter), Some(next)) = (letter, letters.get_mut(count)) {
            *next = letter.to_ascii_lowercase();
            count += 1;
        }
        if rest.starts_with(b"<") && length > 1 {
            // A secret in angle brackets looks like a tag.
            let inside = text
                .get(reader.at + 1..reader.at + length)
                .unwrap_or_default();
            tags.push(0);
            tags.extend(Letters::of(inside, Tags::Read).map(|(letter, _)| letter));
        }
        reader.at += length;
    }
    letters.truncate(count);
    letters.append(&mut tags);
    letters
}

/// A character reference of HTML. Those with a name stand for no letter and no digit.
fn reference(rest: &[u8]) -> Option<(usize, Option<u8>)> {
    let most = rest.get(1..LONGEST_REFERENCE.min(rest.len()))?;
    let name = most.get(..most.iter().position(|byte| *byte == b';')?)?;
    let letter = match name {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ if name.iter().all(u8::is_ascii_alphanumeric) => None,
        _ => return None,
    };
    Some((name.len() + 2, letter))
}

/// An escape of JSON, itself escaped any number of times.
fn escape(rest: &[u8]) -> Option<(usize, Option<u8>)> {
    let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
    match rest.get(slashes..)? {
        [b'n' | b't' | b'r' | b'b' | b'f', ..] => Some((slashes + 1, None)),
        [b'u', digits @ ..] => Some((slashes + 5, number(digits.get(..4)?, 16)?)),
        [b'x', digits @ ..] => Some((slashes + 3, number(digits.get(..2)?, 16)?)),
        _ => None,
    }
}

/// The ASCII character of a number in digits, if it has one; none at all when they are no number.
fn number(digits: &[u8], base: u32) -> Option<Option<u8>> {
    let digits = std::str::from_utf8(digits).ok()?;
    // A sign would be taken for a part of the number.
    let number = (!digits.starts_with('+')).then(|| u32::from_str_radix(digits, base).ok())??;
    Some(u8::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Letters, Tags, all};

    proptest! {
        /// The first look must not miss what the second would find.
        #[test]
        fn the_first_look_sees_what_the_second_does(text in "[ab1%4<>/&#;\\\\nux0é -]{0,60}") {
            let all = all(&text);
            let first = all.split(|letter| *letter == 0).next().unwrap_or_default();
            prop_assert_eq!(String::from_utf8_lossy(first), letters(&text, Tags::Skipped));
            if !text.contains('<') {
                prop_assert_eq!(String::from_utf8_lossy(&all), letters(&text, Tags::Read));
            }
        }
    }

    fn letters(text: &str, tags: Tags) -> String {
        Letters::of(text, tags)
            .map(|(letter, place)| {
                assert!(text.get(place).is_some(), "{text}");
                char::from(letter)
            })
            .collect()
    }

    #[test]
    fn only_letters_and_digits_are_left_however_they_are_written() {
        for (text, expected) in [
            ("Ab-1 2\n3", "ab123"),
            ("a%41%2f%zz%", "aazz"),
            ("a&#45;b&amp;c&#x63;&nope", "abccnope"),
            ("a\\nb\\\\tc\\u0064\\x65\\u20ac", "abcde"),
            ("a\u{200b}b\u{e4}c<b>d", "abcbd"),
            ("\\", ""),
            ("&#;&;&#x;", "x"),
            ("a&b c;d", "abcd"),
        ] {
            assert_eq!(letters(text, Tags::Read), expected, "{text}");
        }
    }

    #[test]
    fn tags_are_left_out_where_they_are_to_be() {
        for (text, expected) in [
            ("a<b>c</b><br/>d", "acd"),
            ("a < b > c", "abc"),
            ("a<b", "ab"),
            ("a<b<i>c", "abc"),
        ] {
            assert_eq!(letters(text, Tags::Skipped), expected, "{text}");
        }
    }
}
