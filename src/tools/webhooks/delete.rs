//! Ending the reports to a receiver.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::destination::{row, subject};
use crate::{
    didit::DestinationId,
    tools::{
        Context, Tool, ToolOutput, Toolset,
        agreed::agreed,
        change::{Change, Line, Setting},
        error::NotDone,
    },
};

pub(super) fn tool() -> Tool {
    Tool::irreversible("didit_webhook_delete", Toolset::Webhooks)
        .title("Delete a webhook destination")
        .description(
            "Deletes a webhook destination for good, after a human agrees; its secret dies with \
             it.",
        )
        .example(|world| json!({ "destination_id": world.destination_id }))
        .idempotent()
        .verify_with("didit_webhook_list", "shows whether it is still there.")
        .run(delete)
}

#[derive(Deserialize, JsonSchema)]
struct DeleteInput {
    /// Destination UUID.
    destination_id: DestinationId,
}

async fn delete(context: Context, input: DeleteInput) -> Result<ToolOutput, NotDone> {
    let id = input.destination_id;
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
            subject: subject(&id, &before),
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
        ToolOutput::new(format!("Deleted the webhook destination {id}.{secret}"))
            .with_data(&json!({ "done": true, "destination_id": id.to_string() })),
    )
}
