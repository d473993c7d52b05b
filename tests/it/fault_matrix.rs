//! Every tool that sends something against every fault: what the agent is told, how often Didit is asked, and that no secret leaves the
//! process, whatever the far side says.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::control::{Recorded, Standalone};
use crate::support::fault_cases::{CASES, Case, ExampleAccount};
use crate::support::fault_table::{Fault, Group, Outcome, echoes, faults, spellings};
use crate::support::server::{Answer, Era, Server, Setup};
use aho_corasick::AhoCorasick;
use didit_mcp::tools;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Cases that run at once: most of the time is spent waiting for deadlines and repetitions.
const AT_ONCE: usize = 12;
/// Secrets in which every spelling differs from the others.
const ODD_KEY: &str = "test-key-odd-/+%&=\"quoted\"\\back-<b>-0123456789abcdef";
const ODD_PASSWORD: &str = "Test-password-/+%&=\"quoted\"\\back-9876543210";
/// Seconds that calls of the hasty server may take: far more than what comes before the struck request needs, on a machine
/// that is busy with other things too.
const HASTE: &str = "4";
const PATIENCE: &str = "30";
/// The longest error that is still short.
const SHORT: usize = 1_500;

#[test]
fn every_tool_meets_every_fault() {
    let covered: BTreeSet<&str> = CASES.iter().map(|case| case.tool).collect();
    let left_out = tools::all().into_iter().map(|tool| tool.name);
    let left_out: Vec<&str> = left_out.filter(|name| !covered.contains(name)).collect();
    assert_eq!(left_out, ["didit_webhook_verify"], "it sends nothing");
    let elsewhere = Elsewhere::listen();
    let (rows, problems) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = CASES.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut found = Vec::new();
                    let cells = meet_all(case, &elsewhere.origin, &mut found);
                    rows.lock().unwrap().push((case.name(), cells));
                    problems.lock().unwrap().append(&mut found);
                }
            });
        }
    });
    print_matrix(rows.into_inner().unwrap());
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    elsewhere.assert_untouched();
}

/// A server that redirects point at.
struct Elsewhere {
    origin: String,
    listener: TcpListener,
}

impl Elsewhere {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self {
            origin: format!("http://{}", listener.local_addr().unwrap()),
            listener,
        }
    }

    /// The system itself keeps connections that nobody has accepted yet.
    fn assert_untouched(&self) {
        let error = self.listener.accept().expect_err("a redirect was followed");
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    }
}

type Cell = (&'static str, String);

/// Meets every fault with one tool, each group in a server of its own.
fn meet_all(case: &Case, elsewhere: &str, problems: &mut Vec<String>) -> Vec<Cell> {
    let mut table = faults(elsewhere);
    table.extend(echoes(ODD_KEY));
    table.extend(echoes(ODD_PASSWORD));
    let mut cells = Vec::new();
    // Didit allows few reports a minute, and waiting for the next one is not what is tested here.
    let at_most = match case.tool {
        "didit_session_generate_pdf" => 10,
        _ => table.len(),
    };
    for group in [Group::Patient, Group::Hasty, Group::Echoed] {
        let met: Vec<&Fault> = table.iter().filter(|fault| fault.group == group).collect();
        for faults in met.chunks(at_most) {
            let simulator = Standalone::start(&[]);
            let mut run = Run::start(case, group, &simulator);
            for fault in faults {
                cells.push((fault.name, run.meet(fault, problems)));
            }
            run.finish(problems);
        }
    }
    cells
}

/// One server while it meets one group's faults.
struct Run<'a> {
    case: &'a Case,
    /// Its server is a patient one, so that preparing is never what runs out of time.
    world: ExampleAccount<'a>,
    /// The one that meets the faults, where it is not the same.
    hasty: Option<Server>,
    /// What both remember of the account.
    _account: TempDir,
    secrets: BTreeSet<String>,
    /// Requests of a call that meets no fault: those before the struck one, and all.
    usual: (usize, usize),
}

impl<'a> Run<'a> {
    fn start(case: &'a Case, group: Group, simulator: &'a Standalone) -> Self {
        let [api, auth] = simulator.arguments();
        let account = tempfile::tempdir().unwrap();
        if group == Group::Echoed {
            store_password(account.path());
        }
        let key = match group {
            Group::Echoed => ODD_KEY,
            _ => &simulator.api_key,
        };
        let server = |timeout| {
            let arguments = [
                "--confirm=never",
                "--toolsets=all",
                "--allow-irreversible",
                "--log",
                "info",
                "--timeout",
                timeout,
                &api,
                &auth,
            ];
            Setup::new(Era::BOTH[0])
                .arguments(&arguments)
                .variable("DIDIT_API_KEY", key)
                .variable("DIDIT_PASSWORD", ODD_PASSWORD)
                .variable("XDG_CONFIG_HOME", &account.path().display().to_string())
                .start()
        };
        let world = ExampleAccount {
            server: server(PATIENCE),
            simulator,
            number: 0,
        };
        let hasty = (group == Group::Hasty).then(|| server(HASTE));
        let mut run = Self {
            case,
            world,
            hasty,
            _account: account,
            secrets: BTreeSet::from([key.to_owned(), ODD_PASSWORD.to_owned()]),
            usual: (0, 0),
        };
        if group != Group::Echoed {
            run.observe_usual();
        }
        run
    }

    fn observe_usual(&mut self) {
        let (arguments, path) = self.prepare();
        self.world.server.ok(self.case.tool, arguments);
        let requests = self.requests();
        let struck = requests.iter().position(|request| {
            request.method == self.case.method && request.path.starts_with(&path)
        });
        self.usual = (struck.expect("the request to strike"), requests.len());
    }

    fn prepare(&mut self) -> (Value, String) {
        self.world.number += 1;
        let prepared = self.case.prepare(&mut self.world);
        self.requests();
        prepared
    }

    /// What reached the API since the last look; the credentials in it are noted.
    fn requests(&mut self) -> Vec<Recorded> {
        let requests = self.world.control().requests();
        for request in &requests {
            let credentials = ["x-api-key", "authorization"].map(|name| request.headers.get(name));
            for value in credentials.into_iter().flatten() {
                let secret = value.strip_prefix("Bearer ").unwrap_or(value);
                self.secrets.insert(secret.to_owned());
            }
        }
        requests
    }

    /// Makes one call that meets `fault`, notes what is wrong with it, and shows what it came to.
    fn meet(&mut self, fault: &Fault, problems: &mut Vec<String>) -> String {
        let echoed = fault.group == Group::Echoed;
        let (arguments, path) = if echoed {
            self.strike_anything()
        } else {
            self.prepare()
        };
        let mut order = fault.order.clone();
        order["path_prefix"] = json!(path);
        if !echoed {
            order["method"] = json!(self.case.method);
        }
        self.world.control().post("faults", &order);
        let server = self.hasty.as_mut().unwrap_or(&mut self.world.server);
        let answer = server.call(self.case.tool, arguments);
        self.world.control().delete("faults");
        let requests = self.requests();
        let Outcome(class, struck) = self.expected(fault);
        let (before, all) = self.usual;
        let expected = if class == "ok" {
            all + struck - 1
        } else {
            before + struck
        };
        let found = (class_of(&answer), requests.len());
        if found != (class.to_owned(), expected) {
            problems.push(format!(
                "{} / {}: {found:?} instead of {:?}: {}",
                self.case.name(),
                fault.name,
                (class, expected),
                answer.text
            ));
        }
        if answer.is_error {
            let changed = requests.iter().any(|request| request.method != "GET");
            problems.extend(wrong_words(self.case, &answer, changed).map(|wrong| {
                format!(
                    "{} / {}: {wrong}: {}",
                    self.case.name(),
                    fault.name,
                    answer.text
                )
            }));
        }
        format!("{} {}", found.0, found.1)
    }

    fn expected(&self, fault: &Fault) -> Outcome {
        let needs_no_body =
            self.case.method == "DELETE" || self.case.tool == "didit_account_register";
        match fault.name {
            "empty" if needs_no_body => Outcome("ok", 1),
            // Didit documents that such a deletion did nothing.
            "503" | "503 once" if self.case.tool == "didit_session_delete" => Outcome("busy", 1),
            // A refused key is what the check is there to tell; a limited one is tried a second time.
            _ if self.case.tool == "didit_account_status"
                && matches!(fault.read.0, "authentication" | "forbidden") =>
            {
                // What works goes on to look for the environment; what is refused does not.
                Outcome("ok", if fault.name.starts_with("403") { 1 } else { 0 })
            }
            _ if self.case.strikes_a_change() => fault.change,
            _ => fault.read,
        }
    }

    /// Arguments of the right shape: the very first request gets the fault, so nothing has to exist.
    fn strike_anything(&mut self) -> (Value, String) {
        let id = "11111111-2222-4333-8444-555555555555";
        if let Some(mut example) = self.case.example(id) {
            // A wait outlasts what passes, up to its own end.
            if self.case.tool == "didit_session_wait_for_decision" {
                example["max_wait_s"] = json!(1);
            }
            return (example, String::new());
        }
        let arguments = match self.case.tool {
            "didit_account_register" | "didit_account_login" => {
                json!({ "email": "person@didit-test.local" })
            }
            "didit_account_verify_email" => {
                json!({ "email": "person@didit-test.local", "code": "A1B2C3" })
            }
            "didit_workflow_get" | "didit_session_create" => json!({ "workflow_id": id }),
            "didit_workflow_update" => json!({ "workflow_id": id, "workflow_label": "Renamed" }),
            "didit_session_update_status" => json!({ "session_id": id, "new_status": "Approved" }),
            "didit_blocklist_add" | "didit_blocklist_remove" => {
                json!({ "entry_type": "email", "value": "a@didit-test.local" })
            }
            "didit_webhook_create" => {
                json!({ "url": "https://hooks.example.net/new", "label": "Warehouse" })
            }
            "didit_billing_top_up" => json!({ "amount_in_dollars": 50 }),
            "didit_account_status" => json!({ "check": true }),
            "didit_aml_get_hits" => json!({ "session_id": id }),
            "didit_aml_update_hits" => {
                let marks = json!([{ "hit_id": "a-hit", "review_status": "Inconclusive" }]);
                json!({ "session_id": id, "hit_updates": marks })
            }
            "didit_session_stats" | "didit_session_list" => json!({}),
            "didit_session_follow_up" => json!({ "send": true }),
            "didit_workflow_what_if" => {
                json!({ "workflow": "KYC", "face_match_score_review_threshold": 80 })
            }
            "didit_session_wait_for_decision" => json!({ "session_id": id, "max_wait_s": 1 }),
            tool if tool.starts_with("didit_session_") => {
                json!({ "session_id": id })
            }
            _ => json!({}),
        };
        (arguments, String::new())
    }

    /// Ends the servers and looks for secrets in everything that they wrote.
    fn finish(self, problems: &mut Vec<String>) {
        let Self {
            case,
            world,
            hasty,
            secrets,
            ..
        } = self;
        let pieces = pieces(&secrets);
        for server in std::iter::once(world.server).chain(hasty) {
            let (status, errors, transcript) = server.finish();
            assert_eq!(status.code(), Some(0), "{errors}");
            let written = transcript
                .iter()
                .map(|message| (message.to_string(), "standard output"))
                .chain(
                    errors
                        .lines()
                        .map(|line| (line.to_owned(), "standard error")),
                );
            for (line, place) in written {
                if let Some(found) = pieces.find(&line) {
                    let piece = &line[found.range()];
                    problems.push(format!("{}: {place} holds {piece:?}: {line}", case.name()));
                }
            }
        }
    }
}

/// `ok`, or the code in the error's first line.
fn class_of(answer: &Answer) -> String {
    if !answer.is_error {
        return "ok".to_owned();
    }
    answer
        .text
        .strip_prefix("Error (")
        .and_then(|rest| rest.split_once(')'))
        .map_or_else(|| answer.text.clone(), |(code, _)| code.to_owned())
}

/// What an error must say or must not: whether a change may have happened, and how to find out.
fn wrong_words(case: &Case, answer: &Answer, changed: bool) -> Option<String> {
    let ambiguous = [
        "unavailable",
        "interrupted",
        "timeout",
        "unreadable_answer",
        "answer_too_large",
    ];
    let unsure = answer.text.contains("may have");
    let check = tools::all()
        .into_iter()
        .find(|tool| tool.name == case.tool)
        .and_then(|tool| tool.verify_with);
    let must_be_unsure = changed && ambiguous.contains(&class_of(answer).as_str());
    if unsure != must_be_unsure {
        return Some(format!("unsure: {unsure}, and should be: {must_be_unsure}"));
    }
    if let (true, Some((tool, _))) = (must_be_unsure, check)
        && !answer.text.contains(&format!("Next: {tool} "))
    {
        return Some(format!("does not name {tool}"));
    }
    (answer.text.len() > SHORT).then(|| "too long".to_owned())
}

/// Finds any piece of a secret in any spelling, so that half a secret counts as much as a whole one.
fn pieces(secrets: &BTreeSet<String>) -> AhoCorasick {
    const PIECE: usize = 12;
    let spelled: BTreeSet<String> = secrets
        .iter()
        .flat_map(|secret| spellings(secret))
        .collect();
    let pieces = spelled
        .iter()
        .flat_map(|spelling| spelling.as_bytes().windows(PIECE))
        // Runs of one digit stand in many harmless places.
        .filter(|piece| piece.iter().collect::<BTreeSet<_>>().len() >= 6);
    AhoCorasick::new(pieces).unwrap()
}

/// Shows the matrix, one row a fault.
fn print_matrix(mut rows: Vec<(String, Vec<Cell>)>) {
    rows.sort();
    for (case, cells) in &rows {
        println!("\n{case}");
        for (fault, outcome) in cells {
            println!("  {fault:<16} {outcome}");
        }
    }
    let cells: usize = rows.iter().map(|(_, cells)| cells.len()).sum();
    println!("\n{} cases, {cells} calls", rows.len());
}

/// The password of a variable is not given to a simulator, so the account has one of its own.
fn store_password(folder: &std::path::Path) {
    let folder = folder.join("didit-mcp");
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("credentials.json");
    let account = json!({ "email": "person@didit-test.local", "password": ODD_PASSWORD });
    let document = json!({ "profiles": { "default": { "other_accounts": [account] } } });
    std::fs::write(&path, document.to_string()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}
