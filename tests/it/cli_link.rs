//! `didit-mcp kyc link`: the link of a session that there is.

use crate::support::{
    control::Standalone,
    shell::{Shell, printed},
};

/// A session with the number 1, and its link.
fn invited() -> (Standalone, Shell, String) {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    shell.ok(&["kyc", "setup"]);
    let (_, made) = shell.json(&["kyc", "session", "--vendor-data", "cust-1"]);
    simulator.control.requests();
    (simulator, shell, made["url"].as_str().unwrap().to_owned())
}

#[test]
fn the_link_alone_is_printed_and_nothing_is_changed() {
    let (simulator, shell, link) = invited();
    for name in ["1", "vendor:cust-1"] {
        assert_eq!(shell.ok(&["kyc", "link", name]), format!("{link}\n"));
    }
    let (code, document) = shell.json(&["kyc", "link", "1"]);
    assert_eq!(code, Some(0), "{document}");
    assert_eq!(document["session_url"], link.as_str());
    assert_eq!(document["session_number"], 1);
    let requests = simulator.control.requests();
    assert!(!requests.is_empty() && requests.iter().all(|request| request.method == "GET"));
}

#[test]
fn a_session_that_is_over_has_no_link() {
    let (simulator, shell, _) = invited();
    let (_, read) = shell.json(&["kyc", "decision", "1"]);
    let id = read["session_id"].as_str().unwrap();
    simulator.control.finish(id, "approve");
    let refused = shell.run(&["kyc", "link", "1"]);
    assert_eq!(refused.code, Some(1), "{}", printed(&refused));
    assert_eq!(refused.stdout, "");
    assert!(
        refused.stderr.contains("The session is Approved"),
        "{}",
        printed(&refused)
    );
    assert!(
        refused.stderr.contains("didit-mcp kyc session"),
        "{}",
        printed(&refused)
    );
    let (_, document) = shell.json(&["kyc", "link", "1"]);
    assert_eq!(document["error"]["code"], "not_allowed_now");
}

/// Programs of the user's, which write down what they were given.
#[cfg(unix)]
fn with_programs(shell: Shell, programs: &[(&str, &str)]) -> Shell {
    use std::{fs, os::unix::fs::PermissionsExt as _};
    let folder = shell.path("bin");
    fs::create_dir_all(&folder).unwrap();
    for (name, script) in programs {
        let file = folder.join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    shell.variable("PATH", folder.to_str().unwrap())
}

#[cfg(unix)]
#[test]
fn it_is_copied_by_the_first_program_that_can() {
    let (_simulator, shell, link) = invited();
    let copy = ["kyc", "link", "1", "--copy"];
    let shell = with_programs(shell, &[]);
    let refused = shell.run(&copy);
    assert_eq!(refused.code, Some(1), "{}", printed(&refused));
    assert_eq!(
        refused.stdout,
        format!("{link}\n"),
        "the link is shown all the same"
    );
    assert!(
        refused.stderr.contains("was not copied"),
        "{}",
        printed(&refused)
    );
    // A machine may have a program for a display that it does not have.
    let shell = with_programs(
        shell,
        &[
            ("wl-copy", "exit 1"),
            (
                "xclip",
                "/bin/cat > \"$HOME/clipboard\"; echo \"$@\" > \"$HOME/flags\"",
            ),
        ],
    );
    let copied = shell.run(&copy);
    assert_eq!(copied.code, Some(0), "{}", printed(&copied));
    let read = |name: &str| std::fs::read_to_string(shell.path(name)).unwrap();
    assert_eq!(read("clipboard"), link);
    assert_eq!(read("flags"), "-selection clipboard\n");
}

#[cfg(unix)]
#[test]
fn a_terminal_copies_what_no_program_can_and_shows_the_code_black_on_white() {
    use crate::support::terminal::Terminal;
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    let (_simulator, shell, link) = invited();
    let shell = with_programs(shell, &[]).variable("TERM", "xterm-256color");
    let words = ["kyc", "link", "1", "--copy", "--qr"];
    let (code, shown) = Terminal::start(&shell, &words).ends();
    assert_eq!(code, Some(0), "{shown}");
    let copied = format!("\u{1b}]52;c;{}\u{7}", BASE64_STANDARD.encode(&link));
    assert!(shown.contains(&copied), "{shown:?}");
    assert!(
        shown.contains("\u{1b}[38;5;231m\u{1b}[48;5;16m█"),
        "{shown:?}"
    );
    let shell = shell.variable("NO_COLOR", "1");
    let (_, plain) = Terminal::start(&shell, &["kyc", "link", "1", "--qr"]).ends();
    assert!(
        plain.contains('█') && !plain.contains("48;5;16"),
        "{plain:?}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn it_is_opened_by_the_program_for_links() {
    let (_simulator, shell, link) = invited();
    let open = ["kyc", "link", "1", "--open"];
    let shell = with_programs(shell, &[]);
    let refused = shell.run(&open);
    assert_eq!(refused.code, Some(1), "{}", printed(&refused));
    assert!(
        refused.stderr.contains("no program opens the link"),
        "{}",
        printed(&refused)
    );
    let shell = with_programs(
        shell,
        &[("xdg-open", "printf %s \"$*\" > \"$HOME/opened\"")],
    );
    let opened = shell.run(&open);
    assert_eq!(opened.code, Some(0), "{}", printed(&opened));
    assert_eq!(std::fs::read_to_string(shell.path("opened")).unwrap(), link);
}
