//! Reads a line into a message, as hosts really write them.
//!
//! Common deviations are accepted: an empty list as no parameters, arguments as one string, capabilities of a form that the
//! SDK does not know. What cannot be taken is answered under the id of its request wherever one can be made out, because a
//! caller without an answer waits for its time-out.

use std::borrow::Cow;

use rmcp::{
    RoleServer,
    model::{ClientCapabilities, ClientRequest, ErrorCode, JsonRpcMessage, RequestId},
    service::RxJsonRpcMessage,
};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::{Map, Value, json};

/// A line that cannot be served, and what its caller is told.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    pub code: ErrorCode,
    pub message: Cow<'static, str>,
    /// The request that waits for an answer.
    pub id: Option<RequestId>,
}

/// The message in a line of JSON.
pub(super) fn read(line: &[u8]) -> Result<RxJsonRpcMessage<RoleServer>, Refusal> {
    let error = match serde_json::from_slice::<RxJsonRpcMessage<RoleServer>>(line) {
        Ok(message) if !is_misread(&message) => return Ok(message),
        Ok(message) => {
            // The SDK's own words for it are better than none.
            return mended(line).unwrap_or(Ok(message));
        }
        Err(error) => error,
    };
    if error.is_data() {
        return mended(line).unwrap_or_else(|| Err(misfit(line)));
    }
    Err(Refusal {
        code: ErrorCode::PARSE_ERROR,
        message: unparsable(line, &error),
        id: id_of(line),
    })
}

/// A request of a method that the SDK knows, with parameters that it does not take.
fn is_misread(message: &RxJsonRpcMessage<RoleServer>) -> bool {
    matches!(
        message,
        JsonRpcMessage::Request(request)
            if matches!(&request.request, ClientRequest::CustomRequest(_))
    )
}

/// The message with what hosts are known to write put in order; `None` where nothing was found to put in order.
fn mended(line: &[u8]) -> Option<Result<RxJsonRpcMessage<RoleServer>, Refusal>> {
    let mut value: Value = serde_json::from_slice(line).ok()?;
    let message = value.as_object_mut()?;
    let method = message.get("method")?.as_str()?.to_owned();
    let id = message.get("id").cloned();
    // PHP writes an empty object as an empty list.
    if matches!(message.get("params"), Some(Value::Null | Value::Array(_)))
        && is_empty(message.get("params"))
    {
        message.remove("params");
    }
    let params = message
        .entry("params")
        .or_insert_with(|| Map::new().into())
        .as_object_mut()?;
    let refusal = match method.as_str() {
        "initialize" => initialize(params).err(),
        "tools/call" | "prompts/get" => {
            arguments(params);
            None
        }
        _ => None,
    };
    if let Some(message) = refusal {
        return Some(Err(Refusal {
            code: ErrorCode::INVALID_PARAMS,
            message: message.into(),
            id: id.and_then(|id| serde_json::from_value(id).ok()),
        }));
    }
    if params.is_empty() {
        message.remove("params");
    }
    serde_json::from_value(value).ok().map(Ok)
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    }
}

/// Accepts arguments as one JSON string, and an empty list for none.
fn arguments(params: &mut Map<String, Value>) {
    match params.get("arguments") {
        Some(Value::String(text)) => {
            let text = text.trim();
            if text.is_empty() {
                params.remove("arguments");
            } else if let Ok(object @ Value::Object(_)) = serde_json::from_str(text) {
                params.insert("arguments".to_owned(), object);
            }
        }
        arguments if is_empty(arguments) => drop(params.remove("arguments")),
        _ => {}
    }
}

/// Takes any capability and any description of a client; the version of the protocol has to be one text.
fn initialize(params: &mut Map<String, Value>) -> Result<(), String> {
    match params.get("protocolVersion") {
        Some(Value::String(_)) => {}
        Some(_) => {
            return Err("`params.protocolVersion` takes a text, such as \"2025-11-25\"".to_owned());
        }
        None => {
            return Err("`params.protocolVersion` is required, such as \"2025-11-25\"".to_owned());
        }
    }
    let capabilities = match params.remove("capabilities") {
        Some(Value::Object(given)) => taken(given),
        given if is_empty(given.as_ref()) => Map::new(),
        Some(_) => return Err("`params.capabilities` takes an object".to_owned()),
        None => Map::new(),
    };
    params.insert("capabilities".to_owned(), capabilities.into());
    let client = match params.remove("clientInfo") {
        Some(Value::Object(given)) => given,
        given if is_empty(given.as_ref()) => Map::new(),
        Some(_) => return Err("`params.clientInfo` takes an object".to_owned()),
        None => Map::new(),
    };
    let text = |name: &str| match client.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => "unknown".to_owned(),
    };
    let client = json!({ "name": text("name"), "version": text("version") });
    params.insert("clientInfo".to_owned(), client);
    if !params.get("_meta").is_some_and(Value::is_object) {
        params.remove("_meta");
    }
    Ok(())
}

/// The capabilities that the SDK can read. One that is there in another shape, such as `true`, is there.
fn taken(given: Map<String, Value>) -> Map<String, Value> {
    let reads = |name: &str, value: &Value| reads::<ClientCapabilities>(json!({ name: value }));
    given
        .into_iter()
        .filter_map(|(name, value)| match value {
            Value::Null | Value::Bool(false) => None,
            value if reads(&name, &value) => Some((name, value)),
            _ => Some((name, json!({}))),
        })
        .collect()
}

fn reads<T: DeserializeOwned>(value: Value) -> bool {
    serde_json::from_value::<T>(value).is_ok()
}

fn misfit(line: &[u8]) -> Refusal {
    Refusal {
        code: ErrorCode::INVALID_REQUEST,
        message: "invalid request".into(),
        id: id_of(line),
    }
}

/// Why a line cannot be parsed as JSON, naming the argument at fault if possible.
fn unparsable(line: &[u8], error: &serde_json::Error) -> Cow<'static, str> {
    if error.to_string().starts_with("recursion limit") {
        return "the request is nested too deep".into();
    }
    let mut json = serde_json::Deserializer::from_slice(line);
    match serde_path_to_error::deserialize::<_, Value>(&mut json) {
        Err(error) if is_half_character(error.inner()) => format!(
            "`{}` holds half of a character (a lone surrogate such as \\ud83d)",
            error.path()
        )
        .into(),
        _ => "parse error".into(),
    }
}

/// Half of a character is what clients leave when they cut a text in its middle.
fn is_half_character(error: &serde_json::Error) -> bool {
    let error = error.to_string();
    error.starts_with("lone leading surrogate") || error.starts_with("unexpected end of hex escape")
}

/// What of a message says whether somebody waits for its answer. Everything else may be of any depth.
#[derive(Deserialize)]
struct Head {
    id: Option<RequestId>,
    method: Option<IgnoredAny>,
    result: Option<IgnoredAny>,
    error: Option<IgnoredAny>,
}

/// The id under which a line is to be answered. An answer of the client's carries one of ours, and an error with it would
/// answer the client's own request.
fn id_of(line: &[u8]) -> Option<RequestId> {
    let head: Head = serde_json::from_slice(line).ok()?;
    let is_answer = head.method.is_none() && (head.result.is_some() || head.error.is_some());
    head.id.filter(|_| !is_answer)
}
