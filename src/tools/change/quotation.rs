//! Quoting what others wrote so that it cannot pass for our own words.

use crate::visible::is_visible;

/// Quotes a value in one reversible way: whatever looks like a quotation mark, begins markup, or cannot be seen stands as
/// `\u{…}`, and a backslash is doubled. Clients that render markup show the same characters as those that do not.
pub fn quoted(value: &str) -> String {
    let mut quotation = String::with_capacity(value.len() + 2);
    quotation.push('"');
    for character in value.chars() {
        match character {
            '\\' => quotation.push_str("\\\\"),
            plain if needs_no_escape(plain) => quotation.push(plain),
            other => quotation.push_str(&format!("\\u{{{:x}}}", u32::from(other))),
        }
    }
    quotation.push('"');
    quotation
}

fn needs_no_escape(character: char) -> bool {
    character == ' '
        || (!character.is_whitespace()
            && is_visible(character)
            && !is_quotation_mark(character)
            && !begins_markup(character))
}

fn is_quotation_mark(character: char) -> bool {
    matches!(
        character,
        '"' | '\u{ab}' | '\u{bb}' | '\u{2ba}' | '\u{2dd}' | '\u{2ee}' | '\u{5f4}'
            | '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{2036}' | '\u{275d}' | '\u{275e}'
            | '\u{301d}'..='\u{301f}' | '\u{ff02}'
    )
}

fn begins_markup(character: char) -> bool {
    matches!(character, '<' | '>' | '[' | ']' | '`' | '*' | '~')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use proptest::prelude::*;

    use super::quoted;

    const FORBIDDEN: [char; 20] = [
        '\n',
        '\r',
        '\t',
        '<',
        '>',
        '[',
        ']',
        '`',
        '*',
        '~',
        '\u{ab}',
        '\u{bb}',
        '\u{201c}',
        '\u{201d}',
        '\u{2033}',
        '\u{ff02}',
        '\u{200b}',
        '\u{202e}',
        '\u{2028}',
        '\u{e0041}',
    ];

    /// The opposite of `quoted`, written from its description.
    fn unquoted(quotation: &str) -> String {
        let inner = quotation
            .strip_prefix('"')
            .unwrap()
            .strip_suffix('"')
            .unwrap();
        let mut text = String::new();
        let mut rest = inner;
        while let Some((before, escape)) = rest.split_once('\\') {
            text.push_str(before);
            if let Some(after) = escape.strip_prefix('\\') {
                text.push('\\');
                rest = after;
            } else {
                let (digits, after) = escape.strip_prefix("u{").unwrap().split_once('}').unwrap();
                text.push(char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap());
                rest = after;
            }
        }
        text.push_str(rest);
        text
    }

    proptest! {
        #[test]
        fn a_quotation_can_be_read_back(value in any::<String>()) {
            prop_assert_eq!(unquoted(&quoted(&value)), value);
        }

        #[test]
        fn a_quotation_is_one_line_and_ends_where_it_ends(value in any::<String>()) {
            let quotation = quoted(&value);
            prop_assert_eq!(quotation.matches('"').count(), 2);
            prop_assert!(!quotation.contains(FORBIDDEN), "{quotation}");
        }
    }

    /// Chance seldom makes these characters, so each is tried by itself.
    #[test]
    fn what_ends_a_quotation_begins_markup_or_hides_is_spelled_out() {
        for character in FORBIDDEN {
            let spelled = format!("\"a\\u{{{:x}}}b\"", u32::from(character));
            assert_eq!(quoted(&format!("a{character}b")), spelled);
        }
        assert_eq!(quoted("a\\b"), "\"a\\\\b\"");
    }

    #[test]
    fn ordinary_texts_stay_as_they_are() {
        for value in [
            "Ana Ruiz",
            "José Ñandú",
            "محمد",
            "山田太郎",
            "a_b-c.d@example.org",
            "(50 %)",
        ] {
            assert_eq!(quoted(value), format!("\"{value}\""));
        }
        assert_eq!(
            quoted("Ana\" (verified) **[x](https://evil)**"),
            "\"Ana\\u{22} (verified) \\u{2a}\\u{2a}\\u{5b}x\\u{5d}(https://evil)\\u{2a}\\u{2a}\""
        );
    }
}
