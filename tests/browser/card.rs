//! The decision card in a sandboxed frame of a real browser, spoken to as a host of MCP Apps does.

use crate::browser::{Browser, DESKTOP, ENTER, NARROWEST, TAB};
use crate::site::{Page, Site};
use crate::support::{
    control::{Control, simulated},
    server::{Answer, Era, Human, Server, Setup},
};
use serde_json::{Value, json};

const AUDIT: &str = include_str!("audit.js");
const URI: &str = "ui://didit/decision-card";
const LEGACY: Era = Era::Legacy("2025-11-25");

/// A card in its host.
struct Card {
    browser: Browser,
    site: Site,
}

impl Card {
    /// Opens the card that this server gives, in a host with a theme of its own, if any.
    fn open(server: &mut Server, theme: Option<&str>) -> Option<Self> {
        let card = server.result("resources/read", json!({ "uri": URI }));
        let html = card["contents"][0]["text"].as_str().unwrap().to_owned();
        let site = Site::start(vec![
            Page {
                path: "/host",
                policy: "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; frame-src 'self'",
                html: include_str!("card_host.html").to_owned(),
            },
            Page {
                path: "/card",
                // What hosts set for a card that asks for no domain.
                policy: "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
                         img-src 'self' data:; media-src 'self' data:; connect-src 'none'",
                html,
            },
        ]);
        let browser = Browser::start()?;
        let query = theme.map(|theme| format!("?theme={theme}"));
        browser.open(&site.url(&format!("/host{}", query.unwrap_or_default())));
        let card = Self { browser, site };
        card.browser.until("an open card", || {
            let heard = card.browser.run("return heard", json!([]));
            heard
                .as_array()
                .unwrap()
                .contains(&json!("ui/notifications/initialized"))
                .then_some(())
        });
        Some(card)
    }

    /// Gives the card the result of its tool, and waits until it shows it.
    fn show(&self, result: &Value) {
        self.browser.run(
            "send({ method: 'ui/notifications/tool-result', params: arguments[0] })",
            json!([result]),
        );
        let verdict = result["structuredContent"]["verdict"].as_str().unwrap();
        self.inside(|browser| browser.text_with("h1", verdict));
    }

    /// The same where the verdict may be that of the person before.
    fn show_about(&self, result: &Value) {
        self.show(result);
        let session = result["structuredContent"]["session_id"].as_str().unwrap();
        self.inside(|browser| browser.text_with("#about", session));
    }

    /// Does something inside the card's frame.
    fn inside<T>(&self, work: impl FnOnce(&Browser) -> T) -> T {
        self.browser.enter_frame();
        let done = work(&self.browser);
        self.browser.leave_frame();
        done
    }

    /// The words of what has the focus inside the card.
    fn focused(&self) -> String {
        self.inside(|browser| {
            let text = browser.run("return document.activeElement.textContent", json!([]));
            text.as_str().unwrap().to_owned()
        })
    }

    /// The next call that the card makes, carried out by the server as a host does, and its answer given back.
    fn carry_out(&self, server: &mut Server) -> Value {
        let call = self.browser.until("a call", || {
            let call = self.browser.run("return calls.shift() ?? null", json!([]));
            (!call.is_null()).then_some(call)
        });
        let tool = call["params"]["name"].as_str().unwrap();
        let answer = server.call(tool, call["params"]["arguments"].clone());
        self.browser.run(
            "send({ id: arguments[0], result: arguments[1] })",
            json!([call["id"], as_result(&answer)]),
        );
        call["params"].clone()
    }
}

/// What `tools/call` answered, as a host passes it on.
fn as_result(answer: &Answer) -> Value {
    json!({
        "content": [{ "type": "text", "text": answer.text }],
        "structuredContent": answer.data,
        "isError": answer.is_error,
    })
}

/// A session of a person that ended in review, and what its tool says.
fn in_review(server: &mut Server, control: &Control) -> (String, Value) {
    let workflow = server.ok("didit_workflow_create", json!({ "aml": true }));
    let created = server.ok(
        "didit_session_create",
        json!({ "vendor_data": "customer-4711", "workflow_id": workflow.field("workflow_id") }),
    );
    let session = created.field("session_id").to_owned();
    control.finish(&session, "review_face_match_borderline");
    let decision = server.ok(
        "didit_session_get_decision",
        json!({ "session_id": session }),
    );
    (session, as_result(&decision))
}

fn status(server: &mut Server, session: &str) -> Value {
    let decision = server.ok(
        "didit_session_get_decision",
        json!({ "session_id": session }),
    );
    decision.data["status"].clone()
}

#[test]
fn it_shows_verdict_scores_warnings_and_times_in_every_light() {
    let (mut server, control) = simulated(Setup::new(LEGACY).arguments(&["--confirm", "never"]));
    let (session, _) = in_review(&mut server, &control);
    for status in ["Declined", "Resubmitted"] {
        server.ok(
            "didit_session_update_status",
            json!({ "session_id": session, "new_status": status }),
        );
    }
    control.finish(&session, "review_face_match_borderline");
    let decision = server.ok(
        "didit_session_get_decision",
        json!({ "session_id": session }),
    );
    let result = as_result(&decision);
    let checks = decision.data["checks"].as_array().unwrap();
    let scores: Vec<f64> = checks
        .iter()
        .filter_map(|check| check["score"].as_f64())
        .collect();
    assert!(scores.len() >= 2, "{checks:?}");

    let Some(card) = Card::open(&mut server, None) else {
        return;
    };
    card.show(&result);
    let text = card.inside(|browser| browser.text("main"));
    for words in [
        "In review: face match could not be decided automatically.",
        "60 of 100 (review below 70, declined below 50)",
        "Not decided yet: a human looks at the reasons",
        "customer-4711",
        "Person, as the document says",
        "Face match",
        "LOW_FACE_MATCH_SIMILARITY",
        "Created",
        "Declined, by hand",
        "Resubmitted, by hand",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let person = card.inside(|browser| {
        browser.run(
            "return [...document.querySelectorAll('dt')].map((name) => name.textContent)",
            json!([]),
        )
    });
    let order = ["name", "birth date", "document type", "document country"];
    assert_eq!(person, json!(order));
    let bars = card.inside(|browser| {
        browser.run(
            "return [...document.querySelectorAll('.bar')].map((bar) =>
               bar.firstChild.getBoundingClientRect().width / bar.getBoundingClientRect().width * 100)",
            json!([]),
        )
    });
    let bars: Vec<f64> = bars
        .as_array()
        .unwrap()
        .iter()
        .map(|bar| bar.as_f64().unwrap())
        .collect();
    assert_eq!(bars.len(), scores.len());
    for (bar, score) in bars.iter().zip(&scores) {
        assert!((bar - score).abs() < 1.0, "{bars:?} for {scores:?}");
        let words = format!(", {} of 100", score.round());
        assert!(text.contains(&words), "{words} in {text}");
    }

    for screen in [NARROWEST, DESKTOP] {
        card.browser.resize(screen);
        for dark in [false, true] {
            card.browser.prefer_dark(dark);
            card.inside(|browser| {
                browser.until("a frame as high as the card", || {
                    let fits = browser.run(
                        "return Math.abs(document.body.getBoundingClientRect().height - innerHeight) <= 1",
                        json!([]),
                    );
                    (fits == true).then_some(())
                })
            });
            let complaints = card.inside(|browser| browser.run(AUDIT, json!([])));
            assert_eq!(complaints, json!([]), "{} px, dark: {dark}", screen.width);
        }
    }
    // A host may have a theme of its own, whatever the person's machine prefers.
    let ground = |card: &Card| {
        card.inside(|browser| {
            browser.run(
                "return getComputedStyle(document.body).backgroundColor",
                json!([]),
            )
        })
    };
    card.browser.prefer_dark(false);
    // The browser tells the page of the preference when it gets to it.
    let light = card.browser.until("the light ground", || {
        let now = ground(&card);
        (now == "rgb(255, 255, 255)").then_some(now)
    });
    for theme in ["dark", "light"] {
        card.browser.run(
            "send({ method: 'ui/notifications/host-context-changed', params: { theme: arguments[0] } })",
            json!([theme]),
        );
        card.inside(|browser| {
            browser.until("the host's theme", || {
                let now = browser.run("return document.documentElement.dataset.theme", json!([]));
                (now == theme).then_some(())
            })
        });
        card.browser.until("the ground of the theme", || {
            ((ground(&card) == light) == (theme == "light")).then_some(())
        });
    }
    server.stop();
}

#[test]
fn a_decision_by_keyboard_goes_through_the_confirmed_tool() {
    let (mut server, control) = simulated(Setup::new(LEGACY));
    let (session, result) = in_review(&mut server, &control);
    let Some(card) = Card::open(&mut server, Some("dark")) else {
        return;
    };
    card.show(&result);
    for button in ["Approve", "Decline", "Ask for steps again"] {
        card.browser.press(TAB);
        assert_eq!(card.focused(), button);
    }
    card.inside(|browser| {
        browser.run(
            "document.querySelector('[data-status=Declined]').focus()",
            json!([]),
        )
    });
    card.browser.press(ENTER);

    // This client cannot ask its human, so the first call changes nothing and is shown.
    let asked = card.carry_out(&mut server);
    assert_eq!(
        asked,
        json!({
            "name": "didit_session_update_status",
            "arguments": { "session_id": session, "new_status": "Declined" },
        })
    );
    let preview = card.inside(|browser| browser.text_with("#outcome", "simulator"));
    assert!(
        preview.starts_with("Decline the identity verification of \"Marcus Fictional\"."),
        "{preview}"
    );
    // The same key pressed twice must not decide, so it changes nothing again.
    assert_eq!(card.focused(), "Cancel");
    assert_eq!(status(&mut server, &session), "In Review");
    card.browser.press(ENTER);
    card.inside(|browser| browser.text_with("#outcome", "Nothing was changed."));
    assert_eq!(card.focused(), "Approve");
    card.browser.press(TAB);
    card.browser.press(ENTER);
    card.carry_out(&mut server);
    card.inside(|browser| browser.text_with("#outcome", "counts as not verified"));
    card.browser.press(TAB);
    assert_eq!(card.focused(), "Decline");
    card.browser.press(ENTER);
    let confirmed = card.carry_out(&mut server);
    assert_eq!(confirmed["arguments"]["new_status"], "Declined");
    assert!(
        confirmed["arguments"]["confirmation_token"].is_string(),
        "{confirmed}"
    );
    let fresh = card.carry_out(&mut server);
    assert_eq!(fresh["name"], "didit_session_get_decision");
    card.inside(|browser| browser.text_with("h1", "Declined"));
    assert_eq!(status(&mut server, &session), "Declined");
    let disabled = card.inside(|browser| {
        browser.run(
            "return [...document.querySelectorAll('#actions :disabled')].map((button) => button.textContent)",
            json!([]),
        )
    });
    assert_eq!(
        disabled,
        json!(["Decline"]),
        "what it is already cannot be chosen"
    );
    server.stop();
}

#[test]
fn a_confirmation_is_for_the_person_who_was_shown() {
    let (mut server, control) = simulated(Setup::new(LEGACY));
    let (session, one) = in_review(&mut server, &control);
    let (_, other) = in_review(&mut server, &control);
    let Some(card) = Card::open(&mut server, None) else {
        return;
    };
    card.show(&one);
    let is_hidden = |selector: &str| {
        card.inside(|browser| {
            let script = "return document.querySelector(arguments[0]).hidden";
            browser.run(script, json!([selector])) == json!(true)
        })
    };
    let approve = |card: &Card| {
        card.inside(|browser| {
            browser.run(
                "document.querySelector('[data-status=Approved]').click()",
                json!([]),
            )
        })
    };
    // The answer to the first click comes while somebody else is shown already.
    approve(&card);
    let call = card.browser.until("a call", || {
        let call = card.browser.run("return calls.shift() ?? null", json!([]));
        (!call.is_null()).then_some(call)
    });
    card.show_about(&other);
    let answer = server.call(
        "didit_session_update_status",
        call["params"]["arguments"].clone(),
    );
    card.browser.run(
        "send({ id: arguments[0], result: arguments[1] })",
        json!([call["id"], as_result(&answer)]),
    );
    card.inside(|browser| browser.text_with("#outcome", "Another person is shown"));
    assert!(is_hidden("#confirmation"));
    // The next confirmation is open when the first person comes back.
    approve(&card);
    card.carry_out(&mut server);
    card.inside(|browser| browser.text_with("#outcome", "counts as verified"));
    assert!(!is_hidden("#confirmation"));
    card.show_about(&one);
    assert!(is_hidden("#confirmation"));
    assert!(!is_hidden("#actions"));
    assert_eq!(status(&mut server, &session), "In Review");
    server.stop();
}

#[test]
fn a_human_who_is_asked_decides_by_a_click_or_changes_nothing() {
    let setup = Setup::new(Era::Modern).human(&[Human::Declines, Human::Agrees]);
    let (mut server, control) = simulated(setup);
    let (session, result) = in_review(&mut server, &control);
    let Some(card) = Card::open(&mut server, None) else {
        return;
    };
    card.show(&result);
    card.inside(|browser| browser.click("[data-status=Approved]"));
    card.carry_out(&mut server);
    card.inside(|browser| {
        browser.until("an answer", || {
            (browser.text("#outcome") != "Asking…").then_some(())
        })
    });
    assert_eq!(status(&mut server, &session), "In Review");

    card.inside(|browser| browser.click("[data-status=Approved]"));
    card.carry_out(&mut server);
    card.carry_out(&mut server);
    card.inside(|browser| browser.text_with("h1", "Approved"));
    assert_eq!(status(&mut server, &session), "Approved");
    assert_eq!(server.questions.len(), 2);
    server.stop();
}

#[test]
fn what_people_wrote_stays_text_and_nothing_is_asked_of_anybody() {
    const HOSTILE: &str = "</script><img src=/x.png onerror=document.title='hit'><b>bold</b>";
    let (mut server, control) = simulated(Setup::new(LEGACY));
    let (_, mut result) = in_review(&mut server, &control);
    let Some(card) = Card::open(&mut server, None) else {
        return;
    };
    card.inside(|browser| {
        browser.run(
            "window.refused = [];
             document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));",
            json!([]),
        )
    });
    let data = &mut result["structuredContent"];
    data["vendor_data"] = json!(HOSTILE);
    data["environment"] = json!(HOSTILE);
    data["untrusted"] = json!({ HOSTILE: HOSTILE });
    data["created_at"] = json!(HOSTILE);
    data["checks"][0]["feature"] = json!(HOSTILE);
    data["checks"][0]["status"] = json!(HOSTILE);
    data["reasons"] =
        json!([{ "check": HOSTILE, "risk": HOSTILE, "meaning": HOSTILE, "log_type": HOSTILE }]);
    data["reviews"] = json!([{ "new_status": HOSTILE, "created_at": HOSTILE }]);
    card.show(&result);
    card.browser.run(
        "send({ method: 'ui/notifications/tool-result', params: { content: [{ type: 'text', text: arguments[0] }] } })",
        json!([HOSTILE]),
    );
    card.inside(|browser| {
        assert_eq!(browser.text_with("#outcome", "bold"), HOSTILE);
        let text = browser.text("main");
        // A name of what a document says is shown in small letters.
        assert!(text.matches(HOSTILE).count() >= 9, "{text}");
        let made = browser.run(
            "return [document.querySelectorAll('img, b, script').length, document.title, refused,
                     performance.getEntriesByType('resource').length]",
            json!([]),
        );
        assert_eq!(
            made,
            json!([1, "Decision", [], 0]),
            "the one script is the card's own"
        );
    });
    let visits = card.site.visits();
    let own = |target: &&String| !target.ends_with("/favicon.ico");
    assert_eq!(
        visits.iter().filter(own).collect::<Vec<_>>(),
        ["/host", "/card"]
    );
    server.stop();
}

#[test]
fn without_the_deciding_tool_there_are_no_buttons_and_no_word_of_it() {
    let (mut server, control) = simulated(Setup::new(LEGACY));
    let (session, _) = in_review(&mut server, &control);
    let mut reader = Setup::new(LEGACY)
        .arguments(&[
            "--read-only",
            &format!("--api-base-url={}/v3", control.origin()),
        ])
        .variable("DIDIT_API_KEY", crate::support::control::KEY)
        .start();
    let decision = reader.ok(
        "didit_session_get_decision",
        json!({ "session_id": session }),
    );
    assert_eq!(decision.data["can_be_decided"], true);
    let Some(card) = Card::open(&mut reader, None) else {
        return;
    };
    card.show(&as_result(&decision));
    card.inside(|browser| {
        let left = browser.run(
            "return [document.querySelectorAll('button').length, document.documentElement.outerHTML.includes('update_status')]",
            json!([]),
        );
        assert_eq!(left, json!([0, false]));
        assert!(browser.text("main").contains("Face match"));
    });
    let complaints = card.inside(|browser| browser.run(AUDIT, json!([])));
    assert_eq!(complaints, json!([]));
    reader.stop();
    server.stop();
}
