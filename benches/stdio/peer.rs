//! A server as a child process, driven with as little work on this side as possible, and what the system says of it.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// Ticks of the processor's clock in a second, which Linux has fixed for programs.
const TICKS_PER_SECOND: f64 = 100.0;

/// A running server.
pub struct Peer {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    line: Vec<u8>,
    id: u64,
}

/// How long a start took.
pub struct Start {
    pub to_initialize: Duration,
    pub to_list: Duration,
}

impl Peer {
    /// Starts a server and lists its tools.
    pub async fn start(mut command: Command) -> (Self, Start) {
        let started = Instant::now();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .expect("the server starts");
        let mut peer = Self {
            stdin: child.stdin.take().expect("standard input"),
            stdout: BufReader::with_capacity(
                256 * 1024,
                child.stdout.take().expect("standard output"),
            ),
            child,
            line: Vec::new(),
            id: 0,
        };
        let client = json!({
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": { "name": "bench", "version": "1.0.0" },
        });
        peer.request("initialize", &client).await;
        let to_initialize = started.elapsed();
        peer.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))
            .await;
        peer.request("tools/list", &json!({})).await;
        let to_list = started.elapsed();
        (
            peer,
            Start {
                to_initialize,
                to_list,
            },
        )
    }

    async fn send(&mut self, message: &Value) {
        let line = format!("{message}\n");
        self.stdin
            .write_all(line.as_bytes())
            .await
            .expect("the server reads");
    }

    async fn request(&mut self, method: &str, parameters: &Value) {
        self.id += 1;
        let message =
            json!({ "jsonrpc": "2.0", "id": self.id, "method": method, "params": parameters });
        self.send(&message).await;
        self.read().await;
        let answer: Value = serde_json::from_slice(&self.line).expect("JSON");
        assert!(answer["result"].is_object(), "{answer}");
    }

    async fn read(&mut self) {
        self.line.clear();
        let read = self.stdout.read_until(b'\n', &mut self.line).await;
        assert!(read.expect("the server writes") > 0, "the server ended");
    }

    async fn post(&mut self, parameters: &str) {
        self.id += 1;
        let line = format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"tools/call\",\"params\":{parameters}}}\n",
            self.id
        );
        self.stdin
            .write_all(line.as_bytes())
            .await
            .expect("the server reads");
    }

    /// Reads an answer without parsing it, because that would be time of this side. Whether it is an error stands at its end.
    async fn answer(&mut self) {
        self.read().await;
        let end = self.line.len().saturating_sub(48);
        let end = String::from_utf8_lossy(&self.line[end..]);
        assert!(end.contains("\"isError\":false"), "it ends in {end}");
    }

    /// Makes a call that may fail; the answer.
    pub async fn call(&mut self, parameters: &str) -> Value {
        self.post(parameters).await;
        self.read().await;
        serde_json::from_slice(&self.line).expect("JSON")
    }

    /// Makes calls one after the other; how long each took.
    pub async fn one_by_one(&mut self, calls: usize, parameters: &str) -> Vec<Duration> {
        let mut took = Vec::with_capacity(calls);
        for _ in 0..calls {
            let started = Instant::now();
            self.post(parameters).await;
            self.answer().await;
            took.push(started.elapsed());
        }
        took
    }

    /// Keeps so many calls under way; how long all took.
    pub async fn at_once(&mut self, calls: usize, at_once: usize, parameters: &str) -> Duration {
        let started = Instant::now();
        for _ in 0..at_once.min(calls) {
            self.post(parameters).await;
        }
        for number in 0..calls {
            self.answer().await;
            if number + at_once < calls {
                self.post(parameters).await;
            }
        }
        started.elapsed()
    }

    /// A line of `/proc/PID/status`, in KB.
    fn status(&self, name: &str) -> u64 {
        let status = fs::read_to_string(self.process("status")).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.and_then(|number| number.parse().ok()).expect(name)
    }

    fn process(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.child.id().expect("a process"))
    }

    /// Resident memory in KB.
    pub fn resident_kb(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The part of it that is no mapped file, in KB.
    pub fn anonymous_kb(&self) -> u64 {
        self.status("RssAnon:")
    }

    /// The most resident memory since the last look, in KB.
    pub fn peak_kb(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// Forgets the most that was resident.
    pub fn forget_peak(&self) {
        fs::write(self.process("clear_refs"), "5").expect("one's own child");
    }

    /// Processor time so far, in seconds.
    pub fn cpu(&self) -> f64 {
        let line = fs::read_to_string(self.process("stat")).expect("a process");
        let after_name = line.rsplit(')').next().unwrap_or_default();
        let ticks: f64 = after_name
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|word| word.parse::<f64>().ok())
            .sum();
        ticks / TICKS_PER_SECOND
    }

    /// Ends the server by closing its input.
    pub async fn end(self) {
        let Self {
            mut child, stdin, ..
        } = self;
        drop(stdin);
        child.wait().await.expect("an end");
    }
}
