//! The demo's own client: starts this very program as a server and speaks the protocol with it.

use std::{path::Path, process::Stdio, sync::Arc};

use rmcp::{
    ClientHandler, ErrorData, RoleClient, ServiceExt,
    model::{
        CallToolRequestParams, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult,
        ElicitationAction, ElicitationCapability, FormElicitationCapability, Implementation,
    },
    service::{RequestContext, RunningService},
    transport::TokioChildProcess,
};
use serde_json::{Value, json};
use tokio::{process::Command, sync::Mutex};
use url::Url;

use crate::cli::Failure;

/// A running server and the client that talks to it.
pub(super) struct Session {
    service: RunningService<RoleClient, Human>,
    questions: Arc<Mutex<Vec<String>>>,
    http: reqwest::Client,
}

/// What a tool answered.
pub(super) struct Reply {
    /// The text that a model reads.
    pub(super) text: String,
    /// The structured form.
    pub(super) data: Value,
    /// Whether it is an error.
    pub(super) is_error: bool,
}

impl Reply {
    /// One value of the structured form; null when it is not there.
    pub(super) fn field(&self, name: &str) -> &Value {
        self.data.get(name).unwrap_or(&Value::Null)
    }
}

/// The human behind the demo's client: agrees to everything, and remembers what was asked.
struct Human {
    questions: Arc<Mutex<Vec<String>>>,
}

impl ClientHandler for Human {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        capabilities.elicitation =
            Some(ElicitationCapability::new().with_form(FormElicitationCapability::default()));
        ClientConfig::new(
            capabilities,
            Implementation::new("didit-mcp-demo", env!("CARGO_PKG_VERSION")),
        )
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let mut answer = Value::Null;
        if let ElicitRequestParams::FormElicitationParams {
            message,
            requested_schema,
            ..
        } = request
        {
            self.questions.lock().await.push(message);
            // The first of the two choices agrees.
            answer = serde_json::to_value(requested_schema)
                .ok()
                .and_then(|form| form.pointer("/properties/answer/enum/0").cloned())
                .unwrap_or_default();
        }
        Ok(ElicitResult::new(ElicitationAction::Accept).with_content(json!({ "answer": answer })))
    }
}

impl Session {
    /// Starts the server on its simulator, with a folder for its files.
    pub(super) async fn start(folder: &Path) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("--simulate")
            // Its steps need these, whatever this user's file of settings says.
            .args(["--toolsets", "account,workflows,sessions,blocklist,billing"])
            .args(["--pii", "minimal"])
            .arg("--output-dir")
            .arg(folder)
            // Settings of the shell must not change what the demo shows.
            .env_clear()
            .envs(std::env::vars().filter(|(name, _)| !name.starts_with("DIDIT_")));
        let (process, _) = TokioChildProcess::builder(command)
            .stderr(Stdio::inherit())
            .spawn()?;
        let questions = Arc::new(Mutex::new(Vec::new()));
        let human = Human {
            questions: Arc::clone(&questions),
        };
        let service = human.serve(process).await?;
        let http = crate::didit::http_client_for(&Url::parse("http://127.0.0.1/")?)?;
        Ok(Self {
            service,
            questions,
            http,
        })
    }

    /// The server's name and version, and the number of its tools.
    pub(super) async fn introduction(&self) -> Result<(String, usize), Failure> {
        let server = self
            .service
            .peer_info()
            .and_then(|info| info.server_info.clone())
            .map(|server| format!("{} {}", server.name, server.version))
            .unwrap_or_default();
        Ok((server, self.service.list_all_tools().await?.len()))
    }

    /// Calls a tool.
    pub(super) async fn call(
        &self,
        tool: &'static str,
        arguments: &Value,
    ) -> Result<Reply, Failure> {
        let mut request = CallToolRequestParams::new(tool);
        if let Value::Object(arguments) = arguments {
            request = request.with_arguments(arguments.clone());
        }
        let result = self.service.call_tool(request).await?;
        Ok(Reply {
            text: result
                .content
                .iter()
                .filter_map(|block| block.as_text())
                .map(|block| block.text.clone())
                .collect::<Vec<_>>()
                .join("\n"),
            data: result.structured_content.unwrap_or_default(),
            is_error: result.is_error.unwrap_or_default(),
        })
    }

    /// The questions that the server put to the human since the last look.
    pub(super) async fn questions(&self) -> Vec<String> {
        std::mem::take(&mut *self.questions.lock().await)
    }

    /// Reads a page or list of the simulator, as its human does in a browser.
    pub(super) async fn look(&self, root: &str, path: &str) -> Result<Value, Failure> {
        let text = self
            .http
            .get(format!("{root}_simulator/{path}"))
            .send()
            .await?
            .text()
            .await?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Does something in the simulator, as its human does in a browser.
    pub(super) async fn act(&self, root: &str, path: &str, body: &Value) -> Result<Value, Failure> {
        let text = self
            .http
            .post(format!("{root}_simulator/{path}"))
            .json(body)
            .send()
            .await?
            .text()
            .await?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Ends the server.
    pub(super) async fn stop(self) {
        drop(self.service.cancel().await);
    }
}
