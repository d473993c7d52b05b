//! The skill names only what exists, and fits the format.

use std::{
    collections::BTreeSet,
    fs,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use crate::support::{
    control::Standalone,
    server::{Era, Server, Setup, run},
    shell::Shell,
    tool::tool,
    typed::words,
};
use serde_json::{Value, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/skill/didit-kyc-onboarding");

fn page(name: &str) -> String {
    fs::read_to_string(format!("{FOLDER}/{name}")).unwrap()
}

fn pages() -> [String; 2] {
    [page("SKILL.md"), page("reference.md")]
}

/// What stands between backticks.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn reference(server: &mut Server, name: &str) -> String {
    let uri = format!("didit://reference/{name}");
    let page = server.result("resources/read", json!({ "uri": uri }));
    page["contents"][0]["text"].as_str().unwrap().to_owned()
}

#[test]
fn every_tool_and_every_argument_it_names_exists() {
    let mut server = Setup::new(Era::Modern)
        .arguments(&["--toolsets=all", "--allow-irreversible"])
        .start();
    let tools = server.tools();
    let name_of = |tool: &Value| tool["name"].as_str().unwrap().to_owned();
    let names: BTreeSet<String> = tools.iter().map(name_of).collect();
    let mut named = 0;
    for page in pages() {
        let words = page.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
        for word in words.filter(|word| word.starts_with("didit_") && *word != "didit_") {
            assert!(names.contains(word), "{word}");
            named += 1;
        }
    }
    assert!(named > 15, "{named}");

    let page = page("reference.md");
    let rows = page
        .lines()
        .skip_while(|line| !line.starts_with("| tool |"))
        .skip(2);
    let mut tool = String::new();
    for row in rows.take_while(|row| row.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        if !cells[1].is_empty() {
            tool = cells[1].trim_matches('`').to_owned();
        }
        let schema = &tools.iter().find(|known| name_of(known) == tool).unwrap()["inputSchema"];
        for argument in spans(cells[2]) {
            assert!(
                !schema["properties"][argument].is_null(),
                "{tool}: {argument}"
            );
        }
    }
    server.stop();
}

/// The commands of a page, as they are written.
fn commands(page: &str) -> Vec<&str> {
    let lines = page.lines().filter(|line| line.starts_with("didit-mcp "));
    let spans = spans(page).filter(|span| span.starts_with("didit-mcp ") && !span.contains('\n'));
    lines
        .chain(spans)
        .filter(|line| !line.contains('…'))
        .collect()
}

#[test]
fn every_command_it_shows_can_be_typed() {
    let mut seen = 0;
    for page in pages() {
        for line in commands(&page) {
            let parsed = didit_mcp::cli::command().try_get_matches_from(words(line));
            let asked_for_help = parsed.as_ref().is_err_and(|error| !error.use_stderr());
            assert!(parsed.is_ok() || asked_for_help, "{line}: {parsed:?}");
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen}");
}

/// Whose session the pages speak of.
const SESSION: &str = "11111111-2222-4333-8444-555555555555";

/// Ends the people's part with the test, also when that fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Finishes every session that is open, as people do who get links, until told to stop.
fn finish_sessions(simulator: &Standalone, stop: &AtomicBool) {
    while !stop.load(Ordering::Acquire) {
        let listed = simulator
            .control
            .api("GET", "/v3/sessions/", &simulator.api_key, &json!({}));
        for session in listed["results"].as_array().into_iter().flatten() {
            if ["Not Started", "Resubmitted"]
                .contains(&session["status"].as_str().unwrap_or_default())
            {
                simulator.control.finish(
                    session["session_id"].as_str().unwrap(),
                    "review_face_match_borderline",
                );
            }
        }
        // As slow as a person, so that the machine is left to the commands.
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_command_it_shows_runs_as_written() {
    let ran: usize = pages().iter().map(|page| run_commands(page)).sum();
    assert!(ran > 20, "{ran}");
}

/// Runs the commands of a page in their order, from nothing.
fn run_commands(page: &str) -> usize {
    let simulator = Standalone::start(&["--no-rate-limits"]);
    let newcomer = Shell::on(&simulator).variable("DIDIT_API_KEY", "");
    let shell = Shell::on(&simulator);
    fs::write(
        shell.path("people.csv"),
        "vendor_data,language\nuser-1,es\nuser-2,\n",
    )
    .unwrap();
    let (stop, mut session) = (AtomicBool::new(false), None);
    thread::scope(|scope| {
        scope.spawn(|| finish_sessions(&simulator, &stop));
        let _at_the_end = Stop(&stop);
        for line in commands(page) {
            let words: Vec<String> = words(line)
                .into_iter()
                .skip(1)
                .map(|word| match word.as_str() {
                    "A3K9F2" => simulator.control.code(),
                    SESSION => session.clone().expect("a session by now"),
                    _ => word,
                })
                .collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let shell = if words[0] == "account" {
                &newcomer
            } else {
                &shell
            };
            let finished = shell.run(&words);
            assert_eq!(
                finished.code,
                Some(expected(&words)),
                "{line}: {finished:?}"
            );
            if words.starts_with(&["kyc", "session"]) {
                let id = finished.stdout.split(' ').nth(2).unwrap();
                session = Some(id.split('.').next().unwrap().to_owned());
            }
        }
    });
    commands(page).len()
}

/// The exit code that a command has here.
fn expected(words: &[&str]) -> i32 {
    let decides = ["approve", "decline", "resubmit", "add"];
    if words.get(1).is_some_and(|word| decides.contains(word)) {
        // Without a human's yes it changes nothing and says so.
        6
    } else if words.contains(&"--wait") {
        // These people are borderline, so a human has to look.
        4
    } else {
        0
    }
}

#[test]
fn every_variable_and_flag_it_names_exists() {
    let help = run(&["--help"], &[]).stdout;
    for page in pages() {
        for word in page.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')) {
            if word.starts_with("DIDIT_") {
                assert!(help.contains(word), "{word}");
            }
        }
    }
}

#[test]
fn its_statuses_warnings_and_outcomes_are_those_of_the_server() {
    let mut server = Setup::new(Era::Modern).start();
    let [skill, page] = pages();
    for name in ["warnings", "sandbox"] {
        let known = reference(&mut server, name);
        let rows: Vec<&str> = known
            .lines()
            .filter(|line| line.starts_with("- "))
            .collect();
        assert!(rows.len() > 10, "{name}");
        assert!(
            page.contains(&rows.join("\n")),
            "{name} differs from didit://reference/{name}"
        );
    }
    let statuses = reference(&mut server, "statuses");
    let known = statuses
        .lines()
        .filter_map(|line| line.strip_prefix("- **")?.split("**").next());
    for status in known {
        assert!(skill.contains(status), "{status}");
    }
    server.stop();
}

#[test]
fn the_format_s_limits_are_kept() {
    let skill = page("SKILL.md");
    let mut parts = skill.splitn(3, "---\n");
    let head = parts.nth(1).unwrap();
    let body = parts.next().unwrap();
    assert!(
        head.contains("name: didit-kyc-onboarding\n"),
        "the folder's name"
    );
    assert!(head.contains(&format!("version: \"{}\"", env!("CARGO_PKG_VERSION"))));
    assert!(body.lines().count() < 500);
    let tokens = tiktoken_rs::o200k_base()
        .unwrap()
        .encode_ordinary(body)
        .len();
    assert!(tokens < 5_000, "{tokens} tokens");
}

#[test]
fn a_public_validator_of_the_format_accepts_it() {
    let Some(validator) = tool(&["agentskills"], "pip install skills-ref") else {
        return;
    };
    let checked = Command::new(validator)
        .args(["validate", FOLDER])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(
        checked.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&checked.stderr)
    );
}
