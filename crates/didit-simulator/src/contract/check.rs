//! Checking one value against its schema, in the words of the API's own framework.

use std::{borrow::Cow, collections::BTreeMap, net::IpAddr};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::{
    catalog::countries,
    reply::{REQUIRED, not_an_object, refuse_if},
    values::{Object, is_email, normalise_phone, parse_date, plain, python_type},
};

/// A parameter of the path or the query.
#[derive(Debug, Deserialize)]
pub struct Parameter {
    #[serde(rename = "in")]
    place: String,
    format: Option<String>,
    #[serde(rename = "enum")]
    choices: Option<Vec<String>>,
    #[serde(default)]
    messages: BTreeMap<String, String>,
}

/// What is known of a value: the part of JSON Schema that the table uses.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Schema {
    #[serde(rename = "type", deserialize_with = "one_or_several")]
    types: Vec<String>,
    format: Option<String>,
    #[serde(rename = "enum")]
    choices: Option<Vec<Value>>,
    properties: BTreeMap<String, Schema>,
    required: Vec<String>,
    items: Option<Box<Schema>>,
    minimum: Option<f64>,
    maximum: Option<f64>,
    min_length: usize,
    max_length: Option<usize>,
    min_items: usize,
    /// What a text must have, in the order of the complaints.
    letters: Vec<Letters>,
    unique_items: bool,
    default: Option<Value>,
    /// Whether both cases are taken for upper case.
    upper_case: bool,
    /// Whether choices are the same in both cases.
    ignore_case: bool,
    /// Other words than the framework's, by the name of the rule that is broken.
    messages: BTreeMap<String, String>,
}

/// How many characters of a kind a text must have; those of any kind count where none is named.
#[derive(Debug, Deserialize)]
struct Letters {
    of: Option<String>,
    #[serde(default = "one")]
    least: usize,
    complaint: String,
}

fn one() -> usize {
    1
}

impl Letters {
    fn are_in(&self, text: &str) -> bool {
        let counts = |letter: &char| self.of.as_ref().is_none_or(|of| of.contains(*letter));
        text.chars().filter(counts).count() >= self.least
    }
}

fn one_or_several<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Types {
        One(String),
        Several(Vec<String>),
    }
    Ok(match Types::deserialize(deserializer)? {
        Types::One(name) => vec![name],
        Types::Several(names) => names,
    })
}

impl Parameter {
    pub fn is_uuid_of_the_path(&self) -> bool {
        self.place == "path" && self.format.as_deref() == Some("uuid")
    }

    /// What is wrong with the value that `query` has under this parameter's name. An empty value counts as none.
    pub fn refused(&self, own: &str, query: &[(String, String)]) -> Option<Value> {
        let (_, value) = query.iter().rev().find(|(name, _)| name == own)?;
        if self.place != "query" || value.is_empty() {
            return None;
        }
        let choices = self.choices.as_ref();
        let unknown = choices.is_some_and(|choices| !choices.contains(value));
        let complaint = match self.format.as_deref() {
            _ if unknown => "Select a valid choice. {value} is not one of the available choices.",
            Some("date") if parse_date(value).is_none() => "Enter a valid date.",
            Some("uuid") if Uuid::parse_str(value).is_err() => "Enter a valid UUID.",
            _ => return None,
        };
        let complaint = self.messages.get("enum").map_or(complaint, String::as_str);
        Some(json!([complaint.replace("{value}", value)]))
    }
}

impl Schema {
    fn allows(&self, kind: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|known| known == kind)
    }

    /// Whether `choice` is one of those that the member called `name` has.
    pub fn offers(&self, name: &str, choice: &str) -> bool {
        let schema = self.properties.get(name);
        let mut choices = schema
            .and_then(|schema| schema.choices.as_ref())
            .into_iter()
            .flatten();
        choices.any(|known| known == choice)
    }

    /// The complaint about a broken rule, as the list in which it stands under its field.
    fn refuse(&self, rule: &str, usual: &str, value: &str) -> Value {
        let text = self.messages.get(rule).map_or(usual, String::as_str);
        json!([text.replace("{value}", value)])
    }

    /// The known members of an object, or the errors of each.
    pub fn members(&self, object: &Object) -> Result<Object, Value> {
        let (mut read, mut errors) = (Object::new(), Object::new());
        for (name, schema) in &self.properties {
            match object.get(name).map(|value| schema.read(value)) {
                Some(Ok(value)) => drop(read.insert(name.clone(), value)),
                Some(Err(error)) => drop(errors.insert(name.clone(), error)),
                None if self.required.contains(name) => {
                    errors.insert(name.clone(), schema.refuse("required", REQUIRED, ""));
                }
                None => read.extend(schema.default.clone().map(|value| (name.clone(), value))),
            }
        }
        if let Some(complaint) = self.messages.get("unknown") {
            let unknown = object
                .keys()
                .filter(|name| !self.properties.contains_key(*name));
            errors.extend(unknown.map(|name| (name.clone(), json!([complaint]))));
        }
        if errors.is_empty() {
            Ok(read)
        } else {
            Err(Value::Object(errors))
        }
    }

    /// The value in the type it should have, or what is wrong with it.
    fn read(&self, value: &Value) -> Result<Value, Value> {
        if value.is_null() {
            refuse_if(!self.allows("null"), || {
                self.refuse("null", "This field may not be null.", "")
            })?;
            return Ok(Value::Null);
        }
        let refused = |complaint: &str| self.refuse("type", complaint, "");
        match self.types.first().map(String::as_str) {
            Some("string") => self.text(value),
            Some("boolean") => boolean(value).ok_or_else(|| refused("Must be a valid boolean.")),
            Some("integer") => self.integer(value),
            Some("number") if !value.is_number() => Err(refused("A valid number is required.")),
            Some("object") => match value {
                Value::Object(_) if self.properties.is_empty() => Ok(value.clone()),
                Value::Object(object) => self.members(object).map(Value::Object),
                other => Err(not_an_object(other)),
            },
            Some("array") => self.list(value),
            _ => Ok(value.clone()),
        }
    }

    /// Numbers count as text, as they do for the API.
    fn text(&self, value: &Value) -> Result<Value, Value> {
        let (Value::String(_) | Value::Number(_)) = value else {
            return Err(self.refuse("type", "Not a valid string.", ""));
        };
        let sent = plain(value);
        let format = self.format.as_deref().unwrap_or_default();
        let is_trimmed = matches!(
            format,
            "email" | "uri" | "link" | "phone" | "byte" | "date-time"
        );
        let mut text = Cow::Borrowed(sent.as_str());
        if self.min_length > 0 || is_trimmed {
            text = Cow::Borrowed(sent.trim());
            refuse_if(text.is_empty(), || {
                self.refuse("blank", "This field may not be blank.", "")
            })?;
        }
        let length = text.chars().count();
        if let Some(most) = self.max_length.filter(|most| length > *most) {
            let complaint = format!("Ensure this field has no more than {most} characters.");
            return Err(self.refuse("maxLength", &complaint, &sent));
        }
        refuse_if(length < self.min_length, || {
            let least = self.min_length;
            let complaint = format!("Ensure this field has at least {least} characters.");
            self.refuse("minLength", &complaint, &sent)
        })?;
        if let Some(lacking) = self.letters.iter().find(|letters| !letters.are_in(&text)) {
            return Err(json!([lacking.complaint]));
        }
        if self.upper_case {
            text = Cow::Owned(text.to_ascii_uppercase());
        }
        let is_it = |choice: &Value| match choice.as_str() {
            Some(choice) if self.ignore_case => choice.eq_ignore_ascii_case(&text),
            choice => choice == Some(&text),
        };
        let mut choices = self.choices.iter().flatten();
        refuse_if(self.choices.is_some() && !choices.any(is_it), || {
            self.refuse("enum", "\"{value}\" is not a valid choice.", &sent)
        })?;
        let read = in_format(format, &text);
        let read = read.map_err(|complaint| self.refuse("format", complaint, &sent));
        read.map(Value::String)
    }

    fn integer(&self, value: &Value) -> Result<Value, Value> {
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let number =
            number.ok_or_else(|| self.refuse("type", "A valid integer is required.", ""))?;
        if let Some(least) = self.minimum.filter(|least| (number as f64) < *least) {
            let complaint = format!("Ensure this value is greater than or equal to {least}.");
            return Err(self.refuse("minimum", &complaint, ""));
        }
        if let Some(most) = self.maximum.filter(|most| (number as f64) > *most) {
            let complaint = format!("Ensure this value is less than or equal to {most}.");
            return Err(self.refuse("maximum", &complaint, ""));
        }
        Ok(json!(number))
    }

    fn list(&self, value: &Value) -> Result<Value, Value> {
        let Value::Array(items) = value else {
            let kind = python_type(value);
            let complaint = format!("Expected a list of items but got type \"{kind}\".");
            return Err(self.refuse("type", &complaint, ""));
        };
        refuse_if(items.len() < self.min_items, || {
            self.refuse("minItems", "This list may not be empty.", "")
        })?;
        let Some(schema) = &self.items else {
            return Ok(value.clone());
        };
        let (mut read, mut errors, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        for item in items {
            match schema.read(item) {
                Ok(item) if self.unique_items && read.contains(&item) => {}
                Ok(item) => {
                    read.push(item);
                    errors.push(json!({}));
                }
                Err(error) => {
                    errors.push(error);
                    bad.push(plain(item));
                }
            }
        }
        if bad.is_empty() {
            return Ok(Value::Array(read));
        }
        // The errors of objects stand in their places; other items share one complaint.
        if schema.types.iter().any(|kind| kind == "object") {
            return Err(Value::Array(errors));
        }
        let last = errors.iter().rfind(|error| error.is_array());
        let usual = last
            .and_then(|error| error.get(0)?.as_str())
            .unwrap_or_default();
        Err(self.refuse("items", usual, &bad.join(", ")))
    }
}

fn boolean(value: &Value) -> Option<Value> {
    let text = plain(value).to_ascii_lowercase();
    match (value, text.as_str()) {
        (Value::Array(_) | Value::Object(_), _) => None,
        (_, "true" | "1") | (Value::String(_), "yes") => Some(json!(true)),
        (_, "false" | "0") | (Value::String(_), "no") => Some(json!(false)),
        _ => None,
    }
}

/// `text` as its format is stored, or the usual complaint. Formats that only describe are not checked.
fn in_format(format: &str, text: &str) -> Result<String, &'static str> {
    let url = Url::parse(text).ok();
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_number = || text.bytes().all(|byte| byte.is_ascii_digit());
    let (is_right, complaint) = match format {
        "phone" => {
            let complaint = "The phone number '{value}' is not valid. Use the E.164 format.";
            return normalise_phone(text).ok_or(complaint);
        }
        "email" => (is_email(text), "Enter a valid email address."),
        "uuid" => (Uuid::parse_str(text).is_ok(), "Must be a valid UUID."),
        "date" => {
            let complaint = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
            (parse_date(text).is_some(), complaint)
        }
        "date-time" => {
            let complaint = "Datetime has wrong format. Use one of these formats instead: \
                             YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
            (text.parse::<Timestamp>().is_ok(), complaint)
        }
        "uri" => (url.as_ref().is_some_and(is_web), "Enter a valid URL."),
        // An address of any scheme, as mobile apps have their own.
        "link" => (url.is_some(), "Enter a valid URL."),
        "ip" => {
            let complaint = "Enter a valid IPv4 or IPv6 address.";
            (text.parse::<IpAddr>().is_ok(), complaint)
        }
        "country" => {
            let complaint = "\"{value}\" is not a valid ISO 3166-1 alpha-3 country code.";
            (countries::is_alpha3(text), complaint)
        }
        "digits" => (is_number(), "Not a number."),
        _ => (true, ""),
    };
    if is_right {
        Ok(text.to_owned())
    } else {
        Err(complaint)
    }
}
