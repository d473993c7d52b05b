//! `didit-mcp account`, `billing`, `blocklist` and `check`, on a simulator that stays.

use crate::support::{control::Standalone, shell::Shell};

/// A simulator, and somebody without an account on it.
fn newcomer() -> (Standalone, Shell) {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator).variable("DIDIT_API_KEY", "");
    (simulator, shell)
}

#[test]
fn an_account_is_opened_proved_and_used() {
    let (simulator, shell) = newcomer();
    let flag = format!("--credentials={}", shell.path("credentials.json").display());
    assert_prints!("status_nothing", shell, ["account", "status", &flag]);
    assert_prints!(
        "register",
        shell,
        ["account", "register", "ops@our-company.com", &flag]
    );
    let code = simulator.control.code();
    assert_prints!("verify_without_code", shell, ["account", "verify", &flag]);
    assert_prints!("verify", shell, ["account", "verify", &code, &flag]);
    assert_prints!("login", shell, ["account", "login", &flag, "--json"]);
    let (exit, status) = shell.json(&["account", "status", "--check", &flag]);
    assert_eq!(exit, Some(0));
    assert_eq!(status["key_works"], true);
    assert_eq!(status["email"], "ops@our-company.com");
    // The key is used from then on, by every command, and shown by none.
    shell.ok(&["kyc", "setup", &flag]);
    let stored = std::fs::read_to_string(shell.path("credentials.json")).unwrap();
    let stored: serde_json::Value = serde_json::from_str(&stored).unwrap();
    let key = stored["profiles"]["default"]["api_key"].as_str().unwrap();
    for arguments in [
        &["account", "status", &flag][..],
        &["account", "login", &flag],
        &["check", &flag],
    ] {
        let finished = shell.run(arguments);
        assert!(!finished.stdout.contains(key), "{arguments:?}");
    }
}

#[test]
fn money_is_shown_and_a_payment_link_is_made() {
    let simulator = Standalone::start(&["--live"]);
    let shell = Shell::on(&simulator);
    simulator
        .control
        .post("balance", &serde_json::json!({ "amount": 12.5 }));
    assert_prints!("balance", shell, ["billing", "balance"]);
    assert_prints!("balance_json", shell, ["billing", "balance", "--json"]);
    assert_prints!("top_up", shell, ["billing", "top-up", "50"]);
    assert_prints!("top_up_too_little", shell, ["billing", "top-up", "5"]);
    assert_prints!(
        "top_up_too_little_json",
        shell,
        ["billing", "top-up", "5", "--json"]
    );
}

#[test]
fn what_must_not_pass_again_is_blocked_listed_and_unblocked() {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    shell.ok(&["kyc", "setup"]);
    let (_, made) = shell.json(&["kyc", "session", "--vendor-data", "fraudster"]);
    let id = made["session_id"].as_str().unwrap();
    simulator.control.finish(id, "decline_liveness_attack");
    assert_prints!(
        "blocklist_add",
        shell,
        [
            "blocklist",
            "add",
            "--session-id",
            id,
            "--items",
            "face,document",
            "--comment",
            "mask",
            "--yes"
        ]
    );
    assert_prints!("blocklist_list", shell, ["blocklist", "list"]);
    assert_prints!(
        "blocklist_list_json",
        shell,
        ["blocklist", "list", "--type", "document", "--json"]
    );
    assert_prints!(
        "blocklist_add_unasked",
        shell,
        [
            "blocklist",
            "add",
            "--value",
            "bad@our-company.com",
            "--type",
            "email"
        ]
    );
    assert_prints!(
        "blocklist_remove",
        shell,
        ["blocklist", "remove", "--session-id", id, "--yes"]
    );
    let (_, list) = shell.json(&["blocklist", "list"]);
    assert_eq!(list["items"].as_array().unwrap().len(), 0);
}

#[test]
fn the_check_finds_everything_right() {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    assert_prints!("check", shell, ["check"]);
    let (code, document) = shell.json(&["check"]);
    assert_eq!(code, Some(0));
    assert_eq!(document["ok"], true);
}

#[test]
fn the_check_says_what_is_wrong_and_how_to_mend_it() {
    let (_simulator, shell) = newcomer();
    let flag = format!("--credentials={}", shell.path("credentials.json").display());
    assert_prints!("check_no_key", shell, ["check", &flag]);
    let shell = shell.variable("DIDIT_API_KEY", "test-key-that-nobody-knows");
    assert_prints!("check_bad_key", shell, ["check", &flag]);
    let status = shell.run(&["account", "status", "--check", &flag]);
    assert_eq!(status.code, Some(1), "{status:?}");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let shell = shell.variable("DIDIT_API_BASE_URL", &format!("http://{address}/v3"));
    let (code, document) = shell.json(&["check", &flag]);
    assert_eq!(code, Some(1));
    let failed: Vec<&str> = document["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["status"] == "failed")
        .map(|check| check["name"].as_str().unwrap())
        .collect();
    assert_eq!(failed, ["verification API"]);
}

#[cfg(unix)]
#[test]
fn the_check_tries_where_files_go() {
    let shell = Shell::new();
    std::fs::write(shell.path("taken"), "").unwrap();
    for (folder, status) in [
        ("new/deep", "ok"),
        ("taken", "failed"),
        ("taken/deep", "failed"),
    ] {
        let folder = shell.path(folder).display().to_string();
        let (_, document) = shell.json(&["check", "--simulate", "--output-dir", &folder]);
        let rows = document["checks"].as_array().unwrap();
        let files = rows.iter().find(|row| row["name"] == "files").unwrap();
        assert_eq!(files["status"], status, "{folder}: {files}");
    }
    assert!(!shell.path("new").exists());
}

#[test]
fn the_check_says_when_others_can_read_the_credentials() {
    use std::os::unix::fs::PermissionsExt;

    let (_simulator, shell) = newcomer();
    let file = shell.path("credentials.json");
    std::fs::write(&file, "{}").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let flag = format!("--credentials={}", file.display());
    assert_prints!("check_open_credentials", shell, ["check", &flag]);
}
