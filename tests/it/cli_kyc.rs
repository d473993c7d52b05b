//! `didit-mcp kyc` from end to end, on a simulator that stays.

use crate::support::{
    control::Standalone,
    shell::{Shell, printed},
};
use serde_json::{Value, json};

/// A session of this person, who has not begun.
fn session(shell: &Shell, vendor_data: &str) -> String {
    let (code, document) = shell.json(&["kyc", "session", "--vendor-data", vendor_data]);
    assert_eq!(code, Some(0), "{document}");
    document["session_id"].as_str().unwrap().to_owned()
}

/// A simulator with one workflow.
fn ready() -> (Standalone, Shell) {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    shell.ok(&["kyc", "setup", "--label", "Onboarding"]);
    (simulator, shell)
}

#[test]
fn setup_makes_the_workflow_that_the_switches_say() {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    assert_prints!(
        "setup",
        shell,
        [
            "kyc",
            "setup",
            "--label",
            "My KYC",
            "--liveness",
            "--face-match"
        ]
    );
    let (code, made) = shell.json(&[
        "kyc",
        "setup",
        "--label",
        "Much",
        "--no-liveness",
        "--no-face-match",
        "--aml",
        "--aml-threshold",
        "70",
        "--nfc",
        "--phone",
        "--email",
        "--proof-of-address",
        "--database-validation",
        "--ip-analysis",
        "--max-retries",
        "2",
        "--default",
    ]);
    assert_eq!(code, Some(0), "{made}");
    let features: Vec<&str> = made["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| feature.as_str().unwrap())
        .collect();
    for (feature, there) in [
        ("OCR", true),
        ("LIVENESS", false),
        ("FACE_MATCH", false),
        ("AML", true),
        ("NFC", true),
        ("PHONE_VERIFICATION", true),
        ("EMAIL_VERIFICATION", true),
        ("PROOF_OF_ADDRESS", true),
        ("DATABASE_VALIDATION", true),
        ("IP_ANALYSIS", true),
    ] {
        assert_eq!(features.contains(&feature), there, "{feature}: {made}");
    }
    assert_eq!(made["is_default"], true);
}

#[test]
fn a_session_takes_contact_and_expected_details() {
    let (simulator, shell) = ready();
    let (code, made) = shell.json(&[
        "kyc",
        "session",
        "--vendor-data",
        "user-123",
        "--callback",
        "https://app.example.com/done",
        "--language",
        "es",
        "--metadata",
        "{\"plan\":\"gold\"}",
        "--contact-email",
        "ana.test@example.com",
        "--notify",
        "--first-name",
        "Ana",
        "--last-name",
        "Muestra",
        "--date-of-birth",
        "1990-01-15",
        "--country",
        "ESP",
    ]);
    assert_eq!(code, Some(0), "{made}");
    assert_eq!(made["reused"], false);
    assert!(made["url"].as_str().unwrap().contains("/es/"), "{made}");
    let requests = simulator.control.requests();
    let sent = requests
        .iter()
        .find(|request| request.method == "POST" && request.path == "/v3/session/")
        .unwrap();
    let body: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!(body["contact_details"]["send_notification_emails"], true);
    assert_eq!(body["expected_details"]["date_of_birth"], "1990-01-15");
    assert_eq!(body["expected_details"].as_object().unwrap().len(), 4);
    assert_eq!(body["metadata"]["plan"], "gold");
    assert_prints!(
        "session_again",
        shell,
        ["kyc", "session", "--vendor-data", "user-123"]
    );
}

#[test]
fn a_decision_is_read_and_waited_for_with_exit_codes_that_tell_it() {
    let (simulator, shell) = ready();
    for (person, scenario, code) in [
        ("fine", "approve", 0),
        ("expired", "decline_document_expired", 3),
        ("unclear", "review_face_match_borderline", 4),
    ] {
        let id = session(&shell, person);
        simulator.control.finish(&id, scenario);
        assert_eq!(shell.run(&["kyc", "decision", &id]).code, Some(0));
        let waited = shell.run(&["kyc", "decision", &id, "--wait"]);
        assert_eq!(waited.code, Some(code), "{waited:?}");
        let polled = shell.run(&["kyc", "decision", &id, "--poll", "--interval", "1"]);
        assert_eq!(polled.stdout, waited.stdout);
        assert_prints!(
            format!("decision_{person}"),
            shell,
            ["kyc", "decision", &id]
        );
        assert_prints!(
            format!("decision_{person}_json"),
            shell,
            ["kyc", "decision", &id, "--json"]
        );
    }
    let open = session(&shell, "slow");
    assert_prints!(
        "decision_time_over",
        shell,
        ["kyc", "decision", &open, "--wait", "--max-wait", "1"]
    );
    // The last look comes when the time is over, however long the interval.
    simulator.control.requests();
    let wait = [
        "kyc",
        "decision",
        &open,
        "--wait",
        "--interval",
        "60",
        "--max-wait",
        "1",
    ];
    assert_eq!(shell.run(&wait).code, Some(5));
    assert_eq!(simulator.control.requests().len(), 2);
}

#[test]
fn a_wait_that_is_over_says_so_with_any_interval() {
    let (_simulator, shell) = ready();
    let id = session(&shell, "slow");
    let wait = [
        "kyc",
        "decision",
        &id,
        "--wait",
        "--max-wait",
        "1",
        "--interval",
        "1",
    ];
    for words in [&wait[..], &wait[..6]] {
        let finished = shell.run(words);
        assert_eq!(finished.code, Some(5), "{finished:?}");
        assert_eq!(
            finished.stdout.matches("Not decided after 1 s").count(),
            1,
            "{finished:?}"
        );
    }
}

#[test]
fn the_code_stands_before_what_comes_next() {
    let (_simulator, shell) = ready();
    let shown = shell.ok(&["kyc", "session", "--vendor-data", "scanned", "--qr"]);
    let place = |words: &str| {
        shown
            .find(words)
            .unwrap_or_else(|| panic!("{words}: {shown}"))
    };
    assert!(place("Link: ") < place("Scan with the person's phone:"));
    assert!(place("Scan with the person's phone:") < place("█"));
    assert!(shown.rfind('█').unwrap() < place("Next: "), "{shown}");
    let (_, document) = shell.json(&["kyc", "session", "--vendor-data", "scanned", "--qr"]);
    assert_eq!(document["reused"], true);
}

#[test]
fn a_wait_outlives_trouble_that_passes() {
    let (simulator, shell) = ready();
    let id = session(&shell, "patient");
    simulator.control.finish(&id, "approve");
    let wait = ["kyc", "decision", &id, "--wait", "--interval", "1"];
    for (status, code) in [(500, 0), (404, 1)] {
        // With an interval of its own, and with that of the tool.
        for words in [&wait[..], &wait[..4]] {
            simulator.control.post(
                "faults",
                &json!({ "kind": "status", "status": status, "path_prefix": "/v3/session/", "times": 1 }),
            );
            let finished = shell.run(words);
            assert_eq!(finished.code, Some(code), "{words:?}: {finished:?}");
        }
    }
}

#[test]
fn a_raw_file_lands_in_the_output_folder() {
    let (simulator, shell) = ready();
    let id = session(&shell, "kept");
    simulator.control.finish(&id, "approve");
    shell.ok(&[
        "kyc",
        "decision",
        &id,
        "--detailed",
        "--raw-file",
        "all.json",
    ]);
    let kept = std::fs::read_to_string(shell.path("output/all.json")).unwrap();
    assert!(kept.contains(&id));
}

#[test]
fn full_goes_all_the_way_on_a_simulator_of_its_own() {
    let shell = Shell::new();
    assert_prints!(
        "full_approved",
        shell,
        [
            "kyc",
            "full",
            "--simulate",
            "--scenario",
            "approve",
            "--vendor-data",
            "user-123"
        ]
    );
    let (code, document) = shell.json(&[
        "kyc",
        "full",
        "--simulate",
        "--scenario",
        "decline_liveness_attack",
        "--label",
        "Strict",
        "--aml",
    ]);
    assert_eq!(code, Some(3));
    assert_eq!(document["workflow_created"], true);
    assert_eq!(document["decision"]["status"], "Declined");
    assert_eq!(
        document["session"]["session_id"],
        document["decision"]["session_id"]
    );
}

#[test]
fn a_simulator_that_ends_with_its_command_says_so() {
    let shell = Shell::new();
    for arguments in [
        &["kyc", "setup", "--simulate"][..],
        &[
            "account",
            "register",
            "person@didit-test.local",
            "--simulate",
        ],
    ] {
        let printed = shell.ok(arguments);
        assert!(
            printed.contains("didit-mcp simulate runs one that stays"),
            "{printed}"
        );
    }
    // What it lacks was made by another command, so to make it once more leads nowhere.
    let id = "11111111-2222-4333-8444-555555555555";
    for arguments in [&["kyc", "session"][..], &["kyc", "decision", id]] {
        let refused = shell.run(&[arguments, &["--simulate"]].concat());
        assert!(
            refused.stderr.contains("every command begins anew"),
            "{refused:?}"
        );
    }
}

#[test]
fn full_shows_a_code_that_leads_to_the_link() {
    let (_simulator, shell) = ready();
    let plain = shell.ok(&["kyc", "full", "--vendor-data", "user-1"]);
    assert!(!plain.contains('▄'), "{plain}");
    let with_code = shell.ok(&["kyc", "full", "--vendor-data", "user-1", "--qr"]);
    let link = with_code
        .lines()
        .find_map(|line| line.strip_prefix("Link: "))
        .unwrap();
    let lines: Vec<&str> = with_code
        .lines()
        .filter(|line| line.contains(['█', '▄', '▀']))
        .collect();
    assert_eq!(read_code(&lines), link);
}

/// Reads a code of half blocks, light on dark, as a camera would.
fn read_code(lines: &[&str]) -> String {
    const SIDE: usize = 4;
    let rows: Vec<Vec<char>> = lines.iter().map(|line| line.chars().collect()).collect();
    let width = rows.iter().map(Vec::len).max().unwrap();
    let dark = |x: usize, y: usize| {
        let block = rows[y / 2].get(x).copied().unwrap_or(' ');
        let light = match block {
            '█' => true,
            '▀' => y.is_multiple_of(2),
            '▄' => y % 2 == 1,
            _ => false,
        };
        !light
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(
        width * SIDE,
        (rows.len() * 2 - 1) * SIDE,
        |x, y| if dark(x / SIDE, y / SIDE) { 0 } else { 255 },
    );
    let grids = image.detect_grids();
    grids[0].decode().unwrap().1
}

#[test]
fn full_uses_the_workflow_that_is_there_and_never_one_that_checks_less() {
    let (simulator, shell) = ready();
    let (_, first) = shell.json(&["kyc", "full", "--vendor-data", "user-1"]);
    let (_, second) = shell.json(&[
        "kyc",
        "full",
        "--vendor-data",
        "user-1",
        "--label",
        "Onboarding",
    ]);
    assert_eq!(first["workflow_created"], false);
    assert_eq!(first["workflow_id"], second["workflow_id"]);
    assert_eq!(second["session"]["reused"], true);
    simulator.control.requests();
    let (code, refused) = shell.json(&["kyc", "full", "--vendor-data", "user-2", "--aml"]);
    assert_eq!(code, Some(2), "{refused}");
    assert_eq!(refused["error"]["field"], "label");
    let sent = simulator.control.requests();
    assert!(sent.iter().all(|request| request.method == "GET"));
    let (code, other) = shell.json(&["kyc", "full", "--label", "With AML", "--aml"]);
    assert_eq!(code, Some(0));
    assert_eq!(other["workflow_created"], true);
    let (_, named) = shell.json(&[
        "kyc",
        "full",
        "--workflow-id",
        first["workflow_id"].as_str().unwrap(),
    ]);
    assert_eq!(named["workflow_id"], first["workflow_id"]);
    assert_prints!("workflows", shell, ["kyc", "workflows"]);
    assert_prints!("full_several_workflows", shell, ["kyc", "full"]);
    // Nobody may believe in a check or a threshold that does not hold, however the workflow is found.
    let id = first["workflow_id"].as_str().unwrap();
    simulator.control.requests();
    for (more, word) in [
        (&["--workflow-id", id, "--aml"][..], "AML"),
        (&["--workflow-id", id, "--no-face-match"], "FACE_MATCH"),
        (&["--workflow-id", id, "--label", "Strict"], "Strict"),
        (
            &["--label", "Onboarding", "--face-match-threshold", "80"],
            "face_match_score_decline_threshold is 50, not 80",
        ),
        (
            &["--label", "Onboarding", "--liveness-method", "ACTIVE_3D"],
            "face_liveness_method",
        ),
        (
            &["--label", "With AML", "--aml", "--aml-threshold", "60"],
            "aml_score_review_threshold",
        ),
        (
            &["--label", "Onboarding", "--max-retries", "1"],
            "max_retry_attempts",
        ),
    ] {
        let arguments = [&["kyc", "full", "--vendor-data", "user-3"], more].concat();
        let (code, refused) = shell.json(&arguments);
        assert_eq!(code, Some(2), "{more:?}: {refused}");
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.contains(word), "{more:?}: {message}");
    }
    let sent = simulator.control.requests();
    assert!(sent.iter().all(|request| request.method == "GET"));
    let strict = [
        "kyc",
        "full",
        "--label",
        "Strict",
        "--liveness-method",
        "ACTIVE_3D",
        "--face-match-threshold",
        "80",
        "--aml",
        "--aml-threshold",
        "60",
        "--max-retries",
        "1",
    ];
    for made in [true, false] {
        let (code, document) = shell.json(&strict);
        assert_eq!(code, Some(0), "{document}");
        assert_eq!(document["workflow_created"], made);
    }
}

#[test]
fn a_reviewer_decides_with_agreement_given_beforehand() {
    let (simulator, shell) = ready();
    let id = session(&shell, "unclear");
    simulator
        .control
        .finish(&id, "review_face_match_borderline");
    assert_prints!(
        "resubmit",
        shell,
        [
            "kyc",
            "resubmit",
            &id,
            "--steps",
            "selfie",
            "--comment",
            "too dark",
            "--yes"
        ]
    );
    simulator.control.finish(&id, "approve");
    assert_prints!("decline", shell, ["kyc", "decline", &id, "-y"]);
    assert_prints!(
        "approve",
        shell,
        [
            "kyc",
            "approve",
            &id,
            "--email",
            "ana.test@example.com",
            "--yes"
        ]
    );
    assert_prints!(
        "approve_again_json",
        shell,
        ["kyc", "approve", &id, "-y", "--json"]
    );
    assert_prints!(
        "pdf",
        shell,
        ["kyc", "pdf", &id, "--file-name", "report.pdf"]
    );
    let report = std::fs::read(shell.path("output/report.pdf")).unwrap();
    assert!(report.starts_with(b"%PDF"));
}

#[test]
fn without_a_terminal_and_without_yes_nothing_is_decided() {
    let (simulator, shell) = ready();
    let id = session(&shell, "unclear");
    simulator
        .control
        .finish(&id, "review_face_match_borderline");
    simulator.control.requests();
    assert_prints!("agreement_needed", shell, ["kyc", "approve", &id]);
    let (code, document) = shell.json(&["kyc", "decline", &id]);
    assert_eq!(code, Some(6));
    assert_eq!(document["error"]["code"], "agreement_needed");
    let sent = simulator.control.requests();
    assert!(!sent.is_empty() && sent.iter().all(|request| request.method == "GET"));
    // What the operator chose for every client counts here too.
    let never = shell.run(&["kyc", "approve", &id, "--confirm", "never"]);
    assert_eq!(never.code, Some(0), "{never:?}");
}

#[test]
fn decisions_are_in_the_audit_trail_with_who_agreed() {
    let (simulator, shell) = ready();
    let trail = shell.path("trail.jsonl");
    let id = session(&shell, "unclear");
    simulator
        .control
        .finish(&id, "review_face_match_borderline");
    let trail_flag = format!("--audit-log={}", trail.display());
    shell.ok(&["kyc", "approve", &id, "--yes", &trail_flag]);
    let lines: Vec<serde_json::Value> = std::fs::read_to_string(&trail)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told: Vec<_> = lines
        .iter()
        .map(|line| (line["outcome"].as_str(), line["agreement"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Some("attempt"), Some("operator")),
            (Some("done"), Some("operator"))
        ]
    );
}

#[test]
fn sessions_are_listed_as_a_table_page_by_page() {
    let (simulator, shell) = ready();
    for person in ["one", "two", "three"] {
        let id = session(&shell, person);
        if person == "two" {
            simulator.control.finish(&id, "approve");
        }
    }
    assert_prints!("list", shell, ["kyc", "list"]);
    assert_prints!(
        "list_json",
        shell,
        ["kyc", "list", "--limit", "1", "--json"]
    );
    assert_prints!("list_page", shell, ["kyc", "list", "--limit", "2"]);
    assert_prints!(
        "list_page_two",
        shell,
        ["kyc", "list", "--limit", "2", "--cursor", "offset-2"]
    );
    assert_prints!(
        "list_filtered",
        shell,
        ["kyc", "list", "--status", "Approved,In Review"]
    );
    assert_prints!(
        "list_nobody",
        shell,
        ["kyc", "list", "--vendor-data", "nobody"]
    );
    // A setting that hides people says so.
    let (_, other) = shell.json(&["kyc", "setup", "--label", "Other"]);
    let shell = shell.variable("DIDIT_WORKFLOW_ID", other["workflow_id"].as_str().unwrap());
    assert_prints!("list_of_workflow", shell, ["kyc", "list"]);
}

#[test]
fn what_a_person_wrote_reaches_no_terminal_as_anything_but_text() {
    let (simulator, shell) = ready();
    // Nothing of ours sends such a text, but another program may have.
    let evil = "a\u{1b}[2Jb\u{202e}c\u{7}\nd";
    let refused = shell.run(&["kyc", "session", "--vendor-data", evil]);
    assert_eq!(refused.code, Some(2), "{}", printed(&refused));
    let workflows =
        simulator
            .control
            .api("GET", "/v3/workflows/", &simulator.api_key, &Value::Null);
    let body =
        json!({ "workflow_id": workflows["results"][0]["workflow_id"], "vendor_data": evil });
    simulator
        .control
        .api("POST", "/v3/session/", &simulator.api_key, &body);
    let finished = shell.run(&["kyc", "list"]);
    assert!(
        finished.stdout.contains("a[2Jbc d"),
        "{}",
        printed(&finished)
    );
    let plain = |text: &str| text.chars().all(|c| c == '\n' || !c.is_control());
    assert!(plain(&finished.stdout) && plain(&finished.stderr));
}
