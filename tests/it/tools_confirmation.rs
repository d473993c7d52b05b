//! Who agrees before a decision about a person takes effect, by every way there is, through the real program.

use crate::support::{
    control::{Control, simulated},
    server::{Answer, Era, Human, Server, Setup},
};
use serde_json::{Value, json};

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
    json!({ "session_id": session, "new_status": "Approved", "comment": "Checked by eye." })
}

fn approve(server: &mut Server, session: &str) -> Answer {
    server.call("didit_session_update_status", approval(session))
}

/// How many changes reached the API since the last look.
fn changes(control: &Control) -> usize {
    let requests = control.requests();
    requests
        .iter()
        .filter(|request| request.method != "GET")
        .count()
}

#[test]
fn a_preview_changes_nothing_and_its_token_works_once() {
    for era in Era::BOTH {
        let (mut server, control, session) = in_review(Setup::new(era));
        let preview = approve(&mut server, &session);
        assert_answer!("preview", preview);
        assert_eq!(changes(&control), 0);

        let mut arguments = approval(&session);
        arguments["confirmation_token"] = preview.field("confirmation_token").into();
        let decided = server.ok("didit_session_update_status", arguments.clone());
        assert_eq!(decided.field("status"), "Approved");
        assert_eq!(changes(&control), 1);

        // The same situation again: only the token's having been used stands in the way.
        control.force(&session, "In Review");
        let refused = server.fails("didit_session_update_status", arguments);
        assert_answer!("token_used", refused);
        assert_eq!(changes(&control), 0);
        server.stop();
    }
}

#[test]
fn a_token_is_for_exactly_the_call_that_was_shown() {
    for era in Era::BOTH {
        let (mut server, control, session) = in_review(Setup::new(era));
        let other = server.ok("didit_session_create", json!({}));
        let other = other.field("session_id").to_owned();
        control.finish(&other, "review_face_match_borderline");
        control.requests();
        let preview = approve(&mut server, &session);
        let token = preview.field("confirmation_token").to_owned();
        for (name, value) in [
            ("new_status", json!("Declined")),
            ("comment", json!("Checked by nobody.")),
            ("comment", Value::Null),
            ("session_id", json!(other)),
            ("send_email", json!(false)),
        ] {
            let mut arguments = approval(&session);
            arguments["confirmation_token"] = token.as_str().into();
            arguments[name] = value.clone();
            let refused = server.fails("didit_session_update_status", arguments);
            assert_answer!("token_refused", refused);
        }
        for forged in [
            "yes",
            "confirmed",
            &token[..token.len() - 2],
            &token.to_uppercase(),
        ] {
            let mut arguments = approval(&session);
            arguments["confirmation_token"] = forged.into();
            let refused = server.fails("didit_session_update_status", arguments);
            assert_answer!("token_refused", refused);
        }
        assert_eq!(changes(&control), 0);
        let mut arguments = approval(&session);
        arguments["confirmation_token"] = token.into();
        server.ok("didit_session_update_status", arguments);
        assert_eq!(changes(&control), 1, "the refusals have not used it up");
        server.stop();
    }
}

#[test]
fn a_token_does_not_outlive_what_was_shown() {
    for era in Era::BOTH {
        let (mut server, control, session) = in_review(Setup::new(era));
        let preview = approve(&mut server, &session);
        let mut arguments = approval(&session);
        arguments["confirmation_token"] = preview.field("confirmation_token").into();
        control.force(&session, "Declined");
        let again = server.ok("didit_session_update_status", arguments.clone());
        assert_answer!("preview_again", again);
        assert_eq!(changes(&control), 0);
        // The old token is used up, also where everything is as it was.
        control.force(&session, "In Review");
        server.fails("didit_session_update_status", arguments.clone());
        control.force(&session, "Declined");
        arguments["confirmation_token"] = again.field("confirmation_token").into();
        server.ok("didit_session_update_status", arguments);
        assert_eq!(changes(&control), 1);
        server.stop();
    }
}

#[test]
fn a_human_who_agrees_is_asked_once() {
    for era in Era::BOTH {
        let (mut server, control, session) = in_review(Setup::new(era).human(&[Human::Agrees]));
        let decided = approve(&mut server, &session);
        assert_eq!(decided.field("status"), "Approved");
        assert_eq!(changes(&control), 1);
        let [question] = server.questions.as_slice() else {
            panic!("{} questions", server.questions.len());
        };
        // The older handshake asks for progress with every question; that is the SDK's matter.
        let mut question = question.clone();
        question.as_object_mut().unwrap().remove("_meta");
        let shown = serde_json::to_string_pretty(&question).unwrap();
        insta::with_settings!({ filters => crate::support::shown::FILTERS.to_vec(), omit_expression => true }, {
            insta::assert_snapshot!("question", shown);
        });
        assert!(question["message"].as_str().unwrap().contains(&session));
        server.stop();
    }
}

#[test]
fn a_no_is_a_no_and_says_how_it_came() {
    for era in Era::BOTH {
        for human in [Human::Declines, Human::Cancels] {
            let (mut server, control, session) = in_review(Setup::new(era).human(&[human]));
            let refused = approve(&mut server, &session);
            assert!(refused.is_error, "{human:?}");
            assert_answer!("refused_by_client", refused);
            assert!(!refused.text.contains("never"), "{}", refused.text);
            assert_eq!(changes(&control), 0, "{human:?}");
            server.stop();
        }
    }
}

#[test]
fn a_form_that_comes_back_empty_shows_a_client_that_cannot_ask() {
    for era in Era::BOTH {
        let (mut server, control, session) =
            in_review(Setup::new(era).human(&[Human::SendsItEmpty]));
        let mut arguments = approval(&session);
        let preview = approve(&mut server, &session);
        assert_answer!("preview", preview);
        arguments["confirmation_token"] = preview.field("confirmation_token").into();
        server.ok("didit_session_update_status", arguments);
        assert_eq!(changes(&control), 1);
        server.stop();
    }
}

#[test]
fn the_operator_can_choose_previews_for_clients_that_cannot_ask() {
    for era in Era::BOTH {
        let setup = Setup::new(era).human(&[]).arguments(&["--confirm=preview"]);
        let (mut server, control, session) = in_review(setup);
        assert_answer!("preview", approve(&mut server, &session));
        assert_eq!((server.questions.len(), changes(&control)), (0, 0));
        server.stop();
    }
}

#[test]
fn each_decision_is_asked_about_anew() {
    for era in Era::BOTH {
        let setup = Setup::new(era).human(&[Human::Agrees, Human::Declines]);
        let (mut server, control, session) = in_review(setup);
        assert!(!approve(&mut server, &session).is_error);
        control.force(&session, "In Review");
        assert!(approve(&mut server, &session).is_error);
        assert_eq!(changes(&control), 1);
        server.stop();
    }
}

#[test]
fn an_empty_capability_is_the_older_word_for_forms() {
    for era in Era::BOTH {
        let setup = Setup::new(era)
            .human(&[Human::Agrees])
            .elicitation(json!({}));
        let (mut server, _, session) = in_review(setup);
        assert!(!approve(&mut server, &session).is_error);
        assert_eq!(server.questions.len(), 1);
        server.stop();
    }
}

#[test]
fn a_client_that_shows_no_forms_gets_the_preview() {
    for era in Era::BOTH {
        let setup = Setup::new(era).human(&[]).elicitation(json!({ "url": {} }));
        let (mut server, control, session) = in_review(setup);
        assert_answer!("preview", approve(&mut server, &session));
        assert_eq!(changes(&control), 0);
        server.stop();
    }
}

#[test]
fn a_client_that_cannot_show_its_question_gets_the_preview() {
    let (mut server, control, session) = in_review(Setup::new(LEGACY).human(&[Human::NeverSeesIt]));
    assert_answer!("preview", approve(&mut server, &session));
    assert_eq!(changes(&control), 0);
    server.stop();
}

/// Asks for the question of an approval without answering it: the parameters of the call, and the result.
fn question(server: &mut Server, session: &str) -> (Value, Value) {
    let call = json!({ "name": "didit_session_update_status", "arguments": approval(session) });
    let result = server.result("tools/call", call.clone());
    assert_eq!(result["resultType"], "input_required", "{result}");
    assert!(result["requestState"].is_string(), "{result}");
    (call, result)
}

fn agreed() -> Value {
    json!({ "agreement": { "action": "accept", "content": { "answer": "Approve" } } })
}

fn assert_refused(server: &mut Server, call: Value) {
    let answer = Answer::read(&server.result("tools/call", call));
    assert!(answer.is_error, "{}", answer.text);
}

#[test]
fn an_answer_counts_only_with_the_state_of_its_own_question() {
    let (mut server, control, session) = in_review(Setup::new(Era::Modern).human(&[]));
    let (call, result) = question(&mut server, &session);
    let state = result["requestState"].as_str().unwrap().to_owned();

    for forged in [
        "",
        "agreed",
        &state[..state.len() - 2],
        &state.to_uppercase(),
    ] {
        let mut again = call.clone();
        again["inputResponses"] = agreed();
        again["requestState"] = forged.into();
        assert_refused(&mut server, again);
    }
    let mut other_arguments = call.clone();
    other_arguments["arguments"]["new_status"] = "Declined".into();
    other_arguments["inputResponses"] = agreed();
    other_arguments["requestState"] = state.as_str().into();
    assert_refused(&mut server, other_arguments);
    // The model sees the state too, so it must not pass for a token.
    let mut as_token = call.clone();
    as_token["arguments"]["confirmation_token"] = state.as_str().into();
    assert_refused(&mut server, as_token);
    // An answer without a state is asked again, not believed.
    let mut without_state = call.clone();
    without_state["inputResponses"] = agreed();
    let result = server.result("tools/call", without_state);
    assert_eq!(result["resultType"], "input_required", "{result}");
    assert_eq!(changes(&control), 0);

    let mut answered = call;
    answered["inputResponses"] = agreed();
    answered["requestState"] = state.into();
    let decided = Answer::read(&server.result("tools/call", answered.clone()));
    assert_eq!(decided.field("status"), "Approved");
    control.force(&session, "In Review");
    assert_refused(&mut server, answered);
    assert_eq!(changes(&control), 1);
    server.stop();
}

#[test]
fn the_operator_can_choose_that_nobody_is_asked() {
    for era in Era::BOTH {
        let setup = Setup::new(era).human(&[]).arguments(&["--confirm=never"]);
        let (mut server, control, session) = in_review(setup);
        assert!(!approve(&mut server, &session).is_error);
        assert_eq!(changes(&control), 1);
        server.stop();
    }
}

#[test]
fn every_decision_and_every_deletion_asks() {
    for era in Era::BOTH {
        let setup = Setup::new(era).arguments(&["--allow-irreversible"]);
        let (mut server, control, session) = in_review(setup);
        let workflow = server.ok("didit_workflow_list", json!({}));
        let workflow = workflow.data["items"][0]["workflow_id"].clone();
        for (tool, arguments) in [
            ("didit_session_update_status", approval(&session)),
            ("didit_session_delete", json!({ "session_id": session })),
            ("didit_workflow_delete", json!({ "workflow_id": workflow })),
            ("didit_blocklist_add", json!({ "session_id": session })),
            (
                "didit_blocklist_add",
                json!({ "value": "192.0.2.9", "entry_type": "ip_address" }),
            ),
        ] {
            let preview = server.ok(tool, arguments);
            assert_eq!(preview.data["confirmation_required"], true, "{tool}");
        }
        assert_eq!(changes(&control), 0);
        server.stop();
    }
}
