//! Sessions and their decisions, in every state.

use serde_json::{Value, json};

use super::checked::{Checked, UNKNOWN};

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

pub async fn sessions(checked: &Checked, workflow: &Value) {
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
    let screened = checked.session(workflow, json!({})).await;
    checked.finish(&screened, "review_aml_possible_match").await;
    mark_hits(checked, &screened).await;
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
pub async fn decisions(checked: &Checked) {
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

pub async fn companies(checked: &Checked) {
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

/// Hits on watch lists, one alone and several at once.
async fn mark_hits(checked: &Checked, session: &str) {
    let of = |end: &str| format!("/v3/session/{session}/{end}/");
    let decision = checked.call("GET", &of("decision"), Value::Null, 200).await;
    let hit = decision["aml_screenings"][0]["hits"][0]["id"].clone();
    let mark = |hit: &Value| json!({ "hit_id": hit, "review_status": "Inconclusive" });
    let nobody = json!("nobody");
    let (one, many) = (
        of("update-aml-hit-status"),
        of("bulk-update-aml-hit-status"),
    );
    for (body, status) in [
        (mark(&hit), 200),
        (mark(&nobody), 404),
        (json!({ "hit_id": hit, "review_status": "Guilty" }), 400),
    ] {
        checked.call("PATCH", &one, body, status).await;
    }
    for (body, status) in [
        (json!({ "hit_updates": [mark(&hit)] }), 200),
        (json!({ "hit_updates": [mark(&hit), mark(&nobody)] }), 404),
        (json!({}), 400),
    ] {
        checked.call("PATCH", &many, body, status).await;
    }
}
