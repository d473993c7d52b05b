//! An agreement is for exactly one call in one account, and for what the human saw.

use std::path::Path;

use crate::support::{
    asking_cases::{cases, changes, prepared},
    control::KEY,
    scripted::Scripted,
    server::{Answer, Era, Setup},
};
use serde_json::{Value, json};

const LEGACY: Era = Era::BOTH[0];

/// An agreement is for exactly the arguments that were shown.
#[test]
fn changing_any_argument_stops_the_act() {
    let count = cases(&prepared(Setup::new(LEGACY)).2).len();
    for number in 0..count {
        let (mut server, control, world) = prepared(Setup::new(LEGACY));
        let case = cases(&world).swap_remove(number);
        let preview = server.ok(case.tool, case.arguments.clone());
        let token = preview.field("confirmation_token").to_owned();
        for name in case.arguments.as_object().unwrap().keys() {
            // A link for nobody in particular replaces nothing, and needs no agreement.
            if case.tool == "didit_session_create" && name == "vendor_data" {
                continue;
            }
            let mut arguments = case.arguments.clone();
            arguments["confirmation_token"] = token.as_str().into();
            arguments[name] = match &arguments[name] {
                Value::Bool(flag) => json!(!flag),
                Value::Number(number) => json!(number.as_i64().unwrap() - 1),
                // What is required cannot be left out, and another id is another call.
                _ => Value::Null,
            };
            server.call(case.tool, arguments);
            assert!(changes(&control).is_empty(), "{} without {name}", case.tool);
        }
        let mut arguments = case.arguments;
        arguments["confirmation_token"] = token.into();
        server.ok(case.tool, arguments);
        assert!(
            !changes(&control).is_empty(),
            "{}: the rest has not used it up",
            case.tool
        );
        server.stop();
    }
}

/// An agreement is about what was seen: what changes in between is shown anew, in both ways of asking.
#[test]
fn changing_what_the_human_saw_stops_the_act() {
    let count = cases(&prepared(Setup::new(LEGACY)).2).len();
    for number in 0..count {
        let (mut server, control, world) = prepared(Setup::new(LEGACY));
        let case = cases(&world).swap_remove(number);
        let Some(meanwhile) = case.meanwhile else {
            continue;
        };
        let preview = server.ok(case.tool, case.arguments.clone());
        meanwhile(&control, &world);
        let mut arguments = case.arguments.clone();
        arguments["confirmation_token"] = preview.field("confirmation_token").into();
        let again = server.call(case.tool, arguments);
        assert!(
            changes(&control).is_empty(),
            "{}: {}",
            case.tool,
            again.text
        );
        let asked_again = again.text.contains("Something changed since");
        assert!(
            asked_again || again.is_error,
            "{}: {}",
            case.tool,
            again.text
        );
        server.stop();

        let (mut server, control, world) = prepared(Setup::new(Era::Modern).human(&[]));
        let call =
            json!({ "name": case.tool, "arguments": cases(&world).swap_remove(number).arguments });
        let question = server.result("tools/call", call.clone());
        let asked = &question["inputRequests"]["agreement"]["params"];
        let choice = &asked["requestedSchema"]["properties"]["answer"]["enum"][0];
        meanwhile(&control, &world);
        let mut answered = call;
        answered["requestState"] = question["requestState"].clone();
        answered["inputResponses"] =
            json!({ "agreement": { "action": "accept", "content": { "answer": choice } } });
        let again = server.result("tools/call", answered);
        assert!(changes(&control).is_empty(), "{}: {again}", case.tool);
        let message = &again["inputRequests"]["agreement"]["params"]["message"];
        let asked_again = again["resultType"] == "input_required"
            && message
                .as_str()
                .unwrap()
                .starts_with("Something changed since");
        assert!(
            asked_again || again["isError"] == true,
            "{}: {again}",
            case.tool
        );
        server.stop();

        // Within one call it is read again after the answer.
        let (mut server, control, world) = prepared(Setup::new(LEGACY).human(&[]));
        let call =
            json!({ "name": case.tool, "arguments": cases(&world).swap_remove(number).arguments });
        let id = server.post("tools/call", call);
        let question = server.receive();
        let choice = &question["params"]["requestedSchema"]["properties"]["answer"]["enum"][0];
        meanwhile(&control, &world);
        let yes = json!({ "action": "accept", "content": { "answer": choice } });
        server.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": yes }));
        let again = server.receive();
        assert!(changes(&control).is_empty(), "{}: {again}", case.tool);
        let asked_again = again["params"]["message"]
            .as_str()
            .is_some_and(|message| message.starts_with("Something changed since"));
        let refused = again["id"] == id && again["result"]["isError"] == true;
        assert!(asked_again || refused, "{}: {again}", case.tool);
        if asked_again {
            let no = json!({ "action": "decline" });
            server.send(&json!({ "jsonrpc": "2.0", "id": again["id"], "result": no }));
            server.response(id);
        }
        server.stop();
    }
}

/// An API that has one list of addresses and takes any key.
fn any_key() -> Scripted {
    const LIST: &str = "5b1f3c9a-0000-4000-8000-000000000001";
    Scripted::start(|request| match request.line.as_str() {
        line if line.starts_with("GET /v3/lists/?") => {
            let list = json!({ "uuid": LIST, "list_type": "blocklist", "entry_type": "ip_address", "is_system": true });
            (200, json!({ "count": 1, "results": [list] }))
        }
        line if line.starts_with("GET /v3/lists/") => (200, json!({ "count": 0, "results": [] })),
        line if line.starts_with("POST /v3/lists/") => (201, json!({ "uuid": LIST })),
        _ => (404, json!({ "detail": "Not found." })),
    })
}

/// Blocks an address with a key, in a process of a profile that all share.
fn block(home: &Path, api: &Scripted, key: &str, token: Option<&str>) -> Answer {
    let [base, auth] = api.arguments();
    let credentials = home.join("credentials.json");
    let mut server = Setup::new(LEGACY)
        .arguments(&[&base, &auth, "--credentials", credentials.to_str().unwrap()])
        .variable("DIDIT_API_KEY", key)
        .start();
    let mut arguments = json!({ "value": "192.0.2.9", "entry_type": "ip_address" });
    if let Some(token) = token {
        arguments["confirmation_token"] = token.into();
    }
    let answer = server.call("didit_blocklist_add", arguments);
    server.stop();
    answer
}

/// One key may be known at two addresses, and two keys may end alike.
#[test]
fn an_agreement_is_for_one_key_at_one_address() {
    let home = tempfile::tempdir().unwrap();
    let [one, other] = [(); 2].map(|()| any_key());
    let [key, ends_alike] = ["first-key-of-agreement", "other-key-of-agreement"];
    let preview = block(home.path(), &one, key, None);
    let token = preview.field("confirmation_token");
    for (api, key) in [(&other, key), (&one, ends_alike)] {
        let refused = block(home.path(), api, key, Some(token));
        assert!(
            refused.text.contains("another API key, address"),
            "{}",
            refused.text
        );
        let sent = api.requests();
        assert!(sent.iter().all(|request| request.line.starts_with("GET ")));
    }
    assert!(!block(home.path(), &one, key, Some(token)).is_error);
}

/// Blocking and unblocking take the same arguments, and where one of two is blocked, both can be asked for.
#[test]
fn an_agreement_is_for_one_tool() {
    let (mut server, control, world) = prepared(Setup::new(LEGACY));
    let arguments = json!({ "session_id": world.session_id, "items": ["face", "document"] });
    let preview = server.ok("didit_blocklist_remove", arguments.clone());
    let mut confirmed = arguments;
    confirmed["confirmation_token"] = preview.field("confirmation_token").into();
    let refused = server.fails("didit_blocklist_add", confirmed.clone());
    assert!(refused.text.contains("not valid"), "{}", refused.text);
    assert!(changes(&control).is_empty());
    server.ok("didit_blocklist_remove", confirmed);
    server.stop();
}

/// The session that Didit would return instead of a new one is not named whole in the question.
#[test]
fn an_agreement_is_for_the_open_session_as_it_was() {
    let (mut server, control, world) = prepared(Setup::new(LEGACY));
    let customer = json!({ "workflow_id": world.workflow_id, "vendor_data": "open-1" });
    let open = control.api("POST", "/v3/session/", KEY, &customer);
    let mut arguments = customer;
    arguments["callback"] = "https://app.our-company.dev/done".into();
    let preview = server.ok("didit_session_create", arguments.clone());
    arguments["confirmation_token"] = preview.field("confirmation_token").into();
    control.force(open["session_id"].as_str().unwrap(), "In Progress");
    let again = server.ok("didit_session_create", arguments);
    assert!(
        again.text.contains("Something changed since"),
        "{}",
        again.text
    );
    assert!(changes(&control).is_empty());
    server.stop();
}
