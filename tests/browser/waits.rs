//! A client waits while a person finishes in a real browser: told by a webhook, by looking, cancelled, and gone.

use std::{net::TcpListener, time::Duration};

use crate::browser::{Browser, PHONE};
use crate::site::Site;
use crate::support::{
    control::{Control, Standalone, simulated},
    server::{Era, Server, Setup},
};
use jiff::Timestamp;
use serde_json::{Value, json};

/// A session at Didit is looked at by itself no sooner than this after the last look.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// A session that ends at the application's callback: its id and link.
fn session(server: &mut Server, application: &Site) -> (String, String) {
    server.ok("didit_workflow_create", json!({}));
    let created = server.ok(
        "didit_session_create",
        json!({ "callback": application.callback() }),
    );
    (
        created.field("session_id").to_owned(),
        created.field("url").to_owned(),
    )
}

fn start_waiting(server: &mut Server, session: &str, seconds: u64) -> u64 {
    server.post(
        "tools/call",
        json!({
            "name": "didit_session_wait_for_decision",
            "arguments": { "session_id": session, "max_wait_s": seconds },
        }),
    )
}

/// When a session's decision was asked for, oldest first.
fn looks(control: &Control, session: &str) -> Vec<Timestamp> {
    let path = format!("/v3/session/{session}/decision/");
    control
        .get("requests")
        .as_array()
        .unwrap()
        .iter()
        .filter(|request| request["path"] == path.as_str())
        .map(|request| request["received_at"].as_str().unwrap().parse().unwrap())
        .collect()
}

fn wait_for_a_look(browser: &Browser, control: &Control, session: &str) {
    browser.until("the first look", || {
        (!looks(control, session).is_empty()).then_some(())
    });
}

fn wait_until_open(browser: &Browser, control: &Control, requests: u64) {
    browser.until("so many open requests", || {
        (control.get("open")["requests"] == requests).then_some(())
    });
}

/// Goes through every step, picks the outcome and comes to the callback.
fn go_through(browser: &Browser, url: &str, outcome: &str) {
    browser.resize(PHONE);
    browser.open(url);
    for step in ["Identity document", "Selfie"] {
        assert_eq!(browser.text("h1"), step);
        browser.follow("Continue");
    }
    browser.click(&format!("input[value={outcome}]"));
    browser.leave_by("button");
    assert_eq!(browser.text("h1"), "Welcome back");
}

#[track_caller]
fn assert_landed(application: &Site, session: &str, status: &str) {
    let expected = [
        ("order", "7"),
        ("verificationSessionId", session),
        ("status", status),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    assert_eq!(application.landings().last(), Some(&expected));
}

#[test]
fn a_signed_webhook_ends_the_wait_when_the_person_has_finished() {
    let Some(browser) = Browser::start() else {
        return;
    };
    for era in Era::BOTH {
        // Where the person takes longer than the time between looks, the end of the wait proves nothing either way.
        let proved = (0..5).any(|_| finished_by_webhook(&browser, era));
        assert!(proved, "{era:?}: every wait ended with a look that was due");
    }
}

/// Waits, goes through a session, and tells whether only the webhook can have ended the wait.
#[allow(clippy::print_stdout, reason = "the measured delay is worth a look")]
fn finished_by_webhook(browser: &Browser, era: Era) -> bool {
    let simulator = Standalone::start(&[]);
    let application = Site::application();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let secret = simulator.destination(port);
    let listen = format!("127.0.0.1:{port}");
    let [api, auth] = simulator.arguments();
    let mut server = Setup::new(era)
        .arguments(&[&api, &auth, "--webhook-listen", &listen])
        .variable("DIDIT_API_KEY", &simulator.api_key)
        .variable("DIDIT_WEBHOOK_SECRET", &secret)
        .start();
    let (session, url) = session(&mut server, &application);
    let waiting = start_waiting(&mut server, &session, 300);
    wait_for_a_look(browser, &simulator.control, &session);

    go_through(browser, &url, "approve");
    let answer = server.response(waiting);
    let answered = Timestamp::now();
    assert_landed(&application, &session, "Approved");
    let decided = &answer["result"]["structuredContent"];
    assert_eq!(decided["status"], "Approved", "{era:?}: {answer}");

    let deliveries = browser.until("the last delivery", || {
        let deliveries = simulator.control.get("webhooks");
        (deliveries.as_array().unwrap().len() == 3).then_some(deliveries)
    });
    for delivery in deliveries.as_array().unwrap() {
        assert_eq!(delivery["status_code"], 200, "{era:?}: {delivery}");
    }
    let delivered: Timestamp = deliveries[2]["finished_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let looks = looks(&simulator.control, &session);
    let [.., before, last] = looks.as_slice() else {
        panic!("{era:?}: one look at the start and one at the end: {looks:?}");
    };
    let pause = last.duration_since(*before).unsigned_abs();
    println!(
        "{era:?}: answered at most {} ms after the webhook was taken; last look {} ms after the one before",
        answered.duration_since(delivered).as_millis(),
        pause.as_millis(),
    );
    server.stop();
    pause < BETWEEN_LOOKS
}

#[test]
fn without_webhooks_looking_ends_the_wait() {
    let Some(browser) = Browser::start() else {
        return;
    };
    for era in Era::BOTH {
        let application = Site::application();
        let (mut server, control) = simulated(Setup::new(era));
        let (session, url) = session(&mut server, &application);
        let waiting = start_waiting(&mut server, &session, 300);
        wait_for_a_look(&browser, &control, &session);

        go_through(&browser, &url, "review_face_match_borderline");
        let answer = server.response(waiting);
        assert_landed(&application, &session, "In Review");
        let decided = &answer["result"]["structuredContent"];
        assert_eq!(decided["status"], "In Review", "{era:?}: {answer}");
        assert_eq!(control.get("webhooks"), json!([]));
        server.stop();
    }
}

#[test]
fn a_cancelled_wait_looks_no_more_while_the_person_goes_on() {
    let Some(browser) = Browser::start() else {
        return;
    };
    for era in Era::BOTH {
        let application = Site::application();
        // A request that nobody broke off would stay open for longer than this test waits for anything.
        let (mut server, control) = simulated(Setup::new(era).arguments(&["--timeout", "120"]));
        let (cancelled, url) = session(&mut server, &application);
        let other = server.ok("didit_session_create", json!({ "vendor_data": "other" }));
        let waiting = start_waiting(&mut server, &cancelled, 300);
        wait_for_a_look(&browser, &control, &cancelled);
        browser.open(&url);

        // The next look gets no answer, so that cancelling has a request to break off.
        control.post(
            "faults",
            &json!({ "kind": "stall", "path_prefix": format!("/v3/session/{cancelled}"), "times": 0 }),
        );
        wait_until_open(&browser, &control, 1);
        server.send(&json!({
            "jsonrpc": "2.0",
            "method": "notifications/cancelled",
            "params": { "requestId": waiting, "reason": "the human changed their mind" },
        }));
        wait_until_open(&browser, &control, 0);
        control.delete("faults");
        let so_far = looks(&control, &cancelled).len();

        go_through(&browser, &url, "approve");
        assert_landed(&application, &cancelled, "Approved");
        // This wait is several looks long, so the cancelled one would have had its turns meanwhile.
        let second = other.field("session_id").to_owned();
        let waiting = start_waiting(&mut server, &second, 2);
        server.response(waiting);
        assert!(looks(&control, &second).len() > 2, "{era:?}");
        assert_eq!(looks(&control, &cancelled).len(), so_far, "{era:?}");
        server.stop();
    }
}

#[test]
fn a_client_that_is_gone_ends_the_wait_and_the_process() {
    let Some(browser) = Browser::start() else {
        return;
    };
    for era in Era::BOTH {
        let simulator = Standalone::start(&[]);
        let application = Site::application();
        let [api, auth] = simulator.arguments();
        let mut server = Setup::new(era)
            .arguments(&[&api, &auth])
            .variable("DIDIT_API_KEY", &simulator.api_key)
            .start();
        let (session, url) = session(&mut server, &application);
        simulator.control.post(
            "faults",
            &json!({ "kind": "stall", "path_prefix": "/v3/session/", "method": "GET", "times": 0 }),
        );
        start_waiting(&mut server, &session, 300);
        wait_until_open(&browser, &simulator.control, 1);

        // Only standard input is closed; the process is not killed.
        let (status, errors, _) = server.finish();
        assert_eq!(status.code(), Some(0), "{era:?}: {errors}");
        wait_until_open(&browser, &simulator.control, 0);
        simulator.control.delete("faults");

        go_through(&browser, &url, "decline_liveness_attack");
        assert_landed(&application, &session, "Declined");
        assert_eq!(looks(&simulator.control, &session).len(), 1, "{era:?}");
    }
}

/// What the person's browser does is no request of the API, so counting those is counting the client's.
#[test]
fn a_person_in_a_browser_makes_no_request_of_the_api() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let application = Site::application();
    let (mut server, control) = simulated(Setup::new(Era::Modern));
    let (_, url) = session(&mut server, &application);
    control.delete("requests");
    go_through(&browser, &url, "approve");
    assert_eq!(control.get("requests"), Value::Array(Vec::new()));
    server.stop();
}
