//! Making the link at which one person is verified.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{
    earlier::{self, Earlier},
    input::{SessionInput, resolve_workflow},
    wait,
};
use crate::{
    didit::{SANDBOX_SCENARIOS, SessionStatus},
    tools::{
        Context, Tool, ToolError, ToolOutput, Toolset,
        agreed::agreed,
        error::NotDone,
        qr,
        untrusted::{clean_link, mark_untrusted, mark_untrusted_link},
    },
};

/// What stands in place of a link that Didit did not tell.
const NO_LINK: &str =
    "not shown, because this key may not see links (it lacks the right to write sessions).";
const LINK_WARNING: &str =
    "\nAnyone who has the link can act as the person, so only that person should get it.";
const NOT_KNOWN: &str = "\nWhether this person was approved before could not be looked up.";

pub(super) fn tool() -> Tool {
    Tool::write("didit_session_create", Toolset::Sessions)
        .title("Create a verification link")
        .description(
            "Makes the link at which one person is verified; the person opens it on a phone or \
             computer.",
        )
        .example(|world| json!({ "workflow_id": world.workflow_id, "vendor_data": "example-1" }))
        .search_words("identity verification link, verify a customer or user, KYC check, ID check, passport, selfie, onboarding, QR code, send or resend link")
        .asks_when(
            "the person was approved already, or an open session of theirs would get another \
             callback or metadata",
        )
        .verify_with(
            "didit_session_list",
            "shows whether the session exists; with vendor_data the same call again is safe, \
             because Didit returns the unfinished session.",
        )
        .aliases(&[("user_id", "vendor_data"), ("callback_url", "callback")])
        .output::<CreatedOutput>()
        .run(create)
}

#[derive(Serialize, JsonSchema)]
struct CreatedOutput {
    session_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    /// The link for the person; absent where the key may not see links.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    url_note: &'static str,
    status: String,
    workflow_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<String>,
    /// `live`, `sandbox`, `simulated` or `unknown`.
    environment: &'static str,
    /// An unfinished session was returned.
    reused: bool,
}

async fn create(context: Context, mut input: SessionInput) -> Result<ToolOutput, NotDone> {
    let connection = &context.connection;
    let client = context.client()?;
    // Everything that can be refused is refused before the workflow is looked up.
    let (draft, with_qr_code, named) = {
        let with_qr_code = input.qr_code;
        let named = input.workflow_id.take();
        (input.request(connection)?, with_qr_code, named)
    };
    let (workflow_id, label) = resolve_workflow(&context, named).await?;
    let request = draft.for_workflow(workflow_id);
    let earlier = agreed(&context, async || {
        // Limited to part of the time, so that the link is still made if this look-up hangs.
        let lookup = earlier::look_up(&client, &request);
        let earlier = tokio::time::timeout(connection.settings().timeout / 3, lookup)
            .await
            .unwrap_or(Earlier::NotKnown);
        Ok((earlier.change(connection, &request), earlier))
    })
    .await?;
    let created = client.create_session(&request).await.map_err(|error| {
        let error = ToolError::from(error);
        // Newer outcomes may work, so Didit is asked; when it says no, these are those that are known.
        match error.field.as_deref() {
            Some("sandbox_scenario") => error.with_allowed(SANDBOX_SCENARIOS),
            _ => error,
        }
    })?;
    let reused =
        earlier.is_open(&created.session_id) || created.status != SessionStatus::NotStarted;
    let link = created.url.as_deref().map(clean_link);
    let mut text = if reused {
        format!(
            "Didit returned the unfinished session {} of this vendor_data ({}); \
             its callback and metadata are now the ones of this call.",
            created.session_id,
            mark_untrusted(created.status.as_str()),
        )
    } else {
        format!("Created session {}.", created.session_id)
    };
    text.push_str(&match &link {
        Some(link) => format!("\nLink: {}", mark_untrusted_link(link)),
        None => format!("\nLink: {NO_LINK}"),
    });
    if let Some(label) = label {
        text.push_str(&format!(
            "\nWorkflow: {} (chosen automatically).",
            mark_untrusted(&label)
        ));
    }
    let environment = connection.place_of_change(None).environment.name();
    text.push_str(&format!("\nEnvironment: {environment}."));
    if matches!(earlier, Earlier::NotKnown) {
        text.push_str(NOT_KNOWN);
    }
    if link.is_some() {
        text.push_str(LINK_WARNING);
    }
    let picture = link.as_deref().filter(|_| with_qr_code).and_then(qr::png);
    if picture.is_some() {
        text.push_str(
            "\nThe picture is the same link as a QR code, to be read with the person's phone.",
        );
    }
    let link_note = match &link {
        Some(_) => LINK_WARNING.trim_start(),
        None => NO_LINK,
    };
    let hand_over = match &link {
        Some(_) => "the link is handed to the person.",
        None => "somebody with a key that may see links takes the link from Didit's console.",
    };
    let answer = ToolOutput::new(text)
        .with_data(&CreatedOutput {
            session_id: created.session_id.to_string(),
            session_number: created.session_number,
            url: link,
            url_note: link_note,
            status: created.status.to_string(),
            workflow_id: created.workflow_id.unwrap_or(workflow_id).to_string(),
            workflow_version: created.workflow_version,
            vendor_data: created.vendor_data,
            callback: created.callback,
            environment,
            reused,
        })
        .with_human_step(hand_over)
        .with_next(wait::TOOL, "waits until the person is done.");
    Ok(match picture {
        Some(picture) => answer.with_image("image/png", picture),
        None => answer,
    })
}
