//! An API that echoes the key, a password or a token in every spelling, in answers and in errors: no byte of what the program
//! writes holds one.

use std::{fs, path::Path};

use crate::support::{
    person::{SESSION, decision},
    scripted::Scripted,
    server::{Era, Setup},
    spelled::spelled,
};
use didit_mcp::{log, redact::Redactor};
use serde_json::{Value, json};

const KEY: &str = "test-key/+=\"&<>~-0123456789-of-nobody";
const PASSWORD: &str = "Test-password/\"+&-0123456789";

/// Everything below a folder, but for the credentials file, which is there to hold secrets.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !path.ends_with("credentials.json") {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
    found
}

/// A long text in whose middle, and at each place where it may be cut, a secret stands.
fn echo(spelling: &str) -> String {
    let mut text = String::new();
    for at in [0, 290, 490, 990] {
        while text.chars().count() < at {
            text.push_str("x ");
        }
        text.push_str(spelling);
        text.push(' ');
    }
    text
}

/// Runs everything that echoes, and returns all that was written with where it was.
fn written(era: Era, secret: &'static str, spelling: &str, status: u16) -> Vec<(String, String)> {
    let echoed = echo(spelling);
    let answer = echoed.clone();
    let upstream = Scripted::start(move |request| {
        if status != 200 {
            return (
                status,
                json!({ "detail": answer, (answer.clone()): [answer] }),
            );
        }
        let mut body = decision();
        body["vendor_data"] = answer.as_str().into();
        body["id_verifications"][0]["full_name"] = answer.as_str().into();
        body["reviews"][1]["comment"] = answer.as_str().into();
        body["message"] = answer.as_str().into();
        if request.line.starts_with("GET /v3/workflows/") {
            body = json!({ "count": 1, "next": null, "results": [{ "uuid": SESSION, "workflow_label": answer }] });
        }
        (200, body)
    });
    let [api, auth] = upstream.arguments();
    let setup = Setup::new(era);
    let logs = tempfile::tempdir().unwrap();
    let place = |name: &str| logs.path().join(name).display().to_string();
    let mut server = setup
        .arguments(&[&api, &auth, "--log=info", "--pii=full"])
        .arguments(&["--log-file", &place("log"), "--audit-log", &place("audit")])
        .variable("DIDIT_API_KEY", KEY)
        .variable("DIDIT_PASSWORD", PASSWORD)
        .start();
    for (tool, arguments) in [
        (
            "didit_session_get_decision",
            json!({ "session_id": SESSION, "detail": "detailed" }),
        ),
        (
            "didit_session_update_status",
            json!({ "session_id": SESSION, "new_status": "Approved", "comment": secret }),
        ),
        ("didit_workflow_list", json!({})),
        ("didit_account_status", json!({ "check": true })),
        (
            "didit_account_register",
            json!({ "email": "ops@our-company.com" }),
        ),
        (
            "didit_account_login",
            json!({ "email": "ops@our-company.com" }),
        ),
        ("didit_account_verify_email", json!({ "code": "AAAAAA" })),
        (
            "didit_session_get_decision",
            json!({ (spelling): spelling }),
        ),
        (
            "didit_session_get_decision",
            json!({ "session_id": spelling }),
        ),
    ] {
        server.call(tool, arguments);
    }
    let uri = format!("didit://session/{SESSION}/decision");
    server.request("resources/read", json!({ "uri": uri }));
    server.request("resources/read", json!({ "uri": spelling }));
    server.request("prompts/get", json!({ "name": spelling }));
    server.request("tools/call", json!({ "name": spelling, "arguments": {} }));
    let sent = upstream.requests();
    assert!(sent.iter().any(|request| request.head.contains(KEY)));
    let home = server.home().to_owned();
    let mut all = files(logs.path());
    all.extend(files(&home));
    assert!(
        all.iter().any(
            |(name, text)| name.ends_with("log") && text.contains("didit_session_get_decision")
        )
    );
    let (_, errors, transcript) = server.finish();
    all.push(("standard error".to_owned(), errors));
    for message in transcript {
        all.push(("standard output".to_owned(), message.to_string()));
        let mut texts = Vec::new();
        texts_of(&message, &mut texts);
        all.extend(
            texts
                .into_iter()
                .map(|text| ("standard output".to_owned(), text)),
        );
    }
    all
}

fn texts_of(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, into)),
        Value::Object(entries) => entries.iter().for_each(|(name, value)| {
            into.push(name.clone());
            texts_of(value, into);
        }),
        _ => {}
    }
}

#[test]
fn no_byte_that_leaves_holds_a_secret_that_the_api_echoes() {
    for secret in [KEY, PASSWORD] {
        for (name, spelling) in spelled(secret) {
            for (status, era) in [200, 400, 401, 403]
                .into_iter()
                .zip(Era::BOTH.into_iter().cycle())
            {
                let all = written(era, secret, &spelling, status);
                let hidden = all.iter().any(|(_, text)| text.contains("[hidden]"));
                assert!(hidden, "{name}, {status}: nothing was echoed");
                // More than half of it would be as good as all of it.
                let half = &spelling[..spelling.len() / 2 + 1];
                for (place, text) in &all {
                    for known in [spelling.as_str(), secret, half] {
                        assert!(!text.contains(known), "{name}, {status}, {place}: {text}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_a_part_panics_with_is_not_logged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let redactor = Redactor::default();
    let log = log::start(
        tracing_subscriber::filter::LevelFilter::INFO,
        log::Format::Json,
        Some(&path),
        redactor.clone(),
    )
    .unwrap();
    let panicked = std::thread::spawn(|| panic!("about Testina Sample with {KEY}")).join();
    assert!(panicked.is_err());
    redactor.add_random(KEY);
    tracing::info!(target: "didit_mcp::test", header = KEY, "sent");
    // A thread of its own writes the lines.
    log.finish();
    let logged = fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = logged
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2, "{logged}");
    assert!(
        lines[0].to_string().contains("safety_secrets.rs"),
        "{logged}"
    );
    assert_eq!(lines[1]["fields"]["header"], "[hidden]");
    for hidden in ["Testina", "test-key"] {
        assert!(!logged.contains(hidden), "{logged}");
    }
}

/// The words of an error are cleaned before they leave, and mean what they mean whatever the password is.
#[test]
fn the_words_of_an_error_are_hidden_before_they_are_cleaned_and_after_they_are_read() {
    for (password, status, detail, code, shown) in [
        (
            "Aa1<b>9!xyzw</b>",
            400,
            "Aa1<b>9!xyzw</b> is <i>odd</i>",
            "refused",
            "[hidden] is odd",
        ),
        (
            "have enough credits to do it",
            403,
            "You don't have enough credits to do it.",
            "out_of_credit",
            "You don't [hidden].",
        ),
    ] {
        let upstream = Scripted::start(move |_| (status, json!({ "detail": detail })));
        let [api, auth] = upstream.arguments();
        let mut server = Setup::new(Era::Modern)
            .arguments(&[&api, &auth])
            .variable("DIDIT_API_KEY", KEY)
            .variable("DIDIT_PASSWORD", password)
            .start();
        let failed = server.fails("didit_workflow_list", json!({}));
        assert!(failed.text.contains(shown), "{}", failed.text);
        assert!(failed.text.contains(code), "{}", failed.text);
        server.stop();
    }
}

/// Names of fields are the log's own; a picture may be one word of very many letters, of which each looks like a password.
#[test]
fn what_a_human_chose_takes_no_line_apart_and_no_time() {
    let redactor = Redactor::default();
    redactor.add_chosen("timestamp");
    redactor.add_chosen("aaaaaaaa");
    let line = json!({ "timestamp": "2026-01-01T00:00:00Z", "fields": { "message": "timestamp" } });
    let hidden = redactor.json_line(line.to_string().into_bytes());
    assert_eq!(
        serde_json::from_slice::<Value>(&hidden).unwrap(),
        json!({ "timestamp": "2026-01-01T00:00:00Z", "fields": { "message": "[hidden]" } })
    );
    let picture = "A".repeat(100_000);
    let started = std::time::Instant::now();
    assert_eq!(redactor.text(picture), "[hidden]");
    // Looking at all of it for each letter would take minutes.
    assert!(started.elapsed() < std::time::Duration::from_secs(60));
}

/// A registration stores the operator's own password too, and a later process knows it from the file alone.
#[cfg(unix)]
#[test]
fn a_stored_password_that_a_human_chose_hides_no_words() {
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};

    let upstream = Scripted::start(|_| {
        (
            400,
            json!({ "detail": "Blue Elephant 2026 Ltd: Blue-Elephant-2026-Ltd! Zq81mV5r0x7K 2pLd93Wb6eYt" }),
        )
    });
    let [api, auth] = upstream.arguments();
    let setup = Setup::new(Era::Modern).arguments(&[&api, &auth]);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("private");
    fs::DirBuilder::new().mode(0o700).create(&folder).unwrap();
    let file = folder.join("credentials.json");
    let profile = json!({
        "email": "ops@our-company.com",
        "password": "Blue-Elephant-2026-Ltd!",
        "other_accounts": [{ "email": "dev@our-company.com", "password": "Zq81mV5r0x7K2pLd93Wb6eYt" }],
        "api_key": KEY,
        "api_origin": api.replace("--api-base-url=", "").replace("/v3", ""),
    });
    let mut options = fs::OpenOptions::new();
    let mut written = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&file)
        .unwrap();
    serde_json::to_writer(&mut written, &json!({ "profiles": { "default": profile } })).unwrap();
    let mut server = setup
        .arguments(&["--credentials", file.to_str().unwrap()])
        .start();
    let failed = server.fails("didit_workflow_list", json!({}));
    let shown = "Blue Elephant 2026 Ltd: [hidden] [hidden]";
    assert!(failed.text.contains(shown), "{}", failed.text);
    server.stop();
}
