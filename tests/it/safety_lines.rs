//! Every line that leaves is one line, says what it seems to say, and holds nothing that a terminal obeys and nobody sees.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::support::{
    program::program,
    scripted::Scripted,
    server::{Era, Setup, command},
};
use didit_mcp::{didit::signature::sign, receiver::now};
use serde_json::{Value, json};

/// Moves the cursor, turns the direction, hides letters, ends the line.
const HOSTILE: &str = "\u{9b}2J\u{202e}gpj\u{200b}\u{e0041}\u{7f}\u{2028}end";

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}

fn assert_visible(line: &str) {
    assert!(!line.chars().any(is_hidden), "{line:?}");
}

#[test]
fn the_id_of_a_request_cannot_forge_the_log() {
    let forged = format!(
        "1 milliseconds=1 outcome=\"ok\" call\n2026-01-01T00:00:00Z ERROR didit_mcp: forged{HOSTILE}\r\n"
    );
    for format in ["text", "json"] {
        for era in Era::BOTH {
            let folder = tempfile::tempdir().unwrap();
            let log = folder.path().join("log");
            let mut server = Setup::new(era)
                .arguments(&["--log=info", "--log-format", format, "--log-file"])
                .arguments(&[log.to_str().unwrap()])
                .start();
            let mut parameters = json!({ "name": "didit_billing_get_balance", "arguments": {} });
            if era == Era::Modern {
                parameters["_meta"] = json!({
                    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                    "io.modelcontextprotocol/clientInfo": { "name": "test-client", "version": "1.0.0" },
                    "io.modelcontextprotocol/clientCapabilities": {},
                });
            }
            server.send(&json!({ "jsonrpc": "2.0", "id": forged, "method": "tools/call", "params": parameters }));
            while server.receive()["id"] != forged.as_str() {}
            server.fails("didit_billing_get_balance", json!({}));
            drop(server.finish());
            let logged = fs::read_to_string(&log).unwrap();
            let lines: Vec<&str> = logged.split_terminator('\n').collect();
            let calls: Vec<&&str> = lines
                .iter()
                .filter(|line| line.contains("didit_billing_get_balance"))
                .collect();
            assert_eq!(calls.len(), 2, "{logged}");
            for line in &lines {
                assert_visible(line);
                assert!(!line.starts_with("2026-01-01"), "{logged}");
            }
            if format == "json" {
                let event: Value = serde_json::from_str(calls[0]).unwrap();
                assert_eq!(event["fields"]["request"], forged.as_str());
                assert_eq!(event["fields"]["outcome"], "no_api_key");
            } else {
                // Within quotes that it cannot end.
                assert!(
                    calls[0].contains(r#"request="1 milliseconds=1 outcome=\"ok\" call\n2026-"#),
                    "{logged}"
                );
                assert!(calls[0].ends_with(r#"outcome="no_api_key""#), "{logged}");
            }
        }
    }
}

/// An event from Didit that a person filled with what terminals obey.
#[test]
fn an_event_is_one_line_that_says_the_same_and_its_secret_may_end_in_a_line_break() {
    const SECRET: &str = "whsec_test_0123456789abcdef";
    let payload = json!({
        "webhook_type": "status.updated",
        "session_id": "11111111-2222-4333-8444-555555555555",
        "status": "Approved",
        "timestamp": now(),
        "created_at": now(),
        "vendor_data": format!("customer{HOSTILE}\n{SECRET}"),
    });
    let body = payload.to_string();
    let signatures = sign(SECRET, body.as_bytes()).unwrap();
    for flags in [&["--json"][..], &[]] {
        // With --json it says nothing before the first event, so the port is one that was free a moment ago.
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let mut listener = Command::new(program())
            .args([
                "webhook",
                "listen",
                "--count",
                "1",
                "--address",
                &address.to_string(),
            ])
            .args(flags)
            .env_clear()
            .env("DIDIT_WEBHOOK_SECRET", format!(" {SECRET}\r\n"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answer = post(
            address,
            &body,
            &[
                ("x-signature", &signatures.raw),
                ("x-timestamp", &now().to_string()),
            ],
        );
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let output = BufReader::new(listener.stdout.take().unwrap());
        let lines: Vec<String> = output.lines().map(Result::unwrap).collect();
        assert!(listener.wait().unwrap().success());
        let line = lines.last().unwrap();
        assert_visible(line);
        assert!(!line.contains(SECRET), "{line}");
        assert_eq!(lines.len(), if flags.is_empty() { 2 } else { 1 });
        if !flags.is_empty() {
            let event: Value = serde_json::from_str(line).unwrap();
            assert_eq!(event["vendor_data"], format!("customer{HOSTILE}\n[hidden]"));
        }
    }
}

/// Sends a request as soon as somebody listens, and returns the answer.
fn post(address: SocketAddr, body: &str, headers: &[(&str, &str)]) -> String {
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut stream = loop {
        match TcpStream::connect(address) {
            Ok(stream) => break stream,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        std::thread::yield_now();
    };
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    write!(
        stream,
        "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn what_a_command_prints_holds_nothing_invisible() {
    let upstream = Scripted::start(|request| {
        if request.line.contains("/workflows/") {
            return (
                400,
                json!({ "detail": format!("odd {HOSTILE}"), HOSTILE: [HOSTILE] }),
            );
        }
        let session = json!({
            "session_id": "11111111-2222-4333-8444-555555555555",
            "session_number": 1,
            "status": HOSTILE,
            "vendor_data": HOSTILE,
            "full_name": HOSTILE,
            "workflow_id": HOSTILE,
            "created_at": HOSTILE,
            "session_url": HOSTILE,
        });
        if request.line.contains("/sessions/") {
            return (
                200,
                json!({ "count": 1, "next": null, "results": [session] }),
            );
        }
        (200, session)
    });
    let [api, auth] = upstream.arguments();
    let home = tempfile::tempdir().unwrap();
    let variables = [
        ("HOME", home.path().to_str().unwrap()),
        ("DIDIT_API_KEY", "test-key-of-lines-0123"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for words in [
        &["kyc", "list"][..],
        &["kyc", "decision", "11111111-2222-4333-8444-555555555555"],
        &["kyc", "workflows"],
        &["account", "status"],
    ] {
        for json in [false, true] {
            let mut arguments: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            arguments.extend([api.clone(), auth.clone()]);
            arguments.extend(json.then(|| "--json".to_owned()));
            let output = command(&arguments, &variables)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            for printed in [output.stdout, output.stderr] {
                let printed = String::from_utf8(printed).unwrap();
                printed.lines().for_each(assert_visible);
            }
        }
    }
}
