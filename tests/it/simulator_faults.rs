//! Faults that can be ordered, rate limits, and the older dialect.

use crate::support::simulator_client::{Client, http};
use serde_json::{Value, json};

async fn fault(client: &Client, body: Value) {
    client.control("POST", "faults", body).await;
}

#[tokio::test]
async fn answers_can_be_replaced() {
    let client = Client::sandbox().await;
    for (order, status, body) in [
        (
            json!({ "kind": "status", "status": 503 }),
            503,
            "{\"detail\":\"Simulated fault.\"}",
        ),
        (
            json!({ "kind": "status", "status": 429, "body": { "detail": "Slow down" }, "headers": { "Retry-After": 7 } }),
            429,
            "{\"detail\":\"Slow down\"}",
        ),
        (json!({ "kind": "not_json" }), 200, "{\"session_id\": "),
        (json!({ "kind": "empty", "status": 201 }), 201, ""),
        (
            json!({ "kind": "html", "body": "<h1>Down</h1>" }),
            502,
            "<h1>Down</h1>",
        ),
        (json!({ "kind": "trickle", "body": "drip" }), 200, "drip"),
    ] {
        fault(&client, order.clone()).await;
        let answer = client.get("/v3/workflows/").await;
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (status, body),
            "{order}"
        );
        assert_eq!(answer.header("retry-after").is_some(), status == 429);
        assert_eq!(
            client.get("/v3/workflows/").await.status,
            200,
            "only once: {order}"
        );
    }
    fault(
        &client,
        json!({ "kind": "redirect", "headers": { "location": "https://elsewhere.invalid/" } }),
    )
    .await;
    let answer = client.get("/v3/workflows/").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (302, Some("https://elsewhere.invalid/"))
    );
    fault(&client, json!({ "kind": "huge" })).await;
    assert_eq!(
        client.get("/v3/workflows/").await.bytes.len(),
        50 * 1024 * 1024
    );
}

#[tokio::test]
async fn connections_can_break() {
    let client = Client::sandbox().await;
    let url = format!("{}/v3/workflows/", client.simulator.root_url());
    fault(&client, json!({ "kind": "reset" })).await;
    let error = http().get(&url).send().await.unwrap_err();
    assert!(error.is_request() && !error.is_connect(), "{error:?}");
    fault(&client, json!({ "kind": "truncate" })).await;
    let response = http().get(&url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
    assert_eq!(
        http().get(&url).send().await.unwrap().status(),
        403,
        "the next request is served again"
    );
}

#[tokio::test]
async fn a_stalled_request_ends_with_the_simulator() {
    let client = Client::sandbox().await;
    fault(&client, json!({ "kind": "stall" })).await;
    let url = format!("{}/v3/workflows/", client.simulator.root_url());
    let waiting = tokio::spawn(async move { http().get(&url).send().await });
    // Control requests are never hit, and this one shows that the stalled request has arrived.
    while client.control("GET", "state", Value::Null).await["requests"] == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished());
    client.simulator.shutdown();
    assert!(waiting.await.unwrap().is_err());
}

#[tokio::test]
async fn faults_hit_what_they_are_meant_for_as_often_as_asked() {
    let client = Client::sandbox().await;
    let order = json!({ "kind": "status", "status": 500, "method": "post", "path_prefix": "/v3/session/", "times": 2 });
    fault(&client, order).await;
    assert_eq!(client.get("/v3/workflows/").await.status, 200);
    for expected in [500, 500, 400] {
        assert_eq!(
            client.post("/v3/session/", json!({})).await.status,
            expected
        );
    }
    fault(&client, json!({ "kind": "status", "times": 0 })).await;
    for _ in 0..3 {
        assert_eq!(client.get("/v3/workflows/").await.status, 500);
    }
    client.control("DELETE", "faults", Value::Null).await;
    assert_eq!(client.get("/v3/workflows/").await.status, 200);
    let unknown = client
        .call("POST", "/_simulator/faults", json!({ "kind": "gremlin" }))
        .await;
    assert!(
        unknown.expect(400)["kind"][0]
            .as_str()
            .unwrap()
            .contains("truncate")
    );
}

#[tokio::test]
async fn reading_is_limited_per_key_in_a_sliding_minute() {
    let client = Client::sandbox().await;
    for _ in 0..600 {
        assert_eq!(client.get("/v3/billing/balance/").await.status, 200);
    }
    let refused = client.get("/v3/workflows/").await;
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.json,
        json!({ "detail": "GET request rate limit exceeded. You can make up to 600 requests per minute." })
    );
    let number = |name: &str| refused.header(name).unwrap().parse::<i64>().unwrap();
    assert_eq!(
        (number("x-ratelimit-limit"), number("x-ratelimit-remaining")),
        (600, 0)
    );
    assert!(
        (1..=61).contains(&number("retry-after")) && number("x-ratelimit-reset") > 1_700_000_000
    );
    // Writing has its own window, and so has everybody else.
    assert_eq!(client.post("/v3/session/", json!({})).await.status, 400);
    let other = client
        .send(
            "GET",
            "/v3/workflows/",
            &[("x-api-key", "test-key-other")],
            None,
        )
        .await;
    assert_eq!(other.status, 401);
    client
        .control("POST", "clock", json!({ "advance_seconds": 61 }))
        .await;
    assert_eq!(client.get("/v3/workflows/").await.status, 200);
}

#[tokio::test]
async fn writing_reports_and_registration_have_their_own_limits() {
    let client = Client::sandbox().await;
    let limited = async |method: &str, path: &str, times: usize| {
        for _ in 0..times {
            assert_ne!(
                client.call(method, path, json!({})).await.status,
                429,
                "{path}"
            );
        }
        let refused = client.call(method, path, json!({})).await;
        assert_eq!(refused.status, 429, "{path}");
        refused.json["detail"].as_str().unwrap().to_owned()
    };
    assert!(
        limited("POST", "/v3/workflows/", 300)
            .await
            .starts_with("Write request rate limit exceeded.")
    );
    assert!(
        limited("POST", "/v3/session/", 600)
            .await
            .starts_with("Session creation rate limit exceeded.")
    );
    let pdf = "/v3/session/00000000-0000-4000-8000-000000000000/generate-pdf/";
    assert!(
        limited("GET", pdf, 50)
            .await
            .starts_with("Session PDF generation rate limit exceeded.")
    );
    assert!(
        limited("POST", "/auth/v2/programmatic/register/", 5)
            .await
            .starts_with("Request was throttled.")
    );
    // Sending the code again counts in the same budget.
    assert_eq!(
        client
            .post("/auth/v2/programmatic/resend-otp/", json!({}))
            .await
            .status,
        429
    );
}

#[tokio::test]
async fn a_reset_forgets_everything_but_the_key() {
    let client = Client::sandbox().await;
    client.workflow(&["OCR"]).await;
    client
        .control("POST", "clock", json!({ "advance_seconds": 9_999_999 }))
        .await;
    client.control("POST", "reset", Value::Null).await;
    let state = client.control("GET", "state", Value::Null).await;
    assert_eq!(
        (&state["workflows"], &state["requests"], &state["lists"]),
        (&json!(0), &json!(0), &json!(11))
    );
    assert_eq!(client.get("/v3/workflows/").await.expect(200)["count"], 0);
}

#[tokio::test]
async fn the_older_dialect_can_be_spoken() {
    let client = Client::legacy().await;
    let flags = json!({
        "workflow_label": "Old", "workflow_type": "kyc", "is_liveness_enabled": true, "face_liveness_method": "passive",
        "is_face_match_enabled": true, "face_match_score_decline_threshold": 45, "is_aml_enabled": true, "unknown": 1,
    });
    let made = client.post("/v3/workflows/", flags).await.expect(201);
    assert_eq!(
        made["features"],
        json!(["ocr", "liveness", "face_match", "aml"])
    );
    assert_eq!(made["total_price"], "0.35");
    assert_eq!(
        (
            &made["workflow_type"],
            &made["face_match_score_decline_threshold"]
        ),
        (&json!("kyc"), &json!(45))
    );
    assert_eq!(
        client
            .get("/v3/workflows/")
            .await
            .expect(200)
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let lists = client.get("/v3/lists/").await;
    assert_eq!(lists.status, 404);

    let session = client
        .session(&made, json!({ "vendor_data": "user-1" }))
        .await;
    client.finish(&session, None).await;
    let id = session["session_id"].as_str().unwrap();
    client
        .post(
            "/v3/blocklist/add/",
            json!({ "session_id": id, "blocklist_face": true }),
        )
        .await
        .expect(200);
    assert_eq!(
        client
            .get("/v3/blocklist/?item_type=face")
            .await
            .expect(200)["count"],
        1
    );
    let deleted = client.delete(&format!("/v3/session/{id}/delete/")).await;
    assert_eq!((deleted.status, deleted.bytes.len()), (204, 0));
}

#[tokio::test]
async fn biometric_sessions_need_a_face_to_compare_with() {
    let client = Client::legacy().await;
    let flags =
        json!({ "workflow_type": "biometric_authentication", "is_face_match_enabled": true });
    let workflow = client.post("/v3/workflows/", flags).await.expect(201);
    let create = async |fields: Value| {
        let mut body = fields;
        body["workflow_id"] = workflow["workflow_id"].clone();
        client.post("/v3/session/", body).await
    };
    let nobody = create(json!({})).await.expect(400);
    assert!(
        nobody["portrait_image"]
            .as_str()
            .unwrap()
            .starts_with("A portrait image is required")
    );
    let unknown = create(json!({ "vendor_data": "user-1" })).await.expect(400);
    assert!(
        unknown["portrait_image"]
            .as_str()
            .unwrap()
            .starts_with("No stored face image was found")
    );
    let session = create(json!({ "vendor_data": "user-1", "portrait_image": "/9j/4AAQSkZJRg==" }))
        .await
        .expect(201);
    client.finish(&session, None).await;
    create(json!({ "vendor_data": "user-1" })).await.expect(201);
}
