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
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = call.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), json!(text(value.as_bytes()))));
    let lengths = call.headers.iter();
    let lengths = lengths.map(|(name, value)| name.as_str().len() + value.len());
    let others = call.path.len() + call.raw_query.len() + call.body.len();
    let own_bytes = lengths.sum::<usize>() + others;
    let mut bytes = own_bytes;
    let kept = state.requests.iter().rev().take(RECORDED - 1);
    let kept = kept.take_while(|request| {
        bytes += request.bytes;
        bytes <= RECORDED_BYTES
    });
    let forgotten = state.requests.len() - kept.count();
    state.requests.drain(..forgotten);
    let received_at = state.now();
    state.requests.push_back(RecordedRequest {
        number: state.requests_seen,
        received_at,
        method: call.method.to_string(),
        path: call.path.clone(),
        status: None,
        fault: None,
        query: call.raw_query.clone(),
        headers: headers.collect(),
        body: text(&call.body),
        bytes: own_bytes,
    });
    Some(state.requests_seen)
}

/// Notes how a recorded request was answered.
pub fn note(state: &mut State, number: Option<u64>, status: Option<u16>, fault: Option<FaultKind>) {
    let mut requests = state.requests.iter_mut().rev();
    if let Some(request) = requests.find(|request| Some(request.number) == number) {
        request.status = status;
        request.fault = fault;
    }
}

/// Whether `call` is one of the API, and no page or control request.
pub fn is_of_the_api(call: &Call) -> bool {
    let mut starts = ["/v1", "/v3", "/auth/"].into_iter();
    starts.any(|start| call.path.starts_with(start))
}
