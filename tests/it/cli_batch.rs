//! `didit-mcp kyc batch`: the file, the journal, the results, and going on after anything.

use std::{fs, path::PathBuf};

use crate::support::{control::Standalone, shell::Shell};
use serde_json::{Value, json};

const PEOPLE: &str =
    "vendor_data,email,send_notification_emails,language,first_name,country,metadata
ana-1,ana.test@our-company.com,true,es,Ana,ESP,\"{\"\"plan\"\":\"\"gold\"\"}\"
ben-2,,,,Ben,GBR,
cleo-3,,,fr,,,
";

/// A simulator with one workflow, and a shell with a file of people.
struct Batch {
    simulator: Standalone,
    shell: Shell,
}

impl Batch {
    fn of(people: &str) -> Self {
        Self::on(Standalone::start(&["--no-rate-limits"]), people)
    }

    fn on(simulator: Standalone, people: &str) -> Self {
        let shell = Shell::on(&simulator).variable("DIDIT_MCP_RATE_LIMITS", "off");
        shell.ok(&["kyc", "setup", "--default"]);
        fs::write(shell.path("people.csv"), people).unwrap();
        simulator.control.requests();
        Self { simulator, shell }
    }

    fn run(&self, more: &[&str]) -> (Option<i32>, Value) {
        let mut arguments = vec!["kyc", "batch", "people.csv"];
        arguments.extend(more);
        self.shell.json(&arguments)
    }

    /// How many sessions the simulator was asked to make since the last look.
    fn posts(&self) -> usize {
        let requests = self.simulator.control.requests();
        requests
            .iter()
            .filter(|request| request.method == "POST" && request.path == "/v3/session/")
            .count()
    }

    fn journal(&self) -> PathBuf {
        self.shell.path("people.csv.journal.jsonl")
    }

    fn results(&self) -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_path(self.shell.path("people.csv.results.csv")).unwrap();
        let rows: Vec<Vec<String>> = reader
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect();
        rows
    }

    /// Leaves out the last line that speaks of this person's answer, as a kill before it would.
    fn forget_answer(&self, vendor_data: &str) {
        let journal = fs::read_to_string(self.journal()).unwrap();
        let kept: Vec<&str> = journal
            .lines()
            .filter(|line| !(line.contains("\"done\"") && line.contains(vendor_data)))
            .collect();
        assert_eq!(kept.len() + 1, journal.lines().count());
        fs::write(self.journal(), format!("{}\n", kept.join("\n"))).unwrap();
    }
}

#[test]
fn every_row_gets_a_session_with_what_its_cells_say() {
    let batch = Batch::of(PEOPLE);
    let (code, document) = batch.run(&["--concurrency", "1"]);
    assert_eq!(code, Some(0), "{document}");
    assert_eq!(
        (&document["created"], &document["failed"], &document["open"]),
        (&json!(3), &json!(0), &json!(0))
    );
    let bodies: Vec<Value> = batch
        .simulator
        .control
        .requests()
        .iter()
        .filter(|request| request.method == "POST")
        .map(|request| serde_json::from_str(&request.body).unwrap())
        .collect();
    assert_eq!(bodies[0]["vendor_data"], "ana-1");
    assert_eq!(
        bodies[0]["contact_details"],
        json!({ "email": "ana.test@our-company.com", "send_notification_emails": true })
    );
    assert_eq!(
        bodies[0]["expected_details"],
        json!({ "first_name": "Ana", "country": "ESP" })
    );
    assert_eq!(bodies[0]["metadata"]["plan"], "gold");
    assert!(bodies[2].get("contact_details").is_none());
    let results = batch.results();
    assert_eq!(results.len(), 3);
    assert_eq!(results[0][..2], ["ana-1", "ana.test@our-company.com"]);
    assert!(results[0][8].contains("/es/session/"), "{results:?}");
    assert_eq!(results[1][9..], ["Not Started", ""]);
    // A second run finds nothing to do.
    let (code, document) = batch.run(&[]);
    assert_eq!((code, &document["done_before"]), (Some(0), &json!(3)));
    assert_eq!(batch.posts(), 0);
    assert_eq!(batch.results(), results);
    #[cfg(unix)]
    for name in ["people.csv.results.csv", "people.csv.journal.jsonl"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(batch.shell.path(name)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn what_it_prints() {
    let batch = Batch::of(PEOPLE);
    assert_prints!(
        "dry_run",
        batch.shell,
        ["kyc", "batch", "people.csv", "--dry-run"]
    );
    batch.simulator.control.post(
        "faults",
        &json!({
            "kind": "status", "status": 400, "method": "POST", "path_prefix": "/v3/session/",
            "body": { "detail": "not this one" }, "times": 1,
        }),
    );
    let one = ["kyc", "batch", "people.csv", "--concurrency", "1"];
    assert_prints!("one_failed", batch.shell, one);
    assert_prints!(
        "one_failed_retried_json",
        batch.shell,
        ["kyc", "batch", "people.csv", "--json"]
    );
}

#[test]
fn a_file_that_cannot_be_sent_is_refused_before_anything_is() {
    let batch = Batch::of("");
    for (name, people) in [
        ("empty", ""),
        ("no_rows", "vendor_data,email\n"),
        ("unknown_column", "vendor_data,mail\na,b\n"),
        ("column_twice", "vendor_data,email,email\na,b,c\n"),
        ("no_vendor_data", "email\nana.test@our-company.com\n"),
        (
            "empty_vendor_data",
            "vendor_data,email\n ,ana.test@our-company.com\n",
        ),
        ("duplicates", "vendor_data\na\nb\na\n"),
        (
            "bad_cells",
            "vendor_data,email,date_of_birth,country,language,gender\na,nowhere,,,,\nb,,1.2.1990,,,\nc,,,Spain,,\nd,,,,xx,\ne,,,,,X\nf,,,,,\n",
        ),
        ("ragged", "vendor_data,email\na\n"),
        // The parser takes the next row for a part of this one.
        (
            "unclosed",
            "vendor_data,first_name\na,Ana\nb,\"Ben\nc,Cleo\n",
        ),
        (
            "swallowed",
            "vendor_data,first_name\na,\"Ana\nb,Ben\"\nc,Cleo\n",
        ),
        ("control", "vendor_data\na\u{1b}[31mb\nc\0\n"),
    ] {
        fs::write(batch.shell.path("people.csv"), people).unwrap();
        assert_prints!(
            format!("refused_{name}"),
            batch.shell,
            ["kyc", "batch", "people.csv"]
        );
    }
    let long = format!("vendor_data,first_name\na,{}\n", "x".repeat(10_000_000));
    fs::write(batch.shell.path("people.csv"), long).unwrap();
    assert_prints!("refused_long", batch.shell, ["kyc", "batch", "people.csv"]);
    fs::write(batch.shell.path("people.csv"), b"vendor_data\n\xff\n").unwrap();
    assert_eq!(batch.run(&[]).0, Some(2));
    assert!(batch.simulator.control.requests().is_empty());
    assert!(!batch.journal().exists());
}

#[test]
fn spreadsheets_that_write_semicolons_and_a_mark_at_the_start_are_read() {
    let batch = Batch::of("\u{feff}vendor_data;first_name\nana-1;Ana\n");
    let (code, document) = batch.run(&[]);
    assert_eq!(code, Some(0), "{document}");
    let results = fs::read_to_string(batch.shell.path("people.csv.results.csv")).unwrap();
    assert!(
        results.starts_with("\u{feff}vendor_data;first_name;session_id;"),
        "{results}"
    );
}

#[test]
fn a_row_that_fails_keeps_no_other_back_and_is_tried_again() {
    let batch = Batch::of(PEOPLE);
    batch.simulator.control.post(
        "faults",
        &json!({ "kind": "status", "status": 400, "method": "POST", "path_prefix": "/v3/session/", "times": 1 }),
    );
    let (code, document) = batch.run(&["--concurrency", "1"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        (&document["created"], &document["failed"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(document["failures"][0]["line"], 2);
    assert_eq!(document["failures"][0]["vendor_data"], "ana-1");
    assert_ne!(batch.results()[0][10], "");
    batch.posts();
    let (code, document) = batch.run(&[]);
    assert_eq!((code, &document["created"]), (Some(0), &json!(1)));
    assert_eq!(batch.posts(), 1);
}

#[test]
fn an_answer_that_got_lost_is_looked_up_in_the_same_run() {
    for kind in ["reset", "truncate", "reset_mid_body", "not_json", "status"] {
        let batch = Batch::of(PEOPLE);
        batch.simulator.control.post(
            "faults",
            &json!({
                "kind": kind, "status": 502, "method": "POST", "path_prefix": "/v3/session/", "times": 2,
            }),
        );
        let (code, document) = batch.run(&[]);
        assert_eq!(code, Some(0), "{kind}: {document}");
        let (_, list) = batch.shell.json(&["kyc", "list"]);
        assert_eq!(list["total"], 3, "{kind}");
    }
}

#[test]
fn somebody_who_finished_before_the_answer_was_noted_is_not_invited_again() {
    let batch = Batch::of(PEOPLE);
    // Sessions from before the batch are no answer to it, even with the same id.
    let (_, old) = batch
        .shell
        .json(&["kyc", "session", "--vendor-data", "ana-1"]);
    batch
        .simulator
        .control
        .finish(old["session_id"].as_str().unwrap(), "approve");
    let (code, document) = batch.run(&["--again"]);
    assert_eq!(
        (code, &document["created"]),
        (Some(0), &json!(3)),
        "{document}"
    );
    for (vendor_data, scenario, status) in [
        ("ana-1", "approve", "Approved"),
        ("cleo-3", "decline_liveness_attack", "Declined"),
    ] {
        let row = batch
            .results()
            .into_iter()
            .find(|row| row[0] == vendor_data)
            .unwrap();
        batch.simulator.control.finish(&row[7], scenario);
        batch.forget_answer(vendor_data);
        batch.posts();
        let (code, _) = batch.run(&["--again"]);
        assert_eq!(code, Some(0));
        assert_eq!(batch.posts(), 0, "{vendor_data}");
        let settled = batch
            .results()
            .into_iter()
            .find(|row| row[0] == vendor_data)
            .unwrap();
        assert_eq!((&settled[7], settled[9].as_str()), (&row[7], status));
    }
    // The session of another workflow is no answer either.
    let (_, other) = batch.shell.json(&["kyc", "setup", "--label", "Other"]);
    let row = batch.results().remove(1);
    batch.simulator.control.finish(&row[7], "approve");
    batch.shell.ok(&[
        "kyc",
        "session",
        "--yes",
        "--vendor-data",
        "ben-2",
        "--workflow-id",
        other["workflow_id"].as_str().unwrap(),
    ]);
    batch.forget_answer("ben-2");
    assert_eq!(batch.run(&[]).0, Some(0));
    assert_eq!(batch.results().remove(1)[7], row[7]);
}

#[test]
fn somebody_who_finished_before_the_batch_is_invited_by_it() {
    let batch = Batch::of("vendor_data\nben-2\n");
    let (_, old) = batch
        .shell
        .json(&["kyc", "session", "--vendor-data", "ben-2"]);
    let old = old["session_id"].as_str().unwrap();
    batch.simulator.control.finish(old, "approve");
    // The request is lost on the way, in both passes.
    batch.simulator.control.post(
        "faults",
        &json!({ "kind": "reset", "method": "POST", "path_prefix": "/v3/session/", "times": 0 }),
    );
    let (code, document) = batch.run(&["--again"]);
    assert_eq!(
        (code, &document["open"]),
        (Some(1), &json!(1)),
        "{document}"
    );
    assert!(batch.results()[0][4].contains("the next run finds out"));
    batch.simulator.control.delete("faults");
    assert_eq!(batch.run(&["--again"]).0, Some(0));
    assert_ne!(batch.results()[0][1], old);
}

/// A list that is exported again must not invite those a second time who are done.
#[test]
fn somebody_who_was_approved_before_is_named_and_not_invited() {
    let batch = Batch::of("vendor_data\nben-2\ncleo-3\n");
    let (_, old) = batch
        .shell
        .json(&["kyc", "session", "--vendor-data", "ben-2"]);
    batch
        .simulator
        .control
        .finish(old["session_id"].as_str().unwrap(), "approve");
    batch.posts();
    let (code, document) = batch.run(&[]);
    assert_eq!((code, &document["created"]), (Some(1), &json!(1)));
    let failure = &document["failures"][0];
    assert_eq!(failure["vendor_data"], "ben-2");
    let message = failure["message"].as_str().unwrap();
    assert!(
        message.contains("approved already (session #1"),
        "{message}"
    );
    assert!(message.contains("--again"), "{message}");
    assert_eq!(batch.posts(), 1);
    let (code, document) = batch.run(&["--again"]);
    assert_eq!((code, &document["created"]), (Some(0), &json!(1)));
    assert_eq!(batch.posts(), 1);
}

#[test]
fn half_a_line_at_the_end_of_the_journal_is_no_damage() {
    let batch = Batch::of(PEOPLE);
    assert_eq!(batch.run(&["--concurrency", "1"]).0, Some(0));
    let whole = fs::read(batch.journal()).unwrap();
    let (results, lines) = (
        batch.results(),
        whole.split_inclusive(|byte| *byte == b'\n').count(),
    );
    batch.posts();
    for cut in (0..whole.len()).rev().step_by(23) {
        fs::write(batch.journal(), &whole[..cut]).unwrap();
        assert_eq!(batch.run(&[]).0, Some(0), "cut at {cut}");
        let again = fs::read_to_string(batch.journal()).unwrap();
        assert!(again.lines().count() >= lines, "{again}");
        assert_eq!(batch.results(), results, "cut at {cut}");
    }
    let (_, list) = batch.shell.json(&["kyc", "list"]);
    assert_eq!(list["total"], 3);
}

#[test]
fn a_journal_serves_its_own_file_and_workflow_alone() {
    let batch = Batch::of(PEOPLE);
    assert_eq!(batch.run(&[]).0, Some(0));
    batch.posts();
    let (_, other) = batch.shell.json(&["kyc", "setup", "--label", "Other"]);
    let other = other["workflow_id"].as_str().unwrap().to_owned();
    assert_prints!(
        "journal_other_workflow",
        batch.shell,
        ["kyc", "batch", "people.csv", "--workflow-id", &other]
    );
    fs::write(
        batch.shell.path("people.csv"),
        format!("{PEOPLE}dan-4,,,,,,\n"),
    )
    .unwrap();
    assert_prints!(
        "journal_other_file",
        batch.shell,
        ["kyc", "batch", "people.csv"]
    );
    fs::write(batch.shell.path("people.csv"), PEOPLE).unwrap();
    let journal = fs::read_to_string(batch.journal()).unwrap();
    fs::write(
        batch.journal(),
        journal.replacen("\"event\"", "\"evnt\"", 2),
    )
    .unwrap();
    assert_prints!(
        "journal_damaged",
        batch.shell,
        ["kyc", "batch", "people.csv"]
    );
    assert_eq!(batch.posts(), 0);
}

#[test]
fn the_file_itself_is_never_written_to() {
    let batch = Batch::of(PEOPLE);
    for more in [
        ["--output", "people.csv"],
        ["--journal", "./people.csv"],
        ["--output", "people.csv.journal.jsonl"],
        ["--output", "./people.csv.journal.jsonl"],
    ] {
        let (code, document) = batch.run(&more);
        assert_eq!((code, batch.posts()), (Some(2), 0), "{document}");
    }
    let kept = fs::read_to_string(batch.shell.path("people.csv")).unwrap();
    assert_eq!(kept, PEOPLE);
}

#[test]
fn a_file_that_is_somebody_elses_is_left_as_it_is() {
    let batch = Batch::of(PEOPLE);
    let files = [
        ("one-line.json", "{\"a\":1}"),
        ("short.txt", "{"),
        ("notes.txt", "vendor_data\nana-1\n"),
        ("half.txt", "first line\nsecond"),
    ];
    for (name, content) in files {
        fs::write(batch.shell.path(name), content).unwrap();
    }
    fs::create_dir(batch.shell.path("folder")).unwrap();
    for (flag, name) in [
        ("--journal", "one-line.json"),
        ("--journal", "notes.txt"),
        ("--journal", "half.txt"),
        ("--output", "one-line.json"),
        ("--output", "short.txt"),
        ("--output", "notes.txt"),
        ("--output", "folder"),
        ("--output", "/dev/null"),
    ] {
        let (code, document) = batch.run(&[flag, name]);
        assert_eq!(
            (code, batch.posts()),
            (Some(2), 0),
            "{flag} {name}: {document}"
        );
    }
    // Found out before anybody is invited, not after.
    let (code, document) = batch.run(&["--output", "nowhere/results.csv"]);
    assert_eq!((code, batch.posts()), (Some(1), 0), "{document}");
    for (name, content) in files {
        let kept = fs::read_to_string(batch.shell.path(name)).unwrap();
        assert_eq!(kept, content, "{name}");
    }
    // Results of an earlier run are replaced.
    for _ in 0..2 {
        assert_eq!(batch.run(&["--output", "results.csv"]).0, Some(0));
    }
}

#[test]
fn two_runs_at_once_are_refused() {
    let batch = Batch::of(PEOPLE);
    let held = fs::File::create(batch.journal()).unwrap();
    held.lock().unwrap();
    assert_prints!(
        "journal_locked",
        batch.shell,
        ["kyc", "batch", "people.csv"]
    );
    drop(held);
    assert_eq!(batch.run(&[]).0, Some(0));
}

#[test]
fn what_would_hit_every_row_stops_the_run() {
    let batch = Batch::on(Standalone::start(&["--live", "--no-rate-limits"]), PEOPLE);
    batch
        .simulator
        .control
        .post("balance", &json!({ "amount": 0 }));
    let (code, document) = batch.run(&["--concurrency", "1"]);
    assert_eq!(code, Some(1));
    assert_eq!(batch.posts(), 1);
    assert_eq!(
        (&document["failed"], &document["open"]),
        (&json!(1), &json!(2))
    );
    assert!(
        document["stopped"].as_str().unwrap().contains("credits"),
        "{document}"
    );
    batch
        .simulator
        .control
        .post("balance", &json!({ "amount": 100 }));
    assert_eq!(batch.run(&[]).0, Some(0));
}

#[test]
fn it_can_be_rehearsed_without_an_account() {
    let shell = Shell::new();
    fs::write(shell.path("people.csv"), PEOPLE).unwrap();
    assert_prints!(
        "rehearsal",
        shell,
        ["kyc", "batch", "people.csv", "--simulate"]
    );
    assert!(!shell.path("people.csv.journal.jsonl").exists());
    // Each has a simulator of its own, so the second begins anew.
    shell.ok(&["kyc", "batch", "people.csv", "--simulate"]);
    let (code, document) = shell.json(&["kyc", "batch", "people.csv", "--simulate", "--read-only"]);
    assert_eq!(
        (code, &document["error"]["code"]),
        (Some(2), &json!("tool_off"))
    );
}

/// A signal, as a terminal or a supervisor sends it.
#[cfg(unix)]
fn signal(child: &std::process::Child, name: &str) {
    let status = std::process::Command::new("kill")
        .args([name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_saves_what_is_done_and_says_how_to_go_on() {
    use std::io::Read as _;

    for name in ["-INT", "-TERM"] {
        let mut people = "vendor_data\n".to_owned();
        (0..300).for_each(|number| people.push_str(&format!("person-{number}\n")));
        let batch = Batch::of(&people);
        let one = ["kyc", "batch", "people.csv", "--concurrency", "1"];
        let mut child = batch.shell.spawn(&one);
        // Only once something is done is there something to save.
        while !fs::read_to_string(batch.journal())
            .unwrap_or_default()
            .contains("\"done\"")
        {
            assert_eq!(child.try_wait().unwrap(), None);
            std::thread::yield_now();
        }
        signal(&child, name);
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        let code = child.wait().unwrap().code();
        assert_eq!(code, Some(130), "{name}: {said}");
        assert!(said.contains("the same command again"), "{said}");
        let results = batch.results();
        let done = results.iter().filter(|row| !row[1].is_empty()).count();
        assert!((1..300).contains(&done), "{done}");
        let (code, document) = batch.run(&[]);
        assert_eq!(code, Some(0), "{document}");
        assert_eq!(document["done_before"], done);
        let (_, list) = batch.shell.json(&["kyc", "list"]);
        assert_eq!(list["total"], 300);
    }
}

#[test]
fn no_cell_of_the_results_is_a_formula() {
    let rows = [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "＝1+1",
        "+34600000000",
        "-5",
        "plain=1",
    ];
    let mut people = "vendor_data,first_name\n".to_owned();
    for row in rows {
        people.push_str(&format!(
            "{row},\"=HYPERLINK(\"\"https://evil.example\"\")\"\n"
        ));
    }
    let batch = Batch::of(&people);
    let (code, document) = batch.run(&[]);
    assert_eq!(code, Some(0), "{document}");
    let results = batch.results();
    let first: Vec<&str> = results.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(
        first,
        [
            "'=1+1",
            "'+cmd|' /C calc'!A0",
            "'-2+3",
            "'@SUM(1)",
            "'＝1+1",
            "+34600000000",
            "-5",
            "plain=1",
        ]
    );
    for row in &results {
        assert!(row[1].starts_with("'=HYPERLINK"), "{row:?}");
    }
    // What was sent and what is remembered is what was given.
    let journal = fs::read_to_string(batch.journal()).unwrap();
    let sent: Vec<Value> = batch
        .simulator
        .control
        .requests()
        .iter()
        .filter(|request| request.method == "POST")
        .map(|request| serde_json::from_str::<Value>(&request.body).unwrap()["vendor_data"].clone())
        .collect();
    for row in rows {
        assert!(
            journal.contains(&json!({ "vendor_data": row }).to_string()[1..]),
            "{row}"
        );
        assert!(sent.contains(&json!(row)), "{row}");
    }
    let (code, document) = batch.run(&[]);
    assert_eq!(
        (code, &document["done_before"]),
        (Some(0), &json!(rows.len()))
    );
}

#[test]
fn rows_that_only_look_the_same_are_two_people_and_named() {
    let people = "vendor_data\nJos\u{e9}-1\nother\nJose\u{301}-1\nANA-2\nana-2\n\u{ff41}na-2\n";
    let batch = Batch::of(people);
    let (code, checked) = batch.run(&["--dry-run"]);
    assert_eq!(code, Some(0), "{checked}");
    let warnings = checked["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 3, "{checked}");
    for (warning, texts) in warnings.iter().zip([
        ["Lines 2 and 4", "composition"],
        ["Lines 5 and 6", "upper and lower case"],
        ["Lines 5 and 7", "form of their characters"],
    ]) {
        let warning = warning.as_str().unwrap();
        for text in texts {
            assert!(warning.contains(text), "{warning}");
        }
    }
    let told = batch
        .shell
        .run(&["kyc", "batch", "people.csv", "--dry-run"]);
    assert!(told.stderr.contains("Warning: Lines 2 and 4"), "{told:?}");
    let (code, document) = batch.run(&[]);
    assert_eq!(
        (code, &document["created"]),
        (Some(0), &json!(6)),
        "{document}"
    );
    assert_eq!(document["warnings"], checked["warnings"]);
    // Each is sent as it was written.
    let sent: Vec<Value> = batch
        .simulator
        .control
        .requests()
        .iter()
        .filter(|request| request.method == "POST")
        .map(|request| serde_json::from_str::<Value>(&request.body).unwrap()["vendor_data"].clone())
        .collect();
    for exact in [
        "Jos\u{e9}-1",
        "Jose\u{301}-1",
        "ANA-2",
        "ana-2",
        "\u{ff41}na-2",
    ] {
        assert!(sent.contains(&json!(exact)), "{exact}: {sent:?}");
    }
}
