//! What the audit trail keeps of one call.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};

use crate::{
    audit::{self, Entry, Trail},
    tools::{Access, Agreement, Connection, ErrorCode, Tool, ToolError},
};

/// One call, from its arguments to its outcome. Reads leave no trace.
pub(super) struct Record {
    tool: &'static str,
    access: Access,
    trail: Option<Arc<Trail>>,
    connection: Arc<Connection>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    targets: Map<String, Value>,
    agreement: Option<Agreement>,
    asked: bool,
}

impl Record {
    /// The record of a call of `tool`.
    pub(super) fn new(tool: &Tool, trail: Option<Arc<Trail>>, connection: Arc<Connection>) -> Self {
        Self {
            tool: tool.name,
            access: tool.access,
            trail: trail.filter(|_| tool.access != Access::Read),
            connection,
            state: Mutex::default(),
        }
    }

    /// Notes the ids that the call is about.
    pub(super) fn begin(&self, arguments: &Map<String, Value>) {
        if self.trail.is_some() {
            self.state().targets = audit::targets(arguments);
        }
    }

    /// Notes the ids of what the call made, besides those that it was given.
    pub(super) fn made(&self, data: Option<&Value>) {
        if let (Some(_), Some(Value::Object(data))) = (&self.trail, data) {
            let mut state = self.state();
            for (name, id) in audit::targets(data) {
                state.targets.entry(name).or_insert(id);
            }
        }
    }

    /// Notes that a human still has to be asked: nothing was changed.
    pub(super) fn asked(&self) {
        self.state().asked = true;
    }

    /// Notes who agreed. The decision is in the trail before it is made, so that none can go unrecorded.
    ///
    /// # Errors
    /// When the trail cannot be written; the decision must not be made then.
    pub(super) async fn agreed(&self, agreement: Agreement) -> Result<(), ToolError> {
        self.state().agreement = Some(agreement);
        self.append("attempt", None).await.map_err(|error| {
            tracing::error!(%error, "the audit trail could not be written");
            ToolError::new(
                ErrorCode::AuditTrail,
                "The audit trail could not be written, so nothing was changed.",
            )
            .with_advice(
                "the operator checks the file given as --audit-log, its disk and its permissions.",
            )
        })
    }

    /// Notes what came of the call, before its answer leaves; `open` when Didit may have done it despite the error.
    pub(super) async fn finish(&self, error: Option<&ToolError>, open: bool) {
        let outcome = match (error, self.state().asked) {
            (Some(_), _) if open => "unknown",
            (Some(error), _) if error.code == ErrorCode::DoneInPart => "in part",
            (Some(_), _) => "failed",
            (None, true) => "asked",
            (None, false) => "done",
        };
        if let Err(error) = self.append(outcome, error).await {
            tracing::error!(%error, tool = self.tool, outcome, "the audit trail could not be written");
        }
    }

    async fn append(&self, outcome: &str, error: Option<&ToolError>) -> std::io::Result<()> {
        let Some(trail) = &self.trail else {
            return Ok(());
        };
        let environment = self.connection.environment_of(None);
        let (targets, agreement) = {
            let state = self.state();
            (state.targets.clone(), state.agreement)
        };
        let entry = Entry {
            time: audit::now(),
            tool: self.tool,
            access: self.access.name(),
            targets,
            environment: environment.name(),
            agreement: agreement.map(Agreement::name),
            outcome,
            error: error.map(|error| error.code.name()),
            api_status: error.and_then(|error| error.api_status),
        };
        trail.append(&entry).await
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
