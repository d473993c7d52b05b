//! The protocol's handler: what clients may ask of this server.

use std::sync::Arc;

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult,
        CustomRequest, CustomResult, ErrorCode, GetPromptRequestParams, GetPromptResponse,
        Implementation, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
        ListToolsResult, PaginatedRequestParams, ProtocolVersion, ReadResourceRequestParams,
        ReadResourceResponse, ServerCapabilities, ServerConfig, SubscribeRequestParams,
        SubscriptionFilter, Tool as ListedTool, UnsubscribeRequestParams,
    },
    service::{RequestContext, SubscriptionContext},
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{
    catalog::Catalog,
    confirm::{Gate, Ledger},
    instructions::instructions,
    policy::Policy,
    prompts,
    subscriptions::Subscriptions,
    traffic::Traffic,
};
use crate::{
    audit::Trail,
    tools::{self, Connection, Mode, Tool},
};

/// Calls that run at once; more wait their turn.
const MAX_RUNNING: usize = 64;
/// Questions that may be open at once; a human answers one at a time.
const MAX_ASKING: usize = 64;
/// How long clients may keep the list of tools, which never changes within a process.
const LIST_LIFETIME_MS: u64 = 3_600_000;

/// The server: the tools that are on, the account, and the gate of decisions.
pub struct Server {
    pub(super) catalog: Catalog,
    pub(super) connection: Arc<Connection>,
    pub(super) gate: Arc<Gate>,
    pub(super) trail: Option<Arc<Trail>>,
    pub(super) over: CancellationToken,
    pub(super) slots: Arc<Semaphore>,
    /// Calls that wait for a human, besides those that run.
    pub(super) questions: Arc<Semaphore>,
    pub(super) traffic: Arc<Traffic>,
    subscriptions: Subscriptions,
}

impl Server {
    /// A server for one account under one policy, with the trail of its changes. Touches no key, no file and no network.
    pub fn new(connection: Arc<Connection>, policy: &Policy, trail: Option<Trail>) -> Self {
        Self::with_tools(tools::all(), connection, policy, trail)
    }

    /// A server with a choice of tools, for programs that bring their own.
    pub fn with_tools(
        tools: Vec<Tool>,
        connection: Arc<Connection>,
        policy: &Policy,
        trail: Option<Trail>,
    ) -> Self {
        let ledger = Ledger::new(connection.ledger_place());
        Self {
            catalog: Catalog::new(tools, policy),
            gate: Arc::new(Gate::new(ledger, policy.confirmation, policy.confirm_wait)),
            connection,
            trail: trail.map(Arc::new),
            over: CancellationToken::new(),
            slots: Arc::new(Semaphore::new(MAX_RUNNING)),
            questions: Arc::new(Semaphore::new(MAX_ASKING)),
            traffic: Arc::default(),
            subscriptions: Subscriptions::default(),
        }
    }

    /// The same server, whose calls end when `over` is cancelled.
    #[must_use]
    pub fn until(self, over: CancellationToken) -> Self {
        Self { over, ..self }
    }

    /// The same server, whose answers wait for those that the client has not read yet.
    #[must_use]
    pub(super) fn paced_by(self, traffic: Arc<Traffic>) -> Self {
        Self { traffic, ..self }
    }

    /// Returns when an answer may be made, or when nobody waits for it any more.
    pub(super) async fn place(&self, context: &RequestContext<RoleServer>) {
        tokio::select! {
            () = self.traffic.place(&context.id) => {}
            () = context.ct.cancelled() => {}
            () = self.over.cancelled() => {}
        }
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let simulated = self.connection.settings().mode == Mode::Simulator;
        ServerConfig::new(
            ServerCapabilities::builder()
                .enable_tools()
                .enable_resources()
                .enable_resources_subscribe()
                .enable_prompts()
                .enable_completions()
                .build(),
        )
        .with_server_info(
            Implementation::new("didit-mcp", env!("CARGO_PKG_VERSION"))
                .with_title("Didit identity verification"),
        )
        .with_instructions(instructions(
            &self.catalog,
            self.gate.confirmation(),
            simulated,
        ))
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        self.place(&context).await;
        let mut list = ListToolsResult::with_all_items(self.catalog.listed());
        if is_modern(&context) {
            list.ttl_ms = Some(LIST_LIFETIME_MS);
            list.cache_scope = Some(CacheScope::Private);
        }
        Ok(list)
    }

    fn get_tool(&self, name: &str) -> Option<ListedTool> {
        self.catalog.find(name).map(|entry| entry.listed().clone())
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
        Ok(self.serve_call(entry, request, &context).await)
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        self.place(&context).await;
        let mut list = ListResourcesResult::with_all_items(self.resources());
        if is_modern(&context) {
            list.ttl_ms = Some(LIST_LIFETIME_MS);
            list.cache_scope = Some(CacheScope::Private);
        }
        Ok(list)
    }

    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        self.place(&context).await;
        let mut list = ListResourceTemplatesResult::with_all_items(self.resource_templates());
        if is_modern(&context) {
            list.ttl_ms = Some(LIST_LIFETIME_MS);
            list.cache_scope = Some(CacheScope::Private);
        }
        Ok(list)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.serve_read(&request.uri, &context)
            .await
            .map(Into::into)
    }

    async fn subscribe(
        &self,
        request: SubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.subscriptions.add(
            &request.uri,
            &self.connection,
            &self.catalog,
            context.peer.clone(),
        )
    }

    async fn unsubscribe(
        &self,
        request: UnsubscribeRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.subscriptions.remove(&request.uri);
        Ok(())
    }

    fn accepted_subscription_filter(
        &self,
        filter: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        self.subscriptions.accepted(filter, &self.catalog)
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        self.subscriptions
            .listen(&self.connection, &self.catalog, context)
            .await
    }

    async fn list_prompts(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        self.place(&context).await;
        let mut list = ListPromptsResult::with_all_items(prompts::listed(&self.catalog));
        if is_modern(&context) {
            list.ttl_ms = Some(LIST_LIFETIME_MS);
            list.cache_scope = Some(CacheScope::Private);
        }
        Ok(list)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        self.place(&context).await;
        prompts::get(&self.catalog, &request.name, request.arguments.as_ref())
            .map(Into::into)
            .map_err(|message| ErrorData::invalid_params(message, None))
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        Ok(self.completed(&request).await)
    }

    /// The SDK takes a known request with parameters of the wrong shape for an unknown one; saying so would send the client
    /// looking for a method that is there.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        Err(match request.method.as_str() {
            "initialize"
            | "server/discover"
            | "ping"
            | "tools/list"
            | "tools/call"
            | "resources/list"
            | "resources/templates/list"
            | "resources/read"
            | "resources/subscribe"
            | "resources/unsubscribe"
            | "subscriptions/listen"
            | "prompts/list"
            | "prompts/get"
            | "completion/complete" => ErrorData::invalid_params(
                format!("the parameters do not fit {}", request.method),
                None,
            ),
            _ => ErrorData::new(ErrorCode::METHOD_NOT_FOUND, request.method, None),
        })
    }
}

fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    context
        .protocol_version()
        .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}
