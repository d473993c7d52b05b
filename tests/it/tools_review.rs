//! Deciding about a session, its report and its deletion through the real program. Who agrees, and how, is another file's
//! matter: here the operator has switched the question off.

use crate::support::{
    control::{Control, KEY, simulated},
    server::{Era, Server, Setup},
};
use serde_json::{Value, json};

/// A server on which decisions take effect at once, with one finished session, with what was sent for that forgotten.
fn reviewed(era: Era, scenario: &str) -> (Server, Control, String) {
    let setup = Setup::new(era).arguments(&["--confirm=never", "--allow-irreversible"]);
    let (mut server, control) = simulated(setup);
    server.ok("didit_workflow_create", json!({ "aml": true }));
    let created = server.ok("didit_session_create", json!({}));
    let session = created.field("session_id").to_owned();
    control.finish(&session, scenario);
    control.requests();
    (server, control, session)
}

/// Decides in both eras with the same arguments, which must send exactly `body` between two looks at the session.
#[track_caller]
fn assert_decided(name: &str, arguments: &Value, body: &str) {
    for era in Era::BOTH {
        let (mut server, control, session) = reviewed(era, "review_face_match_borderline");
        let mut arguments = arguments.clone();
        arguments["session_id"] = session.as_str().into();
        assert_answer!(name, server.ok("didit_session_update_status", arguments));
        control.assert_sent(
            KEY,
            &[
                &format!("GET /v3/session/{session}/decision/"),
                &format!("PATCH /v3/session/{session}/update-status/ {body}"),
                // An accepted update is no proof.
                &format!("GET /v3/session/{session}/decision/"),
            ],
        );
        server.stop();
    }
}

#[test]
fn approving_with_every_field() {
    assert_decided(
        "approve",
        &json!({
            "new_status": "Approved",
            "comment": "Same person, checked by eye.",
            "send_email": true,
            "email_address": "ana@didit-test.local",
            "email_language": "PT-br",
        }),
        concat!(
            r#"{"new_status":"Approved","comment":"Same person, checked by eye.","send_email":true,"#,
            r#""email_address":"ana@didit-test.local","email_language":"pt-BR"}"#,
        ),
    );
}

#[test]
fn declining_in_plain_words() {
    assert_decided(
        "decline",
        &json!({ "status": "decline" }),
        r#"{"new_status":"Declined"}"#,
    );
}

#[test]
fn the_number_that_the_queue_tells_names_the_session() {
    let (mut server, control, session) = reviewed(Era::Modern, "review_face_match_borderline");
    let queue = server.ok("didit_review_queue", json!({}));
    assert!(queue.text.contains("\n- #1, "), "{}", queue.text);
    let decision = json!({ "session_number": 1, "new_status": "Approved" });
    let decided = server.ok("didit_session_update_status", decision);
    assert_eq!(decided.field("session_id"), session);
    for arguments in [
        json!({}),
        json!({ "session_number": 1, "session_id": session }),
    ] {
        control.requests();
        let mut arguments = arguments;
        arguments["new_status"] = "Declined".into();
        let refused = server.fails("didit_session_update_status", arguments);
        assert!(refused.text.contains("Exactly one of"), "{}", refused.text);
        assert_eq!(control.requests().len(), 0);
    }
    server.stop();
}

#[test]
fn asking_for_everything_that_is_not_approved() {
    assert_decided(
        "resubmit",
        &json!({ "new_status": "resubmitted" }),
        r#"{"new_status":"Resubmitted"}"#,
    );
}

#[test]
fn asking_for_steps_in_words() {
    assert_decided(
        "resubmit_words",
        &json!({ "new_status": "Resubmitted", "steps": ["selfie", "Document", "face match"] }),
        concat!(
            r#"{"new_status":"Resubmitted","nodes_to_resubmit":["#,
            r#"{"node_id":"feature_liveness_1","feature":"LIVENESS"},"#,
            r#"{"node_id":"feature_face_match_1","feature":"FACE_MATCH"},"#,
            r#"{"node_id":"feature_ocr_1","feature":"OCR"}]}"#,
        ),
    );
}

#[test]
fn asking_for_steps_by_node() {
    assert_decided(
        "resubmit_nodes",
        &json!({
            "new_status": "Resubmitted",
            "nodes_to_resubmit": [
                { "node_id": "feature_ocr_1" },
                { "node_id": "feature_face_match_1", "feature": "face_match" },
            ],
        }),
        concat!(
            r#"{"new_status":"Resubmitted","nodes_to_resubmit":["#,
            r#"{"node_id":"feature_ocr_1","feature":"OCR"},"#,
            r#"{"node_id":"feature_face_match_1","feature":"FACE_MATCH"}]}"#,
        ),
    );
}

#[test]
fn the_same_link_works_again_after_a_resubmission() {
    for era in Era::BOTH {
        let (mut server, control, session) = reviewed(era, "decline_document_expired");
        let before = server.ok(
            "didit_session_get_decision",
            json!({ "session_id": session }),
        );
        assert_eq!(before.field("status"), "Declined");
        server.ok(
            "didit_session_update_status",
            json!({ "session_id": session, "new_status": "Resubmitted", "steps": ["document"] }),
        );
        let asked = server.ok(
            "didit_session_get_decision",
            json!({ "session_id": session }),
        );
        assert_eq!(asked.field("status"), "Resubmitted");
        assert!(asked.field("session_url").starts_with(&control.origin()));
        control.finish(&session, "approve");
        let after = server.ok(
            "didit_session_get_decision",
            json!({ "session_id": session }),
        );
        assert_eq!(after.field("status"), "Approved");
        server.stop();
    }
}

#[test]
fn steps_that_the_session_does_not_have() {
    for era in Era::BOTH {
        let (mut server, control, session) = reviewed(era, "review_face_match_borderline");
        let by_word = server.fails(
            "didit_session_update_status",
            json!({ "session_id": session, "new_status": "Resubmitted", "steps": ["chip"] }),
        );
        assert_answer!("resubmit_unknown_word", by_word);
        let by_node = server.fails(
            "didit_session_update_status",
            json!({ "session_id": session, "new_status": "Resubmitted",
                "nodes_to_resubmit": [{ "node_id": "feature_nfc_1" }] }),
        );
        assert_answer!("resubmit_unknown_node", by_node);
        assert_only_reads(&control);
        server.stop();
    }
}

fn assert_only_reads(control: &Control) {
    let sent = control.requests();
    assert!(
        sent.iter().all(|request| request.method == "GET"),
        "{sent:?}"
    );
}

#[test]
fn the_wrong_moment_is_said_before_anything_is_sent() {
    for era in Era::BOTH {
        for status in ["Not Started", "In Progress", "Awaiting User", "Expired"] {
            let (mut server, control, session) = reviewed(era, "approve");
            control.force(&session, status);
            let failed = server.fails(
                "didit_session_update_status",
                json!({ "session_id": session, "new_status": "Approved" }),
            );
            let name = format!("wrong_moment_{}", status.to_lowercase().replace(' ', "_"));
            assert_answer!(name, failed);
            assert_only_reads(&control);
            server.stop();
        }
        for status in ["Approved", "Declined", "Resubmitted"] {
            let (mut server, control, session) = reviewed(era, "approve");
            control.force(&session, status);
            let failed = server.fails(
                "didit_session_update_status",
                json!({ "session_id": session, "new_status": status }),
            );
            assert!(failed.text.contains("already_so"), "{}", failed.text);
            assert_only_reads(&control);
            server.stop();
        }
    }
}

#[test]
fn every_status_that_can_be_decided_is() {
    for status in [
        "In Review",
        "Kyc Expired",
        "Abandoned",
        "Resubmitted",
        "Approved",
    ] {
        let (mut server, control, session) = reviewed(Era::Modern, "approve");
        control.force(&session, status);
        let decided = server.ok(
            "didit_session_update_status",
            json!({ "session_id": session, "new_status": "Declined" }),
        );
        assert_eq!(decided.field("previous_status"), status);
        assert_eq!(decided.field("status"), "Declined");
        server.stop();
    }
}

#[test]
fn the_report_is_a_new_file_for_its_owner_alone() {
    for era in Era::BOTH {
        let (mut server, control, session) = reviewed(era, "approve");
        let saved = server.ok(
            "didit_session_generate_pdf",
            json!({ "session_id": session }),
        );
        assert_answer!("pdf", saved);
        let path = std::path::PathBuf::from(saved.field("path"));
        assert!(path.starts_with(server.output_folder().canonicalize().unwrap()));
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
        assert_eq!(saved.data["bytes"].as_u64(), Some(bytes.len() as u64));
        assert_private(&path);
        control.assert_sent(
            KEY,
            &[
                &format!("GET /v3/session/{session}/generate-pdf/"),
                &format!("GET /v3/session/{session}/decision/"),
            ],
        );

        // The same call again leaves one file, and the report of another status is another.
        let arguments = json!({ "session_id": session });
        std::fs::write(&path, "%PDF-1.4 of yesterday").unwrap();
        let again = server.ok("didit_session_generate_pdf", arguments.clone());
        assert_eq!(again.field("path"), saved.field("path"));
        assert_eq!(std::fs::read(&path).unwrap().len(), bytes.len());
        assert_private(&path);
        control.force(&session, "Declined");
        let other = server.ok("didit_session_generate_pdf", arguments.clone());
        let name = format!("session_{session}_declined.pdf");
        assert!(other.field("path").ends_with(&name), "{}", other.text);
        // What is no report is nobody's to replace.
        std::fs::write(&path, "mine").unwrap();
        control.force(&session, "Approved");
        server.fails("didit_session_generate_pdf", arguments);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        control.requests();

        let name = format!("session_{session}_approved.pdf");
        let named = json!({ "session_id": session, "file_name": name });
        let failed = server.fails("didit_session_generate_pdf", named);
        assert_answer!("pdf_there_already", failed);
        control.assert_sent(KEY, &[]);
        let named = json!({ "session_id": session, "file_name": "report-1.pdf" });
        server.ok("didit_session_generate_pdf", named);
        assert!(server.output_folder().join("report-1.pdf").is_file());
        server.stop();
    }
}

#[cfg(unix)]
fn assert_private(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(not(unix))]
fn assert_private(_: &std::path::Path) {}

#[test]
fn there_is_no_report_before_the_end() {
    for era in Era::BOTH {
        let (mut server, control, session) = reviewed(era, "approve");
        control.force(&session, "In Progress");
        let failed = server.fails(
            "didit_session_generate_pdf",
            json!({ "session_id": session }),
        );
        assert_answer!("pdf_too_early", failed);
        assert!(!server.output_folder().exists());
        server.stop();
    }
}

#[test]
fn deleting_with_every_field() {
    for era in Era::BOTH {
        let (mut server, control, session) = reviewed(era, "approve");
        let deleted = server.ok(
            "didit_session_delete",
            json!({ "session_id": session, "privacy_erasure": "true", "instruction_id": "erasure-1" }),
        );
        assert_answer!("delete", deleted);
        control.assert_sent(
            KEY,
            &[
                &format!("GET /v3/session/{session}/decision/"),
                &format!(
                    r#"DELETE /v3/session/{session}/delete/ {{"deletion_instruction":"privacy_erasure","instruction_id":"erasure-1"}}"#
                ),
            ],
        );
        let gone = server.fails("didit_session_delete", json!({ "session_id": session }));
        assert!(gone.text.contains("not_found"), "{}", gone.text);
        server.stop();
    }
}
