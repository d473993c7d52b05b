//! The client connected to a simulator.

use didit_mcp::didit::{
    ApiKey, Client, CreatedSession, Error, ErrorKind, SessionId, SessionRequest, Workflow,
    WorkflowFeature, WorkflowRequest,
};
use didit_mcp::simulator::{Simulator, SimulatorOptions, start};
use serde_json::{Value, json};

/// A simulator and a client of it.
pub struct Setup {
    pub simulator: Simulator,
    pub client: Client,
    pub control: reqwest::Client,
}

impl Setup {
    pub async fn new() -> Self {
        Self::with(SimulatorOptions::default()).await
    }

    pub async fn with(options: SimulatorOptions) -> Self {
        let simulator = start(options).await.unwrap();
        let mut builder = Client::builder()
            .api_base_url(simulator.api_base_url().parse().unwrap())
            .auth_base_url(simulator.auth_base_url().parse().unwrap());
        if let Some(key) = simulator.api_key() {
            builder = builder.api_key(ApiKey::parse(key).unwrap());
        }
        // reqwest without a default TLS provider needs one even for plain http.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let control = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            client: builder.build().unwrap(),
            simulator,
            control,
        }
    }

    /// Calls one of the simulator's own endpoints.
    pub async fn control(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
        let url = format!("{}/_simulator/{path}", self.simulator.root_url());
        let answer = self
            .control
            .request(method, url)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap_or(Value::Null)
    }

    pub async fn finish(&self, session: &SessionId, scenario: &str) {
        let path = format!("sessions/{session}/finish");
        self.control(
            reqwest::Method::POST,
            &path,
            json!({ "scenario": scenario }),
        )
        .await;
    }

    pub async fn workflow(&self) -> Workflow {
        let features = ["OCR", "LIVENESS", "FACE_MATCH", "AML"]
            .map(WorkflowFeature::new)
            .to_vec();
        let request = WorkflowRequest {
            workflow_label: Some("Standard KYC".to_owned()),
            features: Some(features),
            ..WorkflowRequest::default()
        };
        self.client.create_workflow(&request).await.unwrap()
    }

    pub async fn session(&self, vendor_data: &str) -> CreatedSession {
        let workflow = self.workflow().await;
        let request = SessionRequest {
            vendor_data: Some(vendor_data.parse().unwrap()),
            ..SessionRequest::new(workflow.workflow_id.unwrap())
        };
        self.client.create_session(&request).await.unwrap()
    }
}

pub fn kind<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorKind {
    match result {
        Err(Error::Api(error)) => error.kind,
        other => panic!("expected an API error, got {other:?}"),
    }
}
