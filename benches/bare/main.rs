//! What the benchmark of the whole compares with: the least that the SDK needs to serve one tool, which passes on what a GET
//! answers. A program of its own, so that it is as small as such a server would be.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a program for developers, which may stop at the first surprise"
)]

#[path = "../stdio/http.rs"]
mod http;

use std::sync::{Arc, OnceLock};

use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt as _,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
        ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
    transport::stdio_pipes,
};
use serde_json::json;

use http::http;

const TOOL: &str = "get";

struct Bare {
    base: String,
    key: String,
    http: OnceLock<reqwest::Client>,
}

impl ServerHandler for Bare {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("bare", "1.0.0"))
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let schema = json!({
            "type": "object", "properties": { "path": { "type": "string" } }, "required": ["path"],
        });
        let schema = schema.as_object().cloned().unwrap_or_default();
        let tool = Tool::new(
            TOOL,
            "Passes on what a path of the API answers.",
            Arc::new(schema),
        );
        Ok(ListToolsResult::with_all_items(vec![tool]))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let path = arguments.get("path").and_then(|path| path.as_str());
        let url = format!("{}{}", self.base, path.unwrap_or_default());
        // As late as in the server under test, so that both start without setting up TLS.
        let client = self.http.get_or_init(http);
        let asked = client.get(url).header("x-api-key", &self.key).send().await;
        let failed = |error: reqwest::Error| ErrorData::internal_error(error.to_string(), None);
        let text = asked.map_err(failed)?.text().await.map_err(failed)?;
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
    }
}

/// Serves the API whose root is the last argument, until the client goes away.
fn main() {
    let Some(base) = std::env::args().find(|word| word.starts_with("http://")) else {
        println!("the server that `cargo bench --bench stdio --bench bare` compares with");
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let bare = Bare {
            base,
            key: std::env::var("DIDIT_API_KEY").unwrap_or_default(),
            http: OnceLock::new(),
        };
        let service = bare.serve(stdio_pipes()).await.expect("a client");
        service.waiting().await.expect("an end in order");
    });
}
