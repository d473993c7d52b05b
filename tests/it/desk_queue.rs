//! The review queue against what the simulator really holds.

use crate::support::{
    many::Many,
    scripted::Scripted,
    server::{Answer, Era, Server, Setup},
};
use serde_json::{Value, json};

const TOOL: &str = "didit_review_queue";

fn items(answer: &Answer) -> Vec<Value> {
    answer.data["items"].as_array().unwrap().clone()
}

fn numbers(rows: &[Value]) -> Vec<i64> {
    rows.iter()
        .map(|row| row["session_number"].as_i64().unwrap())
        .collect()
}

/// Sessions of every kind: the outcomes in turn, one workflow after the other.
fn desk() -> (Many, Server) {
    let many = Many::new();
    let workflows = [
        many.workflow("Onboarding KYC"),
        many.workflow("Merchant Plus"),
    ];
    let outcomes = [
        "review_face_match_borderline",
        "approve",
        "review_aml_possible_match",
        "decline_document_expired",
        "",
        "In Progress",
        "review_face_match_borderline",
        "Abandoned",
    ];
    many.advance_days(-10);
    for number in 0..16 {
        let body = json!({
            "workflow_id": workflows[number % 3 % 2],
            "vendor_data": format!("customer-{number}"),
        });
        many.session(&body, outcomes[number % outcomes.len()]);
        many.advance_days(i64::from(number == 7) * 9);
    }
    let server = many.server();
    (many, server)
}

#[test]
fn it_holds_what_waits_and_nothing_else_oldest_first() {
    let (many, mut server) = desk();
    let queue = server.ok(TOOL, json!({}));
    let sent = many.sent();
    let waiting = many.listed("status=In%20Review");
    assert_eq!(waiting.len(), 6);
    let rows = items(&queue);
    assert_eq!(numbers(&rows), numbers(&waiting));
    for (row, raw) in rows.iter().zip(&waiting) {
        for name in ["session_id", "vendor_data", "created_at"] {
            assert_eq!(row[name], raw[name]);
        }
        let path = format!(
            "/v3/session/{}/decision/",
            raw["session_id"].as_str().unwrap()
        );
        let decision = many.api("GET", &path, &json!({}));
        let reason = row["reason"].as_str().unwrap();
        let (name, score) = if reason.starts_with("face match") {
            ("face match", &decision["face_matches"][0]["score"])
        } else {
            ("watch lists (AML)", &decision["aml_screenings"][0]["score"])
        };
        let shown = format!("{name} {}", score.as_f64().unwrap());
        assert!(reason.starts_with(&shown), "{reason}: {shown}");
        let name = &decision["id_verifications"][0]["full_name"];
        let shown = row["name"].as_str().unwrap();
        assert!(shown == name || queue.data["untrusted"][shown.trim_matches(['(', ')'])] == *name);
    }
    assert_eq!(rows[0]["age"], "10 d");
    assert_eq!(queue.data["total"], 6);
    assert_eq!(
        queue.data["by_check"],
        json!([{ "check": "face match", "count": 4 }, { "check": "watch lists (AML)", "count": 2 }])
    );
    let of_workflows: u64 = queue.data["by_workflow"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| of["count"].as_u64().unwrap())
        .sum();
    assert_eq!(of_workflows, 6);
    // The workflows, people, companies, six decisions, and the limits of two workflows.
    let decisions = sent
        .iter()
        .filter(|line| line.contains("/decision/"))
        .count();
    assert_eq!(decisions, 6);
    assert!(sent.len() <= 13, "{sent:#?}");
    assert!(sent.iter().all(|line| line.starts_with("GET ")));
    server.stop();
}

#[test]
fn its_pages_and_filters_cover_everybody_once() {
    let (many, mut server) = desk();
    let all = numbers(&many.listed("status=In%20Review"));
    let mut seen = Vec::new();
    let mut arguments = json!({ "limit": 4 });
    loop {
        let page = server.ok(TOOL, arguments);
        seen.extend(numbers(&items(&page)));
        match page.data["next_cursor"].as_str() {
            Some(cursor) => arguments = json!({ "limit": 4, "cursor": cursor }),
            None => break,
        }
    }
    assert_eq!(seen, all);
    let shown =
        |server: &mut Server, arguments: Value| numbers(&items(&server.ok(TOOL, arguments)));
    assert_eq!(
        shown(&mut server, json!({ "older_than": "5 days" })),
        all[..3]
    );
    assert_eq!(
        shown(&mut server, json!({ "older_than": "11 days" })),
        [0; 0]
    );
    let merchant = numbers(&many.listed("status=In%20Review"))
        .into_iter()
        .filter(|number| (number - 1) % 3 == 1)
        .collect::<Vec<_>>();
    assert_eq!(
        shown(&mut server, json!({ "workflow": "merchant plus" })),
        merchant
    );
    let aml = numbers(&many.listed("status=In%20Review&warning=POSSIBLE_MATCH_FOUND"));
    assert_eq!(aml.len(), 2);
    for reason in ["POSSIBLE_MATCH_FOUND", "aml", "Watch lists (AML)"] {
        assert_eq!(
            shown(&mut server, json!({ "reason": reason })),
            aml,
            "{reason}"
        );
    }
    for (arguments, field) in [
        (json!({ "older_than": "soon" }), "older_than"),
        (json!({ "workflow": "Nobody's" }), "workflow"),
        (json!({ "reason": "the weather" }), "reason"),
        (json!({ "cursor": "offset-20" }), "cursor"),
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
fn an_empty_queue_says_so() {
    let many = Many::new();
    let mut server = many.server();
    let queue = server.ok(TOOL, json!({}));
    assert!(
        queue.text.starts_with("Nothing waits for review"),
        "{}",
        queue.text
    );
    assert_eq!(queue.data["items"], json!([]));
    assert!(many.sent().len() <= 3);
    server.stop();
}

#[test]
fn a_decision_that_cannot_be_read_keeps_its_row() {
    let (many, mut server) = desk();
    let waiting = many.listed("status=In%20Review");
    let [first, second, ..] = &waiting[..] else {
        panic!("two that wait")
    };
    let path = |row: &Value| {
        format!(
            "/v3/session/{}/decision/",
            row["session_id"].as_str().unwrap()
        )
    };
    let refused =
        json!({ "kind": "status", "status": 403, "times": 0, "path_prefix": path(first) });
    many.simulator.control.post("faults", &refused);
    let page = json!({ "kind": "html", "times": 0, "path_prefix": path(second) });
    many.simulator.control.post("faults", &page);
    let queue = server.ok(TOOL, json!({}));
    let rows = items(&queue);
    assert_eq!(numbers(&rows), numbers(&waiting));
    assert_eq!(
        rows[0]["reason"],
        "face match (its decision could not be read: forbidden)"
    );
    assert_eq!(rows[0]["vendor_data"], first["vendor_data"]);
    assert!(
        rows[1]["reason"]
            .as_str()
            .unwrap()
            .contains("could not be read")
    );
    assert!(
        rows[2]["reason"]
            .as_str()
            .unwrap()
            .starts_with("face match 6"),
        "{}",
        rows[2]
    );
    server.stop();
}

#[test]
fn differences_and_others_stand_in_the_row() {
    let many = Many::new();
    let workflow = many.workflow("Onboarding KYC");
    let person = |vendor_data: &str, born: &str| {
        json!({
            "workflow_id": workflow,
            "vendor_data": vendor_data,
            "expected_details": { "first_name": "Ana", "last_name": "Muestra", "date_of_birth": born },
        })
    };
    many.session(&person("customer-1", "1990-02-28"), "approve");
    many.session(
        &person("customer-2", "1971-01-01"),
        "review_face_match_borderline",
    );
    let mut server = many.server();
    let queue = server.ok(TOOL, json!({}));
    assert_answer!("desk_queue", queue);
    server.stop();
}

/// The list of a desk where this many wait, each made a minute after the one before.
fn crowd(waiting: u64) -> Scripted {
    Scripted::start(move |request| {
        let url = url::Url::parse(&format!(
            "http://x{}",
            request.line.split_once(' ').unwrap().1
        ))
        .unwrap();
        let query = |name: &str| {
            let found = url.query_pairs().find(|(known, _)| known == name);
            found.map(|(_, value)| value.into_owned())
        };
        let id = |number: u64| format!("00000000-0000-4000-8000-{number:012}");
        let minute = |number: u64| {
            let start: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
            start + jiff::SignedDuration::from_mins(number as i64)
        };
        if let Some(session) = url.path().strip_prefix("/v3/session/") {
            let session = session.strip_suffix("/decision/").unwrap();
            return (200, json!({ "session_id": session, "status": "In Review" }));
        }
        if url.path() != "/v3/sessions/" {
            return (200, json!({ "count": 0, "next": null, "results": [] }));
        }
        if query("session_kind").as_deref() == Some("business") {
            return (200, json!({ "count": 0, "next": null, "results": [] }));
        }
        let from = query("date_from").unwrap_or_default();
        let first = (1..=waiting)
            .find(|number| minute(*number).to_string() >= from)
            .unwrap_or(waiting);
        let count = waiting + 1 - first;
        let [limit, offset] = ["limit", "offset"].map(|name| {
            query(name)
                .and_then(|text| text.parse().ok())
                .unwrap_or(0_u64)
        });
        let end = (offset + limit).min(count);
        let rows: Vec<Value> = (offset..end)
            .map(|place| {
                let number = waiting - place;
                json!({
                    "session_id": id(number), "session_kind": "user", "session_number": number, "status": "In Review",
                    "vendor_data": format!("customer-{number}"), "created_at": minute(number).to_string(),
                    "features": [{ "feature": "FACE_MATCH", "status": "In Review" }],
                })
            })
            .collect();
        let next = (end < count).then(|| format!("http://x/v3/sessions/?offset={end}"));
        (
            200,
            json!({ "count": count, "next": next, "previous": null, "results": rows }),
        )
    })
}

#[test]
fn ten_thousand_waiting_are_paged_and_the_cap_is_said() {
    let didit = crowd(10_000);
    let [api, auth] = didit.arguments();
    let mut server = Setup::new(Era::BOTH[0])
        .arguments(&[&api, &auth])
        .variable("DIDIT_API_KEY", "test-key-crowd-0000000000000000000000000")
        .start();
    let id = server.post(
        "tools/call",
        json!({ "name": TOOL, "arguments": {}, "_meta": { "progressToken": "crowd" } }),
    );
    let queue = server.response(id)["result"].clone();
    let text = queue["content"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("10000 in review"), "{text}");
    assert!(text.contains("The oldest 1000 were looked at"), "{text}");
    let data = &queue["structuredContent"];
    let rows = data["items"].as_array().unwrap();
    assert_eq!(numbers(rows), (1..=20).collect::<Vec<i64>>());
    assert_eq!(
        data["by_check"],
        json!([{ "check": "face match", "count": 1000 }])
    );
    // The workflows, companies, the newest page, ten pages from the end, and twenty decisions.
    assert_eq!(didit.requests().len(), 33);
    let told = server
        .notifications
        .iter()
        .filter(|note| note["method"] == "notifications/progress")
        .count();
    assert!(told > 0, "no progress");
    let cursor = data["next_cursor"].clone();
    let next = server.ok(TOOL, json!({ "cursor": cursor, "limit": 50 }));
    assert_eq!(numbers(&items(&next)), (21..=70).collect::<Vec<i64>>());
    server.stop();
}
