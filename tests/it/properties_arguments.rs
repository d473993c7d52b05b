//! What holds for the arguments of every tool, tried with arguments that nobody thought of.

use std::sync::LazyLock;

use crate::support::arguments::{as_texts, careless, fitting};
use didit_mcp::{
    server::fit,
    tools::{ErrorCode, JsonObject, ToolError, all},
};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A tool's name with its schema, as given and compiled by an independent validator.
struct Subject {
    name: &'static str,
    schema: JsonObject,
    validator: Validator,
}

static SUBJECTS: LazyLock<Vec<Subject>> = LazyLock::new(|| {
    let subject = |tool: &didit_mcp::tools::Tool| {
        let schema = (tool.input)();
        let mut lenient = Value::Object(schema.clone());
        open_free_objects(&mut lenient);
        let validator = jsonschema::validator_for(&lenient).unwrap();
        Subject {
            name: tool.name,
            schema,
            validator,
        }
    };
    all().iter().map(subject).collect()
});

/// Didit takes metadata of any shape, so an object that names no properties stands for any JSON.
fn open_free_objects(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.get("type") == Some(&json!("object")) && !object.contains_key("properties") {
                object.remove("type");
            }
            object.values_mut().for_each(open_free_objects);
        }
        Value::Array(items) => items.iter_mut().for_each(open_free_objects),
        _ => {}
    }
}

/// Any tool, with arguments made from its schema.
fn of_any_tool<T: std::fmt::Debug + 'static>(
    arguments: impl Fn(&Value) -> BoxedStrategy<T> + 'static,
) -> impl Strategy<Value = (usize, T)> {
    (0..SUBJECTS.len()).prop_flat_map(move |index| {
        let schema = Value::Object(SUBJECTS[index].schema.clone());
        (Just(index), arguments(&schema))
    })
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("no object: {other}"),
    }
}

/// A refusal names an argument and says so in one short line.
fn check_refusal(error: &ToolError) -> Result<(), TestCaseError> {
    prop_assert_eq!(error.code, ErrorCode::InvalidArgument);
    prop_assert!(error.field.is_some());
    prop_assert!(!error.message.is_empty());
    Ok(())
}

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(512),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_fits_is_taken_as_it_is((index, arguments) in of_any_tool(fitting)) {
        let Subject { name, schema, validator } = &SUBJECTS[index];
        prop_assert!(validator.is_valid(&arguments), "{}: the test's own arguments do not fit", name);
        let fitted = fit(schema, object(arguments.clone()));
        prop_assert_eq!(fitted.map(Value::Object), Ok(arguments), "{}", name);
    }

    #[test]
    fn whatever_is_taken_fits_the_schema_and_stays_so((index, arguments) in of_any_tool(careless)) {
        let Subject { name, schema, validator } = &SUBJECTS[index];
        match fit(schema, object(arguments)) {
            Ok(fitted) => {
                let value = Value::Object(fitted.clone());
                prop_assert!(validator.is_valid(&value), "{}: {}", name, value);
                prop_assert_eq!(fit(schema, fitted.clone()), Ok(fitted), "{}", name);
            }
            Err(error) => check_refusal(&error)?,
        }
    }

    #[test]
    fn texts_mean_what_they_spell((index, arguments) in of_any_tool(fitting)) {
        let Subject { name, schema, .. } = &SUBJECTS[index];
        let spelled = object(arguments.clone())
            .into_iter()
            .map(|(key, value)| {
                let text = as_texts(&schema["properties"][key.as_str()], &value);
                (key, text)
            })
            .collect();
        prop_assert_eq!(fit(schema, spelled).map(Value::Object), Ok(arguments), "{}", name);
    }

    #[test]
    fn a_name_that_is_none_is_refused_and_the_right_ones_are_listed(
        (index, arguments) in of_any_tool(fitting),
        unknown in "[a-zA-Z_]{1,20}|\\PC{1,20}",
        value in any::<Option<bool>>(),
    ) {
        let Subject { schema, .. } = &SUBJECTS[index];
        let properties = object(schema["properties"].clone());
        prop_assume!(!properties.contains_key(&unknown));
        let mut arguments = object(arguments);
        arguments.insert(unknown.clone(), json!(value));
        let error = fit(schema, arguments).unwrap_err();
        check_refusal(&error)?;
        prop_assert_eq!(error.field.as_deref(), Some(unknown.as_str()));
        prop_assert_eq!(error.allowed.into_vec(), properties.keys().cloned().collect::<Vec<_>>());
    }

    #[test]
    fn null_stands_for_not_given((index, arguments) in of_any_tool(fitting)) {
        let Subject { name, schema, .. } = &SUBJECTS[index];
        let mut with_nulls = object(arguments.clone());
        for property in object(schema["properties"].clone()).keys() {
            with_nulls.entry(property.as_str()).or_insert(Value::Null);
        }
        prop_assert_eq!(fit(schema, with_nulls).map(Value::Object), Ok(arguments), "{}", name);
    }

    /// Hosts that make a model fill in everything send these for what it has no value for.
    #[test]
    fn what_is_empty_stands_for_not_given((index, arguments) in of_any_tool(fitting)) {
        let Subject { name, schema, .. } = &SUBJECTS[index];
        let mut with_empties = object(arguments.clone());
        for (property, described) in object(schema["properties"].clone()) {
            let empty = match described["type"].as_str() {
                Some("string") if property != "vendor_data" => json!(" "),
                Some("array") => json!([]),
                Some("integer" | "number") if described["minimum"].as_f64() > Some(0.0) => json!(0),
                _ => continue,
            };
            with_empties.entry(property).or_insert(empty);
        }
        prop_assert_eq!(fit(schema, with_empties).map(Value::Object), Ok(arguments), "{}", name);
    }

    #[test]
    fn what_is_required_cannot_be_left_out((index, arguments) in of_any_tool(fitting)) {
        let Subject { schema, .. } = &SUBJECTS[index];
        let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for name in required.iter().filter_map(Value::as_str) {
            for absent in [None, Some(Value::Null)] {
                let mut arguments = object(arguments.clone());
                arguments.remove(name);
                arguments.extend(absent.map(|null| (name.to_owned(), null)));
                let error = fit(schema, arguments).unwrap_err();
                prop_assert_eq!(error.field.as_deref(), Some(name));
            }
        }
    }
}
