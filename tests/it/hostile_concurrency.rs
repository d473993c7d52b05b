//! Many calls at once, calls that are taken back, and calls that nobody waits for any more.

use crate::support::control::{Control, KEY, simulated};
use crate::support::server::{Era, Server, Setup};
use serde_json::{Value, json};

/// The questions that may wait at once: as many as calls may run.
const MOST_QUESTIONS: usize = 64;

/// A session that is decided.
fn session(control: &Control) -> String {
    let workflow = json!({ "workflow_label": "KYC", "features": [{ "feature": "OCR" }] });
    let workflow = control.api("POST", "/v3/workflows/", KEY, &workflow);
    let body = json!({ "workflow_id": workflow["uuid"] });
    let made = control.api("POST", "/v3/session/", KEY, &body);
    let session = made["session_id"].as_str().unwrap().to_owned();
    control.finish(&session, "approve");
    session
}

fn post_call(server: &mut Server, tool: &str, arguments: &Value) -> u64 {
    server.post(
        "tools/call",
        json!({ "name": tool, "arguments": arguments }),
    )
}

/// A server whose own deadlines come too late to end anything here.
fn patient() -> Setup {
    Setup::new(Era::BOTH[0]).arguments(&["--timeout", "600"])
}

fn stall_everything(control: &Control) {
    control.post("faults", &json!({ "kind": "stall", "times": 0 }));
}

/// Waits until as many requests as wanted have no answer yet. The server works at its own pace, so this asks until it is so.
fn until_open(control: &Control, wanted: u64) {
    for _ in 0..100_000 {
        if control.get("open")["requests"] == wanted {
            return;
        }
        std::thread::yield_now();
    }
    panic!("{} instead of {wanted}", control.get("open"));
}

/// A thousand reads are more than Didit allows in a minute: those beyond it are slowed, and none is refused.
#[test]
fn a_thousand_calls_at_once_are_all_answered() {
    let (mut server, control) = simulated(Setup::new(Era::BOTH[0]));
    let arguments = json!({ "session_id": session(&control) });
    let ids: Vec<u64> = (0..1_000)
        .map(|_| post_call(&mut server, "didit_session_get_decision", &arguments))
        .collect();
    for id in ids {
        let result = server.response(id)["result"].clone();
        assert_ne!(result["isError"], true, "{result}");
    }
    server.stop();
}

#[test]
fn five_hundred_reads_at_once_stay_within_the_rate_limits() {
    let (mut server, control) = simulated(Setup::new(Era::BOTH[1]));
    let arguments = json!({ "session_id": session(&control) });
    let ids: Vec<u64> = (0..500)
        .map(|_| post_call(&mut server, "didit_session_get_decision", &arguments))
        .collect();
    for id in ids {
        let result = server.response(id)["result"].clone();
        assert_ne!(result["isError"], true, "{result}");
    }
    // One more than the answers would be a request that was refused and made again.
    assert_eq!(control.requests().len(), 500);
    server.stop();
}

#[test]
fn a_cancelled_call_closes_its_request() {
    let (mut server, control) = simulated(patient());
    let session = session(&control);
    stall_everything(&control);
    let id = post_call(
        &mut server,
        "didit_session_get_decision",
        &json!({ "session_id": session }),
    );
    until_open(&control, 1);
    server.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } }));
    until_open(&control, 0);
    server.stop();
}

/// Sixty-four calls run at once; the sixty-fifth was cancelled before its turn, so it must never reach Didit.
#[test]
fn a_call_that_is_cancelled_before_its_turn_sends_nothing() {
    let (mut server, control) = simulated(patient());
    let session = session(&control);
    stall_everything(&control);
    let arguments = json!({ "session_id": session });
    let running: Vec<u64> = (0..64)
        .map(|_| post_call(&mut server, "didit_session_get_decision", &arguments))
        .collect();
    until_open(&control, 64);
    let queued = post_call(
        &mut server,
        "didit_billing_top_up",
        &json!({ "amount_in_dollars": 50 }),
    );
    for id in [queued].iter().chain(&running) {
        let cancelled = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } });
        server.send(&cancelled);
    }
    until_open(&control, 0);
    // The answer to a later call shows that the queue has moved on.
    control.delete("faults");
    server.ok("didit_billing_get_balance", json!({}));
    let posted = control
        .requests()
        .iter()
        .any(|request| request.method == "POST");
    assert!(!posted);
    server.stop();
}

#[test]
fn a_call_whose_turn_does_not_come_is_told_so() {
    let setup = Setup::new(Era::BOTH[0]).arguments(&["--timeout", "1"]);
    let (mut server, control) = simulated(setup);
    let arguments = json!({ "session_id": session(&control) });
    stall_everything(&control);
    let ids: Vec<u64> = (0..400)
        .map(|_| post_call(&mut server, "didit_session_get_decision", &arguments))
        .collect();
    let mut codes = std::collections::BTreeMap::new();
    for id in ids {
        let text = server.response(id)["result"]["content"][0]["text"].to_string();
        let code = text
            .trim_start_matches("\"Error (")
            .split(')')
            .next()
            .unwrap()
            .to_owned();
        *codes.entry(code).or_insert(0) += 1;
    }
    let known: Vec<&str> = codes.keys().map(String::as_str).collect();
    assert_eq!(known, ["busy", "timeout"], "{codes:?}");
    server.stop();
}

#[test]
fn calls_in_flight_at_the_end_of_input_are_given_up() {
    let (mut server, control) = simulated(patient());
    let arguments = json!({ "session_id": session(&control) });
    stall_everything(&control);
    for _ in 0..100 {
        post_call(&mut server, "didit_session_get_decision", &arguments);
    }
    until_open(&control, 64);
    // The calls themselves would last longer than the harness waits.
    let (status, errors, _) = server.finish();
    assert_eq!(status.code(), Some(0), "{errors}");
}

/// A human may think for long, so questions take no place among the calls that run; how many wait at once is bounded.
#[test]
fn questions_that_wait_for_a_human_hold_nothing_up_and_are_bounded() {
    let setup = Setup::new(Era::BOTH[0])
        .human(&[])
        .arguments(&["--timeout", "5"]);
    let (mut server, control) = simulated(setup);
    let arguments = json!({ "session_id": session(&control), "new_status": "Declined" });
    let mut asked = Vec::new();
    for _ in 0..MOST_QUESTIONS {
        let id = post_call(&mut server, "didit_session_update_status", &arguments);
        let question = server.receive();
        assert_eq!(question["method"], "elicitation/create", "{question}");
        asked.push((id, question["id"].clone()));
    }
    let read = post_call(&mut server, "didit_billing_get_balance", &json!({}));
    let read = server.response(read);
    assert_ne!(read["result"]["isError"], true, "{read}");
    let refused = post_call(&mut server, "didit_session_update_status", &arguments);
    let refused = server.response(refused)["result"]["content"][0]["text"].to_string();
    assert!(refused.contains("Too many questions"), "{refused}");
    for (id, question) in asked {
        let no = json!({ "action": "decline" });
        server.send(&json!({ "jsonrpc": "2.0", "id": question, "result": no }));
        server.response(id);
    }
    assert!(
        control
            .requests()
            .iter()
            .all(|request| request.method == "GET")
    );
    server.stop();
}
