//! Other thresholds over past sessions, against the same sessions really run under them.

use std::collections::BTreeMap;

use crate::support::{
    many::Many,
    server::{Answer, Server},
};
use serde_json::{Value, json};

const TOOL: &str = "didit_workflow_what_if";
/// What people show, one after the other.
const SCENARIOS: [&str; 8] = [
    "approve",
    "decline_document_expired",
    "decline_liveness_attack",
    "review_face_match_borderline",
    "decline_face_match_low_similarity",
    "review_aml_possible_match",
    "decline_aml_hit",
    "approve",
];

/// A workflow with these settings of face match, liveness and watch lists.
fn workflow(many: &Many, label: &str, settings: &Value) -> String {
    let of = |check: &str| {
        let own = settings.as_object().unwrap().iter();
        let own = own.filter(|(name, _)| name.starts_with(check));
        own.map(|(name, value)| (name.clone(), value.clone()))
            .collect::<serde_json::Map<String, Value>>()
    };
    let body = json!({
        "workflow_label": label,
        "features": [
            { "feature": "OCR" },
            { "feature": "LIVENESS", "config": of("face_liveness") },
            { "feature": "FACE_MATCH", "config": of("face_match") },
            { "feature": "AML", "config": of("aml") },
        ],
    });
    let made = many.api("POST", "/v3/workflows/", &body);
    made["workflow_id"].as_str().unwrap().to_owned()
}

fn play(many: &Many, workflow: &str) {
    for (number, scenario) in SCENARIOS.iter().enumerate() {
        let vendor_data = format!("customer-{number}");
        many.session(
            &json!({ "workflow_id": workflow, "vendor_data": vendor_data }),
            scenario,
        );
    }
}

/// How everybody stands in a workflow.
fn statuses(many: &Many, workflow: &str) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    many.listed(&format!("workflow_id={workflow}"))
        .iter()
        .map(|row| (text(&row["vendor_data"]), text(&row["status"])))
        .collect()
}

/// Who would have ended otherwise: from what to what.
fn changes(answer: &Answer) -> BTreeMap<String, (String, String)> {
    let rows = answer.data["items"].as_array().unwrap();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| {
            let change = (text(row, "from"), text(row, "to"));
            (text(row, "vendor_data"), change)
        })
        .collect()
}

fn server(many: &Many) -> Server {
    let server = many.setup().arguments(&["--toolsets=all"]).start();
    many.simulator.control.requests();
    server
}

#[test]
fn it_says_what_the_same_sessions_really_come_to() {
    let many = Many::new();
    let onboarding = workflow(
        &many,
        "Onboarding KYC",
        &json!({ "face_match_score_review_threshold": 70, "face_match_score_decline_threshold": 50 }),
    );
    play(&many, &onboarding);
    let before = statuses(&many, &onboarding);
    let mut server = server(&many);
    // The simulator gives its outcomes scores that follow the thresholds, so those of the check itself stay out.
    let of_face = ["customer-3", "customer-4"];
    let of_lists = ["customer-5", "customer-6"];
    for (number, (wanted, left_out)) in [
        (json!({ "face_match_score_review_threshold": 97 }), &of_face),
        (
            json!({ "face_match_score_review_threshold": 98, "face_match_score_decline_threshold": 97 }),
            &of_face,
        ),
        (json!({ "face_liveness_score_decline_threshold": 98 }), &of_face),
        (json!({ "face_match_score_review_threshold": 80 }), &of_face),
        (json!({ "aml_score_approve_threshold": 60 }), &of_lists),
    ]
    .into_iter()
    .enumerate()
    {
        let other = workflow(&many, &format!("Other {number}"), &wanted);
        play(&many, &other);
        let after = statuses(&many, &other);
        many.sent();
        let mut arguments = wanted.clone();
        arguments["workflow"] = json!("onboarding kyc");
        let answer = server.ok(TOOL, arguments);
        assert!(
            many.sent().iter().all(|line| line.starts_with("GET ")),
            "only reads"
        );
        let mut expected = BTreeMap::new();
        for (person, was) in &before {
            let is = &after[person];
            if was != is && !left_out.contains(&person.as_str()) {
                expected.insert(person.clone(), (was.clone(), is.clone()));
            }
        }
        let mut found = changes(&answer);
        found.retain(|person, _| !left_out.contains(&person.as_str()));
        assert_eq!(found, expected, "{wanted}");
        assert_eq!(answer.data["changed_nothing"], true);
    }
    server.stop();
}

/// What is told of one session when one threshold is tried.
#[track_caller]
fn assert_change(server: &mut Server, wanted: Value, person: &str, change: Option<(&str, &str)>) {
    let mut arguments = wanted.clone();
    arguments["workflow"] = json!("Onboarding KYC");
    let answer = server.ok(TOOL, arguments);
    let found = changes(&answer);
    let found = found
        .get(person)
        .map(|(from, to)| (from.as_str(), to.as_str()));
    assert_eq!(found, change, "{wanted}: {person}");
}

#[test]
fn a_score_counts_by_the_thresholds_that_would_have_been() {
    let many = Many::new();
    let settings = json!({
        "face_match_score_review_threshold": 70,
        "face_match_score_decline_threshold": 50,
        "aml_score_approve_threshold": 40,
        "aml_score_review_threshold": 80,
    });
    let onboarding = workflow(&many, "Onboarding KYC", &settings);
    play(&many, &onboarding);
    let mut server = server(&many);
    // The borderline face has 60, the one of another person 22.5; the possible hit has 60, the certain one 100.
    for (wanted, person, change) in [
        (
            json!({ "face_match_score_review_threshold": 55 }),
            3,
            Some(("In Review", "Approved")),
        ),
        (
            json!({ "face_match_score_decline_threshold": 65 }),
            3,
            Some(("In Review", "Declined")),
        ),
        (
            json!({ "face_match_score_decline_threshold": 20 }),
            4,
            Some(("Declined", "In Review")),
        ),
        (
            json!({ "face_match_score_decline_threshold": 20, "face_match_score_review_threshold": 22 }),
            4,
            Some(("Declined", "Approved")),
        ),
        (json!({ "face_match_score_review_threshold": 22 }), 4, None),
        (
            json!({ "aml_score_approve_threshold": 60 }),
            5,
            Some(("In Review", "Approved")),
        ),
        (
            json!({ "aml_score_review_threshold": 59 }),
            5,
            Some(("In Review", "Declined")),
        ),
        (json!({ "aml_score_review_threshold": 61 }), 6, None),
        // An expired document stays one.
        (json!({ "face_match_score_decline_threshold": 99 }), 1, None),
    ] {
        assert_change(&mut server, wanted, &format!("customer-{person}"), change);
    }
    server.stop();
}

#[test]
fn what_cannot_be_known_is_counted_with_its_reason() {
    let many = Many::new();
    let onboarding = many.workflow("Onboarding KYC");
    let make = |person: &str, outcome: &str| {
        let body = json!({ "workflow_id": onboarding, "vendor_data": person });
        many.session(&body, outcome)
    };
    let overruled = make("overruled", "review_face_match_borderline");
    make("unreadable", "decline_could_not_recognize_document");
    let hidden = make("hidden", "approve");
    make("passed", "approve");
    make("began", "In Progress");
    make("invited", "");
    let path = format!("/v3/session/{overruled}/update-status/");
    many.api("PATCH", &path, &json!({ "new_status": "Approved" }));
    let fault = json!({
        "kind": "status", "status": 403, "times": 0,
        "path_prefix": format!("/v3/session/{hidden}/decision/"),
    });
    many.simulator.control.post("faults", &fault);
    let mut server = server(&many);
    let arguments = json!({ "workflow": onboarding, "face_match_score_decline_threshold": 65 });
    let answer = server.ok(TOOL, arguments);
    let [row] = &answer.data["items"].as_array().unwrap()[..] else {
        panic!("one row: {}", answer.text)
    };
    assert_eq!(row["vendor_data"], "overruled");
    assert_eq!([&row["from"], &row["to"]], ["In Review", "Declined"]);
    assert_eq!(row["set_by_a_human"], "Approved");
    assert_eq!(row["face_match_score"], 60.0);
    assert_eq!(answer.data["judged"], 2);
    assert_eq!(answer.data["unfinished"], 2);
    assert_eq!(
        answer.data["not_judged"],
        json!([
            { "reason": "its decision could not be read", "count": 1 },
            { "reason": "no such score", "count": 1 },
        ])
    );
    insta::assert_snapshot!(
        "what_if",
        answer
            .text
            .replace(&overruled, "SESSION")
            .replace(&today(0), "TODAY")
            .replace(&today(29), "FIRST")
    );
    let cut = server.ok(
        TOOL,
        json!({ "workflow": onboarding, "face_match_score_decline_threshold": 65, "limit": 1 }),
    );
    assert!(
        cut.text
            .contains("The newest 1 of 4 such sessions were looked at"),
        "{}",
        cut.text
    );
    server.stop();
}

fn today(before: i64) -> String {
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    (today - jiff::Span::new().days(before)).to_string()
}

#[test]
fn what_makes_no_sense_is_refused_before_sessions_are_read() {
    let many = Many::new();
    many.workflow("Onboarding KYC");
    let body = json!({ "workflow_label": "Documents", "features": [{ "feature": "OCR" }] });
    many.api("POST", "/v3/workflows/", &body);
    let mut server = server(&many);
    for (arguments, field) in [
        (
            json!({ "workflow": "Onboarding KYC" }),
            "face_match_score_review_threshold",
        ),
        (
            json!({ "workflow": "Onboarding KYC", "face_match_score_review_threshold": 40, "face_match_score_decline_threshold": 50 }),
            "face_match_score_review_threshold",
        ),
        (
            json!({ "workflow": "Onboarding KYC", "aml_score_approve_threshold": 90, "aml_score_review_threshold": 50 }),
            "aml_score_approve_threshold",
        ),
        (
            json!({ "workflow": "Documents", "aml_score_approve_threshold": 90 }),
            "aml_score_approve_threshold",
        ),
        (
            json!({ "workflow": "Nobody's", "aml_score_approve_threshold": 90 }),
            "workflow",
        ),
        (
            json!({ "workflow": "Onboarding KYC", "aml_score_approve_threshold": 101 }),
            "aml_score_approve_threshold",
        ),
    ] {
        let error = server.fails(TOOL, arguments);
        assert!(
            error.text.contains(&format!("Field: {field}")),
            "{}",
            error.text
        );
    }
    let unknown = json!({
        "workflow": "5b1f3c9a-0000-4000-8000-000000000001", "aml_score_approve_threshold": 90
    });
    let error = server.fails(TOOL, unknown);
    assert!(error.text.contains("not_found"), "{}", error.text);
    assert!(
        many.sent().iter().all(|line| !line.contains("/sessions/")),
        "no session is read"
    );
    server.stop();
}

#[test]
fn an_empty_period_says_so() {
    let many = Many::new();
    many.workflow("Onboarding KYC");
    let mut server = server(&many);
    let arguments = json!({
        "workflow": "Onboarding KYC", "face_match_score_review_threshold": 80, "to": "2020-01-31"
    });
    let answer = server.ok(TOOL, arguments);
    assert!(
        answer
            .text
            .contains("0 of 0 sessions would have ended otherwise"),
        "{}",
        answer.text
    );
    assert_eq!(answer.data["items"], json!([]));
    server.stop();
}
