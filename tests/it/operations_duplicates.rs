//! People who share something, against what their decisions hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{
    many::Many,
    scripted::Scripted,
    server::{Answer, Era, Server, Setup},
};
use serde_json::{Value, json};

const TOOL: &str = "didit_duplicates";

fn server(many: &Many, level: &str) -> Server {
    let pii = format!("--pii={level}");
    let server = many.setup().arguments(&["--toolsets=all", &pii]).start();
    many.simulator.control.requests();
    server
}

/// The groups by what they share: the people of each.
fn groups(answer: &Answer) -> BTreeMap<String, BTreeSet<BTreeSet<String>>> {
    let mut groups: BTreeMap<String, BTreeSet<BTreeSet<String>>> = BTreeMap::new();
    for row in answer.data["items"].as_array().unwrap() {
        let people = row["people"].as_array().unwrap().iter();
        let people: BTreeSet<String> = people
            .map(|person| person["vendor_data"].as_str().unwrap().to_owned())
            .collect();
        for signal in row["signals"].as_array().unwrap() {
            let check = signal["check"].as_str().unwrap().to_owned();
            groups.entry(check).or_default().insert(people.clone());
        }
    }
    groups
}

/// A workflow that also checks phone and e-mail, with this many people, of whom every second has two sessions.
fn crowd(many: &Many, people: usize) -> Vec<String> {
    let features = [
        "OCR",
        "LIVENESS",
        "PHONE_VERIFICATION",
        "EMAIL_VERIFICATION",
    ];
    let features = features.map(|feature| json!({ "feature": feature }));
    let body = json!({ "workflow_label": "Everything", "features": features });
    let made = many.api("POST", "/v3/workflows/", &body);
    let mut sessions = Vec::new();
    for number in 0..people {
        for again in 0..=(number % 2) {
            // Every third has a phone of the office, also across people.
            let contact = if number % 3 == 0 {
                json!({ "phone": "+34600999888", "email": "office@example.com" })
            } else {
                json!({ "phone": format!("+3460011{number:04}"), "email": format!("own-{number}@example.com") })
            };
            let outcome = ["approve", "decline_document_expired"][again];
            sessions.push(many.session(
                &json!({
                    "workflow_id": made["workflow_id"],
                    "vendor_data": format!("customer-{number}"),
                    "contact_details": contact,
                }),
                outcome,
            ));
        }
    }
    sessions
}

#[test]
fn everybody_who_shares_a_value_is_found_and_nobody_else() {
    let many = Many::new();
    let sessions = crowd(&many, 9);
    let mut by_value: BTreeMap<(&str, String), BTreeSet<String>> = BTreeMap::new();
    let mut bare = BTreeSet::new();
    for session in &sessions {
        let path = format!("/v3/session/{session}/decision/");
        let decision = many.api("GET", &path, &json!({}));
        let person = decision["vendor_data"].as_str().unwrap();
        for (check, pointer) in [
            ("document", "/id_verifications/0/document_number"),
            ("phone number", "/phone_verifications/0/full_number"),
            ("e-mail address", "/email_verifications/0/email"),
        ] {
            let value = decision
                .pointer(pointer)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned();
            bare.insert(value.clone());
            by_value
                .entry((check, value))
                .or_default()
                .insert(person.to_owned());
        }
    }
    let mut expected: BTreeMap<String, BTreeSet<BTreeSet<String>>> = BTreeMap::new();
    for ((check, _), people) in by_value {
        if people.len() > 1 {
            expected.entry(check.to_owned()).or_default().insert(people);
        }
    }
    assert_eq!(
        expected.len(),
        3,
        "the people of the simulator share all three"
    );
    let mut minimal = server(&many, "minimal");
    let answer = minimal.ok(TOOL, json!({}));
    assert_eq!(groups(&answer), expected);
    let whole = format!("{}{}", answer.text, answer.data);
    for value in &bare {
        assert!(!whole.contains(value.as_str()), "{value} is masked");
    }
    assert!(answer.text.contains("proves nothing"), "{}", answer.text);
    assert!(
        many.sent().iter().all(|line| line.starts_with("GET ")),
        "only reads"
    );
    minimal.stop();
    let mut none = server(&many, "none");
    let answer = none.ok(TOOL, json!({}));
    assert_eq!(
        groups(&answer),
        expected,
        "the people are found all the same"
    );
    let rows = answer.data["items"].as_array().unwrap();
    for row in rows {
        assert!(
            row["people"]
                .as_array()
                .unwrap()
                .iter()
                .all(|it| it["name"].is_null())
        );
        assert!(
            row["signals"]
                .as_array()
                .unwrap()
                .iter()
                .all(|it| it["values"].is_null())
        );
    }
    none.stop();
}

#[test]
fn several_sessions_of_one_person_are_no_duplicates() {
    let many = Many::new();
    let workflow = many.workflow("Onboarding KYC");
    for _ in 0..3 {
        let body = json!({ "workflow_id": workflow, "vendor_data": "customer-1" });
        many.session(&body, "approve");
    }
    let mut server = server(&many, "minimal");
    let answer = server.ok(TOOL, json!({ "workflow": "onboarding kyc" }));
    assert_eq!(answer.data["total"], 0);
    assert_eq!(answer.data["looked_at"], 3);
    for missing in ["phone number", "e-mail address"] {
        let note = format!("Not looked for: {missing}; no session has such a check.");
        assert!(answer.text.contains(&note), "{}", answer.text);
    }
    server.stop();
}

const OWN: &str = "00000000-0000-4000-8000-000000000001";
const SECOND: &str = "00000000-0000-4000-8000-000000000002";
const OLDER: &str = "00000000-0000-4000-8000-000000000003";

/// An application of two sessions in the list, whose faces Didit matched with each other and with an older one.
fn matched() -> Scripted {
    Scripted::start(|request| {
        let face = |session: &str, vendor_data: Value| {
            json!({
                "session_id": session, "session_number": 7, "vendor_data": vendor_data,
                "status": "Approved", "similarity_percentage": 96.5, "source": "session",
            })
        };
        let decision = |id: &str, vendor_data: &str, matches: Value| {
            json!({
                "session_id": id, "status": "Approved", "vendor_data": vendor_data, "environment": "live",
                "liveness_checks": [{ "status": "Approved", "score": 97.0, "matches": matches }],
                "id_verifications": [{ "status": "Approved", "full_name": "Ana Ruiz" }],
            })
        };
        let row = |id: &str, number: i64, vendor_data: &str| json!({ "session_id": id, "session_number": number, "status": "Approved", "vendor_data": vendor_data });
        if request.line.contains(&format!("{OWN}/decision")) {
            let imported =
                json!({ "session_id": null, "source": "imported", "similarity_percentage": 91.0 });
            return (
                200,
                decision(
                    OWN,
                    "customer-1",
                    json!([face(SECOND, Value::Null), imported]),
                ),
            );
        }
        if request.line.contains(&format!("{SECOND}/decision")) {
            return (
                200,
                decision(
                    SECOND,
                    "customer-2",
                    json!([face(OLDER, json!("customer-3"))]),
                ),
            );
        }
        let rows = json!([row(OWN, 9, "customer-1"), row(SECOND, 8, "customer-2")]);
        (200, json!({ "count": 2, "next": null, "results": rows }))
    })
}

#[test]
fn faces_are_joined_by_what_didit_matched_also_beyond_the_period() {
    let didit = matched();
    let [api, auth] = didit.arguments();
    let mut server = Setup::new(Era::BOTH[0])
        .arguments(&[&api, &auth, "--toolsets=all"])
        .variable("DIDIT_API_KEY", "test-key-faces-0000000000000000000000000")
        .start();
    let answer = server.ok(TOOL, json!({}));
    let people: BTreeSet<String> = ["customer-1", "customer-2", "customer-3"]
        .map(str::to_owned)
        .into();
    assert_eq!(
        groups(&answer),
        BTreeMap::from([("face".to_owned(), BTreeSet::from([people]))])
    );
    let row = &answer.data["items"][0];
    assert_eq!(row["signals"][0]["similarity"], 96.5);
    assert_eq!(row["proves_nothing_alone"], false);
    assert!(
        answer
            .text
            .contains("1 further matches are with lists or imports"),
        "{}",
        answer.text
    );
    assert!(
        answer
            .text
            .contains("Not looked for: document; 2 sessions have the check and none tells a value"),
        "{}",
        answer.text
    );
    insta::assert_snapshot!("duplicates", strip_days(&answer));
    server.stop();
}

/// The text without the days of the period.
fn strip_days(answer: &Answer) -> String {
    let days = |name: &str| answer.data[name].as_str().unwrap().to_owned();
    answer
        .text
        .replace(&days("from"), "FIRST")
        .replace(&days("to"), "TODAY")
}

#[test]
fn a_cut_and_what_cannot_be_read_are_said() {
    let many = Many::new();
    let sessions = crowd(&many, 4);
    let fault = json!({
        "kind": "status", "status": 403, "times": 0,
        "path_prefix": format!("/v3/session/{}/decision/", sessions[sessions.len() - 1]),
    });
    many.simulator.control.post("faults", &fault);
    let mut server = server(&many, "minimal");
    let answer = server.ok(TOOL, json!({ "limit": 3 }));
    assert!(
        answer
            .text
            .contains("The newest 3 of 6 such sessions were looked at"),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains("1 decisions could not be read"),
        "{}",
        answer.text
    );
    assert_eq!(answer.data["looked_at"], 2);
    server.stop();
}

#[test]
fn who_shares_different_things_with_two_people_does_not_join_them() {
    let many = Many::new();
    let features = ["OCR", "PHONE_VERIFICATION"].map(|feature| json!({ "feature": feature }));
    let body = json!({ "workflow_label": "Phones", "features": features });
    let made = many.api("POST", "/v3/workflows/", &body);
    for (person, phone, document) in [
        (Some("a"), "+34600000001", "TEST-A1"),
        (Some("b"), "+34600000001", "TEST-B1"),
        (Some("b"), "+34600000002", "TEST-B1"),
        (Some("c"), "+34600000002", "TEST-C1"),
        (None, "+34600000003", "TEST-D1"),
        (None, "+34600000003", "TEST-D1"),
    ] {
        let mut body = json!({
            "workflow_id": made["workflow_id"], "contact_details": { "phone": phone },
        });
        if let Some(person) = person {
            body["vendor_data"] = person.into();
        }
        let id = many.session(&body, "");
        many.simulator.control.post(
            &format!("sessions/{id}/finish"),
            &json!({ "person": { "document_number": document } }),
        );
    }
    let mut server = server(&many, "minimal");
    let found = server.ok(TOOL, json!({}));
    let rows = found.data["items"].as_array().unwrap();
    let people = |row: &Value| -> BTreeSet<String> {
        let people = row["people"].as_array().unwrap().iter();
        people
            .map(|person| {
                person["vendor_data"]
                    .as_str()
                    .unwrap_or("nobody")
                    .to_owned()
            })
            .collect()
    };
    let all: Vec<BTreeSet<String>> = rows.iter().map(people).collect();
    let pair = |one: &str, other: &str| BTreeSet::from([one.to_owned(), other.to_owned()]);
    assert!(all.contains(&pair("a", "b")), "{}", found.text);
    assert!(all.contains(&pair("b", "c")), "{}", found.text);
    assert!(all.iter().all(|people| people.len() < 3), "{}", found.text);
    let nameless = rows
        .iter()
        .find(|row| people(row).contains("nobody"))
        .unwrap();
    assert_eq!(nameless["may_be_one_person"], true);
    assert!(found.text.contains("may be one person"), "{}", found.text);
    server.stop();
}
