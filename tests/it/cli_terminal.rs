//! Commands with a human at the terminal: questions, codes, signs of life.
#![cfg(unix)]

use std::fs;

use crate::support::{
    control::Standalone,
    server::{Era, Setup},
    shell::Shell,
    terminal::Terminal,
};
use serde_json::{Value, json};

/// A simulator, and a session on it that a human has to decide.
fn undecided() -> (Standalone, Shell, String) {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator).variable("TERM", "xterm-256color");
    shell.ok(&["kyc", "setup"]);
    let (_, made) = shell.json(&["kyc", "session", "--vendor-data", "unclear"]);
    let id = made["session_id"].as_str().unwrap().to_owned();
    simulator
        .control
        .finish(&id, "review_face_match_borderline");
    (simulator, shell, id)
}

fn status(shell: &Shell, id: &str) -> String {
    let (_, decision) = shell.json(&["kyc", "decision", id]);
    decision["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_yes_at_the_terminal_decides_and_is_recorded_as_a_humans() {
    let (_simulator, shell, id) = undecided();
    let trail = shell.path("trail.jsonl");
    let flag = format!("--audit-log={}", trail.display());
    let mut terminal = Terminal::start(
        &shell,
        &["kyc", "approve", &id, "--comment", "seen in person", &flag],
    );
    terminal.sees("Do it? [y/N] ");
    terminal.types("y");
    let (code, shown) = terminal.ends();
    assert_eq!(code, Some(0), "{shown}");
    for part in [
        "Approve the identity verification of \"",
        &format!("Session {id} (#"),
        "now In Review",
        "\"seen in person\"",
        "Where: sandbox",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!(status(&shell, &id), "Approved");
    let trail = fs::read_to_string(trail).unwrap();
    let last: Value = serde_json::from_str(trail.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["agreement"], &last["outcome"]),
        (&"human".into(), &"done".into())
    );
}

#[test]
fn anything_else_is_a_no() {
    let (_simulator, shell, id) = undecided();
    for answer in ["n", "", "yess", "no"] {
        let mut terminal = Terminal::start(&shell, &["kyc", "decline", &id]);
        terminal.sees("Do it? [y/N] ");
        terminal.types(answer);
        let (code, shown) = terminal.ends();
        assert_eq!(code, Some(6), "{answer:?}: {shown}");
        assert!(
            shown.contains("You did not agree. Nothing was changed."),
            "{shown}"
        );
    }
    assert_eq!(status(&shell, &id), "In Review");
}

/// A no is a no in every process of the profile, wherever it was said.
#[test]
fn a_no_at_the_terminal_makes_what_an_agent_was_given_void() {
    let (simulator, shell, id) = undecided();
    let [api, auth] = simulator.arguments();
    let credentials = shell.path("config/didit-mcp/credentials.json");
    let mut server = Setup::new(Era::BOTH[0])
        .arguments(&[&api, &auth, "--credentials", credentials.to_str().unwrap()])
        .variable("DIDIT_API_KEY", &simulator.api_key)
        .start();
    let mut arguments = json!({ "session_id": id, "new_status": "Approved" });
    let preview = server.ok("didit_session_update_status", arguments.clone());
    let mut terminal = Terminal::start(&shell, &["kyc", "approve", &id]);
    terminal.sees("Do it? [y/N] ");
    terminal.types("n");
    assert_eq!(terminal.ends().0, Some(6));
    arguments["confirmation_token"] = preview.field("confirmation_token").into();
    let refused = server.fails("didit_session_update_status", arguments);
    assert!(
        refused.text.contains("has made it void"),
        "{}",
        refused.text
    );
    server.stop();
    assert_eq!(status(&shell, &id), "In Review");
}

#[test]
fn what_changed_while_the_human_thought_is_asked_about_anew() {
    let (simulator, shell, id) = undecided();
    let mut terminal = Terminal::start(&shell, &["kyc", "approve", &id]);
    terminal.sees("Do it? [y/N] ");
    simulator.control.force(&id, "Declined");
    terminal.types("y");
    terminal.sees("Something changed since you agreed");
    terminal.sees("Do it? [y/N] ");
    terminal.types("n");
    let (code, shown) = terminal.ends();
    assert_eq!(code, Some(6), "{shown}");
    assert!(shown.contains("now Declined"), "{shown}");
    assert_eq!(status(&shell, &id), "Declined");
}

#[test]
fn a_code_is_asked_for() {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator).variable("DIDIT_API_KEY", "");
    shell.ok(&["account", "register", "ops@our-company.com"]);
    let mut terminal = Terminal::start(&shell, &["account", "verify"]);
    terminal.sees("Code from the e-mail: ");
    terminal.types(&simulator.control.code());
    let (code, shown) = terminal.ends();
    assert_eq!(code, Some(0), "{shown}");
    shell.ok(&["account", "status", "--check"]);
}

#[test]
fn a_terminal_shows_colours_a_code_and_signs_of_life() {
    let (_simulator, shell, _) = undecided();
    let full = &[
        "kyc",
        "full",
        "--vendor-data",
        "new",
        "--wait",
        "--max-wait",
        "1",
    ];
    let (code, shown) = Terminal::start(&shell, full).ends();
    assert_eq!(code, Some(5), "{shown}");
    assert!(shown.contains("Waiting for the person"), "{shown}");
    assert!(shown.contains('▄'), "{shown}");
    assert!(shown.contains("\u{1b}[2mNext: "), "{shown}");
    let shell = shell.variable("NO_COLOR", "1");
    let (_, plain) = Terminal::start(&shell, &["kyc", "list"]).ends();
    assert!(!plain.contains("\u{1b}[1m"), "{plain:?}");
}

/// What stands in columns is broken between words, within its column.
#[test]
fn what_is_checked_fits_the_terminal() {
    let (_simulator, shell, _) = undecided();
    let shell = shell.variable("DIDIT_API_KEY", "test-key-of-nobody-0000");
    let (code, shown) = Terminal::start(&shell, &["check"]).ends();
    assert_eq!(code, Some(1), "{shown}");
    // What the line of progress leaves is taken away before anything is printed.
    let printed = |line: &'_ str| {
        line.rsplit("\u{1b}[2K")
            .next()
            .unwrap()
            .trim_end()
            .to_owned()
    };
    let lines = shown.lines().map(printed);
    let lines: Vec<String> = lines
        .skip_while(|line| !line.contains("didit-mcp 0"))
        .collect();
    assert!(lines.len() > 12, "{shown}");
    for line in lines {
        // A path or an address is not broken.
        let is_one_word = !line.trim().contains(' ');
        assert!(line.chars().count() <= 80 || is_one_word, "{line}");
    }
    let beside = " ".repeat(28);
    assert!(
        shown.contains(&format!("\n{beside}fix: take a key")),
        "{shown}"
    );
}

#[test]
fn a_batch_shows_how_far_it_is() {
    let (_simulator, shell, _) = undecided();
    let people: Vec<String> = (0..200)
        .map(|number| format!("person-{number}\n"))
        .collect();
    fs::write(
        shell.path("people.csv"),
        format!("vendor_data\n{}", people.concat()),
    )
    .unwrap();
    let (code, shown) = Terminal::start(&shell, &["kyc", "batch", "people.csv"]).ends();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("/200") && shown.contains(" left"), "{shown}");
    assert!(shown.contains("200 rows: 200 created"), "{shown}");
}
