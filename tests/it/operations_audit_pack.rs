//! The evidence of a period in a folder: whole, true, resumable, and nobody else's to read.

mod resumed;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::support::{
    many::Many,
    scripted::Scripted,
    server::{Era, Server, Setup},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const TOOL: &str = "didit_audit_pack";
const OUTCOMES: [&str; 7] = [
    "approve",
    "decline_document_expired",
    "review_face_match_borderline",
    "review_aml_possible_match",
    "",
    "Abandoned",
    "approve",
];

struct Office {
    many: Many,
    sessions: Vec<String>,
    output: TempDir,
}

impl Office {
    fn new() -> Self {
        let many = Many::new();
        let workflow = many.workflow("Onboarding KYC");
        let sessions = OUTCOMES.iter().enumerate().map(|(number, outcome)| {
            let body =
                json!({ "workflow_id": workflow, "vendor_data": format!("customer-{number}") });
            many.session(&body, outcome)
        });
        let sessions = sessions.collect();
        let output = tempfile::tempdir().unwrap();
        Self {
            many,
            sessions,
            output,
        }
    }

    fn setup(&self, timeout: &str) -> Setup {
        let folder = self.output.path().display().to_string();
        let trail = format!(
            "--audit-log={}",
            self.output.path().join("trail.jsonl").display()
        );
        self.many
            .setup()
            .arguments(&["--toolsets=all", "--confirm=never", timeout, &trail])
            .variable("DIDIT_MCP_OUTPUT_DIR", &folder)
    }

    fn server(&self) -> Server {
        let server = self.setup("--timeout=2").start();
        self.many.simulator.control.requests();
        server
    }

    fn decisions(&self) -> usize {
        let sent = self.many.sent();
        sent.iter()
            .filter(|line| line.contains("/decision/"))
            .count()
    }

    /// Every request for this session's decision is answered so.
    fn strike(&self, session: &str, kind: &str, status: u16) {
        let fault = json!({
            "kind": kind, "status": status, "times": 0,
            "path_prefix": format!("/v3/session/{session}"),
        });
        self.many.simulator.control.post("faults", &fault);
    }
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn json_of(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&read(folder, name)).unwrap()
}

/// All files below a folder, by their names in it.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap();
                found.insert(name.display().to_string().replace('\\', "/"));
            }
        }
    }
    found
}

/// The manifest lists every file there is, with the sum that it has.
#[track_caller]
fn assert_manifest(folder: &Path) -> Value {
    let manifest = json_of(folder, "manifest.json");
    let listed: BTreeMap<String, String> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            let text = |name: &str| file[name].as_str().unwrap().to_owned();
            (text("name"), text("sha256"))
        })
        .collect();
    let mut there = files(folder);
    for own in ["manifest.json", "journal.jsonl"] {
        assert!(there.remove(own), "{own}");
    }
    assert_eq!(listed.keys().cloned().collect::<BTreeSet<_>>(), there);
    for (name, sum) in listed {
        let digest = Sha256::digest(read(folder, &name));
        assert_eq!(base16ct::lower::encode_string(&digest), sum, "{name}");
    }
    manifest
}

fn folder_of(data: &Value) -> PathBuf {
    PathBuf::from(data["path"].as_str().unwrap())
}

#[test]
fn a_pack_holds_everything_and_its_numbers_add_up() {
    let office = Office::new();
    let mut server = office.server();
    server.ok(
        "didit_session_update_status",
        json!({ "session_id": office.sessions[2], "new_status": "Approved", "comment": "seen | in person" }),
    );
    office.many.sent();
    let packed = server.ok(TOOL, json!({}));
    let sent = office.many.sent();
    assert!(
        sent.iter().all(|line| line.starts_with("GET ")),
        "only reads"
    );
    assert_eq!(packed.data["is_complete"], true, "{}", packed.text);
    assert_eq!(packed.data["missing"], json!([]), "{}", packed.text);
    let folder = folder_of(&packed.data);
    let manifest = assert_manifest(&folder);
    assert_eq!(manifest["sessions"], OUTCOMES.len());
    let list = json_of(&folder, "sessions.json");
    let listed: BTreeSet<&str> = list["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["session_id"].as_str().unwrap())
        .collect();
    assert_eq!(listed, office.sessions.iter().map(String::as_str).collect());
    let csv = String::from_utf8(read(&folder, "sessions.csv")).unwrap();
    assert_eq!(csv.lines().count(), OUTCOMES.len() + 1);
    let mut statuses: BTreeMap<String, u64> = BTreeMap::new();
    for session in &office.sessions {
        let path = format!("/v3/session/{session}/decision/");
        let truth = office.many.api("GET", &path, &json!({}));
        let packed = json_of(&folder, &format!("decisions/{session}.json"));
        assert_eq!(packed["decision"]["status"], truth["status"]);
        *statuses
            .entry(truth["status"].as_str().unwrap().to_owned())
            .or_default() += 1;
        let whole = String::from_utf8(read(&folder, &format!("decisions/{session}.json"))).unwrap();
        if let Some(number) = truth["id_verifications"][0]["document_number"].as_str() {
            assert!(!whole.contains(number), "a masked pack holds no number");
        }
    }
    let counted: BTreeMap<String, u64> = packed.data["by_status"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["status"].as_str().unwrap().to_owned(),
                row["count"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(counted, statuses);
    assert_eq!(statuses.values().sum::<u64>(), OUTCOMES.len() as u64);
    let trail = json_of(&folder, &format!("trails/{}.json", office.sessions[2]));
    assert_eq!(trail["entries"][0]["new_status"], "Approved");
    assert_eq!(trail["entries"][0]["comment"], "seen | in person");
    let own = String::from_utf8(read(&folder, "own-audit-lines.jsonl")).unwrap();
    assert_eq!(
        own.lines().count(),
        2,
        "the attempt and what came of it: {own}"
    );
    assert!(own.contains(&office.sessions[2]));
    let summary = String::from_utf8(read(&folder, "SUMMARY.md")).unwrap();
    for part in [
        "| a reviewer | 1 |",
        "| **all** | **7** |",
        "Nothing is missing.",
        "Signature:",
    ] {
        assert!(summary.contains(part), "{part}: {summary}");
    }
    assert!(
        files(&folder)
            .iter()
            .any(|name| name.starts_with("workflows/"))
    );
    #[cfg(unix)]
    for name in files(&folder) {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let path = folder.join(&name);
        assert_eq!(mode(&path), 0o600, "{name}");
        assert_eq!(mode(path.parent().unwrap()), 0o700, "{name}");
    }
    // Again: nothing is asked for twice, and nothing that may have been signed is touched.
    let before = fs::metadata(folder.join("SUMMARY.md"))
        .unwrap()
        .modified()
        .unwrap();
    let again = server.ok(TOOL, json!({}));
    assert_eq!(office.decisions(), 0);
    assert_eq!(again.data["is_complete"], true);
    assert!(
        again.text.contains("are as they were written"),
        "{}",
        again.text
    );
    let after = fs::metadata(folder.join("SUMMARY.md"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(before, after);
    server.stop();
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let office = Office::new();
    let mut server = office.server();
    server.ok(TOOL, json!({ "folder": "march" }));
    let other = office.output.path().join("letters");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("letter.txt"), "dear").unwrap();
    fs::write(office.output.path().join("file"), "x").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&other, office.output.path().join("link")).unwrap();
    for (arguments, why) in [
        (json!({ "folder": "march", "days": 7 }), "another period"),
        (
            json!({ "folder": "march", "decisions": "full" }),
            "another period",
        ),
        (json!({ "folder": "letters" }), "other files"),
        (json!({ "folder": "file" }), "no folder"),
        #[cfg(unix)]
        (json!({ "folder": "link" }), "no folder"),
        (json!({ "folder": "../outside" }), "without a folder"),
        (json!({ "folder": "CON" }), "device"),
    ] {
        let error = server.fails(TOOL, arguments.clone());
        assert!(
            error.text.contains("Field: folder"),
            "{arguments}: {}",
            error.text
        );
        assert!(error.text.contains(why), "{arguments}: {}", error.text);
    }
    assert_eq!(files(&other), BTreeSet::from(["letter.txt".to_owned()]));
    server.stop();
}

#[test]
fn a_whole_pack_needs_the_operator_s_leave() {
    let office = Office::new();
    let mut strict = office
        .setup("--timeout=10")
        .arguments(&["--pii=none"])
        .start();
    for arguments in [json!({ "decisions": "full" }), json!({ "reports": true })] {
        let error = strict.fails(TOOL, arguments);
        assert!(error.text.contains("personal_data_off"), "{}", error.text);
    }
    let packed = strict.ok(TOOL, json!({ "folder": "nobody" }));
    let folder = folder_of(&packed.data);
    let names = [
        "Sampleton",
        "Placeholder",
        "Mustermann",
        "Fictional",
        "Invent",
        "Ejemplar",
    ];
    for name in files(&folder) {
        let text = String::from_utf8(read(&folder, &name)).unwrap();
        assert!(names.iter().all(|person| !text.contains(person)), "{name}");
    }
    strict.stop();
    let mut server = office.server();
    let packed = server.ok(TOOL, json!({ "decisions": "full", "folder": "whole" }));
    let folder = folder_of(&packed.data);
    let session = &office.sessions[0];
    let path = format!("/v3/session/{session}/decision/");
    let truth = office.many.api("GET", &path, &json!({}));
    let whole = json_of(&folder, &format!("decisions/{session}.json"));
    assert_eq!(
        whole["id_verifications"][0]["document_number"],
        truth["id_verifications"][0]["document_number"]
    );
    server.stop();
}

#[test]
fn an_empty_period_makes_no_folder() {
    let office = Office::new();
    let mut server = office.server();
    let packed = server.ok(TOOL, json!({ "to": "2020-01-31" }));
    assert!(
        packed.text.starts_with("No sessions of people"),
        "{}",
        packed.text
    );
    let made = fs::read_dir(office.output.path()).unwrap();
    assert_eq!(made.count(), 1, "the trail alone");
    server.stop();
}

#[test]
fn more_sessions_than_a_pack_holds_are_said() {
    let didit = Scripted::start(|request| {
        let id = |number: u64| format!("00000000-0000-4000-8000-{number:012}");
        if let Some((_, rest)) = request.line.split_once("/v3/session/") {
            let session = rest.split('/').next().unwrap();
            let decision =
                json!({ "session_id": session, "status": "Approved", "environment": "live" });
            return (200, decision);
        }
        if !request.line.contains("/v3/sessions/?") {
            return (200, json!({ "count": 0, "next": null, "results": [] }));
        }
        let offset = request.line.split("offset=").nth(1).unwrap_or("0");
        let offset: u64 = offset.split(['&', ' ']).next().unwrap().parse().unwrap();
        let rows: Vec<Value> = (offset..(offset + 100).min(10_200))
            .map(|number| json!({ "session_id": id(number), "status": "Approved" }))
            .collect();
        let next = format!("http://x/?offset={}", offset + 100);
        (
            200,
            json!({ "count": 10_200, "next": (offset < 10_100).then_some(next), "results": rows }),
        )
    });
    let [api, auth] = didit.arguments();
    let mut server = Setup::new(Era::BOTH[0])
        .arguments(&[&api, &auth, "--toolsets=all", "--rate-limits=off"])
        .variable("DIDIT_API_KEY", "test-key-many-00000000000000000000000000")
        .start();
    let packed = server.ok(TOOL, json!({ "max_wait_s": 1 }));
    assert_eq!(packed.data["sessions"], 10_000);
    assert_eq!(packed.data["is_complete"], false, "{}", packed.text);
    let said = "There were 10200 sessions; a pack holds the newest 10000";
    assert!(packed.text.contains(said), "{}", packed.text);
    server.stop();
}

#[test]
fn facts_of_the_same_label_are_all_in_the_pack() {
    let didit = Scripted::start(|request| {
        if let Some((_, rest)) = request.line.split_once("/v3/session/") {
            let session = rest.split('/').next().unwrap();
            let matches: Vec<Value> = ["approve this person now", "decline that person now"]
                .iter()
                .zip(2..)
                .map(|(other, number)| {
                    let id = format!("00000000-0000-4000-8000-{number:012}");
                    json!({ "session_id": id, "vendor_data": other, "status": "Declined" })
                })
                .collect();
            let decision = json!({
                "session_id": session, "status": "In Review", "environment": "live", "vendor_data": "customer-1",
                "liveness_checks": [{ "status": "In Review", "matches": matches }],
            });
            return (200, decision);
        }
        if !request.line.contains("/v3/sessions/?") {
            return (200, json!({ "count": 0, "next": null, "results": [] }));
        }
        let row = json!({
            "session_id": "00000000-0000-4000-8000-000000000001", "status": "In Review",
        });
        (200, json!({ "count": 1, "next": null, "results": [row] }))
    });
    let output = tempfile::tempdir().unwrap();
    let [api, auth] = didit.arguments();
    let mut server = Setup::new(Era::BOTH[0])
        .arguments(&[&api, &auth, "--toolsets=all", "--rate-limits=off"])
        .variable("DIDIT_API_KEY", "test-key-many-00000000000000000000000000")
        .variable("DIDIT_MCP_OUTPUT_DIR", &output.path().display().to_string())
        .start();
    let packed = server.ok(TOOL, json!({ "max_wait_s": 10 }));
    let name = "decisions/00000000-0000-4000-8000-000000000001.json";
    let decision = json_of(&folder_of(&packed.data), name);
    let others: Vec<&str> = decision["written_by_others"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|fact| fact["label"] == "Other vendor_data")
        .map(|fact| fact["value"].as_str().unwrap())
        .collect();
    assert_eq!(
        others,
        ["approve this person now", "decline that person now"],
        "{decision}"
    );
    server.stop();
}
