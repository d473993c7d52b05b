//! Webhooks really arrive, in order, signed, and are retried as documented.

use std::sync::{Arc, Mutex};

use crate::support::simulator_client::Client;
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use didit_mcp::didit::signature;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};

type Received = (HeaderMap, Vec<u8>);

/// A receiver that answers with the given statuses in turn, and 200 afterwards.
async fn receiver(statuses: &[u16]) -> (String, UnboundedReceiver<Received>) {
    let (sender, receiver) = unbounded_channel();
    let statuses = Arc::new(Mutex::new(statuses.to_vec()));
    let handler = move |headers: HeaderMap, body: Bytes| {
        let sender = sender.clone();
        let mut statuses = statuses.lock().unwrap();
        let status = if statuses.is_empty() {
            200
        } else {
            statuses.remove(0)
        };
        async move {
            sender.send((headers, body.to_vec())).unwrap();
            StatusCode::from_u16(status).unwrap()
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let router = Router::new().route("/hook", post(handler));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, receiver)
}

async fn destination(client: &Client, url: &str) -> Value {
    let body = json!({ "label": "Test", "url": url, "subscribed_events": ["status.updated"] });
    client
        .post("/v3/webhook/destinations/", body)
        .await
        .expect(201)
}

/// Waits until the simulator has noted `count` finished deliveries.
async fn deliveries(client: &Client, count: usize) -> Vec<Value> {
    loop {
        let made = client.control("GET", "webhooks", Value::Null).await;
        let made = made.as_array().unwrap();
        if made.len() >= count {
            return made.clone();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn every_status_of_a_session_is_sent_in_order_and_verifies() {
    let client = Client::sandbox().await;
    let (url, mut received) = receiver(&[]).await;
    let secret = destination(&client, &url).await["secret_shared_key"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(secret.len(), 43);
    let workflow = client.workflow(&["OCR", "LIVENESS"]).await;
    let session = client
        .session(&workflow, json!({ "vendor_data": "Zoë 北京" }))
        .await;
    client.finish(&session, None).await;

    for status in ["Not Started", "In Progress", "Approved"] {
        let (headers, body) = received.recv().await.unwrap();
        let payload: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(payload["status"], status);
        assert_eq!(payload["webhook_type"], "status.updated");
        assert_eq!(payload["environment"], "sandbox");
        assert_eq!(payload["vendor_data"], "Zoë 北京");
        assert_eq!(payload.get("decision").is_some(), status == "Approved");
        assert!(body.is_ascii());
        let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
        let expected = signature::sign(&secret, &body).unwrap();
        assert_eq!(header("x-signature"), expected.raw);
        assert_eq!(header("x-signature-v2"), expected.v2);
        assert_eq!(header("x-signature-simple"), expected.simple);
        assert_eq!(header("x-timestamp"), payload["timestamp"].to_string());
        assert!(header("user-agent").starts_with("DiditWebhook/"));
    }
    let made = deliveries(&client, 3).await;
    assert_eq!(made[2]["status_code"], 200);
    assert_eq!(made[2]["attempts"], 1);
}

#[tokio::test]
async fn failures_are_retried_twice_with_the_same_event_and_refusals_are_final() {
    for (answers, attempts, last) in [
        (vec![500, 404, 200], 3, 200),
        (vec![503, 503, 503, 200], 3, 503),
        (vec![400, 200], 1, 400),
        (vec![301, 200], 1, 301),
    ] {
        let client = Client::sandbox().await;
        client
            .control("PATCH", "webhooks", json!({ "retry_delay_ms": 0 }))
            .await;
        let (url, mut received) = receiver(&answers).await;
        destination(&client, &url).await;
        let workflow = client.workflow(&["OCR"]).await;
        client.session(&workflow, json!({})).await;
        let made = deliveries(&client, 1).await;
        assert_eq!(made[0]["attempts"], attempts, "{answers:?}");
        assert_eq!(made[0]["status_code"], last, "{answers:?}");
        let mut events = Vec::new();
        while let Ok((_, body)) = received.try_recv() {
            events.push(serde_json::from_slice::<Value>(&body).unwrap()["event_id"].clone());
        }
        assert_eq!(events.len(), attempts);
        assert!(events.iter().all(|event| *event == made[0]["event_id"]));
    }
}

#[tokio::test]
async fn a_receiver_that_never_answers_is_given_up_and_hosts_outside_are_never_contacted() {
    let client = Client::sandbox().await;
    client
        .control(
            "PATCH",
            "webhooks",
            json!({ "retry_delay_ms": 0, "timeout_ms": 30 }),
        )
        .await;
    // Nobody accepts on this socket, so the request is never answered.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    destination(
        &client,
        &format!("http://{}/", silent.local_addr().unwrap()),
    )
    .await;
    destination(&client, "https://receiver.invalid/hook").await;
    let workflow = client.workflow(&["OCR"]).await;
    client.session(&workflow, json!({})).await;
    let made = deliveries(&client, 2).await;
    let by_url = |start: &str| {
        made.iter()
            .find(|one| one["url"].as_str().unwrap().starts_with(start))
            .unwrap()
    };
    assert_eq!(by_url("http://127")["attempts"], 3);
    assert_eq!(by_url("http://127")["status_code"], Value::Null);
    assert_eq!(by_url("https://")["attempts"], 0);
    assert!(
        by_url("https://")["body"]
            .as_str()
            .unwrap()
            .contains("Not Started")
    );
}

#[tokio::test]
async fn resubmission_names_the_steps_and_unsubscribed_destinations_stay_silent() {
    let client = Client::sandbox().await;
    let (url, mut received) = receiver(&[]).await;
    let (quiet_url, mut quiet) = receiver(&[]).await;
    let (paused_url, mut paused) = receiver(&[]).await;
    destination(&client, &url).await;
    client
        .post(
            "/v3/webhook/destinations/",
            json!({ "label": "No events", "url": quiet_url }),
        )
        .await
        .expect(201);
    let id = destination(&client, &paused_url).await["uuid"]
        .as_str()
        .unwrap()
        .to_owned();
    client
        .patch(
            &format!("/v3/webhook/destinations/{id}/"),
            json!({ "enabled": false }),
        )
        .await
        .expect(200);
    let workflow = client.workflow(&["OCR", "LIVENESS"]).await;
    let session = client.session(&workflow, json!({})).await;
    client
        .finish(&session, Some("decline_document_expired"))
        .await;
    let path = format!(
        "/v3/session/{}/update-status/",
        session["session_id"].as_str().unwrap()
    );
    client
        .patch(&path, json!({ "new_status": "Resubmitted" }))
        .await
        .expect(200);
    deliveries(&client, 4).await;

    let mut last = Value::Null;
    while let Ok((_, body)) = received.try_recv() {
        last = serde_json::from_slice(&body).unwrap();
    }
    assert_eq!(last["status"], "Resubmitted");
    assert_eq!(
        last["resubmit_info"]["nodes_to_resubmit"],
        json!([{ "node_id": "feature_ocr_1", "feature": "OCR" }])
    );
    assert_eq!(
        last["resubmit_info"]["reasons"]["feature_ocr_1"],
        "Document expired"
    );
    assert_eq!(last.get("decision"), None);
    assert!(quiet.try_recv().is_err() && paused.try_recv().is_err());
}
