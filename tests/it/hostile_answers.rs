//! Answers that are made to cost time or memory: the process stays small, and every call still gets its answer.

use crate::support::control::{Standalone, simulated};
use crate::support::server::{Era, Server, Setup};
use serde_json::{Value, json};

/// A server whose listing of sessions meets one fault for ever.
fn met(order: &Value) -> (Standalone, Server) {
    let simulator = Standalone::start(&[]);
    let mut order = order.clone();
    order["times"] = json!(0);
    order["path_prefix"] = json!("/v3/sessions/");
    simulator.control.post("faults", &order);
    let [api, auth] = simulator.arguments();
    let server = Setup::new(Era::BOTH[0])
        .arguments(&[&api, &auth])
        .variable("DIDIT_API_KEY", &simulator.api_key)
        .start();
    (simulator, server)
}

/// A number of `/proc/PID/status`, in kilobytes.
#[cfg(target_os = "linux")]
fn kilobytes(server: &Server, name: &str) -> u64 {
    let path = format!("/proc/{}/status", server.process_id());
    let status = std::fs::read_to_string(path).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.trim_start_matches(':').split_whitespace().next());
    number.unwrap().parse().unwrap()
}

/// Makes calls, some at once, and gives by how many kilobytes the process had grown at its largest.
#[cfg(target_os = "linux")]
fn growth(order: &Value, calls: u32, at_once: u32, code: &str) -> u64 {
    let (_simulator, mut server) = met(order);
    server.ok("didit_account_status", json!({ "check": true }));
    let before = kilobytes(&server, "VmRSS");
    for _ in 0..calls / at_once {
        let ids: Vec<u64> = (0..at_once)
            .map(|_| {
                server.post(
                    "tools/call",
                    json!({ "name": "didit_session_list", "arguments": {} }),
                )
            })
            .collect();
        for id in ids {
            let text = server.response(id)["result"]["content"][0]["text"].to_string();
            assert!(text.contains(&format!("Error ({code})")), "{text}");
        }
    }
    kilobytes(&server, "VmHWM") - before
}

#[cfg(target_os = "linux")]
#[test]
fn two_hundred_endless_answers_leave_memory_flat() {
    let grown = growth(&json!({ "kind": "huge" }), 200, 1, "answer_too_large");
    println!("200 answers of 50 MB: grown by {grown} kB");
    assert!(grown < 16 * 1024, "{grown} kB");
}

#[cfg(target_os = "linux")]
#[test]
fn endless_answers_at_once_do_not_add_up() {
    let grown = growth(&json!({ "kind": "huge" }), 128, 64, "answer_too_large");
    println!("128 answers of 50 MB, 64 at once: grown by {grown} kB");
    assert!(grown < 128 * 1024, "{grown} kB");
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_of_tiny_values_is_not_unpacked() {
    let body = format!("[{}{{}}]", "{\"\":0},".repeat(500_000));
    let order = json!({ "kind": "status", "status": 200, "body": body });
    let grown = growth(&order, 8, 1, "unreadable_answer");
    println!("8 answers of 500,000 values: grown by {grown} kB");
    assert!(grown < 64 * 1024, "{grown} kB");
}

#[test]
fn errors_that_are_long_to_take_apart_are_answered() {
    let fields: Vec<String> = (0..50_000)
        .map(|number| format!("\"{number}\":[\"x\"]"))
        .collect();
    let long_names = format!("{{\"{}\":{{{}}}}}", "n".repeat(2_000_000), fields.join(","));
    let half_tags = "<a".repeat(1_500_000);
    let empty_tags = "<a>".repeat(1_000_000);
    let detail = json!({ "detail": half_tags }).to_string();
    for body in [long_names, half_tags, empty_tags, detail] {
        let (_simulator, mut server) =
            met(&json!({ "kind": "status", "status": 400, "body": body }));
        let answer = server.fails("didit_session_list", json!({}));
        assert!(
            answer.text.starts_with("Error (refused)"),
            "{}",
            answer.text
        );
        assert!(answer.text.len() < 1_500, "{}", answer.text);
        server.stop();
    }
}

#[test]
fn pages_without_an_end_are_left() {
    let (mut server, control) = simulated(Setup::new(Era::BOTH[0]));
    let list = control.api(
        "GET",
        "/v3/lists/",
        crate::support::control::KEY,
        &Value::Null,
    );
    let emails = list["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|list| list["entry_type"] == "email");
    let path = format!(
        "/v3/lists/{}/entries/",
        emails.unwrap()["uuid"].as_str().unwrap()
    );
    // Each page says that the next one is the second.
    let body = json!({ "count": 1, "next": "/?offset=100", "previous": null, "results": [] });
    control.post(
        "faults",
        &json!({ "kind": "status", "status": 200, "body": body, "times": 0, "path_prefix": path }),
    );
    let target = json!({ "entry_type": "email", "value": "mallory@didit-test.local" });
    let answer = server.fails("didit_blocklist_remove", target);
    assert!(
        answer.text.starts_with("Error (unreadable_answer)"),
        "{}",
        answer.text
    );
    assert_eq!(control.requests().len(), 3);
    server.stop();
}
