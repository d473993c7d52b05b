//! `workflow what-if`, `duplicates`, `rehearse` and `audit pack` at the terminal.

use crate::support::{control::Standalone, many::Many, shell::Shell};
use serde_json::json;

#[test]
fn thresholds_duplicates_and_a_pack() {
    let many = Many::new();
    let workflow = many.workflow("Onboarding KYC");
    for (number, outcome) in ["review_face_match_borderline", "approve"]
        .iter()
        .enumerate()
    {
        let body = json!({ "workflow_id": workflow, "vendor_data": format!("customer-{number}") });
        many.session(&body, outcome);
    }
    let folder = tempfile::tempdir().unwrap();
    let shell = Shell::on(&many.simulator)
        .variable("DIDIT_MCP_OUTPUT_DIR", &folder.path().display().to_string());
    let threshold = "--face-match-score-decline-threshold=65";
    let shown = shell.ok(&["workflow", "what-if", "onboarding kyc", threshold]);
    for part in [
        "customer-0",
        "In Review",
        "Declined",
        "Nothing was changed.",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let (code, refused) = shell.json(&["workflow", "what-if", "onboarding kyc"]);
    assert_eq!(
        (code, &refused["error"]["field"]),
        (Some(2), &json!("face_match_score_review_threshold"))
    );
    let (code, found) = shell.json(&["duplicates", "--days", "7"]);
    assert_eq!((code, &found["looked_at"]), (Some(0), &json!(2)), "{found}");
    let (code, packed) = shell.json(&["audit", "pack", "--folder", "march"]);
    assert_eq!(
        (code, &packed["is_complete"]),
        (Some(0), &json!(true)),
        "{packed}"
    );
    assert!(folder.path().join("march/manifest.json").is_file());
    let off = ["duplicates", "--toolsets", "sessions"];
    let (code, refused) = shell.json(&off);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (Some(2), &json!("tool_off"))
    );
}

#[test]
fn a_rehearsal_ends_by_what_came_out() {
    let simulator = Standalone::start(&["--no-rate-limits"]);
    let body = json!({ "workflow_label": "KYC", "features": [{ "feature": "OCR" }] });
    simulator
        .control
        .api("POST", "/v3/workflows/", &simulator.api_key, &body);
    let shell = Shell::on(&simulator);
    let rehearse = ["rehearse", "kyc", "--outcome", "approve", "--max-wait", "1"];
    let (code, made) = shell.json(&rehearse);
    assert_eq!(code, Some(5), "{made}");
    let name = made["rehearsal"].as_str().unwrap();
    let session = made["items"][0]["session_id"].as_str().unwrap();
    simulator
        .control
        .post(&format!("sessions/{session}/finish"), &json!({}));
    let shown = shell.ok(&[
        "rehearse",
        "kyc",
        "--outcome",
        "approve",
        "--rehearsal",
        name,
    ]);
    for part in ["approve", "Approved", "pass"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}
