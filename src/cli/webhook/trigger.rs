//! `didit-mcp webhook trigger`.

use std::{io::Write, process::ExitCode, time::Duration};

use clap::Args;
use serde_json::{Map, Value, json};
use url::Url;
use uuid::Uuid;

use super::Failure;
use crate::{
    didit::{SessionStatus, WebhookSecret, http_client_for, signature, webhooks::EVENTS},
    receiver,
};

/// Didit itself waits five seconds for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What to send, and where to.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The receiver.
    #[arg(long, value_name = "URL")]
    url: Url,
    /// One kind of event, such as status.updated; every kind when absent.
    #[arg(long, value_name = "TYPE")]
    event: Option<String>,
    /// One status, such as Approved; every status when absent.
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// The session that the events are about.
    #[arg(long, value_name = "UUID")]
    session_id: Option<Uuid>,
}

/// Sends the samples; the exit code is 0 when all were taken.
pub(super) async fn run(
    arguments: &Arguments,
    secret: &WebhookSecret,
) -> Result<ExitCode, Failure> {
    let http = http_client_for(&arguments.url)?;
    let mut output = anstream::stdout();
    let mut refused = 0;
    let session = arguments.session_id.unwrap_or_else(Uuid::new_v4);
    for payload in samples(arguments, session)? {
        let body = signature::wire_body(&payload);
        let signatures = signature::sign(secret.expose_secret(), body.as_bytes())?;
        let outcome = http
            .post(arguments.url.clone())
            .timeout(PATIENCE)
            .header("content-type", "application/json")
            .header("user-agent", "DiditWebhook/2.0 +https://didit.me")
            .header("x-didit-test-webhook", "true")
            .header("x-timestamp", receiver::now().to_string())
            .header("x-signature", signatures.raw)
            .header("x-signature-v2", signatures.v2)
            .header("x-signature-simple", signatures.simple)
            .body(body)
            .send()
            .await;
        let (taken, shown) = match outcome {
            Ok(response) => (
                response.status().is_success(),
                response.status().to_string(),
            ),
            Err(error) => (false, error.without_url().to_string()),
        };
        refused += usize::from(!taken);
        let text = |key| payload.get(key).and_then(Value::as_str).unwrap_or("-");
        writeln!(
            output,
            "{}  {}  {shown}",
            text("webhook_type"),
            text("status")
        )?;
    }
    Ok(if refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// One sample for each kind of event, and for each status where the kind has one.
fn samples(arguments: &Arguments, session: Uuid) -> Result<Vec<Value>, Failure> {
    let known = |list: &[&'static str], wanted: &str| {
        list.iter()
            .copied()
            .find(|name| name.eq_ignore_ascii_case(wanted))
            .ok_or_else(|| format!("\"{wanted}\" is not one of: {}", list.join(", ")))
    };
    let kinds = match &arguments.event {
        Some(wanted) => vec![known(&EVENTS, wanted)?],
        None => EVENTS.to_vec(),
    };
    let statuses = match &arguments.status {
        Some(wanted) => vec![wanted.parse().map_err(|_| {
            let names = SessionStatus::ALL.map(|status| status.to_string());
            format!("\"{wanted}\" is not one of: {}", names.join(", "))
        })?],
        None => SessionStatus::ALL.to_vec(),
    };
    let mut all = Vec::new();
    for kind in kinds {
        if kind == "status.updated" {
            all.extend(
                statuses
                    .iter()
                    .map(|status| session_event(kind, status.as_str(), session)),
            );
        } else if kind == "data.updated" {
            all.push(session_event(kind, "Approved", session));
        } else {
            all.push(other_event(kind));
        }
    }
    Ok(all)
}

fn envelope(kind: &str) -> Map<String, Value> {
    let now = receiver::now();
    let mut event = Map::new();
    event.insert("event_id".into(), Uuid::new_v4().to_string().into());
    event.insert("webhook_type".into(), kind.into());
    event.insert("timestamp".into(), now.into());
    event.insert("created_at".into(), now.into());
    event.insert("application_id".into(), Uuid::new_v4().to_string().into());
    event.insert("environment".into(), "sandbox".into());
    event.insert("vendor_data".into(), "sample-person-1".into());
    event
}

fn session_event(kind: &str, status: &str, session: Uuid) -> Value {
    let mut event = envelope(kind);
    event.insert("session_id".into(), session.to_string().into());
    event.insert("status".into(), status.into());
    event.insert("workflow_id".into(), Uuid::new_v4().to_string().into());
    event.insert("workflow_version".into(), 1.into());
    event.insert("metadata".into(), json!({ "sample": true }));
    match status {
        "Approved" | "Declined" | "In Review" | "Abandoned" => {
            event.insert(
                "decision".into(),
                json!({ "session_id": session.to_string(), "status": status, "id_verifications": null }),
            );
        }
        "Resubmitted" => {
            event.insert(
                "resubmit_info".into(),
                json!({
                    "nodes_to_resubmit": [{ "node_id": "feature_ocr_1", "feature": "OCR" }],
                    "reasons": { "feature_ocr_1": "The photo is blurred." },
                }),
            );
        }
        _ => {}
    }
    Value::Object(event)
}

fn other_event(kind: &str) -> Value {
    let mut event = envelope(kind);
    if kind.ends_with("status.updated") {
        event.insert("status".into(), "ACTIVE".into());
        event.insert("previous_status".into(), "FLAGGED".into());
    } else if kind.ends_with("data.updated") {
        event.insert("changed_fields".into(), json!(["email"]));
    }
    Value::Object(event)
}
