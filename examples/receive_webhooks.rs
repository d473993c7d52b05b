//! A receiver of webhooks in axum: accepts what is proved to be Didit's, and nothing else.
//!
//! `cargo run --example receive_webhooks` registers itself at the simulator, has a person verified there, and ends with the
//! verdict's event. For Didit itself, the address must be reachable from outside, and the secret is the destination's.
#![allow(clippy::print_stdout, reason = "an example tells what it does")]

use std::{sync::Arc, time::SystemTime};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use didit_mcp::{
    didit::{
        ApiKey, Client, NewDestination, SessionId, SessionRequest, WebhookSecret, WorkflowFeature,
        WorkflowRequest,
        delivery::{self, Delivery, Event},
    },
    simulator,
};
use tokio::{net::TcpListener, sync::mpsc};

struct Receiver {
    secret: WebhookSecret,
    events: mpsc::Sender<Event>,
}

/// Answers at once, because Didit waits five seconds; the work is done elsewhere. The body is taken as bytes: a signature does
/// not survive reading and writing JSON again.
async fn receive(
    State(receiver): State<Arc<Receiver>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let delivery = Delivery {
        body: &body,
        signature: header("x-signature"),
        signature_v2: header("x-signature-v2"),
        signature_simple: header("x-signature-simple"),
        timestamp: header("x-timestamp"),
    };
    let now = SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default()
        .as_secs();
    match delivery::verify(&receiver.secret, &delivery, now.cast_signed()) {
        // An event may come twice; `event_id` tells.
        Ok(event) => match receiver.events.try_send(event) {
            Ok(()) => StatusCode::OK,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        },
        Err(refusal) => {
            println!("Refused a post: {refusal}.");
            StatusCode::UNAUTHORIZED
        }
    }
}

/// Runs the example.
#[tokio::main(flavor = "current_thread")]
pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let simulator = simulator::start(simulator::SimulatorOptions::default()).await?;
    let client = Client::builder()
        .api_base_url(simulator.api_base_url().parse()?)
        .auth_base_url(simulator.auth_base_url().parse()?)
        .api_key(ApiKey::parse(simulator.api_key().unwrap_or_default())?)
        .build()?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/didit", listener.local_addr()?);
    let destination = client
        .create_destination(&NewDestination::new("Example".parse()?, address.parse()?))
        .await?;
    let (sender, mut events) = mpsc::channel(100);
    let receiver = Receiver {
        secret: destination
            .secret_shared_key
            .ok_or("the destination has no secret")?,
        events: sender,
    };
    let router = Router::new()
        .route("/didit", post(receive))
        .with_state(Arc::new(receiver));
    tokio::spawn(axum::serve(listener, router).into_future());

    let person = invite_a_person(&client).await?;
    play_the_person(&simulator.root_url(), &person).await?;
    while let Some(event) = events.recv().await {
        let status = event.status.unwrap_or_default();
        println!("{} is {status}.", event.vendor_data.unwrap_or_default());
        if status == "Approved" {
            return Ok(());
        }
    }
    Err("the receiver stopped".into())
}

async fn invite_a_person(client: &Client) -> Result<SessionId, Box<dyn std::error::Error>> {
    let workflow = client
        .create_workflow(&WorkflowRequest {
            workflow_label: Some("Customers".to_owned()),
            features: Some(vec![WorkflowFeature::new("OCR")]),
            ..WorkflowRequest::default()
        })
        .await?;
    let request = SessionRequest {
        vendor_data: Some("customer-4711".parse()?),
        sandbox_scenario: Some("approve".parse()?),
        ..SessionRequest::new(workflow.uuid)
    };
    let session = client.create_session(&request).await?;
    Ok(session.session_id)
}

/// The person's part, by the simulator's control endpoint.
async fn play_the_person(simulator: &str, session: &SessionId) -> Result<(), reqwest::Error> {
    // The library brings its own; a plain client of the same crate wants one to be chosen.
    drop(rustls::crypto::ring::default_provider().install_default());
    let finish = format!("{simulator}/_simulator/sessions/{session}/finish");
    let answer = reqwest::Client::new()
        .post(finish)
        .header("content-type", "application/json")
        .body("{}")
        .send()
        .await?;
    answer.error_for_status().map(drop)
}
