//! Nobody is decided about by accident: clients that never answer or answer oddly, agreements used twice or elsewhere, and
//! sessions that change while a human thinks.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::support::{
    control::{Control, simulated},
    person::{SESSION, decision},
    scripted::Scripted,
    server::{Answer, Era, Human, Server, Setup},
};
use serde_json::{Value, json};

const TOOL: &str = "didit_session_update_status";
const LEGACY: Era = Era::BOTH[0];

/// A server with one session in review, with what was sent for that forgotten.
fn in_review(setup: Setup) -> (Server, Control, String) {
    let (mut server, control) = simulated(setup);
    server.ok("didit_workflow_create", json!({}));
    let created = server.ok("didit_session_create", json!({}));
    let session = created.field("session_id").to_owned();
    control.finish(&session, "review_face_match_borderline");
    control.requests();
    (server, control, session)
}

fn approval(session: &str) -> Value {
    json!({ "session_id": session, "new_status": "Approved" })
}

fn call(arguments: &Value) -> Value {
    json!({ "name": TOOL, "arguments": arguments })
}

fn changes(control: &Control) -> usize {
    let requests = control.requests();
    requests
        .iter()
        .filter(|request| request.method != "GET")
        .count()
}

/// Starts an approval and returns its id with the question that came back.
fn asked(server: &mut Server, session: &str) -> (u64, Value) {
    let id = server.post("tools/call", call(&approval(session)));
    let question = server.receive();
    assert_eq!(question["method"], "elicitation/create", "{question}");
    (id, question)
}

fn agreed() -> Value {
    json!({ "action": "accept", "content": { "answer": "Approve" } })
}

fn reply(server: &mut Server, question: &Value, result: &Value) {
    server.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": result }));
}

#[test]
fn a_client_that_never_answers_gets_the_preview_and_a_late_answer_counts_for_nothing() {
    // The wait is the human's time, not the call's: it may be longer than a call.
    let setup = Setup::new(LEGACY)
        .human(&[])
        .arguments(&["--confirm-wait=2", "--timeout=1"]);
    let (mut server, control, session) = in_review(setup);
    let (id, question) = asked(&mut server, &session);
    let preview = Answer::read(&server.response(id)["result"]);
    assert_eq!(preview.data["confirmation_required"], true);
    reply(&mut server, &question, &agreed());
    assert_eq!(changes(&control), 0);

    let mut arguments = approval(&session);
    arguments["confirmation_token"] = preview.field("confirmation_token").into();
    server.ok(TOOL, arguments);
    assert_eq!(changes(&control), 1);
    server.stop();
}

/// Answers that are none, as an older client may send them: only the exact form counts.
fn odd_answers() -> Vec<Value> {
    vec![
        json!({ "action": "accept" }),
        json!({ "action": "accept", "content": null }),
        json!({ "action": "accept", "content": {} }),
        json!({ "action": "accept", "content": { "answer": "approve" } }),
        json!({ "action": "accept", "content": { "answer": "Decline" } }),
        json!({ "action": "accept", "content": { "answer": true } }),
        json!({ "action": "accept", "content": { "answer": ["Approve"] } }),
        json!({ "action": "accept", "content": { "answer": null } }),
        json!({ "action": "accept", "content": { "Answer": "Approve" } }),
        json!({ "action": "accept", "content": { "agree": true } }),
        json!({ "action": "accept", "content": [{ "answer": "Approve" }] }),
        json!({ "action": "accept", "content": "Approve" }),
        json!({ "action": "decline", "content": { "answer": "Approve" } }),
        json!({ "action": "cancel", "content": { "answer": "Approve" } }),
        json!({ "action": "ACCEPT", "content": { "answer": "Approve" } }),
        json!({ "action": "accepted", "content": { "answer": "Approve" } }),
        json!({ "content": { "answer": "Approve" } }),
        json!({ "answer": "Approve" }),
        json!({}),
    ]
}

#[test]
fn an_answer_of_another_shape_is_no_agreement_in_the_older_handshake() {
    let setup = Setup::new(LEGACY)
        .human(&[])
        .arguments(&["--confirm-wait=1"]);
    let (mut server, control, session) = in_review(setup);
    for odd in odd_answers() {
        let (id, question) = asked(&mut server, &session);
        reply(&mut server, &question, &odd);
        let answer = Answer::read(&server.response(id)["result"]);
        let preview = answer.data["confirmation_required"] == true;
        assert!(answer.is_error || preview, "{odd}: {}", answer.text);
        assert_eq!(changes(&control), 0, "{odd}");
    }
    server.stop();
}

#[test]
fn an_answer_of_another_shape_is_no_agreement_in_the_newer_handshake() {
    let (mut server, control, session) = in_review(Setup::new(Era::Modern).human(&[]));
    let wrapped = odd_answers()
        .into_iter()
        .map(|odd| json!({ "agreement": odd }))
        .chain([
            json!({}),
            json!({ "agreement": true }),
            json!({ "agreement": "accept" }),
            json!({ "other": agreed() }),
            agreed(),
        ]);
    for responses in wrapped {
        let question = server.result("tools/call", call(&approval(&session)));
        assert_eq!(question["resultType"], "input_required", "{question}");
        let mut again = call(&approval(&session));
        again["requestState"] = question["requestState"].clone();
        again["inputResponses"] = responses.clone();
        let response = server.request("tools/call", again);
        let result = &response["result"];
        let refused = response.get("error").is_some()
            || result["isError"] == true
            || result["resultType"] == "input_required"
            || result["structuredContent"]["done"] == false;
        assert!(refused, "{responses}: {response}");
        assert_eq!(changes(&control), 0, "{responses}");
    }
    server.stop();
}

#[test]
fn a_token_is_no_state_and_a_state_no_token() {
    let (mut server, control, session) = in_review(Setup::new(Era::Modern).human(&[]));
    let arguments = approval(&session);
    // A request says for itself what its client can do; this one cannot ask.
    let mut plain = call(&arguments);
    plain["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test-client", "version": "1.0.0" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    server.send(&json!({ "jsonrpc": "2.0", "id": 9001, "method": "tools/call", "params": plain }));
    let preview = Answer::read(&server.response(9001)["result"]);
    let token = preview.field("confirmation_token").to_owned();
    let question = server.result("tools/call", call(&arguments));
    let state = question["requestState"].as_str().unwrap().to_owned();
    assert_ne!(token, state);

    let mut token_as_state = call(&arguments);
    token_as_state["requestState"] = token.as_str().into();
    token_as_state["inputResponses"] = json!({ "agreement": agreed() });
    let refused = Answer::read(&server.result("tools/call", token_as_state));
    assert!(refused.is_error, "{}", refused.text);

    let mut state_as_token = arguments.clone();
    state_as_token["confirmation_token"] = state.as_str().into();
    server.fails(TOOL, state_as_token);
    assert_eq!(changes(&control), 0);

    let mut with_token = arguments;
    with_token["confirmation_token"] = token.into();
    server.ok(TOOL, with_token);
    assert_eq!(changes(&control), 1, "neither attempt has used it up");
    server.stop();
}

#[test]
fn of_many_calls_with_one_token_exactly_one_wins() {
    for era in Era::BOTH {
        let setup = Setup::new(era).arguments(&["--toolsets=all"]);
        let (mut server, control, session) = in_review(setup);
        // Commenting again is allowed at any time, so that only the token stands in the way.
        let tool = "didit_session_add_comment";
        let mut arguments = json!({ "session_id": session, "comment": "Called back." });
        let preview = server.ok(tool, arguments.clone());
        arguments["confirmation_token"] = preview.field("confirmation_token").into();
        let call = json!({ "name": tool, "arguments": arguments });
        let ids: Vec<u64> = (0..16)
            .map(|_| server.post("tools/call", call.clone()))
            .collect();
        let won = ids
            .into_iter()
            .filter(|id| !Answer::read(&server.response(*id)["result"]).is_error)
            .count();
        assert_eq!((won, changes(&control)), (1, 1));
        server.stop();
    }
}

#[test]
fn of_many_calls_with_one_answer_exactly_one_wins() {
    let (mut server, control, session) = in_review(Setup::new(Era::Modern).human(&[]));
    let question = server.result("tools/call", call(&approval(&session)));
    let mut again = call(&approval(&session));
    again["requestState"] = question["requestState"].clone();
    again["inputResponses"] = json!({ "agreement": agreed() });
    let ids: Vec<u64> = (0..16)
        .map(|_| server.post("tools/call", again.clone()))
        .collect();
    let won = ids
        .into_iter()
        .filter(|id| !Answer::read(&server.response(*id)["result"]).is_error)
        .count();
    assert_eq!((won, changes(&control)), (1, 1));
    server.stop();
}

#[test]
fn what_changes_while_a_human_thinks_is_asked_about_anew() {
    for (tool, arguments, choice) in [
        (TOOL, json!({ "new_status": "Approved" }), "Approve"),
        ("didit_session_delete", json!({}), "Delete"),
    ] {
        let setup = Setup::new(LEGACY)
            .human(&[])
            .arguments(&["--allow-irreversible"]);
        let (mut server, control, session) = in_review(setup);
        let mut arguments = arguments;
        arguments["session_id"] = session.as_str().into();
        let parameters = json!({ "name": tool, "arguments": arguments });
        let yes = json!({ "action": "accept", "content": { "answer": choice } });
        let id = server.post("tools/call", parameters);
        let question = server.receive();
        control.force(&session, "Declined");
        reply(&mut server, &question, &yes);
        let again = server.receive();
        let message = again["params"]["message"].as_str().unwrap();
        assert!(message.starts_with("Something changed since"), "{message}");
        assert!(message.contains("now Declined"), "{message}");
        assert_eq!(changes(&control), 0);
        reply(&mut server, &again, &yes);
        let done = Answer::read(&server.response(id)["result"]);
        assert_eq!(done.data["done"], true, "{}", done.text);
        assert_eq!(changes(&control), 1);
        server.stop();
    }
}

#[test]
fn what_never_stands_still_is_not_done() {
    let setup = Setup::new(LEGACY).human(&[]);
    let (mut server, control, session) = in_review(setup);
    let id = server.post("tools/call", call(&approval(&session)));
    for status in ["Declined", "In Review", "Declined"] {
        let question = server.receive();
        control.force(&session, status);
        reply(&mut server, &question, &agreed());
    }
    let refused = Answer::read(&server.response(id)["result"]);
    assert!(
        refused.text.contains("changed_meanwhile"),
        "{}",
        refused.text
    );
    assert_eq!(changes(&control), 0);
    server.stop();
}

/// A server whose session belongs to another person, or to another customer, from the second look on, in the same status.
fn with_changing_person(setup: Setup, pointer: &'static str) -> (Server, Scripted) {
    let looks = Arc::new(AtomicUsize::new(0));
    let upstream = Scripted::start(move |request| {
        let mut body = decision();
        if request.line.ends_with("/decision/") && looks.fetch_add(1, Ordering::SeqCst) > 0 {
            *body.pointer_mut(pointer).unwrap() = "Somebody Else".into();
        }
        (200, body)
    });
    let [api, auth] = upstream.arguments();
    let server = setup
        .arguments(&[&api, &auth])
        .variable("DIDIT_API_KEY", "test-key-of-agreement")
        .start();
    (server, upstream)
}

fn sent_changes(upstream: &Scripted) -> usize {
    let requests = upstream.requests();
    requests
        .iter()
        .filter(|request| !request.line.starts_with("GET "))
        .count()
}

#[test]
fn agreement_is_about_the_person_who_was_shown() {
    let decision = decision();
    for (era, pointer) in Era::BOTH
        .into_iter()
        .flat_map(|era| ["/id_verifications/0/full_name", "/vendor_data"].map(|it| (era, it)))
    {
        let before = decision.pointer(pointer).unwrap().as_str().unwrap();
        let arguments = approval(SESSION);
        let (mut server, upstream) = with_changing_person(Setup::new(era), pointer);
        let preview = server.ok(TOOL, arguments.clone());
        assert!(preview.text.contains(before), "{}", preview.text);
        let mut second = arguments.clone();
        second["confirmation_token"] = preview.field("confirmation_token").into();
        let again = server.ok(TOOL, second);
        assert!(
            again.text.contains("Something changed since"),
            "{}",
            again.text
        );
        assert!(again.text.contains("Somebody Else"), "{}", again.text);
        assert_eq!(again.data["done"], false);
        assert_eq!(sent_changes(&upstream), 0);
        server.stop();

        let setup = Setup::new(era).human(&[Human::Agrees, Human::Declines]);
        let (mut server, upstream) = with_changing_person(setup, pointer);
        server.fails(TOOL, arguments);
        for (question, name) in server.questions.iter().zip([before, "Somebody Else"]) {
            let asked = question["message"].as_str().unwrap();
            assert!(asked.contains(name), "{asked}");
        }
        assert_eq!(server.questions.len(), 2);
        assert_eq!(sent_changes(&upstream), 0);
        server.stop();
    }
}
