//! What is in use, whether it works, and what to do next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    proof::{Price, price_line, prove},
    root_of,
};
use crate::tools::{
    Context, Environment, Tool, ToolOutput, Toolset,
    connection::{KeySource, Mode},
    error::NotDone,
    untrusted::mark_untrusted,
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_account_status", Toolset::Account)
        .title("Account status")
        .description(
            "Shows which Didit account and key are in use, what is switched on, and what to do \
             next.",
        )
        .example(|_| json!({ "check": true }))
        .search_words("API key, credentials, setup, sandbox or live")
        .output::<StatusOutput>()
        .run(status)
}

#[derive(Deserialize, JsonSchema)]
struct StatusInput {
    /// Test the key with one harmless call to Didit.
    #[serde(default)]
    check: bool,
}

#[derive(Serialize, JsonSchema)]
struct StatusOutput {
    /// `didit` or `simulator`.
    mode: &'static str,
    /// `live`, `sandbox`, `simulated` or `unknown`.
    environment: &'static str,
    has_api_key: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_last_four: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_works: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Pages of the simulator, in a browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    simulator_url: Option<String>,
    /// What is on and off, and by which setting. In the schema it would cost more than it says.
    #[schemars(skip)]
    lines: Vec<String>,
    /// What a session costs, by workflow.
    #[schemars(skip)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prices: Vec<Price>,
}

async fn status(context: Context, input: StatusInput) -> Result<ToolOutput, NotDone> {
    let connection = &context.connection;
    let snapshot = connection.snapshot()?;
    let mode = match connection.settings().mode {
        Mode::Didit => "didit",
        Mode::Simulator => "simulator",
    };
    // What Didit says of the newest session tells what a key alone does not.
    let proof = if input.check {
        Some(prove(&context).await?)
    } else {
        None
    };
    let environment = connection.environment_of(None);
    let mut lines = vec![match connection.settings().mode {
        Mode::Didit => format!(
            "Talking to {} at {}: {}.",
            if is_local(&connection.settings().api_base_url) {
                "a server on this machine"
            } else {
                "Didit"
            },
            connection.settings().api_base_url,
            environment.words(),
        ),
        Mode::Simulator => format!(
            "Talking to the built-in simulator at {}: nothing is real. Its pages: {}",
            connection.settings().api_base_url,
            root_of(connection)
        ),
    }];
    match &snapshot.key {
        Some((last_four, source)) => lines.push(format!(
            "API key: ends in {last_four}, from the {}.",
            source.name()
        )),
        None => lines.push("API key: none.".to_owned()),
    }
    if let Some(application) = &snapshot.profile.application
        && snapshot
            .key
            .as_ref()
            .is_some_and(|(_, source)| *source == KeySource::File)
    {
        lines.push(format!(
            "Application: {}{}.",
            mark_untrusted(&application.name),
            application
                .mode
                .as_deref()
                .map(|mode| format!(" ({})", mark_untrusted(mode)))
                .unwrap_or_default()
        ));
    }
    let foreign_origin = connection.foreign_origin(&snapshot.profile);
    if let Some(origin) = &foreign_origin {
        lines.push(format!(
            "The stored key belongs to {origin}, so it is not used here."
        ));
    }
    if let Some(email) = &snapshot.profile.email {
        lines.push(format!("Stored account: {email}, in {}.", snapshot.place));
    }
    for account in &snapshot.profile.other_accounts {
        lines.push(format!(
            "Stored beside it or waiting for its e-mail code: {}.",
            account.email
        ));
    }
    let switches = connection.settings().switches.iter();
    let switches: Vec<String> = switches
        .map(|(name, value)| format!("{name}: {value}."))
        .collect();
    lines.extend(switches.iter().cloned());
    if environment == Environment::Unknown && snapshot.key.is_some() && proof.is_none() {
        lines.push(
            "A key alone does not tell live from sandbox: with `check` the newest session does."
                .to_owned(),
        );
    }
    let key_works = proof.as_ref().map(|proof| proof.works);
    let (mut said, mut prices) = (None, Vec::new());
    if let Some(proof) = proof {
        lines.push(proof.line);
        if let Some(line) = price_line(&proof.prices) {
            lines.push(line);
        }
        (said, prices) = (proof.said, proof.prices);
    }
    let has_api_key = snapshot.key.is_some();
    let (last_four, source) = snapshot.key.unzip();
    let profile = &snapshot.profile;
    let waiting = profile.other_accounts.last().map(|account| &account.email);
    let application = snapshot.profile.application.as_ref();
    let application = application.filter(|_| source == Some(KeySource::File));
    let answer = ToolOutput::new(lines.join("\n")).with_data(&StatusOutput {
        application: application.map(|application| application.name.clone()),
        // The names of tools that are off stand in the text alone.
        lines: switches
            .into_iter()
            .filter(|line| !line.starts_with("Off by "))
            .collect(),
        prices,
        mode,
        environment: environment.name(),
        has_api_key,
        key_source: source.map(KeySource::name),
        key_last_four: last_four,
        key_works,
        email: profile.email.as_ref().or(waiting).cloned(),
        simulator_url: (mode == "simulator").then(|| root_of(connection)),
    });
    let answer = answer.with_untrusted("Said by Didit", said.as_deref());
    let stored = profile.email.is_some() || waiting.is_some();
    Ok(match source {
        Some(KeySource::Environment) if key_works == Some(false) => answer.with_human_step(
            "the operator replaces DIDIT_API_KEY \
             (Didit Business Console, API & Webhooks).",
        ),
        Some(_) if key_works == Some(false) && stored => answer.with_next(
            "didit_account_login",
            "fetches the key of the stored account again.",
        ),
        Some(_) => answer
            .with_next(
                "didit_workflow_list",
                "shows the workflows of this application.",
            )
            .with_next("didit_session_create", "makes a verification link."),
        None if foreign_origin.is_some() => answer.with_human_step(
            "the operator starts this server with another --profile for this address, \
             or sets DIDIT_API_KEY.",
        ),
        None if stored => {
            let answer = if waiting.is_some() {
                answer.with_next(
                    "didit_account_verify_email",
                    "takes the code that the stored address received.",
                )
            } else {
                answer
            };
            answer.with_next(
                "didit_account_login",
                "fetches the key of the stored account.",
            )
        }
        None => answer
            .with_next(
                "didit_account_register",
                "opens an account for an e-mail address.",
            )
            .with_human_step(
                "or the operator sets DIDIT_API_KEY from the Didit Business Console \
                 (API & Webhooks).",
            ),
    })
}

/// Whether an address is this machine's own, which Didit's never is.
fn is_local(address: &url::Url) -> bool {
    match address.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
