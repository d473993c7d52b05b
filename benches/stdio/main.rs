//! What the server costs next to the least that a server can cost, in one run and as ratios.
//!
//! `cargo bench --bench bare --bench stdio` compares (a) the program with (b) a bare server of the same SDK, whose one tool passes on what
//! a GET answers, and (c) that GET itself, all against one loopback server. With `-- quick` it makes a tenth of the
//! calls. The table goes to standard output and, for programs, to `target/bench/stdio.json`. Linux only, because it
//! reads `/proc`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a program for developers, which may stop at the first surprise"
)]

mod accounts;
mod answers;
mod http;
mod peer;
mod table;
mod upstream;

#[path = "../../tests/it/support"]
#[allow(dead_code, reason = "most of it is for the tests")]
mod support {
    pub mod control;
    pub mod program;
    pub mod server;
}

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};
use http::http;
use peer::Peer;
use serde_json::json;
use table::{Table, Target};
use tokio::process::Command;
use upstream::{ENDLESS, HUGE, USUAL, Upstream};

// Not a run of zeros, which would be found in the ids of the sessions, and with a digit, as keys have.
const KEY: &str = "test-key-benchmark-1a2b3c4d";
/// The tool of the bare server.
const BARE_TOOL: &str = "get";
/// Measurements take turns, so that what else the machine does falls on all alike.
const ROUNDS: usize = 10;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let scale = if arguments.iter().any(|word| word == "quick") {
        10
    } else {
        1
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(measure(scale));
}

async fn measure(scale: usize) {
    let answers = answers::answers().await;
    println!(
        "decision of {} bytes, list of {} sessions in {} bytes",
        answers.decision.len(),
        answers::LISTED,
        answers.list.len()
    );
    let machine = machine();
    println!("{machine}\n");
    let upstream = Upstream::start(answers);
    let bench = Bench {
        root: format!("http://{}", upstream.address),
        upstream,
        http: http(),
        bare: bare_server(),
        scale,
    };
    let mut table = Table::default();
    bench.starts(&mut table).await;
    bench.latency(&mut table).await;
    bench.throughput(&mut table).await;
    bench.memory(&mut table).await;
    bench.huge_bodies(&mut table).await;
    accounts::accounts(&mut table, scale).await;
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    table.write(
        &target.expect("a folder").join("bench/stdio.json"),
        &machine,
    );
}

/// Two kinds of answers: a large one, and a page.
#[derive(Clone, Copy)]
enum Kind {
    Decision,
    List,
}

impl Kind {
    const BOTH: [Self; 2] = [Self::Decision, Self::List];

    fn name(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::List => "list of 20",
        }
    }

    fn path(self) -> String {
        match self {
            Self::Decision => decision_path(USUAL),
            Self::List => "/v3/sessions/?limit=20&offset=0".to_owned(),
        }
    }

    fn ours(self) -> String {
        match self {
            Self::Decision => ours_decision(USUAL),
            Self::List => {
                json!({ "name": "didit_session_list", "arguments": { "limit": 20 } }).to_string()
            }
        }
    }

    fn bare(self) -> String {
        json!({ "name": BARE_TOOL, "arguments": { "path": self.path() } }).to_string()
    }
}

fn decision_path(session: &str) -> String {
    format!("/v3/session/{session}/decision/")
}

fn ours_decision(session: &str) -> String {
    json!({ "name": "didit_session_get_decision", "arguments": { "session_id": session } })
        .to_string()
}

fn ours_at(root: &str, key: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_didit-mcp"));
    command
        .env_clear()
        .env("DIDIT_API_KEY", key)
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(["--rate-limits", "off"])
        .arg(format!("--api-base-url={root}/v3"))
        .arg(format!("--auth-base-url={root}/auth/v2"));
    command
}

struct Bench {
    root: String,
    upstream: Upstream,
    http: reqwest::Client,
    bare: PathBuf,
    scale: usize,
}

impl Bench {
    fn calls(&self, calls: usize) -> usize {
        calls / self.scale
    }

    async fn ours(&self) -> Peer {
        Peer::start(ours_at(&self.root, KEY)).await.0
    }

    fn bare_command(&self) -> Command {
        let mut command = Command::new(&self.bare);
        command
            .env_clear()
            .env("DIDIT_API_KEY", KEY)
            .arg(&self.root);
        command
    }

    async fn bare(&self) -> Peer {
        Peer::start(self.bare_command()).await.0
    }

    async fn plain(&self, path: &str) {
        let url = format!("{}{path}", self.root);
        let answer = self.http.get(url).header("x-api-key", KEY).send().await;
        let body = answer.expect("an answer").bytes().await.expect("a body");
        assert!(!body.is_empty());
    }

    async fn starts(&self, table: &mut Table) {
        let (mut ours, mut bare) = ([vec![], vec![]], [vec![], vec![]]);
        for _ in 0..self.calls(40).max(20) {
            for (command, times) in [
                (ours_at(&self.root, KEY), &mut ours),
                (self.bare_command(), &mut bare),
            ] {
                let (peer, start) = Peer::start(command).await;
                times[0].push(start.to_initialize);
                times[1].push(start.to_list);
                peer.end().await;
            }
        }
        assert_eq!(self.upstream.requests(), 0, "starting asks nobody");
        for (index, what) in ["start to first answer", "start to `tools/list`"]
            .into_iter()
            .enumerate()
        {
            let values = [&ours, &bare].map(|times| quantile(&times[index], 0.5) / 1000.0);
            table.compared(what, "ms", values, None, Target::AtMost(1.5));
        }
    }

    async fn latency(&self, table: &mut Table) {
        let (mut ours, mut bare) = (self.ours().await, self.bare().await);
        for kind in Kind::BOTH {
            let (to_ours, to_bare) = (kind.ours(), kind.bare());
            ours.one_by_one(self.calls(100), &to_ours).await;
            bare.one_by_one(self.calls(100), &to_bare).await;
            self.upstream.requests();
            let mut took = [vec![], vec![], vec![]];
            let calls = self.calls(300);
            for _ in 0..ROUNDS {
                took[0].extend(ours.one_by_one(calls, &to_ours).await);
                took[1].extend(bare.one_by_one(calls, &to_bare).await);
                for _ in 0..calls {
                    let started = Instant::now();
                    self.plain(&kind.path()).await;
                    took[2].push(started.elapsed());
                }
            }
            assert_eq!(self.upstream.requests(), 3 * ROUNDS * calls);
            for (name, part) in [("p50", 0.5), ("p99", 0.99)] {
                let [ours, bare, plain] = took.each_ref().map(|took| quantile(took, part));
                let what = format!("{}: latency {name}", kind.name());
                table.compared(what, "µs", [ours, bare], Some(plain), Target::None);
                let what = format!("{}: latency {name} added to the GET", kind.name());
                let target = if part == 0.5 {
                    Target::AtMost(1.5)
                } else {
                    Target::None
                };
                table.compared(what, "µs", [ours - plain, bare - plain], None, target);
            }
        }
    }

    async fn throughput(&self, table: &mut Table) {
        let (mut ours, mut bare) = (self.ours().await, self.bare().await);
        for kind in Kind::BOTH {
            let (to_ours, to_bare) = (kind.ours(), kind.bare());
            for at_once in [1, 16, 64, 256] {
                ours.at_once(self.calls(400), at_once, &to_ours).await;
                bare.at_once(self.calls(400), at_once, &to_bare).await;
                let mut rates = [vec![], vec![], vec![]];
                let mut cpu = [0.0, 0.0];
                let calls = self.calls(1_000);
                let rounds = 5;
                for _ in 0..rounds {
                    for (index, peer, parameters) in
                        [(0, &mut ours, &to_ours), (1, &mut bare, &to_bare)]
                    {
                        let before = peer.cpu();
                        let took = peer.at_once(calls, at_once, parameters).await;
                        cpu[index] += peer.cpu() - before;
                        rates[index].push(calls as f64 / took.as_secs_f64());
                    }
                    let started = Instant::now();
                    let path = kind.path();
                    stream::iter(0..calls)
                        .map(|_| self.plain(&path))
                        .buffer_unordered(at_once)
                        .for_each(|()| async {})
                        .await;
                    rates[2].push(calls as f64 / started.elapsed().as_secs_f64());
                }
                let [ours_rate, bare_rate, plain_rate] = rates.map(median);
                let target = if at_once == 64 {
                    Target::AtLeast(0.7)
                } else {
                    Target::None
                };
                table.compared(
                    format!("{}: calls a second, {at_once} at once", kind.name()),
                    "1/s",
                    [ours_rate, bare_rate],
                    Some(plain_rate),
                    target,
                );
                if at_once == 1 || at_once == 64 {
                    let all = (calls * rounds) as f64;
                    table.compared(
                        format!("{}: processor time a call, {at_once} at once", kind.name()),
                        "µs",
                        cpu.map(|seconds| seconds * 1e6 / all),
                        None,
                        Target::None,
                    );
                }
            }
        }
    }

    async fn memory(&self, table: &mut Table) {
        let mut peers = [self.ours().await, self.bare().await];
        let resident = |peers: &[Peer; 2]| peers.each_ref().map(|peer| peer.resident_kb() as f64);
        let idle = resident(&peers);
        table.compared("resident, idle", "KB", idle, None, Target::AtMost(1.5));
        let anonymous = peers.each_ref().map(|peer| peer.anonymous_kb() as f64);
        table.compared("of it anonymous", "KB", anonymous, None, Target::None);
        let mut after = Vec::new();
        for calls in [self.calls(1_000), self.calls(9_000)] {
            for (index, peer) in peers.iter_mut().enumerate() {
                for kind in Kind::BOTH {
                    let parameters = [kind.ours(), kind.bare()][index].clone();
                    peer.at_once(calls / 2, 16, &parameters).await;
                }
            }
            after.push(resident(&peers));
        }
        table.compared(
            "resident after 1,000 calls",
            "KB",
            after[0],
            None,
            Target::None,
        );
        table.compared(
            "resident after 10,000 calls",
            "KB",
            after[1],
            None,
            Target::None,
        );
        let growth = [0, 1].map(|index| (after[1][index] / after[0][index] - 1.0) * 100.0);
        table.alone(
            "growth from 1,000 to 10,000 calls",
            "%",
            growth[0],
            Some(growth[1]),
            Target::AtMost(10.0),
        );
    }

    async fn huge_bodies(&self, table: &mut Table) {
        for (name, session) in [("announced", HUGE), ("unannounced", ENDLESS)] {
            let mut extra = Vec::new();
            for is_ours in [true, false] {
                let mut peer = if is_ours {
                    self.ours().await
                } else {
                    self.bare().await
                };
                let usual = if is_ours {
                    Kind::Decision.ours()
                } else {
                    Kind::Decision.bare()
                };
                peer.one_by_one(self.calls(200), &usual).await;
                let huge = if is_ours {
                    ours_decision(session)
                } else {
                    json!({ "name": BARE_TOOL, "arguments": { "path": decision_path(session) } })
                        .to_string()
                };
                peer.forget_peak();
                let before = peer.resident_kb();
                let answer = peer.call(&huge).await;
                assert_eq!(
                    answer["result"]["isError"],
                    is_ours,
                    "{:.300}",
                    answer.to_string()
                );
                extra.push(peer.peak_kb().saturating_sub(before) as f64 / 1024.0);
            }
            table.alone(
                format!("more memory for a body of 50 MB, {name}"),
                "MB",
                extra[0],
                Some(extra[1]),
                Target::AtMost(10.0),
            );
        }
    }
}

/// The newest build of the bare server, which stands beside this program.
fn bare_server() -> PathBuf {
    let own = std::env::current_exe().expect("this program");
    let folder = std::fs::read_dir(own.parent().expect("a folder")).expect("a folder");
    let built = folder.filter_map(|entry| {
        let entry = entry.ok()?;
        let path = entry.path();
        let name = path.file_name()?.to_str()?;
        let is_program = name.starts_with("bare-") && path.extension().is_none();
        is_program.then_some((entry.metadata().ok()?.modified().ok()?, path))
    });
    let (_, newest) = built
        .max()
        .expect("cargo bench --bench bare --bench stdio builds both");
    newest
}

/// In µs.
fn quantile(times: &[Duration], part: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let index = ((times.len() - 1) as f64 * part).round() as usize;
    times[index].as_secs_f64() * 1e6
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{cores} cores of {model}, Linux {}", kernel.trim())
}
