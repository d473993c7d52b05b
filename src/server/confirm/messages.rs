//! What is said to humans and to models about an agreement.

use rmcp::model::{ElicitRequestParams, ElicitationSchema, EnumSchema};
use serde_json::json;

use super::{
    heard::{CHOICE, KEEP},
    ledger::{InvalidTicket, VALID_FOR},
};
use crate::tools::{
    Change, ErrorCode, NotDone, Outlet, PersonalData, Question, ToolError, ToolOutput,
};

/// What stands first when something changed after a human agreed.
const AGAIN: &str =
    "Something changed since this was agreed to, so it was not done; this is how it stands now.";
/// Said with every no.
const VOID: &str = "Nothing was changed, and earlier confirmations of this are no longer valid.";
/// The way on for clients that answer for their humans.
const PREVIEW_ADVICE: &str = "where a client closes or answers questions by itself, the operator can choose --confirm preview \
     (DIDIT_MCP_CONFIRM=preview): then the call shows a preview, and the human agrees in the conversation.";

/// The form: everything that will happen, and two named choices.
pub(super) fn question(change: &Change, again: bool, level: PersonalData) -> ElicitRequestParams {
    let choices = vec![change.choice.to_owned(), KEEP.to_owned()];
    let choice = EnumSchema::builder(choices).title("Your answer").build();
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: lines(change, again, level, Outlet::Question).join("\n"),
        requested_schema: ElicitationSchema::builder()
            .required_enum_schema(CHOICE, choice)
            .build_unchecked(),
    }
}

/// The answer to a call that has to be confirmed by a second one. Text and structure each say that nothing is done yet, who must
/// agree, and what comes next.
pub(super) fn preview(
    change: &Change,
    again: bool,
    level: PersonalData,
    token: &str,
    unwritable: Option<&str>,
) -> NotDone {
    let only_here = unwritable
        .map(|why| format!(" The token holds in this process of the server alone: {why}."))
        .unwrap_or_default();
    let minutes = VALID_FOR.as_secs() / 60;
    let mut data = json!({
        "done": false,
        "confirmation_required": true,
        "agreement": "A human has to agree to all lines of `question` first; a model cannot.",
        "environment": change.place.environment.name(),
        "confirmation_token": token,
        "expires_in_s": VALID_FOR.as_secs(),
    });
    if let (Some(why), Some(fields)) = (unwritable, data.as_object_mut()) {
        let note = format!("The token holds in this process of the server alone: {why}.");
        fields.insert("token_note".into(), note.into());
    }
    let mut answer = ToolOutput::new(format!(
        "Nothing has been done yet: a human has to agree to all of this first.{only_here}\n\
         confirmation_token: \"{token}\""
    ))
    .with_data(&data)
    .with_human_step(format!(
        "after a human's yes, the same call with this confirmation_token does it, once, within {minutes} minutes; without \
         a yes nothing happens."
    ));
    answer.question = Some(Question {
        lines: lines(change, again, level, Outlet::Conversation),
    });
    NotDone::Preview(Box::new(answer))
}

fn lines(change: &Change, again: bool, level: PersonalData, outlet: Outlet) -> Vec<String> {
    let first = again.then(|| AGAIN.to_owned());
    first
        .into_iter()
        .chain(change.lines(level, outlet))
        .collect()
}

/// The end of a call that was refused; `closed` when the question was closed instead of answered, `at_once` when no human
/// can have read it.
pub(super) fn refused(closed: bool, at_once: bool) -> NotDone {
    let error = match (at_once, closed) {
        (true, _) => ToolError::new(
            ErrorCode::RefusedByClient,
            format!(
                "The client answered no in less than a second, before a human can have read the question, so the answer is \
                 probably its own. {VOID}"
            ),
        )
        .with_advice(PREVIEW_ADVICE),
        (false, true) => ToolError::new(
            ErrorCode::RefusedByHuman,
            format!("The question was closed without an answer, which counts as a no. {VOID}"),
        )
        .with_advice(PREVIEW_ADVICE),
        (false, false) => ToolError::new(
            ErrorCode::RefusedByHuman,
            format!("The human did not agree. {VOID}"),
        ),
    };
    error.into()
}

/// The end of a call whose token or question is not worth anything.
pub(super) fn invalid_ticket(why: InvalidTicket) -> NotDone {
    let reason = match why {
        InvalidTicket::Foreign => {
            "it belongs to a call with other arguments, to another API key, address or profile, or was not issued here"
        }
        InvalidTicket::Expired => "it is older than ten minutes",
        InvalidTicket::Spent => "it was used already, and works once",
        InvalidTicket::Void => {
            "a human's no, another way of asking, or a change of the API key has made it void"
        }
    };
    ToolError::invalid(
        crate::server::catalog::CONFIRMATION_TOKEN,
        format!("The confirmation is not valid: {reason}. Nothing was changed."),
    )
    .with_advice("the same call without a token starts over, and a human is asked again.")
    .into()
}
