//! What a question to a human is built from.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};

use super::PersonFacts;
use crate::{
    didit::Decision,
    tools::personal::{
        Outlet::{Conversation, Question},
        PersonalData::{Full, Minimal, None as Nothing},
    },
};

const OTHER: &str = "5b1f3c9a-0000-4000-8000-000000000009";

fn decision() -> Value {
    json!({
        "status": "In Review", "vendor_data": "c-1",
        "expected_details": { "first_name": "Ana", "last_name": "Ruiz", "date_of_birth": "1990-01-15", "nationality": "ESP",
            "country": "GBR" },
        "id_verifications": [
            { "status": "Approved", "full_name": "Marcus \"M\" Fictional", "date_of_birth": "1979-01-17",
              "nationality": "ES", "issuing_state": "GBD", "document_number": "TEST1" },
            { "status": "Approved", "first_name": "Eva", "last_name": " " },
        ],
        "liveness_checks": [{ "status": "In Review", "warnings": [{ "risk": "DUPLICATED_FACE", "log_type": "warning" }],
            "matches": [{ "session_id": OTHER, "vendor_data": "c-9", "status": "Approved" }] }],
        "aml_screenings": [{ "status": "In Review", "total_hits": 1 }],
    })
}

fn facts(decision: &Value) -> PersonFacts {
    PersonFacts::of(&Decision::from_value(decision).unwrap())
}

#[test]
fn what_a_human_should_know_stands_in_lines_by_level() {
    let facts = facts(&decision());
    assert_eq!(facts.name.as_deref(), Some("Marcus \"M\" Fictional"));
    assert_eq!(
        facts.other_names,
        [("document 2".to_owned(), "Eva".to_owned())]
    );
    assert_eq!(facts.matching, ["nationality"]);
    let shown = |level, outlet| -> Vec<String> {
        let lines = facts.warnings();
        lines.iter().map(|line| line.shown(level, outlet)).collect()
    };
    let whole = [
        "Not as expected: the name (document) differs; expected \"Ana Ruiz\"; found \"Marcus \\u{22}M\\u{22} Fictional\"",
        "Not as expected: the birth date (document) differs; expected \"1990-01-15\"; found \"1979-01-17\"",
        "Not as expected: the name (document 2) differs; expected \"Ana Ruiz\"; found \"Eva\"",
        "Compare by eye: the country (document); expected \"GBR\"; found \"GBD\"",
        "Another name (document 2): \"Eva\"",
        "The face was also seen in a session of ANOTHER customer, vendor_data \"c-9\": \
         5b1f3c9a-0000-4000-8000-000000000009, Approved.",
    ];
    assert_eq!(shown(Nothing, Question), whole);
    assert_eq!(shown(Minimal, Conversation), whole);
    assert_eq!(shown(Full, Conversation), whole);
    let hidden = shown(Nothing, Conversation).join("\n");
    for value in ["Ana", "Marcus", "Eva", "1990", "GBD", "c-9"] {
        assert!(!hidden.contains(value), "{value}: {hidden}");
    }
}

/// An agreement is about what was seen, so whatever a human would judge by must change it.
#[test]
fn what_was_seen_changes_with_everything_that_counts() {
    let before = facts(&decision()).seen;
    assert_eq!(facts(&decision()).seen, before);
    for (pointer, value) in [
        ("/status", json!("Approved")),
        ("/id_verifications/0/full_name", json!("Ana Ruiz")),
        ("/id_verifications/0/document_number", json!("TEST2")),
        ("/id_verifications/0/date_of_birth", json!("1990-01-15")),
        ("/id_verifications/1/first_name", json!("Ada")),
        ("/id_verifications/0/status", json!("Declined")),
        (
            "/liveness_checks/0/warnings/0/risk",
            json!("LIVENESS_FACE_ATTACK"),
        ),
        ("/liveness_checks/0/warnings/0/log_type", json!("error")),
        ("/liveness_checks/0/matches/0/session_id", Value::Null),
        ("/aml_screenings/0/total_hits", json!(2)),
        ("/aml_screenings/0/hits", json!([{}])),
        ("/locations", json!([{ "status": "Declined" }])),
        (
            "/warnings",
            json!([{ "risk": "NEW", "log_type": "warning" }]),
        ),
    ] {
        let mut changed = decision();
        match changed.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => {
                let (parent, key) = pointer.rsplit_once('/').unwrap();
                let parent = changed.pointer_mut(parent).unwrap();
                parent[key] = value;
            }
        }
        assert_ne!(facts(&changed).seen, before, "{pointer}");
    }
}
