//! The main job against the simulator, over plain HTTP: an account, a workflow, a session, a decision.

use crate::support::simulator_client::{Client, http};
use didit_mcp::simulator::{self, SimulatorOptions};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn an_account_is_opened_by_e_mail_and_its_key_works() {
    let client = Client::start(SimulatorOptions {
        api_key: None,
        ..SimulatorOptions::default()
    })
    .await;
    let account = json!({ "email": "Dev@Company.io", "password": "Str0ng!Pass" });
    let registered = client
        .send(
            "POST",
            "/auth/v2/programmatic/register/",
            &[JSON],
            Some(account.to_string().into()),
        )
        .await;
    assert_eq!(registered.expect(201)["email"], "dev@company.io");

    let inbox = client.control("GET", "inbox", Value::Null).await;
    let code = inbox[0]["code"].as_str().unwrap();
    assert!(
        code.len() == 6
            && code
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    );
    let verify = json!({ "email": "dev@company.io", "code": code });
    let verified = client
        .send(
            "POST",
            "/auth/v2/programmatic/verify-email/",
            &[JSON],
            Some(verify.to_string().into()),
        )
        .await
        .expect(200);
    assert_eq!(verified["application"]["data_location"], "eu");

    let token = format!("Bearer {}", verified["access_token"].as_str().unwrap());
    let bearer = [("authorization", token.as_str())];
    let organizations = client
        .send("GET", "/auth/v2/organizations/me/", &bearer, None)
        .await
        .expect(200);
    assert_eq!(organizations[0]["uuid"], verified["organization"]["uuid"]);
    let path = format!(
        "/auth/v2/organizations/me/{}/applications/",
        organizations[0]["uuid"].as_str().unwrap()
    );
    let applications = client.send("GET", &path, &bearer, None).await.expect(200);
    let key = applications[0]["api_key"].as_str().unwrap();
    assert_eq!(verified["sandbox_application"]["api_key"], key);
    assert_eq!(
        applications[1]["api_key"],
        verified["application"]["api_key"]
    );
    let modes = [&applications[0]["mode"], &applications[1]["mode"]];
    assert_eq!(modes, ["sandbox", "live"]);

    let balance = client
        .send("GET", "/v3/billing/balance/", &[("x-api-key", key)], None)
        .await
        .expect(200);
    assert_eq!(balance["balance"], "0.0000");
}

#[tokio::test]
async fn a_session_goes_from_link_to_decision_pdf_and_deletion() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR", "LIVENESS", "FACE_MATCH"]).await;
    assert_eq!(workflow["total_price"], json!(0.15));
    assert_eq!(workflow["features"], "OCR + LIVENESS + FACE_MATCH");
    assert_eq!(workflow["is_liveness_enabled"], true);

    let fields =
        json!({ "vendor_data": "user-1", "metadata": { "any": [1, null] }, "language": "pt-BR" });
    let session = client.session(&workflow, fields).await;
    let url = format!(
        "{}/pt-BR/session/{}",
        client.simulator.root_url(),
        session["session_token"].as_str().unwrap()
    );
    assert_eq!(session["url"], json!(url));
    assert_eq!(session.as_object().unwrap().len(), 10);

    let before = client.decision(&session).await;
    assert_eq!(before["status"], "Not Started");
    assert_eq!(before["id_verifications"], Value::Null);
    assert_eq!(client.finish(&session, None).await, "Approved");
    let after = client.decision(&session).await;
    assert_eq!(after["status"], "Approved");
    assert_eq!(after["id_verifications"][0]["node_id"], "feature_ocr_1");
    assert_eq!(after["liveness_checks"][0]["status"], "Approved");
    assert_eq!(after["aml_screenings"], Value::Null);

    let id = session["session_id"].as_str().unwrap();
    let pdf = client.get(&format!("/v3/session/{id}/generate-pdf")).await;
    assert_eq!(pdf.status, 200);
    assert!(pdf.bytes.starts_with(b"%PDF"));
    assert_eq!(
        pdf.header("content-disposition"),
        Some(format!("attachment; filename=session_{id}.pdf").as_str())
    );

    let deleted = client
        .delete(&format!("/v3/session/{id}/delete/"))
        .await
        .expect(200);
    assert_eq!(deleted["face_retention_outcome"], "deleted");
    client
        .delete(&format!("/v3/session/{id}/delete/"))
        .await
        .expect(404);
}

#[tokio::test]
async fn requests_are_recorded_as_they_came() {
    let client = Client::sandbox().await;
    client
        .post("/v3/workflows/?trace=1", json!({ "features": [] }))
        .await;
    client.control("GET", "state", Value::Null).await;
    let requests = client.control("GET", "requests", Value::Null).await;
    let requests = requests.as_array().unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0]["method"], "POST");
    assert_eq!(requests[0]["path"], "/v3/workflows/");
    assert_eq!(requests[0]["query"], "trace=1");
    assert_eq!(requests[0]["headers"]["x-api-key"], client.key());
    assert_eq!(requests[0]["body"], r#"{"features":[]}"#);
}

#[tokio::test]
async fn only_loopback_is_served_and_stopping_ends_it() {
    let address = "0.0.0.0:0".parse().unwrap();
    let refused = simulator::start(SimulatorOptions {
        address,
        ..SimulatorOptions::default()
    })
    .await;
    assert_eq!(
        refused.unwrap_err().kind(),
        std::io::ErrorKind::InvalidInput
    );

    let client = Client::sandbox().await;
    let body = json!({ "workflow_label": "Mine", "features": [{ "feature": "OCR" }] });
    let made = client.post("/v3/workflows/", body).await.expect(201);
    let id = made["uuid"].as_str().unwrap().to_owned();
    let address = client.simulator.address();
    let key = client.simulator.api_key().unwrap().to_owned();
    let read = || {
        let request = http().get(format!("http://{address}/v3/workflows/{id}/"));
        request.header("x-api-key", &key).send()
    };
    assert_eq!(read().await.unwrap().status(), 200);
    client.simulator.shutdown();
    client.simulator.stopped().await;
    // Another test's simulator may listen at the same port by now; it knows no such workflow.
    let answered = read().await;
    assert!(answered.map_or(true, |answer| answer.status() == 404));
}
