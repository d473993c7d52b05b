//! Lists of sessions, oldest first, against what the simulator really holds.

use crate::support::{
    many::Many,
    scripted::Scripted,
    server::{Answer, Era, Setup},
};
use serde_json::{Value, json};

const TOOL: &str = "didit_session_list";

fn numbers(answer: &Answer) -> Vec<i64> {
    let items = answer.data["items"].as_array().unwrap().iter();
    items
        .map(|row| row["session_number"].as_i64().unwrap())
        .collect()
}

fn sessions(many: &Many) {
    let workflow = many.workflow("Onboarding KYC");
    many.advance_days(-9);
    for number in 0..9 {
        let outcome = if number % 2 == 0 {
            "review_face_match_borderline"
        } else {
            "approve"
        };
        let body = json!({ "workflow_id": workflow, "vendor_data": format!("customer-{number}") });
        many.session(&body, outcome);
        many.advance_days(1);
    }
}

#[test]
fn its_pages_cover_everybody_once_from_the_oldest_on() {
    let many = Many::new();
    sessions(&many);
    let all: Vec<i64> = many
        .listed("")
        .iter()
        .map(|row| row["session_number"].as_i64().unwrap())
        .collect();
    let mut server = many.server();
    let mut seen = Vec::new();
    let mut arguments = json!({ "order": "oldest", "limit": 4 });
    loop {
        let page = server.ok(TOOL, arguments);
        seen.extend(numbers(&page));
        assert!(page.text.contains("oldest first"), "{}", page.text);
        assert_eq!(page.data["total"], 9);
        let Some(cursor) = page.data["next_cursor"].as_str() else {
            break;
        };
        assert!(page.text.contains(cursor), "{}", page.text);
        arguments = json!({ "order": "oldest", "limit": 4, "cursor": cursor });
    }
    assert_eq!(seen, all);
    let first = server.ok(
        TOOL,
        json!({ "order": "oldest", "limit": 1, "status": ["In Review"] }),
    );
    assert_eq!(first.data["items"][0]["age"], "9 d");
    assert_eq!(first.data["items"][0]["checks"], json!(["face match"]));
    assert!(
        first.text.contains("(9 d ago): face match"),
        "{}",
        first.text
    );
    assert_eq!(first.data["total"], 5);
    // A cursor of the other order leads elsewhere.
    let other = json!({ "order": "oldest", "cursor": "offset-4" });
    assert!(server.fails(TOOL, other).text.contains("cursor"));
    let newest = server.ok(TOOL, json!({ "limit": 9 }));
    let mut turned = numbers(&newest);
    turned.reverse();
    assert_eq!(turned, all);
    server.stop();
}

#[test]
fn where_didit_does_not_count_the_oldest_is_not_guessed() {
    let api = Scripted::start(|request| {
        let row = json!({ "session_id": "11111111-2222-4333-8444-555555555555", "status": "Approved", "session_number": 7 });
        let rows: Vec<Value> = vec![row];
        let is_end = request.line.contains("offset=");
        let next = (!is_end).then_some("https://verification.didit.me/v3/sessions/?offset=1");
        (
            200,
            json!({ "count": 100, "next": next, "previous": null, "results": rows }),
        )
    });
    let [base, auth] = api.arguments();
    let mut server = Setup::new(Era::Modern)
        .arguments(&[&base, &auth])
        .variable("DIDIT_API_KEY", "test-key-of-the-oldest")
        .start();
    let error = server.fails(TOOL, json!({ "order": "oldest" }));
    assert!(error.text.contains("stops counting"), "{}", error.text);
    let error = server.fails(TOOL, json!({ "order": "oldest", "session_kind": "all" }));
    assert!(error.text.contains("one session_kind"), "{}", error.text);
    server.stop();
}
