//! Creating workflows through the real program: what is sent, byte for byte, and what is answered.

use crate::support::{
    control::{KEY, simulated},
    server::{Era, Setup},
};
use serde_json::{Value, json};

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
        let read_back = format!("GET /v3/workflows/{}/", created.field("uuid"));
        control.assert_sent(KEY, &[&format!("POST /v3/workflows/ {body}"), &read_back]);
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

#[test]
fn the_words_of_older_documentation_still_work() {
    assert_created(
        "create_old_words",
        &json!({
            "workflow_label": "Old words",
            "workflow_type": "kyc",
            "is_liveness_enabled": true,
            "face_liveness_method": "PASSIVE",
            "is_face_match_enabled": true,
            "face_match_score_decline_threshold": 50,
            "is_aml_enabled": true,
            "aml_decline_threshold": 70,
            "max_retry_attempts": 3,
        }),
        &format!(
            r#"{{"workflow_label":"Old words","features":[{OCR},{LIVENESS},{FACE_MATCH},{{"feature":"AML","config":{{"aml_score_approve_threshold":70,"aml_score_review_threshold":70}}}}],"max_retry_attempts":3}}"#
        ),
    );
}

#[test]
fn every_switch_and_setting() {
    assert_created(
        "create_all_switches",
        &json!({
            "workflow_label": "Everything",
            "document": true,
            "liveness": true,
            "liveness_method": "flashing",
            "face_liveness_score_decline_threshold": "31",
            "face_match": "true",
            "face_match_score_decline_threshold": 40,
            "face_match_score_review_threshold": 60,
            "nfc": true,
            "aml": true,
            "aml_score_approve_threshold": 75,
            "aml_score_review_threshold": 95,
            "phone": true,
            "email": true,
            "proof_of_address": true,
            "age_estimation": false,
            "database_validation": true,
            "ip_analysis": true,
            "is_default": true,
            "status": "draft",
            "is_white_label_enabled": false,
            "is_desktop_allowed": true,
            "max_retry_attempts": 0,
            "retry_window_days": 14,
            "session_expiration_time": 86400,
        }),
        concat!(
            r#"{"workflow_label":"Everything","is_default":true,"status":"draft","features":["#,
            r#"{"feature":"OCR"},{"feature":"NFC"},"#,
            r#"{"feature":"LIVENESS","config":{"face_liveness_method":"FLASHING","face_liveness_score_decline_threshold":31}},"#,
            r#"{"feature":"FACE_MATCH","config":{"face_match_score_decline_threshold":40,"face_match_score_review_threshold":60}},"#,
            r#"{"feature":"PROOF_OF_ADDRESS"},{"feature":"PHONE_VERIFICATION"},{"feature":"EMAIL_VERIFICATION"},"#,
            r#"{"feature":"DATABASE_VALIDATION"},"#,
            r#"{"feature":"AML","config":{"aml_score_approve_threshold":75,"aml_score_review_threshold":95}},"#,
            r#"{"feature":"IP_ANALYSIS"}],"#,
            r#""is_white_label_enabled":false,"is_desktop_allowed":true,"max_retry_attempts":0,"retry_window_days":14,"session_expiration_time":86400}"#,
        ),
    );
}

#[test]
fn exact_features_go_as_they_are() {
    assert_created(
        "create_exact",
        &json!({
            "workflow_label": "Exact",
            "features": [
                "ocr",
                { "feature": "LIVENESS", "config": { "face_liveness_method": "ACTIVE_3D" } },
                { "feature": "face_match" },
                { "feature": "IP_ANALYSIS", "config": {} },
            ],
        }),
        concat!(
            r#"{"workflow_label":"Exact","features":[{"feature":"OCR"},"#,
            r#"{"feature":"LIVENESS","config":{"face_liveness_method":"ACTIVE_3D"}},"#,
            r#"{"feature":"FACE_MATCH"},{"feature":"IP_ANALYSIS"}],"max_retry_attempts":3}"#,
        ),
    );
}

#[test]
fn other_kinds_of_workflow() {
    for (kind, features) in [
        (
            "adaptive_age_verification",
            r#"{"feature":"AGE_ESTIMATION"}"#,
        ),
        ("address_verification", r#"{"feature":"PROOF_OF_ADDRESS"}"#),
        ("phone_verification", r#"{"feature":"PHONE_VERIFICATION"}"#),
        ("email_verification", r#"{"feature":"EMAIL_VERIFICATION"}"#),
    ] {
        let (mut server, control) = simulated(Setup::new(Era::Modern));
        let created = server.ok("didit_workflow_create", json!({ "workflow_type": kind }));
        control.assert_sent(
            KEY,
            &[
                &format!(
                    r#"POST /v3/workflows/ {{"workflow_label":"KYC","features":[{features}],"max_retry_attempts":3}}"#
                ),
                &format!("GET /v3/workflows/{}/", created.field("uuid")),
            ],
        );
        server.stop();
    }
}
