//! JSON that is read once: all its values in one row, their texts borrowed from the body.
//!
//! Of an answer's hundreds of values a few are wanted. A tree that owns every text and name, in boxes of their own, took more
//! time than everything else in a call; here the row is the one thing that is allocated, besides texts with escapes in them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// The one name in the object as which a number comes where another crate has switched on `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";
/// The values for which there is room from the start, at most.
const MOST_AT_FIRST: usize = 8_000;

/// A whole JSON text.
#[derive(Debug)]
pub(crate) struct Document<'body> {
    nodes: Vec<Node<'body>>,
}

/// One value in the row. What an array or object holds stands behind it: values, or names and values in turn.
#[derive(Debug)]
enum Node<'body> {
    Null,
    Bool(bool),
    Number(Number),
    String(Cow<'body, str>),
    Array { inside: usize },
    Object { inside: usize },
}

/// A value of a document.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Json<'d> {
    Null,
    Bool(bool),
    Number(&'d Number),
    String(&'d str),
    Array(Items<'d>),
    Object(Entries<'d>),
}

/// The values of an array, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Items<'d>(&'d [Node<'d>]);

/// The names and values of an object, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entries<'d>(&'d [Node<'d>]);

impl<'body> Document<'body> {
    /// Reads a JSON text.
    pub(crate) fn parse(body: &'body str) -> serde_json::Result<Self> {
        // Usual bodies have more bytes than that for each name and value; the row of another one grows.
        let mut nodes = Vec::with_capacity((body.len() / 8).min(MOST_AT_FIRST));
        let mut deserializer = serde_json::Deserializer::from_str(body);
        Append(&mut nodes).deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(Self { nodes })
    }

    /// A document that is `null`.
    pub(crate) fn null() -> Self {
        Self {
            nodes: vec![Node::Null],
        }
    }

    /// The value that everything else is a part of.
    pub(crate) fn root(&self) -> Json<'_> {
        Items(&self.nodes).next().unwrap_or(Json::Null)
    }
}

impl<'d> Json<'d> {
    /// The text, where it is one.
    pub(crate) fn as_str(self) -> Option<&'d str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, where it is an object.
    pub(crate) fn as_object(self) -> Option<Entries<'d>> {
        match self {
            Self::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// The JSON type, for messages that must not quote the value.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The same as a value that stands alone.
    pub(crate) fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Number(number) => Value::Number(number.clone()),
            Self::String(text) => Value::String(text.to_owned()),
            Self::Array(items) => items.map(Json::to_value).collect(),
            Self::Object(entries) => entries
                .map(|(name, value)| (name.to_owned(), value.to_value()))
                .collect(),
        }
    }
}

impl<'d> Entries<'d> {
    /// No fewer than there are.
    pub(crate) fn at_most(self) -> usize {
        self.0.len() / 2
    }

    /// The value of a name; of a name that comes twice, the last.
    pub(crate) fn get(self, name: &str) -> Option<Json<'d>> {
        self.filter(|(key, _)| *key == name)
            .last()
            .map(|(_, value)| value)
    }
}

/// The first value of a row, and the row behind it.
fn split_first<'d>(nodes: &'d [Node<'d>]) -> Option<(Json<'d>, &'d [Node<'d>])> {
    let (first, rest) = nodes.split_first()?;
    Some(match first {
        Node::Null => (Json::Null, rest),
        Node::Bool(flag) => (Json::Bool(*flag), rest),
        Node::Number(number) => (Json::Number(number), rest),
        Node::String(text) => (Json::String(text), rest),
        Node::Array { inside } => {
            let (inside, rest) = rest.split_at_checked(*inside)?;
            (Json::Array(Items(inside)), rest)
        }
        Node::Object { inside } => {
            let (inside, rest) = rest.split_at_checked(*inside)?;
            (Json::Object(Entries(inside)), rest)
        }
    })
}

impl<'d> Iterator for Items<'d> {
    type Item = Json<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        let (value, rest) = split_first(self.0)?;
        self.0 = rest;
        Some(value)
    }
}

impl<'d> Iterator for Entries<'d> {
    type Item = (&'d str, Json<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = split_first(self.0)?;
        let (value, rest) = split_first(rest)?;
        self.0 = rest;
        Some((name.as_str()?, value))
    }
}

/// Puts the next value at the end of a row.
struct Append<'row, 'body>(&'row mut Vec<Node<'body>>);

impl<'body> Append<'_, 'body> {
    /// Puts down an array or object once its inside stands behind `at`.
    fn close(self, at: usize, node: impl FnOnce(usize) -> Node<'body>) {
        let inside = self.0.len() - at - 1;
        if let Some(place) = self.0.get_mut(at) {
            *place = node(inside);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Append<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Append<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.push(Node::Null);
        Ok(())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        self.0.push(Node::Bool(flag));
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.0.push(Node::Number(number.into()));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.0.push(Node::Number(number.into()));
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        // JSON has no number that is not finite.
        self.0
            .push(Number::from_f64(number).map_or(Node::Null, Node::Number));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.push(Node::String(Cow::Owned(text.to_owned())));
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.0.push(Node::String(Cow::Borrowed(text)));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let at = self.0.len();
        self.0.push(Node::Null);
        while items.next_element_seed(Append(self.0))?.is_some() {}
        self.close(at, |inside| Node::Array { inside });
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let at = self.0.len();
        self.0.push(Node::Null);
        while let Some(Name(name)) = entries.next_key()? {
            if name == NUMBER {
                let digits: String = entries.next_value()?;
                let number = digits.parse().map_err(serde::de::Error::custom)?;
                self.close(at, |_| Node::Number(number));
                return Ok(());
            }
            self.0.push(Node::String(name));
            entries.next_value_seed(Append(self.0))?;
        }
        self.close(at, |inside| Node::Object { inside });
        Ok(())
    }
}

/// The name of an entry, borrowed where it can be; serde's own reading of a `Cow` always copies.
struct Name<'body>(Cow<'body, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyName;

        impl<'de> Visitor<'de> for AnyName {
            type Value = Name<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the name of an entry")
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
        }

        deserializer.deserialize_str(AnyName)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{Document, Json};

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e12..1e12).prop_map(Value::from),
            "[ -~\\n\"é\u{1f600}]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"\\n]{0,6}", inner, 0..6)
                    .prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn holds_what_a_tree_holds(value in any_json()) {
            let body = value.to_string();
            prop_assert_eq!(Document::parse(&body).unwrap().root().to_value(), value);
        }

        #[test]
        fn finds_every_entry_by_its_name(value in any_json()) {
            let body = json!({ "before": [value, {"a": []}], "wanted": value, "after": {} }).to_string();
            let document = Document::parse(&body).unwrap();
            let wanted = document.root().as_object().unwrap().get("wanted").unwrap();
            prop_assert_eq!(wanted.to_value(), value);
        }

        /// What is no JSON for the one reader is none for the other.
        #[test]
        fn refuses_what_a_tree_refuses(body in "[\\[\\]{}:,\"a1 ]{0,12}") {
            let tree = serde_json::from_str::<Value>(&body);
            match (Document::parse(&body), tree) {
                (Ok(document), Ok(tree)) => prop_assert_eq!(document.root().to_value(), tree),
                (document, tree) => prop_assert_eq!(document.is_ok(), tree.is_ok()),
            }
        }
    }

    #[test]
    fn the_last_of_two_entries_with_one_name_counts() {
        let body = r#"{"status":"Declined","other":1,"status":"Approved"}"#;
        let document = Document::parse(body).unwrap();
        let status = document.root().as_object().unwrap().get("status");
        assert_eq!(status.and_then(Json::as_str), Some("Approved"));
        let value = document.root().to_value();
        assert_eq!(value, json!({"status": "Approved", "other": 1}));
    }

    #[test]
    fn a_number_in_the_form_of_another_feature_is_a_number() {
        let body = r#"{"age":{"$serde_json::private::Number":"34"},"next":[1]}"#;
        let document = Document::parse(body).unwrap();
        assert_eq!(document.root().to_value(), json!({"age": 34, "next": [1]}));
        assert!(Document::parse(r#"{"$serde_json::private::Number":"many"}"#).is_err());
    }

    #[test]
    fn texts_without_escapes_are_not_copied() {
        let body = r#"{"name":["plain","es\"caped"]}"#;
        let document = Document::parse(body).unwrap();
        let inside = |text: &str| body.as_bytes().as_ptr_range().contains(&text.as_ptr());
        let mut entries = document.root().as_object().unwrap();
        let Some((name, Json::Array(items))) = entries.next() else {
            panic!("{entries:?}")
        };
        let texts: Vec<&str> = items.filter_map(Json::as_str).collect();
        assert_eq!(texts, ["plain", "es\"caped"]);
        assert!(inside(name) && inside(texts[0]) && !inside(texts[1]));
    }
}
