//! Many calls of every kind, with faults, on one server: its memory, sockets and tasks must not grow.
//!
//! `cargo bench --bench soak` makes 20,000 calls, `cargo bench --bench soak -- 5000` so many. It ends with code 1 when the
//! resident memory at the end is more than 10 % above that after the first 1,000 calls, or when sockets, threads or tasks are
//! left. Linux only, because it reads `/proc`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a program for developers, which may stop at the first surprise"
)]

#[path = "../tests/it/support"]
#[allow(dead_code, reason = "most of it is for the tests")]
mod support {
    pub mod control;
    pub mod program;
    pub mod server;
}

use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{
    control::{Control, Standalone},
    server::{Era, Server, Setup},
};

/// Calls that are under way at once.
const AT_ONCE: usize = 32;
/// After so many calls everything that is kept for good has been allocated.
const WARM: usize = 1_000;
/// Connections of the last calls are kept for 20 seconds; a while later none may be left.
const LAST_CONNECTIONS: Duration = Duration::from_secs(45);
/// What goes wrong, in turn: a kind of fault, and a status for those that take one.
const FAULTS: [(&str, u16); 11] = [
    ("status", 503),
    ("reset", 0),
    ("truncate", 0),
    ("html", 0),
    ("status", 429),
    ("huge", 0),
    ("not_json", 0),
    ("echo", 0),
    ("stall", 0),
    ("redirect", 0),
    ("reset_mid_body", 0),
];

fn main() -> ExitCode {
    let calls = std::env::args()
        .find_map(|word| word.parse().ok())
        .unwrap_or(20_000);
    let (idle, idle_tasks) = idle_session();
    let simulator = Standalone::start(&["--no-rate-limits"]);
    let mut soak = Soak::new(&simulator);
    let started = Instant::now();
    let mut warm = Resources::default();
    for number in 0..calls {
        if number == WARM {
            warm = soak.resting();
            println!("after {number:>6} calls: {warm}");
        } else if number % 5_000 == 0 && number > 0 {
            soak.settle();
            println!("after {number:>6} calls: {}", Resources::of(&soak.server));
        }
        // Each kind comes in the first thousand calls already, so that what follows is compared with like.
        let between = if number < WARM {
            WARM / (FAULTS.len() + 1)
        } else {
            200
        };
        if number.is_multiple_of(between) {
            soak.order_fault(number / between);
        }
        soak.call(number);
    }
    soak.settle();
    let took = started.elapsed().as_secs_f64();
    let last = soak.resting();
    println!(
        "after {calls:>6} calls: {last} ({:.0} calls a second)",
        calls as f64 / took
    );
    println!("answers: {:?}", soak.outcomes);
    let left = soak.without_connections(idle.sockets);
    println!("idle again:          {left}");
    let tasks = soak.end();
    println!("tasks at the end: {tasks}, of a session without calls: {idle_tasks}");

    let growth = last.resident_kb as f64 / warm.resident_kb as f64 - 1.0;
    println!("growth of resident memory: {:.1} %", growth * 100.0);
    let sound = growth <= 0.1
        && tasks == idle_tasks
        && left.sockets <= idle.sockets
        && left.threads <= warm.threads;
    println!(
        "{}",
        if sound {
            "nothing grew"
        } else {
            "SOMETHING GREW"
        }
    );
    if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What the system holds for a process.
#[derive(Clone, Copy, Default)]
struct Resources {
    resident_kb: u64,
    sockets: usize,
    files: usize,
    threads: u64,
}

impl Resources {
    fn of(server: &Server) -> Self {
        let process = format!("/proc/{}", server.process_id());
        let status = fs::read_to_string(format!("{process}/status")).unwrap();
        let number = |name: &str| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap();
            line.split_whitespace().next().unwrap().parse().unwrap()
        };
        let open: Vec<_> = fs::read_dir(format!("{process}/fd"))
            .unwrap()
            .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
            .collect();
        let is_socket = |path: &&std::path::PathBuf| path.to_string_lossy().starts_with("socket:");
        Self {
            resident_kb: number("VmRSS:"),
            sockets: open.iter().filter(is_socket).count(),
            files: open.len(),
            threads: number("Threads:"),
        }
    }
}

impl std::fmt::Display for Resources {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{:>6} KB resident, {:>2} sockets, {:>2} descriptors, {} threads",
            self.resident_kb, self.sockets, self.files, self.threads
        )
    }
}

/// The server under load, and what it works on.
struct Soak {
    server: Server,
    control: Control,
    workflow: String,
    decided: Vec<String>,
    undecided: VecDeque<String>,
    under_way: VecDeque<u64>,
    outcomes: BTreeMap<String, usize>,
}

impl Soak {
    fn new(simulator: &Standalone) -> Self {
        let server = setup()
            .arguments(&simulator.arguments().each_ref().map(String::as_str))
            .arguments(&["--toolsets=all", "--allow-irreversible", "--confirm=never"])
            .arguments(&["--rate-limits=off", "--timeout=2", "--log=info"])
            .variable("DIDIT_API_KEY", &simulator.api_key)
            .start();
        let control = simulator.control.clone();
        let api = |path: &str, body: &Value| control.api("POST", path, &simulator.api_key, body);
        let workflow = json!({ "workflow_label": "KYC", "features": [{ "feature": "OCR" }] });
        let workflow = api("/v3/workflows/", &workflow)["uuid"]
            .as_str()
            .unwrap()
            .to_owned();
        let session = |_| {
            let made = api("/v3/session/", &json!({ "workflow_id": workflow }));
            made["session_id"].as_str().unwrap().to_owned()
        };
        let decided: Vec<_> = (0..20).map(session).collect();
        decided
            .iter()
            .for_each(|session| control.finish(session, "approve"));
        let undecided: VecDeque<_> = (0..20).map(session).collect();
        undecided
            .iter()
            .for_each(|session| control.force(session, "In Review"));
        Self {
            server,
            workflow,
            decided,
            undecided,
            control,
            under_way: VecDeque::new(),
            outcomes: BTreeMap::new(),
        }
    }

    /// The next few requests meet this fault.
    fn order_fault(&self, number: usize) {
        let (kind, status) = FAULTS[number % FAULTS.len()];
        let mut fault = json!({ "kind": kind, "times": if kind == "huge" { 2 } else { 6 } });
        if status > 0 {
            fault["status"] = json!(status);
        }
        self.control.post("faults", &fault);
    }

    /// Makes the call of this number, after waiting for the oldest when too many are under way.
    fn call(&mut self, number: usize) {
        if self.under_way.len() == AT_ONCE {
            self.take_answer();
        }
        let session = self.decided[number % self.decided.len()].clone();
        let of_session = json!({ "session_id": session });
        let id = match number % 24 {
            0..4 => self.tool("didit_session_get_decision", of_session),
            4 => self.tool(
                "didit_session_get_decision",
                json!({ "session_id": session, "detail": "detailed" }),
            ),
            5..8 => self.tool("didit_session_list", json!({ "limit": 20 })),
            8 => self.tool("didit_billing_get_balance", json!({})),
            9 => self.tool("didit_workflow_list", json!({})),
            10 => self.tool("didit_workflow_get", json!({ "workflow_id": self.workflow })),
            11 => self.tool("didit_session_wait_for_decision", of_session),
            12 => self.tool(
                "didit_session_create",
                json!({ "workflow_id": self.workflow, "vendor_data": format!("soak-{}", number % 500) }),
            ),
            13 => {
                let session = self.undecided.pop_front().unwrap();
                self.undecided.push_back(session.clone());
                let status = if number % 48 < 24 { "Approved" } else { "Declined" };
                let arguments = json!({ "session_id": session, "new_status": status });
                self.tool("didit_session_update_status", arguments)
            }
            14 => self.tool("didit_blocklist_list", json!({})),
            15 => self.tool("didit_blocklist_add", blocked(number)),
            16 => self.tool("didit_blocklist_remove", blocked(number - 1)),
            17 => self.tool("didit_session_get_decision", json!({ "session_id": "no-such-thing" })),
            18 => self.tool("didit_account_status", json!({ "check": true })),
            19 => self.tool("didit_webhook_list", json!({})),
            20 => self.server.post("resources/read", json!({ "uri": format!("didit://session/{session}/decision") })),
            21 => self.server.post("tools/list", json!({})),
            22 if number.is_multiple_of(10) => self.tool("didit_session_generate_pdf", of_session),
            22 => self.server.post("prompts/list", json!({})),
            _ => return self.call_and_take_back(of_session),
        };
        self.under_way.push_back(id);
    }

    fn tool(&mut self, name: &str, arguments: Value) -> u64 {
        self.server.post(
            "tools/call",
            json!({ "name": name, "arguments": arguments }),
        )
    }

    /// A call that is cancelled has no answer.
    fn call_and_take_back(&mut self, arguments: Value) {
        let id = self.tool("didit_session_get_decision", arguments);
        self.server.send(&json!({
            "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id },
        }));
        *self.outcomes.entry("taken back".to_owned()).or_default() += 1;
    }

    fn take_answer(&mut self) {
        let Some(id) = self.under_way.pop_front() else {
            return;
        };
        let message = self.server.response(id);
        let result = &message["result"];
        let outcome = if result["isError"] == true {
            // It begins with "Error (class)".
            let text = result["content"][0]["text"].as_str().unwrap_or_default();
            text.split(['(', ')']).nth(1).unwrap_or_default().to_owned()
        } else if message.get("error").is_some() {
            format!("protocol error {}", message["error"]["code"])
        } else {
            "ok".to_owned()
        };
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    /// Takes all answers that are due.
    fn settle(&mut self) {
        while !self.under_way.is_empty() {
            self.take_answer();
        }
        self.server.result("ping", json!({}));
        self.control.delete("faults");
    }

    /// What is held after a quiet stretch. The allocator keeps what a burst of large answers left and gives it back later, so
    /// one reading says little; what never comes back has grown.
    fn resting(&mut self) -> Resources {
        let readings = (0..5).map(|_| {
            self.settle();
            for _ in 0..100 {
                self.server.result("tools/list", json!({}));
            }
            Resources::of(&self.server)
        });
        readings
            .min_by_key(|reading| reading.resident_kb)
            .expect("readings")
    }

    /// Waits until idle connections were closed.
    fn without_connections(&self, sockets: usize) -> Resources {
        let started = Instant::now();
        loop {
            let now = Resources::of(&self.server);
            if now.sockets <= sockets || started.elapsed() > LAST_CONNECTIONS {
                return now;
            }
            thread::sleep(Duration::from_millis(500));
        }
    }

    /// Ends the session; the tasks that were left.
    fn end(self) -> u64 {
        tasks_left(self.server)
    }
}

fn blocked(number: usize) -> Value {
    json!({ "entry_type": "email", "value": format!("mallory-{}@didit-test.local", number / 24) })
}

fn setup() -> Setup {
    Setup::new(Era::BOTH[0])
}

/// What a session holds that makes no call, and the tasks it leaves.
fn idle_session() -> (Resources, u64) {
    let server = setup().arguments(&["--log=info"]).start();
    (Resources::of(&server), tasks_left(server))
}

/// Ends a session; what its log says of the tasks that were left.
fn tasks_left(server: Server) -> u64 {
    let (status, log, _) = server.finish();
    assert!(status.success(), "{log}");
    let line = log
        .lines()
        .find(|line| line.contains("the client is gone"))
        .expect("a last line");
    let number = line.split("tasks=").nth(1).expect("the number of tasks");
    number.split_whitespace().next().unwrap().parse().unwrap()
}
