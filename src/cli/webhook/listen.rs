//! `didit-mcp webhook listen`.

use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use url::Url;

use super::Failure;
use crate::{
    didit::{WebhookSecret, http_client_for},
    receiver::{Arrival, Receiver},
    redact::Redactor,
    tools::clean,
    visible::escaped_line,
};

/// Didit itself waits five seconds for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Headers that go along when an event is passed on: its signatures and time.
const PASSED_ON: [&str; 6] = [
    "content-type",
    "x-signature",
    "x-signature-v2",
    "x-signature-simple",
    "x-timestamp",
    "x-didit-test-webhook",
];

/// Where to listen and what to do with events.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where to listen.
    #[arg(long, default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8788)), value_name = "ADDR:PORT")]
    address: SocketAddr,
    /// Pass verified events on to this address, byte for byte.
    #[arg(long, value_name = "URL")]
    forward_to: Option<Url>,
    /// Print each event as one JSON line, whole.
    #[arg(long)]
    json: bool,
    /// Stop after this many events.
    #[arg(long, value_name = "NUMBER")]
    count: Option<usize>,
}

/// Receives until it is stopped.
pub(super) async fn run(
    arguments: &Arguments,
    secret: WebhookSecret,
    redactor: &Redactor,
) -> Result<ExitCode, Failure> {
    let mut receiver = Receiver::start(arguments.address, secret).await?;
    let forwarding = match &arguments.forward_to {
        Some(target) => Some((http_client_for(target)?, target)),
        None => None,
    };
    let mut output = anstream::stdout();
    if !arguments.json {
        writeln!(
            output,
            "Listening on http://{}/ ; stop with Ctrl-C.",
            receiver.address()
        )?;
        output.flush()?;
    }
    let mut taken = 0;
    while arguments.count.is_none_or(|count| taken < count) {
        let arrival = tokio::select! {
            arrival = receiver.next() => arrival,
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                None
            }
        };
        let Some(arrival) = arrival else { break };
        taken += 1;
        if arguments.json {
            let payload = arrival.event.payload.to_string();
            let payload = redactor.json_line(payload.into_bytes());
            let payload = String::from_utf8_lossy(&payload);
            writeln!(output, "{}", escaped_line(&payload))?;
        } else {
            writeln!(output, "{}", redactor.text(line(&arrival)))?;
        }
        if let Some((http, target)) = &forwarding {
            let outcome = pass_on(http, target, &arrival).await;
            if !arguments.json {
                writeln!(output, "  passed on: {outcome}")?;
            }
        }
        output.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

fn line(arrival: &Arrival) -> String {
    let event = &arrival.event;
    let mut line = clean(event.webhook_type.as_deref().unwrap_or("event"));
    for (name, value) in [
        ("status", event.status.clone()),
        ("session", event.session_id.map(|id| id.to_string())),
        ("vendor_data", event.vendor_data.clone()),
        ("environment", event.environment.clone()),
    ] {
        if let Some(value) = value {
            line.push_str(&format!("  {name}: {}", clean(&value)));
        }
    }
    line
}

async fn pass_on(http: &reqwest::Client, target: &Url, arrival: &Arrival) -> String {
    let mut request = http
        .post(target.clone())
        .timeout(PATIENCE)
        .body(arrival.body.clone());
    for name in PASSED_ON {
        if let Some(value) = arrival.headers.get(name) {
            request = request.header(name, value.as_bytes());
        }
    }
    match request.send().await {
        Ok(response) => response.status().to_string(),
        Err(error) => error.without_url().to_string(),
    }
}
