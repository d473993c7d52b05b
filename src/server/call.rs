//! One call's way: fit the arguments, ask where policy says so, run within the deadline, record, answer.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use rmcp::{
    ErrorData, RoleServer,
    model::{CallToolRequestParams, CallToolResponse, ReadResourceResult},
    service::RequestContext,
};
use serde_json::{Map, Value};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::{
    Server, address,
    call_observer::CallObserver,
    catalog::{CONFIRMATION_TOKEN, Entry},
    confirm::{CallConfirmer, Confirmations, NoConfirmer, Presented},
    deadline::Deadline,
    policy,
    progress::ClientProgress,
    record::Record,
    respond, schema,
    slot::{Fitted, Slot, locked},
};
use crate::tools::{
    Confirmer, Connection, Context, ErrorCode, NotDone, Progress, Tool, ToolError, ToolOutput,
    WAIT_TOOL,
};

/// How long a call waits for its turn, in timeouts of a call: long enough for a minute of waiting for the rate limits.
const QUEUE_TIMEOUTS: u32 = 4;

/// Where a call came from, and who answers for it there.
pub(super) trait Caller: Send + Sync {
    /// Who agrees to what the call decides.
    fn confirmer(&self, call: Fitted<'_>) -> Arc<dyn Confirmer>;

    /// Who hears how far the call is.
    fn progress(&self) -> Arc<dyn Progress>;

    /// Cancelled when nobody waits for the call any more.
    fn gone(&self) -> CancellationToken;

    /// The call's name in the log.
    fn request(&self) -> String;
}

/// A call of the protocol.
struct ProtocolCall<'a> {
    gate: Arc<Confirmations>,
    connection: Arc<Connection>,
    context: &'a RequestContext<RoleServer>,
    /// The sealed state of an earlier question, and the client's answers to it.
    presented: Mutex<Presented>,
    confirmer: Mutex<Option<Arc<CallConfirmer>>>,
}

impl Caller for ProtocolCall<'_> {
    fn confirmer(&self, mut call: Fitted<'_>) -> Arc<dyn Confirmer> {
        let presented = Presented {
            token: call.token.take(),
            ..std::mem::take(&mut *locked(&self.presented))
        };
        let confirmer = Arc::new(CallConfirmer::new(
            Arc::clone(&self.gate),
            Arc::clone(&self.connection),
            call,
            presented,
            self.context,
        ));
        *locked(&self.confirmer) = Some(Arc::clone(&confirmer));
        confirmer
    }

    fn progress(&self) -> Arc<dyn Progress> {
        Arc::new(ClientProgress::new(self.context))
    }

    fn gone(&self) -> CancellationToken {
        self.context.ct.clone()
    }

    fn request(&self) -> String {
        self.context.id.to_string()
    }
}

impl Server {
    /// Serves one call of the protocol. Whatever happens inside, the caller gets an answer.
    pub(super) async fn serve_call(
        &self,
        entry: &Entry,
        mut request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> CallToolResponse {
        let given = request.arguments.take().unwrap_or_default();
        let call = ProtocolCall {
            gate: Arc::clone(&self.gate),
            connection: Arc::clone(&self.connection),
            context,
            presented: Mutex::new(Presented {
                token: None,
                state: request.request_state,
                answers: request.input_responses,
            }),
            confirmer: Mutex::new(None),
        };
        let slot = match self.turn(entry, &call.gone()).await {
            Ok(slot) => Arc::new(slot),
            Err(error) => {
                self.place(context).await;
                return respond::error(&error, &self.catalog).into();
            }
        };
        let outcome = self.complete(entry, given, &call, &slot).await;
        // Still holding its slot: while the client reads nothing, no more responses are made.
        self.place(context).await;
        drop(slot);
        match outcome {
            Ok(answer) => respond::answer(answer, &self.catalog).into(),
            Err(NotDone::Preview(preview)) => respond::answer(*preview, &self.catalog).into(),
            Err(NotDone::AskHuman) => {
                let asked = locked(&call.confirmer).take();
                match asked.and_then(|confirmer| confirmer.question()) {
                    Some(question) => question.into(),
                    None => respond::error(&internal(), &self.catalog).into(),
                }
            }
            Err(NotDone::Error(error)) => respond::error(&error, &self.catalog).into(),
        }
    }

    /// Waits for a call's turn.
    ///
    /// # Errors
    /// `busy` when it does not come in time, `cancelled` when nobody waits for the call any more.
    pub(super) async fn turn(
        &self,
        entry: &Entry,
        gone: &CancellationToken,
    ) -> Result<Slot, ToolError> {
        // Waiting needs no work, so those calls must not take a slot from others.
        let held = if entry.tool.name == WAIT_TOOL {
            None
        } else {
            Some(self.slot(gone).await?)
        };
        Ok(Slot {
            held: Mutex::new(held),
            questions: Arc::clone(&self.questions),
        })
    }

    /// Runs one call that holds a slot, with its deadline and record. Only an error here means that it failed; the other
    /// stops mean that a human has to be asked first.
    pub(super) async fn complete(
        &self,
        entry: &Entry,
        given: Map<String, Value>,
        caller: &dyn Caller,
        slot: &Arc<Slot>,
    ) -> Result<ToolOutput, NotDone> {
        let gone = caller.gone();
        let started = Instant::now();
        let given = entry.without_aliases(given);
        let settings = self.connection.settings();
        let deadline = Deadline::after(settings.budget_of(entry.tool.name, Some(&given)));
        let watch = Arc::new(CallObserver::new(deadline.clone(), caller.progress()));
        let record = Arc::new(Record::new(
            &entry.tool,
            self.trail.clone(),
            Arc::clone(&self.connection),
        ));
        let work =
            AssertUnwindSafe(self.run(entry, given, caller, &watch, &record, slot)).catch_unwind();
        let outcome = tokio::select! {
            // In this order, so that a call which was cancelled while it waited for its turn sends nothing.
            biased;
            // The client is gone or has changed its mind; dropping the work also drops its request to Didit.
            () = gone.cancelled() => Err(cancelled().into()),
            () = self.over.cancelled() => Err(cancelled().into()),
            outcome = work => outcome.unwrap_or_else(|_| Err(internal().into())),
            () = deadline.passed() => Err(timed_out().into()),
        };
        let failure = match &outcome {
            Err(NotDone::Error(error)) => Some(error.as_ref()),
            _ => None,
        };
        let open = failure
            .is_some_and(|error| error.leaves_open() && watch.may_have_changed(entry.tool.access));
        record.finish(failure, open).await;
        tracing::info!(
            tool = entry.tool.name,
            // Logged as a quoted string, because a client could choose an id that reads like other fields of the log.
            request = caller.request().as_str(),
            milliseconds = started.elapsed().as_millis() as u64,
            outcome = failure.map_or("ok", |error| error.code.name()),
            "call"
        );
        match outcome {
            Err(NotDone::Error(error)) => {
                let error = error.released(settings.personal_data);
                Err(with_unknown_outcome(error, &entry.tool, &watch).into())
            }
            other => other,
        }
    }

    /// Reads a resource, within the deadline of a call.
    pub(super) async fn serve_read(
        &self,
        uri: &str,
        context: &RequestContext<RoleServer>,
    ) -> Result<ReadResourceResult, ErrorData> {
        let _slot = self
            .slot(&context.ct)
            .await
            .map_err(|error| ErrorData::internal_error(error.message, None))?;
        let settings = self.connection.settings();
        let deadline = Deadline::after(settings.budget_of(address::tool_of(uri), None));
        let progress = Arc::new(ClientProgress::new(context));
        let call = Context {
            connection: Arc::clone(&self.connection),
            confirmer: Arc::new(NoConfirmer),
            progress: progress.clone(),
            observer: Arc::new(CallObserver::new(deadline.clone(), progress)),
        };
        let failed = |message| Err(ErrorData::internal_error(message, None));
        let work = AssertUnwindSafe(self.read(uri, call)).catch_unwind();
        let read = tokio::select! {
            outcome = work => outcome.unwrap_or_else(|_| failed("reading this resource failed inside the server")),
            () = deadline.passed() => failed("Didit did not answer within the time allowed"),
            () = context.ct.cancelled() => failed("cancelled"),
            () = self.over.cancelled() => failed("cancelled"),
        };
        self.place(context).await;
        read
    }

    /// A turn to work. Time in the queue counts against no deadline, but has an end of its own.
    async fn slot(&self, gone: &CancellationToken) -> Result<OwnedSemaphorePermit, ToolError> {
        let timeout = self.connection.settings().timeout;
        let queue = tokio::time::timeout(
            timeout * QUEUE_TIMEOUTS,
            Arc::clone(&self.slots).acquire_owned(),
        );
        tokio::select! {
            biased;
            () = gone.cancelled() => Err(cancelled()),
            () = self.over.cancelled() => Err(cancelled()),
            slot = queue => match slot {
                Ok(slot) => slot.map_err(|_| cancelled()),
                Err(_) => Err(busy(timeout)),
            },
        }
    }

    async fn run(
        &self,
        entry: &Entry,
        given: Map<String, Value>,
        caller: &dyn Caller,
        watch: &Arc<CallObserver>,
        record: &Arc<Record>,
        slot: &Arc<Slot>,
    ) -> Result<ToolOutput, NotDone> {
        let mut arguments = schema::fit(entry.schema(), given)?;
        let token = if policy::may_need_confirmation(&entry.tool) {
            take_text(&mut arguments, CONFIRMATION_TOKEN)
        } else {
            None
        };
        record.begin(&arguments);
        let call = Context {
            connection: Arc::clone(&self.connection),
            confirmer: caller.confirmer(Fitted {
                tool: entry.tool.name,
                arguments: &arguments,
                token,
                deadline: watch.deadline.clone(),
                record: Arc::clone(record),
                slot: Arc::clone(slot),
            }),
            progress: caller.progress(),
            observer: Arc::clone(watch) as Arc<_>,
        };
        let outcome = (entry.tool.run)(call, arguments).await;
        match &outcome {
            Ok(answer) => record.made(answer.data.as_ref()),
            Err(NotDone::Preview(_) | NotDone::AskHuman) => record.asked(),
            Err(NotDone::Error(_)) => {}
        }
        outcome
    }
}

fn take_text(arguments: &mut Map<String, Value>, name: &str) -> Option<String> {
    match arguments.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// The answer to a call whose turn did not come.
fn busy(timeout: Duration) -> ToolError {
    ToolError {
        retry_after_s: u32::try_from(timeout.as_secs()).ok(),
        ..ToolError::new(
            ErrorCode::Busy,
            "Too many other calls are running, so this one was not started. Nothing was sent.",
        )
    }
}

fn cancelled() -> ToolError {
    ToolError::new(ErrorCode::Cancelled, "The call was cancelled.")
}

fn internal() -> ToolError {
    ToolError::new(
        ErrorCode::InternalError,
        "This tool failed inside the server. Other tools still work.",
    )
}

fn timed_out() -> ToolError {
    ToolError::new(
        ErrorCode::Timeout,
        "Didit did not answer within the time allowed for this call.",
    )
}

/// After a failure that leaves open what Didit did: says whether a change may have happened, and which tool tells.
fn with_unknown_outcome(error: ToolError, tool: &Tool, watch: &CallObserver) -> ToolError {
    match (
        error.leaves_open(),
        watch.may_have_changed(tool.access),
        tool.verify_with,
    ) {
        (false, ..) => error,
        (true, false, _) => {
            error.with_advice("nothing was changed, so the same call can be repeated.")
        }
        (true, true, check) => {
            // What Didit itself said may end without a full stop.
            let said = error.message.trim_end_matches('.');
            let unsure = ToolError {
                message: format!("{said}. The change may have happened all the same."),
                ..error
            };
            match check {
                Some((tool, purpose)) => unsure.with_hint(tool, purpose),
                None => unsure,
            }
        }
    }
}
