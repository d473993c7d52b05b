//! Deciding about a session by hand: approving, declining, or asking for steps again.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    mail,
    resubmission::{self, NodeInput},
    which::OneSession,
};
use crate::{
    didit::{
        self, Decision, ErrorKind, NewStatus, NextActor, ResubmissionPreview, SessionId,
        SessionStatus, StatusUpdate,
    },
    tools::{
        Context, Tool, ToolOutput, Toolset, advice,
        agreed::agreed,
        change::{Change, Line, Setting},
        error::{ErrorCode, NotDone, ToolError},
        input::Combined,
        person::PersonFacts,
        subject,
        untrusted::{clean, clean_link, mark_untrusted},
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
    #[serde(flatten)]
    which: OneSession,
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
    let id = input.which.find(&context).await?;
    let (before, update, mail) = agreed(&context, async || {
        let before = client.decision(&id).await?;
        refuse_wrong_moment(&before, new_status)?;
        let update = StatusUpdate {
            nodes_to_resubmit: resubmission::chosen(&steps, &nodes, &before.steps())?,
            ..draft.clone()
        };
        let mail = mail::preview(&client, &id, &update).await?;
        let change = change(&context, &id, &before, &update, mail.as_ref());
        Ok((change, (before, update, mail)))
    })
    .await?;
    let token = mail.as_ref().and_then(|mail| mail.preview_token.clone());
    let sent = StatusUpdate {
        email_preview_token: token,
        ..update.clone()
    };
    client
        .update_status(&id, &sent)
        .await
        .map_err(|error| refused(error, new_status, sent.email_preview_token.is_some()))?;
    // An accepted update is no proof: steps without the person have run by now, and somebody else may have decided.
    let now = client
        .decision(&id)
        .await
        .ok()
        .map(|decision| decision.status);
    told(&context, &id, &before, &update, mail.as_ref(), now)
}

/// What was done, and how the session stands now, where that could be read.
fn told(
    context: &Context,
    id: &SessionId,
    before: &Decision,
    update: &StatusUpdate,
    mail: Option<&ResubmissionPreview>,
    now: Option<SessionStatus>,
) -> Result<ToolOutput, NotDone> {
    let new_status = update.new_status;
    let asked: SessionStatus = new_status.to_string().parse()?;
    let needs_person = mail::needs_person(update, mail);
    let is_as_asked = now.as_ref().is_none_or(|now| *now == asked);
    // A status that this version does not know contradicts nothing.
    let is_known = !matches!(now, Some(SessionStatus::Other(_)));
    // Whoever was asked again may be at it already, and steps without the person have decided by now.
    let is_followed = new_status == NewStatus::Resubmitted
        && (!needs_person
            || now
                .as_ref()
                .is_some_and(|now| now.turn() == NextActor::Person));
    if is_known && !is_as_asked && !is_followed {
        let now = now.map(|now| mark_untrusted(now.as_str()));
        return Err(ToolError::new(
            ErrorCode::ChangedMeanwhile,
            format!(
                "Didit accepted the decision, but the session is {}, not {new_status}: somebody else decided, or nothing happened.",
                now.unwrap_or_default()
            ),
        )
        .with_hint("didit_session_get_decision", "shows how it stands.")
        .into());
    }
    let link = before
        .session_url
        .as_deref()
        .filter(|_| new_status == NewStatus::Resubmitted && needs_person)
        .map(clean_link);
    let names = resubmission::names(&update.nodes_to_resubmit);
    let names = names.unwrap_or_else(|| "every step that is not approved".to_owned());
    let mut text = match (new_status, needs_person) {
        (NewStatus::Resubmitted, true) => format!(
            "Asked the person to redo {names}. The data of those steps are gone, and the same link works again.{}",
            match &link {
                Some(link) => format!("\nLink for the person: {link}"),
                None => "\nThe link is not shown: this key may not see links.".to_owned(),
            }
        ),
        (NewStatus::Resubmitted, false) => {
            format!("Didit runs {names} again by itself; the person has nothing to do.")
        }
        (decided, _) => format!(
            "Session {id} is now {decided}; it was {}.",
            clean(before.status.as_str())
        ),
    };
    match &now {
        Some(now) if !is_as_asked => {
            text.push_str(&format!(
                "\nThe session is now {}.",
                mark_untrusted(now.as_str())
            ));
        }
        Some(_) => {}
        None => text.push_str("\nDidit accepted it; how the session stands now could not be read."),
    }
    let connection = &context.connection;
    let environment = connection.environment_of(before.environment.as_deref());
    if new_status == NewStatus::Resubmitted && needs_person && update.send_email != Some(true) {
        text.push_str("\nNo e-mail was asked for, so somebody hands the link over.");
    }
    if let Some(sentence) = mail::sentence(update, mail, environment, true) {
        let level = connection.settings().personal_data;
        let address = mail::address(update, mail, level);
        let address = address.map(|address| format!(" Address: {address}."));
        text.push_str(&format!("\n{sentence}{}", address.unwrap_or_default()));
    }
    let mut data = json!({
        "done": true,
        "session_id": id.to_string(),
        "previous_status": clean(before.status.as_str()),
        "status": now.as_ref().unwrap_or(&asked).as_str(),
        "nodes_to_resubmit": update.nodes_to_resubmit,
    });
    if let Some(data) = data.as_object_mut() {
        if let Some(link) = link {
            data.insert("session_url".into(), link.into());
        }
        if let Some(mail) = mail {
            data.insert("email".into(), mail::data(mail));
        }
    }
    let status = now.unwrap_or(asked);
    let answer = advice::with_next_steps(ToolOutput::new(text).with_data(&data), &status);
    Ok(if status == SessionStatus::Declined {
        advice::with_block(answer)
    } else {
        answer
    })
}

/// A refusal in the words of what was asked for.
fn refused(error: didit::Error, new_status: NewStatus, is_previewed: bool) -> NotDone {
    let Some(api) = error.api() else {
        return error.into();
    };
    if is_previewed && api.kind == ErrorKind::Conflict {
        return ToolError::new(
            ErrorCode::ChangedMeanwhile,
            "The e-mail is no longer the one that was shown, so nothing was changed and nothing was sent.",
        )
        .with_advice("the same call, without a token, asks about it as it is now.")
        .into();
    }
    if api
        .message
        .to_lowercase()
        .contains("same as the current status")
    {
        return already(new_status).into();
    }
    error.into()
}

fn already(new_status: NewStatus) -> ToolError {
    ToolError::new(
        ErrorCode::AlreadySo,
        format!("The session is {new_status} already. Nothing was changed."),
    )
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
        return Err(already(new_status));
    }
    Ok(())
}

/// What a human agrees to, made from the request as it will be sent.
fn change(
    context: &Context,
    id: &SessionId,
    before: &Decision,
    update: &StatusUpdate,
    mail: Option<&ResubmissionPreview>,
) -> Change {
    let environment = context
        .connection
        .environment_of(before.environment.as_deref());
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
        NewStatus::Resubmitted => {
            let names = resubmission::names(&update.nodes_to_resubmit);
            let names = names.unwrap_or_else(|| "every step that is not approved".to_owned());
            let (action, consequence) = if mail::needs_person(update, mail) {
                (
                    Line::new("Ask ")
                        .then(whom)
                        .words(format!(" to redo {names}")),
                    "The data of those steps are deleted, and the person's link works again.",
                )
            } else {
                (
                    Line::new(format!("Run {names} again for ")).then(whom),
                    "The data of those steps are deleted; they run again by themselves and may decide otherwise.",
                )
            };
            ("resubmit", "Ask for the steps again", action, consequence)
        }
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
    settings.extend(mail.into_iter().flat_map(mail::settings));
    Change {
        direction,
        target: format!("session {id}"),
        action: action.words("."),
        consequence: match mail::sentence(update, mail, environment, false) {
            Some(sentence) => format!("{consequence} {sentence}"),
            None => consequence.to_owned(),
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
