//! One call's way: fit the arguments, ask where policy says so, run within the deadline, record, answer.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use rmcp::{
    ErrorData, RoleServer,
    model::{CallToolRequestParams, CallToolResponse, ReadResourceResult},
    service::RequestContext,
};
use serde_json::{Map, Value};
use tokio::sync::SemaphorePermit;

use super::{
    catalog::{CONFIRMATION_TOKEN, Entry},
    confirm::NoConsent,
    confirm::{CallConsent, Presented},
    deadline::Deadline,
    handler::Server,
    policy,
    progress::ClientProgress,
    record::Record,
    resources, respond, schema,
    watch::Watch,
};
use crate::tools::{Context, Stop, Tool, ToolError, WAIT_TOOL};

/// How long a call waits for its turn, in timeouts of a call: long enough for a minute of waiting for the rate limits.
const QUEUE_TIMEOUTS: u32 = 4;

impl Server {
    /// Serves one call. Whatever happens inside, the caller gets an answer.
    pub(super) async fn serve_call(
        &self,
        entry: &Entry,
        mut request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> CallToolResponse {
        // Waiting is no work: those calls must not keep others from their turn.
        let _slot = if entry.tool.name == WAIT_TOOL {
            None
        } else {
            match self.slot(context).await {
                Ok(slot) => Some(slot),
                Err(error) => return respond::error(&error, &self.catalog).into(),
            }
        };
        let started = Instant::now();
        let given = entry.without_aliases(request.arguments.take().unwrap_or_default());
        let settings = self.connection.settings();
        let deadline = Deadline::after(settings.budget_of(entry.tool.name, Some(&given)));
        let watch = Arc::new(Watch::new(deadline.clone()));
        let record = Arc::new(Record::new(
            &entry.tool,
            self.trail.clone(),
            Arc::clone(&self.connection),
        ));
        let work = AssertUnwindSafe(self.run(entry, given, request, context, &watch, &record))
            .catch_unwind();
        let outcome = tokio::select! {
            // In this order, so that a call which was cancelled while it waited for its turn sends nothing.
            biased;
            // The client is gone or has changed its mind; dropping the work also drops its request to Didit.
            () = context.ct.cancelled() => Err(cancelled()),
            () = self.over.cancelled() => Err(cancelled()),
            outcome = work => outcome.unwrap_or_else(|_| Err(internal())),
            () = deadline.passed() => Err(timed_out()),
        };
        let failure = outcome.as_ref().err();
        let open = failure
            .is_some_and(|error| is_ambiguous(error) && watch.may_have_changed(entry.tool.access));
        record.finish(failure, open);
        tracing::info!(
            tool = entry.tool.name,
            request = %context.id,
            milliseconds = started.elapsed().as_millis() as u64,
            outcome = outcome.as_ref().err().map_or("ok", |error| error.code),
            "call"
        );
        match outcome {
            Ok(response) => response,
            Err(error) => {
                let error = settled(error, &entry.tool, &watch);
                respond::error(&error, &self.catalog).into()
            }
        }
    }

    /// Reads a resource, within the deadline of a call.
    pub(super) async fn serve_read(
        &self,
        uri: &str,
        context: &RequestContext<RoleServer>,
    ) -> Result<ReadResourceResult, ErrorData> {
        let _slot = self
            .slot(context)
            .await
            .map_err(|error| ErrorData::internal_error(error.message, None))?;
        let settings = self.connection.settings();
        let deadline = Deadline::after(settings.budget_of(resources::tool_of(uri), None));
        let call = Context {
            connection: Arc::clone(&self.connection),
            consent: Arc::new(NoConsent),
            progress: Arc::new(ClientProgress::new(context)),
            observer: Arc::new(Watch::new(deadline.clone())),
        };
        let failed = |message| Err(ErrorData::internal_error(message, None));
        let work = AssertUnwindSafe(self.read(uri, call)).catch_unwind();
        tokio::select! {
            outcome = work => outcome.unwrap_or_else(|_| failed("reading this resource failed inside the server")),
            () = deadline.passed() => failed("Didit did not answer within the time allowed"),
            () = context.ct.cancelled() => failed("cancelled"),
            () = self.over.cancelled() => failed("cancelled"),
        }
    }

    /// A turn to work. Time in the queue counts against no deadline, but has an end of its own.
    async fn slot(
        &self,
        context: &RequestContext<RoleServer>,
    ) -> Result<SemaphorePermit<'_>, ToolError> {
        let timeout = self.connection.settings().timeout;
        let queue = tokio::time::timeout(timeout * QUEUE_TIMEOUTS, self.slots.acquire());
        tokio::select! {
            biased;
            () = context.ct.cancelled() => Err(cancelled()),
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
        request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
        watch: &Arc<Watch>,
        record: &Arc<Record>,
    ) -> Result<CallToolResponse, ToolError> {
        let mut arguments = schema::fit(&entry.schema, given)?;
        let token = if policy::needs_consent(entry.tool.access) {
            take_text(&mut arguments, CONFIRMATION_TOKEN)
        } else {
            None
        };
        record.begin(&arguments);
        let consent = Arc::new(CallConsent::new(
            Arc::clone(&self.gate),
            entry.tool.name,
            &arguments,
            Presented {
                token,
                state: request.request_state,
                answers: request.input_responses,
            },
            context,
            watch.deadline.clone(),
            Arc::clone(record),
        ));
        let call = Context {
            connection: Arc::clone(&self.connection),
            consent: Arc::clone(&consent) as Arc<_>,
            progress: Arc::new(ClientProgress::new(context)),
            observer: Arc::clone(watch) as Arc<_>,
        };
        match (entry.tool.run)(call, arguments).await {
            Ok(answer) => {
                record.made(answer.data.as_ref());
                Ok(respond::answer(answer, &self.catalog).into())
            }
            Err(Stop::Preview(preview)) => {
                record.asked();
                Ok(respond::answer(*preview, &self.catalog).into())
            }
            Err(Stop::AskHuman) => {
                record.asked();
                consent.question().map(Into::into).ok_or_else(internal)
            }
            Err(Stop::Error(error)) => Err(*error),
        }
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
            "busy",
            "Too many other calls are under way, so this one was not begun. Nothing was sent.",
        )
    }
}

fn cancelled() -> ToolError {
    ToolError::new("cancelled", "The call was cancelled.")
}

fn internal() -> ToolError {
    ToolError::new(
        "internal_error",
        "This tool failed inside the server. Other tools still work.",
    )
}

fn timed_out() -> ToolError {
    ToolError::new(
        "timeout",
        "Didit did not answer within the time allowed for this call.",
    )
}

/// Whether an error leaves open what Didit did.
fn is_ambiguous(error: &ToolError) -> bool {
    matches!(
        error.code,
        "timeout"
            | "interrupted"
            | "unavailable"
            | "unreadable_answer"
            | "answer_too_large"
            | "cancelled"
            | "internal_error"
    )
}

/// After a failure that leaves open what Didit did: says whether a change may have happened, and which tool tells.
fn settled(error: ToolError, tool: &Tool, watch: &Watch) -> ToolError {
    match (
        is_ambiguous(&error),
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
