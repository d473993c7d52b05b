//! The parts that do no input and output, one by one, on what the simulator answers: `cargo bench --bench parts`.
//!
//! Shaping a decision is reached by the tool alone, so those measurements hold one GET on loopback each; how much that is
//! stands beside them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a program for developers, which may stop at the first surprise"
)]

#[path = "stdio/answers.rs"]
mod answers;
#[path = "stdio/http.rs"]
mod http;
#[path = "stdio/upstream.rs"]
mod upstream;

use std::{
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use didit_mcp::{
    credentials::{Profile, Store},
    didit::{
        ApiError, ApiKey, Client, Decision, SessionId, WebhookSecret,
        delivery::{Delivery, verify},
        signature,
    },
    redact::Redactor,
    server::{Catalog, LocalCall, Policy, Server, fit, instructions, structured},
    tools::{
        self, Agreement, Asked, Change, Confirmer, Connection, ConnectionSettings, JsonObject,
        KeySource, Mode, PersonalData, Progress, Recorded, ToolOutput,
    },
};
use divan::{Bencher, black_box};
use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;
use upstream::{USUAL, Upstream};

const KEY: &str = "test-key-bench-0000000000000000";
const TIME: i64 = 1_760_000_000;

fn main() {
    LazyLock::force(&API);
    divan::main();
}

/// The answers, and a server that gives them.
struct Api {
    runtime: Runtime,
    decision: String,
    root: String,
}

static API: LazyLock<Api> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let answers = runtime.block_on(answers::answers());
    let decision = answers.decision.clone();
    let upstream = Upstream::start(answers);
    assert_eq!(upstream.requests(), 0);
    let root = format!("http://{}", upstream.address);
    Api {
        runtime,
        decision,
        root,
    }
});

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

mod start {
    use super::*;

    /// Every schema from its type, which happens once, at the start.
    #[divan::bench]
    fn tool_list() -> Catalog {
        Catalog::new(tools::all(), &Policy::default())
    }

    /// What `tools/list` answers, as JSON.
    #[divan::bench]
    fn tool_list_as_json(bencher: Bencher<'_, '_>) {
        let catalog = Catalog::new(tools::all(), &Policy::default());
        bencher.bench_local(|| serde_json::to_vec(&catalog.listed()).unwrap());
    }

    #[divan::bench]
    fn introduction(bencher: Bencher<'_, '_>) {
        let (catalog, policy) = (
            Catalog::new(tools::all(), &Policy::default()),
            Policy::default(),
        );
        bencher.bench_local(|| instructions(&catalog, policy.confirmation, false));
    }
}

mod arguments {
    use super::*;

    fn schema(tool: &str) -> JsonObject {
        let tool = tools::all().into_iter().find(|known| known.name == tool);
        (tool.unwrap().input)()
    }

    #[divan::bench]
    fn of_a_read(bencher: Bencher<'_, '_>) {
        let schema = schema("didit_session_get_decision");
        let given = object(json!({ "session_id": USUAL, "detail": "detailed" }));
        bencher
            .with_inputs(|| given.clone())
            .bench_local_values(|given| fit(&schema, given).unwrap());
    }

    /// Numbers and lists that came as texts.
    #[divan::bench]
    fn to_be_converted(bencher: Bencher<'_, '_>) {
        let schema = schema("didit_session_list");
        let given =
            object(json!({ "limit": "20", "status": "In Review,Declined", "country": "esp" }));
        bencher
            .with_inputs(|| given.clone())
            .bench_local_values(|given| fit(&schema, given).unwrap());
    }
}

mod decision_of_48_kb {
    use super::*;

    #[divan::bench]
    fn json_alone(bencher: Bencher<'_, '_>) {
        bencher.bench(|| serde_json::from_str::<Value>(black_box(&API.decision)).unwrap());
    }

    #[divan::bench]
    fn typed_from_json(bencher: Bencher<'_, '_>) {
        bencher.bench(|| Decision::from_json(black_box(API.decision.as_str())).unwrap());
    }

    /// The request on loopback that the three below hold.
    #[divan::bench]
    fn get_alone(bencher: Bencher<'_, '_>) {
        let http = http::http();
        let url = format!("{}/v3/session/{USUAL}/decision/", API.root);
        bencher.bench_local(|| {
            API.runtime
                .block_on(async { http.get(&url).send().await.unwrap().bytes().await.unwrap() })
        });
    }

    #[divan::bench]
    fn get_and_typed(bencher: Bencher<'_, '_>) {
        let client = Client::builder()
            .api_base_url(format!("{}/v3", API.root).parse().unwrap())
            .api_key(ApiKey::parse(KEY).unwrap())
            .rate_limits(false)
            .build()
            .unwrap();
        let session: SessionId = USUAL.parse().unwrap();
        bencher.bench_local(|| API.runtime.block_on(client.decision(&session)).unwrap());
    }

    #[divan::bench(args = ["concise", "detailed"])]
    fn get_typed_and_shaped(bencher: Bencher<'_, '_>, detail: &str) {
        let server = server();
        let arguments = object(json!({ "session_id": USUAL, "detail": detail }));
        bencher.bench_local(|| {
            let call = LocalCall {
                confirmer: Arc::new(Nobody),
                progress: Arc::new(Nobody),
            };
            let run = server.run_tool("didit_session_get_decision", arguments.clone(), call);
            let answer: ToolOutput = API.runtime.block_on(run).unwrap();
            (structured(&answer), answer)
        });
    }

    fn server() -> Server {
        let settings = ConnectionSettings {
            mode: Mode::Didit,
            api_base_url: format!("{}/v3", API.root).parse().unwrap(),
            auth_base_url: format!("{}/auth/v2", API.root).parse().unwrap(),
            api_key: Some((ApiKey::new(KEY), KeySource::Environment)),
            password: None,
            webhook_secret: None,
            workflow_id: None,
            output_dir: PathBuf::new(),
            audit_log: None,
            timeout: Duration::from_secs(10),
            rate_limits: false,
            extra_ca_pem: None,
            personal_data: PersonalData::Minimal,
            switches: Vec::new(),
        };
        let store = Store::Memory(Box::new(Mutex::new(Profile::default())));
        let connection = Arc::new(Connection::new(settings, store, Redactor::default()));
        Server::new(connection, &Policy::default(), None)
    }

    /// Reading asks nobody.
    struct Nobody;

    impl Confirmer for Nobody {
        fn ask<'a>(&'a self, _change: &'a Change, _again: bool) -> Asked<'a> {
            Box::pin(async { Ok(Agreement::Operator) })
        }

        fn record(&self, _agreement: Agreement) -> Recorded<'_> {
            Box::pin(async { Ok(()) })
        }
    }

    impl Progress for Nobody {
        fn report(&self, _waited: f64, _total: f64, _message: String) {}
    }
}

mod redaction_of_48_kb {
    use super::*;

    fn knowing(secrets: usize) -> Redactor {
        let redactor = Redactor::default();
        for number in 0..secrets {
            redactor.add_random(&format!("{KEY}-{number}"));
        }
        redactor
    }

    #[divan::bench(args = [0, 1, 8])]
    fn text_without_secrets(bencher: Bencher<'_, '_>, known: usize) {
        let redactor = knowing(known);
        bencher
            .with_inputs(|| API.decision.clone())
            .bench_local_values(|text| redactor.text(text));
    }

    #[divan::bench(args = [0, 1, 8])]
    fn line_without_secrets(bencher: Bencher<'_, '_>, known: usize) {
        let redactor = knowing(known);
        bencher
            .with_inputs(|| API.decision.clone().into_bytes())
            .bench_local_values(|line| redactor.json_line(line));
    }

    #[divan::bench]
    fn line_with_a_secret(bencher: Bencher<'_, '_>) {
        let redactor = knowing(1);
        let mut line: Value = serde_json::from_str(&API.decision).unwrap();
        line["vendor_data"] = format!("{KEY}-0").into();
        let line = line.to_string().into_bytes();
        bencher
            .with_inputs(|| line.clone())
            .bench_local_values(|line| redactor.json_line(line));
    }

    #[divan::bench]
    fn learning_a_key(bencher: Bencher<'_, '_>) {
        bencher.bench_local(|| knowing(1));
    }
}

mod small_answers {
    use super::*;

    #[divan::bench]
    fn signature_check(bencher: Bencher<'_, '_>) {
        let secret = WebhookSecret::new("test-secret-of-the-bench-0000");
        let body = json!({
            "event_id": "event-1", "webhook_type": "status.updated", "timestamp": TIME,
            "session_id": USUAL, "status": "Approved", "vendor_data": "customer-1",
            "decision": { "status": "Approved", "score": 97.25, "features": ["OCR", "LIVENESS"] },
        });
        let body = signature::wire_body(&body);
        let signatures = signature::sign(secret.expose_secret(), body.as_bytes()).unwrap();
        let delivery = Delivery {
            body: body.as_bytes(),
            signature_v2: Some(&signatures.v2),
            ..Delivery::default()
        };
        bencher.bench_local(|| verify(&secret, black_box(&delivery), TIME).unwrap());
    }

    #[divan::bench]
    fn error_body(bencher: Bencher<'_, '_>) {
        let body = json!({
            "vendor_data": ["This field may not be blank."],
            "features": [{ "feature": ["\"SELFIE\" is not a valid choice."] }],
        })
        .to_string();
        let headers = HeaderMap::new();
        bencher.bench_local(|| ApiError::parse(400, &headers, black_box(body.as_bytes())));
    }
}
