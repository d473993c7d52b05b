//! What the credentials file remembers: only passwords that may be an account's, each beside its own address, and a key
//! that goes to its own host alone.
#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::support::{
    scripted::{Request, Scripted},
    server::{Answer, Era, Server, Setup},
};
use serde_json::{Value, json};

const ORGANIZATION: &str = "5b1f3c9a-0000-4000-8000-00000000000a";
const APPLICATION: &str = "5b1f3c9a-0000-4000-8000-00000000000b";
const KEY: &str = "test-key-of-credentials-0000";

fn body_of(request: &Request) -> Value {
    serde_json::from_str(&request.body).unwrap_or_default()
}

/// An API where `known@` has an account already, `late@` fails first, and every password but that of `wrong@` is right.
/// Only the single application shows its key.
fn didit(request: &Request) -> (u16, Value) {
    let email = body_of(request)["email"].as_str().unwrap_or("").to_owned();
    let application = json!({ "uuid": APPLICATION, "name": "Test", "api_key": KEY });
    let applications = format!("GET /auth/v2/organizations/me/{ORGANIZATION}/applications/");
    match request.line.as_str() {
        "POST /auth/v2/programmatic/register/" if email.starts_with("known@") => (
            400,
            json!({ "email": ["A user with this email already exists."] }),
        ),
        "POST /auth/v2/programmatic/register/" if email.starts_with("late@") => {
            (500, json!({ "detail": "Server error." }))
        }
        "POST /auth/v2/programmatic/register/" => (201, json!({ "email": email })),
        "POST /auth/v2/programmatic/verify-email/" => (
            200,
            json!({
                "access_token": "test-token-0000000000", "expires_in": 86400,
                "organization": { "uuid": ORGANIZATION }, "application": application,
            }),
        ),
        "POST /auth/v2/programmatic/login/" if email.starts_with("wrong@") => {
            (401, json!({ "detail": "Invalid email or password." }))
        }
        "POST /auth/v2/programmatic/login/" => (
            200,
            json!({ "access_token": "test-token-0000000000", "expires_in": 86400 }),
        ),
        "GET /auth/v2/organizations/me/" => (200, json!([{ "uuid": ORGANIZATION }])),
        line if line == applications => (200, json!([{ "uuid": APPLICATION, "name": "Test" }])),
        line if line == format!("{applications}{APPLICATION}/") => (200, application),
        line if line.starts_with("GET /v3/workflows/") => {
            (200, json!({ "count": 0, "results": [] }))
        }
        _ => (404, json!({ "detail": "Not found." })),
    }
}

fn setup(upstream: &Scripted) -> Setup {
    let [api, auth] = upstream.arguments();
    Setup::new(Era::Modern).arguments(&[&api, &auth])
}

fn start() -> (Server, Scripted) {
    let upstream = Scripted::start(didit);
    (setup(&upstream).start(), upstream)
}

fn file_of(server: &Server) -> PathBuf {
    server.home().join("config/didit-mcp/credentials.json")
}

fn stored(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

fn register(server: &mut Server, email: &str) -> Answer {
    server.call("didit_account_register", json!({ "email": email }))
}

/// The passwords that were sent so far, oldest first.
fn passwords(upstream: &Scripted) -> Vec<String> {
    upstream
        .requests()
        .iter()
        .filter_map(|request| body_of(request)["password"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn a_refused_registration_leaves_nothing_behind() {
    let (mut server, upstream) = start();
    let refused = register(&mut server, "known@didit-test.local");
    assert!(refused.is_error, "{}", refused.text);
    assert!(
        refused.text.contains("didit_account_login"),
        "{}",
        refused.text
    );
    let sent = passwords(&upstream);
    assert!(!stored(&file_of(&server)).contains(&sent[0]));
    let status = server.ok("didit_account_status", json!({}));
    assert!(
        status.text.contains("didit_account_register"),
        "{}",
        status.text
    );
    assert!(
        !status.text.contains("didit_account_verify_email"),
        "{}",
        status.text
    );
    server.stop();
}

#[test]
fn a_registration_that_may_have_happened_keeps_its_password() {
    let (mut server, upstream) = start();
    for _ in 0..2 {
        assert!(register(&mut server, "late@didit-test.local").is_error);
    }
    let sent = passwords(&upstream);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], sent[1]);
    assert!(stored(&file_of(&server)).contains(&sent[0]));
    server.stop();
}

#[test]
fn each_address_keeps_its_own_password() {
    let (mut server, upstream) = start();
    let (one, other) = ("Ops@didit-test.local", "other@didit-test.local");
    for email in [one, other, "ops@didit-test.LOCAL"] {
        assert!(!register(&mut server, email).is_error);
    }
    let sent = passwords(&upstream);
    assert_ne!(sent[0], sent[1]);
    assert_eq!(sent[0], sent[2], "the same account");

    let code = json!({ "code": "A1B2C3", "email": other });
    server.ok("didit_account_verify_email", code);
    server.ok("didit_account_login", json!({}));
    server.ok("didit_account_login", json!({ "email": one }));
    server.ok("didit_account_login", json!({ "email": other }));
    assert_eq!(
        passwords(&upstream)[3..],
        [&sent[1], &sent[0], &sent[1]].map(String::clone)
    );
    server.stop();
}

#[test]
fn the_latest_registration_is_the_one_that_a_code_proves() {
    let (mut server, upstream) = start();
    for name in ["b", "c", "a"] {
        assert!(!register(&mut server, &format!("{name}@didit-test.local")).is_error);
    }
    server.ok("didit_account_verify_email", json!({ "code": "A1B2C3" }));
    let proved = body_of(upstream.requests().last().unwrap());
    assert_eq!(proved["email"], "a@didit-test.local");
    server.stop();
}

#[test]
fn a_reserved_domain_is_refused_before_anything_is_sent() {
    let (mut server, upstream) = start();
    for domain in [
        "example.com",
        "Example.ORG",
        "mail.test",
        "a.example",
        "b.invalid",
    ] {
        let refused = register(&mut server, &format!("person@{domain}"));
        assert!(
            refused.is_error && refused.text.contains("reserved"),
            "{}",
            refused.text
        );
    }
    assert!(!register(&mut server, "person@contest.local").is_error);
    assert_eq!(upstream.requests().len(), 1);
    server.stop();
}

#[test]
fn a_refused_password_is_not_tried_again() {
    let upstream = Scripted::start(didit);
    let mut server = setup(&upstream).start();
    let email = json!({ "email": "wrong@didit-test.local" });
    server.ok("didit_account_register", email.clone());
    let refused = server.fails("didit_account_login", email);
    assert!(refused.text.contains("not accepted"), "{}", refused.text);
    assert!(refused.text.contains("DIDIT_PASSWORD"), "{}", refused.text);
    assert!(
        !refused.text.contains("didit_account_login"),
        "{}",
        refused.text
    );
    server.stop();
}

#[test]
fn a_key_that_the_list_lacks_is_fetched_from_its_application() {
    let (mut server, upstream) = start();
    register(&mut server, "ops@didit-test.local");
    server.ok("didit_account_login", json!({}));
    server.ok("didit_workflow_list", json!({}));
    let last = upstream.requests().pop().unwrap();
    assert!(last.head.contains(KEY), "{}", last.head);
    server.stop();
}

#[test]
fn a_key_that_another_process_stores_is_used() {
    let (mut server, upstream) = start();
    let file = file_of(&server).display().to_string();
    let mut waiting = setup(&upstream)
        .variable("DIDIT_MCP_CREDENTIALS", &file)
        .start();
    waiting.fails("didit_workflow_list", json!({}));
    register(&mut server, "ops@didit-test.local");
    server.ok("didit_account_verify_email", json!({ "code": "A1B2C3" }));
    waiting.ok("didit_workflow_list", json!({}));
    waiting.stop();
    server.stop();
}

#[test]
fn a_stored_key_goes_to_its_own_host_alone() {
    let (mut server, _upstream) = start();
    register(&mut server, "ops@didit-test.local");
    server.ok("didit_account_verify_email", json!({ "code": "A1B2C3" }));
    let file = file_of(&server).display().to_string();
    let elsewhere = Scripted::start(didit);
    let mut other = setup(&elsewhere)
        .variable("DIDIT_MCP_CREDENTIALS", &file)
        .start();
    let refused = other.fails("didit_workflow_list", json!({}));
    assert!(
        refused.text.contains("belongs to http://127.0.0.1:"),
        "{}",
        refused.text
    );
    let checked = other.ok("didit_account_status", json!({ "check": true }));
    assert_eq!(checked.data["key_works"], false);
    other.fails("didit_account_login", json!({}));
    assert_eq!(
        elsewhere.requests().len(),
        0,
        "neither the key nor the password left"
    );
    other.stop();
    server.stop();
}

#[test]
fn a_key_of_unknown_origin_is_one_of_didit_itself() {
    let (mut server, upstream) = start();
    let file = file_of(&server);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(
        &file,
        json!({ "profiles": { "default": { "api_key": KEY } } }).to_string(),
    )
    .unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let refused = server.fails("didit_workflow_list", json!({}));
    assert!(
        refused
            .text
            .contains("belongs to https://verification.didit.me"),
        "{}",
        refused.text
    );
    assert_eq!(upstream.requests().len(), 0);
    server.stop();
}

#[test]
fn a_file_that_another_process_holds_is_waited_for_only_so_long() {
    let (mut server, upstream) = start();
    let file = file_of(&server);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let held = fs::File::create(file.with_extension("lock")).unwrap();
    held.lock().unwrap();
    let refused = register(&mut server, "ops@didit-test.local");
    assert!(
        refused.is_error && refused.text.contains("another process"),
        "{}",
        refused.text
    );
    assert_eq!(upstream.requests().len(), 0);
    held.unlock().unwrap();
    assert!(!register(&mut server, "ops@didit-test.local").is_error);
    server.stop();
}

#[test]
fn a_folder_that_others_can_write_to_holds_no_credentials() {
    let (mut server, upstream) = start();
    let folder = server.home().join("config/didit-mcp");
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    let refused = register(&mut server, "ops@didit-test.local");
    assert!(
        refused.is_error && refused.text.contains("chmod 700"),
        "{}",
        refused.text
    );
    assert_eq!(upstream.requests().len(), 0);
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        0,
        "nothing was written"
    );
    server.stop();
}

#[test]
fn the_key_of_the_environment_needs_no_file() {
    let upstream = Scripted::start(didit);
    let mut server = setup(&upstream).variable("DIDIT_API_KEY", KEY).start();
    let file = file_of(&server);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "not what this program writes").unwrap();
    server.ok("didit_workflow_list", json!({}));
    server.stop();
}
