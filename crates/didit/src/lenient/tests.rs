use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Items, from_json, object, objects, or_default, scalar, texts};
use crate::{Money, SessionId, SessionStatus};

const ID: &str = "5b1f3c9a-0000-4000-8000-00000000000a";

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Row {
    #[serde(deserialize_with = "scalar")]
    text: Option<String>,
    #[serde(deserialize_with = "scalar")]
    flag: Option<bool>,
    #[serde(deserialize_with = "scalar")]
    whole: Option<i64>,
    #[serde(deserialize_with = "scalar")]
    number: Option<f64>,
    #[serde(deserialize_with = "scalar")]
    money: Option<Money>,
    #[serde(deserialize_with = "scalar")]
    id: Option<SessionId>,
    #[serde(deserialize_with = "or_default")]
    status: SessionStatus,
    #[serde(deserialize_with = "texts")]
    texts: Vec<String>,
    #[serde(deserialize_with = "object")]
    inner: Option<Box<Row>>,
    #[serde(deserialize_with = "objects")]
    rows: Vec<Row>,
    items: Items<Row>,
    any: Option<Value>,
}

/// The same, which keeps what it does not name.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Keeping {
    #[serde(deserialize_with = "scalar")]
    text: Option<String>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

fn row(value: &Value) -> Row {
    from_json(&value.to_string()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// A row of which nothing but this field can be read from each of these values, between two that can.
fn field<T: PartialEq + std::fmt::Debug>(name: &str, pick: fn(Row) -> T, cases: Vec<(Value, T)>) {
    for (value, expected) in cases {
        let answer = json!({ "a_new_key": [{}], name: value, "zz": 1, "zzz": {"text": "inside"} });
        assert_eq!(pick(row(&answer)), expected, "{name}: {value}");
    }
}

#[test]
fn a_field_is_read_from_what_fits_and_absent_otherwise() {
    let some = |text: &str| Some(text.to_owned());
    field(
        "text",
        |row| row.text,
        vec![
            (json!("Ana"), some("Ana")),
            (json!("Zo\u{eb} \"\n"), some("Zo\u{eb} \"\n")),
            (json!(12), some("12")),
            (json!(-1.5), some("-1.5")),
            (json!(true), some("true")),
            (json!(null), None),
            (json!(["Ana"]), None),
            (json!({"text": "Ana"}), None),
        ],
    );
    field(
        "flag",
        |row| row.flag,
        vec![
            (json!(true), Some(true)),
            (json!("True"), Some(true)),
            (json!("FALSE"), Some(false)),
            (json!(1), Some(true)),
            (json!(0), Some(false)),
            (json!(2), None),
            (json!("yes"), None),
            (json!([true]), None),
        ],
    );
    field(
        "whole",
        |row| row.whole,
        vec![
            (json!(7), Some(7)),
            (json!(" 12 "), Some(12)),
            (json!(3.0), Some(3)),
            (json!(3.5), None),
            (json!(1e300), None),
            (json!(u64::MAX), None),
            (json!("many"), None),
            (json!({}), None),
        ],
    );
    field(
        "number",
        |row| row.number,
        vec![
            (json!(7), Some(7.0)),
            (json!("24.3"), Some(24.3)),
            (json!("NaN"), None),
            (json!("inf"), None),
            (json!(false), None),
            (json!([[1]]), None),
        ],
    );
    field(
        "id",
        |row| row.id,
        vec![
            (json!(ID.to_uppercase()), ID.parse().ok()),
            (json!(ID.replace('-', "")), None),
            (json!(7), None),
        ],
    );
    field(
        "money",
        |row| row.money.map(|money| money.to_string()),
        vec![
            (json!("1234.5600"), some("1234.5600")),
            (json!(0.15), some("0.15")),
            (json!([]), None),
        ],
    );
    field(
        "status",
        |row| row.status,
        vec![
            (json!("In Review"), SessionStatus::InReview),
            (json!("Newly"), SessionStatus::Other("Newly".to_owned())),
            (json!(7), SessionStatus::Other(String::new())),
            (json!(null), SessionStatus::Other(String::new())),
        ],
    );
}

#[test]
fn a_list_is_read_item_by_item() {
    let list = |texts: &[&str]| -> Vec<String> { texts.iter().map(|&it| it.to_owned()).collect() };
    field(
        "texts",
        |row| row.texts,
        vec![
            (
                json!(["OCR", 7, null, {}, "NFC"]),
                list(&["OCR", "7", "NFC"]),
            ),
            (json!("OCR +  + LIVENESS"), list(&["OCR", "LIVENESS"])),
            (json!({"OCR": true}), list(&[])),
            (json!(7), list(&[])),
        ],
    );
    let count = |row: Row| {
        (
            row.rows.len(),
            row.rows.into_iter().filter_map(|it| it.text).collect(),
        )
    };
    field(
        "rows",
        count,
        vec![
            (
                json!(["odd", {"text": "one"}, null, [[{}]], {"text": "two"}, 7]),
                (2, list(&["one", "two"])),
            ),
            (json!({"text": "lone"}), (1, list(&["lone"]))),
            (json!("odd"), (0, list(&[]))),
            (json!(null), (0, list(&[]))),
        ],
    );
    field(
        "items",
        |row| (row.items.len(), row.items.is_unreadable()),
        vec![
            (json!([{}, 7]), (1, false)),
            (json!({}), (1, false)),
            (json!([]), (0, false)),
            (json!(null), (0, false)),
            (json!("odd"), (0, true)),
            (json!(-1.5), (0, true)),
            (json!(true), (0, true)),
        ],
    );
    field(
        "inner",
        |row| row.inner.and_then(|inner| inner.text),
        vec![
            (json!({"text": 7, "new": []}), Some("7".to_owned())),
            // An array is no object, whatever stands where the fields would be.
            (json!(["Ana"]), None),
            (json!("Ana"), None),
        ],
    );
}

#[test]
fn the_last_of_two_entries_with_one_name_counts() {
    let read: Row =
        from_json(r#"{"text":"Declined","rows":[{"text":1,"text":2}],"text":"Approved"}"#).unwrap();
    assert_eq!(read.text.as_deref(), Some("Approved"));
    assert_eq!(read.rows[0].text.as_deref(), Some("2"));
    let kept: Keeping = from_json(r#"{"a":1,"text":"x","text":"y","a":2}"#).unwrap();
    assert_eq!(
        (kept.text.as_deref(), kept.extra),
        (Some("y"), object_of(json!({"a": 2})))
    );
}

#[test]
fn a_number_in_the_form_of_another_feature_is_a_number() {
    let number = json!({ super::value::NUMBER: "34" });
    let read = row(&json!({"whole": number, "text": number, "rows": [7]}));
    assert_eq!((read.whole, read.text.as_deref()), (Some(34), Some("34")));
}

fn object_of(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Numbers of few digits: others may lose their last one, in a tree as in a struct.
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        "[ -~\\n\"\u{e9}\u{1f600}]{0,12}".prop_map(Value::from),
    ];
    let name = "text|flag|whole|number|money|id|status|texts|inner|rows|items|any|[a-z\"\\n]{0,3}";
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6).prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    /// Whatever an object holds, it is read, and by way of a tree as it is from its text.
    #[test]
    fn no_object_fails(entries in prop::collection::btree_map("text|flag|whole|number|money|id|status|texts|inner|rows|items|any|new", any_json(), 0..10)) {
        let value = Value::from_iter(entries);
        let read = row(&value);
        prop_assert_eq!(&Row::deserialize(&value).unwrap(), &read);
        let kept: Keeping = from_json(&value.to_string()).unwrap();
        let mut extra = object_of(value);
        extra.remove("text");
        prop_assert_eq!(kept.extra, extra);
        prop_assert_eq!(kept.text, read.text);
    }

    /// What is no JSON is told from what is.
    #[test]
    fn what_is_no_json_is_refused(body in "\\{[\\[\\]{}:,\"atext1 ]{0,12}") {
        let tree = serde_json::from_str::<Value>(&body);
        prop_assert_eq!(from_json::<Row>(&body).is_ok(), tree.is_ok(), "{}", body);
    }
}
