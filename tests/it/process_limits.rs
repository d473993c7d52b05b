//! What one client can hold of the process: questions to a human and sessions that are followed, all together.

use crate::support::{
    control::simulated,
    server::{Era, Human, Setup},
};
use serde_json::json;

/// A human who lets 64 questions stand keeps nobody from working.
#[test]
fn calls_that_wait_for_a_human_leave_their_turn_to_others() {
    // This client can ask its human, who is never heard of: the questions are read here and left open.
    let setup = Setup::new(Era::BOTH[0])
        .arguments(&["--confirm-wait=600", "--rate-limits=off"])
        .human(&[Human::Agrees]);
    let (mut server, control) = simulated(setup);
    server.ok("didit_workflow_create", json!({}));
    let session = server.ok("didit_session_create", json!({}));
    let session = session.field("session_id").to_owned();
    control.finish(&session, "review_face_match_borderline");
    let update = |number: usize| {
        json!({
            "name": "didit_session_update_status",
            "arguments": {
                "session_id": session,
                "new_status": "Declined",
                "comment": format!("number {number}"),
            },
        })
    };
    let calls: Vec<u64> = (0..70)
        .map(|number| server.post("tools/call", update(number)))
        .collect();
    let (mut questions, mut busy) = (Vec::new(), 0);
    while questions.len() + busy < calls.len() {
        let message = server.receive();
        if message["method"] == "elicitation/create" {
            questions.push(message["id"].clone());
        } else if calls.contains(&message["id"].as_u64().unwrap_or_default()) {
            let text = message["result"]["content"][0]["text"].as_str().unwrap();
            assert!(text.starts_with("Error (busy)"), "{text}");
            assert!(text.contains("Nothing was changed"), "{text}");
            busy += 1;
        }
    }
    assert_eq!((questions.len(), busy), (64, 6));
    // Others work meanwhile, more of them than there are turns.
    let ids: Vec<u64> = (0..100)
        .map(|_| {
            let call = json!({ "name": "didit_account_status", "arguments": {} });
            server.post("tools/call", call)
        })
        .collect();
    let mut answered = 0;
    while answered < ids.len() {
        let message = server.receive();
        if ids.contains(&message["id"].as_u64().unwrap_or_default()) {
            assert_ne!(message["result"]["isError"], true, "{message}");
            answered += 1;
        }
    }
    // A question that is answered ends its call, and makes room for another.
    let no = json!({ "jsonrpc": "2.0", "id": questions[0], "result": { "action": "decline" } });
    server.send(&no);
    loop {
        let message = server.receive();
        if calls.contains(&message["id"].as_u64().unwrap_or_default()) {
            assert_eq!(message["result"]["isError"], true, "{message}");
            break;
        }
    }
    server.post("tools/call", update(100));
    while server.receive()["method"] != "elicitation/create" {}
    drop(server);
}

fn address(number: usize) -> String {
    format!("didit://session/00000000-0000-4000-8000-{number:012}/decision")
}

#[test]
fn all_subscriptions_together_follow_so_many_sessions() {
    let (mut server, _control) = simulated(Setup::new(Era::Modern));
    let listen = |from: usize| {
        let all: Vec<String> = (from..from + 40).map(address).collect();
        json!({ "notifications": { "resourceSubscriptions": all } })
    };
    let granted = |server: &mut crate::support::server::Server, from: usize| {
        server.post("subscriptions/listen", listen(from));
        let heard = loop {
            let heard = server.notification();
            if heard["method"] == "notifications/subscriptions/acknowledged" {
                break heard;
            }
        };
        heard["params"]["notifications"]["resourceSubscriptions"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(granted(&mut server, 0), 32);
    assert_eq!(granted(&mut server, 100), 32);
    let refused = server.request("subscriptions/listen", listen(200));
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("at most 64 sessions"), "{refused}");
    drop(server);
}
