//! Packs that are not whole, and what a later call makes of them.

use std::{
    collections::BTreeSet,
    fs,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{OUTCOMES, Office, TOOL, assert_manifest, folder_of, json_of, read};
use crate::support::shell::Shell;

#[test]
fn what_cannot_be_had_is_listed_and_had_later() {
    let office = Office::new();
    let hidden = &office.sessions[0];
    office.strike(hidden, "status", 403);
    let mut server = office.server();
    let packed = server.ok(TOOL, json!({ "reports": true }));
    assert_eq!(packed.data["is_complete"], false, "{}", packed.text);
    assert_eq!(packed.data["left"], 0, "{}", packed.text);
    assert!(
        packed
            .text
            .contains("is finished, but NOT complete: 2 files are missing"),
        "{}",
        packed.text
    );
    let missing: BTreeSet<&str> = packed.data["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    let [decision, report] = [
        format!("decisions/{hidden}.json"),
        format!("reports/{hidden}.pdf"),
    ];
    assert_eq!(
        missing,
        BTreeSet::from([decision.as_str(), report.as_str()])
    );
    let folder = folder_of(&packed.data);
    assert_manifest(&folder);
    let summary = String::from_utf8(read(&folder, "SUMMARY.md")).unwrap();
    assert!(summary.contains("## Missing (2)"), "{summary}");
    assert!(
        summary.contains("not known: no decision was read | 1"),
        "{summary}"
    );
    office.many.simulator.control.remove_faults();
    office.many.sent();
    let packed = server.ok(TOOL, json!({ "reports": true }));
    assert_eq!(office.decisions(), 1, "only what was missing");
    assert_eq!(packed.data["is_complete"], true, "{}", packed.text);
    assert_eq!(packed.data["missing"], json!([]));
    assert_eq!(packed.data["decisions"], OUTCOMES.len());
    // Neither who never began nor who gave up has a report.
    assert_eq!(packed.data["reports"], 5);
    assert!(read(&folder, &report).starts_with(b"%PDF"));
    assert_manifest(&folder);
    server.stop();
}

#[test]
fn a_pack_that_was_killed_goes_on_where_it_was() {
    let office = Office::new();
    let last = &office.sessions[0];
    office.strike(last, "stall", 503);
    let mut server = office.setup("--timeout=60").start();
    server.post(
        "tools/call",
        json!({ "name": TOOL, "arguments": { "folder": "killed" } }),
    );
    let folder = office.output.path().join("killed");
    let began = Instant::now();
    let is_there = || {
        let journal = fs::read_to_string(folder.join("journal.jsonl")).unwrap_or_default();
        journal.matches("\"name\":\"decisions/").count() == OUTCOMES.len() - 1
    };
    while !is_there() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "the others are written"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    server.kill();
    assert!(!folder.join("manifest.json").exists());
    office.many.simulator.control.remove_faults();
    let mut server = office.server();
    let packed = server.ok(TOOL, json!({ "folder": "killed" }));
    assert_eq!(packed.data["is_complete"], true, "{}", packed.text);
    assert_eq!(office.decisions(), 1, "the one that was missing");
    assert_manifest(&folder);
    server.stop();
}

#[test]
fn the_time_of_a_call_ends_it_in_order() {
    let office = Office::new();
    let workflow = office.many.workflow("Another");
    for number in 0..6 {
        let body = json!({ "workflow_id": workflow, "vendor_data": format!("more-{number}") });
        office.many.session(&body, "approve");
    }
    office.strike("", "stall", 503);
    let mut server = office.server();
    let packed = server.ok(TOOL, json!({ "max_wait_s": 1 }));
    assert_eq!(packed.data["is_complete"], false, "{}", packed.text);
    assert!(packed.text.contains("NOT complete"), "{}", packed.text);
    let folder = folder_of(&packed.data);
    assert!(!folder.join("SUMMARY.md").exists());
    office.many.simulator.control.remove_faults();
    let packed = server.ok(TOOL, json!({}));
    assert_eq!(packed.data["is_complete"], true, "{}", packed.text);
    assert_manifest(&folder);
    server.stop();
}

#[test]
fn what_was_changed_since_is_told_and_what_is_gone_is_made_again() {
    let office = Office::new();
    let mut server = office.server();
    let packed = server.ok(TOOL, json!({}));
    let folder = folder_of(&packed.data);
    let name = format!("decisions/{}.json", office.sessions[1]);
    let whole = read(&folder, &name);
    fs::write(
        folder.join(&name),
        b"{\"decision\":{\"status\":\"Approved\"}}",
    )
    .unwrap();
    let error = server.fails(TOOL, json!({}));
    assert!(
        error.text.contains("not as they were written"),
        "{}",
        error.text
    );
    assert!(error.text.contains(&name), "{}", error.text);
    fs::remove_file(folder.join(&name)).unwrap();
    server.ok(TOOL, json!({}));
    assert_eq!(read(&folder, &name), whole);
    assert_manifest(&folder);
    server.stop();
}

#[test]
fn what_failed_for_now_is_still_to_be_made() {
    let office = Office::new();
    let hidden = &office.sessions[0];
    office.strike(hidden, "status", 500);
    let mut server = office.server();
    let packed = server.ok(TOOL, json!({}));
    assert_eq!(packed.data["is_complete"], false, "{}", packed.text);
    assert_eq!(packed.data["left"], 1, "{}", packed.text);
    assert_eq!(packed.data["missing"], json!([]), "{}", packed.text);
    let decision = format!("decisions/{hidden}.json");
    assert_eq!(packed.data["failed"][0]["path"], decision.as_str());
    assert!(
        packed
            .text
            .contains("NOT complete: 1 file is still to be made"),
        "{}",
        packed.text
    );
    let folder = folder_of(&packed.data);
    assert!(!folder.join("SUMMARY.md").exists());
    for name in ["from", "to"] {
        let told = format!("{name} \"{}\"", packed.data[name].as_str().unwrap());
        assert!(packed.text.contains(&told), "{told}: {}", packed.text);
    }
    office.many.simulator.control.remove_faults();
    let packed = server.ok(TOOL, json!({}));
    assert_eq!(packed.data["is_complete"], true, "{}", packed.text);
    assert_manifest(&folder);
    server.stop();
}

#[test]
fn the_command_fails_while_a_file_is_missing() {
    let office = Office::new();
    office.strike(&office.sessions[0], "status", 403);
    let folder = office.output.path().display().to_string();
    let shell = Shell::on(&office.many.simulator).variable("DIDIT_MCP_OUTPUT_DIR", &folder);
    let pack = ["audit", "pack", "--days", "7"];
    let (code, packed) = shell.json(&pack);
    assert_eq!(code, Some(1), "{packed}");
    assert_eq!(packed["is_complete"], false, "{packed}");
    assert_eq!(packed["missing_count"], 1, "{packed}");
    office.many.simulator.control.remove_faults();
    let (code, packed) = shell.json(&pack);
    assert_eq!(code, Some(0), "{packed}");
    assert_eq!(packed["is_complete"], true, "{packed}");
}

#[test]
fn all_that_an_error_stopped_is_left() {
    let office = Office::new();
    office.strike("", "status", 401);
    let mut server = office.server();
    let packed = server.ok(TOOL, json!({}));
    assert_eq!(packed.data["left"], 2 * OUTCOMES.len(), "{}", packed.text);
    assert_eq!(packed.data["missing_count"], 0, "{}", packed.text);
    assert!(
        packed.text.contains("14 files are still to be made"),
        "{}",
        packed.text
    );
    server.stop();
}

#[test]
fn settings_of_a_workflow_that_are_gone_are_made_again() {
    let office = Office::new();
    let mut server = office.server();
    let folder = folder_of(&server.ok(TOOL, json!({})).data);
    let manifest = assert_manifest(&folder);
    let files = manifest["files"].as_array().unwrap();
    let mut names = files.iter().map(|file| file["name"].as_str().unwrap());
    let workflow = names.find(|name| name.starts_with("workflows/")).unwrap();
    for name in [workflow, "own-audit-lines.jsonl"] {
        fs::remove_file(folder.join(name)).unwrap();
        let packed = server.ok(TOOL, json!({}));
        assert_eq!(packed.data["is_complete"], true, "{}", packed.text);
        assert!(
            packed.text.contains("gone and made again: 1;"),
            "{}",
            packed.text
        );
        assert!(folder.join(name).is_file(), "{name}");
        assert_manifest(&folder);
    }
    server.stop();
}

#[test]
fn a_decision_that_is_gone_for_good_leaves_page_and_manifest() {
    let office = Office::new();
    let mut server = office.server();
    let folder = folder_of(&server.ok(TOOL, json!({})).data);
    let session = &office.sessions[0];
    for (status, made) in [(403, false), (500, false), (0, true)] {
        let decision = folder.join(format!("decisions/{session}.json"));
        drop(fs::remove_file(&decision));
        if made {
            office.many.simulator.control.remove_faults();
        } else {
            office.many.simulator.control.remove_faults();
            office.strike(session, "status", status);
        }
        let packed = server.ok(TOOL, json!({}));
        assert_eq!(packed.data["is_complete"], made, "{}", packed.text);
        assert_eq!(decision.is_file(), made);
        assert_manifest(&folder);
        let summary = String::from_utf8(read(&folder, "SUMMARY.md")).unwrap();
        let count = if made { "7 of 7" } else { "6 of 7" };
        let row = format!("| decisions (masked) | {count} |");
        assert!(summary.contains(&row), "{status}: {summary}");
        assert_eq!(summary.contains("Nothing is missing."), made, "{summary}");
    }
    server.stop();
}

#[test]
fn a_list_that_is_read_anew_is_the_same_in_both_files() {
    let office = Office::new();
    let mut server = office.server();
    let folder = folder_of(&server.ok(TOOL, json!({})).data);
    fs::remove_file(folder.join("sessions.json")).unwrap();
    let workflow = office.many.workflow("Another");
    let body = json!({ "workflow_id": workflow, "vendor_data": "one-more" });
    office.many.session(&body, "approve");
    let packed = server.ok(TOOL, json!({}));
    assert_eq!(packed.data["is_complete"], true, "{}", packed.text);
    let list = json_of(&folder, "sessions.json");
    let csv = String::from_utf8(read(&folder, "sessions.csv")).unwrap();
    assert_eq!(list["sessions"].as_array().unwrap().len(), 8);
    assert_eq!(csv.lines().count(), 8 + 1);
    assert_manifest(&folder);
    server.stop();
}

#[test]
fn a_session_that_was_finished_since_it_was_listed_has_its_report() {
    let office = Office::new();
    let late = &office.sessions[4];
    office.strike(late, "status", 500);
    let mut server = office.server();
    let packed = server.ok(TOOL, json!({ "reports": true }));
    assert_eq!(packed.data["left"], 1, "{}", packed.text);
    office.many.simulator.control.remove_faults();
    office.many.simulator.control.finish(late, "approve");
    let packed = server.ok(TOOL, json!({ "reports": true }));
    assert_eq!(packed.data["is_complete"], true, "{}", packed.text);
    assert_eq!(packed.data["reports"], 6, "{}", packed.text);
    let folder = folder_of(&packed.data);
    assert!(read(&folder, &format!("reports/{late}.pdf")).starts_with(b"%PDF"));
    let summary = String::from_utf8(read(&folder, "SUMMARY.md")).unwrap();
    let said = "Outcomes are those of the decisions";
    assert!(summary.contains(said), "{summary}");
    server.stop();
}

#[cfg(unix)]
#[test]
fn nothing_is_swept_behind_a_link() {
    let office = Office::new();
    let mut server = office.server();
    let folder = folder_of(&server.ok(TOOL, json!({})).data);
    let other = office.output.path().join("other");
    fs::create_dir(&other).unwrap();
    let kept = other.join(".didit-mcp-kept.tmp");
    fs::write(&kept, "dear").unwrap();
    std::os::unix::fs::symlink(&other, folder.join("reports")).unwrap();
    server.ok(TOOL, json!({}));
    assert!(kept.is_file());
    server.stop();
}
