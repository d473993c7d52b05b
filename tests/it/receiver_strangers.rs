//! Strangers at the webhook receiver hold little of the process, and what Didit sends still arrives.
#![cfg(target_os = "linux")]

use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, ChildStdout},
    time::{Duration, Instant},
};

use crate::support::server::command;
use didit_mcp::{
    didit::signature::{sign, wire_body},
    receiver::{MAX_BODY_BYTES, now},
};
use serde_json::json;

const SECRET: &str = "test-webhook-secret-0000";

struct Listening {
    child: Child,
    output: BufReader<ChildStdout>,
    address: String,
    log: PathBuf,
    _folder: tempfile::TempDir,
}

/// Starts `webhook listen` on a free port; it ends after one event.
fn listening() -> Listening {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let variables = HashMap::from([
        ("HOME".to_owned(), folder.path().display().to_string()),
        ("DIDIT_WEBHOOK_SECRET".to_owned(), SECRET.to_owned()),
        ("DIDIT_MCP_LOG_FILE".to_owned(), log.display().to_string()),
    ]);
    let arguments = ["webhook", "listen", "--address=127.0.0.1:0", "--count=1"];
    let mut child = command(&arguments.map(str::to_owned), &variables)
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    output.read_line(&mut first).unwrap();
    let address = first.split("http://").nth(1).unwrap();
    Listening {
        child,
        output,
        address: address.split('/').next().unwrap().to_owned(),
        log,
        _folder: folder,
    }
}

impl Listening {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        let patience = Some(Duration::from_secs(60));
        stream.set_read_timeout(patience).unwrap();
        stream
    }

    /// Sends a head, then a body, and tells the status.
    fn post(&self, headers: &str, length: usize, body: &str) -> u16 {
        let mut stream = self.connect();
        write!(
            stream,
            "POST / HTTP/1.1\r\nhost: receiver\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// A genuine event is taken, printed, and ends the program; returns its log.
    fn takes_an_event(mut self) -> String {
        let body = wire_body(&json!({
            "event_id": "00000000-0000-4000-8000-000000000001",
            "webhook_type": "status.updated",
            "timestamp": now(),
            "status": "Approved",
        }));
        let signature = sign(SECRET, body.as_bytes()).unwrap().raw;
        let headers = format!("x-signature: {signature}\r\n");
        assert_eq!(self.post(&headers, body.len(), &body), 200);
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert!(rest.starts_with("status.updated"), "{rest}");
        assert!(self.child.wait().unwrap().success());
        fs::read_to_string(&self.log).unwrap()
    }

    fn file_handles(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.child.id());
        fs::read_dir(folder).unwrap().count()
    }

    fn peak_megabytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap();
        let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kilobytes / 1024
    }
}

/// The most that is seen while the receiver takes what it takes.
fn most_within_a_while(look: impl Fn() -> u64) -> u64 {
    let end = Instant::now() + Duration::from_secs(2);
    let mut most = 0;
    while Instant::now() < end {
        most = most.max(look());
        std::thread::yield_now();
    }
    most
}

#[test]
fn half_sent_heads_take_few_file_handles_and_end_after_a_while() {
    let receiver = listening();
    let held: Vec<TcpStream> = (0..180)
        .map(|_| {
            let mut stream = receiver.connect();
            stream.write_all(b"POST / HTTP/1.1\r\nhost: ").unwrap();
            stream
        })
        .collect();
    let handles = most_within_a_while(|| receiver.file_handles() as u64);
    assert!(handles < 64 + 30, "{handles} file handles");
    // The first of them is cut off, although it says nothing more.
    let mut rest = Vec::new();
    let _ = (&held[0]).read_to_end(&mut rest);
    // Those that wait hold nobody up once they are gone.
    drop(held);
    receiver.takes_an_event();
}

#[test]
fn what_is_not_signed_is_refused_before_its_body() {
    let receiver = listening();
    for headers in ["", "x-signature: \r\n", "x-signature-v2: abc\r\n"] {
        // The body is promised and never sent.
        assert_eq!(receiver.post(headers, 1_000_000, ""), 401, "{headers}");
    }
    let wrong = format!("x-signature: {}\r\n", "0".repeat(64));
    assert_eq!(receiver.post(&wrong, MAX_BODY_BYTES + 1, ""), 413);
    assert_eq!(receiver.post(&wrong, 2, "{}"), 401);
    receiver.takes_an_event();
}

#[test]
fn bodies_that_are_held_back_take_little_memory() {
    let receiver = listening();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: receiver\r\ncontent-length: {MAX_BODY_BYTES}\r\nx-signature: {}\r\n\r\n",
        "0".repeat(64)
    );
    let mut held: Vec<(TcpStream, Vec<u8>)> = (0..60)
        .map(|_| {
            let stream = receiver.connect();
            stream.set_nonblocking(true).unwrap();
            // All but the last byte.
            let mut bytes = head.clone().into_bytes();
            bytes.resize(head.len() + MAX_BODY_BYTES - 1, b'x');
            (stream, bytes)
        })
        .collect();
    // As much as the other side takes.
    let end = Instant::now() + Duration::from_secs(3);
    while Instant::now() < end && held.iter().any(|(_, left)| !left.is_empty()) {
        for (stream, left) in &mut held {
            if let Ok(sent) = stream.write(left) {
                left.drain(..sent);
            }
        }
    }
    let peak = most_within_a_while(|| receiver.peak_megabytes());
    assert!(peak < 48, "{peak} MB");
    drop(held);
    receiver.takes_an_event();
}

#[test]
fn a_flood_of_refusals_is_one_line_of_the_log() {
    let receiver = listening();
    for _ in 0..300 {
        assert_eq!(receiver.post("", 2, "{}"), 401);
    }
    let log = receiver.takes_an_event();
    let refused = log.matches("a webhook was refused").count();
    assert_eq!(refused, 1, "{log}");
    assert!(log.contains("carries no signature"), "{log}");
}
