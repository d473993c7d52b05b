//! Deciding about a session by hand: approving, declining, or asking for steps again.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::resubmission::{self, NodeInput};
use crate::{
    didit::{Decision, NewStatus, SessionId, SessionStatus, StatusUpdate},
    tools::{
        Context, Tool, ToolOutput, Toolset, advice,
        agreed::agreed,
        change::{Change, Line, Setting},
        error::{ErrorCode, NotDone, ToolError},
        input::Combined,
        person::PersonFacts,
        subject,
        untrusted::{clean, clean_link},
    },
};

pub(super) fn tool() -> Tool {
    Tool::decide("didit_session_update_status", Toolset::Sessions)
        .title("Approve, decline or ask again")
        .description(
            "Approves or declines a person, or asks for steps again at the same link, after a \
             human agrees.",
        )
        .example(|world| {
            json!({
                "session_id": world.session_id,
                "new_status": "Approved",
                "comment": "Checked by eye.",
            })
        })
        .search_words("manual review, reviewer decision, reject, accept a customer, resubmit, new photo, override")
        .verify_with("didit_session_get_decision", "shows the status as it is.")
        .aliases(&[("status", "new_status"), ("id", "session_id")])
        .run(update)
}

/// The arguments of a decision about a person.
#[derive(Deserialize, JsonSchema)]
struct UpdateInput {
    /// Session UUID.
    session_id: SessionId,
    /// For Resubmitted, in words: document, selfie, address, phone, email, chip, questionnaire, database, aml; all that is not
    /// approved when absent.
    steps: Option<Vec<String>>,
    /// The same by node id, exactly.
    nodes_to_resubmit: Option<Vec<NodeInput>>,
}

/// Approves, declines or asks for steps again.
async fn update(
    context: Context,
    Combined(input, draft): Combined<UpdateInput, StatusUpdate>,
) -> Result<ToolOutput, NotDone> {
    let id = input.session_id;
    let new_status = draft.new_status;
    let steps = input.steps.unwrap_or_default();
    let nodes = input.nodes_to_resubmit.unwrap_or_default();
    if !(steps.is_empty() && nodes.is_empty()) && new_status != NewStatus::Resubmitted {
        return Err(
            ToolError::invalid("steps", "Steps go with new_status Resubmitted only.").into(),
        );
    }
    draft.validate()?;
    let client = context.client()?;
    let (before, update) = agreed(&context, async || {
        let before = client.decision(&id).await?;
        refuse_wrong_moment(&before, new_status)?;
        let update = StatusUpdate {
            nodes_to_resubmit: resubmission::chosen(&steps, &nodes, &before.steps())?,
            ..draft.clone()
        };
        Ok((change(&context, &id, &before, &update), (before, update)))
    })
    .await?;
    client.update_status(&id, &update).await?;
    let text = match new_status {
        NewStatus::Resubmitted => format!(
            "Asked the person to redo {}. \
             The data of those steps are gone, and the same link works again.{}",
            resubmission::names(&update.nodes_to_resubmit)
                .as_deref()
                .unwrap_or("every step that is not approved"),
            before
                .session_url
                .as_deref()
                .map(|link| format!("\nLink for the person: {}", clean_link(link)))
                .unwrap_or_default()
        ),
        decided => format!(
            "Session {id} is now {decided}; it was {}.",
            clean(before.status.as_str())
        ),
    };
    let text = match (update.send_email, &update.email_address) {
        (Some(true), Some(address)) => format!("{text}\nDidit writes to {address}."),
        _ => text,
    };
    let link = before
        .session_url
        .as_deref()
        .filter(|_| new_status == NewStatus::Resubmitted)
        .map(clean_link);
    let mut data = json!({
        "done": true,
        "session_id": id.to_string(),
        "previous_status": clean(before.status.as_str()),
        "status": new_status.to_string(),
        "nodes_to_resubmit": update.nodes_to_resubmit,
    });
    if let (Some(link), Some(data)) = (link, data.as_object_mut()) {
        data.insert("session_url".into(), link.into());
    }
    let now: SessionStatus = new_status.to_string().parse()?;
    let answer = advice::with_next_steps(ToolOutput::new(text).with_data(&data), &now);
    Ok(if now == SessionStatus::Declined {
        advice::with_block(answer)
    } else {
        answer
    })
}

fn refuse_wrong_moment(before: &Decision, new_status: NewStatus) -> Result<(), ToolError> {
    let advice = advice::meaning(&before.status).advice;
    // A status that this version does not know is left to Didit to judge.
    let unknown = matches!(before.status, SessionStatus::Other(_));
    if !unknown && !before.status.can_be_updated() {
        return Err(ToolError::new(
            ErrorCode::NotAllowedNow,
            format!(
                "The session is {}, and only these can be decided by hand: {}. Nothing was changed.",
                clean(before.status.as_str()),
                SessionStatus::ALL
                    .iter()
                    .filter(|status| status.can_be_updated())
                    .map(SessionStatus::as_str)
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        )
        .with_advice(advice));
    }
    if before.status.as_str() == new_status.to_string() {
        return Err(ToolError::new(
            ErrorCode::AlreadySo,
            format!("The session is {new_status} already. Nothing was changed."),
        ));
    }
    Ok(())
}

/// What a human agrees to, made from the request as it will be sent.
fn change(context: &Context, id: &SessionId, before: &Decision, update: &StatusUpdate) -> Change {
    let facts = PersonFacts::of(before);
    let whom = subject::name(&facts);
    let (direction, choice, action, consequence) = match update.new_status {
        NewStatus::Approved => (
            "approve",
            "Approve",
            Line::new("Approve the identity verification of ").then(whom),
            "The person counts as verified from now on.",
        ),
        NewStatus::Declined => (
            "decline",
            "Decline",
            Line::new("Decline the identity verification of ").then(whom),
            "The person counts as not verified from now on.",
        ),
        NewStatus::Resubmitted => (
            "resubmit",
            "Ask for the steps again",
            Line::new("Ask ").then(whom).words(format!(
                " to redo {}",
                resubmission::names(&update.nodes_to_resubmit)
                    .unwrap_or_else(|| "every step that is not approved".to_owned())
            )),
            "The data of those steps are deleted, and the person's link works again.",
        ),
    };
    let mut warnings = facts.warnings();
    // A status that this version does not know stands in the line about the session, where it is kept short.
    let status_now = match &before.status {
        SessionStatus::Other(_) => json!({}),
        known => json!({ "new_status": known.as_str() }),
    };
    let mut settings = Setting::of_request(update, Some(&status_now));
    if update.new_status == NewStatus::Resubmitted {
        if update.nodes_to_resubmit.is_empty() {
            settings.push(resubmission::all_open(&before.steps()));
        }
        warnings.extend(resubmission::left_behind(&before.steps(), update));
    }
    Change {
        direction,
        target: format!("session {id}"),
        action: action.words("."),
        consequence: match (update.send_email, &update.email_address) {
            (Some(true), Some(_)) => format!("{consequence} Didit writes to the person."),
            _ => consequence.to_owned(),
        },
        choice,
        warnings,
        subject: subject::line(id, before),
        settings,
        place: context
            .connection
            .place_of_change(before.environment.as_deref()),
        seen: facts.seen,
    }
}
