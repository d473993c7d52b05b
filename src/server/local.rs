//! Calls from this process itself: they take the same path as a call of the protocol, with a human at hand.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::{
    call::Caller, confirm::Confirmations, deadline::Deadline, policy::Confirmation, record::Record,
    schema, slot::Fitted, state::Server,
};
use crate::tools::{
    Agreement, Asked, Change, Confirmer, Connection, ErrorCode, JsonObject, NotDone, Progress,
    Recorded, ToolError, ToolOutput, Voided,
};

/// How long a human at the terminal may think.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// A call from this process.
pub struct LocalCall {
    /// Asked before a decision takes effect, unless the operator chose that nobody is.
    pub confirmer: Arc<dyn Confirmer>,
    /// Hears how far the call is.
    pub progress: Arc<dyn Progress>,
}

impl Server {
    /// Whether a tool is switched on.
    pub fn has_tool(&self, name: &str) -> bool {
        self.catalog.has(name)
    }

    /// The schema of a tool's arguments, when it is switched on.
    pub fn schema_of(&self, name: &str) -> Option<Arc<JsonObject>> {
        self.catalog
            .find(name)
            .map(|entry| Arc::clone(entry.schema()))
    }

    /// The arguments as a tool would take them, without running it.
    ///
    /// # Errors
    /// What does not fit; `tool_off` when the tool is switched off.
    pub fn fitted(
        &self,
        name: &str,
        arguments: Map<String, Value>,
    ) -> Result<Map<String, Value>, ToolError> {
        let Some(entry) = self.catalog.find(name) else {
            return Err(tool_off(name));
        };
        schema::fit(entry.schema(), entry.without_aliases(arguments))
    }

    /// Runs a tool: its arguments are fitted and its deadline, agreement and record are kept as for any client.
    ///
    /// # Errors
    /// What the tool answered instead; `tool_off` when it is switched off.
    pub async fn run_tool(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        call: LocalCall,
    ) -> Result<ToolOutput, ToolError> {
        let Some(entry) = self.catalog.find(name) else {
            return Err(tool_off(name));
        };
        let caller = LocalCaller {
            gate: Arc::clone(&self.gate),
            connection: Arc::clone(&self.connection),
            call,
        };
        let slot = Arc::new(self.turn(entry, &caller.gone()).await?);
        match self.complete(entry, arguments, &caller, &slot).await {
            Ok(answer) => Ok(answer),
            Err(NotDone::Error(error)) => Err(*error),
            // A human at hand answers within the call, so neither of these comes.
            Err(NotDone::Preview(_) | NotDone::AskHuman) => Err(ToolError::new(
                ErrorCode::AgreementNeeded,
                "This needs a human's agreement. Nothing was changed.",
            )),
        }
    }
}

fn tool_off(name: &str) -> ToolError {
    ToolError::new(
        ErrorCode::ToolOff,
        format!("{name} is switched off in the settings."),
    )
}

struct LocalCaller {
    gate: Arc<Confirmations>,
    connection: Arc<Connection>,
    call: LocalCall,
}

impl Caller for LocalCaller {
    fn confirmer(&self, call: Fitted<'_>) -> Arc<dyn Confirmer> {
        Arc::new(LocalConfirmer {
            gate: Arc::clone(&self.gate),
            connection: Arc::clone(&self.connection),
            tool: call.tool,
            confirmation: self.gate.confirmation(),
            human: Arc::clone(&self.call.confirmer),
            deadline: call.deadline,
            record: call.record,
        })
    }

    fn progress(&self) -> Arc<dyn Progress> {
        Arc::clone(&self.call.progress)
    }

    fn gone(&self) -> CancellationToken {
        CancellationToken::new()
    }

    fn request(&self) -> String {
        "local".to_owned()
    }
}

struct LocalConfirmer {
    gate: Arc<Confirmations>,
    connection: Arc<Connection>,
    tool: &'static str,
    confirmation: Confirmation,
    human: Arc<dyn Confirmer>,
    deadline: Deadline,
    record: Arc<Record>,
}

impl Confirmer for LocalConfirmer {
    fn ask<'a>(&'a self, change: &'a Change, again: bool) -> Asked<'a> {
        Box::pin(async move {
            if self.confirmation == Confirmation::Never {
                return Ok(Agreement::Operator);
            }
            let asked = Instant::now();
            // The whole time is added up front, so that the call's own deadline cannot cut a human short.
            self.deadline.extend(PATIENCE);
            let answer = self.human.ask(change, again).await;
            self.deadline
                .shorten(PATIENCE.saturating_sub(asked.elapsed()));
            // A no here also voids any token that an agent holds for the same change.
            if matches!(&answer, Err(NotDone::Error(error)) if error.code == ErrorCode::RefusedByHuman)
            {
                let gate = &self.gate;
                gate.refused(&self.connection, self.tool, change).await;
            }
            answer
        })
    }

    fn record(&self, agreement: Agreement) -> Recorded<'_> {
        Box::pin(self.record.agreed(agreement))
    }

    fn void_all(&self) -> Voided<'_> {
        Box::pin(self.gate.ledger().void_all())
    }
}
