//! Blocking and unblocking through the real program, on the lists of today and on the older blocklist.

use crate::support::{
    control::{Control, KEY, Standalone, simulated},
    scripted::Scripted,
    server::{Era, Server, Setup},
};
use serde_json::{Value, json};

const NO_SESSION: &str = "no session";
/// What is there already is looked up before anybody is asked.
const FIRST_PAGE: &str = "GET /v3/lists/[id]/entries/?limit=100";

/// Prepares a session of a fraudster whose phone and e-mail are known too.
fn fraudster(server: &mut Server, control: &Control) -> String {
    server.ok(
        "didit_workflow_create",
        json!({ "phone": true, "email": true }),
    );
    let created = server.ok(
        "didit_session_create",
        json!({ "vendor_data": "fraudster" }),
    );
    let session = created.field("session_id").to_owned();
    control.finish(&session, "decline_liveness_attack");
    control.requests();
    session
}

fn unconfirmed(era: Era) -> Setup {
    Setup::new(era).arguments(&["--confirm=never"])
}

/// What was sent, with `[session]` and `[id]` in place of ids.
fn sent(control: &Control, session: &str) -> Vec<String> {
    let requests = control.requests();
    requests
        .iter()
        .map(|request| without_ids(&request.line().replace(session, "[session]")))
        // The session is read for the question to the human, which other tests hold.
        .filter(|line| !line.ends_with("/decision/"))
        .collect()
}

fn without_ids(line: &str) -> String {
    let mut line = line.to_owned();
    let found = |line: &String| {
        (0..line.len().saturating_sub(35)).find(|start| {
            let part = line.get(*start..start + 36);
            part.is_some_and(|part| uuid::Uuid::try_parse(part).is_ok())
        })
    };
    while let Some(start) = found(&line) {
        line.replace_range(start..start + 36, "[id]");
    }
    line
}

fn list_query(kind: &str) -> String {
    format!("GET /v3/lists/?list_type=blocklist&entry_type={kind}")
}

/// A new session of the same person, finished with nothing wrong of its own.
fn try_again(server: &mut Server, control: &Control) -> Value {
    let created = server.ok(
        "didit_session_create",
        json!({ "vendor_data": "fraudster" }),
    );
    let session = created.field("session_id");
    control.finish(session, "approve");
    let decision = server.ok(
        "didit_session_get_decision",
        json!({ "session_id": session }),
    );
    decision.data
}

#[test]
fn a_session_is_blocked_and_unblocked() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(unconfirmed(era));
        let session = fraudster(&mut server, &control);
        let arguments =
            json!({ "session_id": session, "items": ["face", "document", "phone", "email"] });
        let mut with_comment = arguments.clone();
        with_comment["comment"] = "photo of a screen".into();
        let added = server.ok("didit_blocklist_add", with_comment);
        assert_answer!("add_session", added);
        let kinds = ["face", "document", "phone", "email"];
        let mut expected: Vec<String> = kinds.iter().map(|kind| list_query(kind)).collect();
        expected.extend(kinds.iter().map(|_| FIRST_PAGE.to_owned()));
        expected.extend(kinds.iter().map(|_| {
            r#"POST /v3/lists/[id]/entries/ {"reference_session_id":"[session]","comment":"photo of a screen"}"#.to_owned()
        }));
        assert_eq!(sent(&control, &session), expected);
        assert_eq!(try_again(&mut server, &control)["status"], "Declined");
        control.requests();

        for kind in kinds {
            let listed = server.ok("didit_blocklist_list", json!({ "entry_type": kind }));
            assert_eq!(
                listed.data["items"][0]["reference_session_id"],
                session.as_str()
            );
            assert_answer!(format!("list_{kind}"), listed);
        }
        control.requests();
        assert_answer!(
            "remove_session",
            server.ok("didit_blocklist_remove", arguments)
        );
        let mut expected: Vec<String> = kinds.iter().map(|kind| list_query(kind)).collect();
        expected.extend(kinds.iter().map(|_| FIRST_PAGE.to_owned()));
        expected.extend(
            kinds
                .iter()
                .map(|_| "DELETE /v3/lists/[id]/entries/[id]/".to_owned()),
        );
        assert_eq!(sent(&control, &session), expected);
        assert_eq!(try_again(&mut server, &control)["status"], "Approved");
        server.stop();
    }
}

#[test]
fn face_and_document_are_meant_when_nothing_is_named() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(unconfirmed(era));
        let session = fraudster(&mut server, &control);
        server.ok("didit_blocklist_add", json!({ "session_id": session }));
        let entry = r#"POST /v3/lists/[id]/entries/ {"reference_session_id":"[session]"}"#;
        assert_eq!(
            sent(&control, &session),
            [
                list_query("face"),
                list_query("document"),
                FIRST_PAGE.to_owned(),
                FIRST_PAGE.to_owned(),
                entry.to_owned(),
                entry.to_owned()
            ]
        );
        server.stop();
    }
}

#[test]
fn every_kind_of_value_is_blocked_and_unblocked() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(unconfirmed(era));
        for (kind, value) in [
            ("document", "XSA000999"),
            ("phone", "+14155550199"),
            ("email", "fraud@didit-test.local"),
            ("ip_address", "192.0.2.44"),
            ("device_fingerprint", "fingerprint0001"),
            ("wallet_address", "wallet-test-0001"),
            ("bank_account", "ES0000000000000000000001"),
            ("user", "customer-9"),
            ("business", "business-9"),
        ] {
            let arguments = json!({ "value": value, "entry_type": kind });
            server.ok("didit_blocklist_add", arguments.clone());
            let lines = sent(&control, NO_SESSION);
            assert_eq!(lines[0], list_query(kind));
            assert!(lines[1].contains("/entries/?search="), "{lines:?}");
            let entry = format!(r#"POST /v3/lists/[id]/entries/ {{"value":"{value}"}}"#);
            assert_eq!(lines[2..], [entry]);
            let listed = server.ok("didit_blocklist_list", json!({ "entry_type": kind }));
            assert_eq!(listed.data["items"].as_array().unwrap().len(), 1, "{kind}");
            control.requests();
            server.ok("didit_blocklist_remove", arguments.clone());
            let lines = sent(&control, NO_SESSION);
            assert!(lines[1].contains("/entries/?"), "{lines:?}");
            assert_eq!(lines.last().unwrap(), "DELETE /v3/lists/[id]/entries/[id]/");
            let failed = server.fails("didit_blocklist_remove", arguments);
            assert!(failed.text.contains("not_found"), "{}", failed.text);
            control.requests();
        }
        server.stop();
    }
}

/// Every account has a list of countries, but none that blocks, so that kind is not offered.
#[test]
fn a_kind_without_a_blocklist() {
    let (mut server, control) = simulated(Setup::new(Era::Modern));
    let arguments = json!({ "value": "ESP", "entry_type": "country" });
    let failed = server.fails("didit_blocklist_add", arguments);
    assert_answer!("add_country", failed);
    assert_eq!(sent(&control, NO_SESSION), [""; 0]);
    server.stop();
}

#[test]
fn a_value_is_found_however_it_is_written() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(unconfirmed(era));
        for (kind, held, wanted) in [
            ("phone", "+14155550199", "+1 (415) 555-0199"),
            ("email", "fraud@didit-test.local", "Fraud@Didit-Test.local"),
            ("document", "XSA000999", "xsa000999"),
        ] {
            server.ok(
                "didit_blocklist_add",
                json!({ "value": held, "entry_type": kind }),
            );
            control.requests();
            let removed = server.call(
                "didit_blocklist_remove",
                json!({ "value": wanted, "entry_type": kind }),
            );
            assert!(!removed.is_error, "{kind} as {wanted}: {}", removed.text);
        }
        server.stop();
    }
}

#[test]
fn what_is_not_blocked_cannot_be_unblocked() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era));
        let session = fraudster(&mut server, &control);
        let failed = server.fails("didit_blocklist_remove", json!({ "session_id": session }));
        assert_answer!("remove_nothing", failed);
        let requests = control.requests();
        assert!(requests.iter().all(|request| request.method == "GET"));
        server.stop();
    }
}

#[test]
fn what_is_named_twice_is_meant_once() {
    let (mut server, control) = simulated(unconfirmed(Era::Modern));
    let session = fraudster(&mut server, &control);
    let added = server.ok(
        "didit_blocklist_add",
        json!({ "session_id": session, "items": ["face", "document", "face"] }),
    );
    assert_eq!(
        added.data["target"],
        format!("the face and document of session {session}")
    );
    let entries = sent(&control, &session);
    let entries = entries.iter().filter(|line| line.starts_with("POST"));
    assert_eq!(entries.count(), 2);
    server.stop();
}

#[test]
fn what_is_blocked_already_is_not_asked_about() {
    for era in Era::BOTH {
        let simulator = Standalone::start(&[]);
        let [api, auth] = simulator.arguments();
        let on_it = |setup: Setup| {
            setup
                .arguments(&[&api, &auth])
                .variable("DIDIT_API_KEY", &simulator.api_key)
                .start()
        };
        let control = &simulator.control;
        let mut server = on_it(unconfirmed(era));
        let session = fraudster(&mut server, control);
        let face = json!({ "session_id": session, "items": ["face"] });
        server.ok("didit_blocklist_add", face.clone());
        let value = json!({ "value": "+14155550199", "entry_type": "phone" });
        server.ok("didit_blocklist_add", value);
        server.stop();

        // The same account, where every change asks.
        let mut server = on_it(Setup::new(era));
        control.requests();
        let same = server.ok("didit_blocklist_add", face);
        assert_answer!("add_again", same);
        let written = json!({ "value": "+1 (415) 555-0199", "entry_type": "phone" });
        let same = server.ok("didit_blocklist_add", written);
        assert!(same.text.starts_with("Nothing to block"), "{}", same.text);
        let both = json!({ "session_id": session, "items": ["face", "document"] });
        let preview = server.ok("didit_blocklist_add", both.clone());
        assert_answer!("add_what_is_left", preview);
        let requests = control.requests();
        assert!(requests.iter().all(|request| request.method == "GET"));

        let mut confirmed = both;
        confirmed["confirmation_token"] = preview.data["confirmation_token"].clone();
        let added = server.ok("didit_blocklist_add", confirmed);
        assert_answer!("added_what_is_left", added);
        let posts = sent(control, &session);
        assert_eq!(
            posts.iter().filter(|line| line.starts_with("POST")).count(),
            1
        );
        server.stop();
    }
}

#[test]
fn only_what_was_there_is_said_to_be_unblocked() {
    let (mut server, control) = simulated(unconfirmed(Era::Modern));
    let session = fraudster(&mut server, &control);
    server.ok(
        "didit_blocklist_add",
        json!({ "session_id": session, "items": ["face"] }),
    );
    let removed = server.ok("didit_blocklist_remove", json!({ "session_id": session }));
    assert_answer!("remove_part", removed);
    assert_eq!(removed.data["removed"].as_array().unwrap().len(), 1);
    assert_eq!(removed.data["removed"][0]["entry_type"], "face");
    assert_eq!(removed.data["not_found"], json!(["document"]));
    server.stop();
}

/// Answers like Didit for a session whose face and document are blocked or not, but refuses to change the document's list.
fn document_list_is_locked(is_blocked: bool) -> (Server, Scripted) {
    const SESSION: &str = "11111111-2222-4333-8444-555555555555";
    const FACES: &str = "33333333-4444-4555-8666-77777777777a";
    const DOCUMENTS: &str = "33333333-4444-4555-8666-77777777777b";
    let page = |row: Value| json!({ "count": 1, "next": null, "previous": null, "results": [row] });
    let upstream = Scripted::start(move |request| {
        let line = request.line.as_str();
        if line.starts_with("GET /v3/lists/?") {
            let (list, kind) = if line.contains("document") {
                (DOCUMENTS, "document")
            } else {
                (FACES, "face")
            };
            let row = json!({ "uuid": list, "list_type": "blocklist", "entry_type": kind, "is_system": true });
            return (200, page(row));
        }
        if line.contains("/decision/") {
            return (200, json!({ "session_id": SESSION, "status": "Declined" }));
        }
        if line.starts_with("GET ") && !is_blocked {
            return (
                200,
                json!({ "count": 0, "next": null, "previous": null, "results": [] }),
            );
        }
        if line.starts_with("GET ") {
            return (
                200,
                page(json!({ "uuid": FACES, "reference_session_id": SESSION })),
            );
        }
        if line.contains(DOCUMENTS) {
            return (403, json!({ "detail": "This list is locked." }));
        }
        (200, json!({ "uuid": FACES }))
    });
    let [api, auth] = upstream.arguments();
    let server = unconfirmed(Era::Modern)
        .arguments(&[&api, &auth])
        .variable("DIDIT_API_KEY", "test-key-of-lists")
        .start();
    (server, upstream)
}

#[test]
fn what_was_done_before_a_failure_is_named() {
    let session = "11111111-2222-4333-8444-555555555555";
    for (tool, is_blocked, both) in [
        ("didit_blocklist_add", false, "Already blocked: face."),
        ("didit_blocklist_remove", true, "Already unblocked: face."),
    ] {
        let (mut server, _upstream) = document_list_is_locked(is_blocked);
        let failed = server.fails(tool, json!({ "session_id": session }));
        assert!(failed.text.contains(both), "{}", failed.text);
        let alone = json!({ "session_id": session, "items": ["document"] });
        let failed = server.fails(tool, alone);
        assert!(
            failed.text.contains("This list is locked."),
            "{}",
            failed.text
        );
        server.stop();
    }
}

/// Whom a block would hit besides, as far as Didit's answer about the session tells.
#[test]
fn a_human_reads_whom_a_block_would_hit_besides() {
    let (session, list) = (
        "11111111-2222-4333-8444-555555555555",
        "33333333-4444-4555-8666-77777777777a",
    );
    let of = |number: u32, customer: &str, status: &str| {
        json!({ "session_number": number, "vendor_data": customer, "status": status,
        "session_id": format!("22222222-2222-4333-8444-{number:012}") })
    };
    let decision = json!({
        "session_id": session, "vendor_data": "customer-1", "status": "Declined",
        "id_verifications": [{ "status": "Approved", "matches": [of(7, "customer-7", "Approved")] }],
        "liveness_checks": [{ "status": "Declined",
            "matches": [of(8, "customer-8", "Approved"), of(9, "customer-9", "Declined")],
            "warnings": [{ "risk": "LIVENESS_FACE_ATTACK", "feature": "LIVENESS" }] }],
        "phone_verifications": [{ "status": "Approved", "matches": [of(6, "customer-6", "Approved")] }],
    });
    let upstream = Scripted::start(move |request| {
        if request.line.contains("/decision/") {
            return (200, decision.clone());
        }
        let kinds = ["face", "document", "phone"];
        let kind = kinds.iter().find(|kind| request.line.ends_with(**kind));
        let row = json!({ "uuid": list, "list_type": "blocklist", "is_system": true, "entry_type": kind });
        (200, json!({ "count": 1, "next": null, "results": [row] }))
    });
    let [api, auth] = upstream.arguments();
    let mut server = Setup::new(Era::Modern)
        .arguments(&[&api, &auth])
        .variable("DIDIT_API_KEY", "test-key-of-lists")
        .start();
    let victim = "the document's owner may be the victim";
    for (items, said, unsaid) in [
        (
            json!(["face"]),
            vec!["customer-8"],
            vec!["customer-7", "customer-9", victim],
        ),
        (
            json!(["document"]),
            vec!["customer-7", victim],
            vec!["customer-8", "customer-9"],
        ),
        (
            json!(["phone"]),
            vec!["customer-6"],
            vec!["customer-7", "customer-8", "customer-9", victim],
        ),
    ] {
        let preview = server.ok(
            "didit_blocklist_add",
            json!({ "session_id": session, "items": items }),
        );
        for words in said {
            assert!(
                preview.text.contains(words),
                "{items}: {words}: {}",
                preview.text
            );
        }
        for words in unsaid {
            assert!(
                !preview.text.contains(words),
                "{items}: {words}: {}",
                preview.text
            );
        }
    }
    server.stop();
}

#[test]
fn the_list_is_paged_searched_and_masked() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(unconfirmed(era));
        assert_answer!("list_none", server.ok("didit_blocklist_list", json!({})));
        for number in 1..=3 {
            server.ok(
                "didit_blocklist_add",
                json!({ "value": format!("+1415555019{number}"), "entry_type": "phone" }),
            );
        }
        control.requests();
        let first = server.ok(
            "didit_blocklist_list",
            json!({ "entry_type": "phone", "limit": 2 }),
        );
        assert_answer!("list_page", first);
        assert!(!first.text.contains("415555"), "{}", first.text);
        server.ok(
            "didit_blocklist_list",
            json!({ "entry_type": "phone", "limit": 2, "cursor": first.field("next_cursor") }),
        );
        let found = server.ok(
            "didit_blocklist_list",
            json!({ "item_type": "phone", "search": "0192" }),
        );
        assert_eq!(found.data["total"], 1);
        assert_eq!(
            sent(&control, NO_SESSION),
            [
                list_query("phone"),
                "GET /v3/lists/[id]/entries/?limit=2".to_owned(),
                list_query("phone"),
                "GET /v3/lists/[id]/entries/?limit=2&offset=2".to_owned(),
                list_query("phone"),
                "GET /v3/lists/[id]/entries/?search=0192&limit=20".to_owned(),
            ]
        );
        server.stop();
    }
}

#[test]
fn an_older_account_uses_its_older_blocklist() {
    for era in Era::BOTH {
        let simulator = Standalone::start(&["--legacy"]);
        let control = &simulator.control;
        let arguments = simulator.arguments();
        let mut server = Setup::new(era)
            .arguments(&arguments.each_ref().map(String::as_str))
            .arguments(&["--confirm=never"])
            .variable("DIDIT_API_KEY", &simulator.api_key)
            .start();
        control.api(
            "POST",
            "/v3/workflows/",
            &simulator.api_key,
            &json!({ "is_liveness_enabled": true, "is_face_match_enabled": true }),
        );
        let created = server.ok("didit_session_create", json!({}));
        let session = created.field("session_id").to_owned();
        control.finish(&session, "decline_liveness_attack");
        control.requests();

        server.ok(
            "didit_blocklist_add",
            json!({ "session_id": session, "items": "face, document" }),
        );
        assert_eq!(
            sent(control, &session),
            [
                list_query("face"),
                list_query("document"),
                r#"POST /v3/blocklist/add/ {"session_id":"[session]","blocklist_face":true,"blocklist_document":true,"blocklist_phone":false,"blocklist_email":false}"#.to_owned(),
            ]
        );
        let listed = server.ok("didit_blocklist_list", json!({ "entry_type": "document" }));
        assert_answer!("older_list", listed);
        assert_eq!(
            sent(control, &session),
            [
                list_query("document"),
                "GET /v3/blocklist/?item_type=document&limit=20".to_owned()
            ]
        );
        server.ok(
            "didit_blocklist_remove",
            json!({ "session_id": session, "items": ["face"] }),
        );
        assert_eq!(
            sent(control, &session),
            [
                list_query("face"),
                r#"POST /v3/blocklist/remove/ {"session_id":"[session]","unblock_face":true,"unblock_document":false,"unblock_phone":false,"unblock_email":false}"#
                    .to_owned(),
            ]
        );

        let value = json!({ "value": "+14155550199", "entry_type": "phone" });
        assert_answer!(
            "older_add_value",
            server.fails("didit_blocklist_add", value.clone())
        );
        server.fails("didit_blocklist_remove", value);
        let kind = json!({ "entry_type": "ip_address" });
        assert_answer!(
            "older_unknown_kind",
            server.fails("didit_blocklist_list", kind)
        );
        let search = json!({ "entry_type": "face", "search": "x" });
        assert_answer!("older_search", server.fails("didit_blocklist_list", search));
        assert!(
            sent(control, &session)
                .iter()
                .all(|line| line.starts_with("GET /v3/lists/"))
        );
        server.stop();
    }
}

#[test]
fn everything_that_is_blocked_in_one_answer() {
    let (mut server, control) = simulated(unconfirmed(Era::Modern));
    server.ok("didit_workflow_create", json!({}));
    let created = server.ok(
        "didit_session_create",
        json!({ "vendor_data": "customer-1" }),
    );
    let session = created.field("session_id").to_owned();
    control.finish(&session, "decline_liveness_attack");
    server.ok(
        "didit_blocklist_add",
        json!({ "session_id": session, "comment": "A mask, seen by eye." }),
    );
    for number in 1..=3 {
        server.ok(
            "didit_blocklist_add",
            json!({ "value": format!("+1415555019{number}"), "entry_type": "phone" }),
        );
    }
    control.requests();
    let all = server.ok("didit_blocklist_list", json!({}));
    assert_answer!("list_all", all);
    assert_eq!(
        sent(&control, &session),
        [
            "GET /v3/lists/?list_type=blocklist&limit=100",
            "GET /v3/lists/[id]/entries/?limit=20",
            "GET /v3/lists/[id]/entries/?limit=20",
            "GET /v3/lists/[id]/entries/?limit=20",
        ]
    );
    let counted = |data: &Value| {
        let kinds = data["kinds"].as_array().unwrap().iter();
        let kinds = kinds.filter(|kind| kind["count"] != 0);
        kinds
            .map(|kind| (kind["entry_type"].clone(), kind["count"].clone()))
            .collect::<Vec<_>>()
    };
    let expected = [("phone", 3), ("document", 1), ("face", 1)];
    assert_eq!(
        counted(&all.data),
        expected.map(|(kind, count)| (json!(kind), json!(count)))
    );
    let some = server.ok("didit_blocklist_list", json!({ "limit": 2 }));
    assert_eq!(some.data["items"].as_array().unwrap().len(), 4);
    assert_eq!(some.data["has_more"], true);
    let phones = some.data["kinds"].as_array().unwrap().iter();
    let phones = phones.clone().find(|kind| kind["entry_type"] == "phone");
    let cursor = phones.unwrap()["next_cursor"].clone();
    let rest = server.ok(
        "didit_blocklist_list",
        json!({ "entry_type": "phone", "cursor": cursor }),
    );
    assert_eq!(rest.data["items"].as_array().unwrap().len(), 1);
    let error = server.fails("didit_blocklist_list", json!({ "cursor": cursor }));
    assert!(error.text.contains("entry_type"), "{}", error.text);
    let found = server.ok("didit_blocklist_list", json!({ "search": "0192" }));
    assert_eq!(found.data["total"], 1);
    assert_ne!(all.data["items"][4]["person"], Value::Null);
    // A session that is gone has no name any more, and its entry stays.
    control.api(
        "DELETE",
        &format!("/v3/session/{session}/delete/"),
        KEY,
        &json!({}),
    );
    let left = server.ok("didit_blocklist_list", json!({}));
    assert_eq!(left.data["total"], 5);
    assert_eq!(left.data["items"][4]["person"], Value::Null);
    server.stop();
}

#[test]
fn an_older_account_tells_all_kinds_too() {
    let simulator = Standalone::start(&["--legacy"]);
    let [api, auth] = simulator.arguments();
    let mut server = Setup::new(Era::Modern)
        .arguments(&[&api, &auth])
        .variable("DIDIT_API_KEY", &simulator.api_key)
        .start();
    let all = server.ok("didit_blocklist_list", json!({}));
    assert_eq!(all.data["total"], 0);
    let kinds = all.data["kinds"].as_array().unwrap();
    assert_eq!(kinds.len(), 4);
    let error = server.fails("didit_blocklist_list", json!({ "search": "x" }));
    assert!(error.text.contains("cannot be searched"), "{}", error.text);
    server.stop();
}

/// What is blocked is checked with the key of the application, like everything else.
#[test]
fn the_headers_are_those_of_every_call() {
    let (mut server, control) = simulated(Setup::new(Era::Modern));
    server.ok("didit_blocklist_list", json!({ "entry_type": "user" }));
    let lists = control.requests();
    assert!(
        lists
            .iter()
            .all(|request| request.headers["x-api-key"] == KEY)
    );
    server.stop();
}

/// What comes of blocking the documents of a session that has two, while `blocked` are on the list by another session.
fn with_two_documents(blocked: &'static [&'static str]) -> (String, usize) {
    const ID: &str = "5b1f3c9a-0000-4000-8000-000000000001";
    const LIST: &str = "5b1f3c9a-0000-4000-8000-0000000000f1";
    let upstream = Scripted::start(move |request| {
        let line = request.line.as_str();
        if line.contains("/decision/") {
            let documents = ["TEST-AAA", "TEST-BBB"].map(|number| {
                json!({ "node_id": number, "status": "Approved", "document_number": number })
            });
            return (
                200,
                json!({ "session_id": ID, "status": "Declined", "id_verifications": documents }),
            );
        }
        if line.starts_with("POST ") {
            return (201, json!({ "uuid": LIST, "value": "test-bbb" }));
        }
        let rows: Vec<Value> = if line.contains("/entries/") {
            let entry = |value: &&str| json!({ "uuid": LIST, "value": value.to_lowercase() });
            blocked.iter().map(entry).collect()
        } else {
            vec![
                json!({ "uuid": LIST, "list_type": "blocklist", "is_system": true, "entry_type": "document" }),
            ]
        };
        (
            200,
            json!({ "count": rows.len(), "next": null, "previous": null, "results": rows }),
        )
    });
    let [api, auth] = upstream.arguments();
    let mut server = unconfirmed(Era::Modern)
        .arguments(&[&api, &auth])
        .variable("DIDIT_API_KEY", "test-key-of-lists")
        .start();
    let answer = server.ok(
        "didit_blocklist_add",
        json!({ "session_id": ID, "items": ["document"] }),
    );
    server.stop();
    let requests = upstream.requests();
    let sent = requests.iter().filter(|it| it.line.starts_with("POST "));
    (answer.text, sent.count())
}

#[test]
fn a_session_is_blocked_already_only_where_all_that_it_holds_is() {
    let (text, sent) = with_two_documents(&["TEST-AAA"]);
    assert_eq!(sent, 1, "{text}");
    let (text, sent) = with_two_documents(&["TEST-AAA", "TEST-BBB"]);
    assert_eq!(sent, 0, "{text}");
    assert!(text.starts_with("Nothing to block"), "{text}");
}
