//! All outcomes of the sandbox through one workflow.

use crate::support::{
    control::{Control, KEY, simulated},
    many::Many,
    server::{Answer, Era, Server, Setup},
};
use serde_json::{Value, json};

const TOOL: &str = "didit_rehearse";

fn sandbox() -> (Server, Control, String) {
    let (mut server, control) = simulated(Setup::new(Era::BOTH[0]).arguments(&["--toolsets=all"]));
    let workflow = server.ok(
        "didit_workflow_create",
        json!({ "workflow_label": "Onboarding KYC", "aml": true }),
    );
    control.requests();
    (server, control, workflow.field("workflow_id").to_owned())
}

fn rows(answer: &Answer) -> Vec<Value> {
    answer.data["items"].as_array().unwrap().clone()
}

fn row(answer: &Answer, outcome: &str) -> Value {
    let mut rows = rows(answer).into_iter();
    rows.find(|row| row["outcome"] == outcome).unwrap()
}

/// Plays the armed outcome of each session that waits.
fn play(control: &Control, answer: &Answer) {
    for row in rows(answer) {
        if row["result"] == "waiting" {
            let session = row["session_id"].as_str().unwrap();
            control.post(&format!("sessions/{session}/finish"), &json!({}));
        }
    }
}

#[test]
fn every_outcome_of_a_workflow_passes_once_it_is_played() {
    let (mut server, control, _) = sandbox();
    let made = server.ok(
        TOOL,
        json!({ "workflow": "onboarding kyc", "max_wait_s": 1 }),
    );
    let posts = |control: &Control| {
        let sent = control.requests();
        sent.iter()
            .filter(|request| request.line().starts_with("POST /v3/session/"))
            .count()
    };
    assert_eq!(
        posts(&control),
        10,
        "one session for each outcome that can show"
    );
    let name = made.field("rehearsal").to_owned();
    assert_eq!([&made.data["waiting"], &made.data["pass"]], [10, 0]);
    assert_eq!(rows(&made).len(), 16);
    let skipped = row(&made, "decline_nfc_chip_not_verified");
    assert_eq!(skipped["result"], "not_applicable");
    assert_eq!(skipped["reason"], "the workflow has no NFC step");
    assert!(
        row(&made, "approve")["url"]
            .as_str()
            .unwrap()
            .starts_with("http")
    );
    assert!(
        made.text.contains("no destination receives status.updated"),
        "{}",
        made.text
    );
    play(&control, &made);
    let seen = server.ok(
        TOOL,
        json!({ "workflow": "Onboarding KYC", "rehearsal": name }),
    );
    assert_eq!(posts(&control), 0, "nothing is made twice");
    assert_eq!(
        [&seen.data["waiting"], &seen.data["pass"]],
        [0, 10],
        "{}",
        seen.text
    );
    for row in rows(&seen) {
        if row["result"] == "pass" {
            assert_eq!(row["status"], row["expected"]);
        }
    }
    let shown = seen.text.replace(&name, "NAME");
    insta::assert_snapshot!("rehearse", shown);
    server.stop();
}

#[test]
fn an_outcome_that_a_workflow_lets_pass_fails() {
    let (mut server, control, workflow) = sandbox();
    let made = server.ok(
        TOOL,
        json!({ "workflow": workflow, "outcomes": ["approve", "decline_document_expired"], "max_wait_s": 1 }),
    );
    let session = row(&made, "decline_document_expired");
    control.finish(session["session_id"].as_str().unwrap(), "approve");
    let name = made.field("rehearsal").to_owned();
    let seen = server.ok(
        TOOL,
        json!({
            "workflow": workflow, "rehearsal": format!("rehearsal-{name}"), "max_wait_s": 1,
            "outcomes": ["approve", "decline_document_expired", "approve"],
        }),
    );
    assert_eq!(
        [&seen.data["fail"], &seen.data["waiting"]],
        [1, 1],
        "{}",
        seen.text
    );
    let failed = row(&seen, "decline_document_expired");
    assert_eq!(
        [&failed["status"], &failed["expected"]],
        ["Approved", "Declined"]
    );
    assert!(
        seen.text.contains("goes on and makes nothing twice"),
        "{}",
        seen.text
    );
    assert!(
        row(&seen, "approve")["url"].is_string(),
        "the link is shown again"
    );
    server.stop();
}

#[test]
fn webhooks_are_counted() {
    let (mut server, control, workflow) = sandbox();
    let destination = json!({
        "label": "Warehouse", "url": "https://hooks.example.net/new", "webhook_version": "v3",
        "subscribed_events": ["status.updated"],
    });
    control.api("POST", "/v3/webhook/destinations/", KEY, &destination);
    let made = server.ok(
        TOOL,
        json!({ "workflow": workflow, "outcomes": ["approve"], "max_wait_s": 1 }),
    );
    assert!(
        made.text
            .contains("Webhooks: 1 destination(s) receive status.updated"),
        "{}",
        made.text
    );
    server.stop();
}

#[test]
fn a_live_application_is_never_rehearsed_in() {
    let many = Many::new();
    let workflow = many.workflow("Onboarding KYC");
    let mut server = many.setup().arguments(&["--toolsets=all"]).start();
    // Nothing tells yet what kind of application it is; Didit itself refuses.
    let error = server.fails(TOOL, json!({ "workflow": workflow, "max_wait_s": 1 }));
    assert!(error.text.contains("sandbox"), "{}", error.text);
    assert_eq!(many.count(""), 0, "no session was made");
    let session = many.session(&json!({ "workflow_id": workflow }), "approve");
    server.ok(
        "didit_session_get_decision",
        json!({ "session_id": session }),
    );
    many.sent();
    let error = server.fails(TOOL, json!({ "workflow": workflow, "max_wait_s": 1 }));
    assert!(
        error.text.contains("needs a sandbox application"),
        "{}",
        error.text
    );
    assert_eq!(many.sent(), [""; 0], "nothing was sent");
    server.stop();
}

#[test]
fn what_fails_on_the_way_is_told_and_can_be_gone_on_with() {
    let (mut server, control, workflow) = sandbox();
    for (arguments, field) in [
        (json!({ "workflow": "Nobody's" }), "workflow"),
        (
            json!({ "workflow": workflow, "outcomes": ["Let them pass!"] }),
            "outcomes",
        ),
        (
            json!({ "workflow": workflow, "rehearsal": "a b" }),
            "rehearsal",
        ),
    ] {
        let error = server.fails(TOOL, arguments);
        assert!(
            error.text.contains(&format!("Field: {field}")),
            "{}",
            error.text
        );
    }
    assert!(
        control
            .requests()
            .iter()
            .all(|request| request.line().starts_with("GET ")),
        "nothing was sent"
    );
    // Didit takes no session of whom it has on its blocklist.
    let blocked = "rehearsal-x1-decline_document_expired";
    let lists = control.api(
        "GET",
        "/v3/lists/?list_type=blocklist&entry_type=user",
        KEY,
        &json!({}),
    );
    let list = lists["results"][0]["uuid"].as_str().unwrap();
    let entries = format!("/v3/lists/{list}/entries/");
    let entry = control.api("POST", &entries, KEY, &json!({ "value": blocked }));
    let arguments = json!({
        "workflow": workflow, "rehearsal": "x1", "max_wait_s": 1,
        "outcomes": ["approve", "decline_document_expired", "decline_minimum_age"],
    });
    let made = server.ok(TOOL, arguments.clone());
    assert_eq!(
        [&made.data["waiting"], &made.data["not_run"]],
        [1, 2],
        "{}",
        made.text
    );
    let reasons = rows(&made);
    let reasons: Vec<&Value> = reasons.iter().map(|row| &row["reason"]).collect();
    assert_eq!(reasons[1], "its session failed: refused");
    assert_eq!(reasons[2], "not begun after refused");
    let entry = entry["uuid"].as_str().unwrap();
    control.api("DELETE", &format!("{entries}{entry}/"), KEY, &json!({}));
    control.requests();
    let on = server.ok(TOOL, arguments);
    assert_eq!(on.data["waiting"], 3, "{}", on.text);
    let sent = control.requests();
    let made = sent
        .iter()
        .filter(|request| request.line().starts_with("POST /v3/session/"));
    assert_eq!(made.count(), 2, "what is there is not made again");
    server.stop();
}

#[test]
fn another_workflow_does_not_pass_by_sessions_of_the_first() {
    let (mut server, control, workflow) = sandbox();
    let other = server.ok(
        "didit_workflow_create",
        json!({ "workflow_label": "Other" }),
    );
    let arguments = json!({ "workflow": workflow, "outcomes": ["approve"], "max_wait_s": 1 });
    let made = server.ok(TOOL, arguments);
    play(&control, &made);
    let seen = server.ok(
        TOOL,
        json!({ "workflow": other.field("workflow_id"), "outcomes": ["approve"],
            "rehearsal": made.field("rehearsal"), "max_wait_s": 1 }),
    );
    assert_eq!([&seen.data["pass"], &seen.data["not_run"]], [0, 1]);
    assert!(
        seen.text.contains("its session is of another workflow"),
        "{}",
        seen.text
    );
    assert!(
        seen.text.contains("without `rehearsal` begins anew"),
        "{}",
        seen.text
    );
    server.stop();
}

#[test]
fn a_link_that_ran_out_is_no_failure_and_a_name_nobody_used_is_said() {
    let (mut server, control, workflow) = sandbox();
    let arguments = |name: &str| json!({ "workflow": workflow, "outcomes": ["approve"], "rehearsal": name, "max_wait_s": 1 });
    let made = server.ok(TOOL, arguments("monday"));
    let unknown = "No session of a rehearsal \"monday\" was there";
    assert!(made.text.contains(unknown), "{}", made.text);
    let session = row(&made, "approve")["session_id"]
        .as_str()
        .unwrap()
        .to_owned();
    control.force(&session, "Expired");
    let seen = server.ok(TOOL, arguments("monday"));
    assert!(!seen.text.contains(unknown), "{}", seen.text);
    assert_eq!([&seen.data["fail"], &seen.data["not_run"]], [0, 1]);
    assert!(seen.text.contains("begins anew"), "{}", seen.text);
    assert!(
        !seen.text.contains("goes on and makes nothing twice"),
        "{}",
        seen.text
    );
    server.stop();
}

#[test]
fn a_refusal_with_a_live_key_says_so() {
    let many = Many::new();
    let workflow = many.workflow("Onboarding KYC");
    many.session(&json!({ "workflow_id": workflow }), "approve");
    let mut server = many.setup().arguments(&["--toolsets=all"]).start();
    many.simulator.control.requests();
    let refused = server.fails(TOOL, json!({ "workflow": workflow }));
    assert!(refused.text.contains("of a live one"), "{}", refused.text);
    let sessions = many.listed("");
    assert_eq!(sessions.len(), 1, "{sessions:#?}");
    server.stop();
}
