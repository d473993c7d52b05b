//! The trail of changes: a line for each, with ids and no data of people, on disk before the answer; and no decision without it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::{
    control::{Control, Standalone, simulated},
    server::{Era, Human, Server, Setup},
};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

const UPDATE: &str = "didit_session_update_status";

/// A server on its simulator with a trail, which is empty yet.
fn audited(setup: Setup) -> (Server, Control, TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let flag = format!("--audit-log={}", path.display());
    let (server, control) = simulated(setup.arguments(&[&flag]));
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
    (server, control, folder, path)
}

fn in_review(server: &mut Server, control: &Control) -> String {
    server.ok("didit_workflow_create", json!({}));
    let created = server.ok(
        "didit_session_create",
        json!({ "vendor_data": "customer-4711" }),
    );
    let session = created.field("session_id").to_owned();
    control.finish(&session, "review_face_match_borderline");
    session
}

/// The lines so far, each a whole object with a time.
fn lines(path: &Path) -> Vec<Map<String, Value>> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    text.lines()
        .map(|line| {
            let mut line: Map<String, Value> = serde_json::from_str(line).unwrap();
            let time = line.remove("time").unwrap();
            let time: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
            assert!(time.duration_until(jiff::Timestamp::now()).as_secs() < 600);
            line
        })
        .collect()
}

/// The lines that came since `known`, without those that a test is not about.
#[track_caller]
fn assert_added(path: &Path, known: &mut usize, expected: &[Value]) {
    let all = lines(path);
    let added: Vec<Value> = all[*known..].iter().cloned().map(Value::Object).collect();
    assert_eq!(added, expected);
    *known = all.len();
}

fn changes(control: &Control) -> usize {
    let requests = control.requests();
    requests
        .iter()
        .filter(|request| request.method != "GET")
        .count()
}

#[test]
fn a_write_leaves_one_line_and_a_read_none() {
    for era in Era::BOTH {
        let (mut server, control, _folder, path) = audited(Setup::new(era));
        let mut known = 0;
        let created = server.ok(
            "didit_workflow_create",
            json!({ "workflow_label": "Label of ours" }),
        );
        let workflow = created.field("workflow_id").to_owned();
        let line = |tool: &str, targets: Value| {
            json!({
                "tool": tool, "access": "write", "targets": targets,
                "environment": "simulated", "outcome": "done",
            })
        };
        let made = json!({ "workflow_id": workflow });
        assert_added(&path, &mut known, &[line("didit_workflow_create", made)]);
        let created = server.ok(
            "didit_session_create",
            json!({ "vendor_data": "customer-4711" }),
        );
        let session = created.field("session_id").to_owned();
        let made = json!({ "session_id": session, "workflow_id": workflow });
        assert_added(&path, &mut known, &[line("didit_session_create", made)]);
        server.ok("didit_billing_top_up", json!({ "amount_in_dollars": 50 }));
        assert_added(
            &path,
            &mut known,
            &[line("didit_billing_top_up", json!({}))],
        );
        control.finish(&session, "approve");
        for (tool, arguments) in [
            ("didit_account_status", json!({ "check": true })),
            ("didit_workflow_list", json!({})),
            ("didit_session_list", json!({})),
            (
                "didit_session_get_decision",
                json!({ "session_id": session }),
            ),
            (
                "didit_session_wait_for_decision",
                json!({ "session_id": session }),
            ),
            (
                "didit_session_generate_pdf",
                json!({ "session_id": session }),
            ),
            ("didit_blocklist_list", json!({})),
            ("didit_billing_get_balance", json!({})),
        ] {
            server.ok(tool, arguments);
        }
        server.fails("didit_session_list", json!({ "limit": -1 }));
        assert_added(&path, &mut known, &[]);
        server.stop();
    }
}

/// A line about approving a session.
fn decided(session: &str, agreement: Option<&str>, outcome: &str, error: Option<&str>) -> Value {
    let mut line = json!({
        "tool": UPDATE, "access": "decide", "targets": { "session_id": session, "new_status": "Approved" },
        "environment": "simulated", "outcome": outcome,
    });
    if let Some(agreement) = agreement {
        line["agreement"] = agreement.into();
    }
    if let Some(error) = error {
        line["error"] = error.into();
    }
    line
}

#[test]
fn a_decision_leaves_the_attempt_and_the_outcome_with_who_agreed() {
    for era in Era::BOTH {
        let setup = Setup::new(era).human(&[Human::Declines, Human::Agrees]);
        let (mut server, control, _folder, path) = audited(setup);
        let session = in_review(&mut server, &control);
        let mut known = lines(&path).len();
        // Written in another way, it is the same session.
        let arguments = json!({ "id": session.to_uppercase(), "status": "approve" });
        server.fails(UPDATE, arguments.clone());
        let mut asked = Vec::new();
        if era == Era::Modern {
            asked.push(decided(&session, None, "asked", None));
        }
        let refused = decided(&session, None, "failed", Some("refused_by_client"));
        assert_added(&path, &mut known, &[asked.clone(), vec![refused]].concat());
        server.ok(UPDATE, arguments);
        let attempt = decided(&session, Some("human"), "attempt", None);
        let done = decided(&session, Some("human"), "done", None);
        assert_added(&path, &mut known, &[asked, vec![attempt, done]].concat());
        server.stop();
    }
}

#[test]
fn a_token_and_the_operators_choice_are_told_apart() {
    let (mut server, control, _folder, path) = audited(Setup::new(Era::Modern));
    let session = in_review(&mut server, &control);
    let mut known = lines(&path).len();
    let mut arguments = json!({ "session_id": session, "new_status": "Declined" });
    let preview = server.ok(UPDATE, arguments.clone());
    let declined = |mut line: Value| {
        line["targets"]["new_status"] = "Declined".into();
        line
    };
    let asked = declined(decided(&session, None, "asked", None));
    assert_added(&path, &mut known, &[asked]);
    arguments["confirmation_token"] = preview.field("confirmation_token").into();
    server.ok(UPDATE, arguments);
    let expected = ["attempt", "done"]
        .map(|outcome| declined(decided(&session, Some("token"), outcome, None)));
    assert_added(&path, &mut known, &expected);
    assert!(
        !fs::read_to_string(&path)
            .unwrap()
            .contains(preview.field("confirmation_token"))
    );
    server.stop();

    let setup = Setup::new(Era::Modern).arguments(&["--confirm=never", "--allow-irreversible"]);
    let (mut server, control, _folder, path) = audited(setup);
    let session = in_review(&mut server, &control);
    let mut known = lines(&path).len();
    server.ok("didit_session_delete", json!({ "session_id": session }));
    let expected = ["attempt", "done"].map(|outcome| {
        let mut line = decided(&session, Some("operator"), outcome, None);
        line["tool"] = "didit_session_delete".into();
        line["access"] = "irreversible".into();
        line["targets"] = json!({ "session_id": session });
        line
    });
    assert_added(&path, &mut known, &expected);
    server.stop();
}

#[test]
fn a_change_that_failed_says_how() {
    let setup = Setup::new(Era::Modern).arguments(&["--confirm=never"]);
    let (mut server, control, _folder, path) = audited(setup);
    let session = in_review(&mut server, &control);
    let mut known = lines(&path).len();
    control.post(
        "faults",
        &json!({ "kind": "status", "status": 403, "method": "PATCH", "body": "{\"detail\":\"Not you.\"}" }),
    );
    let arguments = json!({ "session_id": session, "new_status": "Approved" });
    server.fails(UPDATE, arguments.clone());
    let mut failed = decided(&session, Some("operator"), "failed", Some("forbidden"));
    failed["api_status"] = 403.into();
    let attempt = decided(&session, Some("operator"), "attempt", None);
    assert_added(&path, &mut known, &[attempt.clone(), failed]);
    control.post("faults", &json!({ "kind": "reset", "method": "PATCH" }));
    server.fails(UPDATE, arguments);
    // The connection broke after the change was sent, so nobody knows.
    let failed = decided(&session, Some("operator"), "unknown", Some("interrupted"));
    assert_added(&path, &mut known, &[attempt, failed]);
    server.stop();
}

#[test]
fn nothing_of_a_person_and_nothing_that_was_typed_stands_in_the_trail() {
    let setup = Setup::new(Era::Modern).arguments(&[
        "--confirm=never",
        "--allow-irreversible",
        "--pii=full",
    ]);
    let (mut server, control, _folder, path) = audited(setup);
    let session = in_review(&mut server, &control);
    for (tool, arguments) in [
        (
            UPDATE,
            json!({
                "session_id": session, "new_status": "Approved", "comment": "typed-comment",
                "send_email": true, "email_address": "typed@person.invalid",
            }),
        ),
        (
            UPDATE,
            json!({ "session_id": "typed-session", "new_status": "Approved" }),
        ),
        (
            UPDATE,
            json!({ "session_id": session, "new_status": "typed-status" }),
        ),
        (
            "didit_blocklist_add",
            json!({ "value": "typed@person.invalid", "entry_type": "email", "comment": "typed-comment" }),
        ),
        (
            "didit_blocklist_remove",
            json!({ "value": "typed@person.invalid", "entry_type": "email" }),
        ),
        (
            "didit_blocklist_add",
            json!({ "session_id": session, "comment": "typed-comment" }),
        ),
        (
            "didit_session_create",
            json!({
                "vendor_data": "typed-vendor", "metadata": { "typed": "typed-metadata" },
                "contact_details": { "email": "typed@person.invalid", "phone": "+15550001111" },
                "expected_details": { "first_name": "Typedina", "last_name": "Typedson" },
            }),
        ),
        (
            "didit_workflow_create",
            json!({ "workflow_label": "typed-label" }),
        ),
        (
            "didit_account_register",
            json!({ "email": "typed@our-company.com" }),
        ),
        ("didit_account_verify_email", json!({ "code": "AAAAAA" })),
        (
            "didit_account_login",
            json!({ "email": "typed@our-company.com", "application_id": "typed" }),
        ),
        (
            "didit_session_delete",
            json!({ "session_id": session, "instruction_id": "typed-instruction" }),
        ),
    ] {
        server.call(tool, arguments);
    }
    let people = control.get("people");
    let text = fs::read_to_string(&path).unwrap().to_lowercase();
    assert!(text.lines().count() >= 12, "{text}");
    for known in [
        "typed",
        "15550001111",
        "customer-4711",
        "our-company",
        "test-key",
    ] {
        assert!(!text.contains(known), "{known}: {text}");
    }
    for person in people.as_array().unwrap() {
        for (field, value) in person.as_object().unwrap() {
            let value = value.as_str().unwrap_or_default().to_lowercase();
            if value.len() > 3 {
                assert!(!text.contains(&value), "{field}: {text}");
            }
        }
    }
    server.stop();
}

#[test]
fn without_the_trail_nothing_is_decided_and_nothing_is_sent() {
    for era in Era::BOTH {
        let setup = Setup::new(era).arguments(&["--confirm=never", "--allow-irreversible"]);
        let (mut server, control, _folder, path) = audited(setup);
        let session = in_review(&mut server, &control);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        control.requests();
        for (tool, arguments) in [
            (
                UPDATE,
                json!({ "session_id": session, "new_status": "Approved" }),
            ),
            ("didit_session_delete", json!({ "session_id": session })),
            ("didit_blocklist_add", json!({ "session_id": session })),
            (
                "didit_blocklist_add",
                json!({ "value": "192.0.2.9", "entry_type": "ip_address" }),
            ),
        ] {
            let refused = server.fails(tool, arguments);
            assert!(
                refused.text.contains("audit_trail"),
                "{tool}: {}",
                refused.text
            );
            assert!(
                refused.text.contains("--audit-log"),
                "{tool}: {}",
                refused.text
            );
            assert_eq!(changes(&control), 0, "{tool}");
        }
        // What can be changed back goes on, with a line in the log.
        server.ok("didit_session_create", json!({}));
        assert_eq!(changes(&control), 1);
        fs::remove_dir(&path).unwrap();
        server.ok(
            UPDATE,
            json!({ "session_id": session, "new_status": "Approved" }),
        );
        assert_eq!(lines(&path).len(), 2);
        let (_, errors, _) = server.finish();
        assert!(
            errors.contains("the audit trail could not be written"),
            "{errors}"
        );
    }
}

#[test]
fn a_trail_that_cannot_be_opened_ends_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let flag = format!("--audit-log={}", folder.path().display());
    let finished = crate::support::server::run(&["--simulate", &flag], &[]);
    assert_eq!(finished.code, Some(2), "{finished:?}");
    let folder = folder.path().display().to_string();
    for text in ["--audit-log", "DIDIT_MCP_AUDIT_LOG", "cannot use", &folder] {
        assert!(finished.stderr.contains(text), "{text}: {finished:?}");
    }
    assert_eq!(finished.stdout, "");
}

#[test]
fn a_rotated_file_is_left_alone_and_a_new_one_begun() {
    let (mut server, _control, folder, path) = audited(Setup::new(Era::Modern));
    server.ok("didit_workflow_create", json!({}));
    let rotated = folder.path().join("audit.1");
    fs::rename(&path, &rotated).unwrap();
    server.ok("didit_session_create", json!({}));
    let tools = |path: &Path| -> Vec<Value> {
        lines(path)
            .into_iter()
            .map(|line| line["tool"].clone())
            .collect()
    };
    assert_eq!(tools(&rotated), ["didit_workflow_create"]);
    assert_eq!(tools(&path), ["didit_session_create"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        for path in [&rotated, &path] {
            assert_eq!(
                fs::metadata(path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }
    server.stop();
}

#[test]
fn processes_that_share_a_trail_do_not_mix_their_lines() {
    const CALLS: usize = 40;
    let simulator = Standalone::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let [api, auth] = simulator.arguments();
    let flag = format!("--audit-log={}", path.display());
    let mut servers: Vec<Server> = (0..3)
        .map(|_| {
            Setup::new(Era::Modern)
                .arguments(&[&api, &auth, &flag])
                .variable("DIDIT_API_KEY", &simulator.api_key)
                .start()
        })
        .collect();
    let call = json!({ "name": "didit_billing_top_up", "arguments": { "amount_in_dollars": 1 } });
    let ids: Vec<Vec<u64>> = servers
        .iter_mut()
        .map(|server| {
            (0..CALLS)
                .map(|_| server.post("tools/call", call.clone()))
                .collect()
        })
        .collect();
    for (server, ids) in servers.iter_mut().zip(ids) {
        for id in ids {
            server.response(id);
        }
    }
    assert_eq!(lines(&path).len(), 3 * CALLS);
    servers.into_iter().for_each(Server::stop);
}
