//! The ladder of agreement, which fails closed: a human through the client's own question; else a
//! preview with a one-use token; else nothing happens.
//!
//! The question travels differently in the two protocol eras: up to 2025-11-25 the server asks within
//! the call; from 2026-07-28 the call returns the question and the client repeats it with the answer.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rmcp::{
    RoleServer,
    model::{
        BooleanSchema, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction,
        ElicitationSchema, InputRequest, InputRequests, InputRequiredResult, InputResponses,
        ProtocolVersion, RequestStateCodec, SealOptions,
    },
    service::RequestContext,
};
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    call::{Fitted, Slot},
    deadline::Deadline,
    policy::Confirmation,
    record::Record,
};
use crate::tools::{Agreement, Answer, Consent, Effect, Stop, ToolError, clean};

/// How long a preview's token and a pending question stay valid.
const VALID_FOR: Duration = Duration::from_secs(600);
const QUESTION: &str = "agree";

/// What all calls share: the key of this process, and what was handed out and not used yet.
pub struct Gate {
    codec: RequestStateCodec,
    /// When each was handed out, by a clock that nobody can set back.
    pending: Mutex<HashMap<Uuid, Instant>>,
    valid_for: Duration,
    confirmation: Confirmation,
    /// How long the server waits for a client that says it can ask its human.
    human_wait: Duration,
}

impl Gate {
    /// A gate with a key of its own, so that tokens die with the process.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new(confirmation: Confirmation, human_wait: Duration) -> std::io::Result<Self> {
        let mut key = [0_u8; 32];
        getrandom::fill(&mut key).map_err(|error| std::io::Error::other(error.to_string()))?;
        let codec = RequestStateCodec::try_new(key.to_vec()).map_err(std::io::Error::other)?;
        Ok(Self {
            codec,
            pending: Mutex::new(HashMap::new()),
            valid_for: VALID_FOR,
            confirmation,
            human_wait,
        })
    }

    /// Who agrees to decisions.
    pub fn confirmation(&self) -> Confirmation {
        self.confirmation
    }

    fn seal(&self, binding: &[u8]) -> String {
        let id = Uuid::new_v4();
        let mut pending = locked(&self.pending);
        pending.retain(|_, since| since.elapsed() < self.valid_for);
        pending.insert(id, Instant::now());
        let options = SealOptions::new().associated_data(binding);
        self.codec.seal_with(id.as_bytes(), &options)
    }

    /// Opens a sealed value that is bound to exactly this call, is not too old and was never opened before.
    fn redeem(&self, sealed: &str, binding: &[u8]) -> bool {
        let opened = self.codec.open_with(sealed, binding).ok();
        let Some(id) = opened.and_then(|id| Uuid::from_slice(&id).ok()) else {
            return false;
        };
        locked(&self.pending)
            .remove(&id)
            .is_some_and(|since| since.elapsed() < self.valid_for)
    }
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
pub struct CallConsent {
    gate: Arc<Gate>,
    route: Route,
    call: String,
    presented: Mutex<Presented>,
    question: Mutex<Option<InputRequiredResult>>,
    deadline: Deadline,
    record: Arc<Record>,
    slot: Arc<Slot>,
}

impl CallConsent {
    /// Prepares the agreement of one call with exactly its arguments.
    pub(super) fn new(
        gate: Arc<Gate>,
        call: Fitted<'_>,
        presented: Presented,
        context: &RequestContext<RoleServer>,
    ) -> Self {
        Self {
            gate,
            route: route(context),
            call: format!("{}\n{}", call.tool, Value::Object(call.arguments.clone())),
            presented: Mutex::new(presented),
            question: Mutex::new(None),
            deadline: call.deadline,
            record: call.record,
            slot: call.slot,
        }
    }

    /// The question that the client must put to its human, after [`Stop::AskHuman`].
    pub fn question(&self) -> Option<InputRequiredResult> {
        locked(&self.question).take()
    }

    /// A token and a pending question are bound to the same call and to everything that was shown, but can never stand in
    /// for each other: the model sees both, and only the client may answer a question.
    fn binding(&self, kind: &str, effect: &Effect) -> Vec<u8> {
        json!([
            kind,
            self.call,
            effect.action,
            effect.consequence,
            effect.target,
            effect.person,
            effect.environment,
        ])
        .to_string()
        .into_bytes()
    }

    async fn decide(&self, effect: &Effect) -> Result<Agreement, Stop> {
        if self.gate.confirmation == Confirmation::Never {
            return Ok(Agreement::Operator);
        }
        let presented = std::mem::take(&mut *locked(&self.presented));
        if let Some(token) = presented.token {
            return if self.gate.redeem(&token, &self.binding("token", effect)) {
                Ok(Agreement::Token)
            } else {
                Err(invalid_token())
            };
        }
        match &self.route {
            Route::InputRequired => match (presented.state, presented.answers) {
                (Some(state), Some(answers)) => self.answered(effect, &state, &answers),
                _ => Err(self.ask_through_result(effect)),
            },
            Route::Elicit(context) => self.ask_within_call(effect, context).await,
            Route::Preview => Err(self.preview(effect)),
        }
    }

    fn answered(
        &self,
        effect: &Effect,
        state: &str,
        answers: &InputResponses,
    ) -> Result<Agreement, Stop> {
        if !self.gate.redeem(state, &self.binding("question", effect)) {
            return Err(invalid_token());
        }
        let result = answers
            .get(QUESTION)
            .cloned()
            .and_then(|answer| serde_json::from_value::<ElicitResult>(answer).ok());
        match result {
            Some(result) if agrees(&result) => Ok(Agreement::Human),
            _ => Err(refused()),
        }
    }

    fn ask_through_result(&self, effect: &Effect) -> Stop {
        let mut requests = InputRequests::new();
        requests.insert(
            QUESTION.into(),
            InputRequest::Elicitation(ElicitRequest::new(question(effect))),
        );
        let state = self.gate.seal(&self.binding("question", effect));
        *locked(&self.question) = Some(InputRequiredResult::new(Some(requests), Some(state)));
        Stop::AskHuman
    }

    async fn ask_within_call(
        &self,
        effect: &Effect,
        context: &RequestContext<RoleServer>,
    ) -> Result<Agreement, Stop> {
        self.slot.leave_for_question()?;
        let asked = Instant::now();
        let wait = self.gate.human_wait;
        // The whole wait is added up front, so that the call's own deadline cannot cut a human short.
        self.deadline.extend(wait);
        let answer = context
            .peer
            .create_elicitation_with_timeout(question(effect), Some(wait))
            .await;
        self.deadline.shorten(wait.saturating_sub(asked.elapsed()));
        match answer {
            Ok(result) if agrees(&result) => Ok(Agreement::Human),
            Ok(_) => Err(refused()),
            // Some clients announce questions and never show them; the preview still works there.
            Err(_) => Err(self.preview(effect)),
        }
    }

    fn preview(&self, effect: &Effect) -> Stop {
        let token = self.gate.seal(&self.binding("token", effect));
        let text = format!(
            "Nothing has been done yet: this needs a human's agreement.\nAction: {}\nEffect: {}\nTarget: {}\n\
             Environment: {}\nAfter the human agrees, the same call with \"confirmation_token\": \"{token}\" \
             does it, once, within 10 minutes.",
            clean(&effect.action),
            clean(&effect.consequence),
            clean(&effect.target),
            clean(&effect.environment)
        );
        let answer = Answer::new(text).with_data(&json!({
            "confirmation_required": true,
            "action": effect.action,
            "consequence": effect.consequence,
            "target": effect.target,
            "environment": effect.environment,
            "confirmation_token": token,
            "expires_in_s": VALID_FOR.as_secs(),
        }));
        Stop::Preview(Box::new(
            answer.with_untrusted("Person", effect.person.as_deref()),
        ))
    }
}

impl Consent for CallConsent {
    fn ask<'a>(
        &'a self,
        effect: &'a Effect,
    ) -> Pin<Box<dyn Future<Output = Result<Agreement, Stop>> + Send + 'a>> {
        Box::pin(async move {
            let agreement = self.decide(effect).await?;
            self.record.agreed(agreement).await?;
            Ok(agreement)
        })
    }
}

/// The agreement of a read, which needs none and so gives none.
pub struct NoConsent;

impl Consent for NoConsent {
    fn ask<'a>(
        &'a self,
        _effect: &'a Effect,
    ) -> Pin<Box<dyn Future<Output = Result<Agreement, Stop>> + Send + 'a>> {
        Box::pin(async { Err(refused()) })
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

fn question(effect: &Effect) -> ElicitRequestParams {
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: message(effect),
        requested_schema: ElicitationSchema::builder()
            // A box that must be ticked: some clients accept an empty form without showing it.
            .required_bool_property(QUESTION, |schema: BooleanSchema| {
                schema
                    .title("I agree")
                    .description("Tick to let it happen.")
            })
            .build_unchecked(),
    }
}

fn message(effect: &Effect) -> String {
    let person = effect
        .person
        .as_deref()
        .map(|name| format!("\nPerson, as the document says: \"{}\"", clean(name)))
        .unwrap_or_default();
    // Each part is one line, so that none can pass for another.
    format!(
        "{}\n{}{person}\n{}\nEnvironment: {}",
        clean(&effect.action),
        clean(&effect.target),
        clean(&effect.consequence),
        clean(&effect.environment)
    )
}

fn agrees(result: &ElicitResult) -> bool {
    result.action == ElicitationAction::Accept
        && result
            .content
            .as_ref()
            .and_then(|content| content.get(QUESTION))
            == Some(&Value::Bool(true))
}

fn refused() -> Stop {
    ToolError::new(
        "refused_by_human",
        "The human did not agree. Nothing was changed.",
    )
    .into()
}

fn invalid_token() -> Stop {
    ToolError::invalid(
        super::catalog::CONFIRMATION_TOKEN,
        "The confirmation is not valid: it was used, has expired, or belongs to a call with other \
         arguments. Nothing was changed.",
    )
    .with_advice("The same call without a token starts again with a new preview.")
    .into()
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn what_was_handed_out_works_once_for_what_it_was_bound_to_and_only_for_a_while() {
        let mut gate = Gate::new(Confirmation::Ask, Duration::ZERO).unwrap();
        let sealed = gate.seal(b"this call");
        assert!(!gate.redeem(&sealed, b"another call"));
        assert!(gate.redeem(&sealed, b"this call"));
        assert!(!gate.redeem(&sealed, b"this call"));
        gate.valid_for = Duration::ZERO;
        let expired = gate.seal(b"this call");
        assert!(!gate.redeem(&expired, b"this call"));
    }
}
