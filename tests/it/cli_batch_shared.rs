//! Several processes on one key: Didit counts them together, and each knows only its own requests.

use std::{collections::BTreeSet, fs};

use crate::support::{
    control::Standalone,
    shell::{Shell, printed},
};
use serde_json::json;

const PROCESSES: usize = 4;
const ROWS: usize = 15;

#[test]
fn batches_at_once_share_didits_limit_and_invite_everybody_once() {
    let simulator = Standalone::start(&[]);
    Shell::on(&simulator).ok(&["kyc", "setup", "--default"]);
    let shells: Vec<Shell> = (0..PROCESSES)
        .map(|process| {
            let shell = Shell::on(&simulator);
            let rows = (0..ROWS).map(|row| format!("person-{process}-{row}\n"));
            let people = rows.fold("vendor_data\n".to_owned(), |people, row| people + &row);
            fs::write(shell.path("people.csv"), people).unwrap();
            shell
        })
        .collect();
    // As when the others have used up the minute: every process is refused several times, and none for long.
    simulator.control.post(
        "faults",
        &json!({
            "kind": "status", "status": 429, "method": "POST", "path_prefix": "/v3/session/", "times": 3 * PROCESSES,
            "body": { "detail": "Write request limit exceeded" },
            "headers": { "retry-after": "1", "x-ratelimit-limit": "300", "x-ratelimit-remaining": "0" },
        }),
    );
    let running: Vec<_> = shells
        .iter()
        .map(|shell| shell.spawn(&["kyc", "batch", "people.csv"]))
        .collect();
    for (child, shell) in running.into_iter().zip(&shells) {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let results = fs::read_to_string(shell.path("people.csv.results.csv")).unwrap();
        // The last column tells errors.
        assert!(
            results.lines().skip(1).all(|row| row.ends_with(',')),
            "{results}"
        );
    }
    let list = Shell::on(&simulator);
    let (mut people, mut cursor) = (Vec::new(), None);
    loop {
        let mut words = vec![
            "kyc".to_owned(),
            "list".to_owned(),
            "--limit".to_owned(),
            "100".to_owned(),
        ];
        words.extend(
            cursor
                .into_iter()
                .flat_map(|cursor| ["--cursor".to_owned(), cursor]),
        );
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (code, page) = list.json(&words);
        assert_eq!(code, Some(0), "{page}");
        let rows = page["items"].as_array().unwrap();
        people.extend(
            rows.iter()
                .map(|row| row["vendor_data"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(people.len(), PROCESSES * ROWS);
    assert_eq!(
        people.iter().collect::<BTreeSet<_>>().len(),
        people.len(),
        "nobody twice"
    );
}

#[test]
fn a_quota_is_told_at_once_and_not_waited_for() {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    shell.ok(&["kyc", "setup", "--default"]);
    simulator.control.post(
        "faults",
        &json!({
            "kind": "status", "status": 429, "method": "POST", "path_prefix": "/v3/session/", "times": 0,
            "body": { "detail": "Sandbox quota of 500 sessions reached" }, "headers": { "retry-after": "3600" },
        }),
    );
    let refused = shell.run(&["kyc", "session", "--vendor-data", "one"]);
    assert_eq!(refused.code, Some(1), "{}", printed(&refused));
    assert!(
        refused.stderr.contains("Try again after: 3600 s"),
        "{}",
        printed(&refused)
    );
}

/// A file of so many people, and a simulator that takes no session for so many seconds, so many times.
fn limited(people: usize, seconds: &str, times: usize) -> (Standalone, Shell) {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    shell.ok(&["kyc", "setup", "--default"]);
    let rows: String = (0..people).map(|row| format!("person-{row}\n")).collect();
    fs::write(shell.path("people.csv"), format!("vendor_data\n{rows}")).unwrap();
    simulator.control.post(
        "faults",
        &json!({
            "kind": "status", "status": 429, "method": "POST", "path_prefix": "/v3/session/", "times": times,
            "body": { "detail": "Write request limit exceeded" },
            "headers": { "retry-after": seconds, "x-ratelimit-limit": "300" },
        }),
    );
    (simulator, shell)
}

/// How many sessions were asked for so far. The record stays: what came between reading and clearing it would be lost.
fn posts(simulator: &Standalone) -> usize {
    let requests = simulator.control.get("requests");
    let is_post = |request: &&serde_json::Value| {
        request["method"] == "POST" && request["path"] == "/v3/session/"
    };
    requests.as_array().unwrap().iter().filter(is_post).count()
}

#[cfg(unix)]
#[test]
fn an_interruption_drops_the_rows_that_only_wait_for_the_limit() {
    let (simulator, shell) = limited(12, "60", 0);
    let child = shell.spawn(&["kyc", "batch", "people.csv", "--concurrency", "4"]);
    while posts(&simulator) == 0 {}
    let killed = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let sent = posts(&simulator);
    assert!(
        sent <= 4,
        "{sent} requests: the rows were waited for, and sent again"
    );
    simulator.control.remove_faults();
    let (code, done) = shell.json(&["kyc", "batch", "people.csv"]);
    assert_eq!(code, Some(0), "{done}");
    assert_eq!(done["created"], 12, "{done}");
}

#[cfg(unix)]
#[test]
fn the_bar_says_that_didits_limit_is_waited_for() {
    use crate::support::terminal::Terminal;

    let (_simulator, shell) = limited(3, "2", 1);
    let shell = shell.variable("TERM", "xterm-256color");
    let mut terminal = Terminal::start(&shell, &["kyc", "batch", "people.csv"]);
    terminal.sees("waiting for Didit's limit, goes on in");
    let (code, shown) = terminal.ends();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("3 rows: 3 created"), "{shown}");
}
