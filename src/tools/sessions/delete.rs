//! Deleting a session with everything it collected.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    didit::{SessionDeletion, SessionId, sessions::DeletionInstruction, values::Text},
    tools::{
        Context, Tool, ToolOutput, Toolset,
        agreed::agreed,
        change::{Change, Line, Setting},
        error::{ErrorCode, NotDone, ToolError},
        person::PersonFacts,
        subject,
        untrusted::clean,
    },
};

pub(super) fn tool() -> Tool {
    Tool::irreversible("didit_session_delete", Toolset::Sessions)
        .title("Delete a session")
        .description("Deletes a session with everything it collected, for good.")
        .example(|world| json!({ "session_id": world.session_id }))
        .idempotent()
        .verify_with("didit_session_list", "shows whether it is still there.")
        .aliases(&[("id", "session_id")])
        .run(delete)
}

/// The arguments of a deletion.
#[derive(Deserialize, JsonSchema)]
struct DeleteInput {
    /// Session UUID.
    session_id: SessionId,
    /// Record it as the person's own demand for erasure.
    #[serde(default)]
    privacy_erasure: bool,
    /// Your reference of the instruction.
    instruction_id: Option<Text<255>>,
}

/// Deletes a session for good.
async fn delete(context: Context, input: DeleteInput) -> Result<ToolOutput, NotDone> {
    let id = input.session_id;
    let deletion = SessionDeletion {
        deletion_instruction: input
            .privacy_erasure
            .then_some(DeletionInstruction::PrivacyErasure),
        instruction_id: input.instruction_id,
        ..SessionDeletion::default()
    };
    let record = if deletion.deletion_instruction.is_some() {
        "It is recorded as the person's own demand for erasure, \
         and purges every face template of the person."
    } else {
        "It is not recorded as a demand for erasure."
    };
    let client = context.client()?;
    agreed(&context, async || {
        let before = client.decision(&id).await?;
        let facts = PersonFacts::of(&before);
        let change = Change {
            direction: "delete",
            target: format!("session {id}"),
            action: Line::new("Delete the session of ")
                .then(subject::name(&facts))
                .words(" with everything it collected."),
            consequence: format!(
                "The documents, photos and results are gone for good; \
                 there is no undo and no refund. {record}"
            ),
            choice: "Delete",
            warnings: Vec::new(),
            subject: subject::line(&id, &before),
            settings: Setting::of_request(&deletion, None),
            place: context
                .connection
                .place_of_change(before.environment.as_deref()),
            seen: facts.seen,
        };
        Ok((change, ()))
    })
    .await?;
    let deleted =
        client
            .delete_session(&id, &deletion)
            .await
            .map_err(|error| match ToolError::from(error) {
                // Didit documents of this one answer that nothing was deleted.
                error if error.api_status == Some(503) => ToolError {
                    code: ErrorCode::Busy,
                    message: "Didit cannot delete it now (status 503). Nothing was deleted."
                        .to_owned(),
                    ..error
                }
                .with_advice("the same call can be repeated a little later."),
                error => error,
            })?;
    let face = deleted
        .face_retention_outcome
        .map(|outcome| format!(" Face template: {}.", clean(&outcome)))
        .unwrap_or_default();
    Ok(ToolOutput::new(format!("Deleted session {id}.{face}"))
        .with_data(&json!({ "done": true, "session_id": id.to_string() }))
        .with_next("didit_session_list", "shows what is left."))
}
