//! JSON in the one form that is signed.
//!
//! A JSON library of its own would be wrong here: numbers must keep their digits, so they are kept as text and only
//! changed where the signing rule says so.

use std::{collections::BTreeMap, fmt::Write, iter::Peekable, str::Chars};

use serde_json::Value;

/// Deeper bodies are refused instead of exhausting the stack.
const DEEPEST: usize = 128;

/// A JSON value with numbers in their signed form and keys sorted by code point.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Document {
    /// `null`, `true`, `false` and numbers, as they are written.
    Literal(String),
    Text(String),
    List(Vec<Document>),
    Object(BTreeMap<String, Document>),
}

impl Document {
    /// The canonical text; with `ascii` everything else is escaped.
    pub(super) fn write(&self, ascii: bool) -> String {
        let mut text = String::new();
        self.write_to(&mut text, ascii);
        text
    }

    fn write_to(&self, text: &mut String, ascii: bool) {
        match self {
            Self::Literal(literal) => text.push_str(literal),
            Self::Text(content) => write_text(text, content, ascii),
            Self::List(items) => {
                text.push('[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        text.push(',');
                    }
                    item.write_to(text, ascii);
                }
                text.push(']');
            }
            Self::Object(members) => {
                text.push('{');
                for (position, (key, value)) in members.iter().enumerate() {
                    if position > 0 {
                        text.push(',');
                    }
                    write_text(text, key, ascii);
                    text.push(':');
                    value.write_to(text, ascii);
                }
                text.push('}');
            }
        }
    }

    /// A member as plain text; empty when it is absent, null or no scalar.
    pub(super) fn member(&self, key: &str) -> String {
        let Self::Object(members) = self else {
            return String::new();
        };
        match members.get(key) {
            Some(Self::Text(text)) => text.clone(),
            Some(Self::Literal(literal)) if literal != "null" => literal.clone(),
            _ => String::new(),
        }
    }
}

impl From<&Value> for Document {
    fn from(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|(key, value)| (key.clone(), Self::from(value)))
                    .collect(),
            ),
            Value::Number(number) => Self::Literal(signed_number(&number.to_string())),
            Value::Null | Value::Bool(_) => Self::Literal(value.to_string()),
        }
    }
}

fn write_text(text: &mut String, content: &str, ascii: bool) {
    text.push('"');
    for character in content.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            ' '..='~' => text.push(character),
            _ if character < ' ' || ascii => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
            _ => text.push(character),
        }
    }
    text.push('"');
}

/// A number as the sender writes it: floats without a fraction become integers, other floats have the shortest digits.
fn signed_number(text: &str) -> String {
    if !text.contains(['.', 'e', 'E']) {
        return if text == "-0" {
            "0".to_owned()
        } else {
            text.to_owned()
        };
    }
    let Ok(number) = text.parse::<f64>() else {
        return text.to_owned();
    };
    if number.is_finite() && number.fract() == 0.0 {
        let whole = format!("{number:.0}");
        return if whole == "-0" { "0".to_owned() } else { whole };
    }
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return text.to_owned();
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // The sender switches to an exponent of at least two digits below 0.0001.
    if exponent < -4 {
        format!("{digits}e-{:02}", exponent.unsigned_abs())
    } else {
        number.to_string()
    }
}

/// Reads a JSON text; `None` when it is none.
pub(super) fn parse(body: &[u8]) -> Option<Document> {
    let text = std::str::from_utf8(body).ok()?;
    let mut reader = Reader {
        characters: text.chars().peekable(),
    };
    let document = reader.value(0)?;
    reader.skip_spaces();
    reader.characters.next().is_none().then_some(document)
}

struct Reader<'a> {
    characters: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Document> {
        if depth > DEEPEST {
            return None;
        }
        self.skip_spaces();
        match self.characters.peek()? {
            '{' => self.object(depth),
            '[' => self.list(depth),
            '"' => self.text().map(Document::Text),
            _ => self.literal(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Document> {
        self.take('{')?;
        let mut members = BTreeMap::new();
        if self.take('}').is_some() {
            return Some(Document::Object(members));
        }
        loop {
            self.skip_spaces();
            let key = self.text()?;
            self.take(':')?;
            members.insert(key, self.value(depth + 1)?);
            if self.take('}').is_some() {
                return Some(Document::Object(members));
            }
            self.take(',')?;
        }
    }

    fn list(&mut self, depth: usize) -> Option<Document> {
        self.take('[')?;
        let mut items = Vec::new();
        if self.take(']').is_some() {
            return Some(Document::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(']').is_some() {
                return Some(Document::List(items));
            }
            self.take(',')?;
        }
    }

    fn text(&mut self) -> Option<String> {
        self.take('"')?;
        let mut text = String::new();
        loop {
            match self.characters.next()? {
                '"' => return Some(text),
                '\\' => text.push(self.escaped()?),
                character if character < ' ' => return None,
                character => text.push(character),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.characters.next()? {
            '"' => '"',
            '\\' => '\\',
            '/' => '/',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.code_unit()?;
                if !(0xd800..0xdc00).contains(&first) {
                    return char::from_u32(first);
                }
                (self.characters.next()? == '\\' && self.characters.next()? == 'u').then_some(())?;
                let second = self
                    .code_unit()?
                    .checked_sub(0xdc00)
                    .filter(|low| *low < 0x400)?;
                char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + second)?
            }
            _ => return None,
        })
    }

    fn code_unit(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit * 16 + self.characters.next()?.to_digit(16)?;
        }
        Some(unit)
    }

    /// `null`, `true`, `false` or a number.
    fn literal(&mut self) -> Option<Document> {
        let mut text = String::new();
        while let Some(character) = self.characters.next_if(|character| {
            character.is_ascii_alphanumeric() || matches!(character, '+' | '-' | '.')
        }) {
            text.push(character);
        }
        // The JSON library knows which literals are valid; only their digits are kept from the text.
        match serde_json::from_str::<Value>(&text) {
            Ok(Value::Number(_)) => Some(Document::Literal(signed_number(&text))),
            Ok(_) => Some(Document::Literal(text)),
            Err(_) => None,
        }
    }

    /// Takes `expected` after any spaces, if it comes next.
    fn take(&mut self, expected: char) -> Option<char> {
        self.skip_spaces();
        self.characters.next_if_eq(&expected)
    }

    fn skip_spaces(&mut self) {
        while self
            .characters
            .next_if(|character| matches!(character, ' ' | '\t' | '\n' | '\r'))
            .is_some()
        {}
    }
}
