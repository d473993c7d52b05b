//! What the API answers in the benchmarks: taken from the simulator, and filled up to the size of a full decision.

use didit_mcp::simulator;
use serde_json::{Value, json};

use crate::{http::http, upstream::USUAL};

/// The size of a decision with everything in it, as the documentation shows one.
pub const DECISION_BYTES: usize = 48 * 1024;
/// Sessions on one page.
pub const LISTED: usize = 20;

/// The bodies of one session's decision and of one page of sessions.
pub struct Answers {
    pub decision: String,
    pub list: String,
}

/// Asks a simulator of its own for both.
pub async fn answers() -> Answers {
    let options = simulator::SimulatorOptions {
        rate_limits: false,
        ..simulator::SimulatorOptions::default()
    };
    let simulator = simulator::start(options).await.expect("a simulator");
    let api = Api {
        http: http(),
        root: simulator.root_url(),
        key: simulator.api_key().expect("a key").to_owned(),
    };
    let features = ["OCR", "LIVENESS", "FACE_MATCH", "AML", "IP_ANALYSIS"];
    let features: Vec<Value> = features
        .iter()
        .map(|feature| json!({ "feature": feature }))
        .collect();
    let workflow = json!({ "workflow_label": "KYC and AML", "features": features });
    let workflow = api.post("/v3/workflows/", &workflow).await["uuid"].clone();
    let mut last = String::new();
    for number in 0..LISTED {
        let session =
            json!({ "workflow_id": workflow, "vendor_data": format!("customer-{number}") });
        let session = api.post("/v3/session/", &session).await;
        last = session["session_id"].as_str().expect("an id").to_owned();
        let finish = format!("/_simulator/sessions/{last}/finish");
        api.post(&finish, &json!({ "scenario": "decline_aml_hit" }))
            .await;
    }
    let decision = api.get(&format!("/v3/session/{last}/decision/")).await;
    let list = api.get(&format!("/v3/sessions/?limit={LISTED}")).await;
    assert_eq!(list["results"].as_array().map(Vec::len), Some(LISTED));
    Answers {
        decision: filled_up(decision).to_string(),
        list: list.to_string(),
    }
}

/// Repeats the hits of the watch lists, which make up most of a large decision, until the size is reached.
fn filled_up(mut decision: Value) -> Value {
    // The answer about another session would be refused.
    decision["session_id"] = json!(USUAL);
    let hits = decision["aml_screenings"][0]["hits"].clone();
    let hit = hits
        .as_array()
        .and_then(|hits| hits.first())
        .expect("a hit");
    let mut number = 0;
    while decision.to_string().len() < DECISION_BYTES {
        number += 1;
        let mut another = hit.clone();
        another["id"] = json!(format!("hit-{number}"));
        another["properties"] = json!({
            "name": [format!("Mallory Example {number}")],
            "country": ["ZZ"],
            "position": ["Minister of Invented Affairs", "Chair of the Board of Nothing"],
            "notes": ["Appears in an invented register of people who never lived, for trying things out."],
        });
        let screening = &mut decision["aml_screenings"][0];
        screening["hits"]
            .as_array_mut()
            .expect("hits")
            .push(another);
        screening["total_hits"] = json!(number + 1);
    }
    decision
}

struct Api {
    http: reqwest::Client,
    root: String,
    key: String,
}

impl Api {
    async fn post(&self, path: &str, body: &Value) -> Value {
        self.sent(self.http.post(format!("{}{path}", self.root)).json(body))
            .await
    }

    async fn get(&self, path: &str) -> Value {
        self.sent(self.http.get(format!("{}{path}", self.root)))
            .await
    }

    async fn sent(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.header("x-api-key", &self.key).send().await;
        let answer = answer.expect("the simulator answers");
        assert!(answer.status().is_success(), "{answer:?}");
        answer.json().await.expect("JSON")
    }
}
