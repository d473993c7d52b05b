//! Adding a comment to a session's trail.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    didit::{NewComment, SessionId},
    tools::{
        Context, Tool, ToolOutput, Toolset,
        agreed::agreed,
        change::{Change, Line, Setting},
        error::NotDone,
        input::Combined,
        person::PersonFacts,
        subject,
    },
};

pub(super) fn tool() -> Tool {
    Tool::decide("didit_session_add_comment", Toolset::Reviews)
        .title("Comment on a session")
        .description(
            "Adds a comment to a session's trail after a human agrees; its status stays, and a comment cannot be taken back.",
        )
        .example(|world| json!({ "session_id": world.session_id, "comment": "Called back, all clear." }))
        .verify_with("didit_session_get_trail", "shows the comments that are there.")
        .run(add)
}

#[derive(Deserialize, JsonSchema)]
struct Target {
    session_id: SessionId,
}

async fn add(
    context: Context,
    Combined(target, new): Combined<Target, NewComment>,
) -> Result<ToolOutput, NotDone> {
    let id = target.session_id;
    let client = context.client()?;
    agreed(&context, async || {
        let before = client.decision(&id).await?;
        let facts = PersonFacts::of(&before);
        let change = Change {
            direction: "comment",
            target: format!("session {id}"),
            action: Line::new("Comment on the session of ")
                .then(subject::name(&facts))
                .words("."),
            consequence: "Whoever reviews the session reads it, and it cannot be taken back."
                .to_owned(),
            choice: "Comment",
            warnings: Vec::new(),
            subject: subject::line(&id, &before),
            settings: Setting::of_request(&new, None),
            place: context
                .connection
                .place_of_change(before.environment.as_deref()),
            seen: facts.seen,
        };
        Ok((change, ()))
    })
    .await?;
    let added = client.add_comment(&id, &new).await?;
    Ok(ToolOutput::new(format!(
        "Added the comment to session {id}; its status stays."
    ))
    .with_data(
        &json!({ "done": true, "session_id": id.to_string(), "created_at": added.created_at }),
    ))
}
