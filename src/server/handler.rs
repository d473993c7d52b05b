//! The protocol's handler: one path for every call.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, Implementation, ListToolsResult,
        PaginatedRequestParams, ProgressNotificationParam, ProgressToken, ProtocolVersion,
        ServerCapabilities, ServerConfig, Tool as ListedTool,
    },
    service::{Peer, RequestContext},
};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use super::{
    catalog::{CONFIRMATION_TOKEN, Catalog, Entry},
    confirm::{CallConsent, Gate, Presented},
    deadline::Deadline,
    instructions::instructions,
    policy::{self, Policy},
    respond, schema,
};
use crate::tools::{Access, Connection, Context, Mode, Progress, Stop, ToolError};

/// Calls that run at once; more wait their turn.
const MAX_RUNNING: usize = 64;
/// How long clients may keep the list of tools, which never changes within a process.
const LIST_LIFETIME_MS: u64 = 3_600_000;

/// The server: the tools that are on, the account, and the gate of decisions.
pub struct Server {
    catalog: Catalog,
    connection: Arc<Connection>,
    gate: Arc<Gate>,
    slots: Semaphore,
}

impl Server {
    /// A server for one account under one policy. Touches no key, no file and no network.
    ///
    /// # Errors
    /// When the system gives no random bytes for the key of confirmation tokens.
    pub fn new(connection: Arc<Connection>, policy: &Policy) -> std::io::Result<Self> {
        Ok(Self {
            catalog: Catalog::new(policy),
            connection,
            gate: Arc::new(Gate::new(policy.confirmation)?),
            slots: Semaphore::new(MAX_RUNNING),
        })
    }

    async fn call(
        &self,
        entry: &Entry,
        request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> CallToolResponse {
        let deadline = Deadline::after(
            self.connection
                .settings()
                .budget_of(entry.tool.name, request.arguments.as_ref()),
        );
        let work = AssertUnwindSafe(self.run(entry, request, context, &deadline)).catch_unwind();
        let outcome = tokio::select! {
            outcome = work => outcome.unwrap_or_else(|_| Err(internal())),
            () = deadline.passed() => Err(timed_out(entry)),
            // The client is gone; dropping the work also drops its request to Didit.
            () = context.ct.cancelled() => Err(ToolError::new("cancelled", "The call was cancelled.")),
        };
        let secrets = self.connection.secrets();
        match outcome {
            Ok(response) => response,
            Err(error) => respond::error(&error, &self.catalog, &secrets).into(),
        }
    }

    async fn run(
        &self,
        entry: &Entry,
        request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
        deadline: &Deadline,
    ) -> Result<CallToolResponse, ToolError> {
        let mut arguments = entry.without_aliases(request.arguments.unwrap_or_default());
        arguments = schema::fit(&entry.schema, arguments)?;
        let token = if policy::needs_consent(entry.tool.access) {
            take_text(&mut arguments, CONFIRMATION_TOKEN)
        } else {
            None
        };
        let presented = Presented {
            token,
            state: request.request_state,
            answers: request.input_responses,
        };
        let consent = Arc::new(CallConsent::new(
            Arc::clone(&self.gate),
            entry.tool.name,
            &arguments,
            presented,
            context,
            deadline.clone(),
        ));
        let call = Context {
            connection: Arc::clone(&self.connection),
            consent: Arc::clone(&consent) as Arc<_>,
            progress: Arc::new(ClientProgress::new(context)),
        };
        let outcome = (entry.tool.run)(call, arguments).await;
        let secrets = self.connection.secrets();
        match outcome {
            Ok(answer) => Ok(respond::answer(answer, &self.catalog, &secrets).into()),
            Err(Stop::Preview(preview)) => {
                Ok(respond::answer(*preview, &self.catalog, &secrets).into())
            }
            Err(Stop::AskHuman) => consent.question().map(Into::into).ok_or_else(internal),
            Err(Stop::Error(error)) => Err(*error),
        }
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let simulated = self.connection.settings().mode == Mode::Simulator;
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(
                Implementation::new("didit-mcp", env!("CARGO_PKG_VERSION"))
                    .with_title("Didit identity verification"),
            )
            .with_instructions(instructions(simulated))
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let mut list = ListToolsResult::with_all_items(self.catalog.listed());
        if is_modern(&context) {
            list.ttl_ms = Some(LIST_LIFETIME_MS);
            list.cache_scope = Some(CacheScope::Private);
        }
        Ok(list)
    }

    fn get_tool(&self, name: &str) -> Option<ListedTool> {
        self.catalog.find(name).map(|entry| entry.listed.clone())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(entry) = self.catalog.find(&request.name) else {
            return Err(ErrorData::invalid_params(
                "unknown tool, or one that is switched off in this server's settings",
                None,
            ));
        };
        let Ok(_slot) = self.slots.acquire().await else {
            return Err(ErrorData::internal_error("shutting down", None));
        };
        Ok(self.call(entry, request, &context).await)
    }
}

fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    context
        .protocol_version()
        .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

fn take_text(arguments: &mut Map<String, Value>, name: &str) -> Option<String> {
    match arguments.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn internal() -> ToolError {
    ToolError::new(
        "internal_error",
        "This tool failed inside the server. Other tools still work.",
    )
}

fn timed_out(entry: &Entry) -> ToolError {
    let error = ToolError::new(
        "timeout",
        "Didit did not answer within the time allowed for this call.",
    );
    if entry.tool.access == Access::Read {
        error.with_advice("The same call can be repeated.")
    } else {
        error.with_advice(
            "The change may have happened all the same: read the current state before repeating the call.",
        )
    }
}

/// Progress notifications, for clients that asked for them.
struct ClientProgress {
    peer: Peer<RoleServer>,
    token: Option<ProgressToken>,
}

impl ClientProgress {
    fn new(context: &RequestContext<RoleServer>) -> Self {
        Self {
            peer: context.peer.clone(),
            token: context.meta.get_progress_token(),
        }
    }
}

impl Progress for ClientProgress {
    fn report(&self, waited: f64, total: f64, message: String) {
        let Some(token) = self.token.clone() else {
            return;
        };
        let peer = self.peer.clone();
        let notification = ProgressNotificationParam::new(token, waited)
            .with_total(total)
            .with_message(message);
        // A client that no longer listens is no reason to stop.
        tokio::spawn(async move {
            let sent =
                tokio::time::timeout(Duration::from_secs(5), peer.notify_progress(notification));
            drop(sent.await);
        });
    }
}
