//! A decision is read by the session's number or by whose it is, as well as by its id.

use crate::support::{
    approved::DECISION,
    control::{Control, simulated},
    many::Many,
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

/// Sessions of two people called Ana, and of one called Ben whose first one was declined.
fn named_people() -> (Many, Server) {
    let many = Many::new();
    let workflow = many.workflow("Onboarding");
    for (person, first_name, last_name) in [
        (Some("c-1"), "Ana", "Ejemplo"),
        (Some("c-2"), "Ben", "Muster"),
        (Some("c-3"), "Ana", "Müller-Test"),
        (Some("c-2"), "Ben", "Muster"),
        (None, "Cara", "Sample"),
        (None, "Cara", "Sample"),
    ] {
        let mut body = json!({ "workflow_id": workflow });
        if let Some(person) = person {
            body["vendor_data"] = person.into();
        }
        let id = many.session(&body, "");
        let person = json!({ "first_name": first_name, "last_name": last_name });
        many.simulator.control.post(
            &format!("sessions/{id}/finish"),
            &json!({ "person": person }),
        );
    }
    let server = many.server();
    (many, server)
}

#[test]
fn a_name_is_enough_where_it_is_one_persons() {
    let (_many, mut server) = named_people();
    for (name, number) in [("ana ejemplo", 1), ("Müller-Test", 3), ("Ben", 4)] {
        let answer = server.ok(DECISION, json!({ "name": name }));
        assert_eq!(answer.data["session_number"], number, "{name}");
    }
    let answer = server.ok(DECISION, json!({ "name": "ben muster" }));
    assert!(answer.text.contains("also: #2"), "{}", answer.text);
    let refused = server.call(DECISION, json!({ "name": "Ana" }));
    assert!(refused.is_error);
    for words in [
        "Field: name",
        "#1 (Approved), vendor_data c-1",
        "#3 (Approved), vendor_data c-3",
    ] {
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    // Nothing says that both sessions are one person's.
    let refused = server.fails(DECISION, json!({ "name": "Cara Sample" }));
    assert!(
        refused.text.contains("#6 (Approved), #5"),
        "{}",
        refused.text
    );
    let nobody = server.call(DECISION, json!({ "name": "Anastasia" }));
    assert!(
        nobody
            .text
            .contains(r#"There is no session of a person named "Anastasia""#),
        "{}",
        nobody.text
    );
    let report = server.ok("didit_session_generate_pdf", json!({ "name": "Ben" }));
    assert!(
        report.text.contains("(#4, vendor_data c-2)"),
        "{}",
        report.text
    );
    assert!(report.text.contains("also: #2"), "{}", report.text);
    let waited = server.ok(
        "didit_session_wait_for_decision",
        json!({ "session_number": 3 }),
    );
    assert_eq!(waited.data["session_number"], 3);
    server.stop();
}
