//! What a decision does to a person's mailbox, and what is said of it, before a human agrees and afterwards.

use crate::support::{
    control::{Control, simulated},
    server::{Answer, Era, Server, Setup},
};
use serde_json::{Value, json};

const TOOL: &str = "didit_session_update_status";
const ADDRESS: &str = "ana@didit-test.local";

/// A server with one session in review, whose person can be written to.
fn in_review(era: Era, confirm: &str) -> (Server, Control, String) {
    let (server, control) = simulated(Setup::new(era).arguments(&[confirm]));
    with_session(server, control)
}

fn with_session(mut server: Server, control: Control) -> (Server, Control, String) {
    server.ok("didit_workflow_create", json!({ "aml": true }));
    let created = server.ok(
        "didit_session_create",
        json!({ "contact_details": { "email": ADDRESS } }),
    );
    let session = created.field("session_id").to_owned();
    control.finish(&session, "review_face_match_borderline");
    control.requests();
    (server, control, session)
}

/// The bodies of what was sent to this part of a path.
fn bodies(control: &Control, part: &str) -> Vec<Value> {
    let sent = control.requests().into_iter();
    sent.filter(|request| request.path.contains(part))
        .map(|request| serde_json::from_str(&request.body).unwrap())
        .collect()
}

/// The question, and what happened after a yes.
fn agreed(server: &mut Server, mut arguments: Value) -> (Answer, Answer) {
    let preview = server.ok(TOOL, arguments.clone());
    assert_eq!(preview.data["done"], false, "{}", preview.text);
    arguments["confirmation_token"] = preview.field("confirmation_token").into();
    let answer = server.ok(TOOL, arguments);
    (preview, answer)
}

fn resubmission(session: &str) -> Value {
    json!({ "session_id": session, "new_status": "Resubmitted", "steps": ["selfie"], "send_email": true })
}

/// A human reads the very e-mail, and what is sent is bound to it; the receipt for it is nobody's business.
#[test]
fn the_e_mail_is_shown_before_it_is_sent() {
    for era in Era::BOTH {
        let (server, control) = simulated(Setup::new(era).arguments(&["--confirm=preview"]));
        control.post("mode", &json!({ "mode": "live" }));
        control.post("balance", &json!({ "amount": 100 }));
        let (mut server, control, session) = with_session(server, control);
        let (preview, answer) = agreed(&mut server, resubmission(&session));
        assert_answer!("mail_preview", preview);
        assert_answer!("mail_sent", answer);
        let sent = control.requests();
        let paths = |part: &str| sent.iter().filter(|one| one.path.contains(part)).count();
        assert_eq!(
            paths("resubmission-preview"),
            2,
            "once for the question, once for the change"
        );
        let change = sent.iter().find(|one| one.path.contains("update-status"));
        let change: Value = serde_json::from_str(&change.unwrap().body).unwrap();
        let receipt = change["email_preview_token"].as_str().unwrap().to_owned();
        let said: String = server.transcript.iter().map(Value::to_string).collect();
        assert!(!said.contains(&receipt), "the receipt was said");
        let mails = control.get("inbox");
        assert_eq!(mails.as_array().unwrap().last().unwrap()["to"], ADDRESS);
        // The link in the e-mail is the person's own; a model reads the preview.
        assert!(!preview.text.contains("/session/"), "{}", preview.text);
        server.stop();
    }
}

#[test]
fn in_the_sandbox_nobody_is_written_to() {
    for era in Era::BOTH {
        let (mut server, _, session) = in_review(era, "--confirm=preview");
        let (preview, answer) = agreed(&mut server, resubmission(&session));
        assert_answer!("mail_sandbox_preview", preview);
        assert_answer!("mail_sandbox", answer);
        server.stop();
    }
}

/// Between the question and the change the e-mail may have become another one; then nothing happens.
#[test]
fn an_e_mail_that_changed_is_not_sent() {
    for era in Era::BOTH {
        let (mut server, control, session) = in_review(era, "--confirm=never");
        let conflict = json!({ "detail": "The preview is no longer valid." });
        control.post(
            "faults",
            &json!({ "kind": "status", "status": 409, "method": "PATCH", "body": conflict }),
        );
        let failed = server.fails(TOOL, resubmission(&session));
        assert_answer!("mail_changed", failed);
        // Asked once more, it goes through.
        server.ok(TOOL, resubmission(&session));
        server.stop();
    }
}

/// A service without previews is asked all the same, without a receipt.
#[test]
fn an_older_service_has_no_preview() {
    let (mut server, control, session) = in_review(Era::Modern, "--confirm=never");
    control.post(
        "faults",
        &json!({ "kind": "status", "status": 404, "path_prefix": format!("/v3/session/{session}/resubmission-preview/") }),
    );
    let answer = server.ok(TOOL, resubmission(&session));
    assert!(
        answer.text.contains("Didit was asked to write"),
        "{}",
        answer.text
    );
    let sent = bodies(&control, "update-status");
    assert_eq!(sent[0].get("email_preview_token"), None);
    assert_eq!(sent[0]["send_email"], true);
    server.stop();
}

#[test]
fn steps_that_need_nobody_are_not_asked_of_the_person() {
    for era in Era::BOTH {
        let (mut server, control, session) = in_review(era, "--confirm=preview");
        let mut arguments = resubmission(&session);
        arguments["steps"] = json!(["aml"]);
        let (preview, answer) = agreed(&mut server, arguments);
        assert_answer!("resubmit_by_itself_preview", preview);
        assert_answer!("resubmit_by_itself", answer);
        assert_eq!(answer.data["status"], "In Review", "as the session stands");
        assert_eq!(control.get("inbox"), json!([]));
        server.stop();
    }
}

/// An accepted update proves nothing: the session is read again.
#[test]
fn what_did_not_happen_is_not_said_to_have_happened() {
    for era in Era::BOTH {
        let (mut server, control, session) = in_review(era, "--confirm=never");
        let answered = |status: u16, body: Value| {
            control.post(
                "faults",
                &json!({ "kind": "status", "status": status, "method": "PATCH", "body": body }),
            )
        };
        let approval = json!({ "session_id": session, "new_status": "Approved" });
        answered(200, json!({ "session_id": session }));
        let failed = server.fails(TOOL, approval.clone());
        assert_answer!("accepted_without_effect", failed);
        answered(
            400,
            json!(["The new status is the same as the current status."]),
        );
        let failed = server.fails(TOOL, approval.clone());
        assert!(failed.text.contains("already_so"), "{}", failed.text);
        let read = server.ok(
            "didit_session_get_decision",
            json!({ "session_id": session }),
        );
        assert_eq!(read.data["status"], "In Review");
        server.ok(TOOL, approval);
        server.stop();
    }
}

/// Didit knows an address, so none has to be given.
#[test]
fn the_address_may_be_didits_own() {
    let (mut server, control, session) = in_review(Era::Modern, "--confirm=never");
    let answer = server.ok(
        TOOL,
        json!({ "session_id": session, "new_status": "Approved", "send_email": true }),
    );
    assert!(
        answer.text.contains("Didit was asked to write"),
        "{}",
        answer.text
    );
    let sent = bodies(&control, "update-status");
    assert_eq!(
        sent,
        [json!({ "new_status": "Approved", "send_email": true })]
    );
    server.stop();
}
