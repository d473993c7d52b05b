//! A small webhook receiver: accepts each delivery that is proven to come from Didit once, and passes it on.
//!
//! Anybody may reach it, so strangers can hold little of the process: a number of connections, a number of bytes, and ten
//! seconds. What carries nothing that looks like a signature is refused before its body is read.

mod refusals;

use std::{
    collections::{HashSet, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    routing::post,
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::didit::{
    WebhookSecret,
    delivery::{self, Delivery, Event, Refusal},
};
use refusals::Refusals;

/// The largest body taken; a decision with everything in it has some 50 kB.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
/// The most bytes of bodies that are read at once, before it is known whose they are; eight of the largest.
const UNPROVED_BYTES: usize = 8 * MAX_BODY_BYTES;
/// How long a head may take, and a body after it. Didit itself gives up after five seconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections that are served at once.
const CONNECTIONS: usize = 64;
/// The length of a signature, an HMAC-SHA256 in hexadecimal digits.
const SIGNATURE_DIGITS: usize = 64;
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
    secret: WebhookSecret,
    seen: Mutex<Seen>,
    events: mpsc::Sender<Arrival>,
    /// One for each byte that may be read of a body.
    unproved: Semaphore,
    refusals: Refusals,
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
    pub async fn start(address: SocketAddr, secret: WebhookSecret) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (sender, events) = mpsc::channel(MOST_WAITING);
        let shared = Arc::new(Shared {
            secret,
            seen: Mutex::default(),
            events: sender,
            unproved: Semaphore::new(UNPROVED_BYTES),
            refusals: Refusals::default(),
        });
        let router = Router::new()
            .route("/", post(receive))
            .route("/{*path}", post(receive))
            .with_state(shared);
        let bounds = didit_local_http::Bounds {
            connections: CONNECTIONS,
            head: PATIENCE,
        };
        let serving = didit_local_http::serve(
            listener,
            bounds,
            CancellationToken::new(),
            move |stream, _| (stream, router.clone()),
        );
        let server = tokio::spawn(serving);
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
async fn receive(State(shared): State<Arc<Shared>>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    let headers = parts.headers;
    if let Err(refusal) = seems_signed(&headers) {
        shared.refusals.note(&refusal);
        return StatusCode::UNAUTHORIZED;
    }
    let reading = tokio::time::timeout(PATIENCE, shared.read(&headers, body));
    let body = match reading.await {
        Ok(Ok(body)) => body,
        Ok(Err(status)) => {
            shared.refusals.note(&status);
            return status;
        }
        Err(_) => {
            shared.refusals.note(&"its body did not arrive in time");
            return StatusCode::REQUEST_TIMEOUT;
        }
    };
    let delivery = Delivery {
        body: &body,
        ..delivery_of(&headers)
    };
    let event = match delivery::verify(&shared.secret, &delivery, now()) {
        Ok(event) => event,
        Err(refusal) => {
            shared.refusals.note(&refusal);
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

/// What the headers say of a delivery, without its body.
fn delivery_of(headers: &HeaderMap) -> Delivery<'_> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    Delivery {
        body: &[],
        signature: header("x-signature"),
        signature_v2: header("x-signature-v2"),
        signature_simple: header("x-signature-simple"),
        timestamp: header("x-timestamp"),
    }
}

/// Refuses what no body could prove to be Didit's.
fn seems_signed(headers: &HeaderMap) -> Result<(), Refusal> {
    let delivery = delivery_of(headers);
    let mut signatures = [
        delivery.signature,
        delivery.signature_v2,
        delivery.signature_simple,
    ]
    .into_iter()
    .flatten()
    .map(str::trim)
    .peekable();
    if signatures.peek().is_none() {
        return Err(Refusal::Unsigned);
    }
    let has_the_shape = |text: &str| {
        text.len() == SIGNATURE_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if signatures.any(has_the_shape) {
        Ok(())
    } else {
        Err(Refusal::WrongSignature)
    }
}

impl Shared {
    /// Reads a body once there is room for it, which is given back when the body is read: what is kept after that is proved.
    async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Bytes, StatusCode> {
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        let most = announced.unwrap_or(MAX_BODY_BYTES);
        if most > MAX_BODY_BYTES {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let room = u32::try_from(most).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        let _room = self.unproved.acquire_many(room).await.ok();
        to_bytes(body, most).await.map_err(|_| match announced {
            Some(_) => StatusCode::BAD_REQUEST,
            None => StatusCode::PAYLOAD_TOO_LARGE,
        })
    }

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
