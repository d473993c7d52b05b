//! Settings at start: what cannot be used ends the process with the valid values, and what is empty counts as absent.

use crate::support::server::{Era, Setup, run};
use didit_mcp::tools::Toolset;
use serde_json::json;

/// The program must refuse to start, and say `expected` of what it takes.
fn assert_refused(arguments: &[&str], variables: &[(&str, &str)], expected: &[&str]) {
    let finished = run(arguments, variables);
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert_eq!(finished.stdout, "");
    for text in expected {
        assert!(finished.stderr.contains(text), "{text}: {finished:?}");
    }
}

#[test]
fn a_setting_that_cannot_be_used_is_refused_with_the_valid_values() {
    let toolsets = Toolset::words().join(", ");
    assert!(
        toolsets.ends_with("reviews, operations, onboarding, reviewer, developer, default, all")
    );
    let addresses = "an https address, or http on this machine";
    for (flag, variable, value, valid) in [
        (
            "--toolsets",
            "DIDIT_MCP_TOOLSETS",
            "sessions,payments",
            toolsets.as_str(),
        ),
        (
            "--confirm",
            "DIDIT_MCP_CONFIRM",
            "maybe",
            "ask, preview, never",
        ),
        ("--log", "DIDIT_MCP_LOG", "trace", "off, error, warn, info"),
        ("--timeout", "DIDIT_MCP_TIMEOUT", "0", "from 1 to 600"),
        ("--timeout", "DIDIT_MCP_TIMEOUT", "601", "from 1 to 600"),
        ("--timeout", "DIDIT_MCP_TIMEOUT", "soon", "from 1 to 600"),
        (
            "--workflow-id",
            "DIDIT_WORKFLOW_ID",
            "kyc",
            "a UUID such as",
        ),
        (
            "--api-base-url",
            "DIDIT_API_BASE_URL",
            "didit.example",
            addresses,
        ),
        (
            "--api-base-url",
            "DIDIT_API_BASE_URL",
            "http://didit.example/v3",
            addresses,
        ),
        (
            "--api-base-url",
            "DIDIT_API_BASE_URL",
            "https://someone:secret@didit.example/v3",
            addresses,
        ),
        (
            "--api-base-url",
            "DIDIT_API_BASE_URL",
            "https://didit.example/v3?key=1",
            addresses,
        ),
        (
            "--auth-base-url",
            "DIDIT_AUTH_BASE_URL",
            "ftp://127.0.0.1/auth",
            addresses,
        ),
        (
            "--api-base-url",
            "DIDIT_API_BASE_URL",
            "https:\\\\didit.example/v3",
            addresses,
        ),
        (
            "--api-base-url",
            "DIDIT_API_BASE_URL",
            "https://evil.example\\.didit.example/v3",
            addresses,
        ),
        (
            "--api-base-url",
            "DIDIT_API_BASE_URL",
            "https://@didit.example/v3",
            addresses,
        ),
        (
            "--auth-base-url",
            "DIDIT_AUTH_BASE_URL",
            "https:didit.example/v3",
            addresses,
        ),
        (
            "--auth-base-url",
            "DIDIT_AUTH_BASE_URL",
            "https:///didit.example/v3",
            addresses,
        ),
        (
            "--auth-base-url",
            "DIDIT_AUTH_BASE_URL",
            "https://d\u{456}dit.example/v3",
            addresses,
        ),
        (
            "--rate-limits",
            "DIDIT_MCP_RATE_LIMITS",
            "some",
            "on; off for an API on this machine",
        ),
        // Without an address of this machine it would be Didit that is called without limits.
        (
            "--rate-limits",
            "DIDIT_MCP_RATE_LIMITS",
            "off",
            "both API addresses must be on this machine",
        ),
        ("--ca-file", "DIDIT_MCP_CA_FILE", "/", "cannot use"),
        (
            "--ca-file",
            "DIDIT_MCP_CA_FILE",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
            "it holds no certificates in PEM form",
        ),
    ] {
        // An address with a user name may hold a password, which is not repeated.
        let last = if value.contains('@') {
            "(hidden: it holds a user name)"
        } else {
            value.rsplit(',').next().unwrap()
        };
        assert_refused(&[flag, value], &[], &[flag, variable, last, valid]);
        assert_refused(&[], &[(variable, value)], &[flag, variable, last, valid]);
    }
}

#[test]
fn a_switch_takes_clear_words_only() {
    for variable in [
        "DIDIT_MCP_SIMULATE",
        "DIDIT_MCP_READ_ONLY",
        "DIDIT_MCP_IRREVERSIBLE",
    ] {
        assert_refused(
            &[],
            &[(variable, "perhaps")],
            &["perhaps", "true, false, 1, 0, yes, no, on, off"],
        );
    }
    for (word, tools) in [
        ("1", 11),
        ("Yes", 11),
        ("on", 11),
        ("0", 22),
        ("off", 22),
        ("", 22),
    ] {
        let mut server = Setup::new(Era::Modern)
            .variable("DIDIT_MCP_READ_ONLY", word)
            .start();
        assert_eq!(server.tools().len(), tools, "{word}");
        server.stop();
    }
}

#[test]
fn an_unknown_flag_and_an_unknown_command_are_refused() {
    assert_refused(&["--api-key", "test-key"], &[], &["--api-key"]);
    assert_refused(&["--password", "test-password"], &[], &["--password"]);
    assert_refused(&["dance"], &[], &["dance"]);
}

#[test]
fn a_key_that_cannot_be_one_is_refused_without_being_shown() {
    let key = "test-key with-blanks";
    assert_refused(&[], &[("DIDIT_API_KEY", key)], &["DIDIT_API_KEY"]);
    assert!(
        !run(&[], &[("DIDIT_API_KEY", key)])
            .stderr
            .contains("blanks")
    );
}

/// Client configurations leave variables empty when the user fills in nothing, or leave the name of the value there.
#[test]
fn an_empty_variable_and_a_placeholder_count_as_absent() {
    for value in ["", "${user_config.anything}"] {
        starts_as_if_unset(value);
    }
}

fn starts_as_if_unset(value: &str) {
    let mut setup = Setup::new(Era::Modern);
    for name in [
        "DIDIT_API_KEY",
        "DIDIT_PASSWORD",
        "DIDIT_WORKFLOW_ID",
        "DIDIT_API_BASE_URL",
        "DIDIT_AUTH_BASE_URL",
        "DIDIT_MCP_SIMULATE",
        "DIDIT_MCP_TOOLSETS",
        "DIDIT_MCP_READ_ONLY",
        "DIDIT_MCP_IRREVERSIBLE",
        "DIDIT_MCP_CONFIRM",
        "DIDIT_MCP_OUTPUT_DIR",
        "DIDIT_MCP_CREDENTIALS",
        "DIDIT_MCP_PROFILE",
        "DIDIT_MCP_TIMEOUT",
        "DIDIT_MCP_LOG",
        "DIDIT_MCP_RATE_LIMITS",
        "DIDIT_MCP_CA_FILE",
    ] {
        setup = setup.variable(name, value);
    }
    let mut server = setup.start();
    assert_eq!(server.tools().len(), 22);
    let status = server.ok("didit_account_status", json!({}));
    assert_eq!(status.data["has_api_key"], false);
    assert!(
        status.text.contains("https://verification.didit.me/v3"),
        "{}",
        status.text
    );
    server.stop();
}

#[test]
fn flags_win_over_variables() {
    let mut server = Setup::new(Era::Modern)
        .variable("DIDIT_MCP_TOOLSETS", "billing")
        .arguments(&["--toolsets", "account, workflows"])
        .start();
    assert_eq!(server.tools().len(), 8);
    server.stop();
}

#[test]
fn the_settings_are_shown_by_the_status() {
    let mut server = Setup::new(Era::Modern)
        .variable("DIDIT_API_KEY", "test-key-settings-0000-wxyz")
        .arguments(&[
            "--read-only",
            "--confirm=never",
            "--toolsets=account,sessions",
        ])
        .start();
    let status = server.ok("didit_account_status", json!({}));
    for line in [
        "API key: ends in wxyz, from the environment variable DIDIT_API_KEY.",
        "Toolsets: account, sessions.",
        "Read-only: on.",
        "Irreversible tools: off.",
        "Decisions about people: take effect without asking, as the operator chose.",
    ] {
        assert!(status.text.contains(line), "{line}\n{}", status.text);
    }
    assert!(!status.text.contains("test-key"), "{}", status.text);
    server.stop();
}

#[test]
fn the_version_is_that_of_the_package() {
    let finished = run(&["--version"], &[]);
    assert_eq!(finished.code, Some(0));
    assert_eq!(
        finished.stdout,
        concat!("didit-mcp ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

/// Containers run programs as users that the system does not know, without a home folder.
#[cfg(unix)]
#[test]
fn a_user_without_a_home_folder_can_do_what_needs_none() {
    use std::io::Write as _;
    use std::os::unix::process::CommandExt as _;

    for variables in [&[("DIDIT_API_KEY", "test-key-settings-0000-wxyz")][..], &[]] {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut command = crate::support::server::command(&[], &variables);
        // Only the system's administrator may start a program as somebody else. Elsewhere this is a usual start.
        let spawned = command
            .stdin(std::process::Stdio::piped())
            .uid(54_321)
            .spawn();
        let mut child = spawned
            .or_else(|_| {
                crate::support::server::command(&[], &variables)
                    .stdin(std::process::Stdio::piped())
                    .spawn()
            })
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        for (id, method, parameters) in [
            (
                1,
                "initialize",
                json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } }),
            ),
            (2, "tools/list", json!({})),
            (
                3,
                "tools/call",
                json!({ "name": "didit_account_status", "arguments": {} }),
            ),
        ] {
            let message =
                json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters });
            writeln!(input, "{message}").unwrap();
        }
        drop(input);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        let status = said.lines().find(|line| line.contains("\"id\":3")).unwrap();
        assert!(status.contains("\"isError\":false"), "{status}");
        let key = if variables.is_empty() {
            "API key: none"
        } else {
            "API key: ends in wxyz"
        };
        assert!(status.contains(key), "{status}");
    }
}

/// A proxy that fails is no fault of Didit's, and its password is nobody's business.
#[test]
fn a_proxy_is_named_where_it_is_at_fault() {
    // Nothing listens at the first address; the other answers, and opens no tunnel.
    let refusing = "127.0.0.1:9".to_owned();
    let broken = crate::support::scripted::Scripted::start(|_| (502, json!({})));
    let broken = broken.arguments()[0]
        .replace("--api-base-url=http://", "")
        .replace("/v3", "");
    for address in [refusing, broken] {
        for (variable, value) in [
            ("HTTPS_PROXY", format!("http://someone:test-word@{address}")),
            ("https_proxy", format!("someone:test-word@{address}")),
            ("ALL_PROXY", format!("http://{address}/")),
        ] {
            let mut server = Setup::new(Era::Modern)
                .arguments(&["--timeout=2"])
                .variable("DIDIT_API_KEY", "test-key-settings-0000-wxyz")
                .variable(variable, &value)
                .start();
            let failed = server.fails("didit_billing_get_balance", json!({}));
            let named = format!("through the proxy http://{address} that {variable} names");
            assert!(failed.text.contains(&named), "{}", failed.text);
            assert!(!failed.text.contains("test-word"), "{}", failed.text);
            server.stop();
        }
        let checked = run(
            &["check"],
            &[
                ("DIDIT_API_KEY", "test-key-settings-0000-wxyz"),
                (
                    "HTTPS_PROXY",
                    &format!("http://someone:test-word@{address}"),
                ),
            ],
        );
        let named = format!("through the proxy http://{address} that HTTPS_PROXY names");
        assert!(checked.stdout.contains(&named), "{checked:?}");
        assert!(!checked.stdout.contains("test-word"), "{checked:?}");
    }
}

#[test]
fn a_variable_that_names_no_proxy_is_refused_by_name() {
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        for value in [
            "not a proxy",
            "http://",
            "ftp://proxy.test-word.example",
            "socks5://test-word:1080",
        ] {
            assert_refused(&[], &[(variable, value)], &[variable, "HTTP proxy"]);
            assert!(!run(&[], &[(variable, value)]).stderr.contains("test-word"));
        }
        assert_eq!(run(&[], &[(variable, "")]).code, Some(0));
    }
    // What is meant for this machine alone needs no proxy.
    let local = [
        "--api-base-url=http://127.0.0.1:9/v3",
        "--auth-base-url=http://127.0.0.1:9/v2",
    ];
    assert_eq!(run(&local, &[("HTTPS_PROXY", "not a proxy")]).code, Some(0));
}

/// A host that does not fill in a placeholder (langchain-mcp-adapters#437) must not leave a guard off in silence.
#[test]
fn a_placeholder_in_a_setting_that_restricts_or_records_is_refused() {
    for variable in [
        "DIDIT_MCP_SIMULATE",
        "DIDIT_MCP_READ_ONLY",
        "DIDIT_MCP_IRREVERSIBLE",
        "DIDIT_MCP_CONFIRM",
        "DIDIT_MCP_PII",
        "DIDIT_MCP_TOOLSETS",
        "DIDIT_MCP_AUDIT_LOG",
        "DIDIT_MCP_OUTPUT_DIR",
        "DIDIT_MCP_CREDENTIALS",
        "DIDIT_MCP_LOG_FILE",
        "DIDIT_MCP_CA_FILE",
    ] {
        for value in [
            "${READ_ONLY:-true}",
            "${SOMETHING}",
            "/home/x/${DOCUMENTS}/Didit",
        ] {
            assert_refused(&[], &[(variable, value)], &["placeholder"]);
        }
        // Clients of bundles pass this on where the user filled in nothing.
        let unset = run(
            &["check", "--json"],
            &[(variable, "${user_config.something}")],
        );
        assert!(!unset.stdout.contains("placeholder"), "{unset:?}");
    }
}

/// Claude Desktop starts servers in `/`, others in somebody's project: a report about a person must not land there.
#[test]
fn a_path_that_depends_on_where_the_client_was_started_is_refused() {
    for variable in [
        "DIDIT_MCP_AUDIT_LOG",
        "DIDIT_MCP_OUTPUT_DIR",
        "DIDIT_MCP_CREDENTIALS",
        "DIDIT_MCP_LOG_FILE",
        "DIDIT_MCP_CA_FILE",
    ] {
        for value in ["Didit", "./reports", "../x", "~someone/Didit"] {
            assert_refused(
                &[],
                &[(variable, value)],
                &[variable, "give the whole path"],
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn a_tilde_is_the_home_folder() {
    let setup = Setup::new(Era::BOTH[0]).variable("DIDIT_MCP_AUDIT_LOG", "~/changes.jsonl");
    let mut server = setup.arguments(&["--simulate"]).start();
    let home = server.home().to_owned();
    server.ok("didit_workflow_create", json!({}));
    assert!(home.join("changes.jsonl").exists());
    server.stop();
}

/// A folder of settings with this file in it, and the variable that leads there.
fn settings_file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("didit-mcp");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("config.toml"), text).unwrap();
    let path = folder.path().display().to_string();
    (folder, path)
}

#[test]
fn the_file_of_settings_holds_under_variables_and_flags() {
    let (_folder, path) = settings_file(
        "# Mine.\npii = \"none\"\ntoolsets = [\"billing\"]\nworkflow-id = \"11111111-2222-3333-4444-555555555555\"\n",
    );
    let started = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut setup = Setup::new(Era::Modern)
            .arguments(arguments)
            .variable("XDG_CONFIG_HOME", &path);
        for (name, value) in variables {
            setup = setup.variable(name, value);
        }
        let mut server = setup.start();
        let tools = server.tools();
        let names: Vec<String> = tools
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect();
        names
    };
    let names = started(&["--simulate"], &[]);
    assert!(
        names.iter().all(|name| name.starts_with("didit_billing_")),
        "{names:?}"
    );
    let names = started(&["--simulate"], &[("DIDIT_MCP_TOOLSETS", "blocklist")]);
    assert!(
        names
            .iter()
            .all(|name| name.starts_with("didit_blocklist_")),
        "{names:?}"
    );
    let names = started(
        &["--simulate", "--toolsets", "workflows"],
        &[("DIDIT_MCP_TOOLSETS", "blocklist")],
    );
    assert!(
        names.iter().all(|name| name.starts_with("didit_workflow_")),
        "{names:?}"
    );
    let names = started(&["--simulate"], &[("DIDIT_MCP_TOOLSETS", "")]);
    assert!(
        names.iter().all(|name| name.starts_with("didit_billing_")),
        "an empty one says nothing: {names:?}"
    );
}

#[test]
fn the_level_of_the_file_keeps_a_persons_name_back() {
    let played = |text: &str| {
        let (_folder, path) = settings_file(text);
        let words = [
            "kyc",
            "full",
            "--simulate",
            "--scenario",
            "approve",
            "--wait",
        ];
        let finished = run(&words, &[("XDG_CONFIG_HOME", &path)]);
        assert_eq!(finished.code, Some(0), "{finished:?}");
        finished.stdout
    };
    assert!(played("").contains("\nName: "));
    assert!(!played("pii = \"none\"").contains("Name:"));
}

#[test]
fn a_mistake_in_the_file_of_settings_is_told_by_its_name_and_line() {
    for (text, expected) in [
        (
            "pii = \"none\"\nread-only = true\n",
            "line 2: unknown field `read-only`",
        ),
        (
            "pii = \"some\"",
            "--pii (DIDIT_MCP_PII) does not take \"some\"",
        ),
        (
            "toolsets = \"sessions,payments\"",
            "does not take \"payments\"",
        ),
        ("workflow-id = \"kyc\"", "a UUID such as"),
        (
            "output-dir = \"reports\"",
            "it does not say where it begins",
        ),
        (
            "api-key = \"test-key-in-a-file-12345\"",
            "unknown field `api-key`",
        ),
        ("pii = ", "line 1: "),
    ] {
        let (_folder, path) = settings_file(text);
        let finished = run(&["check"], &[("XDG_CONFIG_HOME", &path)]);
        assert_eq!(finished.code, Some(2), "{text}: {finished:?}");
        assert!(
            finished.stderr.contains("config.toml cannot use"),
            "{text}: {finished:?}"
        );
        assert!(finished.stderr.contains(expected), "{text}: {finished:?}");
        assert!(
            !format!("{finished:?}").contains("test-key"),
            "{finished:?}"
        );
    }
}

#[test]
fn commands_that_use_no_settings_do_not_read_the_file() {
    let (_folder, path) = settings_file("toolsets = 1 # a mistake\n");
    for words in [
        &["completions", "bash"][..],
        &["config", "cursor"],
        &["demo", "--help"],
    ] {
        let finished = run(words, &[("XDG_CONFIG_HOME", &path)]);
        assert_eq!(finished.code, Some(0), "{words:?}: {finished:?}");
    }
    let (_folder, path) = settings_file("pii = \"none\"\nprofile = \"work\"\n");
    let block = run(&["config", "cursor"], &[("XDG_CONFIG_HOME", &path)]).stdout;
    assert!(
        !block.contains("--pii") && !block.contains("--profile"),
        "copies would outlast it: {block}"
    );
    let (_folder, path) = settings_file("toolsets = []\n");
    let refused = run(&["check"], &[("XDG_CONFIG_HOME", &path)]);
    assert_eq!(
        refused.code,
        Some(2),
        "none at all is no choice: {refused:?}"
    );
}

#[test]
fn a_profile_that_a_client_did_not_fill_in_is_that_of_the_file() {
    let (_folder, path) = settings_file("profile = \"work\"\n");
    let finished = run(
        &["check"],
        &[
            ("XDG_CONFIG_HOME", &path),
            ("DIDIT_MCP_PROFILE", "${PROFILE}"),
            ("DIDIT_API_BASE_URL", "http://127.0.0.1:1/v3"),
            ("DIDIT_AUTH_BASE_URL", "http://127.0.0.1:1/auth"),
        ],
    );
    assert!(finished.stdout.contains("work"), "{finished:?}");
}
