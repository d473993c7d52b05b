//! The protocol on standard input and output: opening a session in every version, lines that are no messages, and ending.

use crate::support::{
    control::Control,
    server::{Era, Server, Setup},
};
use serde_json::{Value, json};

const PARSE_ERROR: i64 = -32_700;
const INVALID_REQUEST: i64 = -32_600;
const METHOD_NOT_FOUND: i64 = -32_601;
const INVALID_PARAMS: i64 = -32_602;

fn code(message: &Value) -> i64 {
    message["error"]["code"]
        .as_i64()
        .unwrap_or_else(|| panic!("no error: {message}"))
}

/// The server still works: it answers the next request.
fn assert_alive(server: &mut Server) {
    assert_eq!(server.tools().len(), 22);
}

#[test]
fn every_version_of_the_older_handshake_is_spoken() {
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut server = Setup::new(Era::Legacy(version)).launch();
        let introduction = server.open();
        assert_eq!(introduction["protocolVersion"], version);
        assert_eq!(introduction["serverInfo"]["name"], "didit-mcp");
        assert_eq!(
            introduction["serverInfo"]["version"],
            env!("CARGO_PKG_VERSION")
        );
        assert!(introduction["capabilities"]["tools"].is_object());
        assert_alive(&mut server);
        server.stop();
    }
}

#[test]
fn an_unknown_version_of_the_older_handshake_gets_one_that_is_spoken() {
    let mut server = Setup::new(Era::Legacy("2099-01-01")).launch();
    assert_eq!(server.open()["protocolVersion"], "2025-11-25");
    server.stop();
}

#[test]
fn the_newest_version_is_discovered() {
    let mut server = Setup::new(Era::Modern).launch();
    let introduction = server.open();
    let versions = introduction["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!("2026-07-28")), "{introduction}");
    assert!(introduction["capabilities"]["tools"].is_object());
    let text = introduction["_meta"].to_string();
    assert!(text.contains("didit-mcp"), "{introduction}");
    assert_alive(&mut server);
    server.stop();
}

#[test]
fn the_newest_version_needs_no_opening_at_all() {
    let mut server = Setup::new(Era::Modern).launch();
    assert_alive(&mut server);
    server.stop();
}

#[test]
fn a_client_that_tries_the_newest_version_can_fall_back() {
    let mut server = Setup::new(Era::Legacy("2025-11-25")).launch();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let found = server.result("server/discover", json!({ "_meta": meta }));
    assert!(found["supportedVersions"].is_array());
    assert_eq!(server.open()["protocolVersion"], "2025-11-25");
    assert_alive(&mut server);
    server.stop();
}

#[test]
fn a_version_of_the_future_is_refused_with_the_known_ones() {
    let mut server = Setup::new(Era::Legacy("2025-11-25")).launch();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2099-01-01",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let refused = server.request("tools/list", json!({ "_meta": meta }));
    code(&refused);
    assert!(refused.to_string().contains("2026-07-28"), "{refused}");
    server.open();
    server.stop();
}

#[test]
fn opening_needs_no_key_and_no_home() {
    let folder = tempfile::tempdir().unwrap();
    // A file where a folder should be: nothing under it can be read or made, whoever runs the test.
    let file = folder.path().join("home");
    std::fs::write(&file, "").unwrap();
    let home = file.display().to_string();
    for era in Era::BOTH {
        let mut server = Setup::new(era)
            .variable("HOME", &home)
            .variable("XDG_CONFIG_HOME", &home)
            .variable("XDG_DATA_HOME", &home)
            .variable("DIDIT_MCP_OUTPUT_DIR", "")
            .start();
        assert_alive(&mut server);
        server.stop();
    }
}

#[test]
fn a_line_that_cannot_be_read_is_answered() {
    for (line, id) in [
        (&b"{"[..], Value::Null),
        (b"hello", Value::Null),
        (b"{\"jsonrpc\":\"2.0\",", Value::Null),
        (b"\xff\xfe\x00", Value::Null),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}",
            json!(1),
        ),
    ] {
        for opened in [false, true] {
            let mut server = Setup::new(Era::BOTH[0]).launch();
            if opened {
                server.open();
            }
            server.send_bytes(line);
            server.send_bytes(b"\n");
            let refused = server.receive();
            assert_eq!(code(&refused), PARSE_ERROR, "{refused}");
            assert_eq!(refused["id"], id, "{refused}");
            if !opened {
                server.open();
            }
            assert_alive(&mut server);
            server.stop();
        }
    }
}

#[test]
fn json_that_is_no_message_is_answered_with_its_id() {
    let mut server = Setup::new(Era::BOTH[0]).arguments(&["--log=error"]).start();
    for (line, id, expected) in [
        (json!([]), Value::Null, INVALID_REQUEST),
        (
            json!([{ "jsonrpc": "2.0", "id": 71, "method": "ping" }]),
            Value::Null,
            INVALID_REQUEST,
        ),
        (json!("ping"), Value::Null, INVALID_REQUEST),
        (json!(5), Value::Null, INVALID_REQUEST),
        (json!(null), Value::Null, INVALID_REQUEST),
        (json!({}), Value::Null, INVALID_REQUEST),
        (
            json!({ "jsonrpc": "2.0", "id": 72, "method": 5 }),
            json!(72),
            INVALID_REQUEST,
        ),
        (
            json!({ "jsonrpc": "2.0", "id": "seventy-three" }),
            json!("seventy-three"),
            INVALID_REQUEST,
        ),
        (
            json!({ "jsonrpc": "1.0", "id": 74, "method": "ping" }),
            json!(74),
            INVALID_REQUEST,
        ),
        (
            json!({ "jsonrpc": "2.0", "id": 75, "method": "tools/call", "params": { "name": 5 } }),
            json!(75),
            INVALID_PARAMS,
        ),
        (
            json!({ "jsonrpc": "2.0", "id": 76, "method": "tools/call", "params": [] }),
            json!(76),
            INVALID_PARAMS,
        ),
        (
            json!({ "jsonrpc": "2.0", "id": 77, "method": "tools/call",
                "params": { "name": "didit_account_status", "arguments": "none" } }),
            json!(77),
            INVALID_PARAMS,
        ),
    ] {
        server.send(&line);
        let refused = server.receive();
        assert_eq!(code(&refused), expected, "{line}: {refused}");
        assert_eq!(refused["id"], id, "{line}: {refused}");
    }
    assert_alive(&mut server);
    server.stop();
}

#[test]
fn empty_lines_and_a_byte_order_mark_are_no_trouble() {
    let mut server = Setup::new(Era::BOTH[0]).launch();
    server.send_bytes(b"\n\r\n   \n\xef\xbb\xbf");
    server.open();
    assert_alive(&mut server);
    server.stop();
}

#[test]
fn a_line_may_come_in_pieces() {
    let mut server = Setup::new(Era::BOTH[0]).start();
    let line = json!({ "jsonrpc": "2.0", "id": 9, "method": "ping" }).to_string();
    let (start, end) = line.split_at(12);
    server.send_bytes(start.as_bytes());
    server.send_bytes(end.as_bytes());
    server.send_bytes(b"\r\n");
    assert_eq!(server.receive()["id"], 9);
    server.stop();
}

#[test]
fn notifications_before_the_session_are_let_pass() {
    let mut server = Setup::new(Era::BOTH[0]).launch();
    for method in [
        "notifications/initialized",
        "notifications/cancelled",
        "notifications/unknown",
    ] {
        server.send(&json!({ "jsonrpc": "2.0", "method": method, "params": { "requestId": 1 } }));
    }
    server.open();
    assert_alive(&mut server);
    server.stop();
}

/// A request that opens nothing must not make the next line end the session.
#[test]
fn messages_after_a_refused_opening_are_let_pass() {
    for first in ["initialise", "tools/list", "ping", "server/discover"] {
        let mut server = Setup::new(Era::BOTH[0]).launch();
        server.send(&json!({ "jsonrpc": "2.0", "id": 900, "method": first }));
        assert_eq!(server.receive()["id"], 900, "{first}");
        for method in ["notifications/initialized", "notifications/unknown"] {
            server.send(&json!({ "jsonrpc": "2.0", "method": method }));
        }
        server.send(&json!({ "jsonrpc": "2.0", "id": 900, "result": {} }));
        server
            .send(&json!({ "jsonrpc": "2.0", "id": 900, "error": { "code": -1, "message": "" } }));
        server.open();
        assert_alive(&mut server);
        server.stop();
    }
}

#[test]
fn what_cannot_be_read_is_answered_at_the_end_of_input_too() {
    let mut server = Setup::new(Era::BOTH[0]).start();
    server.send_bytes(b"no JSON\n{\"id\":902,\"method\":\"ping\"}\n");
    let (status, _, lines) = server.finish();
    assert!(status.success());
    let codes: Vec<i64> = lines
        .iter()
        .filter(|line| line.get("error").is_some())
        .map(code)
        .collect();
    assert_eq!(codes, [PARSE_ERROR, INVALID_REQUEST], "{lines:?}");
}

#[test]
fn the_last_line_may_lack_its_end() {
    let mut server = Setup::new(Era::BOTH[0]).start();
    server.send_bytes(br#"{"jsonrpc":"2.0","id":901,"method":"ping"}"#);
    let (status, _, lines) = server.finish();
    assert!(status.success());
    assert!(lines.iter().any(|line| line["id"] == 901), "{lines:?}");
}

#[test]
fn a_line_beyond_all_bounds_is_refused_and_the_next_one_read() {
    let mut server = Setup::new(Era::BOTH[0]).start();
    let mut line = br#"{"jsonrpc":"2.0","id":8,"method":"ping","params":{"text":""#.to_vec();
    line.resize(9 * 1024 * 1024, b'a');
    line.extend(b"\"}}\n");
    server.send_bytes(&line);
    let refused = server.receive();
    assert_eq!(code(&refused), INVALID_REQUEST, "{refused}");
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("too large")
    );
    assert_alive(&mut server);
    server.stop();
}

#[test]
fn an_unknown_tool_and_an_unknown_method_are_errors_of_the_protocol() {
    for era in Era::BOTH {
        let mut server = Setup::new(era).arguments(&["--log=error"]).start();
        for name in ["didit_nothing_here", "didit_session_delete", ""] {
            let refused = server.request("tools/call", json!({ "name": name, "arguments": {} }));
            assert_eq!(code(&refused), INVALID_PARAMS, "{name}: {refused}");
        }
        let refused = server.request("tools/nothing", json!({}));
        assert_eq!(code(&refused), METHOD_NOT_FOUND, "{refused}");
        assert_alive(&mut server);
        server.stop();
    }
}

#[test]
fn calls_at_the_same_time_are_each_answered() {
    for era in Era::BOTH {
        let mut server = Setup::new(era).arguments(&["--simulate"]).start();
        let ids: Vec<u64> = (0..100)
            .map(|_| {
                server.post(
                    "tools/call",
                    json!({ "name": "didit_billing_get_balance", "arguments": {} }),
                )
            })
            .collect();
        for id in ids {
            let response = server.response(id);
            assert_eq!(response["result"]["isError"], false, "{response}");
        }
        server.stop();
    }
}

#[test]
fn a_call_that_was_cancelled_frees_the_server() {
    let mut server = Setup::new(Era::BOTH[0]).arguments(&["--simulate"]).start();
    let control = Control::of(&mut server);
    server.ok("didit_workflow_create", json!({}));
    let session = server.ok("didit_session_create", json!({}));
    let waiting = server.post(
        "tools/call",
        json!({
            "name": "didit_session_wait_for_decision",
            "arguments": { "session_id": session.field("session_id"), "max_wait_s": 600 },
            "_meta": { "progressToken": "waiting" },
        }),
    );
    assert_eq!(server.notification()["params"]["progressToken"], "waiting");
    server.send(&json!({
        "jsonrpc": "2.0",
        "method": "notifications/cancelled",
        "params": { "requestId": waiting, "reason": "the user closed the chat" },
    }));
    assert_alive(&mut server);
    control.requests();
    let (status, errors, transcript) = server.finish();
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
    let answered = transcript.iter().any(|message| message["id"] == waiting);
    assert!(!answered, "a cancelled call gets no answer");
}

#[test]
fn the_end_of_input_ends_the_process_in_order() {
    for era in Era::BOTH {
        Setup::new(era).launch().stop();
        Setup::new(era).start().stop();
        Setup::new(era).arguments(&["--simulate"]).start().stop();
    }
}

#[test]
fn a_call_in_flight_at_the_end_of_input_is_still_answered() {
    let mut server = Setup::new(Era::BOTH[0]).arguments(&["--simulate"]).start();
    let id = server.post(
        "tools/call",
        json!({ "name": "didit_billing_get_balance", "arguments": {} }),
    );
    let (status, errors, transcript) = server.finish();
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
    let answer = transcript.iter().find(|message| message["id"] == id);
    assert_eq!(answer.unwrap()["result"]["isError"], false);
}

#[cfg(unix)]
#[test]
fn signals_end_the_process_in_order() {
    for signal in ["-TERM", "-INT", "-HUP"] {
        let server = Setup::new(Era::BOTH[0]).start();
        let sent = std::process::Command::new("kill")
            .args([signal, &server.process_id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        // Standard input stays open here: only the signal can end it.
        let (status, errors, _) = server.ended();
        assert_eq!((status.code(), errors.as_str()), (Some(0), ""), "{signal}");
    }
}
