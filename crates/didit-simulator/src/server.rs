//! The HTTP side: connections, reading requests, sending replies and injected faults.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use tokio::net::TcpListener;

use didit_local_http::Bounds;

use crate::{call::Call, catalog::refusal, recording, reply::Reply, routes, shared::Shared};

mod connection;
mod faults;
mod guard;

use connection::Connection;

/// No request of the API is larger than a few megabytes; this leaves room for the largest picture in base64.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// How long a body may take. Most are sent whole with their head.
const BODY_TIME: Duration = Duration::from_secs(30);
/// Many clients keep their connections open between requests, and one that is idle for longer is closed.
const BOUNDS: Bounds = Bounds {
    connections: 256,
    head: Duration::from_secs(60),
};

/// Counts one request of the API until it is answered, or dropped because its client went away.
struct OpenRequest(Arc<Shared>);

impl OpenRequest {
    fn of(call: &Call, shared: &Arc<Shared>) -> Option<Self> {
        recording::is_of_the_api(call).then(|| {
            shared.state().requests_open += 1;
            Self(Arc::clone(shared))
        })
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let mut state = self.0.state();
        // A reset of the simulator may have forgotten this request.
        state.requests_open = state.requests_open.saturating_sub(1);
    }
}

/// Serves until the simulator is stopped; connections get a moment to finish and are then cut.
pub async fn serve(listener: TcpListener, own: SocketAddr, shared: Arc<Shared>) {
    let shutdown = shared.shutdown.clone();
    let routes = Router::new().fallback(answer).with_state((own, shared));
    didit_local_http::serve(listener, BOUNDS, shutdown, |stream, peer| {
        let connection = Connection::new(peer);
        let routes = routes.clone().layer(Extension(connection.clone()));
        (connection.over(stream), routes)
    })
    .await;
}

async fn answer(
    State((own, shared)): State<(SocketAddr, Arc<Shared>)>,
    Extension(connection): Extension<Connection>,
    request: Request,
) -> Response {
    let mut call = match read(request, &connection, own).await {
        Ok(call) => call,
        Err(reply) => return response(reply),
    };
    let _open = OpenRequest::of(&call, &shared);
    let (reply, fault) = {
        let mut state = shared.state();
        let number = recording::record(&mut state, &call);
        let fault = faults::take(&mut state, &call);
        let reply = match fault {
            Some(_) => None,
            None => Some(routes::dispatch(&mut state, &mut call)),
        };
        let status = reply.as_ref().map(|reply| reply.status.as_u16());
        let kind = fault.as_ref().map(|fault| fault.kind);
        recording::note(&mut state, number, status, kind);
        if !state.events.is_empty() {
            shared.events.notify_one();
        }
        (reply, fault)
    };
    match fault {
        Some(fault) => faults::play(fault, &call, &connection, &shared.shutdown).await,
        None => reply.map(response).unwrap_or_default(),
    }
}

async fn read(request: Request, connection: &Connection, own: SocketAddr) -> Result<Call, Reply> {
    let (parts, body) = request.into_parts();
    guard::admit(&parts, own)?;
    let body = match tokio::time::timeout(BODY_TIME, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return Err(refusal("body_too_large")),
        Err(_) => return Err(refusal("body_too_late")),
    };
    let raw_query = parts.uri.query().unwrap_or_default().to_owned();
    let query = url::form_urlencoded::parse(raw_query.as_bytes());
    Ok(Call {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: query.into_owned().collect(),
        raw_query,
        headers: parts.headers,
        body,
        peer: connection.peer.ip(),
        parameters: Vec::new(),
        operation: None,
        application: uuid::Uuid::nil(),
        account: uuid::Uuid::nil(),
    })
}

fn response(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    if !reply.content_type.is_empty() {
        let content_type = HeaderValue::from_static(reply.content_type);
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
