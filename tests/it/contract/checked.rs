//! A client that holds every exchange against the contract.

use std::{cell::RefCell, collections::BTreeSet};

use didit_mcp::simulator::SimulatorOptions;
use serde_json::{Value, json};

use crate::support::{
    openapi::Contract,
    simulator_client::{Answer, Client},
};

/// An id nothing has.
pub const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

/// A client whose every exchange is held against the contract.
pub struct Checked {
    pub client: Client,
    pub contract: Contract,
    pub bearer: RefCell<Option<String>>,
    pub seen: RefCell<BTreeSet<(String, u16)>>,
}

impl Checked {
    pub async fn start(options: SimulatorOptions) -> Self {
        Self {
            client: Client::start(options).await,
            contract: Contract::load(),
            bearer: RefCell::default(),
            seen: RefCell::default(),
        }
    }

    /// Sends with all credentials there are and expects `status`; requests meant to succeed must be valid too.
    pub async fn call(&self, method: &str, path: &str, body: Value, status: u16) -> Value {
        let bearer = self.bearer.borrow().clone();
        let mut headers = vec![
            ("x-api-key", self.client.key()),
            ("content-type", "application/json"),
        ];
        if let (true, Some(bearer)) = (path.starts_with("/auth/"), bearer.as_deref()) {
            headers.push(("authorization", bearer));
        }
        self.send(method, path, &headers, body, status).await
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
        status: u16,
    ) -> Value {
        let bytes = (!body.is_null()).then(|| body.to_string().into_bytes());
        let answer = self.client.send(method, path, headers, bytes).await;
        assert_eq!(
            answer.status,
            status,
            "{method} {path} {body}: {}",
            answer.text()
        );
        self.check(method, path, &body, &answer);
        answer.json
    }

    fn check(&self, method: &str, path: &str, body: &Value, answer: &Answer) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let operation = self
            .contract
            .operation(method, path)
            .unwrap_or_else(|| panic!("{method} {path} is not described"));
        let content_type = answer.header("content-type").unwrap_or_default();
        let mut bytes = answer.bytes.clone();
        if let (true, Some(decision)) = (path.ends_with("/decision/"), answer.json.as_object()) {
            // The description is older than this key, so its form is held here.
            let mut decision = decision.clone();
            if let Some(Value::Object(change)) = decision.remove("status_override") {
                let names: Vec<&String> = change.keys().collect();
                assert_eq!(names, ["automatic_status", "overridden_at"]);
                assert!(change.values().all(Value::is_string), "{change:?}");
            }
            bytes = Value::from(decision).to_string().into_bytes();
        }
        let mut errors = operation.response_errors(answer.status, content_type, &bytes);
        if answer.status < 300 {
            let query: Vec<_> = url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect();
            errors.extend(operation.request_errors(&query, (!body.is_null()).then_some(body)));
        }
        assert!(
            errors.is_empty(),
            "{}\n{}",
            errors.join("\n"),
            answer.text()
        );
        self.seen
            .borrow_mut()
            .insert((operation.name, answer.status));
    }

    pub async fn session(&self, workflow: &Value, mut fields: Value) -> String {
        fields["workflow_id"] = workflow["workflow_id"].clone();
        let session = self.call("POST", "/v3/session/", fields, 201).await;
        session["session_id"].as_str().unwrap().to_owned()
    }

    pub async fn finish(&self, session: &str, scenario: &str) {
        let path = format!("sessions/{session}/finish");
        self.client
            .control("POST", &path, json!({ "scenario": scenario }))
            .await;
    }
}

pub fn id(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} in {value}"))
        .to_owned()
}
