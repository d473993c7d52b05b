//! The life of sessions and workflows: reuse, versions, searching, time, money and quotas.

use crate::support::simulator_client::Client;
use serde_json::{Value, json};

#[tokio::test]
async fn an_unfinished_session_of_the_same_user_is_given_again() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    let first = json!({ "vendor_data": "user-1", "callback": "https://a.invalid/", "metadata": { "n": 1 } });
    let first = client.session(&workflow, first).await;
    let again = client
        .session(
            &workflow,
            json!({ "vendor_data": "user-1", "metadata": "text" }),
        )
        .await;
    assert_eq!(again["session_id"], first["session_id"]);
    assert_eq!(again["url"], first["url"]);
    assert_eq!(
        (&again["metadata"], &again["callback"]),
        (&json!("text"), &Value::Null)
    );
    let decision = client.decision(&first).await;
    assert_eq!(decision["metadata"], "text");

    let other_user = client
        .session(&workflow, json!({ "vendor_data": "user-2" }))
        .await;
    assert_ne!(other_user["session_id"], first["session_id"]);
    let orphan = client.session(&workflow, json!({})).await;
    assert_ne!(
        client.session(&workflow, json!({})).await["session_id"],
        orphan["session_id"]
    );
    client.finish(&first, None).await;
    let fresh = client
        .session(&workflow, json!({ "vendor_data": "user-1" }))
        .await;
    assert_ne!(fresh["session_id"], first["session_id"]);
    assert_eq!(
        fresh["session_number"].as_i64().unwrap(),
        orphan["session_number"].as_i64().unwrap() + 2
    );

    // A new version silently ends reuse.
    let path = format!("/v3/workflows/{}/", workflow["uuid"].as_str().unwrap());
    client
        .patch(&path, json!({ "status": "published" }))
        .await
        .expect(200);
    let newest = client
        .session(&workflow, json!({ "vendor_data": "user-1" }))
        .await;
    assert_ne!(newest["session_id"], fresh["session_id"]);
    assert_eq!(newest["workflow_version"], 2);
}

#[tokio::test]
async fn workflows_are_versioned() {
    let client = Client::sandbox().await;
    let first = client.workflow(&["OCR"]).await;
    let path = |workflow: &Value| format!("/v3/workflows/{}/", workflow["uuid"].as_str().unwrap());
    let renamed = client
        .patch(&path(&first), json!({ "workflow_label": "Renamed" }))
        .await
        .expect(200);
    assert_eq!(
        (&renamed["uuid"], &renamed["version"]),
        (&first["uuid"], &json!(1))
    );
    let features = json!([{ "feature": "OCR" }, { "feature": "AML" }]);
    let second = client
        .patch(
            &path(&first),
            json!({ "features": features, "status": "published" }),
        )
        .await
        .expect(200);
    assert_ne!(second["uuid"], first["uuid"]);
    assert_eq!(
        (&second["workflow_id"], &second["version"]),
        (&first["workflow_id"], &json!(2))
    );
    assert_eq!(second["workflow_label"], "Renamed");
    assert_eq!(
        client.get(&path(&first)).await.expect(200)["features"],
        "OCR"
    );
    let rows = client.get("/v3/workflows/").await.expect(200);
    assert_eq!(
        (&rows["count"], &rows["results"][0]["uuid"]),
        (&json!(1), &second["uuid"])
    );

    // Either id runs the latest published version, and the group's id comes back.
    for id in [&first["uuid"], &first["workflow_id"]] {
        let session = client
            .post("/v3/session/", json!({ "workflow_id": id }))
            .await
            .expect(201);
        assert_eq!(
            (&session["workflow_id"], &session["workflow_version"]),
            (&first["workflow_id"], &json!(2))
        );
    }

    let draft =
        json!({ "features": [{ "feature": "OCR" }], "status": "draft", "is_default": true });
    let draft = client.post("/v3/workflows/", draft).await.expect(201);
    assert_eq!(
        (&draft["status"], &draft["has_draft"]),
        (&json!("draft"), &json!(true))
    );
    let saved = client
        .patch(
            &path(&draft),
            json!({ "status": "draft", "max_retry_attempts": 5 }),
        )
        .await
        .expect(200);
    assert_eq!(
        (&saved["status"], &saved["max_retry_attempts"]),
        (&json!("draft"), &json!(5))
    );
    let published = client
        .patch(&path(&draft), json!({ "workflow_label": "Out" }))
        .await
        .expect(200);
    assert_eq!(
        (
            &published["status"],
            &published["uuid"],
            &published["version"]
        ),
        (&json!("published"), &draft["uuid"], &json!(1))
    );
    client
        .patch(&path(&second), json!({ "is_default": true }))
        .await
        .expect(200);
    assert_eq!(
        client.get(&path(&draft)).await.expect(200)["is_default"],
        false
    );

    let session = client.session(&second, json!({})).await;
    client.delete(&path(&second)).await.expect(204);
    assert_eq!(client.decision(&session).await["workflow_id"], Value::Null);
    client.get(&path(&second)).await.expect(404);
}

#[tokio::test]
async fn sessions_are_found_by_every_filter() {
    let client = Client::sandbox().await;
    let workflow = client
        .workflow(&["OCR", "EMAIL_VERIFICATION", "PHONE_VERIFICATION", "AML"])
        .await;
    let contact = json!({ "email": "unique@company.io", "phone": "+12025550199" });
    let fields = json!({ "vendor_data": "needle", "contact_details": contact, "expected_details": { "first_name": "Zoë" } });
    let needle = client.session(&workflow, fields).await;
    client
        .finish(&needle, Some("decline_document_expired"))
        .await;
    for _ in 0..3 {
        client.session(&workflow, json!({})).await;
    }
    let id = needle["session_id"].as_str().unwrap();
    let group = workflow["workflow_id"].as_str().unwrap();
    let today = client.decision(&needle).await["created_at"]
        .as_str()
        .unwrap()[..10]
        .to_owned();
    let count = async |query: &str| {
        client
            .get(&format!("/v3/sessions/?{query}"))
            .await
            .expect(200)["count"]
            .as_u64()
            .unwrap()
    };
    for (query, expected) in [
        ("", 4),
        ("status=Declined", 1),
        ("status=Declined,Not%20Started", 4),
        ("status=declined", 0),
        ("vendor_data=needle", 1),
        ("vendor_data=need", 0),
        (&format!("search={id}"), 1),
        ("search=UNIQUE@", 1),
        ("search=zoe%20muster", 1),
        ("search=1202555", 1),
        ("search=needle", 1),
        (&format!("workflow_id={group}"), 4),
        (&format!("workflow_id=nonsense,{group}"), 4),
        ("workflow_id=nonsense", 0),
        (&format!("date_from={today}&date_to={today}"), 4),
        ("date_to=2020-01-01", 0),
        ("country=DEU", 1),
        ("country=ESP,FRA", 0),
        ("document_type=ID,P", 1),
        ("document_type=DL", 0),
        ("warning=DOCUMENT_EXPIRED", 1),
        ("screened_full_name=mustermann", 1),
        ("screened_full_name=nobody", 0),
        ("region=berlin", 1),
        ("session_kind=BUSINESS", 0),
        ("session_kind=all", 4),
        ("api_service=AML", 0),
        ("status=Declined&vendor_data=other", 0),
    ] {
        assert_eq!(count(query).await, expected, "{query}");
    }
    let page = client
        .get("/v3/sessions/?limit=2&offset=1")
        .await
        .expect(200);
    let numbers: Vec<_> = page["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["session_number"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, [3, 2]);
    let next = page["next"].as_str().unwrap().to_owned();
    let last = client.get(&next).await.expect(200);
    assert_eq!(
        (last["results"].as_array().unwrap().len(), &last["next"]),
        (1, &Value::Null)
    );
    let row = &client
        .get("/v3/sessions/?vendor_data=needle")
        .await
        .expect(200)["results"][0];
    assert_eq!(
        row["phone_number"],
        json!({ "number": "+12025550199", "is_verified": true })
    );
    assert_eq!(
        row["features"][0],
        json!({ "feature": "ID_VERIFICATION", "status": "Declined" })
    );
}

#[tokio::test]
async fn time_ends_sessions() {
    let client = Client::sandbox().await;
    let features = json!([{ "feature": "OCR" }]);
    let workflow = json!({ "features": features, "session_expiration_time": 3600 });
    let workflow = client.post("/v3/workflows/", workflow).await.expect(201);
    let unopened = client.session(&workflow, json!({})).await;
    let opened = client.session(&workflow, json!({})).await;
    let resubmitted = client.session(&workflow, json!({})).await;
    client
        .finish(&resubmitted, Some("decline_document_expired"))
        .await;
    client
        .control(
            "POST",
            &format!("sessions/{}/start", opened["session_id"].as_str().unwrap()),
            Value::Null,
        )
        .await;
    let advance = async |seconds: i64| {
        client
            .control("POST", "clock", json!({ "advance_seconds": seconds }))
            .await
    };
    advance(3000).await;
    assert_eq!(client.decision(&unopened).await["status"], "Not Started");
    let path = format!(
        "/v3/session/{}/update-status/",
        resubmitted["session_id"].as_str().unwrap()
    );
    client
        .patch(&path, json!({ "new_status": "Resubmitted" }))
        .await
        .expect(200);
    advance(700).await;
    assert_eq!(client.decision(&unopened).await["status"], "Expired");
    assert_eq!(client.decision(&opened).await["status"], "Abandoned");
    // Asking again started the time anew.
    assert_eq!(client.decision(&resubmitted).await["status"], "Resubmitted");
    let path = format!(
        "/v3/session/{}/update-status/",
        opened["session_id"].as_str().unwrap()
    );
    client
        .patch(&path, json!({ "new_status": "Declined" }))
        .await
        .expect(200);

    let approved = client.session(&workflow, json!({})).await;
    client.finish(&approved, None).await;
    advance(7 * 365 * 86_400).await;
    assert_eq!(client.decision(&approved).await["status"], "Kyc Expired");
    let pdf = format!(
        "/v3/session/{}/generate-pdf/",
        approved["session_id"].as_str().unwrap()
    );
    assert_eq!(client.get(&pdf).await.status, 200);
}

#[tokio::test]
async fn live_sessions_cost_and_sandbox_sessions_do_not() {
    let client = Client::live().await;
    let workflow = client.workflow(&["OCR", "LIVENESS", "FACE_MATCH"]).await;
    let balance = async || client.get("/v3/billing/balance/").await.expect(200)["balance"].clone();
    client
        .control("POST", "balance", json!({ "amount": 0.2 }))
        .await;
    let session = client.session(&workflow, json!({})).await;
    client.finish(&session, None).await;
    assert_eq!(balance().await, "0.0500");
    let body = json!({ "workflow_id": workflow["workflow_id"] });
    let text = "You don't have enough credits to perform this request. Please top up at https://business.didit.me";
    assert_eq!(
        client.post("/v3/session/", body.clone()).await.expect(400),
        json!({ "detail": text })
    );
    assert_eq!(client.decision(&session).await["environment"], "live");
    let scenario = json!({ "workflow_id": workflow["workflow_id"], "sandbox_scenario": "approve" });
    assert!(client.post("/v3/session/", scenario).await.expect(400)["sandbox_scenario"].is_array());

    client
        .control("POST", "mode", json!({ "mode": "sandbox" }))
        .await;
    let session = client.post("/v3/session/", body).await.expect(201);
    client.finish(&session, None).await;
    assert_eq!(balance().await, "0.0500");
}

#[tokio::test]
async fn sandboxes_have_a_daily_quota() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    for _ in 0..500 {
        client.session(&workflow, json!({})).await;
    }
    let body = json!({ "workflow_id": workflow["workflow_id"] });
    let refused = client.post("/v3/session/", body.clone()).await;
    assert_eq!(refused.status, 429);
    assert!(
        refused.json["detail"]
            .as_str()
            .unwrap()
            .starts_with("Sandbox session quota exceeded (500 sessions per 24h).")
    );
    assert!(
        refused.header("retry-after").is_some() && refused.header("x-ratelimit-limit").is_none()
    );
    client
        .control("POST", "clock", json!({ "advance_seconds": 86_401 }))
        .await;
    client.post("/v3/session/", body).await.expect(201);
}

#[tokio::test]
async fn reviews_are_notes_and_leave_the_session_alone() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    let session = client.session(&workflow, json!({})).await;
    client.finish(&session, None).await;
    let id = session["session_id"].as_str().unwrap();
    client
        .patch(
            &format!("/v3/session/{id}/update-status/"),
            json!({ "new_status": "Declined", "comment": "No" }),
        )
        .await
        .expect(200);
    let path = format!("/v3/sessions/{id}/reviews/");
    client
        .post(&path, json!({ "new_status": "Approved" }))
        .await
        .expect(201);
    assert_eq!(client.decision(&session).await["status"], "Declined");
    let rows = client.get(&path).await.expect(200);
    assert_eq!(rows["count"], 2);
    assert_eq!(rows["results"][0]["previous_status"], Value::Null);
    assert_eq!(rows["results"][1]["previous_status"], "Approved");
    let oldest_first = client
        .get(&format!("{path}?ordering=created_at&limit=1"))
        .await
        .expect(200);
    assert_eq!(oldest_first["results"][0]["comment"], "No");
}

#[tokio::test]
async fn several_sessions_are_deleted_by_number() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR", "LIVENESS"]).await;
    let mut numbers = Vec::new();
    for position in 0..3 {
        let session = client
            .session(
                &workflow,
                json!({ "vendor_data": format!("user-{position}") }),
            )
            .await;
        numbers.push(session["session_number"].clone());
    }
    // A number instead of text is taken too, and numbers nobody has are skipped.
    let body = json!({ "session_numbers": [numbers[0].to_string(), numbers[1], "4242"] });
    let gone = client.post("/v3/sessions/delete/", body).await.expect(200);
    assert_eq!(gone["results"].as_array().unwrap().len(), 2);
    assert_eq!(gone["results"][0]["face_retention_outcome"], "none");
    client
        .post("/v3/sessions/delete/", json!({ "delete_all": true }))
        .await
        .expect(200);
    assert_eq!(client.get("/v3/sessions/").await.expect(200)["count"], 0);
}

#[tokio::test]
async fn declining_ends_the_ongoing_screening_and_approving_resumes_it() {
    let client = Client::sandbox().await;
    let config = json!({ "is_aml_ongoing_monitoring_enabled": true });
    let features = json!([{ "feature": "OCR" }, { "feature": "AML", "config": config }]);
    let workflow = client
        .post("/v3/workflows/", json!({ "features": features }))
        .await
        .expect(201);
    let session = client.session(&workflow, json!({})).await;
    client.finish(&session, None).await;
    let path = format!(
        "/v3/session/{}/update-status/",
        session["session_id"].as_str().unwrap()
    );
    for (status, monitored) in [("Declined", false), ("Approved", true)] {
        client
            .patch(&path, json!({ "new_status": status }))
            .await
            .expect(200);
        let decision = client.decision(&session).await;
        assert_eq!(
            decision["aml_screenings"][0]["is_ongoing_monitoring_enabled"],
            monitored
        );
    }
}
