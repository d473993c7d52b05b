//! Sending webhooks, in order per destination, with the retries of the real service.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Job, signature};
use crate::{
    server::Application,
    state::{micros, plain},
};

const MOST_RETRIES: u32 = 2;

/// A webhook that was sent, or would have been to a host outside.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(super) destination: Uuid,
    pub(crate) url: String,
    event_id: Value,
    webhook_type: Value,
    /// The status of the session that it tells.
    told: Value,
    pub(crate) status_code: Option<u16>,
    /// Why there is no status.
    pub(crate) failure: Option<&'static str>,
    pub(crate) attempts: u32,
    body: String,
    headers: Map<String, Value>,
    pub(super) response_time_ms: Option<u64>,
    pub(crate) finished_at: Timestamp,
}

impl Delivery {
    /// The event in a few words.
    pub(crate) fn event(&self) -> String {
        let kind = plain(&self.webhook_type);
        match self.told.as_str() {
            Some(status) => format!("{kind}: {status}"),
            None => kind,
        }
    }

    pub(crate) fn succeeded(&self) -> bool {
        self.status_code
            .is_some_and(|status| (200..300).contains(&status))
    }

    pub(crate) fn show(&self) -> Value {
        json!({
            "destination": self.destination,
            "url": self.url,
            "event_id": self.event_id,
            "webhook_type": self.webhook_type,
            "status_code": self.status_code,
            "failure": self.failure,
            "attempts": self.attempts,
            "finished_at": micros(self.finished_at),
            "body": self.body,
            "headers": self.headers,
        })
    }
}

/// Whether the simulator may contact this address: plain HTTP to the machine it runs on.
pub(super) fn is_loopback(address: &str) -> bool {
    let Ok(address) = url::Url::parse(address) else {
        return false;
    };
    let local = match address.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    local && address.scheme() == "http"
}

/// Hands events to one task per destination, so that each receives them in order.
pub(crate) struct Deliverer {
    queues: Mutex<HashMap<Uuid, UnboundedSender<Job>>>,
    shutdown: CancellationToken,
}

impl Deliverer {
    pub(crate) fn new(shutdown: CancellationToken) -> Self {
        Self {
            queues: Mutex::default(),
            shutdown,
        }
    }

    /// Starts sending what the last request queued.
    pub(crate) fn send_pending(&self, application: &Arc<Application>) {
        let jobs = std::mem::take(&mut application.state().webhooks.pending);
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        for job in jobs {
            let queue = queues
                .entry(job.destination)
                .or_insert_with(|| start_queue(Arc::clone(application), self.shutdown.clone()));
            // The task ends only with the simulator, when nobody waits for the event any more.
            drop(queue.send(job));
        }
    }
}

fn start_queue(application: Arc<Application>, shutdown: CancellationToken) -> UnboundedSender<Job> {
    let (sender, mut jobs) = unbounded_channel();
    tokio::spawn(async move {
        let work = async {
            let client = client();
            while let Some(job) = jobs.recv().await {
                let delivery = deliver(&application, client.as_ref(), job).await;
                application.state().webhooks.deliveries.push(delivery);
            }
        };
        tokio::select! {
            () = work => {}
            () = shutdown.cancelled() => {}
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

async fn deliver(
    application: &Application,
    client: Option<&reqwest::Client>,
    job: Job,
) -> Delivery {
    let mut delivery = Delivery {
        destination: job.destination,
        url: job.url.clone(),
        event_id: job.payload.get("event_id").cloned().unwrap_or_default(),
        webhook_type: job.payload.get("webhook_type").cloned().unwrap_or_default(),
        told: job.payload.get("status").cloned().unwrap_or_default(),
        status_code: None,
        failure: Some("not sent: only this machine is contacted"),
        attempts: 0,
        body: String::new(),
        headers: Map::new(),
        response_time_ms: None,
        finished_at: application.state().now(),
    };
    let client = client.filter(|_| is_loopback(&job.url));
    loop {
        let (now, timeout, retry_delay) = {
            let state = application.state();
            (
                state.now(),
                state.webhooks.timeout,
                state.webhooks.retry_delay,
            )
        };
        sign(&mut delivery, &job, now);
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
        let again = delivery
            .status_code
            .is_none_or(|status| status == 404 || status >= 500);
        if !again || delivery.attempts > MOST_RETRIES {
            break;
        }
        tokio::time::sleep(retry_delay * 4_u32.pow(delivery.attempts - 1)).await;
    }
    delivery.finished_at = application.state().now();
    delivery
}

/// The body and headers of an attempt; the timestamp is its own, the event id stays.
fn sign(delivery: &mut Delivery, job: &Job, now: Timestamp) {
    let mut payload = job.payload.clone();
    payload.insert("timestamp".to_owned(), json!(now.as_second()));
    let payload = Value::Object(payload);
    delivery.body = signature::written(&payload, signature::Letters::Ascii);
    let mut headers = Map::new();
    headers.insert("content-type".to_owned(), json!("application/json"));
    headers.insert(
        "user-agent".to_owned(),
        json!("DiditWebhook/2.0 +https://didit.me"),
    );
    headers.insert("x-timestamp".to_owned(), json!(now.as_second().to_string()));
    let canonical = signature::written(&payload, signature::Letters::All);
    for (name, signed) in [
        ("x-signature", &delivery.body),
        ("x-signature-v2", &canonical),
        ("x-signature-simple", &signature::simple(&payload)),
    ] {
        let signature = signature::of(&job.secret, signed);
        headers.insert(name.to_owned(), json!(signature));
    }
    delivery.headers = headers;
}

/// The status of the answer, or why there is none.
async fn post(
    client: &reqwest::Client,
    delivery: &Delivery,
    timeout: Duration,
) -> Result<u16, &'static str> {
    let mut request = client
        .post(&delivery.url)
        .timeout(timeout)
        .body(delivery.body.clone());
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
