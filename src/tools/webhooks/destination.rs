//! A destination as people, an agent and the credentials file know it.

use serde_json::{Value, json};

use crate::{
    didit::{Destination, DestinationId, WebhookSecret, values::WebhookUrl},
    tools::{
        Context,
        change::{Line, Setting},
        error::NotDone,
        untrusted::{mark_untrusted, mark_untrusted_code, mark_untrusted_link},
    },
};

/// Whoever receives the events reads names, documents and results from then on.
pub(super) const RECEIVES: &str =
    "Didit reports events there from now on, with the personal data in them.";

/// A destination in one line of an answer.
pub(super) fn line(destination: &Destination) -> String {
    let mut line = format!(
        "{}: {}",
        mark_untrusted(destination.label.as_deref().unwrap_or("unnamed")),
        mark_untrusted_link(destination.url.as_deref().unwrap_or_default())
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
        .map(|event| mark_untrusted_code(event))
        .collect();
    line.push_str(&format!(", events: {}", events.join(", ")));
    line
}

/// A row with fields of one answer beside it.
pub(super) fn row_with(destination: &Destination, more: &[(&str, Value)]) -> Value {
    let mut row = row(destination);
    if let Some(fields) = row.as_object_mut() {
        fields.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
    }
    row
}

/// A destination in the structured part of an answer.
pub(super) fn row(destination: &Destination) -> Value {
    json!({
        "destination_id": destination.uuid.map(|id| id.to_string()),
        "label": destination.label,
        "url": destination.url,
        "enabled": destination.enabled,
        "webhook_version": destination.webhook_version,
        "subscribed_events": destination.subscribed_events,
    })
}

/// A destination in the question to a human who must agree.
pub(super) fn subject(id: &DestinationId, destination: &Destination) -> Line {
    Line::new(format!("Destination {id}, "))
        .sent(destination.label.as_deref().unwrap_or("unnamed"))
        .words(" at ")
        .sent(destination.url.as_deref().unwrap_or_default())
        .words(match destination.enabled {
            Some(false) => ", paused",
            _ => "",
        })
}

/// The host that would receive everything, on a line of its own: what stands before it in an address can look like another.
pub(super) fn receiver(url: &WebhookUrl, before: Option<&str>) -> Setting {
    let origin = |url: &WebhookUrl| Line::default().sent(url.scheme_and_host());
    let before = before.map(|before| match before.parse() {
        Ok(before) => origin(&before),
        Err(_) => Line::new("an address that is not valid"),
    });
    Setting::new("Receiver", origin(url), before)
}

/// Stores the secret of a destination, so that it never has to be shown.
pub(super) async fn remember(
    context: &Context,
    destination: &Destination,
) -> Result<String, NotDone> {
    let (Some(id), Some(secret)) = (&destination.uuid, &destination.secret_shared_key) else {
        return Ok("Didit returned no secret with it; the console shows it.".to_owned());
    };
    let secret: &WebhookSecret = secret;
    context
        .connection
        .remember(|profile| {
            profile
                .webhook_secrets
                .insert(id.to_string(), secret.expose_secret().to_owned());
        })
        .await?;
    Ok(format!(
        "Its secret is stored in {}; \
         the receiver of the webhooks needs it as DIDIT_WEBHOOK_SECRET.",
        context.connection.place()
    ))
}
