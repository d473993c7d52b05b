//! Reading the fields of a JSON body with the messages the API gives for each kind of mistake.

use jiff::civil::Date;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    call::python_type,
    reply::{REQUIRED, Reply, fields},
};

const NULL: &str = "This field may not be null.";

/// The fields of one object, and the errors found so far. Every reader returns `None` for an absent or refused field;
/// [`Fields::finish`] then answers with all errors at once.
pub(super) struct Fields<'a> {
    body: &'a Map<String, Value>,
    errors: Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(body: &'a Map<String, Value>) -> Self {
        Self {
            body,
            errors: Map::new(),
        }
    }

    pub(super) fn refuse(&mut self, name: &str, text: &str) {
        self.errors.insert(name.to_owned(), json!([text]));
    }

    /// Puts the errors of an inner object or list under its own key.
    pub(super) fn refuse_nested(&mut self, name: &str, errors: Value) {
        self.errors.insert(name.to_owned(), errors);
    }

    pub(super) fn finish(self) -> Result<(), Reply> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(fields(self.errors))
        }
    }

    pub(super) fn into_errors(self) -> Map<String, Value> {
        self.errors
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.body.contains_key(name)
    }

    pub(super) fn require(&mut self, name: &str) {
        if !self.has(name) {
            self.refuse(name, REQUIRED);
        }
    }

    /// The value, when it is there and not null; null is refused.
    pub(super) fn value(&mut self, name: &str) -> Option<&'a Value> {
        let value = self.body.get(name)?;
        if value.is_null() {
            self.refuse(name, NULL);
            return None;
        }
        Some(value)
    }

    /// Text of at most `longest` characters. Numbers count as text, as they do for the API.
    pub(super) fn text(&mut self, name: &str, longest: usize) -> Option<String> {
        let text = match self.value(name)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => {
                self.refuse(name, "Not a valid string.");
                return None;
            }
        };
        if text.chars().count() > longest {
            self.refuse(
                name,
                &format!("Ensure this field has no more than {longest} characters."),
            );
            return None;
        }
        Some(text)
    }

    /// Text that is not blank.
    pub(super) fn words(&mut self, name: &str, longest: usize) -> Option<String> {
        let text = self.text(name, longest)?;
        if text.trim().is_empty() {
            self.refuse(name, "This field may not be blank.");
            return None;
        }
        Some(text.trim().to_owned())
    }

    pub(super) fn choice(&mut self, name: &str, choices: &[&str]) -> Option<String> {
        let text = self.text(name, usize::MAX)?;
        if !choices.contains(&text.as_str()) {
            self.refuse(name, &format!("\"{text}\" is not a valid choice."));
            return None;
        }
        Some(text)
    }

    pub(super) fn boolean(&mut self, name: &str) -> Option<bool> {
        let read = match self.value(name)? {
            Value::Bool(value) => Some(*value),
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" => Some(true),
                "false" | "0" | "no" => Some(false),
                _ => None,
            },
            Value::Number(number) => match number.as_i64() {
                Some(1) => Some(true),
                Some(0) => Some(false),
                _ => None,
            },
            _ => None,
        };
        if read.is_none() {
            self.refuse(name, "Must be a valid boolean.");
        }
        read
    }

    pub(super) fn integer(&mut self, name: &str, least: i64, most: i64) -> Option<i64> {
        let value = match self.value(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let Some(value) = value else {
            self.refuse(name, "A valid integer is required.");
            return None;
        };
        if value < least {
            self.refuse(
                name,
                &format!("Ensure this value is greater than or equal to {least}."),
            );
            return None;
        }
        if value > most {
            self.refuse(
                name,
                &format!("Ensure this value is less than or equal to {most}."),
            );
            return None;
        }
        Some(value)
    }

    pub(super) fn email(&mut self, name: &str) -> Option<String> {
        let text = self.words(name, 254)?;
        if !is_email(&text) {
            self.refuse(name, "Enter a valid email address.");
            return None;
        }
        Some(text)
    }

    pub(super) fn uuid(&mut self, name: &str) -> Option<Uuid> {
        let text = self.text(name, usize::MAX)?;
        let id = Uuid::parse_str(&text).ok();
        if id.is_none() {
            self.refuse(name, "Must be a valid UUID.");
        }
        id
    }

    pub(super) fn date(&mut self, name: &str) -> Option<Date> {
        let text = self.text(name, usize::MAX)?;
        let date = parse_date(&text);
        if date.is_none() {
            self.refuse(
                name,
                "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
            );
        }
        date
    }

    /// A web address; `any_scheme` also allows the custom schemes of mobile apps.
    pub(super) fn url(&mut self, name: &str, any_scheme: bool) -> Option<String> {
        let text = self.words(name, usize::MAX)?;
        let valid = url::Url::parse(&text).is_ok_and(|url| {
            any_scheme || (matches!(url.scheme(), "http" | "https") && url.has_host())
        });
        if !valid {
            self.refuse(name, "Enter a valid URL.");
            return None;
        }
        Some(text)
    }

    pub(super) fn object(&mut self, name: &str) -> Option<&'a Map<String, Value>> {
        match self.value(name)? {
            Value::Object(object) => Some(object),
            other => {
                let text = format!(
                    "Invalid data. Expected a dictionary, but got {}.",
                    python_type(other)
                );
                self.refuse_nested(name, json!({ "non_field_errors": [text] }));
                None
            }
        }
    }

    pub(super) fn list(&mut self, name: &str) -> Option<&'a Vec<Value>> {
        match self.value(name)? {
            Value::Array(items) => Some(items),
            other => {
                let text = format!(
                    "Expected a list of items but got type \"{}\".",
                    python_type(other)
                );
                self.refuse(name, &text);
                None
            }
        }
    }
}

/// `YYYY-MM-DD` and nothing else: the date type itself would accept more forms.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    if text.len() == 10 {
        text.parse().ok()
    } else {
        None
    }
}

pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    !local.is_empty()
        && !local.contains(char::is_whitespace)
        && domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
}

/// A phone number in E.164 form once spaces and punctuation are gone.
pub(super) fn normalise_phone(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|character| !matches!(character, ' ' | '-' | '.' | '(' | ')'))
        .collect();
    let number = digits.strip_prefix('+')?;
    let valid = (7..=15).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.starts_with('0');
    valid.then_some(digits)
}
