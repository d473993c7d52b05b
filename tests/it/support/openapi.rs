//! Holding requests and answers against the API's description.
//!
//! Two documents are read: the needed part of the published OpenAPI description, and one in the same form for the
//! endpoints it leaves out. Objects with listed properties are closed, so that a misspelt name is found.

use serde_json::{Map, Value, json};

pub struct Contract {
    documents: Vec<Value>,
}

/// An operation of the description.
pub struct Operation<'a> {
    /// `GET /v3/session/{sessionId}/decision/`
    pub name: String,
    document: &'a Value,
    description: &'a Value,
    /// Nearly every scalar of a decision is null in practice, although few are described so.
    nulls_anywhere: bool,
}

impl Contract {
    pub fn load() -> Self {
        let documents = [
            include_str!("../contract/openapi.json"),
            include_str!("../contract/extra.json"),
        ];
        Self {
            documents: documents
                .map(|text| serde_json::from_str(text).unwrap())
                .to_vec(),
        }
    }

    /// `METHOD path` of every described operation, with its statuses.
    pub fn operations(&self) -> Vec<(String, Vec<u16>)> {
        let mut operations = Vec::new();
        for document in &self.documents {
            for (path, methods) in document["paths"].as_object().unwrap() {
                for (method, description) in methods.as_object().unwrap() {
                    let statuses = description["responses"].as_object().unwrap().keys();
                    let statuses = statuses.map(|status| status.parse().unwrap()).collect();
                    operations.push((format!("{} {path}", method.to_uppercase()), statuses));
                }
            }
        }
        operations
    }

    /// The operation a request to `path` (without query) belongs to.
    pub fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        for document in &self.documents {
            for (pattern, methods) in document["paths"].as_object().unwrap() {
                let Some(description) = methods.get(method.to_lowercase()) else {
                    continue;
                };
                if fits(pattern, path) {
                    return Some(Operation {
                        name: format!("{method} {pattern}"),
                        document,
                        description,
                        nulls_anywhere: pattern.ends_with("/decision/"),
                    });
                }
            }
        }
        None
    }
}

/// Literal paths win over parameters because a parameter never equals a literal of another pattern here.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) =
        (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern.iter().zip(&path).all(|(expected, part)| {
            expected == part || expected.starts_with('{') && part.len() == 36 && part.contains('-')
        })
}

impl Operation<'_> {
    /// What is wrong with a request; empty when nothing is.
    pub fn request_errors(&self, query: &[(String, String)], body: Option<&Value>) -> Vec<String> {
        let mut errors = Vec::new();
        let parameters = self.description["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        for (name, value) in query {
            let described = parameters
                .iter()
                .find(|parameter| parameter["in"] == "query" && parameter["name"] == json!(name));
            match described {
                None => errors.push(format!("{}: unknown query parameter {name}", self.name)),
                Some(parameter) => {
                    let value = match parameter["schema"]["type"].as_str() {
                        Some("integer" | "boolean") => {
                            serde_json::from_str(value).unwrap_or(json!(value))
                        }
                        _ => json!(value),
                    };
                    errors.extend(self.schema_errors(
                        &parameter["schema"],
                        &value,
                        &format!("query {name}"),
                    ));
                }
            }
        }
        let described = &self.description["requestBody"];
        let schema = &described["content"]["application/json"]["schema"];
        match body {
            None if described["required"] == json!(true) => {
                errors.push(format!("{}: the body is missing", self.name))
            }
            None => {}
            Some(_) if schema.is_null() => {
                errors.push(format!("{}: a body is not described", self.name))
            }
            Some(body) => errors.extend(self.schema_errors(schema, body, "request")),
        }
        errors
    }

    /// What is wrong with an answer; empty when nothing is.
    pub fn response_errors(&self, status: u16, content_type: &str, body: &[u8]) -> Vec<String> {
        let Some(described) = self.description["responses"].get(status.to_string()) else {
            return vec![format!("{}: status {status} is not described", self.name)];
        };
        let Some(content) = described["content"].as_object() else {
            return Vec::new();
        };
        let essence = content_type.split(';').next().unwrap_or_default();
        let Some(media) = content.get(essence) else {
            return vec![format!(
                "{}: content type {essence} is not described for {status}",
                self.name
            )];
        };
        if essence != "application/json" || media["schema"].is_null() {
            return Vec::new();
        }
        match serde_json::from_slice(body) {
            Ok(body) => self.schema_errors(&media["schema"], &body, &format!("answer {status}")),
            Err(error) => vec![format!(
                "{}: answer {status} is not JSON: {error}",
                self.name
            )],
        }
    }

    fn schema_errors(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let schema = self.to_json_schema(schema);
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft7)
            .should_validate_formats(true)
            .build(&schema)
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        validator
            .iter_errors(value)
            .map(|error| {
                format!(
                    "{}: {place}{}: {error:.400}",
                    self.name,
                    error.instance_path()
                )
            })
            .collect()
    }

    /// OpenAPI 3.0 says `nullable` where JSON Schema has a type more.
    fn to_json_schema(&self, schema: &Value) -> Value {
        let Some(schema) = schema.as_object() else {
            return schema.clone();
        };
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            return self.to_json_schema(
                self.document
                    .pointer(target.trim_start_matches('#'))
                    .unwrap(),
            );
        }
        let mut converted = Map::new();
        for (key, value) in schema {
            let value = match key.as_str() {
                "nullable" | "default" => continue,
                "properties" => json!(
                    value
                        .as_object()
                        .unwrap()
                        .iter()
                        .map(|(name, schema)| (name.clone(), self.to_json_schema(schema)))
                        .collect::<Map<_, _>>()
                ),
                "items" | "additionalProperties" => self.to_json_schema(value),
                "oneOf" | "anyOf" | "allOf" => {
                    json!(
                        value
                            .as_array()
                            .unwrap()
                            .iter()
                            .map(|one| self.to_json_schema(one))
                            .collect::<Vec<_>>()
                    )
                }
                // Not formats of JSON Schema.
                "format"
                    if matches!(
                        value.as_str(),
                        Some("byte" | "binary" | "float" | "decimal")
                    ) =>
                {
                    continue;
                }
                _ => value.clone(),
            };
            converted.insert(key.clone(), value);
        }
        let listed = converted
            .get("properties")
            .and_then(Value::as_object)
            .is_some_and(|listed| !listed.is_empty());
        if listed && !converted.contains_key("additionalProperties") {
            converted.insert("additionalProperties".to_owned(), json!(false));
        }
        let scalar = matches!(
            converted.get("type").and_then(Value::as_str),
            Some("string" | "integer" | "number" | "boolean")
        );
        if schema.get("nullable") == Some(&json!(true)) || self.nulls_anywhere && scalar {
            let Some(kind) = converted.get("type").cloned() else {
                return json!({ "anyOf": [converted, { "type": "null" }] });
            };
            converted.insert("type".to_owned(), json!([kind, "null"]));
            if let Some(Value::Array(choices)) = converted.get_mut("enum") {
                choices.push(Value::Null);
            }
        }
        Value::Object(converted)
    }
}
