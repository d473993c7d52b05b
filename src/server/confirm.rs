//! Confirmation, which fails closed: a human through the client's own question; else a
//! preview with a one-use token; else nothing happens.
//!
//! The question travels differently in the two protocol eras: up to 2025-11-25 the server asks within
//! the call; from 2026-07-28 the call returns the question and the client repeats it with the answer.

mod heard;
mod ledger;
mod messages;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rmcp::{
    RoleServer,
    model::{
        CustomNotification, ElicitRequest, InputRequest, InputRequests, InputRequiredResult,
        InputResponses, ProtocolVersion, ServerNotification, ServerRequest,
    },
    service::{PeerRequestOptions, RequestContext, RequestHandle, ServiceError},
};
use serde_json::{Value, json};
use tokio::time::Instant;

pub use ledger::Ledger;

use super::{
    deadline::Deadline,
    policy::Confirmation,
    record::Record,
    slot::{Fitted, Slot, locked},
};
use crate::tools::{
    Agreement, Asked, Change, Confirmer, Connection, ErrorCode, NotDone, Recorded, ToolError,
    Voided,
};
use heard::ElicitationOutcome;
use ledger::{Kind, Ticket, VALID_FOR};

/// The name of the question among those that a call returns.
const QUESTION: &str = "agreement";
/// No human reads and answers a question faster than this.
const FASTEST_HUMAN: Duration = Duration::from_secs(1);

/// What all calls share: what was handed out and not used yet, and the operator's choice.
pub struct Confirmations {
    ledger: Ledger,
    confirmation: Confirmation,
    /// How long the server waits for a client that says it can ask its human.
    human_wait: Duration,
}

impl Confirmations {
    /// A gate over a ledger.
    pub fn new(ledger: Ledger, confirmation: Confirmation, human_wait: Duration) -> Self {
        Self {
            ledger,
            confirmation,
            human_wait,
        }
    }

    /// Who agrees to decisions.
    pub fn confirmation(&self) -> Confirmation {
        self.confirmation
    }

    /// What was handed out and not used yet.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// A no voids every token and open question about the same change, in every process of the profile.
    pub(super) async fn refused(&self, connection: &Connection, tool: &str, change: &Change) {
        let scope = scope(&connection.account_digest(), tool, change);
        self.ledger.void(&scope, None).await;
    }
}

/// The scope of a no, whatever the arguments: one target and one direction of a tool in one account.
fn scope(account: &str, tool: &str, change: &Change) -> String {
    let scope = json!([account, tool, change.target, change.direction]);
    base16ct::lower::encode_string(&ledger::digest(scope.to_string().as_bytes()))
}

/// What the call brought with it.
#[derive(Default)]
pub struct Presented {
    /// The token of an earlier preview.
    pub token: Option<String>,
    /// The sealed state of an earlier question.
    pub state: Option<String>,
    /// The client's answers to it.
    pub answers: Option<InputResponses>,
}

/// How this client can reach its human.
enum Route {
    /// Ask within the call.
    Elicit(Box<RequestContext<RoleServer>>),
    /// Return the question.
    InputRequired,
    /// Show a preview and wait for a second call.
    Preview,
}

/// The agreement of one call.
pub struct CallConfirmer {
    gate: Arc<Confirmations>,
    connection: Arc<Connection>,
    route: Route,
    tool: &'static str,
    arguments: Value,
    presented: Mutex<Presented>,
    question: Mutex<Option<InputRequiredResult>>,
    deadline: Deadline,
    record: Arc<Record>,
    slot: Arc<Slot>,
}

/// A change as it is asked about: what tickets for it are bound to.
struct Asking<'a> {
    change: &'a Change,
    again: bool,
    /// Whatever the arguments, a no holds against this.
    scope: String,
    /// The call with its arguments, key and address.
    call: Vec<u8>,
    /// Everything that was shown and seen.
    seen: Vec<u8>,
}

/// The result of redeeming a ticket.
enum Redeemed {
    Agreed,
    /// It was valid, but what it confirms has changed since.
    Changed,
}

impl CallConfirmer {
    /// Prepares the agreement of one call with exactly its arguments.
    pub(super) fn new(
        gate: Arc<Confirmations>,
        connection: Arc<Connection>,
        call: Fitted<'_>,
        presented: Presented,
        context: &RequestContext<RoleServer>,
    ) -> Self {
        let route = match gate.confirmation {
            Confirmation::Preview => Route::Preview,
            Confirmation::Ask | Confirmation::Never => route(context),
        };
        Self {
            gate,
            connection,
            route,
            tool: call.tool,
            arguments: Value::Object(call.arguments.clone()),
            presented: Mutex::new(presented),
            question: Mutex::new(None),
            deadline: call.deadline,
            record: call.record,
            slot: call.slot,
        }
    }

    /// The question that the client must put to its human, after [`NotDone::AskHuman`].
    pub fn question(&self) -> Option<InputRequiredResult> {
        locked(&self.question).take()
    }

    fn asking<'a>(&self, change: &'a Change, again: bool) -> Asking<'a> {
        let account = self.connection.account_digest();
        let bytes = |value: Value| value.to_string().into_bytes();
        Asking {
            change,
            again,
            scope: scope(&account, self.tool, change),
            call: bytes(json!([account, self.tool, self.arguments])),
            seen: bytes(change.fingerprint()),
        }
    }

    async fn decide(&self, change: &Change, again: bool) -> Result<Agreement, NotDone> {
        if self.gate.confirmation == Confirmation::Never {
            return Ok(Agreement::Operator);
        }
        let mut asking = self.asking(change, again);
        let presented = std::mem::take(&mut *locked(&self.presented));
        if let Some(token) = presented.token {
            match self.redeem(Kind::Token, &asking, &token).await? {
                Redeemed::Agreed => return Ok(Agreement::Token),
                Redeemed::Changed => {
                    asking.again = true;
                    return Err(self.preview(&asking).await?);
                }
            }
        }
        match &self.route {
            Route::InputRequired => match (presented.state, presented.answers) {
                (Some(state), Some(answers)) => self.answered(asking, &state, &answers).await,
                _ => Err(self.ask_through_result(&asking).await?),
            },
            Route::Elicit(context) => self.ask_within_call(&asking, context).await,
            Route::Preview => Err(self.preview(&asking).await?),
        }
    }

    /// Uses up a ticket of this very call.
    async fn redeem(
        &self,
        kind: Kind,
        asking: &Asking<'_>,
        sealed: &str,
    ) -> Result<Redeemed, NotDone> {
        let ledger = &self.gate.ledger;
        let opened = ledger.open(kind, &asking.scope, &asking.call, sealed);
        let (ticket, seen) = opened.await.map_err(messages::invalid_ticket)?;
        ledger
            .spend(&ticket)
            .await
            .map_err(messages::invalid_ticket)?;
        Ok(if seen == ledger::digest(&asking.seen) {
            Redeemed::Agreed
        } else {
            Redeemed::Changed
        })
    }

    /// Takes the answer to a question that an earlier call returned.
    async fn answered(
        &self,
        mut asking: Asking<'_>,
        state: &str,
        answers: &InputResponses,
    ) -> Result<Agreement, NotDone> {
        let answer = answers
            .get(QUESTION)
            .and_then(|answer| serde_json::to_value(answer).ok())
            .unwrap_or_default();
        let heard = heard::of_result(&answer, asking.change.choice);
        let ledger = &self.gate.ledger;
        let opened = ledger
            .open(Kind::Question, &asking.scope, &asking.call, state)
            .await;
        // A yes counts only with the state of its own question; a no counts whatever comes with it.
        if let ElicitationOutcome::No { closed } = heard {
            let took = opened.map_or(FASTEST_HUMAN, |(ticket, _)| ticket.age());
            return Err(self.refused(&asking, closed, took).await);
        }
        opened.map_err(messages::invalid_ticket)?;
        match heard {
            ElicitationOutcome::Yes => match self.redeem(Kind::Question, &asking, state).await? {
                Redeemed::Agreed => Ok(Agreement::HumanEarlier),
                Redeemed::Changed => {
                    asking.again = true;
                    Err(self.ask_through_result(&asking).await?)
                }
            },
            ElicitationOutcome::No { .. } | ElicitationOutcome::CannotAsk => {
                Err(self.preview(&asking).await?)
            }
        }
    }

    async fn ask_through_result(&self, asking: &Asking<'_>) -> Result<NotDone, NotDone> {
        let (_, state) = self.issue(Kind::Question, asking).await?;
        let question = messages::question(asking.change, asking.again, self.level());
        let mut requests = InputRequests::new();
        requests.insert(
            QUESTION.into(),
            InputRequest::Elicitation(ElicitRequest::new(question)),
        );
        *locked(&self.question) = Some(InputRequiredResult::new(Some(requests), Some(state)));
        Ok(NotDone::AskHuman)
    }

    async fn ask_within_call(
        &self,
        asking: &Asking<'_>,
        context: &RequestContext<RoleServer>,
    ) -> Result<Agreement, NotDone> {
        self.slot.leave_for_question()?;
        let (ticket, _) = self.issue(Kind::Question, asking).await?;
        let question = messages::question(asking.change, asking.again, self.level());
        let asked = Instant::now();
        let wait = self.gate.human_wait;
        let request = ServerRequest::ElicitRequest(ElicitRequest::new(question));
        let sent = context
            .peer
            .send_request_with_option(request, PeerRequestOptions::no_options())
            .await;
        let mut handle = match sent {
            Ok(handle) => handle,
            Err(error) => {
                return self
                    .heard(asking, heard::of_error(&error), ticket, asked)
                    .await;
            }
        };
        // The whole wait is added up front, so that the call's own deadline cannot cut a human short.
        self.deadline.extend(wait);
        let answer = tokio::time::timeout(wait, &mut handle.rx).await;
        self.deadline.shorten(wait.saturating_sub(asked.elapsed()));
        match answer {
            Ok(answer) => {
                let heard = heard_of(answer.ok(), asking.change.choice);
                self.heard(asking, heard, ticket, asked).await
            }
            Err(_) => {
                // The token is given out first, so that a no which comes at this very moment is later and makes it void.
                let preview = self.preview(asking).await;
                self.listen_on(asking, context, handle).await;
                Err(preview?)
            }
        }
    }

    async fn heard(
        &self,
        asking: &Asking<'_>,
        heard: ElicitationOutcome,
        ticket: Ticket,
        asked: Instant,
    ) -> Result<Agreement, NotDone> {
        match heard {
            ElicitationOutcome::Yes => {
                // A no to another question about the same change may have come meanwhile.
                let spent = self.gate.ledger.spend(&ticket).await;
                spent.map_err(messages::invalid_ticket)?;
                Ok(Agreement::Human)
            }
            ElicitationOutcome::No { closed } => {
                Err(self.refused(asking, closed, asked.elapsed()).await)
            }
            // Some clients announce questions and never show them; the preview still works there.
            ElicitationOutcome::CannotAsk => Err(self.preview(asking).await?),
        }
    }

    /// Withdraws the question, but still listens for a late no, which voids the preview's token. A late yes does nothing.
    async fn listen_on(
        &self,
        asking: &Asking<'_>,
        context: &RequestContext<RoleServer>,
        handle: RequestHandle<RoleServer>,
    ) {
        // The SDK's own notification would also make it forget the request, and with it a late no.
        let taken_back = CustomNotification::new(
            "notifications/cancelled",
            Some(json!({ "requestId": handle.id, "reason": "not answered in time" })),
        );
        let notification = ServerNotification::CustomNotification(taken_back);
        drop(context.peer.send_notification(notification).await);
        let (ledger, scope) = (self.gate.ledger.clone(), asking.scope.clone());
        let choice = asking.change.choice;
        tokio::spawn(async move {
            // The end of the session ends this too: the SDK drops the other side.
            if let Ok(Ok(answer)) = tokio::time::timeout(VALID_FOR, handle.rx).await
                && matches!(
                    heard_of(Some(answer), choice),
                    ElicitationOutcome::No { .. }
                )
            {
                ledger.void(&scope, None).await;
            }
        });
    }

    async fn refused(&self, asking: &Asking<'_>, closed: bool, took: Duration) -> NotDone {
        let gate = &self.gate;
        gate.refused(&self.connection, self.tool, asking.change)
            .await;
        messages::refused(closed, took < FASTEST_HUMAN)
    }

    async fn preview(&self, asking: &Asking<'_>) -> Result<NotDone, NotDone> {
        // Where a preview takes over, a late answer to an open question must do nothing.
        let ledger = &self.gate.ledger;
        ledger.void(&asking.scope, Some(Kind::Question)).await;
        let (_, token) = self.issue(Kind::Token, asking).await?;
        Ok(messages::preview(
            asking.change,
            asking.again,
            self.level(),
            &token,
            ledger.unwritable().await.as_deref(),
        ))
    }

    async fn issue(&self, kind: Kind, asking: &Asking<'_>) -> Result<(Ticket, String), NotDone> {
        let ledger = &self.gate.ledger;
        ledger
            .issue(kind, &asking.scope, &asking.call, &asking.seen)
            .await
            .map_err(|error| {
                ToolError::new(
                    ErrorCode::System,
                    format!("No agreement can be asked for: {error}."),
                )
                .into()
            })
    }

    fn level(&self) -> crate::tools::PersonalData {
        self.connection.settings().personal_data
    }
}

/// What an answer to a question within the call means. Where the connection ended the call ends too, and does nothing.
fn heard_of(
    answer: Option<Result<rmcp::model::ClientResult, ServiceError>>,
    choice: &str,
) -> ElicitationOutcome {
    match answer {
        Some(Ok(result)) => {
            heard::of_result(&serde_json::to_value(result).unwrap_or_default(), choice)
        }
        Some(Err(error)) => heard::of_error(&error),
        None => ElicitationOutcome::No { closed: false },
    }
}

impl Confirmer for CallConfirmer {
    fn ask<'a>(&'a self, change: &'a Change, again: bool) -> Asked<'a> {
        Box::pin(self.decide(change, again))
    }

    fn record(&self, agreement: Agreement) -> Recorded<'_> {
        Box::pin(self.record.agreed(agreement))
    }

    fn carries_answer(&self) -> bool {
        let presented = self.presented.lock();
        let presented = presented.unwrap_or_else(PoisonError::into_inner);
        presented.token.is_some() || presented.state.is_some()
    }

    fn void_all(&self) -> Voided<'_> {
        Box::pin(self.gate.ledger.void_all())
    }
}

/// For reads, which need no agreement and get none.
pub struct NoConfirmer;

impl Confirmer for NoConfirmer {
    fn ask<'a>(&'a self, _change: &'a Change, _again: bool) -> Asked<'a> {
        Box::pin(async { Err(messages::refused(false, false)) })
    }

    fn record(&self, _agreement: Agreement) -> Recorded<'_> {
        Box::pin(async { Ok(()) })
    }
}

/// Chooses by what the client declared for this very request, never by the peer's own helper, which
/// knows only the older handshake.
fn route(context: &RequestContext<RoleServer>) -> Route {
    let can_ask = context
        .client_capabilities()
        .and_then(|capabilities| capabilities.elicitation)
        // An empty capability is the older way of saying "forms".
        .is_some_and(|elicitation| elicitation.form.is_some() || elicitation.url.is_none());
    let modern = context
        .protocol_version()
        .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str());
    match (can_ask, modern) {
        (false, _) => Route::Preview,
        (true, true) => Route::InputRequired,
        (true, false) => Route::Elicit(Box::new(context.clone())),
    }
}
