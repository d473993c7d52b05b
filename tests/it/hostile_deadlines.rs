//! A tool that makes several requests ends in time whichever of them hangs.

use crate::support::control::simulated;
use crate::support::server::{Era, Setup};
use serde_json::json;

const ALL: [&str; 3] = [
    "GET /v3/workflows/",
    "GET /v3/sessions/",
    "POST /v3/session/",
];

/// What came of a call: its requests, whether it failed, and its text.
type Seen = (Vec<String>, bool, String);

/// Makes a session for a person without naming a workflow: three requests, of which one hangs, in each way there is.
fn hanging_at(method: &str, path: &str) -> [Seen; 2] {
    ["stall", "trickle"].map(|kind| {
        let setup = Setup::new(Era::BOTH[0]).arguments(&["--timeout", "2"]);
        let (mut server, control) = simulated(setup);
        server.ok("didit_workflow_create", json!({}));
        control.requests();
        let order = json!({
            "kind": kind, "delay_ms": 50, "body": " ".repeat(10_000), "method": method, "path_prefix": path, "times": 0,
        });
        control.post("faults", &order);
        let answer = server.call("didit_session_create", json!({ "vendor_data": "person-1" }));
        let sent = control
            .requests()
            .into_iter()
            .map(|request| format!("{} {}", request.method, request.path))
            .collect();
        server.stop();
        (sent, answer.is_error, answer.text)
    })
}

#[test]
fn a_lookup_that_is_needed_ends_the_call_before_anything_changes() {
    for (sent, is_error, text) in hanging_at("GET", "/v3/workflows/") {
        assert_eq!(sent, ["GET /v3/workflows/"]);
        assert!(is_error && text.starts_with("Error (timeout)"), "{text}");
        assert!(text.contains("nothing was changed"), "{text}");
    }
}

#[test]
fn a_lookup_that_only_helps_does_not_stop_the_link() {
    for (sent, is_error, text) in hanging_at("GET", "/v3/sessions/") {
        assert_eq!(sent, ALL);
        assert!(!is_error && text.starts_with("Created session"), "{text}");
    }
}

#[test]
fn a_creation_that_hangs_says_that_it_may_have_happened() {
    for (sent, is_error, text) in hanging_at("POST", "/v3/session/") {
        assert_eq!(sent, ALL);
        assert!(is_error && text.starts_with("Error (timeout)"), "{text}");
        assert!(
            text.contains("The change may have happened all the same."),
            "{text}"
        );
        assert!(text.contains("Next: didit_session_list"), "{text}");
    }
}
