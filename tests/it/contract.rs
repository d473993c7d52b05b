//! Every endpoint of the simulator, in every state it can be in, held against the description of the API.

mod checked;
mod sessions;
mod undescribed;

use checked::{Checked, UNKNOWN, id};
use didit_mcp::simulator::SimulatorOptions;
use serde_json::{Value, json};

#[tokio::test]
async fn every_answer_is_as_described() {
    let checked = Checked::start(SimulatorOptions::default()).await;
    undescribed::account(&checked).await;
    let workflow = workflows(&checked).await;
    sessions::sessions(&checked, &workflow).await;
    sessions::decisions(&checked).await;
    sessions::companies(&checked).await;
    undescribed::lists(&checked, &workflow).await;
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
            // The description knows no 401; the newest pages have it for a wrong key.
            let wrong = [("x-api-key", "test-key-wrong")];
            let answer = checked.client.send(method, &path, &wrong, None).await;
            answer.expect(401);
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
