//! The worker that sends events, in order per destination, with the retries of the real service.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use uuid::Uuid;

use crate::{
    model::{Delivery, Event},
    shared::Shared,
    values::{Object, is_loopback, with},
};

mod signature;

const MOST_RETRIES: u32 = 2;

/// Takes events from the state and sends them, until the simulator stops. Each destination has a task of its own, so that
/// one that is slow keeps only itself waiting.
pub async fn run(shared: Arc<Shared>) {
    let mut queues: HashMap<Uuid, UnboundedSender<Event>> = HashMap::new();
    loop {
        tokio::select! {
            () = shared.events.notified() => {}
            () = shared.shutdown.cancelled() => return,
        }
        let events = std::mem::take(&mut shared.state().events);
        for event in events {
            let queue = queues.entry(event.destination);
            let queue = queue.or_insert_with(|| start_queue(Arc::clone(&shared)));
            // The task ends only with the simulator, when nobody waits for the event any more.
            drop(queue.send(event));
        }
    }
}

fn start_queue(shared: Arc<Shared>) -> UnboundedSender<Event> {
    let (sender, mut events) = unbounded_channel();
    tokio::spawn(async move {
        let work = async {
            let client = client();
            while let Some(event) = events.recv().await {
                let delivery = deliver(&shared, client.as_ref(), event).await;
                shared.state().deliveries.push(delivery);
            }
        };
        tokio::select! {
            () = work => {}
            () = shared.shutdown.cancelled() => {}
        }
    });
    sender
}

/// A client for loopback only, so it trusts no certificate.
fn client() -> Option<reqwest::Client> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .ok()
}

async fn deliver(shared: &Shared, client: Option<&reqwest::Client>, event: Event) -> Delivery {
    let client = client.filter(|_| is_loopback(&event.url));
    let mut delivery = Delivery {
        event,
        failure: Some("not sent: only this machine is contacted"),
        ..Delivery::default()
    };
    loop {
        let (now, timeout, retry_delay) = {
            let state = shared.state();
            (state.now(), state.delivery_timeout, state.retry_delay)
        };
        sign(&mut delivery, now);
        let Some(client) = client else {
            break;
        };
        delivery.attempts += 1;
        let started = Instant::now();
        (delivery.status_code, delivery.failure) = match post(client, &delivery, timeout).await {
            Ok(status) => (Some(status), None),
            Err(failure) => (None, Some(failure)),
        };
        delivery.response_time_ms = u64::try_from(started.elapsed().as_millis()).ok();
        let code = delivery.status_code;
        let again = code.is_none_or(|status| status == 404 || status >= 500);
        if !again || delivery.attempts > MOST_RETRIES {
            break;
        }
        tokio::time::sleep(retry_delay * 4_u32.pow(delivery.attempts - 1)).await;
    }
    delivery.finished_at = shared.state().now();
    delivery
}

/// The body and headers of an attempt; the timestamp is its own, the event id stays.
fn sign(delivery: &mut Delivery, now: Timestamp) {
    let timestamp = json!({ "timestamp": now.as_second() });
    let payload = with(delivery.event.payload.clone(), timestamp);
    let canonical = signature::canonical(&payload);
    delivery.body = signature::on_the_wire(&canonical);
    let signed = |text: &str| json!(signature::of(&delivery.event.secret, text));
    let headers = [
        ("content-type", json!("application/json")),
        ("user-agent", json!("DiditWebhook/2.0 +https://didit.me")),
        ("x-timestamp", json!(now.as_second().to_string())),
        ("x-signature", signed(&delivery.body)),
        ("x-signature-v2", signed(&canonical)),
        ("x-signature-simple", signed(&signature::simple(&payload))),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value));
    delivery.headers = Object::from_iter(headers);
}

/// The status of the answer, or why there is none.
async fn post(
    client: &reqwest::Client,
    delivery: &Delivery,
    timeout: Duration,
) -> Result<u16, &'static str> {
    let request = client.post(&delivery.event.url).timeout(timeout);
    let mut request = request.body(delivery.body.clone());
    for (name, value) in &delivery.headers {
        request = request.header(name, value.as_str().unwrap_or_default());
    }
    match request.send().await {
        Ok(response) => Ok(response.status().as_u16()),
        Err(error) if error.is_timeout() => Err("no answer in time"),
        Err(error) if error.is_connect() => Err("nobody listens there"),
        Err(_) => Err("the connection broke"),
    }
}
