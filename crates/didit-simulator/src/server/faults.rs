//! Faults a test can order: what a client meets when the network or the far side misbehaves.

use std::{collections::HashMap, sync::LazyLock, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

use super::connection::Connection;
use crate::{
    call::Call,
    model::{Fault, FaultKind as Kind, State},
    values::{data, plain},
};

/// What a kind of fault answers where the order says nothing else: the status, the content type and the text.
static USUAL: LazyLock<HashMap<Kind, (u16, String, String)>> =
    LazyLock::new(|| data(include_str!("../catalog/faults.json")));

/// The first fault that fits `call`, counted down. Control requests are never hit, or faults could not be removed.
pub fn take(state: &mut State, call: &Call) -> Option<Fault> {
    let fits = |fault: &Fault| {
        let method = fault.method.as_deref().unwrap_or(call.method.as_str());
        call.path.starts_with(&fault.path_prefix)
            && method.eq_ignore_ascii_case(call.method.as_str())
    };
    let is_control = call.path.starts_with("/_simulator/");
    let position = state.faults.iter().position(fits).filter(|_| !is_control)?;
    let fault = state.faults.get_mut(position)?;
    let taken = fault.clone();
    match fault.times {
        0 => {}
        1 => drop(state.faults.remove(position)),
        _ => fault.times -= 1,
    }
    Some(taken)
}

/// Answers with the fault instead of the real reply.
pub async fn play(
    fault: Fault,
    call: &Call,
    connection: &Connection,
    shutdown: &CancellationToken,
) -> Response {
    let delay = Duration::from_millis(fault.delay_ms);
    if fault.kind != Kind::Trickle && !delay.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = shutdown.cancelled() => {}
        }
    }
    if fault.kind == Kind::Stall {
        shutdown.cancelled().await;
    }
    let (status, content_type, usual) = USUAL.get(&fault.kind).cloned().unwrap_or_default();
    let text = fault.body.as_ref().map_or(usual, plain);
    let mut headers = HeaderMap::new();
    if let (false, Ok(content_type)) = (content_type.is_empty(), content_type.parse()) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    let body = match fault.kind {
        Kind::Reset | Kind::Stall => {
            connection.reset();
            Body::empty()
        }
        Kind::Truncate | Kind::ResetMidBody => {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
            let to_reset = (fault.kind == Kind::ResetMidBody).then(|| connection.clone());
            half(&text, to_reset)
        }
        Kind::Redirect => {
            let location = HeaderValue::from_static("/v3/redirected/");
            headers.insert(header::LOCATION, location);
            Body::empty()
        }
        Kind::Empty => Body::empty(),
        Kind::Huge => huge(),
        Kind::Echo => Body::from(dump(call)),
        Kind::Trickle => trickle(text, delay, shutdown.clone()),
        Kind::Status | Kind::NotJson | Kind::Html => Body::from(text),
    };
    // The status and headers the test asked for go over the fault's own.
    for (name, value) in &fault.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), plain(value).parse()) {
            headers.insert(name, value);
        }
    }
    let status = StatusCode::from_u16(fault.status.unwrap_or(status));
    let mut response = Response::new(body);
    *response.status_mut() = status.unwrap_or_default();
    *response.headers_mut() = headers;
    response
}

/// The first half of `text`; the connection then ends, or is reset.
fn half(text: &str, to_reset: Option<Connection>) -> Body {
    let half = text.as_bytes().get(..text.len() / 2).unwrap_or_default();
    let half = Bytes::copy_from_slice(half);
    let end = stream::once(async move {
        // Lets the first half leave before the connection ends.
        tokio::time::sleep(Duration::from_millis(20)).await;
        if let Some(connection) = &to_reset {
            connection.reset();
        }
        Err(std::io::Error::other("truncated on purpose"))
    });
    Body::from_stream(stream::iter([Ok(half)]).chain(end))
}

/// The request as it came, credentials first: what is shown of a long text is its beginning.
fn dump(call: &Call) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = call.headers.iter();
    let headers = headers.map(|(name, value)| format!("{name}: {}", text(value.as_bytes())));
    let mut headers: Vec<String> = headers.collect();
    let is_secret = |line: &str| line.starts_with("x-api-key") || line.starts_with("authorization");
    headers.sort_by_key(|line| !is_secret(line));
    let (method, path, headers) = (&call.method, &call.path, headers.join("\n"));
    format!("{method} {path}\n{headers}\n\n{}", text(&call.body))
}

fn huge() -> Body {
    const CHUNK: usize = 64 * 1024;
    const CHUNKS: usize = 50 * 1024 * 1024 / CHUNK;
    let chunk = Bytes::from(vec![b'x'; CHUNK]);
    let chunks = (0..CHUNKS).map(move |_| Ok::<_, std::io::Error>(chunk.clone()));
    Body::from_stream(stream::iter(chunks))
}

/// One byte per `delay`, broken off when the simulator stops.
fn trickle(text: String, delay: Duration, shutdown: CancellationToken) -> Body {
    let bytes = text.into_bytes().into_iter();
    Body::from_stream(stream::unfold(
        (bytes, shutdown),
        move |(mut bytes, shutdown)| async move {
            let byte = bytes.next()?;
            let chunk = tokio::select! {
                () = tokio::time::sleep(delay) => Ok(Bytes::copy_from_slice(&[byte])),
                () = shutdown.cancelled() => Err(std::io::Error::other("the simulator stops")),
            };
            Some((chunk, (bytes, shutdown)))
        },
    ))
}
