//! Remembering the requests of the API as they come in.

use serde_json::json;

use crate::{
    call::Call,
    model::{FaultKind, RecordedRequest, State},
};

/// How many requests are remembered.
const RECORDED: usize = 1000;
/// The most bytes of what came that they hold together. The newest request is kept whole, whatever its size.
const RECORDED_BYTES: usize = 32 * 1024 * 1024;

/// Remembers `call` when it is one of the API, and tells its number; pages and control requests are not recorded.
pub fn record(state: &mut State, call: &Call) -> Option<u64> {
    if !is_of_the_api(call) {
        return None;
    }
    state.requests_seen += 1;
    let received_at = state.now();
    let headers = call
        .headers
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                json!(String::from_utf8_lossy(value.as_bytes())),
            )
        })
        .collect();
    let own_bytes = bytes_of(call);
    let mut bytes = own_bytes;
    let kept = state.requests.iter().rev().take(RECORDED - 1);
    let kept = kept.take_while(|request| {
        bytes += request.bytes;
        bytes <= RECORDED_BYTES
    });
    let forgotten = state.requests.len() - kept.count();
    state.requests.drain(..forgotten);
    state.requests.push_back(RecordedRequest {
        number: state.requests_seen,
        received_at,
        method: call.method.to_string(),
        path: call.path.clone(),
        status: None,
        fault: None,
        query: call.raw_query.clone(),
        headers,
        body: String::from_utf8_lossy(&call.body).into_owned(),
        bytes: own_bytes,
    });
    Some(state.requests_seen)
}

fn bytes_of(call: &Call) -> usize {
    let headers = call.headers.iter();
    let headers: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    call.path.len() + call.raw_query.len() + headers + call.body.len()
}

/// Remembers how a recorded request was answered.
pub fn answered(
    state: &mut State,
    number: Option<u64>,
    status: Option<u16>,
    fault: Option<FaultKind>,
) {
    if let Some(request) = state
        .requests
        .iter_mut()
        .rev()
        .find(|request| Some(request.number) == number)
    {
        request.status = status;
        request.fault = fault;
    }
}

/// Whether `call` is one of the API, and no page or control request.
pub fn is_of_the_api(call: &Call) -> bool {
    ["/v1", "/v3", "/auth/"]
        .iter()
        .any(|start| call.path.starts_with(start))
}
