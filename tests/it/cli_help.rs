//! The commands, their help and their completions.

use crate::support::server::run;

/// Every command there is, as it is typed.
const COMMANDS: [&str; 24] = [
    "serve",
    "simulate",
    "demo",
    "kyc",
    "kyc setup",
    "kyc session",
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
