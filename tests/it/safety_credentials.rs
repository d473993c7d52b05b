//! The file that remembers accounts: for its owner alone, whole at every moment, and never quoted.
#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::support::{
    control::{Control, Standalone},
    server::{Era, Server, Setup},
};
use serde_json::{Value, json};
use tempfile::TempDir;

const STORED: &str = "test-key-that-is-stored-000001";

fn start(simulator: &Standalone, file: &Path, profile: &str) -> Server {
    let [api, auth] = simulator.arguments();
    let file = format!("--credentials={}", file.display());
    let profile = format!("--profile={profile}");
    Setup::new(Era::Modern)
        .arguments(&[&api, &auth, &file, &profile])
        .start()
}

/// A folder for the file, which is there with this text and these permissions.
fn file_with(text: &str, mode: u32) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials.json");
    fs::write(&path, text).unwrap();
    set_mode(&path, mode);
    (folder, path)
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn stored(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The newest code that was sent to an address.
fn code_for(control: &Control, email: &str) -> String {
    let inbox = control.get("inbox");
    let mails = inbox.as_array().unwrap();
    let mail = mails.iter().rfind(|mail| mail["to"] == email).unwrap();
    mail["code"].as_str().unwrap().to_owned()
}

fn said(server: &Server) -> String {
    let lines: Vec<String> = server.transcript.iter().map(Value::to_string).collect();
    lines.join("\n")
}

fn profile_with_key() -> String {
    json!({ "profiles": { "default": { "email": "ops@our-company.com", "api_key": STORED } } })
        .to_string()
}

#[test]
fn what_is_made_is_for_its_owner_alone() {
    let simulator = Standalone::start(&[]);
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("new/deeper/credentials.json");
    let mut server = start(&simulator, &path, "default");
    server.ok(
        "didit_account_register",
        json!({ "email": "ops@our-company.com" }),
    );
    assert_eq!(mode(&path), 0o600);
    for folder in ["new", "new/deeper"] {
        assert_eq!(mode(&home.path().join(folder)), 0o700, "{folder}");
    }
    for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    server.stop();
}

#[test]
fn a_file_that_others_can_read_is_refused_with_the_command_to_run() {
    let simulator = Standalone::start(&[]);
    for loose in [0o644, 0o640, 0o604, 0o660, 0o777, 0o610] {
        let (_folder, path) = file_with(&profile_with_key(), loose);
        let mut server = start(&simulator, &path, "default");
        for (tool, arguments) in [
            ("didit_account_status", json!({})),
            ("didit_session_list", json!({})),
            (
                "didit_account_register",
                json!({ "email": "ops@our-company.com" }),
            ),
            ("didit_account_login", json!({})),
        ] {
            let refused = server.fails(tool, arguments);
            let command = format!("chmod 600 {}", path.display());
            assert!(refused.text.contains(&command), "{tool}: {}", refused.text);
            assert!(
                refused.text.contains(&format!("mode {loose:o}")),
                "{}",
                refused.text
            );
        }
        assert!(!said(&server).contains("test-key"));
        assert_eq!(fs::read_to_string(&path).unwrap(), profile_with_key());
        server.stop();
    }
    assert_eq!(simulator.control.requests().len(), 0);
}

#[test]
fn a_folder_in_which_others_could_replace_the_file_is_refused() {
    let simulator = Standalone::start(&[]);
    for (loose, refused) in [
        (0o777, true),
        (0o770, true),
        (0o702, true),
        (0o1777, false),
        (0o755, false),
        (0o700, false),
    ] {
        let (folder, path) = file_with(&profile_with_key(), 0o600);
        set_mode(folder.path(), loose);
        let mut server = start(&simulator, &path, "default");
        let answer = server.call("didit_account_status", json!({}));
        assert_eq!(answer.is_error, refused, "{loose:o}: {}", answer.text);
        if refused {
            let command = format!("chmod 700 {}", folder.path().display());
            assert!(answer.text.contains(&command), "{}", answer.text);
        }
        server.stop();
    }
}

#[test]
fn a_malformed_file_is_refused_and_not_quoted() {
    let simulator = Standalone::start(&[]);
    for text in [
        STORED.to_owned(),
        format!("{{\"profiles\": {{\"default\": {{\"api_key\": \"{STORED}\""),
        format!("{{\"profiles\": [\"{STORED}\"]}}"),
        format!("{{\n\"profiles\": {{\"default\": \"{STORED}\"}}}}"),
        format!("{{\"profiles\": {{\"default\": {{\"api_key\": [\"{STORED}\"]}}}}}}"),
        String::new(),
    ] {
        let (_folder, path) = file_with(&text, 0o600);
        let mut server = start(&simulator, &path, "default");
        for (tool, arguments) in [
            ("didit_account_status", json!({})),
            (
                "didit_account_register",
                json!({ "email": "ops@our-company.com" }),
            ),
        ] {
            let refused = server.fails(tool, arguments);
            assert!(refused.text.contains("not valid JSON"), "{}", refused.text);
        }
        assert!(!said(&server).contains("test-key"), "{}", said(&server));
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "left as it was");
        server.stop();
    }
    assert_eq!(simulator.control.requests().len(), 0);
}

#[test]
fn what_a_newer_version_wrote_and_other_profiles_stay() {
    let simulator = Standalone::start(&[]);
    let before = json!({
        "format": 7,
        "profiles": {
            "default": { "theme": "dark", "application": { "uuid": "u", "name": "n" } },
            "other": { "email": "other@our-company.com", "api_key": STORED, "later": [1, 2] },
        },
    });
    let (_folder, path) = file_with(&before.to_string(), 0o600);
    let mut server = start(&simulator, &path, "default");
    server.ok(
        "didit_account_register",
        json!({ "email": "ops@our-company.com" }),
    );
    let after = stored(&path);
    assert_eq!(after["format"], 7);
    assert_eq!(after["profiles"]["other"], before["profiles"]["other"]);
    assert_eq!(after["profiles"]["default"]["theme"], "dark");
    let added = &after["profiles"]["default"]["other_accounts"][0];
    assert_eq!(added["email"], "ops@our-company.com");
    assert!(!said(&server).contains(STORED));
    server.stop();
}

#[test]
fn processes_that_open_accounts_at_once_leave_a_whole_file() {
    let simulator = Standalone::start(&[]);
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("credentials.json");
    let names = ["first", "second", "third", "fourth"];
    let email = |name: &str| format!("{name}@our-company.com");
    let mut servers: Vec<Server> = names
        .iter()
        .map(|name| start(&simulator, &path, name))
        .collect();
    let calls = |tool: &str, arguments: Vec<Value>, servers: &mut Vec<Server>| {
        let ids: Vec<u64> = servers
            .iter_mut()
            .zip(arguments)
            .map(|(server, arguments)| {
                server.post(
                    "tools/call",
                    json!({ "name": tool, "arguments": arguments }),
                )
            })
            .collect();
        for (server, id) in servers.iter_mut().zip(ids) {
            let response = server.response(id);
            assert_eq!(response["result"]["isError"], false, "{response}");
        }
    };
    let emails = names.map(|name| json!({ "email": email(name) })).to_vec();
    calls("didit_account_register", emails, &mut servers);
    let codes = names
        .map(|name| json!({ "code": code_for(&simulator.control, &email(name)) }))
        .to_vec();
    calls("didit_account_verify_email", codes, &mut servers);
    let profiles = &stored(&path)["profiles"];
    let mut keys: Vec<&str> = names
        .iter()
        .map(|name| {
            assert_eq!(profiles[name]["email"], email(name).as_str());
            assert!(profiles[name]["password"].is_string());
            profiles[name]["api_key"].as_str().unwrap()
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), names.len());
    for server in servers {
        for key in &keys {
            assert!(!said(&server).contains(key));
        }
        server.stop();
    }
}

#[test]
fn processes_that_register_one_address_agree_on_its_password() {
    let simulator = Standalone::start(&[]);
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("credentials.json");
    let mut servers: Vec<Server> = (0..2)
        .map(|_| start(&simulator, &path, "default"))
        .collect();
    // Both have read the empty file before either writes.
    for server in &mut servers {
        server.ok("didit_account_status", json!({}));
    }
    let mut passwords = Vec::new();
    for server in &mut servers {
        server.ok(
            "didit_account_register",
            json!({ "email": "ops@our-company.com" }),
        );
        let sent = simulator.control.requests().pop().unwrap();
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        passwords.push(body["password"].as_str().unwrap().to_owned());
    }
    assert_eq!(passwords[0], passwords[1]);
    assert_eq!(
        stored(&path)["profiles"]["default"]["other_accounts"][0]["password"],
        passwords[0].as_str()
    );
    for server in servers {
        assert!(!said(&server).contains(&passwords[0]));
        server.stop();
    }
}

#[test]
fn an_account_that_another_process_stored_is_not_replaced() {
    let simulator = Standalone::start(&[]);
    let (_folder, path) = file_with("{}", 0o600);
    let mut server = start(&simulator, &path, "default");
    server.ok("didit_account_status", json!({}));
    fs::write(&path, profile_with_key()).unwrap();
    let refused = server.fails(
        "didit_account_register",
        json!({ "email": "new@our-company.com" }),
    );
    assert!(refused.text.contains("account_exists"), "{}", refused.text);
    assert_eq!(stored(&path)["profiles"]["default"]["api_key"], STORED);
    assert_eq!(simulator.control.requests().len(), 0);
    server.stop();
}

#[test]
fn the_key_of_the_environment_wins_over_the_file() {
    let simulator = Standalone::start(&[]);
    let (_folder, path) = file_with(&profile_with_key(), 0o600);
    let [api, auth] = simulator.arguments();
    let mut server = Setup::new(Era::Modern)
        .arguments(&[&api, &auth, "--credentials", path.to_str().unwrap()])
        .variable("DIDIT_API_KEY", &simulator.api_key)
        .start();
    server.ok("didit_workflow_list", json!({}));
    let sent = simulator.control.requests().pop().unwrap();
    assert_eq!(sent.headers["x-api-key"], simulator.api_key);
    let status = server.ok("didit_account_status", json!({}));
    assert_eq!(
        status.field("key_source"),
        "environment variable DIDIT_API_KEY"
    );
    server.stop();
}
