//! The figures against what the simulator really holds.

use std::collections::BTreeMap;

use crate::support::{
    many::Many,
    scripted::Scripted,
    server::{Era, Setup},
};
use serde_json::{Value, json};

const TOOL: &str = "didit_session_stats";
const STATUSES: [(&str, &str); 10] = [
    ("approved", "Approved"),
    ("declined", "Declined"),
    ("in_review", "In%20Review"),
    ("kyc_expired", "Kyc%20Expired"),
    ("not_started", "Not%20Started"),
    ("in_progress", "In%20Progress"),
    ("resubmitted", "Resubmitted"),
    ("awaiting_user", "Awaiting%20User"),
    ("abandoned", "Abandoned"),
    ("expired", "Expired"),
];

/// Day by day, `days` days before today.
fn day(before: i64) -> String {
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    (today - jiff::Span::new().days(before)).to_string()
}

/// The counts of a period must be those of the API's own list.
#[track_caller]
fn assert_counts(many: &Many, counts: &Value, filter: &str) {
    assert_eq!(counts["total"], many.count(filter), "{filter}");
    for (name, status) in STATUSES {
        let count = many.count(&format!("{filter}&status={status}"));
        assert_eq!(
            counts[name].as_u64().unwrap_or_default(),
            count,
            "{filter}: {name}"
        );
    }
}

/// The groups must be those of the API's own list, under the filter that each name stands for.
#[track_caller]
fn assert_groups(many: &Many, groups: &Value, filter: impl Fn(&str) -> String) {
    let groups = groups.as_array().unwrap();
    assert!(!groups.is_empty());
    for group in groups {
        let filter = filter(group["name"].as_str().unwrap());
        assert_eq!(group["total"], many.count(&filter), "{filter}");
        for (name, status) in &STATUSES[..3] {
            assert_eq!(
                group[*name],
                many.count(&format!("{filter}&status={status}")),
                "{filter}: {name}"
            );
        }
    }
}

#[test]
fn two_thousand_sessions_are_counted_as_the_simulator_holds_them() {
    let many = Many::new();
    let workflows = [
        many.workflow("Onboarding KYC"),
        many.workflow("Merchant Plus"),
    ];
    let outcomes = [
        "approve",
        "approve",
        "approve",
        "approve",
        "decline_document_expired",
        "decline_face_match_low_similarity",
        "review_face_match_borderline",
        "review_aml_possible_match",
        "",
        "Abandoned",
        "In Progress",
        "Expired",
        "Resubmitted",
        "Kyc Expired",
    ];
    many.advance_days(-19);
    for number in 0..2_000_usize {
        let body = json!({ "workflow_id": workflows[usize::from(number % 3 == 0)], "vendor_data": format!("customer-{number}") });
        many.session(&body, outcomes[number * 5 % outcomes.len()]);
        if number % 100 == 99 && number < 1_950 {
            many.advance_days(1);
        }
    }
    let mut server = many.server();
    let started = std::time::Instant::now();
    let stats = server.ok(TOOL, json!({ "days": 10, "by": "workflow" }));
    let sent = many.sent();
    println!(
        "stats by workflow: {} requests, {:?}",
        sent.len(),
        started.elapsed()
    );
    assert!(
        sent.iter().all(|line| line.starts_with("GET ")),
        "only reads"
    );
    assert_eq!(
        stats.data["requests"].as_u64().unwrap() + 1,
        sent.len() as u64
    );
    assert!(sent.len() <= 70, "{}", sent.len());
    let within = format!("date_from={}&date_to={}", day(9), day(0));
    let before = format!("date_from={}&date_to={}", day(19), day(10));
    assert_counts(&many, &stats.data["counts"], &within);
    assert_counts(&many, &stats.data["before"], &before);
    let ids = BTreeMap::from([
        ("Onboarding KYC", &workflows[0]),
        ("Merchant Plus", &workflows[1]),
    ]);
    assert_groups(&many, &stats.data["by_workflow"], |name| {
        format!("{within}&workflow_id={}", ids[name])
    });
    let reasons = stats.data["reasons"].as_array().unwrap();
    assert!(reasons.len() >= 3, "{reasons:?}");
    for reason in reasons {
        let filter = format!("{within}&warning={}", reason["risk"].as_str().unwrap());
        assert_eq!(reason["count"], many.count(&filter), "{filter}");
    }
    many.sent();
    let by_day = server.ok(TOOL, json!({ "days": 10, "by": "day" }));
    println!("stats by day: {} requests", many.sent().len());
    assert_groups(&many, &by_day.data["by_day"], |day| {
        format!("date_from={day}&date_to={day}")
    });
    let by_week = server.ok(TOOL, json!({ "days": 15, "by": "week" }));
    assert_groups(&many, &by_week.data["by_week"], |week| {
        let (first, last) = week.split_once(" to ").unwrap_or((week, week));
        format!("date_from={first}&date_to={last}")
    });
    many.sent();
    let by_country = server.ok(TOOL, json!({ "days": 10, "by": "country" }));
    let sent = many.sent().len();
    println!("stats by country: {sent} requests");
    assert!(sent <= 240, "{sent}");
    assert_groups(&many, &by_country.data["by_country"], |country| {
        format!("{within}&country={country}")
    });
    let of_countries: u64 = by_country.data["by_country"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| of["total"].as_u64().unwrap())
        .sum();
    let with_country = many
        .listed(&within)
        .iter()
        .filter(|row| !row["country"].is_null())
        .count();
    assert_eq!(of_countries, with_country as u64);
    many.sent();
    let started = std::time::Instant::now();
    let queue = server.ok("didit_review_queue", json!({}));
    let sent = many.sent();
    println!("queue: {} requests, {:?}", sent.len(), started.elapsed());
    let waiting = many.listed("status=In%20Review");
    assert_eq!(queue.data["total"], waiting.len());
    let oldest: Vec<&Value> = queue.data["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["session_id"])
        .collect();
    let expected: Vec<&Value> = waiting
        .iter()
        .take(20)
        .map(|row| &row["session_id"])
        .collect();
    assert_eq!(oldest, expected);
    assert!(sent.len() <= 40, "{}", sent.len());
    server.stop();
}

#[test]
fn the_words_of_a_small_period() {
    let many = Many::new();
    let workflow = many.workflow("Onboarding KYC");
    many.advance_days(-7);
    let mut made = 0;
    let mut make = |outcomes: &[&str]| {
        for outcome in outcomes {
            made += 1;
            many.session(
                &json!({ "workflow_id": workflow, "vendor_data": format!("customer-{made}") }),
                outcome,
            );
        }
    };
    make(&["approve", "decline_document_expired"]);
    many.advance_days(7);
    make(&[
        "approve",
        "approve",
        "review_face_match_borderline",
        "",
        "Abandoned",
    ]);
    let mut server = many.server();
    let stats = server.ok(TOOL, json!({ "days": 3, "by": "country" }));
    let shown = stats
        .text
        .replace(&day(0), "TODAY")
        .replace(&day(2), "FIRST");
    let shown = shown
        .replace(&day(5), "FIRST BEFORE")
        .replace(&day(3), "LAST BEFORE");
    insta::assert_snapshot!("desk_stats", shown);
    let long_ago = server.ok(TOOL, json!({ "from": "2020-01-01", "to": "2020-01-31" }));
    assert_eq!(
        long_ago.data["counts"],
        json!({ "total": 0, "finished": 0 })
    );
    for (arguments, field) in [
        (json!({ "from": "2026-05-02", "to": "2026-05-01" }), "from"),
        (
            json!({ "from": "2026-05-01", "to": "2026-05-03", "days": 3 }),
            "days",
        ),
        (json!({ "workflow": "Nobody's" }), "workflow"),
        (json!({ "by": "moon" }), "by"),
    ] {
        let error = server.fails(TOOL, arguments);
        assert!(
            error.text.contains(&format!("Field: {field}")),
            "{}",
            error.text
        );
    }
    server.stop();
}

#[test]
fn counts_at_which_didit_stops_are_told_as_such() {
    let didit = Scripted::start(|request| {
        let is_second = request.line.contains("offset=100");
        let is_status = request.line.contains("status=");
        let rows = if is_second && is_status {
            vec![]
        } else {
            vec![json!({ "session_id": "00000000-0000-4000-8000-000000000001" })]
        };
        (
            200,
            json!({ "count": 100, "next": "http://x/?offset=1", "results": rows }),
        )
    });
    let [api, auth] = didit.arguments();
    let mut server = Setup::new(Era::BOTH[0])
        .arguments(&[&api, &auth])
        .variable("DIDIT_API_KEY", "test-key-capped-000000000000000000000000")
        .start();
    let stats = server.ok(TOOL, json!({ "by": "country" }));
    assert!(
        stats.text.contains("100 or more sessions of theirs"),
        "{}",
        stats.text
    );
    assert!(
        stats.text.contains("Didit stopped counting at 100"),
        "{}",
        stats.text
    );
    assert_eq!(stats.data["counts"]["at_least"], true);
    assert!(didit.requests().len() < 240, "{}", didit.requests().len());
    server.stop();
}

#[test]
fn what_cannot_be_counted_is_said() {
    let many = Many::new();
    let workflow = many.workflow("Onboarding KYC");
    many.session(&json!({ "workflow_id": workflow }), "approve");
    let didit = Scripted::start(|request| {
        if request.line.contains("warning=") || request.line.contains("session_kind=business") {
            return (
                403,
                json!({ "detail": "You do not have permission to perform this action." }),
            );
        }
        (200, json!({ "count": 1, "next": null, "results": [] }))
    });
    let [api, auth] = didit.arguments();
    let mut server = Setup::new(Era::BOTH[0])
        .arguments(&[&api, &auth])
        .variable("DIDIT_API_KEY", "test-key-narrow-000000000000000000000000")
        .start();
    let stats = server.ok(TOOL, json!({}));
    for note in [
        "The reasons could not be counted.",
        "Sessions of companies could not be counted.",
    ] {
        assert!(stats.text.contains(note), "{}", stats.text);
    }
    server.stop();
}
