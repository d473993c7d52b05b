//! Steps that are asked for again.

use crate::support::simulator_client::Client;
use serde_json::{Value, json};

#[tokio::test]
async fn steps_can_be_asked_for_again() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR", "LIVENESS", "FACE_MATCH"]).await;
    let session = client
        .session(
            &workflow,
            json!({ "sandbox_scenario": "decline_document_expired" }),
        )
        .await;
    client.finish(&session, None).await;
    let path = format!(
        "/v3/session/{}/update-status/",
        session["session_id"].as_str().unwrap()
    );
    let body = json!({ "new_status": "Resubmitted", "comment": "Expired", "send_email": true, "email_address": "a@company.io" });
    assert_eq!(
        client.patch(&path, body).await.expect(200),
        json!({ "session_id": session["session_id"] })
    );
    let inbox = client.control("GET", "inbox", Value::Null).await;
    assert_eq!(inbox[0]["to"], "a@company.io");
    let open = client.decision(&session).await;
    assert_eq!(open["status"], "Resubmitted");
    assert_eq!(open["id_verifications"], Value::Null);
    assert_eq!(open["liveness_checks"][0]["status"], "Approved");
    assert_eq!(open["session_url"], session["url"]);
    assert_eq!(
        (
            &open["reviews"][0]["new_status"],
            &open["reviews"][0]["comment"]
        ),
        (&json!("Resubmitted"), &json!("Expired"))
    );
    // The scenario was used up, so this time all is well.
    assert_eq!(client.finish(&session, None).await, "Approved");
    assert_eq!(
        client.decision(&session).await["id_verifications"][0]["status"],
        "Approved"
    );
}

#[tokio::test]
async fn checks_without_the_person_run_again_at_once() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR", "AML"]).await;
    let session = client.session(&workflow, json!({})).await;
    assert_eq!(
        client
            .finish(&session, Some("review_aml_possible_match"))
            .await,
        "In Review"
    );
    let path = format!(
        "/v3/session/{}/update-status/",
        session["session_id"].as_str().unwrap()
    );
    client
        .patch(&path, json!({ "new_status": "Resubmitted" }))
        .await
        .expect(200);
    assert_eq!(client.decision(&session).await["status"], "Approved");
    let again = json!({ "new_status": "Resubmitted", "nodes_to_resubmit": [{ "node_id": "feature_aml_1", "feature": "AML" }] });
    let refused = client.patch(&path, again.clone()).await;
    assert_eq!(
        (refused.status, refused.header("x-ratelimit-limit")),
        (429, None)
    );
    client
        .control("POST", "clock", json!({ "advance_seconds": 31 }))
        .await;
    client.patch(&path, again).await.expect(200);
}
