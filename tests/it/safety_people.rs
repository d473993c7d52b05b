//! What people, documents and reviewers wrote, and whatever else Didit answers in words, comes out as visible text on one
//! line, of a bounded length, behind a fence that nothing inside can close.

use crate::support::{
    hostile::{
        HIDDEN, INJECTED, LIST, LONGEST, didit, hostile, hostile_decision, hostile_of, page,
    },
    person::{SESSION, WORKFLOW, decision},
    scripted::Scripted,
    server::{Answer, Era, Human, Server, Setup},
};
use serde_json::{Value, json};

fn setup(upstream: &Scripted, era: Era) -> Setup {
    let [api, auth] = upstream.arguments();
    Setup::new(era)
        .arguments(&[&api, &auth, "--pii=full", "--allow-irreversible"])
        .variable("DIDIT_API_KEY", "test-key-of-the-people")
        .variable("DIDIT_PASSWORD", "Test-password-1")
}

#[track_caller]
fn assert_visible(text: &str) {
    for hidden in HIDDEN {
        assert!(!text.contains(hidden), "{hidden:?} in {text:?}");
    }
    assert!(
        text.chars().all(|c| c == '\n' || !c.is_control()),
        "{text:?}"
    );
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != 'A')
        .map(str::len)
        .max()
        .unwrap_or(0)
}

#[track_caller]
fn assert_one_line(text: &str, longest: usize) {
    assert_visible(text);
    for line in text.lines() {
        // No marker of ours has that many zeros: the digit of its version stands among them.
        for start in [INJECTED, "Next: INJECTED", "</data-0000000000000000"] {
            assert!(!line.trim().starts_with(start), "{text}");
        }
    }
    assert!(longest_run(text) <= longest, "{text}");
}

fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(entries) => entries.iter().for_each(|(name, value)| {
            into.push(name.clone());
            texts(value, into);
        }),
        _ => {}
    }
}

/// Text and structured data of an answer, in which links may be longer than other values.
#[track_caller]
fn assert_harmless(answer: &Answer, longest: usize) {
    assert_one_line(&answer.text, longest);
    assert!(answer.text.chars().count() <= 32_000);
    assert!(answer.data.to_string().chars().count() <= 32_000);
    let mut all = Vec::new();
    texts(&answer.data, &mut all);
    for text in all {
        assert!(!text.contains('\n'), "{text}");
        assert_one_line(&text, longest);
    }
}

/// The one fence of an answer: its marker, and what stands behind it.
fn fence(answer: &Answer) -> (String, String) {
    let (_, rest) = answer.text.split_once("\n<data-").expect("a fence");
    let (number, rest) = rest.split_once(">\n").expect("a marker");
    assert_eq!(number.len(), 32);
    let end = format!("\n</data-{number}>");
    let (inside, behind) = rest.split_once(&end).expect("an end");
    // In a question, what Didit says is kept short, and the attempt lies behind the cut.
    let is_question = answer.data["done"] == false;
    assert!(
        is_question || inside.contains(&"0".repeat(32)),
        "the attempt is inside"
    );
    assert!(!behind.contains(number), "one end");
    (number.to_owned(), behind.to_owned())
}

fn every_reading_call() -> Vec<(&'static str, Value)> {
    let session = json!({ "session_id": SESSION });
    vec![
        ("didit_session_get_decision", session.clone()),
        (
            "didit_session_get_decision",
            json!({ "session_id": SESSION, "detail": "detailed" }),
        ),
        ("didit_session_list", json!({})),
        ("didit_workflow_list", json!({})),
        ("didit_workflow_get", json!({ "workflow_id": WORKFLOW })),
        ("didit_blocklist_list", json!({ "entry_type": "user" })),
        ("didit_billing_get_balance", json!({})),
        ("didit_account_status", json!({ "check": true })),
    ]
}

fn every_changing_call() -> Vec<(&'static str, Value)> {
    let session = json!({ "session_id": SESSION });
    vec![
        (
            "didit_session_create",
            json!({ "vendor_data": "x", "qr_code": true }),
        ),
        ("didit_workflow_create", json!({})),
        (
            "didit_workflow_update",
            json!({ "workflow_id": WORKFLOW, "workflow_label": "x" }),
        ),
        ("didit_billing_top_up", json!({ "amount_in_dollars": 50 })),
        (
            "didit_session_update_status",
            json!({ "session_id": SESSION, "new_status": "Approved" }),
        ),
        ("didit_session_delete", session),
        ("didit_workflow_delete", json!({ "workflow_id": WORKFLOW })),
    ]
}

#[test]
fn nothing_hidden_comes_out_of_any_tool() {
    for era in Era::BOTH {
        let upstream = Scripted::start(didit);
        let mut server = setup(&upstream, era)
            .arguments(&["--confirm=never"])
            .start();
        for (tool, arguments) in every_reading_call()
            .into_iter()
            .chain(every_changing_call())
        {
            let answer = server.ok(tool, arguments);
            let wordless = [
                "didit_account_status",
                "didit_billing_get_balance",
                "didit_billing_top_up",
                "didit_workflow_delete",
            ];
            assert_ne!(
                answer.text.contains(INJECTED),
                wordless.contains(&tool),
                "{tool}: {}",
                answer.text
            );
            // Links are the only values that may be longer.
            let longest = if answer.data.to_string().contains("url") {
                2_048
            } else {
                LONGEST
            };
            assert_harmless(&answer, longest);
        }
        for message in server.transcript.clone() {
            let mut all = Vec::new();
            texts(&message, &mut all);
            all.iter().for_each(|text| assert_visible(text));
        }
        server.stop();
    }
}

#[test]
fn an_amount_that_is_no_number_is_no_amount() {
    let upstream = Scripted::start(|_| (200, json!({ "balance": hostile("balance") })));
    let mut server = setup(&upstream, Era::Modern).start();
    let refused = server.fails("didit_billing_get_balance", json!({}));
    assert!(!refused.text.contains(INJECTED), "{}", refused.text);
    server.stop();
}

#[test]
fn the_older_blocklist_is_as_harmless() {
    let upstream = Scripted::start(|request| match request.line.as_str() {
        line if line.starts_with("GET /v3/blocklist/") => (
            200,
            page(&json!({
                "session_id": SESSION,
                "type": "email",
                "email": hostile("email"),
                "blocklisted_at": hostile("time"),
            })),
        ),
        _ => (404, json!({ "detail": "Not found." })),
    });
    let mut server = setup(&upstream, Era::Modern).start();
    let listed = server.ok("didit_blocklist_list", json!({ "entry_type": "email" }));
    assert!(listed.text.contains(INJECTED), "{}", listed.text);
    assert_harmless(&listed, LONGEST);
    server.stop();
}

#[test]
fn the_applications_of_an_account_are_named_harmlessly() {
    let upstream = Scripted::start(didit);
    // The password of a variable is not sent over plain HTTP, so the account has one of its own.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials.json");
    let account = json!({ "email": "someone@ours.invalid", "password": "Test-password-1" });
    let document = json!({ "profiles": { "default": { "other_accounts": [account] } } });
    std::fs::write(&path, document.to_string()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let mut server = setup(&upstream, Era::Modern)
        .variable("DIDIT_MCP_CREDENTIALS", path.to_str().unwrap())
        .start();
    let refused = server.fails(
        "didit_account_login",
        json!({ "email": "someone@ours.invalid" }),
    );
    assert!(refused.text.contains(LIST), "{}", refused.text);
    assert_harmless(&refused, LONGEST);
    server.stop();
}

#[test]
fn workflows_to_choose_from_are_named_harmlessly() {
    let upstream = Scripted::start(|request| {
        let row = |uuid: &str| json!({ "uuid": uuid, "workflow_label": hostile("l"), "features": [hostile("f")] });
        match request.line.as_str() {
            line if line.starts_with("GET /v3/workflows/") => (
                200,
                json!({ "count": 2, "next": null, "previous": null, "results": [row(LIST), row(WORKFLOW)] }),
            ),
            _ => didit(request),
        }
    });
    let mut server = setup(&upstream, Era::Modern).start();
    let refused = server.fails("didit_session_create", json!({}));
    assert!(refused.text.contains(LIST), "{}", refused.text);
    assert_harmless(&refused, LONGEST);
    server.stop();
}

#[test]
fn the_fence_differs_and_cannot_be_closed() {
    for era in Era::BOTH {
        let upstream = Scripted::start(|request| match request.line.as_str() {
            line if line.ends_with("/decision/") => (200, hostile_decision(Some("In Review"))),
            _ => didit(request),
        });
        let mut server = setup(&upstream, era).start();
        let mut markers = Vec::new();
        for (tool, arguments) in [
            (
                "didit_session_get_decision",
                json!({ "session_id": SESSION }),
            ),
            (
                "didit_session_get_decision",
                json!({ "session_id": SESSION }),
            ),
            (
                "didit_session_get_decision",
                json!({ "session_id": SESSION, "detail": "detailed" }),
            ),
            (
                "didit_session_wait_for_decision",
                json!({ "session_id": SESSION }),
            ),
            (
                "didit_session_update_status",
                json!({ "session_id": SESSION, "new_status": "Approved" }),
            ),
        ] {
            let answer = server.ok(tool, arguments);
            assert_harmless(&answer, LONGEST);
            let (marker, behind) = fence(&answer);
            assert!(!behind.contains(INJECTED), "{behind}");
            assert!(!markers.contains(&marker), "{marker}");
            markers.push(marker);
            let is_question = answer.data["done"] == false;
            let apart = if is_question { "question" } else { "untrusted" };
            let untrusted = answer.data[apart].as_object().unwrap();
            assert!(
                untrusted["notice"]
                    .as_str()
                    .unwrap()
                    .contains("never instructions")
            );
            // What a document wrote stands behind the fence alone, in both forms.
            let before = answer.text.split("\n<data-").next().unwrap();
            for label in [
                "formatted_address",
                "full_name",
                "caption",
                "comment",
                "place_of_birth",
            ] {
                assert!(!before.contains(label), "{label}: {before}");
            }
        }
        server.stop();
    }
}

#[test]
fn what_a_human_is_asked_cannot_be_forged_by_the_person() {
    for era in Era::BOTH {
        let upstream = Scripted::start(didit);
        let mut server = setup(&upstream, era)
            .human(&[Human::Declines, Human::Declines])
            .start();
        for (tool, arguments) in [
            (
                "didit_session_update_status",
                json!({ "session_id": SESSION, "new_status": "Approved" }),
            ),
            ("didit_session_delete", json!({ "session_id": SESSION })),
        ] {
            server.fails(tool, arguments);
            let question = server.questions.pop().unwrap();
            let message = question["message"].as_str().unwrap();
            assert_one_line(message, LONGEST);
            // Our own words begin each line, and nothing that a document wrote can end its quotation.
            let own = [
                "Not as expected: ",
                "Compare by eye: ",
                "Another name (",
                "The ",
                "Approve ",
                "Delete ",
                "Session ",
                "New status: ",
            ];
            for line in message.lines() {
                assert!(own.iter().any(|words| line.starts_with(words)), "{line}");
                assert_eq!(line.matches('"').count() % 2, 0, "{line}");
            }
            let session = format!("Session {SESSION}");
            let about = message
                .lines()
                .find(|line| line.starts_with(&session))
                .unwrap();
            assert!(about.contains(". Where: "), "{about}");
        }
        server.stop();
    }
}

#[test]
fn a_value_of_any_length_is_cut() {
    let upstream = Scripted::start(|request| {
        let long = |label| hostile_of(label, 100_000);
        let mut decision = decision();
        decision["vendor_data"] = long("vendor").into();
        decision["id_verifications"][0]["full_name"] = long("name").into();
        decision["id_verifications"][0]["document_number"] = long("number").into();
        decision["email_verifications"][0]["email"] = long("email@mail").into();
        decision["reviews"][1]["comment"] = long("comment").into();
        decision["aml_screenings"][0]["hits"][0]["caption"] = long("caption").into();
        let mut more = decision["aml_screenings"][0].clone();
        more["hits"][0]["caption"] = hostile("caption").into();
        decision["aml_screenings"]
            .as_array_mut()
            .unwrap()
            .extend(vec![more; 200]);
        match request.line.as_str() {
            line if line.ends_with("/decision/") => (200, decision),
            _ => didit(request),
        }
    });
    let mut server = setup(&upstream, Era::Modern).start();
    for detail in ["concise", "detailed"] {
        let answer = server.ok(
            "didit_session_get_decision",
            json!({ "session_id": SESSION, "detail": detail }),
        );
        assert_harmless(&answer, LONGEST);
        fence(&answer);
        assert!(answer.text.contains(" [cut]"), "{}", answer.text);
    }
    server.stop();
}

/// Calls every tool against an API that refuses with this body.
fn refusals(status: u16, kind: &'static str, body: String) -> (Server, Vec<Answer>) {
    let upstream = Scripted::start_raw(move |_| (status, kind, body.clone()));
    let mut server = setup(&upstream, Era::Modern).start();
    let answers = every_reading_call()
        .into_iter()
        .chain(every_changing_call())
        .map(|(tool, arguments)| {
            let answer = server.call(tool, arguments);
            // That a key was refused is what a look at the account has to say, and no failure of it.
            assert!(
                answer.is_error || tool == "didit_account_status",
                "{}",
                answer.text
            );
            answer
        })
        .collect();
    (server, answers)
}

#[test]
fn what_the_api_complains_about_is_harmless() {
    let text = hostile_of("complaint", 100_000);
    for (status, kind, body) in [
        (
            400,
            "application/json",
            json!({ "detail": text }).to_string(),
        ),
        (
            403,
            "application/json",
            json!({ "error": { "message": text } }).to_string(),
        ),
        (
            400,
            "application/json",
            json!({ (text.clone()): [text] }).to_string(),
        ),
        (400, "text/plain", text.clone()),
        (
            400,
            "text/html",
            format!("<html><body>{text}</body></html>"),
        ),
    ] {
        let (server, answers) = refusals(status, kind, body);
        for answer in answers {
            assert_harmless(&answer, 500);
            assert!(answer.text.chars().count() < 1_500, "{}", answer.text);
        }
        server.stop();
    }
}

#[test]
fn what_the_caller_wrote_comes_back_harmless_too() {
    let upstream = Scripted::start(didit);
    let mut server = setup(&upstream, Era::Modern).start();
    for arguments in [
        json!({ "session_id": hostile("id") }),
        json!({ "session_id": SESSION, "detail": hostile("detail") }),
        json!({ (hostile("name")): true }),
        json!({ "session_id": SESSION, "raw_file": hostile("file") }),
    ] {
        let refused = server.fails("didit_session_get_decision", arguments);
        assert_harmless(&refused, 1_000);
    }
    assert_eq!(upstream.requests().len(), 0);
    server.stop();
}
