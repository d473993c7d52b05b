//! What a no and a token hold for: one change of one account, in every process of the profile.

use crate::support::{
    control::{Control, Standalone},
    desk::{Desk, LEGACY, TOOL, Token, Told, preview, told},
    server::{Answer, Era, Server, Setup, run},
};
use serde_json::{Value, json};

/// The key of a second application of the simulator.
fn other_key(control: &Control) -> String {
    let account = json!({ "email": "second@our-company.dev", "password": "Test-password-1" });
    control.api("POST", "/auth/v2/programmatic/register/", "-", &account);
    let code = json!({ "email": "second@our-company.dev", "code": control.code() });
    let verified = control.api("POST", "/auth/v2/programmatic/verify-email/", "-", &code);
    let key = verified["sandbox_application"]["api_key"].as_str();
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
    let unknown = json!({ "application_id": "5b1f3c9a-0000-4000-8000-000000000003" });
    let failed = server.fails("didit_account_login", unknown);
    let first = failed
        .text
        .lines()
        .find_map(|line| line.strip_prefix("Allowed: "));
    let first = first
        .unwrap()
        .split("), ")
        .find(|choice| choice.contains("sandbox,") || choice.ends_with("sandbox"));
    let first = first.unwrap()[..36].to_owned();

    let blocking = json!({ "value": "192.0.2.9", "entry_type": "ip_address" });
    let preview = server.ok("didit_blocklist_add", blocking.clone());
    // The human reads where it happens, in the account's own words.
    let is_named = |line: &str| {
        line.starts_with("Where: sandbox, application \"")
            || line.starts_with("Where: live, application \"")
    };
    assert!(preview.text.lines().any(is_named), "{}", preview.text);
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
    let mut confirmed = blocking.clone();
    confirmed["confirmation_token"] = token.into();
    let refused = server.fails("didit_blocklist_add", confirmed.clone());
    assert!(refused.text.contains("another API key"), "{}", refused.text);
    // Nor does it come back to life with the key that it was given out for.
    switch(&mut server, &first);
    assert_void(&mut server, confirmed);
    // The same where a command has switched, and switched back.
    let preview = server.ok("didit_blocklist_add", blocking.clone());
    let home = server.home().to_owned();
    for id in [second, &first] {
        let config = home.join("config");
        let variables = [
            ("DIDIT_API_BASE_URL", format!("{}/v3", control.origin())),
            (
                "DIDIT_AUTH_BASE_URL",
                format!("{}/auth/v2", control.origin()),
            ),
            ("XDG_CONFIG_HOME", config.display().to_string()),
        ];
        let variables = variables
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let login = ["account", "login", "--application-id", id, "--yes"];
        let finished = run(&login, &variables);
        assert_eq!(finished.code, Some(0), "{finished:?}");
    }
    let mut confirmed = blocking;
    confirmed["confirmation_token"] = preview.field("confirmation_token").into();
    assert_void(&mut server, confirmed);
    let sent = control.requests();
    assert!(
        sent.iter()
            .all(|request| request.method == "GET" || !request.path.contains("/entries/"))
    );
    server.stop();
}

#[track_caller]
fn assert_void(server: &mut Server, confirmed: Value) {
    let refused = server.fails("didit_blocklist_add", confirmed);
    assert!(
        refused.text.contains("has made it void"),
        "{}",
        refused.text
    );
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

/// Opens the question of an approval and leaves it open: the call, and the question.
fn asked(desk: &Desk, server: &mut Server) -> (u64, Value) {
    let id = server.post("tools/call", desk.call());
    let question = server.receive();
    assert_eq!(question["method"], "elicitation/create", "{question}");
    (id, question)
}

fn reply(server: &mut Server, question: &Value, result: Value) {
    server.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": result }));
}

#[test]
fn a_no_holds_against_no_other_session() {
    let desk = Desk::new();
    let token = preview(&desk);
    let other = desk.another_session();
    let mut server = desk.process(LEGACY, true, &[]);
    let refusal =
        json!({ "name": TOOL, "arguments": { "session_id": other, "new_status": "Approved" } });
    let id = server.post("tools/call", refusal);
    let question = server.receive();
    reply(&mut server, &question, json!({ "action": "decline" }));
    let answer = Answer::read(&server.response(id)["result"]);
    assert_eq!(told(&answer), Told::Refused);
    server.stop();
    assert_eq!(desk.worth(&token), Token::Works);
}

/// Two windows ask about one change: whoever says no in the one has said it for the other.
#[test]
fn a_yes_counts_for_nothing_after_a_no_to_the_same() {
    let desk = Desk::new();
    let [mut one, mut other] = [(); 2].map(|()| desk.process(LEGACY, true, &[]));
    let (first, question) = asked(&desk, &mut one);
    let (second, same_question) = asked(&desk, &mut other);
    reply(&mut one, &question, json!({ "action": "decline" }));
    let refused = Answer::read(&one.response(first)["result"]);
    assert_eq!(told(&refused), Told::Refused);
    let yes = json!({ "action": "accept", "content": { "answer": "Approve" } });
    reply(&mut other, &same_question, yes);
    let refused = Answer::read(&other.response(second)["result"]);
    assert!(
        refused.text.contains("has made it void"),
        "{}",
        refused.text
    );
    assert_eq!(desk.changes(), 0);
    one.stop();
    other.stop();
}
