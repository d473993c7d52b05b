//! A decision is read by the session's number or by whose it is, as well as by its id.

use crate::support::{
    approved::DECISION,
    control::{Control, simulated},
    refused::assert_refused,
    server::{Era, Server, Setup},
};
use serde_json::{Value, json};

/// Sessions 1 to 4: one of c-1, one of c-10, and two of c-2, of which the first was declined.
fn desk() -> (Server, Control, Vec<String>) {
    let (mut server, control) = simulated(Setup::new(Era::Modern));
    server.ok("didit_workflow_create", json!({}));
    let mut ids = Vec::new();
    for person in ["c-1", "c-10", "c-2", "c-2"] {
        let made = server.ok("didit_session_create", json!({ "vendor_data": person }));
        let id = made.field("session_id").to_owned();
        control.force(
            &id,
            if ids.len() == 2 {
                "Declined"
            } else {
                "In Review"
            },
        );
        ids.push(id);
    }
    (server, control, ids)
}

#[test]
fn a_number_and_a_person_name_the_session_that_an_id_names() {
    let (mut server, _control, ids) = desk();
    for (arguments, id) in [
        (json!({ "session_id": ids[1] }), &ids[1]),
        (json!({ "session_number": 2 }), &ids[1]),
        (json!({ "vendor_data": "c-10" }), &ids[1]),
        // A part of another person's id is not this person.
        (json!({ "vendor_data": "c-1" }), &ids[0]),
    ] {
        let answer = server.ok(DECISION, arguments.clone());
        assert_eq!(answer.field("session_id"), id, "{arguments}");
        assert!(answer.data["other_sessions"].is_null(), "{}", answer.data);
    }
    let answer = server.ok(DECISION, json!({ "vendor_data": "c-2" }));
    assert_eq!(answer.field("session_id"), ids[3], "the newest");
    assert!(
        answer
            .text
            .contains("\nThis is the person's newest session; also: #3 (Declined).\n"),
        "{}",
        answer.text
    );
    let other = json!([{ "session_id": ids[2], "session_number": 3, "status": "Declined" }]);
    assert_eq!(answer.data["other_sessions"], other);
    server.stop();
}

#[test]
fn what_names_no_session_is_said_to_name_none() {
    let (mut server, _control, _) = desk();
    for (arguments, words) in [
        (
            json!({ "session_number": 9 }),
            "There is no session #9 that this key may see.",
        ),
        (
            json!({ "vendor_data": "c" }),
            "There is no session of vendor_data \"c\" that this key may see.",
        ),
    ] {
        let error = server.fails(DECISION, arguments);
        assert!(error.text.contains(words), "{}", error.text);
    }
    server.stop();
}

#[test]
fn exactly_one_of_the_three_names_it() {
    let id = "5b1f3c9a-0000-4000-8000-000000000001";
    let both: Vec<(Value, &str, &[&str])> = vec![
        (json!({}), "session_id", &["Exactly one of"]),
        (
            json!({ "session_id": id, "session_number": 1 }),
            "session_id",
            &["Exactly one of"],
        ),
        (
            json!({ "vendor_data": "c-1", "session_number": 1 }),
            "session_id",
            &["Exactly one of"],
        ),
        (
            json!({ "session_number": "seven" }),
            "session_number",
            &["integer"],
        ),
        (
            json!({ "vendor_data": " " }),
            "vendor_data",
            &["must not be empty"],
        ),
    ];
    assert_refused(DECISION, &both);
}
