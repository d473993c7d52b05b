//! How commands fail: exit codes, documents, settings, and nothing of it in colour where nobody sees colour.

use crate::support::{control::Standalone, shell::Shell};
use serde_json::json;

const NOBODY: &str = "11111111-2222-4333-8444-555555555555";

#[test]
fn a_tool_that_is_off_names_the_setting() {
    let shell = Shell::new();
    assert_prints!(
        "read_only",
        shell,
        [
            "kyc",
            "approve",
            NOBODY,
            "--yes",
            "--simulate",
            "--read-only"
        ]
    );
    for (arguments, setting) in [
        (
            &["billing", "balance", "--simulate", "--toolsets", "sessions"][..],
            "DIDIT_MCP_TOOLSETS",
        ),
        (
            &["kyc", "setup", "--simulate", "--read-only"],
            "DIDIT_MCP_READ_ONLY",
        ),
    ] {
        let (code, document) = shell.json(arguments);
        assert_eq!(code, Some(2), "{document}");
        assert_eq!(document["error"]["code"], "tool_off");
        let message = document["error"]["message"].as_str().unwrap();
        assert!(message.contains(setting), "{message}");
    }
}

#[test]
fn arguments_and_settings_that_cannot_be_used_end_with_two() {
    let shell = Shell::new();
    assert_prints!("no_uuid", shell, ["kyc", "decision", "mine", "--simulate"]);
    for (arguments, word) in [
        (&["kyc", "decision"][..], "usage"),
        (&["kyc", "wipe"], "usage"),
        (&["billing", "top-up", "NaN", "--simulate"], "usage"),
        (
            &["kyc", "list", "--simulate", "--status", "Nearly"],
            "invalid_argument",
        ),
        (&["kyc", "list", "--simulate", "--pii", "some"], "setting"),
        (&["kyc", "list", "--log", "loud"], "setting"),
        (&["kyc", "list", "--simulate", "--toolsets", ","], "setting"),
        (
            &["kyc", "session", "--simulate", "--language", "xx"],
            "invalid_argument",
        ),
        (&["billing", "balance"], "no_api_key"),
    ] {
        let (code, document) = shell.json(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {document}");
        assert_eq!(document["error"]["code"], word, "{arguments:?}");
        assert!(!document["error"]["message"].as_str().unwrap().is_empty());
    }
    let no_command = shell.run(&["--", "serve"]);
    assert_eq!(no_command.code, Some(2), "{no_command:?}");
    let unproved = shell.run(&["webhook", "listen"]);
    assert_eq!(unproved.code, Some(2), "{unproved:?}");
    let quoted = shell.run(&["kyc", "list", "--log", "\u{1b}[31mloud"]);
    assert!(!quoted.stderr.contains('\u{1b}'), "{quoted:?}");
}

#[test]
fn what_didit_refuses_ends_with_one() {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    assert_prints!("not_found", shell, ["kyc", "decision", NOBODY]);
    assert_prints!(
        "not_found_json",
        shell,
        ["kyc", "decision", NOBODY, "--json"]
    );
    simulator.control.post(
        "faults",
        &json!({ "kind": "status", "status": 500, "path_prefix": "/v3/workflows", "times": 1 }),
    );
    assert_prints!("failed_on_its_side", shell, ["kyc", "setup"]);
}

#[test]
fn secrets_are_no_flags_and_come_out_nowhere() {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator).variable("DIDIT_API_KEY", "test.key.that.is.echoed.back");
    simulator.control.post(
        "faults",
        &json!({
            "kind": "status",
            "status": 400,
            "path_prefix": "/v3/billing",
            "body": { "detail": "test.key.that.is.echoed.back is odd" },
            "times": 2,
        }),
    );
    for arguments in [
        &["billing", "balance"][..],
        &["billing", "balance", "--json"],
    ] {
        let finished = shell.run(arguments);
        assert_eq!(finished.code, Some(1));
        let all = format!("{}{}", finished.stdout, finished.stderr);
        assert!(all.contains("[hidden] is odd"), "{all}");
        assert!(!all.contains("echoed.back"), "{all}");
    }
    // Nor where it was typed into the wrong place.
    let typed = ["kyc", "list", "--status", "test.key.that.is.echoed.back"];
    for more in [&[][..], &["--json"]] {
        let finished = shell.run(&[&typed, more].concat());
        let all = format!("{}{}", finished.stdout, finished.stderr);
        assert!(all.contains("'[hidden]' is not a known value"), "{all}");
    }
    let finished = shell.run(&["billing", "balance", "--api-key", "x"]);
    assert_eq!(finished.code, Some(2));
}

#[test]
fn there_is_colour_only_where_it_is_wanted() {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    shell.ok(&["kyc", "setup"]);
    let coloured = |shell: &Shell| {
        let list = shell.run(&["kyc", "list"]);
        let made = shell.run(&["kyc", "session", "--vendor-data", "x"]);
        let failed = shell.run(&["kyc", "decision", "mine"]);
        [list.stdout, made.stdout, failed.stderr].map(|text| text.contains('\u{1b}'))
    };
    assert_eq!(coloured(&shell), [false; 3]);
    let forced = shell.variable("CLICOLOR_FORCE", "1");
    shell_makes_a_session(&forced);
    assert_eq!(coloured(&forced), [true; 3]);
    let none = forced
        .variable("NO_COLOR", "1")
        .variable("CLICOLOR_FORCE", "");
    assert_eq!(coloured(&none), [false; 3]);
}

fn shell_makes_a_session(shell: &Shell) {
    assert_eq!(
        shell.run(&["kyc", "session", "--vendor-data", "y"]).code,
        Some(0)
    );
}

#[test]
fn who_reads_only_a_part_of_the_output_sees_no_error() {
    use std::io::Read as _;

    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    let declined = shell_makes_a_declined_session(&simulator, &shell);
    let wait = ["kyc", "decision", &declined, "--wait"];
    let wait_json = ["kyc", "decision", &declined, "--wait", "--json"];
    std::fs::write(shell.path("people.csv"), "vendor_data\na\n").unwrap();
    // The code is an answer of its own: nobody is approved, and no row done, for want of a reader.
    for (arguments, code) in [
        (&["kyc", "list"][..], 0),
        (&["kyc", "list", "--json"], 0),
        (&["check"], 0),
        (&["completions", "bash"], 0),
        (&wait, 3),
        (&wait_json, 3),
        (&["kyc", "batch", "people.csv"], 1),
    ] {
        if arguments.contains(&"batch") {
            simulator.control.post(
                "faults",
                &json!({ "kind": "status", "status": 400, "method": "POST", "path_prefix": "/v3/session/", "times": 0 }),
            );
        }
        let mut child = shell.spawn(arguments);
        drop(child.stdout.take());
        let mut said = String::new();
        let mut errors = child.stderr.take().unwrap();
        errors.read_to_string(&mut said).unwrap();
        let ended = child.wait().unwrap().code();
        assert_eq!(ended, Some(code), "{arguments:?}: {said}");
        assert!(!said.contains("Error"), "{arguments:?}: {said}");
    }
}

fn shell_makes_a_declined_session(simulator: &Standalone, shell: &Shell) -> String {
    shell.ok(&["kyc", "setup", "--default"]);
    let (_, made) = shell.json(&["kyc", "session", "--vendor-data", "declined"]);
    let id = made["session_id"].as_str().unwrap().to_owned();
    simulator.control.finish(&id, "decline_liveness_attack");
    id
}

/// A setting from the environment need not be typed.
#[test]
fn the_usage_of_a_command_names_what_must_be_typed_alone() {
    let shell = Shell::new().variable("DIDIT_API_BASE_URL", "http://127.0.0.1:1/v3");
    for (words, usage) in [
        (
            &["kyc", "approve"][..],
            "Usage: didit-mcp kyc approve [OPTIONS] <SESSION>...",
        ),
        (
            &["blocklist", "add"],
            "Usage: didit-mcp blocklist add [OPTIONS]",
        ),
        (&["kyc", "wipe"], "Usage: didit-mcp kyc [OPTIONS] <COMMAND>"),
    ] {
        let refused = shell.run(words);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(
            refused.stderr.contains(usage),
            "{words:?}: {}",
            refused.stderr
        );
    }
}

#[test]
fn an_outcome_that_does_not_exist_is_answered_with_those_that_do() {
    let shell = Shell::new();
    let (code, refused) = shell.json(&["kyc", "full", "--simulate", "--scenario", "decline"]);
    assert_eq!(code, Some(1), "{refused}");
    let allowed = refused["error"]["allowed"].as_array().unwrap();
    assert!(
        allowed.contains(&json!("decline_document_expired")),
        "{refused}"
    );
}

#[test]
fn a_port_in_use_is_named_with_the_way_out() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let refused = Shell::new().run(&["simulate", "--port", &port]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains(&format!("port {port}: ")),
        "{refused:?}"
    );
    assert!(refused.stderr.contains("--port 0"), "{refused:?}");
}
