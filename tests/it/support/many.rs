//! Sessions made straight at a simulator of their own, and a server that works on them.

use serde_json::{Value, json};

use super::{
    control::Standalone,
    server::{Era, Server, Setup},
};

/// A simulator without limits, with workflows and sessions of the test's choice.
pub struct Many {
    pub simulator: Standalone,
}

impl Many {
    pub fn new() -> Self {
        let simulator = Standalone::start(&["--no-rate-limits", "--live"]);
        simulator
            .control
            .post("balance", &json!({ "amount": 1_000_000 }));
        Self { simulator }
    }

    /// A workflow with this name that checks document, selfie, face and watch lists.
    pub fn workflow(&self, label: &str) -> String {
        let features: Vec<Value> = ["OCR", "LIVENESS", "FACE_MATCH", "AML"]
            .iter()
            .map(|feature| json!({ "feature": feature }))
            .collect();
        let body = json!({ "workflow_label": label, "features": features });
        let made = self.api("POST", "/v3/workflows/", &body);
        made["workflow_id"].as_str().unwrap().to_owned()
    }

    /// A session of this body; the outcome is a scenario, a status, or nothing.
    pub fn session(&self, body: &Value, outcome: &str) -> String {
        let made = self.api("POST", "/v3/session/", body);
        let id = made["session_id"].as_str().unwrap().to_owned();
        let is_status = outcome.starts_with(|letter: char| letter.is_ascii_uppercase());
        match outcome {
            "" => {}
            status if is_status => self.simulator.control.force(&id, status),
            scenario => self.simulator.control.finish(&id, scenario),
        }
        id
    }

    /// Lets sessions that are made next be this many days older or younger.
    pub fn advance_days(&self, days: i64) {
        let seconds = json!({ "advance_seconds": days * 86_400 });
        self.simulator.control.post("clock", &seconds);
    }

    /// Calls the API itself.
    pub fn api(&self, method: &str, path: &str, body: &Value) -> Value {
        let key = &self.simulator.api_key;
        self.simulator.control.api(method, path, key, body)
    }

    /// The rows that the list holds for this query, oldest first, read in whole.
    pub fn listed(&self, query: &str) -> Vec<Value> {
        let page = self.api(
            "GET",
            &format!("/v3/sessions/?limit=5000&{query}"),
            &json!({}),
        );
        let mut rows = page["results"].as_array().unwrap().clone();
        rows.reverse();
        rows
    }

    /// How many sessions the list counts for this query.
    pub fn count(&self, query: &str) -> u64 {
        let page = self.api("GET", &format!("/v3/sessions/?limit=1&{query}"), &json!({}));
        page["count"].as_u64().unwrap()
    }

    /// What a server on this simulator is started with.
    pub fn setup(&self) -> Setup {
        let [api, auth] = self.simulator.arguments();
        Setup::new(Era::BOTH[0])
            .arguments(&[&api, &auth])
            .variable("DIDIT_API_KEY", &self.simulator.api_key)
    }

    /// A server on this simulator, with what was sent before forgotten.
    pub fn server(&self) -> Server {
        let server = self.setup().start();
        self.simulator.control.requests();
        server
    }

    /// The lines of what was sent since the last look.
    pub fn sent(&self) -> Vec<String> {
        let requests = self.simulator.control.requests();
        requests.iter().map(|request| request.line()).collect()
    }
}
