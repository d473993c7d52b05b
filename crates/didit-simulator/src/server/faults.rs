//! Faults a test can order: what a client meets when the network or the far side misbehaves.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use super::connection::Connection;
use crate::{
    call::Call,
    model::{Fault, FaultKind as Kind, State},
};

/// The first fault that fits `call`, counted down. Control requests are never hit, or faults could not be removed.
pub fn take(state: &mut State, call: &Call) -> Option<Fault> {
    if call.path.starts_with("/_simulator/") {
        return None;
    }
    let position = state.faults.iter().position(|fault| {
        call.path.starts_with(&fault.path_prefix)
            && fault
                .method
                .as_deref()
                .is_none_or(|method| method.eq_ignore_ascii_case(call.method.as_str()))
    })?;
    let fault = state.faults.get_mut(position)?;
    let taken = fault.clone();
    if let Some(times) = fault.times.as_mut() {
        *times = times.saturating_sub(1);
        if *times == 0 {
            state.faults.remove(position);
        }
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
    if fault.kind != Kind::Trickle && !fault.delay.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(fault.delay) => {}
            () = shutdown.cancelled() => {}
        }
    }
    let text = fault.body.clone();
    let (status, content_type, body) = match fault.kind {
        Kind::Status => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "application/json",
            Body::from(text.unwrap_or_else(|| r#"{"detail":"Simulated fault."}"#.to_owned())),
        ),
        Kind::Reset => {
            connection.reset();
            (StatusCode::OK, "application/json", Body::empty())
        }
        Kind::Stall => {
            shutdown.cancelled().await;
            connection.reset();
            (StatusCode::OK, "application/json", Body::empty())
        }
        Kind::Truncate | Kind::ResetMidBody => {
            let text = text.unwrap_or_else(|| r#"{"count":0,"next":null,"previous":null,"results":[]}"#.to_owned());
            let to_reset = (fault.kind == Kind::ResetMidBody).then(|| connection.clone());
            return decorate(&fault, truncated(&text, to_reset));
        }
        Kind::NotJson => (
            StatusCode::OK,
            "application/json",
            Body::from(text.unwrap_or_else(|| "{\"session_id\": ".to_owned())),
        ),
        Kind::Html => (
            StatusCode::BAD_GATEWAY,
            "text/html",
            Body::from(text.unwrap_or_else(|| {
                "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
                    .to_owned()
            })),
        ),
        Kind::Empty => (StatusCode::OK, "application/json", Body::empty()),
        Kind::Huge => (StatusCode::OK, "application/json", huge()),
        Kind::Redirect => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::FOUND;
            response
                .headers_mut()
                .insert(header::LOCATION, HeaderValue::from_static("/v3/redirected/"));
            return decorate(&fault, response);
        }
        Kind::Echo => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "text/plain",
            Body::from(dump(call)),
        ),
        Kind::Trickle => {
            let text = text.unwrap_or_else(|| r#"{"detail":"Simulated fault."}"#.to_owned());
            (StatusCode::OK, "application/json", trickle(text, fault.delay, shutdown.clone()))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    decorate(&fault, response)
}

/// The status and headers the test asked for, over the fault's own.
fn decorate(fault: &Fault, mut response: Response) -> Response {
    if let Some(status) = fault.status {
        *response.status_mut() = status;
    }
    for (name, value) in &fault.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Promises `text` and sends half of it; the connection then ends, or is reset.
fn truncated(text: &str, to_reset: Option<Connection>) -> Response {
    let half = Bytes::copy_from_slice(text.as_bytes().get(..text.len() / 2).unwrap_or_default());
    let chunks = stream::unfold((Some(half), to_reset), |(half, to_reset)| async {
        match half {
            Some(half) => Some((Ok(half), (None, to_reset))),
            None => {
                // Lets the first half leave before the connection ends.
                tokio::time::sleep(Duration::from_millis(20)).await;
                if let Some(connection) = &to_reset {
                    connection.reset();
                }
                let end = Err(std::io::Error::other("truncated on purpose"));
                Some((end, (None, to_reset)))
            }
        }
    });
    let mut response = Response::new(Body::from_stream(chunks));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    response
}

/// The request as it came, credentials first: what is shown of a long text is its beginning.
fn dump(call: &Call) -> String {
    let mut lines: Vec<String> = call
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort_by_key(|line| !line.starts_with("x-api-key") && !line.starts_with("authorization"));
    format!(
        "{} {}\n{}\n\n{}",
        call.method,
        call.path,
        lines.join("\n"),
        String::from_utf8_lossy(&call.body)
    )
}

fn huge() -> Body {
    const CHUNK: usize = 64 * 1024;
    const CHUNKS: usize = 50 * 1024 * 1024 / CHUNK;
    let chunk = Bytes::from(vec![b'x'; CHUNK]);
    Body::from_stream(stream::iter(
        (0..CHUNKS).map(move |_| Ok::<_, std::io::Error>(chunk.clone())),
    ))
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
