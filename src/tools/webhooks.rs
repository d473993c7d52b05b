//! Where Didit reports events.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Answer, Context, NoInput, Tool, Toolset,
    change::{Change, Line, Setting},
    consent::agreed,
    error::Stop,
    untrusted::{apart, code_apart, link_apart},
    webhook_verify,
};
use crate::didit::{Destination, DestinationId, DestinationRequest, SharedSecret, WebAddress};

pub(super) fn tools() -> Vec<Tool> {
    vec![
        Tool::read("didit_webhook_list", Toolset::Webhooks)
.title("List webhook destinations")
.description("Lists where Didit reports events, and how deliveries go.")
.example(|_| json!({}))
.run(list),
        Tool::decide("didit_webhook_create", Toolset::Webhooks)
.title("Add a webhook destination")
.description(
                "Adds an address to which Didit reports events, after a human agreed; its secret is \
                 stored, not shown.",
            )
.example(|_| json!({ "url": "https://hooks.example.net/didit", "label": "Example" }))
.verify_with(
"didit_webhook_list",
                "shows whether the destination exists.",
)
.aliases(&[("events", "subscribed_events")])
.run(create),
        Tool::decide("didit_webhook_update", Toolset::Webhooks)
.title("Change a webhook destination")
.description(
                "Changes or pauses a webhook destination, after a human agreed; the list of events is \
                 replaced as a whole.",
            )
.example(|world| json!({ "destination_id": world.destination_id, "label": "Renamed" }))
.idempotent()
.overwrites()
.verify_with(
"didit_webhook_list",
                "shows the destination as it is.",
)
.aliases(&[("events", "subscribed_events")])
.run(update),
        Tool::irreversible("didit_webhook_delete", Toolset::Webhooks)
.title("Delete a webhook destination")
.description(
                "Deletes a webhook destination for good, after a human agreed; its secret dies with \
                 it.",
            )
.example(|world| json!({ "destination_id": world.destination_id }))
.idempotent()
.verify_with(
"didit_webhook_list",
                "shows whether it is still there.",
)
.run(delete),
        Tool::read("didit_webhook_verify", Toolset::Webhooks)
.title("Verify a webhook")
.description(
                "Checks whether a received webhook is Didit's and fresh, and explains a mismatch; a \
                 secret that is not stored yet is fetched and stored.",
            )
.example(|world| json!({ "body": "{}", "signature": "00", "timestamp": "1", "destination_id": world.destination_id }))
.aliases(&[("payload", "body"), ("x_signature", "signature")])
.run(webhook_verify::verify),
    ]
}

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

async fn list(context: Context, _: NoInput) -> Result<Answer, Stop> {
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

async fn create(context: Context, input: CreateInput) -> Result<Answer, Stop> {
    let events = input
        .subscribed_events
        .unwrap_or_else(|| vec!["status.updated".to_owned(), "data.updated".to_owned()]);
    let request = DestinationRequest {
        label: Some(input.label),
        url: Some(input.url),
        enabled: None,
        webhook_version: Some("v3".to_owned()),
        subscribed_events: Some(events),
    }
    .normalized()?;
    let client = context.client()?;
    agreed(&context, async || {
        let mut settings = host_line(&request, None);
        settings.extend(Setting::of_request(&request, None));
        let change = Change {
            direction: "create",
            target: "a new webhook destination".to_owned(),
            action: Line::new("Add a webhook destination."),
            consequence: RECEIVES.to_owned(),
            choice: "Add the destination",
            warnings: Vec::new(),
            subject: Line::default(),
            settings,
            place: context.connection.place_of_change(None),
            seen: Value::Null,
        };
        Ok((change, ()))
    })
    .await?;
    let created = client.create_destination(&request).await?;
    // From here on the destination exists, whatever becomes of its secret.
    let stored = match remember(&context, &created).await {
        Ok(stored) => stored,
        Err(Stop::Error(error)) => format!(
            "Its secret could not be stored here: {} didit_webhook_verify with its destination_id fetches it again.",
            error.message
        ),
        Err(other) => return Err(other),
    };
    Ok(Answer::new(format!(
        "Created the webhook destination {}.\n{stored}",
        line(&created)
    ))
    .with_data(&row_with(
        &created,
        &[("done", true.into()), ("secret", stored.into())],
    ))
    .with_next(
        "didit_webhook_verify",
        "checks a delivery with that secret.",
    ))
}

async fn update(context: Context, input: UpdateInput) -> Result<Answer, Stop> {
    let id: DestinationId = input.destination_id.parse()?;
    let request = DestinationRequest {
        label: input.label,
        url: input.url,
        enabled: input.enabled,
        webhook_version: None,
        subscribed_events: input.subscribed_events,
    }
    .normalized()?;
    let client = context.client()?;
    agreed(&context, async || {
        let before = client.destination(&id).await?;
        let is_now = json!({
            "label": before.label,
            "url": before.url,
            "enabled": before.enabled,
            "subscribed_events": before.subscribed_events,
        });
        let mut settings = host_line(&request, before.url.as_deref());
        settings.extend(Setting::of_request(&request, Some(&is_now)));
        let change = Change {
            direction: "update",
            target: format!("webhook destination {id}"),
            action: Line::new("Change a webhook destination."),
            consequence: consequence(&request, &before).to_owned(),
            choice: "Change the destination",
            warnings: Vec::new(),
            subject: of(&id, &before),
            settings,
            place: context.connection.place_of_change(None),
            seen: is_now,
        };
        Ok((change, ()))
    })
    .await?;
    let changed = client.update_destination(&id, &request).await?;
    Ok(Answer::new(format!(
        "Changed the webhook destination {}.",
        line(&changed)
    ))
    .with_data(&row_with(&changed, &[("done", true.into())])))
}

async fn delete(context: Context, input: DeleteInput) -> Result<Answer, Stop> {
    let id: DestinationId = input.destination_id.parse()?;
    let client = context.client()?;
    agreed(&context, async || {
        let before = client.destination(&id).await?;
        let change = Change {
            direction: "delete",
            target: format!("webhook destination {id}"),
            action: Line::new("Delete this webhook destination for good."),
            consequence: "Didit no longer reports events to it, and its secret is gone.".to_owned(),
            choice: "Delete",
            warnings: Vec::new(),
            subject: of(&id, &before),
            settings: Setting::of_request(&json!({ "events": before.subscribed_events }), None),
            place: context.connection.place_of_change(None),
            seen: row(&before),
        };
        Ok((change, ()))
    })
    .await?;
    client.delete_destination(&id).await?;
    let forgotten = context
        .connection
        .remember(|profile| {
            profile.webhook_secrets.remove(&id.to_string());
        })
        .await;
    let secret = match forgotten {
        Ok(()) => "",
        Err(_) => {
            " Its secret, which is worthless now, could not be removed from the credentials file."
        }
    };
    Ok(
        Answer::new(format!("Deleted the webhook destination {id}.{secret}"))
            .with_data(&json!({ "done": true, "destination_id": id.to_string() })),
    )
}

/// What a change of a destination means for what leaves, and to whom.
fn consequence(request: &DestinationRequest, before: &Destination) -> &'static str {
    let is_on = request.enabled.or(before.enabled).unwrap_or(true);
    let is_switched_on = is_on && before.enabled == Some(false);
    let has_other_address = request.url.is_some() && request.url != before.url;
    let other_events = request.subscribed_events.as_ref();
    let has_other_events = other_events.is_some_and(|events| *events != before.subscribed_events);
    match (is_on, has_other_address || has_other_events) {
        (false, true) => {
            "Didit reports nothing while it is paused; once it is switched on, events go there with the personal data in them."
        }
        (false, false) => "Didit reports nothing to it while it is paused.",
        (true, true) => RECEIVES,
        (true, false) if is_switched_on => RECEIVES,
        (true, false) => "It goes on receiving the same events at the same address.",
    }
}

/// Whoever receives the events reads names, documents and results from then on.
const RECEIVES: &str = "Didit reports events there from now on, with the personal data in them.";

/// The host that would receive everything, on a line of its own: what stands before it in an address can look like another.
fn host_line(request: &DestinationRequest, before: Option<&str>) -> Vec<Setting> {
    let origin = |address: &str| match WebAddress::for_events("url", address) {
        Ok(address) => Line::default().sent(address.scheme_and_host()),
        Err(_) => Line::new("an address that is not valid"),
    };
    request
        .url
        .as_deref()
        .map(|url| Setting::new("Receiver", origin(url), before.map(origin)))
        .into_iter()
        .collect()
}

fn of(id: &DestinationId, destination: &Destination) -> Line {
    Line::new(format!("Destination {id}, "))
        .sent(destination.label.as_deref().unwrap_or("unnamed"))
        .words(" at ")
        .sent(destination.url.as_deref().unwrap_or_default())
        .words(match destination.enabled {
            Some(false) => ", paused",
            _ => "",
        })
}

/// Stores the secret of a destination, so that it never has to be shown.
pub(super) async fn remember(context: &Context, destination: &Destination) -> Result<String, Stop> {
    let (Some(id), Some(secret)) = (&destination.uuid, &destination.secret_shared_key) else {
        return Ok("Didit returned no secret with it; the console shows it.".to_owned());
    };
    let secret: &SharedSecret = secret;
    context
        .connection
        .remember(|profile| {
            profile
                .webhook_secrets
                .insert(id.to_string(), secret.expose_secret().to_owned());
        })
        .await?;
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

/// A row with fields of one answer beside it.
fn row_with(destination: &Destination, more: &[(&str, Value)]) -> Value {
    let mut row = row(destination);
    if let Some(fields) = row.as_object_mut() {
        fields.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
    }
    row
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
