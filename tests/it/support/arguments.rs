//! Arguments of tools, made from their schemas: right ones, nearly right ones, and anything at all.

use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value, json};

/// JSON of every shape, a few levels deep.
pub fn json_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[-+]?[0-9]{1,20}(\\.[0-9]{1,3})?".prop_map(Value::from),
        select(vec![
            "true",
            "NO",
            "[]",
            "[1,\"a\"]",
            "{\"a\":1}",
            "{",
            "OCR",
            "approve"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
    .boxed()
}

/// Arguments that fit `schema` without any conversion.
pub fn fitting(schema: &Value) -> BoxedStrategy<Value> {
    if let Some(words) = schema["enum"].as_array() {
        return select(words.clone()).boxed();
    }
    let bound = |name| schema[name].as_f64();
    match schema["type"].as_str() {
        Some("object") => match schema["properties"].as_object() {
            Some(properties) => fitting_object(schema, properties),
            None => prop::collection::btree_map("[a-z_]{1,8}", json_value(), 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect()))
                .boxed(),
        },
        Some("array") => prop::collection::vec(fitting(&schema["items"]), 1..4)
            .prop_map(Value::from)
            .boxed(),
        Some("string") => {
            let least = schema["minLength"].as_u64().unwrap_or(0) as usize;
            let most = schema["maxLength"]
                .as_u64()
                .map_or(least + 20, |most| most as usize);
            // What is blank counts as not given, which has a test of its own.
            prop::collection::vec(any::<char>(), least.max(1)..=most.min(least + 40))
                .prop_map(|letters| letters.into_iter().collect::<String>())
                .prop_filter("blank", |text| !text.trim().is_empty())
                .prop_map(Value::from)
                .boxed()
        }
        Some("integer") => {
            let least = bound("minimum").unwrap_or(0.0) as i64;
            let most = bound("maximum").map_or(least + 1_000, |most| most as i64);
            (least..=most).prop_map(Value::from).boxed()
        }
        Some("number") => {
            let least = bound("minimum").unwrap_or(0.0);
            (least..=bound("maximum").unwrap_or(least + 1_000.0))
                .prop_map(Value::from)
                .boxed()
        }
        Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
        _ => json_value(),
    }
}

/// Every required property, and some of the others.
fn fitting_object(schema: &Value, properties: &Map<String, Value>) -> BoxedStrategy<Value> {
    let mut object = Just(Map::new()).boxed();
    for (name, property) in properties {
        let needed = schema["required"]
            .as_array()
            .is_some_and(|names| names.contains(&json!(name)));
        let (name, value) = (name.clone(), fitting(property));
        let value = if needed {
            value.prop_map(Some).boxed()
        } else {
            prop::option::of(value).boxed()
        };
        object = (object, value)
            .prop_map(move |(mut object, value)| {
                object.extend(value.map(|value| (name.clone(), value)));
                object
            })
            .boxed();
    }
    object.prop_map(Value::Object).boxed()
}

/// Arguments that fit but for one value somewhere, which may be anything.
pub fn careless(schema: &Value) -> BoxedStrategy<Value> {
    let odd = prop_oneof![
        select(vec![
            json!(null),
            json!([]),
            json!({}),
            json!(""),
            json!(-1),
            json!(1e12)
        ]),
        json_value(),
    ];
    (fitting(schema), any::<prop::sample::Index>(), odd)
        .prop_map(|(mut arguments, place, odd)| {
            let places = count(&arguments);
            replace(&mut arguments, &mut place.index(places), &odd);
            arguments
        })
        .boxed()
}

/// How many values there are inside, at any depth.
fn count(value: &Value) -> usize {
    1 + children(value).map(count).sum::<usize>()
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(object) => Box::new(object.values()),
        _ => Box::new(std::iter::empty()),
    }
}

/// Puts `odd` in the place of the value that `left` counts down to; the outermost object stays.
fn replace(value: &mut Value, left: &mut usize, odd: &Value) {
    let inner: Box<dyn Iterator<Item = &mut Value>> = match value {
        Value::Array(items) => Box::new(items.iter_mut()),
        Value::Object(object) => Box::new(object.values_mut()),
        _ => return,
    };
    for inner in inner {
        if *left == 0 {
            return;
        }
        *left -= 1;
        if *left == 0 {
            *inner = odd.clone();
            return;
        }
        replace(inner, left, odd);
    }
}

/// The same arguments as a client writes them that has only texts.
pub fn as_texts(schema: &Value, value: &Value) -> Value {
    match (schema["type"].as_str(), value) {
        (Some("integer" | "number"), Value::Number(number)) => json!(format!(" {number} ")),
        (Some("boolean"), Value::Bool(flag)) => json!(if *flag { "Yes" } else { "false" }),
        (Some("array" | "object"), value) => json!(value.to_string()),
        (Some("string"), Value::String(text)) if schema["enum"].is_array() => {
            json!(text.to_uppercase().replace([' ', '_'], "-"))
        }
        (_, value) => value.clone(),
    }
}
