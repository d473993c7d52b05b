//! Clients that flood, stall, stop reading or go away: the process stays small, answers what it can, and ends in order.
#![cfg(unix)]

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::support::program::program;
use serde_json::{Value, json};

struct Raw {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Raw {
    /// Starts the program; its standard error is a pipe that nobody reads.
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(program())
            .args(arguments)
            .env_clear()
            .env("HOME", std::env::temp_dir().join("no-such-home"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut raw = Self {
            child,
            input,
            output,
        };
        raw.send(
            &json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "0"},
            }}),
        );
        assert_eq!(raw.read()["id"], 0);
        raw.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        raw
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn call(&mut self, id: u64, tool: &str, arguments: Value) -> Value {
        self.send(&request(id, tool, arguments));
        self.read()
    }

    /// The most memory the process ever held, in MB.
    fn peak_megabytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap();
        let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kilobytes / 1024
    }

    fn signal(&self, name: &str) {
        let done = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(done.success());
    }
}

fn request(id: u64, tool: &str, arguments: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
}

/// A session that nobody finishes, so that a wait on it lasts.
fn endless_session(raw: &mut Raw) -> Value {
    raw.call(1, "didit_workflow_create", json!({}));
    let created = raw.call(2, "didit_session_create", json!({}));
    created["result"]["structuredContent"]["session_id"].clone()
}

#[test]
#[cfg(target_os = "linux")]
fn a_client_that_reads_late_is_slowed_and_loses_nothing() {
    const CALLS: u64 = 20_000;
    let mut raw = Raw::start(&["--simulate"]);
    // What the program takes by itself is mostly its code, which differs by build.
    raw.call(CALLS + 1, "didit_account_status", json!({"junk": "x"}));
    let at_rest = raw.peak_megabytes();
    let mut input = raw.input.try_clone_for_writer();
    let writer = std::thread::spawn(move || {
        for id in 1..=CALLS {
            // A refusal is quick to make, so that the answers pile up as fast as they can.
            let line = request(id, "didit_account_status", json!({"junk": "x".repeat(500)}));
            writeln!(input, "{line}").unwrap();
        }
    });
    let mut seen = HashSet::new();
    while seen.len() < CALLS as usize {
        seen.insert(raw.read()["id"].as_u64().unwrap());
    }
    writer.join().unwrap();
    let grown = raw.peak_megabytes() - at_rest;
    assert!(grown < 40, "{grown} MB more than the {at_rest} MB at rest");
    drop(raw.input);
    assert!(raw.child.wait().unwrap().success());
}

#[test]
#[cfg(target_os = "linux")]
fn answers_that_nobody_reads_are_not_piled_up() {
    const CALLS: u64 = 3_600;
    let mut raw = Raw::start(&["--simulate"]);
    raw.call(CALLS + 1, "didit_account_status", json!({"junk": "x"}));
    let at_rest = raw.peak_megabytes();
    for method in ["tools/list", "resources/list", "prompts/list", "tools/call"] {
        let mut input = raw.input.try_clone_for_writer();
        let writer = std::thread::spawn(move || {
            for id in 1..=CALLS {
                // A call that is refused names everything that it takes.
                let params = match method {
                    "tools/call" => json!({"name": "didit_session_create", "arguments": {"x": 1}}),
                    _ => json!({}),
                };
                let line = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
                writeln!(input, "{line}").unwrap();
            }
        });
        // All of them are with the server before the first answer is read.
        writer.join().unwrap();
        let mut seen = HashSet::new();
        while seen.len() < CALLS as usize {
            let answer = raw.read();
            assert!(answer.get("result").is_some(), "{answer}");
            seen.insert(answer["id"].as_u64().unwrap());
        }
        let grown = raw.peak_megabytes() - at_rest;
        assert!(
            grown < 36,
            "{method}: {grown} MB more than the {at_rest} MB at rest"
        );
    }
    drop(raw.input);
    assert!(raw.child.wait().unwrap().success());
}

#[test]
fn a_client_that_never_reads_does_not_keep_the_process() {
    let mut raw = Raw::start(&["--simulate", "--log", "info"]);
    let mut input = raw.input.try_clone_for_writer();
    let (full, filled) = std::sync::mpsc::channel();
    let writer = std::thread::spawn(move || {
        for id in 1..=20_000_u64 {
            let line = request(
                id,
                "didit_account_status",
                json!({"junk": "x".repeat(2000)}),
            );
            if id == 1_000 {
                full.send(()).unwrap();
            }
            // The pipe breaks when the process ends, which is what this test waits for.
            if writeln!(input, "{line}").is_err() {
                break;
            }
        }
    });
    filled.recv().unwrap();
    raw.signal("-TERM");
    assert!(raw.child.wait().unwrap().success());
    drop(raw.input);
    writer.join().unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn an_endless_line_costs_no_memory() {
    let mut raw = Raw::start(&["--simulate"]);
    let piece = vec![b'x'; 1024 * 1024];
    for _ in 0..100 {
        raw.input.write_all(&piece).unwrap();
    }
    raw.input.write_all(b"\n").unwrap();
    assert_eq!(raw.read()["error"]["code"], -32600);
    let next = raw.call(1, "didit_account_status", json!({}));
    assert_eq!(next["id"], 1);
    assert!(raw.peak_megabytes() < 64, "{} MB", raw.peak_megabytes());
}

#[test]
fn an_id_in_use_is_refused_and_free_again_afterwards() {
    let mut raw = Raw::start(&["--simulate"]);
    let session = endless_session(&mut raw);
    let wait = json!({"session_id": session, "max_wait_s": 2});
    raw.send(&request(7, "didit_session_wait_for_decision", wait));
    raw.send(&request(7, "didit_account_status", json!({})));
    let refusal = raw.read();
    assert_eq!(refusal["error"]["code"], -32600);
    assert!(refusal.get("id").is_none_or(Value::is_null), "{refusal}");
    let answer = raw.read();
    assert_eq!(answer["id"], 7);
    assert!(
        answer["result"]["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("Not decided")
    );
    assert_eq!(raw.call(7, "didit_account_status", json!({}))["id"], 7);
}

#[test]
fn a_call_that_would_outlive_the_client_is_dropped() {
    for end in ["eof", "-TERM", "-INT"] {
        let mut raw = Raw::start(&["--simulate"]);
        let session = endless_session(&mut raw);
        let wait = json!({"session_id": session, "max_wait_s": 600});
        raw.send(&request(3, "didit_session_wait_for_decision", wait));
        // The process reads in order, so an answer to this shows that the wait has begun.
        raw.send(&json!({"jsonrpc": "2.0", "id": 4, "method": "ping"}));
        assert_eq!(raw.read()["id"], 4, "{end}");
        let input = if end == "eof" {
            drop(raw.input);
            None
        } else {
            raw.signal(end);
            Some(raw.input)
        };
        let mut rest = String::new();
        raw.output.read_line(&mut rest).unwrap();
        let answer: Value = serde_json::from_str(&rest).unwrap();
        assert_eq!(answer["id"], 3, "{end}");
        assert_eq!(answer["result"]["isError"], true, "{end}");
        assert!(raw.child.wait().unwrap().success(), "{end}");
        drop(input);
    }
}

#[test]
fn a_client_that_closed_its_end_ends_the_process() {
    let mut raw = Raw::start(&["--simulate"]);
    drop(raw.output);
    raw.input
        .write_all(format!("{}\n", request(1, "didit_account_status", json!({}))).as_bytes())
        .unwrap();
    assert!(raw.child.wait().unwrap().success());
}

/// A second handle on the child's standard input, for a thread that writes while the test reads.
trait SecondWriter {
    fn try_clone_for_writer(&self) -> std::fs::File;
}

impl SecondWriter for ChildStdin {
    fn try_clone_for_writer(&self) -> std::fs::File {
        use std::os::fd::AsFd;
        std::fs::File::from(self.as_fd().try_clone_to_owned().unwrap())
    }
}
