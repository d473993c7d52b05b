//! Every endpoint of the simulator, in every state it can be in, held against the description of the API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "support/openapi.rs"]
mod openapi;
#[path = "support/simulator_client.rs"]
#[allow(dead_code, reason = "every test file uses a part of it")]
mod simulator_client;

use std::{cell::RefCell, collections::BTreeSet};

use didit_mcp::simulator::Options;
use openapi::Contract;
use serde_json::{Value, json};
use simulator_client::{Answer, Client};

const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";
const SCENARIOS: [&str; 16] = [
    "approve",
    "decline_aml_hit",
    "decline_could_not_recognize_document",
    "decline_database_no_match",
    "decline_document_expired",
    "decline_face_match_low_similarity",
    "decline_ip_blocklist",
    "decline_kyb_registry_mismatch",
    "decline_liveness_attack",
    "decline_minimum_age",
    "decline_mrz_validation",
    "decline_nfc_chip_not_verified",
    "decline_poa_address_mismatch",
    "review_aml_possible_match",
    "review_face_match_borderline",
    "review_poa_partial_match",
];

/// A client whose every exchange is held against the contract.
struct Checked {
    client: Client,
    contract: Contract,
    bearer: RefCell<Option<String>>,
    seen: RefCell<BTreeSet<(String, u16)>>,
}

impl Checked {
    async fn start(options: Options) -> Self {
        Self {
            client: Client::start(options).await,
            contract: Contract::load(),
            bearer: RefCell::default(),
            seen: RefCell::default(),
        }
    }

    /// Sends with all credentials there are and expects `status`; requests meant to succeed must be valid too.
    async fn call(&self, method: &str, path: &str, body: Value, status: u16) -> Value {
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

    async fn send(
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
        let mut errors = operation.response_errors(answer.status, content_type, &answer.bytes);
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

    async fn session(&self, workflow: &Value, mut fields: Value) -> String {
        fields["workflow_id"] = workflow["workflow_id"].clone();
        let session = self.call("POST", "/v3/session/", fields, 201).await;
        session["session_id"].as_str().unwrap().to_owned()
    }

    async fn finish(&self, session: &str, scenario: &str) {
        let path = format!("sessions/{session}/finish");
        self.client
            .control("POST", &path, json!({ "scenario": scenario }))
            .await;
    }
}

fn id(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} in {value}"))
        .to_owned()
}

#[tokio::test]
async fn every_answer_is_as_described() {
    let checked = Checked::start(Options::default()).await;
    account(&checked).await;
    let workflow = workflows(&checked).await;
    sessions(&checked, &workflow).await;
    decisions(&checked).await;
    companies(&checked).await;
    lists(&checked, &workflow).await;
    billing(&checked).await;
    destinations(&checked).await;
    strangers(&checked, &workflow).await;
    limits(&checked, &workflow).await;

    // What only a fault of the service itself could bring.
    let unreachable = |status: u16| status >= 500;
    let seen = checked.seen.borrow();
    let missing: Vec<_> = checked
        .contract
        .operations()
        .into_iter()
        .flat_map(|(name, statuses)| {
            statuses
                .into_iter()
                .map(move |status| (name.clone(), status))
        })
        .filter(|(name, status)| !unreachable(*status) || name.contains("register"))
        .filter(|one| !seen.contains(one))
        // The limits of reading and writing are tried on one operation each.
        .filter(|(_, status)| *status != 429)
        .collect();
    assert!(missing.is_empty(), "never answered: {missing:#?}");
}

async fn account(checked: &Checked) {
    let register = "/auth/v2/programmatic/register/";
    let good = json!({ "email": "dev@company.io", "password": "Str0ng!Pass" });
    checked
        .call(
            "POST",
            register,
            json!({ "email": "dev@company.io", "password": "short" }),
            400,
        )
        .await;
    checked
        .call(
            "POST",
            register,
            json!({ "email": "dev@example.com", "password": "Str0ng!Pass" }),
            500,
        )
        .await;
    checked.call("POST", register, good.clone(), 201).await;
    checked.call("POST", register, good.clone(), 200).await;
    let login = "/auth/v2/programmatic/login/";
    checked.call("POST", login, good.clone(), 403).await;
    let resend = "/auth/v2/programmatic/resend-otp/";
    checked.call("POST", resend, good.clone(), 429).await;
    checked
        .client
        .control("POST", "clock", json!({ "advance_seconds": 3601 }))
        .await;
    checked.call("POST", resend, good.clone(), 200).await;
    checked.call("POST", resend, json!({}), 400).await;
    let inbox = checked.client.control("GET", "inbox", Value::Null).await;
    let code = inbox.as_array().unwrap().last().unwrap()["code"].clone();
    let verify = "/auth/v2/programmatic/verify-email/";
    checked
        .call(
            "POST",
            verify,
            json!({ "email": "dev@company.io", "code": "XXXXX" }),
            400,
        )
        .await;
    let verified = checked
        .call(
            "POST",
            verify,
            json!({ "email": "dev@company.io", "code": code }),
            200,
        )
        .await;

    checked
        .call("GET", "/auth/v2/organizations/me/", Value::Null, 401)
        .await;
    checked
        .call("POST", login, json!({ "email": "dev@company.io" }), 400)
        .await;
    checked
        .call(
            "POST",
            login,
            json!({ "email": "dev@company.io", "password": "wrong" }),
            401,
        )
        .await;
    checked.call("POST", login, good, 200).await;
    *checked.bearer.borrow_mut() = Some(format!("Bearer {}", id(&verified, "access_token")));
    checked
        .call("GET", "/auth/v2/organizations/me/", Value::Null, 200)
        .await;
    let applications = format!(
        "/auth/v2/organizations/me/{}/applications/",
        id(&verified["organization"], "uuid")
    );
    checked.call("GET", &applications, Value::Null, 200).await;
    checked.call("POST", &applications, Value::Null, 201).await;
    let made = checked
        .call("POST", &applications, json!({ "name": "Second" }), 201)
        .await;
    checked
        .call("POST", &applications, json!({ "name": "" }), 400)
        .await;
    let one = format!("{applications}{}/", id(&made, "uuid"));
    checked.call("GET", &one, Value::Null, 200).await;
    checked
        .call(
            "PATCH",
            &one,
            json!({ "website_url": "https://company.io" }),
            200,
        )
        .await;
    checked
        .call("PATCH", &one, json!({ "name": [] }), 400)
        .await;
    let other = format!("/auth/v2/organizations/me/{UNKNOWN}/applications/");
    for (method, path) in [("GET", &other), ("POST", &other)] {
        checked.call(method, path, Value::Null, 404).await;
    }
    for method in ["GET", "PATCH"] {
        checked
            .call(
                method,
                &format!("{applications}{UNKNOWN}/"),
                Value::Null,
                404,
            )
            .await;
    }
    checked.bearer.borrow_mut().take();
    for (method, path) in [
        ("GET", &applications),
        ("POST", &applications),
        ("GET", &one),
        ("PATCH", &one),
    ] {
        checked.call(method, path, Value::Null, 401).await;
    }
}

async fn workflows(checked: &Checked) -> Value {
    let path = "/v3/workflows/";
    checked
        .call("POST", path, json!({ "features": [] }), 400)
        .await;
    let features = json!([
        { "feature": "OCR", "label": "Document", "config": { "expected_details_mismatch_action": "REVIEW" } },
        { "feature": "LIVENESS", "config": { "face_liveness_method": "passive" } },
        { "feature": "FACE_MATCH" }, { "feature": "NFC" }, { "feature": "PROOF_OF_ADDRESS" },
        { "feature": "PHONE_VERIFICATION" }, { "feature": "EMAIL_VERIFICATION" }, { "feature": "DATABASE_VALIDATION" },
        { "feature": "AML" }, { "feature": "IP_ANALYSIS" }, { "feature": "AGE_ESTIMATION" }, { "feature": "DOCUMENT_AI" },
    ]);
    let made = checked
        .call(
            "POST",
            path,
            json!({ "workflow_label": "All", "features": features }),
            201,
        )
        .await;
    let one = format!("{path}{}/", id(&made, "uuid"));
    checked.call("GET", &one, Value::Null, 200).await;
    checked
        .call(
            "PATCH",
            &one,
            json!({ "workflow_label": "Everything" }),
            200,
        )
        .await;
    checked
        .call("PATCH", &one, json!({ "status": "draft" }), 400)
        .await;
    let draft = json!({ "features": [{ "feature": "OCR" }], "status": "draft" });
    let draft = checked.call("POST", path, draft, 201).await;
    checked
        .call("GET", "/v3/workflows/?limit=1&offset=1", Value::Null, 200)
        .await;
    checked
        .call(
            "DELETE",
            &format!("{path}{}/", id(&draft, "uuid")),
            Value::Null,
            204,
        )
        .await;
    let unknown = format!("{path}{UNKNOWN}/");
    for method in ["GET", "PATCH", "DELETE"] {
        checked.call(method, &unknown, Value::Null, 404).await;
    }
    let plain = [
        ("x-api-key", checked.client.key()),
        ("content-type", "text/plain"),
    ];
    checked.send("POST", path, &plain, json!({}), 415).await;
    checked.send("PATCH", &one, &plain, json!({}), 415).await;
    made
}

async fn sessions(checked: &Checked, workflow: &Value) {
    let path = "/v3/session/";
    checked.call("POST", path, json!({}), 400).await;
    let fields = json!({
        "vendor_data": "user-1",
        "callback": "my-app://done",
        "callback_method": "both",
        "metadata": { "plan": "gold" },
        "language": "zh-TW",
        "contact_details": {
            "email": "someone@company.io", "email_lang": "en", "phone": "+12025550143", "send_notification_emails": true,
        },
        "expected_details": {
            "first_name": "Nobody", "last_name": "Known", "date_of_birth": "1990-01-01", "gender": "F",
            "nationality": "USA", "country": "USA", "address": "1 Street", "identification_number": "1",
            "ip_address": "192.0.2.1", "expected_document_types": ["P", "DL"],
        },
        "sandbox_scenario": "approve",
    });
    let session = checked.session(workflow, fields).await;
    let of = |what: &str| format!("/v3/session/{session}/{what}/");
    let unknown = |what: &str| format!("/v3/session/{UNKNOWN}/{what}/");
    checked.call("GET", &of("decision"), Value::Null, 200).await;
    checked
        .call("GET", &of("generate-pdf"), Value::Null, 403)
        .await;
    checked
        .call("GET", &unknown("generate-pdf"), Value::Null, 404)
        .await;
    checked
        .call(
            "PATCH",
            &of("update-status"),
            json!({ "new_status": "Approved" }),
            400,
        )
        .await;

    let other = checked.session(workflow, json!({})).await;
    let arm = format!("/v3/session/{other}/sandbox/arm/");
    let requests = checked.client.control("GET", "requests", Value::Null).await;
    assert!(
        requests
            .as_array()
            .is_some_and(|requests| !requests.is_empty())
    );
    let row = checked
        .call("GET", "/v3/sessions/?limit=1", Value::Null, 200)
        .await["results"][0]
        .clone();
    let token = row["session_url"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let headers = [
        ("session-token", token.as_str()),
        ("content-type", "application/json"),
    ];
    checked
        .send(
            "POST",
            &arm,
            &headers,
            json!({ "scenario": "decline_aml_hit" }),
            200,
        )
        .await;
    checked
        .send(
            "POST",
            &arm,
            &headers,
            json!({ "scenario": "nonsense" }),
            400,
        )
        .await;
    checked.send("POST", &arm, &[], json!({}), 404).await;

    checked.finish(&session, "decline_document_expired").await;
    checked
        .call("GET", &of("generate-pdf"), Value::Null, 200)
        .await;
    checked
        .call("PATCH", &unknown("update-status"), json!({}), 404)
        .await;
    let again = json!({
        "new_status": "Resubmitted",
        "nodes_to_resubmit": [{ "node_id": "feature_ocr_1", "feature": "ID_VERIFICATION" }],
        "comment": "Again, please",
        "send_email": true,
        "email_address": "someone@company.io",
        "email_language": "en",
    });
    checked
        .call("PATCH", &of("update-status"), again, 200)
        .await;
    checked.call("GET", &of("decision"), Value::Null, 200).await;
    checked.finish(&session, "review_aml_possible_match").await;
    for step in ["AML", "IP_ANALYSIS"] {
        let node = format!("feature_{}_1", if step == "AML" { "aml" } else { "ip" });
        let nodes = json!({ "new_status": "Resubmitted", "nodes_to_resubmit": [{ "node_id": node, "feature": step }] });
        let status = if step == "AML" { 200 } else { 429 };
        checked
            .call("PATCH", &of("update-status"), nodes, status)
            .await;
    }

    let reviews = format!("/v3/sessions/{session}/reviews/");
    checked
        .call(
            "POST",
            &reviews,
            json!({ "new_status": "In Review", "comment": "Look" }),
            201,
        )
        .await;
    checked
        .call("POST", &reviews, json!({ "comment": "Only a note" }), 201)
        .await;
    checked
        .call("POST", &reviews, json!({ "new_status": "approved" }), 400)
        .await;
    checked.call("GET", &reviews, Value::Null, 200).await;
    checked
        .call(
            "GET",
            &format!("{reviews}?limit=1&offset=1&ordering=-created_at"),
            Value::Null,
            200,
        )
        .await;
    let unknown_reviews = format!("/v3/sessions/{UNKNOWN}/reviews/");
    checked
        .call("GET", &unknown_reviews, Value::Null, 404)
        .await;
    checked.call("POST", &unknown_reviews, json!({}), 404).await;

    checked
        .call(
            "GET",
            "/v3/sessions/?status=Approved,In%20Review&session_kind=all",
            Value::Null,
            200,
        )
        .await;
    checked
        .call("GET", "/v3/sessions/?session_kind=robot", Value::Null, 400)
        .await;
    let redirect = checked.client.get("/v3/sessions?limit=1").await;
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (301, Some("/v3/sessions/?limit=1"))
    );
    checked
        .seen
        .borrow_mut()
        .insert(("GET /v3/sessions/".to_owned(), 301));

    checked
        .call(
            "DELETE",
            &of("delete"),
            json!({ "retain_face_embeddings": true }),
            400,
        )
        .await;
    let retain = json!({ "retain_face_embeddings": true, "face_retention_days": 30, "instruction_id": "test" });
    let deleted = checked.call("DELETE", &of("delete"), retain, 200).await;
    assert_eq!(deleted["face_retention_outcome"], "retained_with_user");
    checked
        .call("DELETE", &of("delete"), Value::Null, 404)
        .await;
    checked
        .call("POST", "/v3/sessions/delete/", json!({}), 400)
        .await;
    let number = checked
        .call(
            "GET",
            &format!("/v3/session/{other}/decision/"),
            Value::Null,
            200,
        )
        .await["session_number"]
        .clone();
    let gone = checked
        .call(
            "POST",
            "/v3/sessions/delete/",
            json!({ "session_numbers": [number.to_string(), "999"] }),
            200,
        )
        .await;
    assert_eq!(gone["results"].as_array().unwrap().len(), 1);
}

/// The decision of every scenario in a workflow with every feature, and of every status.
async fn decisions(checked: &Checked) {
    let workflows = checked
        .call("GET", "/v3/workflows/", Value::Null, 200)
        .await;
    let workflow = &workflows["results"][0];
    for (position, scenario) in SCENARIOS.into_iter().enumerate() {
        let fields = json!({ "vendor_data": format!("person-{position}"), "expected_details": { "first_name": "Nobody" } });
        let session = checked.session(workflow, fields).await;
        checked.finish(&session, scenario).await;
        checked
            .call(
                "GET",
                &format!("/v3/session/{session}/decision/"),
                Value::Null,
                200,
            )
            .await;
    }
    let session = checked.session(workflow, json!({})).await;
    let path = format!("/v3/session/{session}/decision/");
    for status in [
        "In Progress",
        "Awaiting User",
        "Expired",
        "Abandoned",
        "Kyc Expired",
        "Resubmitted",
    ] {
        checked
            .client
            .control(
                "POST",
                &format!("sessions/{session}/status"),
                json!({ "status": status }),
            )
            .await;
        checked.call("GET", &path, Value::Null, 200).await;
    }
    checked
        .call(
            "GET",
            &format!("/v3/session/{UNKNOWN}/decision/"),
            Value::Null,
            404,
        )
        .await;
    checked
        .call("GET", "/v3/sessions/?limit=100", Value::Null, 200)
        .await;
}

async fn companies(checked: &Checked) {
    let features = json!([
        { "feature": "KYB_REGISTRY" }, { "feature": "KYB_KEY_PEOPLE" },
        { "feature": "KYB_DOCUMENTS", "config": { "kyb_required_document_groups": ["LEGAL_PRESENCE"] } }, { "feature": "AML" },
    ]);
    let workflow = checked
        .call(
            "POST",
            "/v3/workflows/",
            json!({ "features": features }),
            201,
        )
        .await;
    for scenario in ["approve", "decline_kyb_registry_mismatch"] {
        let details = json!({ "company_name": "Invented Ltd", "registry_country": "GB", "registration_number": "1" });
        let session = checked
            .session(
                &workflow,
                json!({ "vendor_data": scenario, "expected_details": details }),
            )
            .await;
        checked.finish(&session, scenario).await;
        checked
            .call(
                "GET",
                &format!("/v3/session/{session}/decision/"),
                Value::Null,
                200,
            )
            .await;
    }
    let rows = checked
        .call(
            "GET",
            "/v3/sessions/?session_kind=business",
            Value::Null,
            200,
        )
        .await;
    assert_eq!(rows["count"], 2);
}

async fn lists(checked: &Checked, workflow: &Value) {
    let page = checked
        .call(
            "GET",
            "/v3/lists/?list_type=blocklist&limit=25&ordering=-entry_count",
            Value::Null,
            200,
        )
        .await;
    assert_eq!(page["count"], 10);
    let system = format!("/v3/lists/{}/", id(&page["results"][0], "uuid"));
    checked
        .call("PATCH", &system, json!({ "name": "Mine" }), 403)
        .await;
    checked.call("DELETE", &system, Value::Null, 403).await;
    let body = json!({ "name": "Good phones", "list_type": "allowlist", "entry_type": "phone" });
    let list = checked.call("POST", "/v3/lists/", body.clone(), 201).await;
    checked.call("POST", "/v3/lists/", body, 400).await;
    let one = format!("/v3/lists/{}/", id(&list, "uuid"));
    checked.call("GET", &one, Value::Null, 200).await;
    checked
        .call("PATCH", &one, json!({ "description": "New" }), 200)
        .await;
    checked
        .call("PATCH", &one, json!({ "name": "" }), 400)
        .await;
    let entries = format!("{one}entries/");
    let value = json!({ "value": "+1 (202) 555-0143", "display_label": "A", "comment": "B", "metadata": { "c": 1 } });
    let entry = checked.call("POST", &entries, value, 201).await;
    assert_eq!(entry["value"], "+12025550143");
    checked.call("POST", &entries, json!({}), 400).await;
    checked
        .call(
            "GET",
            &format!("{entries}?search=0143&limit=5&offset=0"),
            Value::Null,
            200,
        )
        .await;
    let entry = format!("{entries}{}/", id(&entry, "uuid"));
    checked.call("DELETE", &entry, Value::Null, 204).await;
    checked.call("DELETE", &entry, Value::Null, 404).await;

    let session = checked
        .session(workflow, json!({ "vendor_data": "to-block" }))
        .await;
    checked.finish(&session, "approve").await;
    let faces = checked
        .call("GET", "/v3/lists/?entry_type=face", Value::Null, 200)
        .await;
    let faces = format!("/v3/lists/{}/entries/", id(&faces["results"][0], "uuid"));
    checked
        .call(
            "POST",
            &faces,
            json!({ "reference_session_id": session, "comment": "fraud" }),
            201,
        )
        .await;
    let upload = format!("{faces}face-upload/");
    checked
        .call("POST", &upload, json!({ "image": "/9j/4AAQSkZJRg==" }), 201)
        .await;
    checked
        .call("POST", &upload, json!({ "image": "bm90IGFuIGltYWdl" }), 400)
        .await;
    let all = json!({
        "session_id": session, "blocklist_face": true, "blocklist_document": true, "blocklist_phone": true,
        "blocklist_email": true,
    });
    checked.call("POST", "/v3/blocklist/add/", all, 200).await;
    let rows = checked
        .call("GET", "/v3/blocklist/", Value::Null, 200)
        .await;
    assert_eq!(rows["count"], 5);
    checked
        .call(
            "GET",
            "/v3/blocklist/?item_type=phone&limit=1&offset=0",
            Value::Null,
            200,
        )
        .await;
    checked
        .call("GET", "/v3/blocklist/?item_type=car", Value::Null, 400)
        .await;
    // Everything about this person is blocked now, which later decisions tell in the described form.
    let blocked = checked
        .session(workflow, json!({ "vendor_data": "to-block" }))
        .await;
    checked.finish(&blocked, "approve").await;
    let decision = checked
        .call(
            "GET",
            &format!("/v3/session/{blocked}/decision/"),
            Value::Null,
            200,
        )
        .await;
    assert_eq!(decision["status"], "Declined");
    checked
        .call(
            "POST",
            "/v3/blocklist/remove/",
            json!({ "session_id": session, "unblock_face": true }),
            200,
        )
        .await;
    for verb in ["add", "remove"] {
        checked
            .call("POST", &format!("/v3/blocklist/{verb}/"), json!({}), 400)
            .await;
        checked
            .call(
                "POST",
                &format!("/v3/blocklist/{verb}/"),
                json!({ "session_id": UNKNOWN }),
                404,
            )
            .await;
    }
    checked.call("DELETE", &one, Value::Null, 204).await;
    for (method, path) in [
        ("GET", one.clone()),
        ("PATCH", one.clone()),
        ("DELETE", one.clone()),
        ("GET", entries.clone()),
        ("POST", entries.clone()),
        ("POST", format!("{entries}face-upload/")),
    ] {
        checked.call(method, &path, Value::Null, 404).await;
    }
}

async fn billing(checked: &Checked) {
    checked
        .call("GET", "/v3/billing/balance/", Value::Null, 200)
        .await;
    let body = json!({ "amount_in_dollars": 50, "success_url": "https://company.io/paid" });
    checked.call("POST", "/v3/billing/top-up/", body, 200).await;
    checked
        .call(
            "POST",
            "/v3/billing/top-up/",
            json!({ "amount_in_dollars": 49.99 }),
            400,
        )
        .await;
}

async fn destinations(checked: &Checked) {
    let path = "/v3/webhook/destinations/";
    let body = json!({
        "label": "Hook", "url": "https://receiver.invalid/a", "enabled": true, "webhook_version": "v3",
        "subscribed_events": ["status.updated", "data.updated"],
    });
    let made = checked.call("POST", path, body.clone(), 201).await;
    checked.call("POST", path, body, 400).await;
    checked.call("GET", path, Value::Null, 200).await;
    let one = format!("{path}{}/", id(&made, "uuid"));
    checked.call("GET", &one, Value::Null, 200).await;
    let patched = checked
        .call(
            "PATCH",
            &one,
            json!({ "subscribed_events": ["user.data.updated"] }),
            200,
        )
        .await;
    assert_eq!(patched["secret_shared_key"], made["secret_shared_key"]);
    checked
        .call("PATCH", &one, json!({ "subscribed_events": [] }), 400)
        .await;
    checked.call("DELETE", &one, Value::Null, 204).await;
    for method in ["GET", "PATCH", "DELETE"] {
        checked.call(method, &one, Value::Null, 404).await;
    }
}

/// Everything that needs a key refuses to work without one.
async fn strangers(checked: &Checked, workflow: &Value) {
    let session = checked.session(workflow, json!({})).await;
    let operations = checked.contract.operations();
    for (name, statuses) in operations.iter().filter(|(name, _)| name.contains(" /v3/")) {
        let (method, pattern) = name.split_once(' ').unwrap();
        let parts = pattern.split('/').map(|part| {
            if part.starts_with('{') {
                session.as_str()
            } else {
                part
            }
        });
        let path = parts.collect::<Vec<_>>().join("/");
        if statuses.contains(&403) {
            checked.send(method, &path, &[], Value::Null, 403).await;
            checked
                .send(
                    method,
                    &path,
                    &[("x-api-key", "test-key-wrong")],
                    Value::Null,
                    403,
                )
                .await;
        }
    }
}

/// Too many requests, in the form that is described for them.
async fn limits(checked: &Checked, workflow: &Value) {
    let session = checked.session(workflow, json!({})).await;
    checked.finish(&session, "approve").await;
    checked
        .client
        .control("POST", "clock", json!({ "advance_seconds": 61 }))
        .await;
    let pdf = format!("/v3/session/{session}/generate-pdf/");
    for _ in 0..50 {
        checked.client.get(&pdf).await;
    }
    checked.call("GET", &pdf, Value::Null, 429).await;
    for _ in 0..300 {
        checked.client.post("/v3/workflows/", json!({})).await;
    }
    checked
        .call(
            "DELETE",
            &format!("/v3/session/{session}/delete/"),
            Value::Null,
            429,
        )
        .await;
}
