//! An account with sessions of every kind, and the files of a pack that is made of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{
    many::Many,
    server::{Server, Setup},
};

pub const OUTCOMES: [&str; 7] = [
    "approve",
    "decline_document_expired",
    "review_face_match_borderline",
    "review_aml_possible_match",
    "",
    "Abandoned",
    "approve",
];

pub struct Office {
    pub many: Many,
    pub sessions: Vec<String>,
    pub output: TempDir,
}

impl Office {
    pub fn new() -> Self {
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

    pub fn setup(&self, timeout: &str) -> Setup {
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

    pub fn server(&self) -> Server {
        let server = self.setup("--timeout=2").start();
        self.many.simulator.control.requests();
        server
    }

    pub fn decisions(&self) -> usize {
        let sent = self.many.sent();
        sent.iter()
            .filter(|line| line.contains("/decision/"))
            .count()
    }

    /// Every request for this session's decision is answered so.
    pub fn strike(&self, session: &str, kind: &str) {
        let fault = json!({
            "kind": kind, "status": 403, "times": 0,
            "path_prefix": format!("/v3/session/{session}"),
        });
        self.many.simulator.control.post("faults", &fault);
    }
}

pub fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub fn json_of(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&read(folder, name)).unwrap()
}

/// All files below a folder, by their names in it.
pub fn files(folder: &Path) -> BTreeSet<String> {
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
pub fn assert_manifest(folder: &Path) -> Value {
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
