//! Opening an account, logging in, and working without a key, through the real program.

use std::fs;

use crate::support::{
    control::{Control, KEY, Recorded, Standalone, simulated},
    server::{Answer, Era, Server, Setup},
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

/// A server with an account of its own, on a simulator beside it.
fn with_account(era: Era) -> (Server, Standalone) {
    let simulator = Standalone::start(&[]);
    let mut server = without_key(era, &simulator).start();
    open_account(&mut server, &simulator.control);
    (server, simulator)
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
        control.assert_sent(KEY, &["GET /v3/workflows/?limit=10"]);
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
        let (mut server, simulator) = with_account(era);
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

/// The ids of the applications that a refusal offers.
fn offered(refused: &Answer) -> Vec<String> {
    let allowed = refused
        .text
        .lines()
        .find_map(|line| line.strip_prefix("Allowed: "));
    let ids = allowed.unwrap().split("), ");
    ids.filter_map(|choice| choice.split(' ').next())
        .map(str::to_owned)
        .collect()
}

fn key_in_use(server: &mut Server, control: &Control) -> String {
    control.requests();
    server.ok("didit_workflow_list", json!({}));
    control.requests()[0].headers["x-api-key"].clone()
}

/// A call that a human agrees to by its token.
fn agreed(server: &mut Server, mut arguments: Value) -> Answer {
    let preview = server.ok("didit_account_login", arguments.clone());
    assert_eq!(preview.data["done"], false, "{}", preview.text);
    arguments["confirmation_token"] = preview.field("confirmation_token").into();
    server.ok("didit_account_login", arguments)
}

#[test]
fn the_sandbox_is_used_until_a_human_chooses_live() {
    for era in Era::BOTH {
        let (mut server, simulator) = with_account(era);
        let control = &simulator.control;
        let sandbox = key_in_use(&mut server, control);
        control.post("balance", &json!({ "amount": 0 }));
        let status = server.ok("didit_account_status", json!({}));
        assert!(status.text.contains("(sandbox)"), "{}", status.text);

        // Both keys are stored, so nothing is sent, and a human agrees to the change.
        let arguments = json!({ "environment": "live" });
        let preview = server.ok("didit_account_login", arguments.clone());
        assert_answer!("login_live_preview", preview);
        assert_eq!(key_in_use(&mut server, control), sandbox, "not yet");
        let live = agreed(&mut server, arguments);
        assert_answer!("login_live", live);
        let sent = control.requests();
        assert!(sent.iter().all(|request| !request.path.contains("/auth/")));
        let key = key_in_use(&mut server, control);
        assert_ne!(key, sandbox);

        // The one in use stays the one in use, and back is the same way.
        server.ok("didit_account_login", json!({}));
        assert_eq!(key_in_use(&mut server, control), key);
        agreed(&mut server, json!({ "environment": "sandbox" }));
        assert_eq!(key_in_use(&mut server, control), sandbox);
        server.stop();
    }
}

#[test]
fn on_the_built_in_simulator_nothing_is_called_real() {
    let (mut server, control) = simulated(Setup::new(Era::Modern));
    server.ok("didit_account_register", json!({ "email": EMAIL }));
    let verified = server.ok(
        "didit_account_verify_email",
        json!({ "code": control.code() }),
    );
    let live = agreed(&mut server, json!({ "environment": "live" }));
    for answer in [verified, live] {
        assert!(!answer.text.contains("real"), "{}", answer.text);
    }
    server.stop();
}

/// Whoever logs in where nothing is stored meets both applications, and begins with the sandbox.
#[test]
fn a_first_log_in_begins_with_the_sandbox() {
    for era in Era::BOTH {
        let (mut server, simulator) = with_account(era);
        let control = &simulator.control;
        let sandbox = key_in_use(&mut server, control);
        let file = server.home().join("config/didit-mcp/credentials.json");
        let mut stored: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let profile = stored["profiles"]["default"].as_object_mut().unwrap();
        assert_eq!(profile["other_applications"][0]["mode"], "live");
        for known in [
            "api_key",
            "application",
            "other_applications",
            "organization",
        ] {
            assert!(profile.remove(known).is_some(), "{known}");
        }
        fs::write(&file, stored.to_string()).unwrap();
        let answer = server.ok("didit_account_login", json!({}));
        assert!(answer.text.contains("It is the sandbox"), "{}", answer.text);
        assert_eq!(key_in_use(&mut server, control), sandbox);
        server.stop();
    }
}

#[test]
fn an_application_must_be_named_when_several_fit() {
    for era in Era::BOTH {
        let (mut server, simulator) = with_account(era);
        let control = &simulator.control;
        server.ok("didit_account_login", json!({}));
        let sent = control.requests();
        let bearer = sent[2].headers["authorization"].clone();
        control.post("mode", &json!({ "mode": "live" }));
        control.with_header(
            "POST",
            &sent[2].path,
            &format!("authorization: {bearer}"),
            &json!({}),
        );
        control.post("mode", &json!({ "mode": "live" }));

        let unknown = "5b1f3c9a-0000-4000-8000-000000000003";
        let failed = server.fails("didit_account_login", json!({ "application_id": unknown }));
        assert_answer!("login_unknown_application", failed);
        let ids = offered(&failed);
        assert_eq!(ids.len(), 3, "{}", failed.text);
        let failed = server.fails("didit_account_login", json!({ "environment": "sandbox" }));
        assert_answer!("login_no_sandbox", failed);
        // The sandbox of this account has become live as well, so no application stands out but the one in use.
        server.ok("didit_account_login", json!({}));
        for id in &ids[1..] {
            agreed(&mut server, json!({ "application_id": id }));
        }
        server.stop();
    }
}

#[test]
fn a_second_factor_is_asked_for_and_taken() {
    for era in Era::BOTH {
        let (mut server, simulator) = with_account(era);
        let control = &simulator.control;
        let factor = |body: Value| control.post("second-factor", &body);
        factor(json!({ "code": "246810" }));

        let asked = server.fails("didit_account_login", json!({}));
        assert_answer!("login_second_factor", asked);
        let lines: Vec<String> = control.requests().iter().map(Recorded::line).collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        let taken = server.ok("didit_account_login", json!({ "code": " 246810 " }));
        assert!(taken.text.contains("in use now"), "{}", taken.text);
        let sent = control.requests();
        assert_eq!(sent[1].path, "/auth/v2/2fa/verify/");
        let body: Value = serde_json::from_str(&sent[1].body).unwrap();
        assert_eq!(body["otp_token"], "246810");
        let temporary = body["temp_token"].as_str().unwrap().to_owned();
        assert!(sent[2].headers.contains_key("authorization"));

        for left in ["2 more", "1 more", "0 more"] {
            let wrong = server.fails("didit_account_login", json!({ "code": "000000" }));
            assert!(wrong.text.contains(left), "{}", wrong.text);
        }
        control.requests();
        let stopped = server.fails("didit_account_login", json!({ "code": "246810" }));
        assert_answer!("login_too_many_codes", stopped);
        control.assert_sent("", &[]);

        factor(json!({ "code": null, "has_passkeys": true }));
        let passkey = server.fails("didit_account_login", json!({}));
        assert_answer!("login_passkey", passkey);
        let said: String = server.transcript.iter().map(Value::to_string).collect();
        assert!(!said.contains(&temporary), "a secret was said");
        server.stop();
    }
}

/// The token that stands for the password may have run out when the code arrives; nobody knows what Didit answers then.
#[test]
fn a_code_that_comes_too_late_begins_anew() {
    let (mut server, simulator) = with_account(Era::Modern);
    let control = &simulator.control;
    control.post("second-factor", &json!({ "code": "246810" }));
    control.post(
        "faults",
        &json!({ "kind": "status", "status": 401, "path_prefix": "/auth/v2/2fa/" }),
    );
    let late = server.fails("didit_account_login", json!({ "code": "246810" }));
    assert_answer!("login_late_code", late);
    server.ok("didit_account_login", json!({ "code": "246810" }));
    server.stop();
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
