//! A small receiver of webhooks: takes what is proved to be Didit's, once, and passes it on.

use std::{
    collections::{HashSet, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};

use crate::didit::{
    SharedSecret,
    delivery::{self, Delivery, Event},
};

/// The largest body taken; a decision with everything in it has some 50 kB.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Event ids that are remembered, to take each event once.
const REMEMBERED: usize = 10_000;
/// Events that may wait for whoever takes them.
const MOST_WAITING: usize = 1024;

/// A running receiver. Dropping it stops it.
pub struct Receiver {
    address: SocketAddr,
    events: mpsc::Receiver<Arrival>,
    server: JoinHandle<()>,
}

/// An event with its bytes and signatures, as they came.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// What it says.
    pub event: Event,
    /// The body, byte for byte.
    pub body: Bytes,
    /// Its headers.
    pub headers: HeaderMap,
}

struct Shared {
    secret: SharedSecret,
    seen: Mutex<Seen>,
    events: mpsc::Sender<Arrival>,
}

#[derive(Default)]
struct Seen {
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl Receiver {
    /// Listens on `address` for posts to any path, signed with `secret`.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(address: SocketAddr, secret: SharedSecret) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (sender, events) = mpsc::channel(MOST_WAITING);
        let shared = Arc::new(Shared {
            secret,
            seen: Mutex::default(),
            events: sender,
        });
        let router = Router::new()
            .route("/", post(receive))
            .route("/{*path}", post(receive))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(shared);
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the webhook receiver stopped");
            }
        });
        Ok(Self {
            address,
            events,
            server,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next event; `None` when the receiver has stopped.
    pub async fn next(&mut self) -> Option<Arrival> {
        self.events.recv().await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Answers at once: Didit waits five seconds, and does not try again after an answer below 500 but 404.
async fn receive(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let delivery = Delivery {
        body: &body,
        signature: header("x-signature"),
        signature_v2: header("x-signature-v2"),
        signature_simple: header("x-signature-simple"),
        timestamp: header("x-timestamp"),
    };
    let event = match delivery::verify(&shared.secret, &delivery, now()) {
        Ok(event) => event,
        Err(refusal) => {
            tracing::warn!(%refusal, "a webhook was refused");
            return StatusCode::UNAUTHORIZED;
        }
    };
    let id = event.event_id.clone();
    if id.as_deref().is_some_and(|id| !shared.is_new(id)) {
        return StatusCode::OK;
    }
    let arrival = Arrival {
        event,
        body,
        headers,
    };
    if shared.events.try_send(arrival).is_ok() {
        return StatusCode::OK;
    }
    // Didit delivers it again, so it must not count as taken.
    if let Some(id) = id {
        shared.forget(&id);
    }
    StatusCode::SERVICE_UNAVAILABLE
}

impl Shared {
    /// Remembers an id; false when it was there already.
    fn is_new(&self, id: &str) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.ids.insert(id.to_owned()) {
            return false;
        }
        seen.order.push_back(id.to_owned());
        if seen.order.len() > REMEMBERED
            && let Some(oldest) = seen.order.pop_front()
        {
            seen.ids.remove(&oldest);
        }
        true
    }

    fn forget(&self, id: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.ids.remove(id);
        seen.order.retain(|other| other != id);
    }
}

/// Epoch seconds.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
