//! Changing or pausing a receiver of events.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::destination::{RECEIVES, line, receiver, row_with, subject};
use crate::{
    didit::{Destination, DestinationChange, DestinationId},
    tools::{
        Context, Tool, ToolOutput, Toolset,
        agreed::agreed,
        change::{Change, Line, Setting},
        error::NotDone,
        input::Combined,
    },
};

pub(super) fn tool() -> Tool {
    Tool::decide("didit_webhook_update", Toolset::Webhooks)
        .title("Change a webhook destination")
        .description(
            "Changes or pauses a webhook destination, after a human agrees; the list of events is \
             replaced as a whole.",
        )
        .example(|world| json!({ "destination_id": world.destination_id, "label": "Renamed" }))
        .idempotent()
        .overwrites()
        .verify_with("didit_webhook_list", "shows the destination as it is.")
        .aliases(&[("events", "subscribed_events")])
        .run(update)
}

#[derive(Deserialize, JsonSchema)]
struct UpdateInput {
    /// Destination UUID.
    destination_id: DestinationId,
}

async fn update(
    context: Context,
    Combined(input, request): Combined<UpdateInput, DestinationChange>,
) -> Result<ToolOutput, NotDone> {
    let id = input.destination_id;
    let client = context.client()?;
    agreed(&context, async || {
        let before = client.destination(&id).await?;
        let is_now = json!({
            "label": before.label,
            "url": before.url,
            "enabled": before.enabled,
            "subscribed_events": before.subscribed_events,
        });
        let url = request.url.as_ref();
        let receiver = url.map(|url| receiver(url, before.url.as_deref()));
        let mut settings = Vec::from_iter(receiver);
        settings.extend(Setting::of_request(&request, Some(&is_now)));
        let change = Change {
            direction: "update",
            target: format!("webhook destination {id}"),
            action: Line::new("Change a webhook destination."),
            consequence: consequence(&request, &before).to_owned(),
            choice: "Change the destination",
            warnings: Vec::new(),
            subject: subject(&id, &before),
            settings,
            place: context.connection.place_of_change(None),
            seen: is_now,
        };
        Ok((change, ()))
    })
    .await?;
    let changed = client.update_destination(&id, &request).await?;
    Ok(ToolOutput::new(format!(
        "Changed the webhook destination {}.",
        line(&changed)
    ))
    .with_data(&row_with(&changed, &[("done", true.into())])))
}

/// What a change of a destination means for what leaves, and to whom.
fn consequence(request: &DestinationChange, before: &Destination) -> &'static str {
    let is_on = request.enabled.or(before.enabled).unwrap_or(true);
    let is_switched_on = is_on && before.enabled == Some(false);
    let url = request.url.as_deref();
    let has_other_address = url.is_some() && url != before.url.as_deref();
    let other_events = request.subscribed_events.as_ref();
    let has_other_events =
        other_events.is_some_and(|events| !events.names().eq(&before.subscribed_events));
    match (is_on, has_other_address || has_other_events) {
        (false, true) => {
            "Didit reports nothing while it is paused; once it is switched on, \
             events go there with the personal data in them."
        }
        (false, false) => "Didit reports nothing to it while it is paused.",
        (true, true) => RECEIVES,
        (true, false) if is_switched_on => RECEIVES,
        (true, false) => "It goes on receiving the same events at the same address.",
    }
}
