//! Waits: many on one poller, woken by a webhook, and the commands that receive and send webhooks.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use crate::support::{
    control::{KEY, Standalone, simulated},
    program::program,
    server::{Era, Server, Setup},
};
use didit_mcp::didit::signature::{sign, wire_body};
use serde_json::{Value, json};

const LEGACY: Era = Era::Legacy("2025-11-25");

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn wait_call(session: &str, seconds: u64) -> Value {
    json!({
        "name": "didit_session_wait_for_decision",
        "arguments": { "session_id": session, "max_wait_s": seconds },
    })
}

fn text(response: &Value) -> &str {
    response["result"]["content"][0]["text"].as_str().unwrap()
}

fn session(server: &mut Server) -> String {
    server.ok("didit_workflow_create", json!({}));
    let created = server.ok("didit_session_create", json!({}));
    created.field("session_id").to_owned()
}

#[test]
fn many_waits_on_one_session_share_its_poller() {
    let (mut server, control) = simulated(Setup::new(LEGACY));
    let session = session(&mut server);
    control.requests();
    let ids: Vec<u64> = (0..20)
        .map(|_| server.post("tools/call", wait_call(&session, 2)))
        .collect();
    for id in ids {
        let response = server.response(id);
        assert!(
            text(&response).contains("Not decided after 2 s"),
            "{response}"
        );
    }
    // Twenty pollers at twice a second would make well over a hundred.
    let looks = control.requests().len();
    assert!(looks < 60, "{looks} requests");
    server.stop();
}

#[test]
fn trouble_on_the_way_does_not_end_a_wait() {
    let (mut server, control) = simulated(Setup::new(LEGACY));
    let session = session(&mut server);
    control.requests();
    let id = server.post("tools/call", wait_call(&session, 60));
    let looked = |times: usize| {
        let mut looks = 0;
        while looks < times {
            looks += control.requests().len();
        }
    };
    looked(1);
    control.post(
        "faults",
        &json!({ "kind": "status", "status": 500, "path_prefix": "/v3/session/", "times": 0 }),
    );
    // A failure of this kind is not tried again by the client, so these are three looks.
    looked(3);
    control.remove_faults();
    control.finish(&session, "approve");
    let response = server.response(id);
    assert!(text(&response).starts_with("Approved"), "{response}");
    server.stop();
}

/// What passes at the beginning of a wait is what passes later.
#[test]
fn trouble_at_the_first_look_does_not_end_a_wait() {
    for fault in [
        json!({ "kind": "status", "status": 500, "path_prefix": "/v3/session/", "times": 1 }),
        json!({ "kind": "reset", "path_prefix": "/v3/session/", "times": 6 }),
    ] {
        let (mut server, control) = simulated(Setup::new(LEGACY));
        let session = session(&mut server);
        control.finish(&session, "approve");
        control.post("faults", &fault);
        let answer = server.ok(
            "didit_session_wait_for_decision",
            json!({ "session_id": session, "max_wait_s": 60 }),
        );
        assert_eq!(answer.data["status"], "Approved", "{fault}");
        server.stop();
    }
}

#[test]
fn a_wait_that_never_sees_the_session_says_why() {
    let (mut server, control) = simulated(Setup::new(LEGACY));
    let session = session(&mut server);
    control.post(
        "faults",
        &json!({ "kind": "status", "status": 500, "path_prefix": "/v3/session/", "times": 0 }),
    );
    let answer = server.fails(
        "didit_session_wait_for_decision",
        json!({ "session_id": session, "max_wait_s": 1 }),
    );
    assert!(answer.text.contains("(unavailable)"), "{}", answer.text);
    server.stop();
}

#[test]
fn a_webhook_ends_a_wait_long_before_the_next_look() {
    let simulator = Standalone::start(&[]);
    let port = free_port();
    let secret = simulator.destination(port);
    let listen = format!("127.0.0.1:{port}");
    let [api, auth] = simulator.arguments();
    let mut server = Setup::new(LEGACY)
        .arguments(&[&api, &auth, "--webhook-listen", &listen])
        .variable("DIDIT_API_KEY", &simulator.api_key)
        .variable("DIDIT_WEBHOOK_SECRET", &secret)
        .start();
    let session = session(&mut server);
    // Against Didit the next look is ten seconds away, so without a webhook this wait ends undecided.
    let id = server.post("tools/call", wait_call(&session, 8));
    simulator.control.finish(&session, "approve");
    let response = server.response(id);
    assert_eq!(
        response["result"]["structuredContent"]["status"], "Approved",
        "{response}"
    );
    server.stop();
}

#[test]
fn listening_for_webhooks_needs_their_secret() {
    let finished = crate::support::server::run(&["--webhook-listen", "127.0.0.1:0"], &[]);
    assert_eq!(finished.code, Some(2), "{}", finished.stderr);
    assert!(finished.stderr.contains("DIDIT_WEBHOOK_SECRET"));
    let finished = crate::support::server::run(
        &["--webhook-listen", "everywhere"],
        &[("DIDIT_WEBHOOK_SECRET", "test-webhook-secret-0000")],
    );
    assert_eq!(finished.code, Some(2), "{}", finished.stderr);
    assert!(finished.stderr.contains("127.0.0.1:8788"));
}

fn listener(arguments: &[&str], secret: &str) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(program())
        .args(["webhook", "listen"])
        .args(arguments)
        .env_clear()
        .env("DIDIT_WEBHOOK_SECRET", secret)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    (child, output)
}

#[test]
fn samples_of_every_kind_are_sent_received_and_passed_on() {
    const SECRET: &str = "test-webhook-secret-0000";
    // Nine kinds with one sample each, and status.updated with ten.
    const SAMPLES: &str = "19";
    let (mut last, last_output) =
        listener(&["--address", "127.0.0.1:0", "--count", SAMPLES], SECRET);
    let mut last_lines = last_output.lines().map(Result::unwrap);
    let last_url = address_in(&last_lines.next().unwrap());
    let (mut first, first_output) = listener(
        &[
            "--address",
            "127.0.0.1:0",
            "--count",
            SAMPLES,
            "--forward-to",
            &last_url,
        ],
        SECRET,
    );
    let mut first_lines = first_output.lines().map(Result::unwrap);
    let url = address_in(&first_lines.next().unwrap());

    let trigger = crate::support::server::run(
        &["webhook", "trigger", "--url", &url],
        &[("DIDIT_WEBHOOK_SECRET", SECRET)],
    );
    assert_eq!(trigger.code, Some(0), "{}", trigger.stderr);
    assert_eq!(trigger.stdout.lines().count(), 19, "{}", trigger.stdout);

    assert!(first.wait().unwrap().success());
    let shown: Vec<String> = first_lines.collect();
    assert_eq!(
        shown
            .iter()
            .filter(|line| line.contains("passed on: 200 OK"))
            .count(),
        19
    );
    assert!(
        shown
            .iter()
            .any(|line| line.starts_with("status.updated  status: Kyc Expired"))
    );
    assert!(last.wait().unwrap().success());
    assert_eq!(last_lines.count(), 19);

    let refused = crate::support::server::run(
        &["webhook", "trigger", "--url", &url, "--event", "nonsense"],
        &[("DIDIT_WEBHOOK_SECRET", SECRET)],
    );
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("transaction.created"),
        "{}",
        refused.stderr
    );
}

fn address_in(line: &str) -> String {
    let start = line.find("http://").unwrap();
    line[start..].split(' ').next().unwrap().to_owned()
}

#[test]
fn destinations_are_managed_and_their_secrets_kept() {
    let (mut server, control) = simulated(Setup::new(LEGACY).arguments(&[
        "--toolsets",
        "webhooks,account",
        "--allow-irreversible",
        "--confirm",
        "never",
    ]));
    let created = server.ok(
        "didit_webhook_create",
        json!({ "url": "https://hooks.invalid/didit", "label": "Production" }),
    );
    let id = created.field("destination_id").to_owned();
    let sent = control.requests();
    assert_eq!(
        sent.last().unwrap().line(),
        r#"POST /v3/webhook/destinations/ {"label":"Production","url":"https://hooks.invalid/didit","webhook_version":"v3","subscribed_events":["status.updated","data.updated"]}"#
    );
    assert!(
        !created.text.contains("secret_shared_key"),
        "{}",
        created.text
    );

    let listed = server.ok("didit_webhook_list", json!({}));
    assert_eq!(listed.data["items"][0]["destination_id"], id.as_str());
    server.ok(
        "didit_webhook_update",
        json!({ "destination_id": id, "enabled": false }),
    );
    assert!(
        server
            .ok("didit_webhook_list", json!({}))
            .text
            .contains("paused")
    );

    // The secret that was stored at creation is still the one that Didit signs with.
    let path = format!("/v3/webhook/destinations/{id}/");
    let shown = control.api("GET", &path, KEY, &json!({}));
    let secret = shown["secret_shared_key"].as_str().unwrap();
    let body = wire_body(&json!({ "timestamp": didit_mcp::receiver::now(), "event_id": "1" }));
    let signed = sign(secret, body.as_bytes()).unwrap();
    let genuine = server.ok(
        "didit_webhook_verify",
        json!({ "destination_id": id, "body": body, "signature": signed.raw }),
    );
    assert_eq!(genuine.data["accepted"], true, "{}", genuine.text);
    assert!(!genuine.text.contains(secret));

    let checked = server.ok(
        "didit_webhook_verify",
        json!({ "destination_id": id, "body": "{\"timestamp\":1}", "signature": "00" }),
    );
    assert_eq!(checked.data["accepted"], false);
    assert_eq!(checked.data["raw"], "differs");
    assert!(
        checked
            .text
            .contains("the secret belongs to another destination"),
        "{}",
        checked.text
    );

    server.ok("didit_webhook_delete", json!({ "destination_id": id }));
    let listed = server.ok("didit_webhook_list", json!({}));
    assert_eq!(listed.data["items"], json!([]));
    let unknown = server.fails(
        "didit_webhook_verify",
        json!({ "destination_id": id, "body": "{}", "signature": "00" }),
    );
    assert!(unknown.text.contains("destination_id"), "{}", unknown.text);
    server.stop();
}
