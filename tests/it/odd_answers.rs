//! Answers that are not quite JSON are read all the same; answers that say too little are no verdict.

use crate::support::{
    person::{SESSION, decision},
    scripted::{Request, Scripted},
    server::{Era, Server, Setup},
    shell::Shell,
};
use didit_mcp::didit::{Decision, SessionStatus};
use serde_json::{Value, json};

/// A decision with a number that is none, one that is too large, half an emoji, and what a careless buffer leaves around it.
fn odd() -> String {
    let mut decision = decision();
    decision["status"] = "Approved".into();
    decision["face_matches"][0]["score"] = json!("SCORE");
    decision["liveness_checks"][0]["score"] = json!("LARGE");
    decision["id_verifications"][0]["full_name"] = json!("Ana HALF");
    let body = decision.to_string();
    let body = body
        .replace("\"SCORE\"", "NaN")
        .replace("\"LARGE\"", "1e999");
    format!("\u{feff}{}\0\n", body.replace("HALF", "\\ud83d"))
}

fn server(didit: &Scripted, era: Era) -> Server {
    let [api, auth] = didit.arguments();
    Setup::new(era)
        .arguments(&[&api, &auth, "--confirm=never", "--pii=full"])
        .variable("DIDIT_API_KEY", "test-key-odd-0000")
        .start()
}

#[test]
fn a_decision_with_odd_numbers_is_a_decision() {
    for era in Era::BOTH {
        let didit = Scripted::start_raw(|_| (200, "application/json", odd()));
        let mut server = server(&didit, era);
        for tool in [
            "didit_session_get_decision",
            "didit_session_wait_for_decision",
        ] {
            let answer = server.ok(tool, json!({ "session_id": SESSION }));
            assert_eq!(answer.data["status"], "Approved", "{}", answer.text);
        }
        let requests = didit.requests();
        let looks = requests.iter().filter(|it| it.line.ends_with("/decision/"));
        assert_eq!(looks.count(), 2, "no wait went on");
        server.stop();
    }
}

#[test]
fn what_was_odd_is_told_beside_a_text_that_is_json() {
    let decision = Decision::from_json(odd()).unwrap();
    assert_eq!(decision.status, SessionStatus::Approved);
    assert_eq!(decision.face_matches[0].score, None);
    let name = decision.id_verifications[0].full_name.as_deref();
    assert_eq!(name, Some("Ana \u{fffd}"));
    assert_eq!(
        decision.oddities,
        [
            "The answer begins with a byte-order mark.",
            "The answer ends with NUL characters.",
            "`score` is NaN, which is no number; it counts as absent.",
            "`full_name` holds half a character, which stands as U+FFFD.",
            "`score` is a number too large to be read; it counts as absent.",
        ]
    );
    serde_json::from_str::<Value>(&decision.raw).unwrap();
    let ordinary = crate::support::person::decision().to_string();
    let decision = Decision::from_json(ordinary.clone()).unwrap();
    assert_eq!((decision.raw, decision.oddities), (ordinary, Vec::new()));
}

/// An answer for every request, whichever it is.
fn always(body: Value) -> Scripted {
    Scripted::start(move |_: &Request| (200, body.clone()))
}

#[test]
fn a_verdict_without_its_session_is_none() {
    for body in [
        json!({ "status": "Approved" }),
        json!({ "session_id": null, "status": "Approved" }),
        json!({ "session_id": SESSION }),
    ] {
        let didit = always(body.clone());
        let mut server = server(&didit, Era::Modern);
        for tool in [
            "didit_session_get_decision",
            "didit_session_wait_for_decision",
        ] {
            let answer = server.fails(tool, json!({ "session_id": SESSION }));
            assert!(
                answer.text.starts_with("Error (unreadable_answer)"),
                "{body} {}",
                answer.text
            );
            assert!(answer.text.contains("no verdict"), "{body} {}", answer.text);
        }
        server.stop();
        let [api, auth] = didit.arguments();
        let shell = Shell::new().variable("DIDIT_API_KEY", "test-key-odd-0000");
        let finished = shell.run(&["kyc", "decision", SESSION, &api, &auth]);
        assert_ne!(finished.code, Some(0), "{finished:?}");
        assert!(finished.stdout.is_empty(), "{finished:?}");
    }
}

#[test]
fn a_decision_that_is_answered_for_another_session_may_have_been_made() {
    let other = "11111111-2222-4333-8444-999999999999";
    for answered in [json!({}), json!({ "session_id": other })] {
        let didit = Scripted::start(move |request| {
            if request.line.starts_with("PATCH ") {
                return (200, answered.clone());
            }
            let mut decision = decision();
            decision["status"] = "In Review".into();
            (200, decision)
        });
        let mut server = server(&didit, Era::Modern);
        let answer = server.fails(
            "didit_session_update_status",
            json!({ "session_id": SESSION, "new_status": "Approved", "comment": "Checked by hand." }),
        );
        assert!(
            answer.text.starts_with("Error (unreadable_answer)"),
            "{}",
            answer.text
        );
        assert!(answer.text.contains("may have happened"), "{}", answer.text);
        let changes = didit
            .requests()
            .into_iter()
            .filter(|request| request.line.starts_with("PATCH "));
        assert_eq!(changes.count(), 1, "nothing is sent twice");
        server.stop();
    }
}

#[test]
fn a_link_that_leads_elsewhere_reaches_nobody() {
    let link = "javascript:fetch('https://evil.example')";
    let didit = always(json!({ "session_id": SESSION, "url": link, "checkout_session_url": link }));
    let mut server = server(&didit, Era::Modern);
    for (tool, arguments) in [
        ("didit_session_create", json!({ "workflow_id": SESSION })),
        ("didit_billing_top_up", json!({ "amount_in_dollars": 50 })),
    ] {
        let answer = server.fails(tool, arguments);
        assert!(
            answer.text.starts_with("Error (unreadable_answer)"),
            "{}",
            answer.text
        );
        assert!(answer.text.contains("may have happened"), "{}", answer.text);
        assert!(!answer.text.contains("evil"), "{}", answer.text);
    }
    server.stop();
}
