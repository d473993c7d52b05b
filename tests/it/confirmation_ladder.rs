//! One table of what an answer to a question means: both protocol eras, every kind of answer, in time and too late. For each
//! row: what was sent to Didit, what the model was told, and which tokens are still worth something.

use crate::support::{
    desk::{Desk, LEGACY, Token, Told, preview, told},
    server::{Answer, Era, Server},
};
use serde_json::{Value, json};

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

const YES: &str = r#"{"action":"accept","content":{"answer":"Approve"}}"#;
const KEEP: &str = r#"{"action":"accept","content":{"answer":"Leave everything as it is"}}"#;

/// Every kind of answer in time: what the model is told, how many changes are sent, and what becomes of the earlier token.
const IN_TIME: [(Reply, Told, usize, Token); 20] = [
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
        Reply::Result(r#"{"action":"accept","content":{"answer":"approve"}}"#),
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

/// The no of a client that hears of the end of its question before it hears of the preview.
#[test]
fn a_no_at_the_moment_at_which_the_preview_takes_over() {
    let desk = Desk::new();
    let mut server = desk.process(LEGACY, true, &["--confirm-wait=1"]);
    let id = server.post("tools/call", desk.call());
    let question = server.receive();
    let taken_back = server.notification();
    assert_eq!(taken_back["method"], "notifications/cancelled");
    send(
        &mut server,
        &question["id"],
        Reply::Result(r#"{"action":"decline"}"#),
    );
    let answer = Answer::read(&server.response(id)["result"]);
    assert_eq!(told(&answer), Told::Preview, "{}", answer.text);
    server.result("ping", json!({}));
    wait_until(|| is_void(&desk));
    assert_eq!(desk.worth(answer.field("confirmation_token")), Token::Void);
    assert_eq!(desk.changes(), 0);
    server.finish();
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
