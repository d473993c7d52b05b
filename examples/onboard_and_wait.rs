//! One person's verification: makes the link, waits, and reads the decision.
//!
//! `cargo run --example onboard_and_wait` does it on the simulator, whose control endpoint stands in for the person. For Didit
//! itself, leave out the base URLs, the scenario and the stand-in, and take the key from `DIDIT_API_KEY`.
#![allow(clippy::print_stdout, reason = "an example tells what it does")]

use std::time::Duration;

use didit_mcp::{
    didit::{ApiKey, Client, SessionId, SessionRequest, WorkflowFeature, WorkflowRequest},
    simulator,
};

/// Didit allows 600 reads a minute, and people take minutes; the simulator's are faster.
const PAUSE: Duration = Duration::from_millis(200);

/// Runs the example.
#[tokio::main(flavor = "current_thread")]
pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let simulator = simulator::start(simulator::SimulatorOptions::default()).await?;
    let client = Client::builder()
        .api_base_url(simulator.api_base_url().parse()?)
        .auth_base_url(simulator.auth_base_url().parse()?)
        .api_key(ApiKey::parse(simulator.api_key().unwrap_or_default())?)
        .build()?;

    let features = ["OCR", "LIVENESS", "FACE_MATCH"];
    let workflow = client
        .create_workflow(&WorkflowRequest {
            workflow_label: Some("Customers".to_owned()),
            features: Some(features.map(WorkflowFeature::new).to_vec()),
            ..WorkflowRequest::default()
        })
        .await?;
    let session = client
        .create_session(&SessionRequest {
            // The same call again returns the unfinished session of this person instead of a second one.
            vendor_data: Some("customer-4711".parse()?),
            language: Some("es".parse()?),
            sandbox_scenario: Some("approve".parse()?),
            ..SessionRequest::new(workflow.uuid)
        })
        .await?;
    println!(
        "Give the person this link: {}",
        session.url.unwrap_or_default()
    );
    play_the_person(&simulator.root_url(), &session.session_id).await?;

    let decision = loop {
        let decision = client.decision(&session.session_id).await?;
        if decision.status.is_final() {
            break decision;
        }
        tokio::time::sleep(PAUSE).await;
    };
    println!("The verdict is {}.", decision.status);
    for step in decision.steps() {
        println!("  {}: {}", step.feature, step.status.unwrap_or("open"));
    }
    Ok(())
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
