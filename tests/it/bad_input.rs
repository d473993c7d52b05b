//! Arguments that no tool takes, through the real program: unknown, missing, or of a wrong shape. The answer names the argument
//! and what it takes, and nothing reaches the API. Arguments in another shape that means the same are taken.

use crate::support::{
    control::{KEY, simulated},
    refused::{Case, ID, UUID, assert_refused},
    server::{Era, Setup},
};
use serde_json::json;

#[test]
fn an_argument_that_does_not_exist() {
    let unknown: &[&str] = &["is not an argument"];
    for (tool, arguments) in [
        ("didit_account_status", json!({ "surplus": 1 })),
        (
            "didit_account_register",
            json!({ "email": "a@didit-test.local", "surplus": 1 }),
        ),
        (
            "didit_account_verify_email",
            json!({ "code": "ABC123", "surplus": 1 }),
        ),
        ("didit_account_login", json!({ "surplus": 1 })),
        ("didit_workflow_list", json!({ "surplus": 1 })),
        (
            "didit_workflow_get",
            json!({ "workflow_id": ID, "surplus": 1 }),
        ),
        ("didit_workflow_create", json!({ "surplus": 1 })),
        (
            "didit_workflow_update",
            json!({ "workflow_id": ID, "surplus": 1 }),
        ),
        (
            "didit_workflow_delete",
            json!({ "workflow_id": ID, "surplus": 1 }),
        ),
        ("didit_session_create", json!({ "surplus": 1 })),
        ("didit_session_list", json!({ "surplus": 1 })),
        (
            "didit_session_get_decision",
            json!({ "session_id": ID, "surplus": 1 }),
        ),
        (
            "didit_session_wait_for_decision",
            json!({ "session_id": ID, "surplus": 1 }),
        ),
        (
            "didit_session_update_status",
            json!({ "session_id": ID, "new_status": "Approved", "surplus": 1 }),
        ),
        (
            "didit_session_generate_pdf",
            json!({ "session_id": ID, "surplus": 1 }),
        ),
        (
            "didit_session_delete",
            json!({ "session_id": ID, "surplus": 1 }),
        ),
        ("didit_blocklist_list", json!({ "surplus": 1 })),
        (
            "didit_blocklist_add",
            json!({ "session_id": ID, "surplus": 1 }),
        ),
        (
            "didit_blocklist_remove",
            json!({ "session_id": ID, "surplus": 1 }),
        ),
        ("didit_billing_get_balance", json!({ "surplus": 1 })),
        (
            "didit_billing_top_up",
            json!({ "amount_in_dollars": 50, "surplus": 1 }),
        ),
    ] {
        assert_refused(tool, &[(arguments, "surplus", unknown)]);
    }
    // Secrets are never arguments.
    assert_refused(
        "didit_account_register",
        &[(
            json!({ "email": "a@didit-test.local", "password": "test" }),
            "password",
            unknown,
        )],
    );
    // What is left out deep inside would be lost just as silently.
    assert_refused(
        "didit_session_create",
        &[
            (
                json!({ "contact_details": { "fax": "1" } }),
                "contact_details.fax",
                &["is not an argument", "Allowed: ", "email_lang"],
            ),
            (
                json!({ "expected_details": { "surname": "Muestra" } }),
                "expected_details.surname",
                &["is not an argument", "last_name"],
            ),
        ],
    );
}

#[test]
fn an_argument_that_is_missing() {
    let required: &[&str] = &["is required"];
    for (tool, field) in [
        ("didit_account_register", "email"),
        ("didit_account_verify_email", "code"),
        ("didit_workflow_get", "workflow_id"),
        ("didit_workflow_update", "workflow_id"),
        ("didit_workflow_delete", "workflow_id"),
        ("didit_session_delete", "session_id"),
        ("didit_billing_top_up", "amount_in_dollars"),
    ] {
        assert_refused(
            tool,
            &[
                (json!({}), field, required),
                (json!({ field: null }), field, required),
            ],
        );
    }
    for tool in [
        "didit_session_get_decision",
        "didit_session_wait_for_decision",
        "didit_session_generate_pdf",
    ] {
        let exactly_one: &[&str] =
            &["Exactly one of `session_id`, `session_number`, `vendor_data` and `name`"];
        assert_refused(
            tool,
            &[
                (json!({}), "session_id", exactly_one),
                (json!({ "session_id": null }), "session_id", exactly_one),
                (
                    json!({ "name": "Ana", "session_number": 1 }),
                    "session_id",
                    exactly_one,
                ),
            ],
        );
    }
    assert_refused(
        "didit_session_update_status",
        &[
            (
                json!({ "new_status": "Approved" }),
                "session_id",
                &["Exactly one of `session_id` and `session_number`"],
            ),
            (
                json!({ "session_id": ID }),
                "new_status",
                &["is required", "Allowed: Approved, Declined, Resubmitted"],
            ),
        ],
    );
}

#[test]
fn ids_that_are_none() {
    for (tool, field) in [
        ("didit_workflow_get", "workflow_id"),
        ("didit_workflow_delete", "workflow_id"),
        ("didit_session_get_decision", "session_id"),
        ("didit_session_wait_for_decision", "session_id"),
        ("didit_session_generate_pdf", "session_id"),
        ("didit_session_delete", "session_id"),
        ("didit_blocklist_add", "session_id"),
        ("didit_blocklist_remove", "session_id"),
        ("didit_account_login", "application_id"),
    ] {
        let cases: Vec<Case> = [
            json!("42"),
            json!(42),
            json!("../../lists"),
            json!(ID.replace('-', "")),
            json!(format!("{ID}/delete")),
            json!(format!("{{{ID}}}")),
        ]
        .into_iter()
        .map(|id| (json!({ field: id }), field, &[UUID][..]))
        .collect();
        assert_refused(tool, &cases);
    }
}

/// Clients send numbers and switches as text, lists as one text, and lists as JSON in text.
#[test]
fn other_shapes_that_mean_the_same() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era));
        for arguments in [
            json!({ "limit": "5", "status": "approved, in review" }),
            json!({ "limit": 5.0, "status": ["Approved", "In Review"] }),
            json!({ "limit": " 5 ", "status": "[\"APPROVED\", \"in_review\"]" }),
            json!({ "limit": 5, "status": ["approved", "IN-REVIEW"], "cursor": null }),
        ] {
            server.ok("didit_session_list", arguments);
            control.assert_sent(
                KEY,
                &["GET /v3/sessions/?limit=5&status=Approved%2CIn+Review"],
            );
        }
        for arguments in [
            json!({ "workflow_label": "Same", "aml": "true", "max_retry_attempts": "2" }),
            json!({ "workflow_label": "Same", "aml": "Yes", "max_retry_attempts": 2.0 }),
            json!({ "name": "Same", "is_aml_enabled": 1, "max_retry_attempts": 2 }),
            json!({ "label": "Same", "aml": true, "max_retry_attempts": 2, "liveness_method": "passive" }),
        ] {
            let created = server.call("didit_workflow_create", arguments.clone());
            assert!(!created.is_error, "{arguments}: {}", created.text);
            control.assert_sent(
                KEY,
                &[
                concat!(
                    r#"POST /v3/workflows/ {"workflow_label":"Same","features":[{"feature":"OCR"},"#,
                    r#"{"feature":"LIVENESS","config":{"face_liveness_method":"PASSIVE"}},"#,
                    r#"{"feature":"FACE_MATCH","config":{"face_match_score_decline_threshold":50}},"#,
                    r#"{"feature":"AML"}],"max_retry_attempts":2}"#,
                ),
                &format!("GET /v3/workflows/{}/", created.field("uuid")),
                ],
            );
        }
        server.stop();
    }
}

#[test]
fn the_exact_name_wins_over_its_older_one() {
    let (mut server, control) = simulated(Setup::new(Era::Modern));
    let both = json!({ "workflow_label": "Exact", "label": "Older" });
    let refused = server.fails("didit_workflow_create", both);
    assert!(refused.text.contains("Field: label"), "{}", refused.text);
    control.assert_sent(KEY, &[]);
    server.stop();
}
