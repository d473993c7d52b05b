//! The simulator's pages in a real browser: a person's way through a verification, and what a developer sees.

use crate::browser::{Browser, DESKTOP, DOWN, ENTER, NARROWEST, PHONE, TAB};
use crate::site::Site;
use crate::support::{
    control::{KEY, Standalone, simulated},
    server::{Era, Setup},
};
use serde_json::{Value, json};

const AUDIT: &str = include_str!("audit.js");

/// Fails when a page is hard to use, on the narrowest phone and a desktop, light and dark.
#[track_caller]
fn assert_usable(browser: &Browser) {
    for screen in [NARROWEST, DESKTOP] {
        browser.resize(screen);
        for dark in [false, true] {
            browser.prefer_dark(dark);
            let complaints = browser.run(AUDIT, json!([]));
            assert_eq!(
                complaints,
                json!([]),
                "{} at {} px, dark: {dark}",
                browser.address(),
                screen.width
            );
        }
    }
    browser.prefer_dark(false);
}

/// A session of a workflow with these features.
fn session(simulator: &Standalone, features: &[&str], mut fields: Value) -> Value {
    let features: Vec<Value> = features
        .iter()
        .map(|name| json!({ "feature": name }))
        .collect();
    let workflow = simulator.control.api(
        "POST",
        "/v3/workflows/",
        &simulator.api_key,
        &json!({ "workflow_label": "Shop <b>KYC</b>", "features": features }),
    );
    fields["workflow_id"] = workflow["workflow_id"].clone();
    simulator
        .control
        .api("POST", "/v3/session/", &simulator.api_key, &fields)
}

fn url(session: &Value) -> &str {
    session["url"].as_str().unwrap()
}

fn id(session: &Value) -> &str {
    session["session_id"].as_str().unwrap()
}

fn status(simulator: &Standalone, session: &Value) -> Value {
    let path = format!("/v3/session/{}/decision/", id(session));
    simulator
        .control
        .api("GET", &path, &simulator.api_key, &Value::Null)["status"]
        .clone()
}

#[test]
fn a_person_goes_through_the_steps_and_lands_on_the_callback() {
    let simulator = Standalone::start(&[]);
    let application = Site::application();
    let Some(browser) = Browser::start() else {
        return;
    };
    let created = session(
        &simulator,
        &["OCR", "LIVENESS", "FACE_MATCH", "AML"],
        json!({ "callback": application.callback(), "vendor_data": "customer-4711", "language": "es" }),
    );
    browser.resize(PHONE);
    browser.open(url(&created));
    assert_eq!(status(&simulator, &created), "In Progress");
    assert_eq!(browser.text("h1"), "Identity document");
    assert!(browser.text("main").contains("This is a simulator."));
    assert!(
        browser
            .text("main")
            .contains("Shop <b>KYC</b> of customer-4711")
    );
    assert!(
        browser
            .text("main")
            .contains("Run by themselves at the end: Face comparison, Watch lists."),
        "{}",
        browser.text("main")
    );
    assert_usable(&browser);

    browser.follow("Continue");
    assert_eq!(browser.text("h1"), "Selfie");
    assert_eq!(browser.text("[aria-current=step]"), "Selfie (now)");
    browser.follow("Back");
    assert_eq!(browser.text("h1"), "Identity document");
    browser.follow("Continue");
    browser.follow("Continue");
    assert_eq!(browser.text("h1"), "Choose the outcome");
    assert_usable(&browser);
    assert!(application.landings().is_empty());
    assert_eq!(status(&simulator, &created), "In Progress");

    browser.click("input[value=review_face_match_borderline]");
    browser.leave_by("button");
    assert_eq!(browser.text("h1"), "Welcome back");
    let expected = [
        ("order", "7"),
        ("verificationSessionId", id(&created)),
        ("status", "In Review"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(application.landings(), [expected.to_vec()]);
    assert_eq!(status(&simulator, &created), "In Review");
}

#[test]
fn the_page_works_by_keyboard_alone() {
    let simulator = Standalone::start(&[]);
    let Some(browser) = Browser::start() else {
        return;
    };
    let created = session(&simulator, &["OCR"], json!({}));
    browser.open(url(&created));
    let focused = || {
        let text = browser.run(
            "return document.activeElement.textContent.trim()",
            json!([]),
        );
        text.as_str().unwrap().to_owned()
    };
    browser.press(TAB);
    assert_eq!(focused(), "Skip to the content");
    let seen = browser.run(
        "const box = document.activeElement.getBoundingClientRect();
         return box.left >= 0 && box.top >= 0 && getComputedStyle(document.activeElement).outlineStyle === 'solid'",
        json!([]),
    );
    assert_eq!(seen, true, "who uses the keyboard sees where it is");
    browser.press(ENTER);
    browser.press(TAB);
    assert_eq!(focused(), "Continue");
    browser.press(ENTER);
    browser.text_with("h1", "Choose the outcome");
    // The skip link leads past the navigation, and a group of radio buttons is one stop whose arrows choose.
    browser.press(TAB);
    browser.press(ENTER);
    browser.press(TAB);
    browser.press(DOWN);
    let chosen = browser.run("return document.activeElement.value", json!([]));
    assert_eq!(chosen, "decline_could_not_recognize_document");
    browser.press(TAB);
    assert_eq!(focused(), "Finish");
    browser.press(ENTER);
    assert_eq!(browser.text_with("h1", "declined"), "Verification declined");
    assert_eq!(status(&simulator, &created), "Declined");
}

#[test]
fn every_state_of_a_link_has_honest_words() {
    let simulator = Standalone::start(&[]);
    let Some(browser) = Browser::start() else {
        return;
    };
    let created = session(&simulator, &["OCR", "LIVENESS", "FACE_MATCH"], json!({}));
    let states = [
        (
            "Approved",
            "Verification approved",
            "Nothing more is needed",
        ),
        (
            "In Review",
            "Verification in review",
            "somebody looks at the result",
        ),
        (
            "Declined",
            "Verification declined",
            "can ask for steps again",
        ),
        ("Expired", "Link expired", "not opened in time"),
        (
            "Abandoned",
            "Verification not finished",
            "not finished in time",
        ),
        (
            "Kyc Expired",
            "Document expired since",
            "has expired since then",
        ),
    ];
    for (state, title, words) in states {
        simulator.control.force(id(&created), state);
        browser.open(url(&created));
        assert_eq!(browser.text("h1"), title);
        let text = browser.text("main");
        assert!(text.contains(words) && text.contains(state), "{text}");
        assert_usable(&browser);
    }

    let again = session(
        &simulator,
        &["OCR", "LIVENESS", "FACE_MATCH"],
        json!({ "vendor_data": "again" }),
    );
    simulator
        .control
        .finish(id(&again), "decline_liveness_attack");
    simulator.control.api(
        "PATCH",
        &format!("/v3/session/{}/update-status/", id(&again)),
        &simulator.api_key,
        &json!({ "new_status": "Resubmitted", "nodes_to_resubmit": [{ "node_id": "feature_liveness_1", "feature": "LIVENESS" }] }),
    );
    browser.open(url(&again));
    assert_eq!(browser.text("h1"), "Selfie");
    let text = browser.text("main");
    assert!(
        text.contains(
            "Some steps are asked for again. Kept from before: Identity document, Face comparison."
        ),
        "{text}"
    );
    assert!(text.contains("Step 1 of 1"), "{text}");
    assert_usable(&browser);

    browser.open(&format!("{}/session/nobody", simulator.control.origin()));
    assert_eq!(browser.text("h1"), "Not found");
    assert!(browser.text("main").contains("There is no such session."));
    assert_usable(&browser);
}

#[test]
fn the_dashboard_shows_what_happened_and_no_key_of_a_request() {
    const HOSTILE: &str = "<img src=x onerror=document.title='hit'>";
    let (mut server, control) = simulated(Setup::new(Era::Legacy("2025-11-25")));
    let application = Site::application();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let deaf = format!("http://{}/hook", nobody.local_addr().unwrap());
    drop(nobody);
    for url in [&application.hook(), &deaf] {
        control.api(
            "POST",
            "/v3/webhook/destinations/",
            KEY,
            &json!({ "label": "test", "url": url, "webhook_version": "v3", "subscribed_events": ["status.updated"] }),
        );
    }
    let Some(browser) = Browser::start() else {
        return;
    };
    browser.open(&control.origin());
    assert!(browser.text("main").contains("None yet."));
    assert_usable(&browser);

    control.api(
        "POST",
        "/v3/billing/top-up/",
        KEY,
        &json!({ "amount_in_dollars": 50 }),
    );
    server.ok("didit_workflow_create", json!({ "label": "Shop KYC" }));
    let created = server.ok("didit_session_create", json!({ "vendor_data": HOSTILE }));
    control.finish(created.field("session_id"), "approve");
    server.ok(
        "didit_account_register",
        json!({ "email": "ops@our-company.com" }),
    );
    control.post(
        "faults",
        &json!({ "kind": "html", "path_prefix": "/v3/lists/" }),
    );
    browser.open(&format!("{}/v3/lists/", control.origin()));
    browser.open(&format!("{}/v3/billing/balance/", control.origin()));

    // The destination that nobody listens at is tried three times.
    let page = browser.until("the last attempt", || {
        browser.open(&control.origin());
        let text = browser.text("main");
        text.contains("nobody listens there").then_some(text)
    });
    for words in [
        HOSTILE,
        "Shop KYC",
        "✓ Approved",
        "Page of session 1",
        "status.updated: Approved",
        "✕ fault: html",
        "✕ 403",
        "✓ 201",
        "ops@our-company.com",
        "$50.0000",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(page.contains(&application.hook()) && page.contains(&deaf));
    assert_eq!(
        page.matches(KEY).count(),
        1,
        "only where it is told how to connect"
    );
    assert_eq!(browser.run("return document.images.length", json!([])), 0);
    assert_usable(&browser);

    browser.follow("Page of session 1");
    assert_eq!(browser.text("h1"), "Verification approved");
    browser.follow("Inbox");
    assert!(
        browser.text("td code").len() == 6,
        "{}",
        browser.text("main")
    );
    assert_usable(&browser);
    browser.follow("Dashboard");
    browser.leave_by("a[href^='/checkout/']");
    assert_usable(&browser);
    browser.leave_by("button");
    assert!(
        browser
            .text("[role=status]")
            .contains("$50.0000 were added")
    );
    assert_usable(&browser);
    server.stop();
}

#[test]
fn a_page_runs_no_script_and_loads_nothing_even_if_one_slipped_in() {
    let simulator = Standalone::start(&[]);
    let Some(browser) = Browser::start() else {
        return;
    };
    browser.open(&simulator.control.origin());
    browser.run(
        "window.refused = [];
         document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
         document.body.insertAdjacentHTML('beforeend',
           '<img src=\"/media/x.png\"><p style=\"color: red\" onclick=\"0\">text</p>');
         const script = document.createElement('script');
         script.textContent = 'document.title = 1';
         document.body.append(script);",
        json!([]),
    );
    let refused = browser.until("four refusals", || {
        let refused = browser.run("return refused.sort()", json!([]));
        (refused.as_array().unwrap().len() == 4).then_some(refused)
    });
    assert_eq!(
        refused,
        json!([
            "img-src",
            "script-src-attr",
            "script-src-elem",
            "style-src-attr"
        ])
    );
    assert_eq!(
        browser.run("return document.title", json!([])),
        "Simulated Didit - Didit simulator"
    );
}
