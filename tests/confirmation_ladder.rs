//! One table of what an answer to a question means: both protocol eras, every kind of answer, in time and too late. For each
//! row: what was sent to Didit, what the model was told, and which tokens are still worth something.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support {
    pub mod control;
    pub mod server;
}

use serde_json::{Value, json};
use support::{
    control::{Control, Standalone},
    server::{Answer, Era, Server, Setup},
};
use tempfile::TempDir;

const TOOL: &str = "didit_session_update_status";
const LEGACY: Era = Era::BOTH[0];

/// How a client answers a question.
#[derive(Debug, Clone, Copy)]
enum Reply {
    /// A result.
    Result(&'static str),
    /// An error with this code; the newer protocol has no way to say it.
    Error(i64),
    /// Nothing.
    Silence,
}

/// What the model is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Done,
    Preview,
    Refused,
}

/// What is left of the token that another process handed out before the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Works,
    Void,
    /// The person has been decided about meanwhile.
    Overtaken,
}

const YES: &str = r#"{"action":"accept","content":{"answer":"Approve"}}"#;
const KEEP: &str = r#"{"action":"accept","content":{"answer":"Leave everything as it is"}}"#;

/// Every kind of answer in time: what the model is told, how many changes are sent, and what becomes of the earlier token.
const IN_TIME: [(Reply, Told, usize, Token); 19] = [
    (Reply::Result(YES), Told::Done, 1, Token::Overtaken),
    (Reply::Result(KEEP), Told::Refused, 0, Token::Void),
    (
        Reply::Result(r#"{"action":"decline"}"#),
        Told::Refused,
        0,
        Token::Void,
    ),
    (
        Reply::Result(r#"{"action":"cancel"}"#),
        Told::Refused,
        0,
        Token::Void,
    ),
    (
        Reply::Result(r#"{"action":"accept"}"#),
        Told::Preview,
        0,
        Token::Works,
    ),
    (
        Reply::Result(r#"{"action":"accept","content":{}}"#),
        Told::Preview,
        0,
        Token::Works,
    ),
    (
        Reply::Result(r#"{"action":"accept","content":null}"#),
        Told::Preview,
        0,
        Token::Works,
    ),
    (
        Reply::Result(r#"{"action":"accept","content":{"answer":"Decline"}}"#),
        Told::Refused,
        0,
        Token::Void,
    ),
    (
        Reply::Result(r#"{"action":"accept","content":{"answer":true}}"#),
        Told::Refused,
        0,
        Token::Void,
    ),
    (
        Reply::Result(r#"{"action":"accept","content":{"agree":true}}"#),
        Told::Refused,
        0,
        Token::Void,
    ),
    (
        Reply::Result(r#"{"action":"Accept","content":{"answer":"Approve"}}"#),
        Told::Refused,
        0,
        Token::Void,
    ),
    (
        Reply::Result(r#"{"action":"approve"}"#),
        Told::Refused,
        0,
        Token::Void,
    ),
    (
        Reply::Result(r#"{"content":{"answer":"Approve"}}"#),
        Told::Refused,
        0,
        Token::Void,
    ),
    (Reply::Result("{}"), Told::Refused, 0, Token::Void),
    (Reply::Result("null"), Told::Refused, 0, Token::Void),
    (Reply::Error(-32_601), Told::Preview, 0, Token::Works),
    (Reply::Error(-32_600), Told::Refused, 0, Token::Void),
    (Reply::Error(-32_603), Told::Refused, 0, Token::Void),
    (Reply::Silence, Told::Preview, 0, Token::Works),
];

/// After a preview has taken over: no late answer does anything but a no, which makes both tokens void.
const TOO_LATE: [(Reply, Token); 8] = [
    (Reply::Result(YES), Token::Works),
    (
        Reply::Result(r#"{"action":"accept","content":{}}"#),
        Token::Works,
    ),
    (Reply::Error(-32_601), Token::Works),
    (Reply::Result(KEEP), Token::Void),
    (Reply::Result(r#"{"action":"decline"}"#), Token::Void),
    (Reply::Result(r#"{"action":"cancel"}"#), Token::Void),
    (Reply::Result("null"), Token::Void),
    (Reply::Error(-32_600), Token::Void),
];

/// A simulator with one session in review, and a profile that several processes share.
struct Desk {
    simulator: Standalone,
    folder: TempDir,
    session: String,
}

impl Desk {
    fn new() -> Self {
        let simulator = Standalone::start(&[]);
        let control = &simulator.control;
        let key = &simulator.api_key;
        let workflow = json!({ "workflow_label": "KYC", "features": [{ "feature": "OCR" }, { "feature": "LIVENESS" }, { "feature": "FACE_MATCH" }] });
        let workflow = control.api("POST", "/v3/workflows/", key, &workflow);
        let session = json!({ "workflow_id": workflow["workflow_id"], "vendor_data": "c-1" });
        let session = control.api("POST", "/v3/session/", key, &session);
        let session = session["session_id"].as_str().unwrap().to_owned();
        control.finish(&session, "review_face_match_borderline");
        control.requests();
        Self {
            simulator,
            folder: tempfile::tempdir().unwrap(),
            session,
        }
    }

    /// A process of the profile, whose client cannot ask, or can.
    fn process(&self, era: Era, can_ask: bool, arguments: &[&str]) -> Server {
        self.process_with(era, can_ask, arguments, &self.simulator.api_key)
    }

    fn process_with(&self, era: Era, can_ask: bool, arguments: &[&str], key: &str) -> Server {
        let [api, auth] = self.simulator.arguments();
        let credentials = self.folder.path().join("credentials.json");
        let setup = Setup::new(era)
            .arguments(&[&api, &auth, "--credentials", credentials.to_str().unwrap()])
            .arguments(arguments)
            .variable("DIDIT_API_KEY", key);
        if can_ask { setup.human(&[]) } else { setup }.start()
    }

    fn control(&self) -> &Control {
        &self.simulator.control
    }

    fn changes(&self) -> usize {
        let requests = self.control().requests();
        requests.iter().filter(|it| it.method != "GET").count()
    }

    fn approval(&self) -> Value {
        json!({ "session_id": self.session, "new_status": "Approved" })
    }

    fn call(&self) -> Value {
        json!({ "name": TOOL, "arguments": self.approval() })
    }

    /// What a token is worth, in a process of its own.
    fn worth(&self, token: &str) -> Token {
        let mut server = self.process(LEGACY, false, &[]);
        let mut arguments = self.approval();
        arguments["confirmation_token"] = token.into();
        let answer = server.call(TOOL, arguments);
        server.stop();
        match (answer.is_error, answer.data["done"].as_bool()) {
            (false, Some(true)) => Token::Works,
            (true, _) if answer.text.contains("has made it void") => Token::Void,
            _ if answer.text.contains("already_so") => Token::Overtaken,
            other => panic!("{other:?}: {}", answer.text),
        }
    }
}

fn send(server: &mut Server, id: &Value, reply: Reply) {
    let mut message = json!({ "jsonrpc": "2.0", "id": id });
    match reply {
        Reply::Result(result) => message["result"] = serde_json::from_str(result).unwrap(),
        Reply::Error(code) => {
            message["error"] = json!({ "code": code, "message": "User rejected request" })
        }
        Reply::Silence => return,
    }
    server.send(&message);
}

fn told(answer: &Answer) -> Told {
    match (answer.is_error, answer.data["done"].as_bool()) {
        (false, Some(true)) => Told::Done,
        (false, Some(false)) => Told::Preview,
        (true, _) if answer.text.contains("Error (refused_by_") => Told::Refused,
        other => panic!("{other:?}: {}", answer.text),
    }
}

/// The token of a preview in a process of its own.
fn preview(desk: &Desk) -> String {
    let mut server = desk.process(LEGACY, false, &[]);
    let preview = server.ok(TOOL, desk.approval());
    server.stop();
    preview.field("confirmation_token").to_owned()
}

#[test]
fn an_answer_in_time_in_the_older_protocol() {
    for (reply, expected, changes, left) in IN_TIME {
        let desk = Desk::new();
        let token = preview(&desk);
        let mut server = desk.process(LEGACY, true, &["--confirm-wait=2"]);
        let id = server.post("tools/call", desk.call());
        let question = server.receive();
        assert_eq!(question["method"], "elicitation/create");
        send(&mut server, &question["id"], reply);
        let answer = Answer::read(&server.response(id)["result"]);
        assert_eq!(told(&answer), expected, "{reply:?}: {}", answer.text);
        assert_eq!(desk.changes(), changes, "{reply:?}");
        if expected == Told::Preview {
            let own = answer.field("confirmation_token");
            assert_eq!(desk.worth(own), Token::Works, "{reply:?}");
            assert_eq!(desk.worth(&token), Token::Overtaken, "{reply:?}");
        } else {
            assert_eq!(desk.worth(&token), left, "{reply:?}");
        }
        server.finish();
    }
}

#[test]
fn an_answer_in_time_in_the_newer_protocol() {
    for (reply, expected, changes, left) in IN_TIME {
        let Reply::Result(result) = reply else {
            continue;
        };
        let desk = Desk::new();
        let token = preview(&desk);
        let mut server = desk.process(Era::Modern, true, &[]);
        let question = server.result("tools/call", desk.call());
        let mut again = desk.call();
        again["requestState"] = question["requestState"].clone();
        let result: Value = serde_json::from_str(result).unwrap();
        again["inputResponses"] = json!({ "agreement": result });
        let response = server.request("tools/call", again);
        // What has no shape of an answer is refused before a tool hears of it.
        if response.get("error").is_some() {
            assert_eq!(expected, Told::Refused, "{reply:?}");
        } else {
            let answer = Answer::read(&response["result"]);
            assert_eq!(told(&answer), expected, "{reply:?}: {}", answer.text);
            if expected != Told::Preview {
                assert_eq!(desk.worth(&token), left, "{reply:?}");
            }
        }
        assert_eq!(desk.changes(), changes, "{reply:?}");
        server.stop();
    }
}

#[test]
fn an_answer_after_a_preview_took_over() {
    for (reply, left) in TOO_LATE {
        let desk = Desk::new();
        let token = preview(&desk);
        let mut server = desk.process(LEGACY, true, &["--confirm-wait=1"]);
        let id = server.post("tools/call", desk.call());
        let question = server.receive();
        let answer = Answer::read(&server.response(id)["result"]);
        assert_eq!(told(&answer), Told::Preview);
        // The question is taken back, so that a client closes its window.
        let notification = server.notification();
        assert_eq!(notification["method"], "notifications/cancelled");
        assert_eq!(notification["params"]["requestId"], question["id"]);
        send(&mut server, &question["id"], reply);
        // Answers are read in order, so what comes after this one finds it heard.
        server.result("ping", json!({}));
        wait_until(|| left != Token::Void || is_void(&desk));
        assert_eq!(desk.changes(), 0, "{reply:?}");
        let own = answer.field("confirmation_token");
        assert_eq!(desk.worth(own), left, "{reply:?}");
        if left == Token::Void {
            assert_eq!(desk.worth(&token), left, "{reply:?}");
        }
        server.finish();
    }
}

/// Whether a no has been recorded. It is written away from the thread that serves, so nothing else tells when.
fn is_void(desk: &Desk) -> bool {
    let book = desk.folder.path().join("credentials.confirmations.json");
    let book: Value = serde_json::from_slice(&std::fs::read(book).unwrap()).unwrap();
    let voids = book["default"]["voids"].as_array().unwrap();
    voids.iter().any(|void| void["kind"].is_null())
}

fn wait_until(is_so: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed().as_secs() < 60, "it never came");
        std::thread::yield_now();
    }
}

#[test]
fn a_late_answer_in_the_newer_protocol() {
    for (reply, left) in TOO_LATE {
        let Reply::Result(result) = reply else {
            continue;
        };
        let desk = Desk::new();
        let mut server = desk.process(Era::Modern, true, &[]);
        let question = server.result("tools/call", desk.call());
        // Somebody else was shown a preview of the same change, which takes the question's place.
        let token = preview(&desk);
        let mut again = desk.call();
        again["requestState"] = question["requestState"].clone();
        let result: Value = serde_json::from_str(result).unwrap();
        again["inputResponses"] = json!({ "agreement": result });
        let response = server.request("tools/call", again);
        assert_eq!(desk.changes(), 0, "{reply:?}: {response}");
        if response.get("error").is_none() {
            assert_eq!(desk.worth(&token), left, "{reply:?}");
        }
        server.stop();
    }
}

/// The key of a second application of the simulator.
fn other_key(control: &Control) -> String {
    let account = json!({ "email": "second@our-company.dev", "password": "Test-password-1" });
    control.api("POST", "/auth/v2/programmatic/register/", "-", &account);
    let code = json!({ "email": "second@our-company.dev", "code": control.code() });
    let verified = control.api("POST", "/auth/v2/programmatic/verify-email/", "-", &code);
    let key = verified["application"]["api_key"].as_str();
    key.unwrap().to_owned()
}

#[test]
fn what_was_agreed_to_for_one_key_is_worth_nothing_for_another() {
    let desk = Desk::new();
    let other = other_key(desk.control());
    let blocking = json!({ "value": "192.0.2.9", "entry_type": "ip_address" });
    let call = json!({ "name": "didit_blocklist_add", "arguments": blocking });

    let mut first = desk.process(Era::Modern, true, &[]);
    let question = first.result("tools/call", call.clone());
    first.stop();
    let mut plain = desk.process(Era::Modern, false, &[]);
    let token = plain.ok("didit_blocklist_add", blocking.clone());
    plain.stop();
    desk.changes();

    let mut second = desk.process_with(Era::Modern, true, &[], &other);
    let mut answered = call;
    answered["requestState"] = question["requestState"].clone();
    answered["inputResponses"] =
        json!({ "agreement": { "action": "accept", "content": { "answer": "Block" } } });
    let refused = Answer::read(&second.result("tools/call", answered));
    assert!(refused.text.contains("another API key"), "{}", refused.text);
    let mut arguments = blocking;
    arguments["confirmation_token"] = token.field("confirmation_token").into();
    let refused = second.fails("didit_blocklist_add", arguments);
    assert!(refused.text.contains("another API key"), "{}", refused.text);
    second.stop();
    assert_eq!(desk.changes(), 0);
}

#[test]
fn another_application_is_used_only_by_agreement_and_voids_what_was_handed_out() {
    let simulator = Standalone::start(&[]);
    let control = &simulator.control;
    let [api, auth] = simulator.arguments();
    let mut server = Setup::new(LEGACY).arguments(&[&api, &auth]).start();
    server.ok(
        "didit_account_register",
        json!({ "email": "first@our-company.dev" }),
    );
    server.ok(
        "didit_account_verify_email",
        json!({ "code": control.code() }),
    );
    control.requests();
    // Logging in again fetches the same key: nobody is asked.
    server.ok("didit_account_login", json!({}));
    let sent = control.requests();
    let bearer = format!("authorization: {}", sent[2].headers["authorization"]);
    let second = control.with_header("POST", &sent[2].path, &bearer, &json!({}));
    let second = second["uuid"].as_str().unwrap();
    let failed = server.fails("didit_account_login", json!({}));
    let first = failed
        .text
        .lines()
        .find_map(|line| line.strip_prefix("Allowed: "));
    let first = first
        .unwrap()
        .split(", ")
        .find(|choice| !choice.starts_with(second));
    let first = first.unwrap()[..36].to_owned();

    let blocking = json!({ "value": "192.0.2.9", "entry_type": "ip_address" });
    let preview = server.ok("didit_blocklist_add", blocking.clone());
    let token = preview.field("confirmation_token").to_owned();
    let switch = |server: &mut Server, id: &str| {
        let mut arguments = json!({ "application_id": id });
        let preview = server.ok("didit_account_login", arguments.clone());
        assert_eq!(preview.data["done"], false, "{}", preview.text);
        assert!(
            preview.text.contains(&first) && preview.text.contains(second),
            "{}",
            preview.text
        );
        arguments["confirmation_token"] = preview.field("confirmation_token").into();
        server.ok("didit_account_login", arguments);
    };
    switch(&mut server, second);
    control.requests();
    let mut confirmed = blocking;
    confirmed["confirmation_token"] = token.into();
    let refused = server.fails("didit_blocklist_add", confirmed.clone());
    assert!(refused.text.contains("another API key"), "{}", refused.text);
    // Nor does it come back to life with the key that it was given out for.
    switch(&mut server, &first);
    let refused = server.fails("didit_blocklist_add", confirmed);
    assert!(
        refused.text.contains("has made it void"),
        "{}",
        refused.text
    );
    let sent = control.requests();
    assert!(
        sent.iter()
            .all(|request| request.method == "GET" || !request.path.contains("/entries/"))
    );
    server.stop();
}

#[test]
fn a_no_to_more_of_a_session_holds_against_less_of_it() {
    for tool in ["didit_blocklist_add", "didit_blocklist_remove"] {
        let desk = Desk::new();
        let face = json!({ "session_id": desk.session, "items": ["face"] });
        if tool == "didit_blocklist_remove" {
            let mut operator = desk.process(LEGACY, false, &["--confirm=never"]);
            operator.ok("didit_blocklist_add", face.clone());
            operator.stop();
        }
        let mut plain = desk.process(LEGACY, false, &[]);
        let preview = plain.ok(tool, face.clone());
        plain.stop();

        let mut server = desk.process(Era::Modern, true, &[]);
        let both = json!({ "session_id": desk.session, "items": ["face", "document"] });
        let mut call = json!({ "name": tool, "arguments": both });
        let question = server.result("tools/call", call.clone());
        call["requestState"] = question["requestState"].clone();
        call["inputResponses"] = json!({ "agreement": { "action": "decline" } });
        assert_eq!(
            told(&Answer::read(&server.result("tools/call", call))),
            Told::Refused
        );
        server.stop();
        desk.changes();

        let mut confirmed = face;
        confirmed["confirmation_token"] = preview.field("confirmation_token").into();
        let mut plain = desk.process(LEGACY, false, &[]);
        let refused = plain.fails(tool, confirmed);
        plain.stop();
        assert!(
            refused.text.contains("has made it void"),
            "{}",
            refused.text
        );
        assert_eq!(desk.changes(), 0, "{tool}");
    }
}

#[test]
fn processes_of_a_profile_share_tokens_and_use_each_once() {
    let desk = Desk::new();
    let token = preview(&desk);
    assert_eq!(desk.worth(&token), Token::Works);
    assert_eq!(desk.changes(), 1);
    desk.control().force(&desk.session, "In Review");
    let mut third = desk.process(LEGACY, false, &[]);
    let mut arguments = desk.approval();
    arguments["confirmation_token"] = token.into();
    let refused = third.fails(TOOL, arguments);
    assert!(refused.text.contains("used already"), "{}", refused.text);
    third.stop();
    assert_eq!(desk.changes(), 0);
}

#[test]
fn where_nothing_can_be_kept_the_preview_says_so() {
    let desk = Desk::new();
    let file = desk.folder.path().join("a file");
    std::fs::write(&file, "").unwrap();
    let [api, auth] = desk.simulator.arguments();
    let credentials = file.join("credentials.json");
    let mut server = Setup::new(LEGACY)
        .arguments(&[&api, &auth, "--credentials", credentials.to_str().unwrap()])
        .variable("DIDIT_API_KEY", &desk.simulator.api_key)
        .start();
    let preview = server.ok(TOOL, desk.approval());
    let note = preview.field("token_note").to_owned();
    assert!(note.contains("this process of the server alone"), "{note}");
    assert!(preview.text.contains("this process of the server alone"));
    let mut arguments = desk.approval();
    arguments["confirmation_token"] = preview.field("confirmation_token").into();
    server.ok(TOOL, arguments);
    server.stop();
}
