//! The commands, their help and their completions.

use crate::support::server::run;

/// Every command there is, as it is typed.
const COMMANDS: [&str; 33] = [
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
    "workflow",
    "workflow what-if",
    "rehearse",
    "duplicates",
    "audit",
    "audit pack",
    "check",
    "config",
    "completions",
    "man",
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

/// The words of the statement in which a script tells a shell about a flag of a command.
fn statement(shell: &str, command: &str, flag: &str) -> Vec<String> {
    let script = run(&["completions", shell], &[]).stdout;
    // A value has a line of its own in fish.
    let between = if shell == "fish" { "complete -c" } else { "\n" };
    let statement = script
        .split(between)
        .find(|part| part.contains(command) && part.contains(flag))
        .unwrap_or_else(|| panic!("{shell}: {command} {flag}"));
    let is_between = |letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter);
    statement.split(is_between).map(str::to_owned).collect()
}

#[test]
fn fish_and_zsh_complete_values() {
    const LIST: &str = "kyc; and __fish_seen_subcommand_from list\"";
    const SESSION: &str = "kyc; and __fish_seen_subcommand_from session\"";
    for (shell, command, flag, values) in [
        ("fish", LIST, "-l status ", ["in-review", "finished"]),
        ("fish", LIST, "-l output ", ["table", "csv"]),
        (
            "fish",
            SESSION,
            "-l scenario ",
            ["approve", "review_face_match_borderline"],
        ),
        (
            "fish",
            "__fish_didit_mcp_needs_command",
            "-l pii ",
            ["minimal", "full"],
        ),
        ("zsh", "", "--status=[", ["in-review", "finished"]),
        ("zsh", "", "--output=[How", ["table", "csv"]),
        (
            "zsh",
            "",
            "--scenario=[",
            ["approve", "review_face_match_borderline"],
        ),
        ("zsh", "", "--pii=[", ["minimal", "full"]),
    ] {
        let words = statement(shell, command, flag);
        for value in values {
            assert!(
                words.contains(&value.to_owned()),
                "{shell} {flag}: {words:?}"
            );
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let finished = run(&["man", pages.to_str().unwrap()], &[]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    for command in COMMANDS {
        let name = format!("didit-mcp-{}.1", command.replace(' ', "-"));
        let page = std::fs::read_to_string(pages.join(&name)).expect(&name);
        assert!(
            page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"),
            "{page}"
        );
    }
    let page = std::fs::read_to_string(pages.join("didit-mcp-kyc-list.1")).unwrap();
    assert!(page.contains("\\-\\-vendor\\-data"), "{page}");
    let page = std::fs::read_to_string(pages.join("didit-mcp.1")).unwrap();
    assert!(page.contains("DIDIT_API_KEY"), "{page}");
    let names = std::fs::read_dir(&pages).unwrap();
    let mut names = names.map(|page| page.unwrap().file_name().into_string().unwrap());
    assert!(names.all(|name| !name.contains("help")));
    // A file is no folder.
    let refused = run(&["man", pages.join("didit-mcp.1").to_str().unwrap()], &[]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("cannot be written"), "{refused:?}");
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
        "man",
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
