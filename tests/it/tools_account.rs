//! Opening an account, logging in, and working without a key, through the real program.

use crate::support::{
    control::{Control, KEY, Recorded, Standalone, simulated},
    server::{Era, Server, Setup},
};
use serde_json::{Value, json};

const EMAIL: &str = "operator@didit-test.local";

/// A server without a key of its own, on a simulator beside it.
fn without_key(era: Era, simulator: &Standalone) -> Setup {
    let arguments = simulator.arguments();
    Setup::new(era).arguments(&arguments.each_ref().map(String::as_str))
}

fn password_of(request: &Recorded) -> String {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    body["password"].as_str().unwrap().to_owned()
}

/// Opens an account and confirms it; returns its password, which nobody but the API saw.
fn open_account(server: &mut Server, control: &Control) -> String {
    server.ok("didit_account_register", json!({ "email": EMAIL }));
    let password = password_of(&control.requests()[0]);
    server.ok(
        "didit_account_verify_email",
        json!({ "code": control.code() }),
    );
    control.requests();
    password
}

#[test]
fn the_status_on_the_simulator() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era));
        assert_answer!(
            "status_simulator",
            server.ok("didit_account_status", json!({}))
        );
        control.assert_sent(KEY, &[]);
        let proved = server.ok("didit_account_status", json!({ "check": true }));
        assert_eq!(proved.data["key_works"], true);
        control.assert_sent(KEY, &["GET /v3/workflows/?limit=1"]);
        server.stop();
    }
}

#[test]
fn a_key_that_does_not_work_is_said_to_be_the_trouble() {
    for era in Era::BOTH {
        let simulator = Standalone::start(&[]);
        let mut server = without_key(era, &simulator)
            .variable("DIDIT_API_KEY", "test-key-of-nobody-000000000000-zzzz")
            .start();
        let refused = server.ok("didit_account_status", json!({ "check": true }));
        assert_eq!(refused.data["key_works"], false);
        assert_answer!("status_bad_key", refused);
        server.stop();
    }
}

#[test]
fn an_account_is_opened_and_its_key_used_at_once() {
    for era in Era::BOTH {
        let simulator = Standalone::start(&[]);
        let control = &simulator.control;
        let mut server = without_key(era, &simulator).start();

        let registered = server.ok(
            "didit_account_register",
            json!({ "email": format!(" {EMAIL} ") }),
        );
        assert_answer!("register", registered);
        let again = server.ok("didit_account_register", json!({ "email": EMAIL }));
        assert_answer!("register_again", again);
        let sent = control.requests();
        let password = password_of(&sent[0]);
        assert_eq!(password_of(&sent[1]), password, "the same account");
        assert!(password.len() >= 16);
        for request in &sent {
            assert_eq!(
                request.line(),
                format!(
                    r#"POST /auth/v2/programmatic/register/ {{"email":"{EMAIL}","password":"{password}"}}"#
                )
            );
            assert!(!request.headers.contains_key("x-api-key"));
        }

        let code = control.code();
        let verified = server.ok(
            "didit_account_verify_email",
            json!({ "code": code.to_lowercase() }),
        );
        assert_answer!("verify_email", verified);
        control.assert_sent(
            "",
            &[&format!(
                r#"POST /auth/v2/programmatic/verify-email/ {{"email":"{EMAIL}","code":"{code}"}}"#
            )],
        );

        server.ok("didit_workflow_list", json!({}));
        let key = control.requests()[0].headers["x-api-key"].clone();
        assert_ne!(key, simulator.api_key, "the new application has its own");
        let status = server.ok("didit_account_status", json!({}));
        assert!(status.text.contains("credentials file"), "{}", status.text);
        assert_eq!(status.field("key_last_four"), &key[key.len() - 4..]);
        let said: String = server.transcript.iter().map(Value::to_string).collect();
        assert!(
            !said.contains(&key) && !said.contains(&password),
            "a secret was said"
        );
        assert_stored(&server);
        server.stop();
    }
}

#[cfg(unix)]
fn assert_stored(server: &Server) {
    use std::os::unix::fs::PermissionsExt as _;
    let file = server.home().join("config/didit-mcp/credentials.json");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(not(unix))]
fn assert_stored(_: &Server) {}

#[test]
fn a_code_may_be_wrong_or_too_old() {
    for era in Era::BOTH {
        let simulator = Standalone::start(&[]);
        let control = &simulator.control;
        let mut server = without_key(era, &simulator).start();
        let failed = server.fails("didit_account_verify_email", json!({ "code": "ABC123" }));
        assert_answer!("verify_without_registration", failed);
        server.ok("didit_account_register", json!({ "email": EMAIL }));
        let code = control.code();
        let wrong = if code == "ABC123" { "ABC124" } else { "ABC123" };
        let failed = server.fails("didit_account_verify_email", json!({ "code": wrong }));
        assert_answer!("verify_wrong_code", failed);
        control.post("clock", &json!({ "advance_seconds": 1200 }));
        let failed = server.fails("didit_account_verify_email", json!({ "code": code }));
        assert_answer!("verify_old_code", failed);
        server.stop();
    }
}

#[test]
fn a_second_account_does_not_replace_the_first() {
    for era in Era::BOTH {
        let simulator = Standalone::start(&[]);
        let mut server = without_key(era, &simulator).start();
        open_account(&mut server, &simulator.control);
        let failed = server.fails(
            "didit_account_register",
            json!({ "email": "another@didit-test.local" }),
        );
        assert_answer!("register_second_account", failed);
        simulator.control.assert_sent("", &[]);
        server.stop();
    }
}

#[test]
fn logging_in_fetches_the_key_again() {
    for era in Era::BOTH {
        let simulator = Standalone::start(&[]);
        let control = &simulator.control;
        let mut server = without_key(era, &simulator).start();
        let password = open_account(&mut server, control);
        assert_answer!("login", server.ok("didit_account_login", json!({})));
        let sent = control.requests();
        assert_eq!(
            sent[0].line(),
            format!(
                r#"POST /auth/v2/programmatic/login/ {{"email":"{EMAIL}","password":"{password}"}}"#
            )
        );
        assert_eq!(sent[1].line(), "GET /auth/v2/organizations/me/");
        assert!(sent[2].path.starts_with("/auth/v2/organizations/me/"));
        assert!(sent[2].path.ends_with("/applications/"));
        for request in &sent[1..] {
            assert!(request.headers["authorization"].starts_with("Bearer "));
            assert!(!request.headers.contains_key("x-api-key"));
        }
        server.stop();
    }
}

#[test]
fn a_login_without_an_account() {
    for era in Era::BOTH {
        let simulator = Standalone::start(&[]);
        let mut server = without_key(era, &simulator).start();
        let failed = server.fails("didit_account_login", json!({}));
        assert_answer!("login_without_account", failed);
        server.stop();
    }
}

#[test]
fn an_application_must_be_named_when_there_are_several() {
    for era in Era::BOTH {
        let simulator = Standalone::start(&[]);
        let control = &simulator.control;
        let mut server = without_key(era, &simulator).start();
        open_account(&mut server, control);
        server.ok("didit_account_login", json!({}));
        let sent = control.requests();
        let bearer = sent[2].headers["authorization"].clone();
        control.with_header(
            "POST",
            &sent[2].path,
            &format!("authorization: {bearer}"),
            &json!({}),
        );

        let failed = server.fails("didit_account_login", json!({}));
        assert_answer!("login_several", failed);
        let allowed = failed
            .text
            .lines()
            .find_map(|line| line.strip_prefix("Allowed: "));
        let ids: Vec<&str> = allowed
            .unwrap()
            .split(", ")
            .filter_map(|choice| choice.split(' ').next())
            .collect();
        assert_eq!(ids.len(), 2, "{}", failed.text);
        for id in ids {
            server.ok("didit_account_login", json!({ "application_id": id }));
        }
        let unknown = "5b1f3c9a-0000-4000-8000-000000000003";
        let failed = server.fails("didit_account_login", json!({ "application_id": unknown }));
        assert_answer!("login_unknown_application", failed);
        server.stop();
    }
}

/// Every tool that needs a key says so, with the ways to get one, and sends nothing.
#[test]
fn without_a_key_nothing_is_sent() {
    let id = "5b1f3c9a-0000-4000-8000-000000000004";
    for era in Era::BOTH {
        let simulator = Standalone::start(&[]);
        let mut server = without_key(era, &simulator)
            .arguments(&["--allow-irreversible"])
            .start();
        assert_answer!(
            "status_no_key",
            server.ok("didit_account_status", json!({}))
        );
        let checked = server.ok("didit_account_status", json!({ "check": true }));
        assert_eq!(checked.data["key_works"], false);
        assert!(
            checked.text.contains("No Didit API key"),
            "{}",
            checked.text
        );
        for (tool, arguments) in [
            ("didit_workflow_list", json!({})),
            ("didit_workflow_get", json!({ "workflow_id": id })),
            ("didit_workflow_create", json!({})),
            (
                "didit_workflow_update",
                json!({ "workflow_id": id, "aml": true }),
            ),
            ("didit_workflow_delete", json!({ "workflow_id": id })),
            ("didit_session_create", json!({})),
            ("didit_session_list", json!({})),
            ("didit_session_get_decision", json!({ "session_id": id })),
            (
                "didit_session_wait_for_decision",
                json!({ "session_id": id }),
            ),
            (
                "didit_session_update_status",
                json!({ "session_id": id, "new_status": "Approved" }),
            ),
            ("didit_session_generate_pdf", json!({ "session_id": id })),
            ("didit_session_delete", json!({ "session_id": id })),
            ("didit_blocklist_list", json!({})),
            ("didit_blocklist_add", json!({ "session_id": id })),
            ("didit_blocklist_remove", json!({ "session_id": id })),
            ("didit_billing_get_balance", json!({})),
            ("didit_billing_top_up", json!({ "amount_in_dollars": 50 })),
        ] {
            let failed = server.fails(tool, arguments);
            assert_answer!("no_key", failed);
        }
        simulator.control.assert_sent("", &[]);
        server.stop();
    }
}
