//! The protocol's handler: what clients may ask of this server.

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

use super::{Server, instructions::instructions, prompts};
use crate::tools::Mode;

/// How long clients may keep the list of tools, which never changes within a process.
const LIST_LIFETIME_MS: u64 = 3_600_000;

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
        Some(self.subscriptions.accepted(filter, &self.catalog))
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
