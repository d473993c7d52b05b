//! Checking one value against its schema, in the words of the API's own framework.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::LazyLock,
};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::{
    catalog::countries,
    reply::not_an_object,
    values::{Object, data, is_email, normalise_phone, parse_date, plain, python_type},
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
    messages: Messages,
}

/// What is known of a value: the part of JSON Schema that the table uses.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Schema {
    /// A name or several; none where anything is taken.
    #[serde(rename = "type")]
    types: Value,
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
    /// Other words than the framework's.
    messages: Messages,
}

/// How many characters of a kind a text must have; those of any kind count where none is named.
#[derive(Debug, Deserialize)]
struct Letters {
    of: Option<String>,
    least: usize,
    complaint: String,
}

/// Complaints, by the name of the rule that is broken.
type Messages = HashMap<String, String>;

/// The words of the framework.
static USUAL: LazyLock<Messages> = LazyLock::new(|| data(include_str!("messages.json")));

/// The formats of texts whose spaces around them do not count.
const TRIMMED: [&str; 6] = ["email", "uri", "link", "phone", "byte", "date-time"];

/// The complaint about a broken rule, as the list in which it stands under its field.
fn complaint(own: Option<&String>, rule: &str, value: &str) -> Value {
    let text = own.or_else(|| USUAL.get(rule)).map_or("", String::as_str);
    json!([text.replace("{value}", value)])
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
        let rule = match self.format.as_deref() {
            _ if choices.is_some_and(|choices| !choices.contains(value)) => "enum in a query",
            Some("date") if parse_date(value).is_none() => "date in a query",
            Some("uuid") if Uuid::parse_str(value).is_err() => "uuid in a query",
            _ => return None,
        };
        Some(complaint(self.messages.get("enum"), rule, value))
    }
}

impl Schema {
    fn types(&self) -> Vec<&str> {
        match &self.types {
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        }
    }

    fn refuse<T>(&self, rule: &str, value: &str) -> Result<T, Value> {
        Err(complaint(self.messages.get(rule), rule, value))
    }

    /// The known members of an object, or the errors of each.
    pub fn members(&self, object: &Object) -> Result<Object, Value> {
        let (mut read, mut errors) = (Object::new(), Object::new());
        for (name, schema) in &self.properties {
            let value = match object.get(name) {
                Some(value) => schema.read(value),
                None if self.required.contains(name) => schema.refuse("required", ""),
                None => match &schema.default {
                    Some(usual) => Ok(usual.clone()),
                    None => continue,
                },
            };
            match value {
                Ok(value) => drop(read.insert(name.clone(), value)),
                Err(error) => drop(errors.insert(name.clone(), error)),
            }
        }
        if let Some(complaint) = self.messages.get("unknown") {
            let unknown = object.keys();
            let unknown = unknown.filter(|name| !self.properties.contains_key(*name));
            errors.extend(unknown.map(|name| (name.clone(), json!([complaint]))));
        }
        match errors.is_empty() {
            true => Ok(read),
            false => Err(Value::Object(errors)),
        }
    }

    /// The value in the type it should have, or what is wrong with it.
    fn read(&self, value: &Value) -> Result<Value, Value> {
        let types = self.types();
        let kind = types.first().copied().unwrap_or_default();
        match (kind, value) {
            (_, Value::Null) if types.is_empty() || types.contains(&"null") => Ok(Value::Null),
            (_, Value::Null) => self.refuse("null", ""),
            // Numbers count as text, as they do for the API.
            ("string", Value::String(_) | Value::Number(_)) => self.text(&plain(value)),
            ("boolean", _) => boolean(value).map_or_else(|| self.refuse(kind, ""), Ok),
            ("integer", _) => self.integer(value),
            ("object", Value::Object(members)) if !self.properties.is_empty() => {
                self.members(members).map(Value::Object)
            }
            ("array", Value::Array(items)) => self.list(items),
            ("array", other) => self.refuse(kind, python_type(other)),
            ("object", other) if !other.is_object() => Err(not_an_object(other)),
            ("number", other) if !other.is_number() => self.refuse(kind, ""),
            ("string", _) => self.refuse(kind, ""),
            _ => Ok(value.clone()),
        }
    }

    fn text(&self, sent: &str) -> Result<Value, Value> {
        let format = self.format.as_deref().unwrap_or_default();
        let mut text = Cow::Borrowed(sent);
        if self.min_length > 0 || TRIMMED.contains(&format) {
            text = Cow::Borrowed(sent.trim());
            if text.is_empty() {
                return self.refuse("blank", "");
            }
        }
        let length = text.chars().count();
        if let Some(most) = self.max_length.filter(|most| length > *most) {
            return self.refuse("maxLength", &most.to_string());
        }
        if length < self.min_length {
            return self.refuse("minLength", &self.min_length.to_string());
        }
        let are_lacking = |letters: &&Letters| {
            let of = letters.of.as_ref();
            let counts = |letter: &char| of.is_none_or(|of| of.contains(*letter));
            text.chars().filter(counts).count() < letters.least
        };
        if let Some(lacking) = self.letters.iter().find(are_lacking) {
            return Err(json!([lacking.complaint]));
        }
        if self.upper_case {
            text = Cow::Owned(text.to_ascii_uppercase());
        }
        let is_it = |choice: &Value| match choice.as_str() {
            Some(choice) if self.ignore_case => choice.eq_ignore_ascii_case(&text),
            choice => choice == Some(&text),
        };
        let choices = self.choices.as_ref();
        if choices.is_some_and(|choices| !choices.iter().any(is_it)) {
            return self.refuse("enum", sent);
        }
        let read = in_format(format, &text).map(Value::String);
        read.map_or_else(|| self.refuse(format, sent), Ok)
    }

    fn integer(&self, value: &Value) -> Result<Value, Value> {
        let number = match value {
            Value::String(text) => text.parse().ok(),
            other => other.as_i64(),
        };
        let Some(number) = number else {
            return self.refuse("integer", "");
        };
        if let Some(least) = self.minimum.filter(|least| (number as f64) < *least) {
            return self.refuse("minimum", &least.to_string());
        }
        if let Some(most) = self.maximum.filter(|most| (number as f64) > *most) {
            return self.refuse("maximum", &most.to_string());
        }
        Ok(json!(number))
    }

    fn list(&self, items: &[Value]) -> Result<Value, Value> {
        if items.len() < self.min_items {
            return self.refuse("minItems", "");
        }
        let Some(schema) = &self.items else {
            return Ok(json!(items));
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
        let last = errors.iter().rfind(|error| error.is_array()).cloned();
        match last {
            Some(last) if !schema.types().contains(&"object") => {
                let own = self.messages.get("items");
                Err(own.map_or(last, |own| complaint(Some(own), "items", &bad.join(", "))))
            }
            _ => Err(Value::Array(errors)),
        }
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

/// `text` as its format is stored. Formats that only describe are not checked.
fn in_format(format: &str, text: &str) -> Option<String> {
    let url = Url::parse(text).ok();
    let is_web = |url: Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_right = match format {
        "phone" => return normalise_phone(text),
        "email" => is_email(text),
        "uuid" => Uuid::parse_str(text).is_ok(),
        "date" => parse_date(text).is_some(),
        "date-time" => text.parse::<Timestamp>().is_ok(),
        "uri" => url.is_some_and(is_web),
        // An address of any scheme, as mobile apps have their own.
        "link" => url.is_some(),
        "ip" => text.parse::<IpAddr>().is_ok(),
        "country" => countries::is_alpha3(text),
        "digits" => text.bytes().all(|byte| byte.is_ascii_digit()),
        _ => true,
    };
    is_right.then(|| text.to_owned())
}
