//! Typed arguments and their schemas.

use schemars::{
    JsonSchema, Schema,
    generate::{Contract, SchemaSettings},
    transform::{Transform, transform_subschemas},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::ToolError;
use crate::didit::read_request;

/// A JSON object.
pub type JsonObject = Map<String, Value>;

/// The schema of a tool's arguments in the portable subset: everything inlined, no `$ref`, no nullable
/// unions, no vendor formats, because clients reject or drop tools for each of those.
/// `additionalProperties: false` is left out: the server refuses other arguments itself, and some clients reject it.
fn input_schema<T: JsonSchema>() -> JsonObject {
    plain_schema::<T>(Contract::Deserialize)
}

/// The schema of a structured result. Absent values are left out of results, so it needs no nullable
/// types; results may hold more than it names.
pub fn output_schema<T: JsonSchema>() -> JsonObject {
    plain_schema::<T>(Contract::Serialize)
}

/// What a tool's arguments are read into.
pub trait Arguments: Sized {
    /// Their schema.
    fn schema() -> JsonObject;

    /// Reads arguments that already fit the schema.
    ///
    /// # Errors
    /// [`ToolError`] naming the path of the first value that cannot be sent.
    fn read(arguments: JsonObject) -> Result<Self, ToolError>;
}

impl<T: DeserializeOwned + JsonSchema> Arguments for T {
    fn schema() -> JsonObject {
        input_schema::<T>()
    }

    fn read(arguments: JsonObject) -> Result<Self, ToolError> {
        Ok(read_request(Value::Object(arguments))?)
    }
}

/// Arguments that two types share: a request of Didit's API, and what only the tool knows. Flattening one into
/// the other would say the same, but loses the names of fields from errors.
pub struct Combined<A, B>(pub A, pub B);

impl<A: Arguments, B: Arguments> Arguments for Combined<A, B> {
    fn schema() -> JsonObject {
        let mut schema = A::schema();
        for (name, more) in B::schema() {
            match (schema.get_mut(&name), more) {
                (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
                (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
                (Some(_), _) => {}
                (None, more) => {
                    schema.insert(name, more);
                }
            }
        }
        schema
    }

    fn read(arguments: JsonObject) -> Result<Self, ToolError> {
        Ok(Self(A::read(arguments.clone())?, B::read(arguments)?))
    }
}

fn plain_schema<T: JsonSchema>(contract: Contract) -> JsonObject {
    let schema = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
            settings.contract = contract;
        })
        .with_transform(Portable)
        .into_generator()
        .into_root_schema_for::<T>();
    let Value::Object(mut root) = schema.to_value() else {
        return Map::new();
    };
    root.remove("title");
    root.remove("description");
    root.entry("properties")
        .or_insert_with(|| Map::new().into());
    root
}

/// Reduces a schema to the subset that every client reads, in one pass from the inside out, because a client is waiting.
#[derive(Clone)]
struct Portable;

impl Transform for Portable {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        without_noise(schema);
        without_null(schema);
        variants_to_enum(schema);
    }
}

/// Integer formats are vendor words that strict validators refuse, and a bound of zero on every
/// unsigned number is noise.
fn without_noise(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    object.remove("format");
    object.remove("title");
    if object.get("minimum") == Some(&Value::from(0)) && object.get("maximum").is_none() {
        object.remove("minimum");
    }
    if object.get("additionalProperties") == Some(&Value::Bool(true)) {
        object.remove("additionalProperties");
    }
}

/// An optional value is one that may be absent; saying `null` as well breaks several clients.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    // Strict validators refuse a schema with a default; where it is worth saying, the description says it.
    object.remove("default");
    let Some(Value::Array(arms)) = object.get_mut("anyOf") else {
        return;
    };
    arms.retain(|arm| arm.get("type").is_none_or(|name| name != "null"));
    if arms.len() == 1
        && let Some(Value::Object(only)) = arms.pop()
    {
        object.remove("anyOf");
        for (key, value) in only {
            object.entry(key).or_insert(value);
        }
    }
}

/// Documented enum variants come out as `oneOf` of `const`; an `enum` says the same to every client.
fn variants_to_enum(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    let Some(Value::Array(arms)) = object.get("oneOf") else {
        return;
    };
    let mut values = Vec::new();
    for arm in arms {
        match (arm.get("const"), arm.get("enum")) {
            (Some(value), _) => values.push(value.clone()),
            (None, Some(Value::Array(several))) => values.extend(several.iter().cloned()),
            _ => return,
        }
    }
    object.remove("oneOf");
    object.insert("type".into(), "string".into());
    object.insert("enum".into(), values.into());
}
