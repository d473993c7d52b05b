//! Webhooks as they arrive: the official vectors, what must fail, and what a receiver takes.

use std::net::{Ipv4Addr, SocketAddr};

use didit_mcp::{
    didit::{
        WebhookSecret,
        delivery::{Delivery, Refusal, SignatureCheck, examine, verify},
        signature::{Signatures, sign, wire_body},
    },
    receiver::{MAX_BODY_BYTES, Receiver, now},
};
use serde_json::{Value, json};

const SECRET: &str = "test-webhook-secret-0000";

fn vectors() -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("contract/webhook-vectors.json")).unwrap();
    all["vectors"].as_array().unwrap().clone()
}

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap()
}

#[test]
fn every_vector_is_recognised_by_each_of_its_signatures() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 19);
    for vector in &vectors {
        let secret = WebhookSecret::new(text(vector, "secret"));
        let delivery = Delivery {
            body: text(vector, "raw_body").as_bytes(),
            signature: Some(text(vector, "x_signature")),
            signature_v2: Some(text(vector, "x_signature_v2")),
            signature_simple: Some(text(vector, "x_signature_simple")),
            timestamp: None,
        };
        let found = examine(&secret, &delivery, 0);
        assert_eq!(
            (found.raw, found.v2, found.simple),
            (
                SignatureCheck::Matches,
                SignatureCheck::Matches,
                SignatureCheck::Matches
            ),
            "{}",
            text(vector, "name")
        );
        for (name, wrong) in vector["must_fail"].as_object().unwrap() {
            let forged = Delivery {
                signature: wrong.as_str(),
                signature_v2: wrong.as_str(),
                signature_simple: wrong.as_str(),
                ..delivery
            };
            let found = examine(&secret, &forged, 0);
            assert_eq!(
                (found.raw, found.v2, found.simple),
                (
                    SignatureCheck::Differs,
                    SignatureCheck::Differs,
                    SignatureCheck::Differs
                ),
                "{} {name}",
                text(vector, "name")
            );
        }
    }
}

fn event(sent: i64) -> String {
    wire_body(&json!({
        "event_id": uuid::Uuid::new_v4().to_string(),
        "webhook_type": "status.updated",
        "timestamp": sent,
        "session_id": "5b1f3c9a-0000-4000-8000-000000000001",
        "status": "Approved",
        "vendor_data": "José",
    }))
}

fn signed<'a>(body: &'a str, signatures: &'a Signatures) -> Delivery<'a> {
    Delivery {
        body: body.as_bytes(),
        signature: Some(&signatures.raw),
        signature_v2: Some(&signatures.v2),
        signature_simple: Some(&signatures.simple),
        timestamp: None,
    }
}

#[test]
fn a_delivery_is_taken_only_when_proved_and_fresh() {
    let secret = WebhookSecret::new(SECRET);
    let body = event(1_000_000);
    let signatures = sign(SECRET, body.as_bytes()).unwrap();
    let genuine = signed(&body, &signatures);
    let taken = verify(&secret, &genuine, 1_000_100).unwrap();
    assert_eq!(taken.status.as_deref(), Some("Approved"));
    assert_eq!(taken.vendor_data.as_deref(), Some("José"));

    let other = WebhookSecret::new("test-webhook-secret-9999");
    let unsigned = Delivery {
        signature: None,
        signature_v2: None,
        signature_simple: None,
        ..genuine
    };
    let simple_only = Delivery {
        signature: None,
        signature_v2: None,
        ..genuine
    };
    let old_header = Delivery {
        timestamp: Some("900000"),
        ..genuine
    };
    let cases = [
        (verify(&other, &genuine, 1_000_100), Refusal::WrongSignature),
        (verify(&secret, &unsigned, 1_000_100), Refusal::Unsigned),
        (
            verify(&secret, &simple_only, 1_000_100),
            Refusal::OnlySimple,
        ),
        (
            verify(&secret, &genuine, 1_000_301),
            Refusal::Stale { age_s: 301 },
        ),
        (
            verify(&secret, &genuine, 999_600),
            Refusal::Stale { age_s: -400 },
        ),
        (
            verify(&secret, &old_header, 1_000_000),
            Refusal::Stale { age_s: 100_000 },
        ),
        (
            verify(
                &secret,
                &Delivery {
                    body: b"not json",
                    ..genuine
                },
                1_000_100,
            ),
            Refusal::NotJson,
        ),
    ];
    for (outcome, expected) in cases {
        assert_eq!(outcome.unwrap_err(), expected);
    }
    assert!(
        verify(&secret, &genuine, 1_000_300).is_ok(),
        "five minutes are fresh"
    );
}

#[test]
fn a_body_that_a_proxy_wrote_anew_is_still_proved_by_the_second_signature() {
    let body = event(now());
    let signatures = sign(SECRET, body.as_bytes()).unwrap();
    let value: Value = serde_json::from_str(&body).unwrap();
    let rewritten = serde_json::to_string_pretty(&value).unwrap();
    let delivery = signed(&rewritten, &signatures);
    let found = examine(&WebhookSecret::new(SECRET), &delivery, now());
    assert_eq!(
        (found.raw, found.v2),
        (SignatureCheck::Differs, SignatureCheck::Matches)
    );
    assert!(verify(&WebhookSecret::new(SECRET), &delivery, now()).is_ok());
}

#[test]
fn a_body_without_a_time_is_not_taken() {
    let body = wire_body(&json!({"webhook_type": "status.updated"}));
    let signatures = sign(SECRET, body.as_bytes()).unwrap();
    let refusal = verify(
        &WebhookSecret::new(SECRET),
        &signed(&body, &signatures),
        now(),
    );
    assert_eq!(refusal.unwrap_err(), Refusal::Undated);
}

async fn post(address: SocketAddr, body: String, headers: &[(&str, &str)]) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut request = format!(
        "POST /hook HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    // A refusal may come before the whole body has gone out.
    let _ = stream.write_all(body.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer)
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_receiver_takes_genuine_events_once_and_nothing_else() {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut receiver = Receiver::start(address, WebhookSecret::new(SECRET))
        .await
        .unwrap();
    let address = receiver.address();

    let good = event(now());
    let signatures = sign(SECRET, good.as_bytes()).unwrap();
    let raw = [("x-signature", signatures.raw.as_str())];
    let v2 = [("x-signature-v2", signatures.v2.as_str())];
    let simple = [("x-signature-simple", signatures.simple.as_str())];
    assert_eq!(post(address, good.clone(), &raw).await, 200);
    assert_eq!(
        post(address, good.clone(), &raw).await,
        200,
        "a repeated delivery is confirmed"
    );
    assert_eq!(post(address, good.clone(), &v2).await, 200);
    assert_eq!(post(address, good.clone(), &[]).await, 401);
    assert_eq!(post(address, good.clone(), &simple).await, 401);
    assert_eq!(
        post(address, good.replace("Approved", "Declined"), &raw).await,
        401
    );

    let stale = event(now() - 3_600);
    let stale_signatures = sign(SECRET, stale.as_bytes()).unwrap();
    let headers = [("x-signature", stale_signatures.raw.as_str())];
    assert_eq!(post(address, stale, &headers).await, 401);

    let huge = format!("\"{}\"", "x".repeat(MAX_BODY_BYTES));
    let huge_signatures = sign(SECRET, huge.as_bytes()).unwrap();
    let headers = [("x-signature", huge_signatures.raw.as_str())];
    assert_eq!(post(address, huge, &headers).await, 413);

    // The last event marks the end: between the two nothing else was taken.
    let last = event(now());
    let last_signatures = sign(SECRET, last.as_bytes()).unwrap();
    let headers = [("x-signature-v2", last_signatures.v2.as_str())];
    assert_eq!(post(address, last.clone(), &headers).await, 200);
    let first_taken = receiver.next().await.unwrap();
    let second_taken = receiver.next().await.unwrap();
    assert_eq!(first_taken.body, good.as_bytes());
    assert_eq!(second_taken.body, last.as_bytes());
}

/// The signature over the bytes, computed apart from the crate.
fn raw_signature(body: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn an_odd_number_keeps_no_proved_result_back() {
    let secret = WebhookSecret::new(SECRET);
    let body = event(1_000).replace("\"vendor_data\":", "\"score\":NaN,\"vendor_data\":");
    let signature = raw_signature(&body);
    let delivery = Delivery {
        body: body.as_bytes(),
        signature: Some(&signature),
        ..Delivery::default()
    };
    let event = verify(&secret, &delivery, 1_010).unwrap();
    assert_eq!(event.status.as_deref(), Some("Approved"));
    assert_eq!(event.payload["score"], Value::Null);
    let changed = body.replace("Approved", "Declined");
    let forged = Delivery {
        body: changed.as_bytes(),
        ..delivery
    };
    assert_eq!(
        verify(&secret, &forged, 1_010),
        Err(Refusal::WrongSignature)
    );
    let page = raw_signature("<html>");
    let broken = Delivery {
        body: b"<html>",
        signature: Some(&page),
        ..Delivery::default()
    };
    assert_eq!(verify(&secret, &broken, 1_010), Err(Refusal::NotJson));
}
