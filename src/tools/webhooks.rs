//! Where Didit reports events.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Access, Answer, Context, Tool, Toolset,
    consent::Effect,
    error::Stop,
    input::{input_schema, parse},
    untrusted::{apart, clean, code_apart, link_apart},
    webhook_verify::{self, VerifyInput},
};
use crate::didit::{Destination, DestinationId, DestinationRequest, SharedSecret};

pub(super) fn tools() -> Vec<Tool> {
    vec![
        Tool {
            name: "didit_webhook_list",
            title: "List webhook destinations",
            toolset: Toolset::Webhooks,
            access: Access::Read,
            idempotent: true,
            overwrites: false,
            asks_when: None,
            verify_with: None,
            description: "Lists where Didit reports events, and how deliveries go.",
            input: input_schema::<ListInput>,
            output: None,
            aliases: &[],
            example: |_| json!({}),
            run: |context, arguments| {
                Box::pin(async move {
                    let ListInput {} = parse(arguments)?;
                    list(&context).await
                })
            },
        },
        Tool {
            name: "didit_webhook_create",
            title: "Add a webhook destination",
            toolset: Toolset::Webhooks,
            access: Access::Decide,
            idempotent: false,
            overwrites: false,
            asks_when: None,
            verify_with: Some((
                "didit_webhook_list",
                "shows whether the destination exists.",
            )),
            description: "Adds an address to which Didit reports events, after a human agreed; its secret is stored, not shown.",
            input: input_schema::<CreateInput>,
            output: None,
            aliases: &[("events", "subscribed_events")],
            example: |_| json!({ "url": "https://hooks.example.net/didit", "label": "Example" }),
            run: |context, arguments| {
                Box::pin(async move { create(&context, parse(arguments)?).await })
            },
        },
        Tool {
            name: "didit_webhook_update",
            title: "Change a webhook destination",
            toolset: Toolset::Webhooks,
            access: Access::Decide,
            idempotent: true,
            overwrites: true,
            asks_when: None,
            verify_with: Some(("didit_webhook_list", "shows the destination as it is.")),
            description: "Changes or pauses a webhook destination, after a human agreed; the list of events is replaced as a whole.",
            input: input_schema::<UpdateInput>,
            output: None,
            aliases: &[("events", "subscribed_events")],
            example: |world| json!({ "destination_id": world.destination_id, "label": "Renamed" }),
            run: |context, arguments| {
                Box::pin(async move { update(&context, parse(arguments)?).await })
            },
        },
        Tool {
            name: "didit_webhook_delete",
            title: "Delete a webhook destination",
            toolset: Toolset::Webhooks,
            access: Access::Irreversible,
            idempotent: true,
            overwrites: false,
            asks_when: None,
            verify_with: Some(("didit_webhook_list", "shows whether it is still there.")),
            description: "Deletes a webhook destination for good, after a human agreed; its secret dies with it.",
            input: input_schema::<DeleteInput>,
            output: None,
            aliases: &[],
            example: |world| json!({ "destination_id": world.destination_id }),
            run: |context, arguments| {
                Box::pin(async move { delete(&context, parse(arguments)?).await })
            },
        },
        Tool {
            name: "didit_webhook_verify",
            title: "Verify a webhook",
            toolset: Toolset::Webhooks,
            access: Access::Read,
            idempotent: true,
            overwrites: false,
            asks_when: None,
            verify_with: None,
            description: "Checks whether a received webhook is Didit's and fresh, and explains a mismatch; a secret that is not stored yet is fetched and stored.",
            input: input_schema::<VerifyInput>,
            output: None,
            aliases: &[("payload", "body"), ("x_signature", "signature")],
            example: |world| json!({ "body": "{}", "signature": "00", "timestamp": "1", "destination_id": world.destination_id }),
            run: |context, arguments| {
                Box::pin(async move { webhook_verify::verify(&context, &parse(arguments)?).await })
            },
        },
    ]
}

#[derive(Deserialize, JsonSchema)]
struct ListInput {}

#[derive(Deserialize, JsonSchema)]
struct CreateInput {
    /// Public https address.
    url: String,
    /// Name of the destination.
    label: String,
    /// status.updated and data.updated when absent.
    subscribed_events: Option<Vec<String>>,
}

#[derive(Deserialize, JsonSchema)]
struct UpdateInput {
    /// Destination UUID.
    destination_id: String,
    url: Option<String>,
    label: Option<String>,
    enabled: Option<bool>,
    /// Replaces the whole list.
    subscribed_events: Option<Vec<String>>,
}

#[derive(Deserialize, JsonSchema)]
struct DeleteInput {
    /// Destination UUID.
    destination_id: String,
}

async fn list(context: &Context) -> Result<Answer, Stop> {
    let destinations = context.client()?.list_destinations().await?;
    let mut text = format!("{} webhook destination(s):", destinations.len());
    for destination in &destinations {
        text.push_str(&format!("\n- {}", line(destination)));
    }
    let items: Vec<Value> = destinations.iter().map(row).collect();
    Ok(Answer::new(text)
        .with_data(&json!({ "items": items, "has_more": false }))
        .with_next("didit_webhook_create", "adds one."))
}

async fn create(context: &Context, input: CreateInput) -> Result<Answer, Stop> {
    let events = input
        .subscribed_events
        .unwrap_or_else(|| vec!["status.updated".to_owned(), "data.updated".to_owned()]);
    let request = DestinationRequest {
        label: Some(input.label),
        url: Some(input.url),
        enabled: None,
        webhook_version: Some("v3".to_owned()),
        subscribed_events: Some(events),
    };
    request.validate()?;
    let client = context.client()?;
    agree(
        context,
        "Add a webhook destination.",
        &request,
        String::new(),
    )
    .await?;
    let created = client.create_destination(&request).await?;
    let stored = remember(context, &created)?;
    Ok(Answer::new(format!(
        "Created the webhook destination {}.\n{stored}",
        line(&created)
    ))
    .with_data(&row(&created))
    .with_next(
        "didit_webhook_verify",
        "checks a delivery with that secret.",
    ))
}

async fn update(context: &Context, input: UpdateInput) -> Result<Answer, Stop> {
    let id: DestinationId = input.destination_id.parse()?;
    let request = DestinationRequest {
        label: input.label,
        url: input.url,
        enabled: input.enabled,
        webhook_version: None,
        subscribed_events: input.subscribed_events,
    };
    request.validate()?;
    let client = context.client()?;
    let before = format!("{}, to become ", line(&client.destination(&id).await?));
    agree(context, "Change a webhook destination.", &request, before).await?;
    let changed = client.update_destination(&id, &request).await?;
    Ok(Answer::new(format!(
        "Changed the webhook destination {}.",
        line(&changed)
    ))
    .with_data(&row(&changed)))
}

async fn delete(context: &Context, input: DeleteInput) -> Result<Answer, Stop> {
    let id: DestinationId = input.destination_id.parse()?;
    let client = context.client()?;
    let before = client.destination(&id).await?;
    context
        .consent
        .ask(&Effect {
            action: "Delete this webhook destination.".to_owned(),
            consequence: "Didit no longer reports events to it, and its secret is gone for good."
                .to_owned(),
            target: line(&before),
            person: None,
            environment: context.connection.environment(),
        })
        .await?;
    client.delete_destination(&id).await?;
    context.connection.remember(|profile| {
        profile.webhook_secrets.remove(&id.to_string());
    })?;
    Ok(Answer::new(format!(
        "Deleted the webhook destination {id}."
    )))
}

/// Whoever receives the events reads names, documents and results from then on, so a human agrees to the address.
async fn agree(
    context: &Context,
    action: &str,
    request: &DestinationRequest,
    before: String,
) -> Result<(), Stop> {
    let mut parts: Vec<String> = [&request.url, &request.label]
        .into_iter()
        .flatten()
        .map(|text| clean(text))
        .collect();
    if let Some(enabled) = request.enabled {
        parts.push(if enabled { "switched on" } else { "paused" }.to_owned());
    }
    if let Some(events) = &request.subscribed_events {
        parts.push(format!("events: {}", events.join(", ")));
    }
    context
        .consent
        .ask(&Effect {
            action: action.to_owned(),
            consequence: "Didit reports events there from now on, with the personal data in them."
                .to_owned(),
            target: format!("{before}{}", parts.join(", ")),
            person: None,
            environment: context.connection.environment(),
        })
        .await?;
    Ok(())
}

/// Stores the secret of a destination, so that it never has to be shown.
pub(super) fn remember(context: &Context, destination: &Destination) -> Result<String, Stop> {
    let (Some(id), Some(secret)) = (&destination.uuid, &destination.secret_shared_key) else {
        return Ok("Didit returned no secret with it; the console shows it.".to_owned());
    };
    let secret: &SharedSecret = secret;
    context.connection.remember(|profile| {
        profile
            .webhook_secrets
            .insert(id.to_string(), secret.expose_secret().to_owned());
    })?;
    Ok(format!(
        "Its secret is stored in {}; the receiver of the webhooks needs it as DIDIT_WEBHOOK_SECRET.",
        context.connection.place()
    ))
}

fn line(destination: &Destination) -> String {
    let mut line = format!(
        "{}: {}",
        apart(destination.label.as_deref().unwrap_or("unnamed")),
        link_apart(destination.url.as_deref().unwrap_or_default())
    );
    if let Some(id) = destination.uuid {
        line.push_str(&format!(", destination_id {id}"));
    }
    if destination.enabled == Some(false) {
        line.push_str(", paused");
    }
    let events: Vec<String> = destination
        .subscribed_events
        .iter()
        .map(|event| code_apart(event))
        .collect();
    line.push_str(&format!(", events: {}", events.join(", ")));
    line
}

fn row(destination: &Destination) -> Value {
    json!({
        "destination_id": destination.uuid.map(|id| id.to_string()),
        "label": destination.label,
        "url": destination.url,
        "enabled": destination.enabled,
        "webhook_version": destination.webhook_version,
        "subscribed_events": destination.subscribed_events,
    })
}
