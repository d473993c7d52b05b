//! Following up with people who have not finished: the plan, the one question, and nobody twice.

use std::path::Path;

use crate::support::{
    many::Many,
    scripted::Scripted,
    server::{Answer, Era, Human, Server, Setup},
};
use serde_json::{Value, json};

const TOOL: &str = "didit_session_follow_up";

/// People of every kind, three days ago unless said otherwise.
fn people() -> Many {
    let many = Many::new();
    let workflow = many.workflow("Onboarding KYC");
    many.advance_days(-3);
    let session = |vendor_data: &str, more: Value, outcome: &str| {
        let mut body = json!({ "workflow_id": workflow, "vendor_data": vendor_data });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        many.session(&body, outcome)
    };
    let mail = |name: &str| json!({ "email": format!("{name}@mail.example"), "email_lang": "es" });
    session(
        "customer-1",
        json!({
            "contact_details": mail("hugo"), "language": "es", "metadata": { "order": 7 },
            "callback": "https://shop.didit-test.local/done",
            "expected_details": { "first_name": "Hugo", "date_of_birth": "1990-02-28" },
        }),
        "Abandoned",
    );
    session("customer-2", json!({ "language": "fr" }), "Expired");
    session(
        "customer-3",
        json!({ "contact_details": mail("walt") }),
        "In Progress",
    );
    session("customer-4", json!({ "language": "de" }), "");
    // Approved since, in review, or at work on another session.
    session("customer-5", json!({}), "Abandoned");
    session("customer-5", json!({}), "approve");
    session("customer-6", json!({}), "review_face_match_borderline");
    session("customer-7", json!({}), "Expired");
    many.advance_days(3);
    session("customer-7", json!({}), "");
    session("customer-8", json!({}), "");
    many.simulator.control.requests();
    many
}

fn plan_of<'a>(answer: &'a Answer, vendor_data: &str) -> &'a str {
    let rows = answer.data["items"].as_array().unwrap();
    let row = rows.iter().find(|row| row["vendor_data"] == vendor_data);
    row.map_or("", |row| row["plan"].as_str().unwrap())
}

fn inbox(many: &Many) -> Vec<String> {
    let inbox = many.simulator.control.get("inbox");
    let mails = inbox.as_array().unwrap().iter();
    mails
        .map(|mail| mail["to"].as_str().unwrap().to_owned())
        .collect()
}

fn posts(many: &Many) -> Vec<String> {
    let sent = many.sent().into_iter();
    sent.filter(|line| line.starts_with("POST ")).collect()
}

fn asking(many: &Many, humans: &[Human]) -> Server {
    many.setup().human(humans).start()
}

/// A server whose records outlast it, in a folder that others share.
fn lasting(many: &Many, folder: &Path) -> Server {
    let credentials = folder.join("credentials.json").display().to_string();
    many.setup()
        .arguments(&["--confirm=never", "--credentials", &credentials])
        .start()
}

#[test]
fn a_plan_names_everybody_who_has_not_finished_and_sends_nothing() {
    let many = people();
    let mut server = many.server();
    let plan = server.ok(TOOL, json!({}));
    assert_answer!("desk_follow_up_plan", plan);
    assert!(posts(&many).is_empty());
    assert_eq!(inbox(&many), [""; 0]);
    let named: Vec<&Value> = plan.data["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["vendor_data"])
        .collect();
    assert_eq!(
        named,
        ["customer-1", "customer-2", "customer-3", "customer-4"]
    );
    let few = server.ok(
        TOOL,
        json!({ "people": ["customer-2"], "older_than": "2 days" }),
    );
    assert_eq!(few.data["total"], 1);
    let none = server.ok(TOOL, json!({ "older_than": "11 days" }));
    assert!(
        none.text.starts_with("Nobody to follow up with"),
        "{}",
        none.text
    );
    server.stop();
}

#[test]
fn one_question_serves_everybody_and_nobody_twice() {
    for era in Era::BOTH {
        let many = people();
        let [api, auth] = many.simulator.arguments();
        let mut server = Setup::new(era)
            .arguments(&[&api, &auth])
            .variable("DIDIT_API_KEY", &many.simulator.api_key)
            .human(&[Human::Agrees])
            .start();
        let done = server.ok(TOOL, json!({ "send": true }));
        assert_eq!(server.questions.len(), 1);
        let question = server.questions[0].to_string();
        for shown in ["hugo@mail.example", "walt@mail.example", "customer-2"] {
            assert!(question.contains(shown), "{question}");
        }
        assert!(!question.contains("customer-4"), "{question}");
        assert_eq!(done.data["done"], 3, "{}", done.text);
        assert!(plan_of(&done, "customer-1").starts_with("DONE: new session #"));
        assert!(plan_of(&done, "customer-2").contains("hand over its link"));
        assert!(plan_of(&done, "customer-3").contains("returned the open session"));
        // The simulator mails about new sessions alone.
        assert_eq!(inbox(&many), ["hugo@mail.example"]);
        let sent = posts(&many);
        assert_eq!(sent.len(), 3, "{sent:#?}");
        for part in [
            r#""callback":"https://shop.didit-test.local/done""#,
            r#""metadata":{"order":7}"#,
            r#""language":"es""#,
            r#""contact_details":{"email":"hugo@mail.example","send_notification_emails":true,"email_lang":"es"}"#,
            r#""expected_details":{"first_name":"Hugo","date_of_birth":"1990-02-28"}"#,
        ] {
            assert!(sent[0].contains(part), "{}", sent[0]);
        }
        let again = server.ok(TOOL, json!({ "send": true, "older_than": "0 hours" }));
        assert_eq!(server.questions.len(), 1, "nobody is left to ask about");
        assert!(posts(&many).is_empty(), "{}", again.text);
        assert!(again.text.contains("customer-3 (served"), "{}", again.text);
        server.stop();
    }
}

#[test]
fn a_no_sends_nothing_and_leaves_everybody_for_later() {
    let many = people();
    let mut server = asking(&many, &[Human::Declines, Human::Agrees]);
    let refused = server.fails(TOOL, json!({ "send": true }));
    assert!(
        refused.text.contains("Error (refused_by"),
        "{}",
        refused.text
    );
    assert!(posts(&many).is_empty());
    let done = server.ok(TOOL, json!({ "send": true }));
    assert_eq!(done.data["done"], 3, "{}", done.text);
    server.stop();
}

#[test]
fn a_preview_shows_no_whole_address_and_its_token_sends() {
    let many = people();
    let mut server = many.server();
    let preview = server.ok(TOOL, json!({ "send": true }));
    assert!(posts(&many).is_empty());
    assert!(
        !preview.text.contains("hugo@mail.example"),
        "{}",
        preview.text
    );
    let token = preview.field("confirmation_token").to_owned();
    let done = server.ok(TOOL, json!({ "send": true, "confirmation_token": token }));
    assert_eq!(done.data["done"], 3, "{}", done.text);
    server.stop();
}

#[test]
fn what_fails_half_way_is_told_and_only_that_is_tried_again() {
    let many = people();
    let mut server = asking(&many, &[Human::Agrees, Human::Agrees]);
    let fault = json!({ "kind": "status", "status": 400, "times": 1, "method": "POST", "path_prefix": "/v3/session/",
        "body": { "detail": "no" } });
    many.simulator.control.post("faults", &fault);
    let first = server.ok(TOOL, json!({ "send": true }));
    assert_eq!(
        (&first.data["done"], &first.data["failed"]),
        (&json!(2), &json!(1))
    );
    assert!(
        plan_of(&first, "customer-1").starts_with("FAILED"),
        "{}",
        first.text
    );
    posts(&many);
    let second = server.ok(TOOL, json!({ "send": true }));
    assert_eq!(second.data["done"], 1, "{}", second.text);
    let sent = posts(&many);
    assert_eq!(sent.len(), 1);
    assert!(sent[0].contains("customer-1"));
    server.stop();
}

#[test]
fn an_answer_that_never_came_is_not_sent_again() {
    let many = people();
    let folder = tempfile::tempdir().unwrap();
    let mut server = lasting(&many, folder.path());
    let fault =
        json!({ "kind": "not_json", "times": 1, "method": "POST", "path_prefix": "/v3/session/" });
    many.simulator.control.post("faults", &fault);
    let first = server.ok(TOOL, json!({ "send": true }));
    assert_eq!(first.data["open"], 1, "{}", first.text);
    assert!(
        plan_of(&first, "customer-1").starts_with("NOT KNOWN"),
        "{}",
        first.text
    );
    posts(&many);
    server.stop();
    let mut other = lasting(&many, folder.path());
    let second = other.ok(TOOL, json!({ "send": true, "older_than": "0 hours" }));
    assert!(
        second.text.contains("customer-1 (perhaps served"),
        "{}",
        second.text
    );
    assert!(posts(&many).iter().all(|line| !line.contains("customer-1")));
    other.stop();
}

#[test]
fn after_a_kill_the_next_run_goes_on_where_it_ended() {
    let many = people();
    let folder = tempfile::tempdir().unwrap();
    let mut server = lasting(&many, folder.path());
    // The second request of the plan never gets an answer.
    let path = folder.path().join("credentials.follow-up.jsonl");
    let fault =
        json!({ "kind": "stall", "times": 1, "method": "POST", "path_prefix": "/v3/session/" });
    many.simulator.control.post("faults", &fault);
    server.post(
        "tools/call",
        json!({ "name": TOOL, "arguments": { "send": true } }),
    );
    let started = std::time::Instant::now();
    while std::fs::read_to_string(&path)
        .unwrap_or_default()
        .is_empty()
    {
        assert!(started.elapsed().as_secs() < 60, "no record");
        std::thread::yield_now();
    }
    server.kill();
    many.simulator.control.remove_faults();
    posts(&many);
    // A line that the kill cut in half.
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.push_str("{\"event\":\"int");
    std::fs::write(&path, text).unwrap();
    let mut next = lasting(&many, folder.path());
    let done = next.ok(TOOL, json!({ "send": true }));
    assert_eq!(done.data["done"], 2, "{}", done.text);
    let sent = posts(&many);
    assert!(
        sent.iter().all(|line| !line.contains("customer-1")),
        "{sent:#?}"
    );
    let again = next.ok(TOOL, json!({ "send": true }));
    assert!(posts(&many).is_empty(), "{}", again.text);
    next.stop();
}

#[test]
fn records_that_cannot_be_read_stop_everything() {
    let many = people();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials.follow-up.jsonl");
    std::fs::write(&path, "something else\n").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let mut server = lasting(&many, folder.path());
    let error = server.fails(TOOL, json!({ "send": true }));
    assert!(error.text.contains("Error (journal)"), "{}", error.text);
    assert!(posts(&many).is_empty());
    server.stop();
}

#[test]
fn without_money_it_stops_at_the_first() {
    let didit = Scripted::start(|request| {
        let id = |number: u32| format!("00000000-0000-4000-8000-{number:012}");
        if request.line.starts_with("POST ") {
            return (
                400,
                json!({ "detail": "You don't have enough credits to perform this request. Please top up at https://business.didit.me" }),
            );
        }
        if let Some(rest) = request.line.strip_prefix("GET /v3/session/") {
            let session = rest.split('/').next().unwrap();
            return (
                200,
                json!({ "session_id": session, "status": "Expired", "workflow_id": id(9), "vendor_data": format!("customer-{session}") }),
            );
        }
        let rows: Vec<Value> = (1..=3)
            .map(|number| json!({ "session_id": id(number), "session_number": number, "status": "Expired", "vendor_data": format!("customer-{}", id(number)) }))
            .collect();
        let rows = if request.line.contains("vendor_data=") {
            vec![]
        } else {
            rows
        };
        (
            200,
            json!({ "count": rows.len(), "next": null, "results": rows }),
        )
    });
    let [api, auth] = didit.arguments();
    let mut server = Setup::new(Era::BOTH[0])
        .arguments(&[&api, &auth, "--confirm=never"])
        .variable("DIDIT_API_KEY", "test-key-poor-00000000000000000000000000")
        .start();
    let error = server.fails(TOOL, json!({ "send": true }));
    assert!(
        error.text.contains("Error (out_of_credit)"),
        "{}",
        error.text
    );
    let posts = didit.requests();
    let posts = posts
        .iter()
        .filter(|request| request.line.starts_with("POST "));
    assert_eq!(posts.count(), 1);
    server.stop();
}
