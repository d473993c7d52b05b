//! From nothing to a workflow: opens an account, proves its address, and makes the template of checks.
//!
//! `cargo run --example set_up` does it on the simulator. For Didit itself, leave out the two base URLs, use an address of your
//! own, and read the code from its mail.
#![allow(clippy::print_stdout, reason = "an example tells what it does")]

use didit_mcp::{
    didit::{Client, Password, Registration, WorkflowFeature, WorkflowRequest},
    simulator,
};
use serde_json::Value;

/// Runs the example.
#[tokio::main(flavor = "current_thread")]
pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let simulator = simulator::start(simulator::SimulatorOptions::default()).await?;
    let client = Client::builder()
        .api_base_url(simulator.api_base_url().parse()?)
        .auth_base_url(simulator.auth_base_url().parse()?)
        .build()?;

    let email = "operator@didit-example.local";
    let registration = Registration {
        email: email.to_owned(),
        password: Password::generate()?,
    };
    client.register(&registration).await?;
    let code = code_from_mail(&simulator.root_url()).await?;
    let account = client.verify_email(email, &code).await?;
    let application = account.first_application();
    let key = application
        .and_then(|application| application.api_key.clone())
        .ok_or("the account has no key")?;
    // `Debug` and `Display` of a key print nothing of it.
    println!("The account is open; its key ends in {}.", key.last_four());

    let client = client.with_api_key(key);
    let workflow = client
        .create_workflow(&WorkflowRequest {
            workflow_label: Some("Customers".to_owned()),
            features: Some(vec![
                WorkflowFeature::new("OCR"),
                WorkflowFeature::new("LIVENESS"),
                WorkflowFeature::new("FACE_MATCH").with("face_match_score_decline_threshold", 60),
                WorkflowFeature::new("AML"),
            ]),
            ..WorkflowRequest::default()
        })
        .await?;
    println!(
        "Workflow {} runs {}.",
        workflow.uuid,
        workflow.features.join(", ")
    );
    Ok(())
}

/// The simulator keeps the mails that Didit would send.
async fn code_from_mail(simulator: &str) -> Result<String, Box<dyn std::error::Error>> {
    // The library brings its own; a plain client of the same crate wants one to be chosen.
    drop(rustls::crypto::ring::default_provider().install_default());
    let inbox = reqwest::get(format!("{simulator}/_simulator/inbox")).await?;
    let mails: Value = inbox.json().await?;
    let code = mails
        .pointer("/0/code")
        .and_then(Value::as_str)
        .ok_or("no mail with a code")?;
    Ok(code.to_owned())
}
