//! Values that the workflow tools refuse before anything reaches the API.

use crate::support::{
    control::{KEY, simulated},
    refused::{Case, ID, UUID, assert_refused},
    server::{Era, Setup},
};
use serde_json::json;

#[test]
fn workflows_to_create() {
    let switches: &[Case] = &[
        (json!({ "aml": [1] }), "aml", &["takes a boolean"]),
        (
            json!({ "nfc": true, "document": false }),
            "nfc",
            &["needs `document`"],
        ),
        (
            json!({ "document": false, "liveness": false, "face_match": false }),
            "document",
            &["at least one step"],
        ),
        (
            json!({ "aml_score_review_threshold": 70 }),
            "aml_score_review_threshold",
            &["needs the AML step"],
        ),
        (
            json!({ "aml": true, "aml_score_review_threshold": 60, "aml_score_approve_threshold": 70 }),
            "aml_score_approve_threshold",
            &["must not be above", "`aml_score_approve_threshold`"],
        ),
        (
            json!({ "face_match_score_decline_threshold": 101 }),
            "face_match_score_decline_threshold",
            &["from 0 to 100"],
        ),
        (
            json!({ "liveness_method": "SLOW" }),
            "liveness_method",
            &["Allowed: PASSIVE, ACTIVE_3D, FLASHING"],
        ),
        (
            json!({ "max_retry_attempts": 11 }),
            "max_retry_attempts",
            &["from 0 to 10"],
        ),
        (
            json!({ "retry_window_days": 366 }),
            "retry_window_days",
            &["from 1 to 365"],
        ),
        (
            json!({ "session_expiration_time": 60 }),
            "session_expiration_time",
            &["from 3600 to 2419200"],
        ),
        (
            json!({ "workflow_label": "x".repeat(51) }),
            "workflow_label",
            &["at most 50"],
        ),
        (
            json!({ "status": "live" }),
            "status",
            &["Allowed: draft, published"],
        ),
        (
            json!({ "workflow_type": "kyb" }),
            "workflow_type",
            &["kyc", "address_verification"],
        ),
    ];
    assert_refused("didit_workflow_create", switches);
}

#[test]
fn exact_features() {
    assert_refused(
        "didit_workflow_create",
        &[
            (
                json!({ "features": ["OCR", "SMELL"] }),
                "features.1.feature",
                &["SMELL", "FACE_MATCH"],
            ),
            (
                json!({ "features": [{ "config": {} }] }),
                "features[0].feature",
                &["is required"],
            ),
            (
                json!({ "features": ["FACE_MATCH", "OCR"] }),
                "features.0",
                &["must come after", "OCR"],
            ),
            (
                json!({ "features": ["AML", "OCR"] }),
                "features.0",
                &["cannot be the first"],
            ),
            (
                json!({ "features": ["OCR"], "aml": true }),
                "features",
                &["switches"],
            ),
            (
                json!({ "features": ["OCR", { "feature": "AML", "config": { "aml_threshold": 5 } }] }),
                "features.1.config.aml_threshold",
                &["is not a setting of AML", "aml_score_approve_threshold"],
            ),
            (
                json!({ "features": ["OCR", { "feature": "AML", "config": { "aml_score_approve_threshold": 500 } }] }),
                "features.1.config.aml_score_approve_threshold",
                &["between 0 and 100"],
            ),
        ],
    );
    assert_refused(
        "didit_workflow_update",
        &[
            (
                json!({ "workflow_id": ID, "features": ["OCR"], "aml": true }),
                "features",
                &["switches"],
            ),
            (
                json!({ "workflow_id": ID, "features": ["AML"] }),
                "features.0",
                &["cannot be the first"],
            ),
            (
                json!({ "workflow_id": "kyc", "aml": true }),
                "workflow_id",
                &[UUID],
            ),
        ],
    );
}

/// An empty change would still publish a draft.
#[test]
fn a_change_of_nothing() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era));
        let refused = server.fails("didit_workflow_update", json!({ "workflow_id": ID }));
        assert!(
            refused.text.contains("Nothing to change"),
            "{}",
            refused.text
        );
        control.assert_sent(KEY, &[]);
        server.stop();
    }
}
