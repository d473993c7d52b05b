//! Another receiver of events.

use serde_json::{Value, json};

use super::destination::{RECEIVES, line, receiver, remember, row_with};
use crate::{
    didit::NewDestination,
    tools::{
        Context, Tool, ToolOutput, Toolset,
        agreed::agreed,
        change::{Change, Line, Setting},
        error::NotDone,
    },
};

pub(super) fn tool() -> Tool {
    Tool::decide("didit_webhook_create", Toolset::Webhooks)
        .title("Add a webhook destination")
        .description(
            "Adds an address to which Didit reports events, after a human agrees; its secret is \
             stored, not shown.",
        )
        .example(|_| json!({ "url": "https://hooks.example.net/didit", "label": "Example" }))
        .verify_with(
            "didit_webhook_list",
            "shows whether the destination exists.",
        )
        .aliases(&[("events", "subscribed_events")])
        .run(create)
}

async fn create(context: Context, request: NewDestination) -> Result<ToolOutput, NotDone> {
    let client = context.client()?;
    agreed(&context, async || {
        let mut settings = vec![receiver(&request.url, None)];
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
        Err(NotDone::Error(error)) => format!(
            "Its secret could not be stored here: {} \
             didit_webhook_verify with its destination_id fetches it again.",
            error.message
        ),
        Err(other) => return Err(other),
    };
    Ok(ToolOutput::new(format!(
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
