//! A plain HTTP client for tests of the simulator: it sends what it is told and hides nothing.

use std::time::Duration;

use didit_mcp::simulator::{self, ApplicationMode, Simulator, SimulatorOptions};
use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};

pub struct Client {
    pub simulator: Simulator,
    http: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    /// The body as JSON; null when it is none.
    pub json: Value,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The JSON, after the status proved right.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json
    }
}

/// An HTTP client without proxy and redirects.
pub fn http() -> reqwest::Client {
    // Installing fails only when another test did it before, which is as good.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

impl Client {
    pub async fn start(options: SimulatorOptions) -> Self {
        Self {
            simulator: simulator::start(options).await.unwrap(),
            http: http(),
        }
    }

    pub async fn sandbox() -> Self {
        Self::start(SimulatorOptions::default()).await
    }

    pub async fn live() -> Self {
        Self::start(SimulatorOptions {
            mode: ApplicationMode::Live,
            ..SimulatorOptions::default()
        })
        .await
    }

    pub async fn legacy() -> Self {
        Self::start(SimulatorOptions {
            legacy: true,
            ..SimulatorOptions::default()
        })
        .await
    }

    pub fn key(&self) -> &str {
        self.simulator.api_key().unwrap_or_default()
    }

    /// Any request, with exactly these headers.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Answer {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.simulator.root_url())
        };
        let mut request = self
            .http
            .request(Method::from_bytes(method.as_bytes()).unwrap(), url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap().to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer {
            status,
            headers,
            bytes,
            json,
        }
    }

    /// A request with the application's key, and a JSON body unless it is null.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let mut headers = vec![("x-api-key", self.key())];
        if body.is_null() {
            return self.send(method, path, &headers, None).await;
        }
        headers.push(("content-type", "application/json"));
        self.send(method, path, &headers, Some(body.to_string().into_bytes()))
            .await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call("PATCH", path, body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, Value::Null).await
    }

    /// A control request of the simulator.
    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self
            .call(method, &format!("/_simulator/{path}"), body)
            .await;
        assert!(answer.status < 300, "{path}: {}", answer.text());
        answer.json
    }

    /// A form as a browser posts it.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &headers, Some(body.into_bytes()))
            .await
    }

    /// A published workflow with these features.
    pub async fn workflow(&self, features: &[&str]) -> Value {
        let features: Vec<Value> = features
            .iter()
            .map(|name| json!({ "feature": name }))
            .collect();
        self.post("/v3/workflows/", json!({ "features": features }))
            .await
            .expect(201)
    }

    /// A new session of that workflow with further fields.
    pub async fn session(&self, workflow: &Value, mut fields: Value) -> Value {
        fields["workflow_id"] = workflow["workflow_id"].clone();
        self.post("/v3/session/", fields).await.expect(201)
    }

    pub async fn finish(&self, session: &Value, scenario: Option<&str>) -> String {
        let path = format!(
            "sessions/{}/finish",
            session["session_id"].as_str().unwrap()
        );
        let body = scenario.map_or(json!({}), |slug| json!({ "scenario": slug }));
        self.control("POST", &path, body).await["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn decision(&self, session: &Value) -> Value {
        let path = format!(
            "/v3/session/{}/decision/",
            session["session_id"].as_str().unwrap()
        );
        self.get(&path).await.expect(200)
    }
}
