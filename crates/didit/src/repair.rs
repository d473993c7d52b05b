//! Repairs bodies that are nearly JSON: some servers write NaN, lone surrogates or raw control characters.
//!
//! One malformed number must not hide a whole decision. A body is repaired only after it failed to parse, so others
//! cost nothing.

/// Oddities that are told of one body, at most.
const MOST_ODDITIES: usize = 20;
/// The longest name of a field that an oddity quotes, in bytes.
const LONGEST_NAME: usize = 64;

/// A body as it is read, and what was odd about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repaired {
    /// The text, which may still not be JSON.
    pub(crate) text: String,
    /// Sentences without any value of the body, such as "`score` is NaN, which is no number; it counts as absent."
    pub(crate) oddities: Vec<String>,
}

/// The text without what files and buffers leave at its ends: a byte-order mark, NUL characters, blanks.
pub(crate) fn bare(text: &str) -> &str {
    text.trim_matches(|end: char| end.is_whitespace() || matches!(end, '\u{feff}' | '\0'))
}

/// Replaces what JSON does not allow: NaN and oversized numbers by `null`, lone surrogates by U+FFFD, line breaks and other
/// control characters within strings by their escapes. `None` if there was nothing to replace.
pub(crate) fn repaired(body: &str) -> Option<Repaired> {
    let text = bare(body);
    // A web page or plain text is not a response, whatever it contains.
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut repair = Repair {
        rest: text,
        text: String::with_capacity(text.len()),
        name: None,
        oddities: Vec::new(),
    };
    if body.starts_with('\u{feff}') {
        repair.note("The answer begins with a byte-order mark.".to_owned());
    }
    if body.trim_end().ends_with('\0') {
        repair.note("The answer ends with NUL characters.".to_owned());
    }
    repair.run();
    let Repair {
        text: mended,
        oddities,
        ..
    } = repair;
    (mended != body).then_some(Repaired {
        text: mended,
        oddities,
    })
}

struct Repair<'body> {
    rest: &'body str,
    text: String,
    /// The last string read, which is the key of the next value if a colon follows.
    name: Option<&'body str>,
    oddities: Vec<String>,
}

impl<'body> Repair<'body> {
    fn run(&mut self) {
        while let Some(next) = self.rest.chars().next() {
            match next {
                '"' => self.string(),
                '-' | '+' | '0'..='9' | 'A'..='Z' | 'a'..='z' => self.word(),
                _ => {
                    if matches!(next, '{' | '}' | ']' | ',') {
                        self.name = None;
                    }
                    self.keep(next.len_utf8());
                }
            }
        }
    }

    /// Takes the next bytes as they are.
    fn keep(&mut self, length: usize) {
        let (kept, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        self.text.push_str(kept);
        self.rest = rest;
    }

    /// A number, `true`, `false`, `null`, or a word that stands for a number that JSON does not have.
    fn word(&mut self) {
        let end = self
            .rest
            .find(|letter: char| !(letter.is_ascii_alphanumeric() || "+-.".contains(letter)))
            .unwrap_or(self.rest.len());
        let word = self.rest.get(..end).unwrap_or_default();
        let bare = word.trim_start_matches(['+', '-']);
        let said = match bare.to_ascii_lowercase().as_str() {
            "nan" => "NaN, which is no number",
            "infinity" | "inf" => "infinite",
            _ if bare.starts_with(|first: char| first.is_ascii_digit())
                && bare.parse::<f64>().is_ok_and(f64::is_infinite) =>
            {
                "a number too large to be read"
            }
            _ => {
                self.keep(end);
                return;
            }
        };
        let name = self.named();
        self.note(format!("{name} is {said}; it counts as absent."));
        self.text.push_str("null");
        self.rest = self.rest.get(end..).unwrap_or_default();
    }

    fn string(&mut self) {
        let before = self.named();
        let whole = self.rest;
        let (mut halves, mut controls) = (false, false);
        self.keep(1);
        while let Some(next) = self.rest.chars().next() {
            match next {
                '"' => {
                    self.keep(1);
                    break;
                }
                '\\' => match unit(self.rest) {
                    Some(0xd800..=0xdbff)
                        if matches!(self.rest.get(6..).and_then(unit), Some(0xdc00..=0xdfff)) =>
                    {
                        self.keep(12);
                    }
                    Some(0xd800..=0xdfff) => {
                        halves = true;
                        self.text.push_str("\\ufffd");
                        self.rest = self.rest.get(6..).unwrap_or_default();
                    }
                    _ => {
                        let escaped = self.rest.chars().nth(1).map_or(0, char::len_utf8);
                        self.keep(1 + escaped);
                    }
                },
                '\0'..='\u{1f}' => {
                    controls = true;
                    self.text.push_str(&format!("\\u{:04x}", u32::from(next)));
                    self.rest = self.rest.get(1..).unwrap_or_default();
                }
                _ => {
                    let plain = self
                        .rest
                        .find(|letter: char| matches!(letter, '"' | '\\' | '\0'..='\u{1f}'))
                        .unwrap_or(self.rest.len());
                    self.keep(plain);
                }
            }
        }
        if halves {
            self.note(format!(
                "{before} holds half a character, which stands as U+FFFD."
            ));
        }
        if controls {
            self.note(format!("{before} holds a bare control character."));
        }
        let length = whole.len() - self.rest.len();
        self.name = whole.get(1..length.saturating_sub(1));
    }

    /// The field that the next value belongs to, where its name can be told.
    fn named(&self) -> String {
        let plain = |name: &&str| {
            !name.is_empty()
                && name.len() <= LONGEST_NAME
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        match self.name.filter(plain) {
            Some(name) => format!("`{name}`"),
            None => "A value".to_owned(),
        }
    }

    fn note(&mut self, oddity: String) {
        if self.oddities.len() < MOST_ODDITIES && !self.oddities.contains(&oddity) {
            self.oddities.push(oddity);
        }
    }
}

/// The code unit that a text begins with as `\uXXXX`.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16)
        .ok()
        .filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::repaired;

    fn read(body: &str) -> (Value, Vec<String>) {
        assert!(serde_json::from_str::<Value>(body).is_err(), "{body}");
        let repaired = repaired(body).unwrap();
        (
            serde_json::from_str(&repaired.text).unwrap(),
            repaired.oddities,
        )
    }

    #[test]
    fn odd_numbers_are_absent() {
        let (value, oddities) = read(
            r#"{"score": NaN, "list":[Infinity,-Infinity, 1e999, -1E+400,7,-0.5], "a b":nan, "name": "NaN, Infinity 1e999", "ok":true}"#,
        );
        let expected = json!({"score": null, "list": [null, null, null, null, 7, -0.5], "a b": null, "name": "NaN, Infinity 1e999", "ok": true});
        assert_eq!(value, expected);
        assert_eq!(
            oddities,
            [
                "`score` is NaN, which is no number; it counts as absent.",
                "`list` is infinite; it counts as absent.",
                "A value is infinite; it counts as absent.",
                "A value is a number too large to be read; it counts as absent.",
                "A value is NaN, which is no number; it counts as absent.",
            ]
        );
    }

    #[test]
    fn half_characters_are_replaced_and_whole_ones_stay() {
        let (value, oddities) = read(
            r#"{"full_name":"Ana \ud83d","x":["\ude00\ud83d\ude00","\ud83d\ud83d\ude00","\\ud83d \"\ud83d"]}"#,
        );
        let expected = json!({"full_name": "Ana \u{fffd}", "x": ["\u{fffd}😀", "\u{fffd}😀", "\\ud83d \"\u{fffd}"]});
        assert_eq!(value, expected);
        assert_eq!(
            oddities[0],
            "`full_name` holds half a character, which stands as U+FFFD."
        );
    }

    #[test]
    fn what_stands_around_a_body_is_dropped() {
        for body in [
            "\u{feff}{\"a\":1}",
            "{\"a\":1}\0\0",
            "{\"a\":1}\n\0\n",
            "\u{feff} {\"a\":1}\u{a0}",
        ] {
            assert_eq!(read(body).0, json!({"a": 1}), "{body:?}");
        }
        assert_eq!(
            read("{\"a\":\"one\ntwo\t\u{1b}\"}").0,
            json!({"a": "one\ntwo\t\u{1b}"})
        );
    }

    #[test]
    fn what_is_broken_in_another_way_is_left() {
        for body in [
            "",
            "{",
            "{\"a\":}",
            "<html>",
            "{\"a\":1,}",
            "{\"a\":maybe}",
            "\"\\ud8",
            "{\"a\":\"\\",
        ] {
            assert_eq!(repaired(body), None, "{body}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        /// Nothing of a right body is taken for odd.
        #[test]
        fn right_bodies_stay_as_they_are(value in any_json()) {
            prop_assert_eq!(repaired(&value.to_string()), None);
        }

        #[test]
        fn no_body_breaks_it_and_what_was_mended_stays_mended(body in any::<String>(), odd in "[\\[\\]{}:,\"a\\\\ud8cNaNInf1e9 \n\0-]{0,40}") {
            for body in [body, odd] {
                if let Some(first) = repaired(&body) {
                    prop_assert_eq!(repaired(&first.text), None, "{:?}", body);
                }
            }
        }
    }
}
