//! Whether a webhook is Didit's, and why not.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::destination::remember;
use crate::{
    didit::{
        DestinationId, WebhookSecret,
        delivery::{self, Delivery, Examination, Refusal, SignatureCheck},
    },
    tools::{
        Context, Tool, ToolOutput, Toolset,
        error::{ErrorCode, NotDone, ToolError},
    },
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_webhook_verify", Toolset::Webhooks)
        .title("Verify a webhook")
        .description(
            "Checks whether a received webhook is Didit's and fresh, and explains a mismatch; a \
             secret that is not stored yet is fetched and stored.",
        )
        .example(|world| {
            json!({
                "body": "{}",
                "signature": "00",
                "timestamp": "1",
                "destination_id": world.destination_id,
            })
        })
        .aliases(&[("payload", "body"), ("x_signature", "signature")])
        .run(verify)
}

/// A webhook as the receiver saw it.
#[derive(Deserialize, JsonSchema)]
struct VerifyInput {
    /// Body, byte for byte as it came.
    body: String,
    /// X-Signature.
    signature: Option<String>,
    /// X-Signature-V2.
    signature_v2: Option<String>,
    /// X-Signature-Simple.
    signature_simple: Option<String>,
    /// X-Timestamp.
    timestamp: Option<String>,
    /// Destination whose stored secret to use; DIDIT_WEBHOOK_SECRET by default.
    destination_id: Option<DestinationId>,
}

/// Examines the webhook and explains what is wrong with it.
async fn verify(context: Context, input: VerifyInput) -> Result<ToolOutput, NotDone> {
    let secret = secret(&context, input.destination_id).await?;
    let delivery = Delivery {
        body: input.body.as_bytes(),
        signature: input.signature.as_deref(),
        signature_v2: input.signature_v2.as_deref(),
        signature_simple: input.signature_simple.as_deref(),
        timestamp: input.timestamp.as_deref(),
    };
    let now = crate::receiver::now();
    let found = delivery::examine(&secret, &delivery, now);
    let verdict = delivery::verify(&secret, &delivery, now);
    let mut text = match &verdict {
        Ok(_) => "Genuine and fresh: this webhook is Didit's.".to_owned(),
        Err(refusal) => format!("Not to be accepted: {refusal}."),
    };
    for (name, check) in [
        ("X-Signature (raw bytes)", found.raw),
        ("X-Signature-V2 (canonical JSON)", found.v2),
        ("X-Signature-Simple (four values)", found.simple),
    ] {
        text.push_str(&format!("\n- {name}: {}", word(check)));
    }
    if let Some(age) = found.age_s {
        text.push_str(&format!(
            "\n- sent {age} s ago, by the body's own timestamp"
        ));
    }
    if let Some(explanation) = explanation(&found, verdict.as_ref().err()) {
        text.push_str(&format!("\nLikely cause: {explanation}"));
    }
    Ok(ToolOutput::new(text).with_data(&json!({
        "accepted": verdict.is_ok(),
        "raw": word(found.raw),
        "v2": word(found.v2),
        "simple": word(found.simple),
        "age_s": found.age_s,
        "reason": verdict.err().map(|refusal| refusal.to_string()),
    })))
}

async fn secret(
    context: &Context,
    destination: Option<DestinationId>,
) -> Result<WebhookSecret, NotDone> {
    let connection = &context.connection;
    let Some(id) = destination else {
        return connection.settings().webhook_secret.clone().ok_or_else(|| {
            ToolError::new(
                ErrorCode::NoWebhookSecret,
                "No webhook secret is set, so nothing can be proved.",
            )
            .with_advice(
                "the operator sets DIDIT_WEBHOOK_SECRET; or destination_id names a destination.",
            )
            .into()
        });
    };
    if let Some(stored) = connection.profile()?.webhook_secrets.get(&id.to_string()) {
        return Ok(WebhookSecret::new(stored.as_str()));
    }
    // A secret that could not be stored when its destination was made, or that was made elsewhere.
    let found = context.client()?.destination(&id).await;
    let found = found.map_err(|error| ToolError {
        field: Some("destination_id".into()),
        ..ToolError::from(error)
    })?;
    remember(context, &found).await?;
    found.secret_shared_key.ok_or_else(|| {
        ToolError::new(
            ErrorCode::NoWebhookSecret,
            "Didit does not show this destination's secret to this key, so nothing can be proved.",
        )
        .with_advice("the operator sets DIDIT_WEBHOOK_SECRET from the Business Console.")
        .into()
    })
}

fn word(check: SignatureCheck) -> &'static str {
    match check {
        SignatureCheck::Absent => "absent",
        SignatureCheck::Matches => "matches",
        SignatureCheck::Differs => "differs",
    }
}

/// The usual mistake behind a finding.
fn explanation(found: &Examination, refusal: Option<&Refusal>) -> Option<&'static str> {
    match (found.raw, found.v2, found.simple) {
        (SignatureCheck::Differs, SignatureCheck::Matches, _) => Some(
            "the body was parsed and written again before it was checked; \
             the raw signature needs the bytes as they came.",
        ),
        (SignatureCheck::Differs, SignatureCheck::Differs, SignatureCheck::Matches) => Some(
            "the body was changed on its way, \
             beyond the four values that the simple signature covers.",
        ),
        (SignatureCheck::Differs, _, SignatureCheck::Differs)
        | (SignatureCheck::Differs, SignatureCheck::Absent, _)
            if found.is_json =>
        {
            Some(
                "the secret belongs to another destination, or has been replaced since; \
                 it is used as the text shown, not decoded.",
            )
        }
        _ => match refusal {
            Some(Refusal::Stale { .. }) => {
                Some("an old delivery is being replayed, or this machine's clock is wrong.")
            }
            _ => None,
        },
    }
}
