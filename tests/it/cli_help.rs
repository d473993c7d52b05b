//! The commands, their help and their completions.

use crate::support::server::run;

/// Every command there is, as it is typed.
const COMMANDS: [&str; 25] = [
    "serve",
    "simulate",
    "demo",
    "kyc",
    "kyc setup",
    "kyc session",
    "kyc link",
    "kyc decision",
    "kyc full",
    "kyc batch",
    "kyc approve",
    "kyc decline",
    "kyc resubmit",
    "kyc pdf",
    "kyc list",
    "kyc workflows",
    "account",
    "account register",
    "account verify",
    "account login",
    "account status",
    "billing",
    "blocklist",
    "check",
    "config",
    "completions",
];

/// The help of a command without the settings, which are the same everywhere.
fn help(command: &str) -> String {
    let mut arguments: Vec<&str> = command.split(' ').collect();
    arguments.push("--help");
    let finished = run(&arguments, &[]);
    assert_eq!(finished.code, Some(0), "{command}: {finished:?}");
    assert_eq!(finished.stderr, "", "{command}");
    finished
        .stdout
        .split("\n\n")
        .filter(|part| !part.starts_with("Settings:") && !part.contains("[env: DIDIT"))
        .collect::<Vec<_>>()
        .join("\n\n")
}

#[test]
fn every_command_explains_itself() {
    for command in COMMANDS {
        insta::assert_snapshot!(command.replace(' ', "_"), help(command));
    }
}

#[test]
fn subcommands_of_money_and_the_blocklist_explain_themselves() {
    for command in [
        "billing balance",
        "billing top-up",
        "blocklist list",
        "blocklist add",
        "blocklist remove",
    ] {
        insta::assert_snapshot!(command.replace(' ', "_"), help(command));
    }
}

#[test]
fn completions_name_the_commands_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let finished = run(&["completions", shell], &[]);
        assert_eq!(finished.code, Some(0), "{shell}");
        for word in ["kyc", "top-up", "--vendor-data", "--read-only"] {
            let bare = word.trim_start_matches('-');
            assert!(finished.stdout.contains(bare), "{shell}: {word}");
        }
    }
}

#[test]
fn an_unknown_shell_is_refused() {
    let finished = run(&["completions", "tcsh"], &[]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("bash"), "{}", finished.stderr);
}

/// What bash offers for the last of these words.
#[cfg(unix)]
fn completed(words: &[&str]) -> String {
    let script = run(&["completions", "bash"], &[]).stdout;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("didit-mcp.bash");
    std::fs::write(&file, script).unwrap();
    let typed = words.join(" ");
    let last = words.len() - 1;
    let line = format!(
        "source {}; completer=$(complete -p didit-mcp | sed 's/.*-F \\([^ ]*\\).*/\\1/'); \
         COMP_WORDS=({typed}); COMP_CWORD={last}; $completer didit-mcp \"{}\" \"{}\"; echo \"${{COMPREPLY[@]}}\"",
        file.display(),
        words[last],
        words[last - 1]
    );
    let output = std::process::Command::new("bash")
        .args(["--norc", "-c", &line])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn bash_completes_commands_flags_and_values() {
    for (words, expected) in [
        (&["didit-mcp", "ky"][..], "kyc"),
        (&["didit-mcp", "kyc", "app"], "approve"),
        (&["didit-mcp", "kyc", "list", "--st"], "--status"),
        (
            &["didit-mcp", "billing", "top-up", "--succ"],
            "--success-url",
        ),
        (
            &["didit-mcp", "kyc", "list", "--status", "in-r"],
            "in-review",
        ),
        (
            &["didit-mcp", "kyc", "session", "--scenario", "appr"],
            "approve",
        ),
        (&["didit-mcp", "--pii", "min"], "minimal"),
        (&["didit-mcp", "config", "claude-d"], "claude-desktop"),
        (
            &["didit-mcp", "blocklist", "add", "--type", "wal"],
            "wallet_address",
        ),
    ] {
        let offered = completed(words);
        let offered: Vec<&str> = offered.split_whitespace().collect();
        assert!(offered.contains(&expected), "{words:?}: {offered:?}");
        assert!(
            offered
                .iter()
                .all(|word| word.starts_with(words[words.len() - 1])),
            "{words:?}: {offered:?}"
        );
    }
}

#[test]
fn the_short_help_fits_a_screen() {
    for command in [
        "kyc approve",
        "kyc list",
        "kyc session",
        "kyc decision",
        "blocklist add",
        "simulate",
    ] {
        let words: Vec<&str> = command.split(' ').chain(["-h"]).collect();
        let help = run(&words, &[]).stdout;
        insta::assert_snapshot!(format!("short_{}", command.replace(' ', "_")), help);
        assert!(
            help.lines().all(|line| line.chars().count() <= 100),
            "{help}"
        );
    }
}

#[test]
fn a_command_that_reads_no_setting_shows_none() {
    for command in [
        "simulate",
        "demo",
        "completions",
        "webhook listen",
        "webhook trigger",
    ] {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let help = run(&words, &[]).stdout;
        assert!(
            !help.contains("DIDIT_MCP_") && !help.contains("--toolsets"),
            "{command}: {help}"
        );
    }
    let help = run(&["kyc", "list", "--help"], &[]).stdout;
    assert!(help.contains("DIDIT_MCP_PII"), "{help}");
}
