//! Every way by which something leaves the program, tried once.

use std::path::PathBuf;

use didit_mcp::tools;
use serde_json::{Value, json};

use super::{
    person::{SESSION, WORKFLOW},
    scripted::Scripted,
    server::{Era, Server, Setup},
    stuffed::world,
};

/// Everything that one program wrote while every way out was tried.
pub struct Written {
    /// What was done, and every message that came of it.
    pub answers: Vec<(String, Value)>,
    /// Standard error.
    pub log: String,
    /// The audit trail.
    pub audit: String,
    /// What lies in the output folder.
    pub files: Vec<PathBuf>,
}

/// Tries every tool, resource, prompt and completion.
pub fn every_way_out(era: Era, level: &str, api: &Scripted) -> Written {
    let [base, auth] = api.arguments();
    let folder = tempfile::tempdir().unwrap();
    let audit = folder.path().join("audit.jsonl");
    let mut server = Setup::new(era)
        .arguments(&[
            &base,
            &auth,
            "--pii",
            level,
            "--toolsets=all",
            "--allow-irreversible",
            "--confirm=never",
        ])
        .arguments(&["--log=info", &format!("--audit-log={}", audit.display())])
        .variable("DIDIT_API_KEY", "test-key-of-the-outlets")
        .variable("DIDIT_PASSWORD", "Test-password-1")
        .start();
    let mut answers = Vec::new();
    let mut tried = |server: &mut Server, what: String, method: &str, parameters: Value| {
        let before = server.transcript.len();
        server.request(method, parameters);
        answers.extend(
            server.transcript[before..]
                .iter()
                .map(|message| (what.clone(), message.clone())),
        );
    };
    let mut calls: Vec<(&str, Value)> = tools::all()
        .iter()
        .map(|tool| (tool.name, (tool.example)(&world())))
        .collect();
    let session = |more: Value| {
        let mut arguments = json!({ "session_id": SESSION });
        arguments
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        arguments
    };
    calls.extend([
        (
            "didit_session_get_decision",
            session(json!({ "detail": "detailed" })),
        ),
        (
            "didit_session_get_decision",
            session(json!({ "raw_file": "whole.json" })),
        ),
    ]);
    for entry_type in ["face", "document", "phone", "email", "ip_address", "user"] {
        calls.push(("didit_blocklist_list", json!({ "entry_type": entry_type })));
    }
    for (tool, arguments) in calls {
        let parameters =
            json!({ "name": tool, "arguments": arguments, "_meta": { "progressToken": tool } });
        tried(&mut server, tool.to_owned(), "tools/call", parameters);
    }
    for uri in [
        "didit://config".to_owned(),
        format!("didit://session/{SESSION}/decision"),
        format!("didit://session/{SESSION}/report"),
        format!("didit://workflow/{WORKFLOW}"),
    ] {
        tried(
            &mut server,
            uri.clone(),
            "resources/read",
            json!({ "uri": uri }),
        );
    }
    for (prompt, arguments) in [
        ("onboard_person", json!({ "vendor_data": "customer-1" })),
        ("explain_decision", json!({ "session_id": SESSION })),
    ] {
        let parameters = json!({ "name": prompt, "arguments": arguments });
        tried(&mut server, prompt.to_owned(), "prompts/get", parameters);
    }
    for (reference, argument) in [
        (
            json!({ "type": "ref/prompt", "name": "explain_decision" }),
            "session_id",
        ),
        (
            json!({ "type": "ref/resource", "uri": "didit://workflow/{workflow_id}" }),
            "workflow_id",
        ),
    ] {
        let parameters = json!({ "ref": reference, "argument": { "name": argument, "value": "" } });
        tried(
            &mut server,
            argument.to_owned(),
            "completion/complete",
            parameters,
        );
    }
    let output = server.output_folder();
    let files = std::fs::read_dir(&output).into_iter().flatten();
    let files = files.map(|entry| entry.unwrap().path()).collect();
    let (_, log, _) = server.finish();
    let audit = std::fs::read_to_string(&audit).unwrap_or_default();
    Written {
        answers,
        log,
        audit,
        files,
    }
}
