//! The HTTP side: connections, reading requests, sending replies and injected faults.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    extract::{Request, State as Shared},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{
    call::Call,
    control,
    faults::{self, connection::Connection},
    guard,
    reply::{Reply, detail},
    routes,
    state::State,
    webhooks::Deliverer,
};
use didit_local_http::Bounds;

/// No request of the API is larger than a few megabytes; this leaves room for the largest picture in base64.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// How long a body may take. Most are sent whole with their head.
const BODY_TIME: Duration = Duration::from_secs(30);
/// Many clients keep their connections open between requests, and one that is idle for longer is closed.
const BOUNDS: Bounds = Bounds {
    connections: 256,
    head: Duration::from_secs(60),
};

/// What all connections share.
pub(super) struct Application {
    address: SocketAddr,
    state: Mutex<State>,
    pub(super) shutdown: CancellationToken,
    deliverer: Deliverer,
}

impl Application {
    pub(super) fn new(address: SocketAddr, state: State, shutdown: CancellationToken) -> Self {
        Self {
            address,
            state: Mutex::new(state),
            deliverer: Deliverer::new(shutdown.clone()),
            shutdown,
        }
    }

    /// The state. A handler that panicked leaves it usable, so a poisoned lock is no reason to stop.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts one request of the API until it is answered, or dropped because its client went away.
struct OpenRequest(Arc<Application>);

impl OpenRequest {
    fn of(call: &Call, application: &Arc<Application>) -> Option<Self> {
        control::is_of_the_api(call).then(|| {
            application.state().requests_open += 1;
            Self(Arc::clone(application))
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

/// Serves until the token is cancelled; connections get a moment to finish and are then cut.
pub(super) async fn serve(listener: TcpListener, application: Arc<Application>) {
    let shutdown = application.shutdown.clone();
    let routes = Router::new()
        .fallback(answer)
        .with_state(Arc::clone(&application));
    didit_local_http::serve(listener, BOUNDS, shutdown, |stream, peer| {
        let connection = Connection::new(peer);
        let routes = routes.clone().layer(Extension(connection.clone()));
        (connection.over(stream), routes)
    })
    .await;
}

async fn answer(
    Shared(application): Shared<Arc<Application>>,
    Extension(connection): Extension<Connection>,
    request: Request,
) -> Response {
    let mut call = match read(request, &connection, application.address).await {
        Ok(call) => call,
        Err(reply) => return response(reply),
    };
    let _open = OpenRequest::of(&call, &application);
    let (fault, reply) = {
        let mut state = application.state();
        let number = control::record(&mut state, &call);
        match faults::take(&mut state, &call) {
            Some(fault) => {
                control::answered(&mut state, number, None, Some(fault.kind));
                (Some(fault), None)
            }
            None => {
                let reply = routes::dispatch(&mut state, &mut call);
                control::answered(&mut state, number, Some(reply.status.as_u16()), None);
                (None, Some(reply))
            }
        }
    };
    application.deliverer.send_pending(&application);
    match (fault, reply) {
        (Some(fault), _) => faults::play(fault, &call, &connection, &application.shutdown).await,
        (None, Some(reply)) => response(reply),
        (None, None) => Response::new(Body::empty()),
    }
}

async fn read(request: Request, connection: &Connection, own: SocketAddr) -> Result<Call, Reply> {
    let (parts, body) = request.into_parts();
    guard::admit(&parts, own)?;
    let body = match tokio::time::timeout(BODY_TIME, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            return Err(detail(
                StatusCode::PAYLOAD_TOO_LARGE,
                "Request body exceeded the size limit.",
            ));
        }
        Err(_) => {
            return Err(detail(
                StatusCode::REQUEST_TIMEOUT,
                "Request body did not arrive in time.",
            ));
        }
    };
    let raw_query = parts.uri.query().unwrap_or_default().to_owned();
    Ok(Call {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(raw_query.as_bytes())
            .into_owned()
            .collect(),
        raw_query,
        headers: parts.headers,
        body,
        peer: connection.peer.ip(),
        parameters: Vec::new(),
        application: uuid::Uuid::nil(),
        account: uuid::Uuid::nil(),
    })
}

pub(super) fn response(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    if !reply.content_type.is_empty() {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(reply.content_type),
        );
    }
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
