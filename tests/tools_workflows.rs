//! The workflow tools through the real program: what they send, byte for byte, and what they answer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support {
    pub mod control;
    pub mod server;
    pub mod shown;
}

use serde_json::{Value, json};
use support::{
    control::{KEY, simulated},
    server::{Era, Setup},
};

const OCR: &str = r#"{"feature":"OCR"}"#;
const LIVENESS: &str = r#"{"feature":"LIVENESS","config":{"face_liveness_method":"PASSIVE"}}"#;
const FACE_MATCH: &str =
    r#"{"feature":"FACE_MATCH","config":{"face_match_score_decline_threshold":50}}"#;

/// Creates a workflow in both eras with the same arguments, which must send exactly `body`.
#[track_caller]
fn assert_created(name: &str, arguments: &Value, body: &str) {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era));
        let created = server.ok("didit_workflow_create", arguments.clone());
        control.assert_sent(KEY, &[&format!("POST /v3/workflows/ {body}")]);
        assert_answer!(name, created);
        server.stop();
    }
}

#[test]
fn plain_kyc() {
    assert_created(
        "create_plain",
        &json!({ "workflow_label": "Plain KYC" }),
        &format!(
            r#"{{"workflow_label":"Plain KYC","features":[{OCR},{LIVENESS},{FACE_MATCH}],"max_retry_attempts":3}}"#
        ),
    );
}

#[test]
fn kyc_with_watch_lists() {
    assert_created(
        "create_aml",
        &json!({ "workflow_label": "KYC and AML", "aml": true }),
        &format!(
            r#"{{"workflow_label":"KYC and AML","features":[{OCR},{LIVENESS},{FACE_MATCH},{{"feature":"AML"}}],"max_retry_attempts":3}}"#
        ),
    );
}

#[test]
fn kyc_with_phone_and_email() {
    assert_created(
        "create_contacts",
        &json!({ "workflow_label": "KYC and contacts", "phone": true, "email": true }),
        &format!(
            r#"{{"workflow_label":"KYC and contacts","features":[{OCR},{LIVENESS},{FACE_MATCH},{{"feature":"PHONE_VERIFICATION"}},{{"feature":"EMAIL_VERIFICATION"}}],"max_retry_attempts":3}}"#
        ),
    );
}

#[test]
fn kyc_with_the_chip() {
    assert_created(
        "create_nfc",
        &json!({ "workflow_label": "KYC and chip", "nfc": true }),
        &format!(
            r#"{{"workflow_label":"KYC and chip","features":[{OCR},{{"feature":"NFC"}},{LIVENESS},{FACE_MATCH}],"max_retry_attempts":3}}"#
        ),
    );
}
