//! The day's work at the terminal.

use crate::support::{many::Many, shell::Shell};
use serde_json::{Value, json};

/// Two that wait, one approved, one that ran out.
fn day() -> (Many, Shell) {
    let many = Many::new();
    let workflow = many.workflow("Onboarding KYC");
    many.advance_days(-5);
    for (vendor_data, outcome) in [
        ("customer-1", "review_face_match_borderline"),
        ("customer-2", "approve"),
        ("customer-3", "review_aml_possible_match"),
        ("customer-4", "Expired"),
    ] {
        let body = json!({ "workflow_id": workflow, "vendor_data": vendor_data });
        many.session(&body, outcome);
    }
    let shell = Shell::on(&many.simulator);
    (many, shell)
}

#[test]
fn the_queue_and_the_figures_and_the_plan() {
    let (_many, shell) = day();
    let queue = shell.ok(&["kyc", "queue"]);
    for part in [
        "2 in review",
        "customer-1",
        "5 d",
        "face match 60 (",
        "By check: ",
    ] {
        assert!(queue.contains(part), "{part}: {queue}");
    }
    let (_, rows) = shell.json(&["kyc", "queue", "--reason", "aml"]);
    assert_eq!(rows["items"][0]["vendor_data"], "customer-3");
    let stats = shell.ok(&["kyc", "stats", "--days", "7", "--by", "workflow"]);
    for part in ["4 in all (+4)", "- Onboarding KYC: 4 (1 approved"] {
        assert!(stats.contains(part), "{part}: {stats}");
    }
    let plan = shell.ok(&["kyc", "follow-up"]);
    for part in [
        "Not finished: 1",
        "customer-4",
        "Expired",
        "Text to send (en)",
    ] {
        assert!(plan.contains(part), "{part}: {plan}");
    }
    let (code, refused) = shell.json(&["kyc", "follow-up", "--send"]);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (Some(6), &json!("agreement_needed"))
    );
    let (code, done) = shell.json(&["kyc", "follow-up", "--send", "--yes"]);
    assert_eq!((code, &done["done"]), (Some(0), &json!(1)), "{done}");
    let (_, again) = shell.json(&["kyc", "follow-up", "--send", "--yes", "--older-than", "0h"]);
    assert_eq!(
        again["nothing_to_do"].as_array().map(Vec::len),
        Some(1),
        "{again}"
    );
}

#[cfg(unix)]
#[test]
fn a_review_walks_the_queue() {
    use crate::support::terminal::Terminal;
    let (many, shell) = day();
    let shell = shell.variable("TERM", "xterm-256color");
    let mut terminal = Terminal::start(&shell, &["kyc", "review"]);
    terminal.sees("nothing to end: ");
    terminal.types("a");
    terminal.sees("Comment for the record (empty: none): ");
    terminal.types("seen in person");
    terminal.sees("Do it? [y/N] ");
    terminal.types("y");
    terminal.sees("customer-3");
    terminal.types("s");
    let (code, shown) = terminal.ends();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("1 decided, 1 skipped."), "{shown}");
    let status = |vendor_data: &str| -> Value {
        many.listed(&format!("vendor_data={vendor_data}"))[0]["status"].clone()
    };
    assert_eq!(status("customer-1"), "Approved");
    assert_eq!(status("customer-3"), "In Review");
    let (code, error) = shell.json(&["kyc", "review"]);
    assert_eq!(
        (code, &error["error"]["code"]),
        (Some(1), &json!("terminal"))
    );
}
