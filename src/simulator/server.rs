//! The HTTP side: connections, reading requests, sending replies and injected faults.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State as Shared},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{
    call::Call,
    control,
    faults::{
        self,
        connection::{Connection, Listener},
    },
    reply::{Reply, detail},
    routes,
    state::State,
    webhooks::Deliverer,
};

/// No request of the API is larger than a few megabytes; this leaves room for the largest picture in base64.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// What all connections share.
pub(super) struct Application {
    state: Mutex<State>,
    pub(super) shutdown: CancellationToken,
    deliverer: Deliverer,
}

impl Application {
    pub(super) fn new(state: State, shutdown: CancellationToken) -> Self {
        Self {
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
    let router = Router::new()
        .fallback(answer)
        .with_state(Arc::clone(&application))
        .into_make_service_with_connect_info::<Connection>();
    let serving = axum::serve(Listener(listener), router)
        .with_graceful_shutdown(shutdown.clone().cancelled_owned());
    let patience = async {
        shutdown.cancelled().await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    tokio::select! {
        _ = serving => {}
        () = patience => {}
    }
}

async fn answer(
    Shared(application): Shared<Arc<Application>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    let mut call = match read(request, &connection).await {
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

async fn read(request: Request, connection: &Connection) -> Result<Call, Reply> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return Err(detail(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Request body exceeded the size limit.",
        ));
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
