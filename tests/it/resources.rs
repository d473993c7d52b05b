//! Resources, prompts, completions and subscriptions, through the real program in both eras.

use crate::support::{
    control::{Control, KEY, simulated},
    server::{Era, Server, Setup},
};
use serde_json::{Value, json};

const LEGACY: Era = Era::Legacy("2025-11-25");

/// What a list answers, without the hints for caches, which only one era has.
fn list(server: &mut Server, method: &str, key: &str) -> Value {
    server.result(method, json!({}))[key].clone()
}

fn session(server: &mut Server) -> (String, Control) {
    let control = Control::of(server);
    server.ok("didit_workflow_create", json!({}));
    let created = server.ok("didit_session_create", json!({}));
    (created.field("session_id").to_owned(), control)
}

fn read(server: &mut Server, uri: &str) -> Value {
    let result = server.result("resources/read", json!({ "uri": uri }));
    let contents = result["contents"].as_array().unwrap();
    assert_eq!(contents.len(), 1);
    assert_eq!(contents[0]["uri"], uri);
    contents[0].clone()
}

#[test]
fn the_lists_are_the_same_in_both_eras() {
    for era in Era::BOTH {
        let mut server = Setup::new(era).start();
        let lists = json!({
            "resources": list(&mut server, "resources/list", "resources"),
            "templates": list(&mut server, "resources/templates/list", "resourceTemplates"),
            "prompts": list(&mut server, "prompts/list", "prompts"),
        });
        insta::assert_json_snapshot!("lists", lists);
        server.stop();
    }
}

#[test]
fn a_prompt_names_only_tools_that_exist_and_goes_with_them() {
    let mut server = Setup::new(LEGACY).start();
    let tools: Vec<String> = server
        .tools()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .collect();
    let mut texts = Vec::new();
    for prompt in list(&mut server, "prompts/list", "prompts")
        .as_array()
        .unwrap()
    {
        let mut arguments = json!({});
        for argument in prompt["arguments"].as_array().into_iter().flatten() {
            arguments[argument["name"].as_str().unwrap()] = json!("sample");
        }
        let filled = server.result(
            "prompts/get",
            json!({ "name": prompt["name"], "arguments": arguments }),
        );
        let text = filled["messages"][0]["content"]["text"].as_str().unwrap();
        for word in text.split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
            assert!(
                !word.starts_with("didit_") || tools.contains(&word.to_owned()),
                "{word}"
            );
        }
        assert!(!text.contains('{'), "{text}");
        texts.push(text.to_owned());
    }
    insta::assert_json_snapshot!("prompts", texts);
    server.stop();

    let mut server = Setup::new(LEGACY)
        .arguments(&["--read-only", "--toolsets", "sessions"])
        .start();
    let names: Vec<Value> = list(&mut server, "prompts/list", "prompts")
        .as_array()
        .unwrap()
        .iter()
        .map(|prompt| prompt["name"].clone())
        .collect();
    assert_eq!(names, ["explain_decision"]);
    let templates = list(&mut server, "resources/templates/list", "resourceTemplates");
    assert!(
        !templates.to_string().contains("didit://workflow"),
        "{templates}"
    );
    let refused = server.request("resources/read", json!({ "uri": "didit://config" }));
    assert!(refused["error"].is_object(), "{refused}");
    server.stop();
}

#[test]
fn a_prompt_with_wrong_arguments_says_which() {
    let mut server = Setup::new(LEGACY).start();
    for (name, arguments, words) in [
        ("onboard_person", json!({}), "\"vendor_data\" is required"),
        (
            "onboard_person",
            json!({ "vendor_data": "  " }),
            "\"vendor_data\" is required",
        ),
        (
            "review_queue",
            json!({ "verdict": "x" }),
            "\"verdict\" is not an argument",
        ),
        ("nonsense", json!({}), "no prompt \"nonsense\""),
    ] {
        let response = server.request(
            "prompts/get",
            json!({ "name": name, "arguments": arguments }),
        );
        let message = response["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
    }
    server.stop();
}

#[test]
fn every_reference_page_can_be_read_without_a_key() {
    let mut server = Setup::new(LEGACY).start();
    let resources = list(&mut server, "resources/list", "resources");
    for resource in resources.as_array().unwrap() {
        let uri = resource["uri"].as_str().unwrap();
        let contents = read(&mut server, uri);
        assert!(contents["text"].as_str().unwrap().len() > 100, "{contents}");
        assert_eq!(contents["mimeType"], resource["mimeType"]);
    }
    let features = read(&mut server, "didit://reference/features");
    assert!(
        features["text"]
            .as_str()
            .unwrap()
            .contains("`face_match_score_decline_threshold`: integer from 0 to 100")
    );
    server.stop();
}

#[test]
fn a_session_a_report_and_a_workflow_are_read_by_address() {
    for era in Era::BOTH {
        // A report shows everything about a person, so it enters conversations at the highest level alone.
        let (mut server, control) = simulated(Setup::new(era).arguments(&["--pii=full"]));
        let workflow = server.ok("didit_workflow_create", json!({}));
        let created = server.ok("didit_session_create", json!({}));
        let session = created.field("session_id");
        control.finish(session, "approve");
        let decision = read(&mut server, &format!("didit://session/{session}/decision"));
        let text = decision["text"].as_str().unwrap();
        assert!(text.starts_with("Approved: every check passed."), "{text}");
        assert!(
            text.contains("<data-"),
            "what documents say is fenced: {text}"
        );
        let report = read(&mut server, &format!("didit://session/{session}/report"));
        assert_eq!(report["mimeType"], "application/pdf");
        assert!(
            report["blob"].as_str().unwrap().starts_with("JVBERi0"),
            "base64 of %PDF-"
        );
        let id = workflow.field("workflow_id");
        let shown = read(&mut server, &format!("didit://workflow/{id}"));
        assert!(
            shown["text"]
                .as_str()
                .unwrap()
                .contains("OCR + LIVENESS + FACE_MATCH")
        );
        server.stop();
    }
}

#[test]
fn an_address_of_nothing_is_an_error() {
    let (mut server, _) = simulated(Setup::new(LEGACY));
    for uri in [
        "didit://nothing",
        "didit://reference/../config",
        "didit://session/42/decision",
        "didit://session/5b1f3c9a-0000-4000-8000-000000000001/secrets",
        "didit://session/5b1f3c9a-0000-4000-8000-000000000001/decision",
        "file:///etc/passwd",
    ] {
        let response = server.request("resources/read", json!({ "uri": uri }));
        assert!(response["error"]["code"].is_i64(), "{uri}: {response}");
    }
    server.stop();
}

#[test]
fn what_was_typed_is_completed() {
    let (mut server, _) = simulated(Setup::new(LEGACY));
    let workflow = server.ok("didit_workflow_create", json!({}));
    let mut complete = |reference: Value, name: &str, value: &str| {
        let result = server.result(
            "completion/complete",
            json!({ "ref": reference, "argument": { "name": name, "value": value } }),
        );
        result["completion"]["values"].clone()
    };
    let onboard = json!({ "type": "ref/prompt", "name": "onboard_person" });
    assert_eq!(
        complete(onboard.clone(), "language", "PT"),
        json!(["pt-BR", "pt"])
    );
    assert_eq!(complete(onboard, "vendor_data", ""), json!([]));
    let template = json!({ "type": "ref/resource", "uri": "didit://workflow/{workflow_id}" });
    assert_eq!(
        complete(template.clone(), "workflow_id", ""),
        json!([workflow.field("workflow_id")])
    );
    assert_eq!(complete(template, "workflow_id", "zzz"), json!([]));
    server.stop();
}

fn completed(server: &mut Server, reference: &Value, name: &str, value: &str) -> Value {
    let parameters = json!({ "ref": reference, "argument": { "name": name, "value": value } });
    server.result("completion/complete", parameters)["completion"].clone()
}

#[test]
fn the_completions_that_need_nobody_are_the_same_in_both_eras() {
    for era in Era::BOTH {
        // No key and no simulator: what only Didit knows is an empty list.
        let mut server = Setup::new(era).start();
        let mut lists = json!({});
        for prompt in list(&mut server, "prompts/list", "prompts")
            .as_array()
            .unwrap()
        {
            let name = prompt["name"].as_str().unwrap();
            let reference = json!({ "type": "ref/prompt", "name": name });
            for argument in prompt["arguments"].as_array().into_iter().flatten() {
                let argument = argument["name"].as_str().unwrap();
                lists[format!("{name} {argument}")] =
                    completed(&mut server, &reference, argument, "");
            }
        }
        let design = json!({ "type": "ref/prompt", "name": "design_workflow" });
        lists["design_workflow country, typed es"] =
            completed(&mut server, &design, "country", "es");
        insta::assert_json_snapshot!("completions", lists);
        server.stop();
    }
}

#[test]
fn a_completion_does_not_wait_for_a_slow_didit() {
    // A call may take two minutes here, longer than this test waits for anything.
    let (mut server, control) = simulated(Setup::new(LEGACY).arguments(&["--timeout", "120"]));
    server.ok("didit_workflow_create", json!({}));
    control.post(
        "faults",
        &json!({ "kind": "stall", "path_prefix": "/v3/workflows/", "times": 0 }),
    );
    let template = json!({ "type": "ref/resource", "uri": "didit://workflow/{workflow_id}" });
    let slow = completed(&mut server, &template, "workflow_id", "");
    assert_eq!(slow["values"], json!([]));
    control.delete("faults");
    let quick = completed(&mut server, &template, "workflow_id", "");
    assert_eq!(quick["values"].as_array().unwrap().len(), 1);
    server.stop();
}

/// Follows a session in the way of the era.
fn subscribe(server: &mut Server, era: Era, uri: &str) {
    if era == Era::Modern {
        server.post(
            "subscriptions/listen",
            json!({ "notifications": { "resourceSubscriptions": [uri] } }),
        );
    } else {
        server.result("resources/subscribe", json!({ "uri": uri }));
    }
}

fn update(server: &mut Server) -> Value {
    loop {
        let heard = server.notification();
        if heard["method"] == "notifications/resources/updated" {
            return heard["params"]["uri"].clone();
        }
    }
}

fn looks(control: &Control, session: &str) -> usize {
    let path = format!("/v3/session/{session}/decision/");
    let requests = control.get("requests");
    let all = requests.as_array().unwrap().iter();
    all.filter(|request| request["path"] == path.as_str())
        .count()
}

#[test]
fn a_subscriber_is_served_on_after_an_error_that_passes() {
    for era in Era::BOTH {
        let mut server = Setup::new(era).arguments(&["--simulate"]).start();
        let (session, control) = session(&mut server);
        let uri = format!("didit://session/{session}/decision");
        subscribe(&mut server, era, &uri);
        // At the second look the first one has been taken in.
        while looks(&control, &session) < 2 {}
        control.post(
            "faults",
            &json!({ "kind": "status", "status": 403, "path_prefix": format!("/v3/session/{session}/"), "times": 1 }),
        );
        while control.get("faults") != json!([]) {}
        control.finish(&session, "approve");
        assert_eq!(update(&mut server), uri, "{era:?}");
        let (status, errors, _) = server.finish();
        assert!(status.success(), "{errors}");
    }
}

#[test]
fn a_session_that_is_gone_is_announced_once_and_followed_no_more() {
    for era in Era::BOTH {
        let mut server = Setup::new(era).arguments(&["--simulate"]).start();
        let (session, control) = session(&mut server);
        let other = server.ok("didit_session_create", json!({ "vendor_data": "other" }));
        let uri = format!("didit://session/{session}/decision");
        subscribe(&mut server, era, &uri);
        while looks(&control, &session) < 2 {}
        control.api(
            "DELETE",
            &format!("/v3/session/{session}/delete/"),
            KEY,
            &json!({}),
        );
        assert_eq!(update(&mut server), uri, "{era:?}");
        let gone = server.request("resources/read", json!({ "uri": uri }));
        let message = gone["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("not_found"), "{era:?}: {message}");

        // This wait is several looks long, so the session that is gone would have had its turns meanwhile.
        let so_far = looks(&control, &session);
        server.ok(
            "didit_session_wait_for_decision",
            json!({ "session_id": other.field("session_id"), "max_wait_s": 2 }),
        );
        assert_eq!(looks(&control, &session), so_far, "{era:?}");
        let (status, errors, transcript) = server.finish();
        assert!(status.success(), "{errors}");
        let updates = transcript
            .iter()
            .filter(|message| message["method"] == "notifications/resources/updated")
            .count();
        assert_eq!(updates, 1, "{era:?}");
    }
}

#[test]
fn a_subscriber_hears_of_a_session_that_moved_on() {
    let mut server = Setup::new(LEGACY).arguments(&["--simulate"]).start();
    let (session, control) = session(&mut server);
    let uri = format!("didit://session/{session}/decision");
    server.result("resources/subscribe", json!({ "uri": uri }));
    // A wait joins the same poller, and its end shows that the first look is done.
    server.ok(
        "didit_session_wait_for_decision",
        json!({ "session_id": session, "max_wait_s": 1 }),
    );
    control.finish(&session, "approve");
    let heard = server.notification();
    assert_eq!(heard["method"], "notifications/resources/updated");
    assert_eq!(heard["params"]["uri"], uri);
    server.result("resources/unsubscribe", json!({ "uri": uri }));
    for still in ["didit://config", "didit://reference/features"] {
        // What is listed and never changes is taken, and nothing comes of it.
        server.result("resources/subscribe", json!({ "uri": still }));
        server.result("resources/unsubscribe", json!({ "uri": still }));
    }
    let refused = server.request("resources/subscribe", json!({ "uri": "didit://nothing" }));
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("didit://session/")
    );
    server.stop();
}

#[test]
fn the_newest_era_listens_instead_of_subscribing() {
    let mut server = Setup::new(Era::Modern).arguments(&["--simulate"]).start();
    let (session, control) = session(&mut server);
    let uri = format!("didit://session/{session}/decision");
    server.post(
        "subscriptions/listen",
        json!({ "notifications": { "resourceSubscriptions": [uri, "didit://config"] } }),
    );
    server.ok(
        "didit_session_wait_for_decision",
        json!({ "session_id": session, "max_wait_s": 1 }),
    );
    control.finish(&session, "approve");
    let heard = loop {
        let heard = server.notification();
        if heard["method"] == "notifications/resources/updated" {
            break heard;
        }
    };
    assert_eq!(heard["params"]["uri"], uri);
    let (status, errors, _) = server.finish();
    assert!(status.success(), "{errors}");
}

#[test]
fn listening_to_nothing_that_changes_is_acknowledged_and_lasts() {
    let mut server = Setup::new(Era::Modern).arguments(&["--simulate"]).start();
    for notifications in [
        json!({ "resourceSubscriptions": ["didit://config"] }),
        json!({ "toolsListChanged": true }),
        json!({}),
    ] {
        server.post(
            "subscriptions/listen",
            json!({ "notifications": notifications }),
        );
        let heard = server.notification();
        assert_eq!(
            heard["method"], "notifications/subscriptions/acknowledged",
            "{notifications}: {heard}"
        );
    }
    server.ok("didit_account_status", json!({}));
    let (status, errors, _) = server.finish();
    assert!(status.success(), "{errors}");
}

#[test]
fn the_decision_card_is_whole_in_itself_and_only_for_hosts_that_ask() {
    let (mut server, control) = simulated(Setup::new(LEGACY));
    let tools = server.tools();
    let tool = tools
        .iter()
        .find(|tool| tool["name"] == "didit_session_get_decision")
        .unwrap();
    let uri = tool["_meta"]["ui"]["resourceUri"]
        .as_str()
        .unwrap()
        .to_owned();
    let others = tools
        .iter()
        .filter(|tool| tool["_meta"].get("ui").is_some())
        .count();
    assert_eq!(others, 1, "no other tool has a card");
    let resources = list(&mut server, "resources/list", "resources");
    assert!(!resources.to_string().contains("ui://"), "{resources}");

    let card = read(&mut server, &uri);
    assert_eq!(card["mimeType"], "text/html;profile=mcp-app");
    let page = card["text"].as_str().unwrap();
    for outside in [
        "http:",
        "https:",
        "src=",
        "@import",
        "innerHTML",
        "eval(",
        "fetch(",
    ] {
        assert!(!page.contains(outside), "the card holds {outside}");
    }
    // What the page reads is what the tool gives.
    let workflow = server.ok("didit_workflow_create", json!({}));
    let created = server.ok(
        "didit_session_create",
        json!({ "workflow_id": workflow.field("workflow_id") }),
    );
    let session = created.field("session_id");
    control.finish(session, "review_face_match_borderline");
    let decision = server.ok(
        "didit_session_get_decision",
        json!({ "session_id": session }),
    );
    assert_eq!(decision.data["can_be_decided"], true);
    let checks = decision.data["checks"].as_array().unwrap();
    let face = checks
        .iter()
        .find(|check| check["feature"] == "FACE_MATCH")
        .unwrap();
    let score = face["score"].as_f64().unwrap();
    assert!((0.0..=100.0).contains(&score), "{score}");
    server.stop();

    let mut server = Setup::new(LEGACY)
        .arguments(&["--toolsets", "billing"])
        .start();
    let refused = server.request("resources/read", json!({ "uri": uri }));
    assert!(refused["error"].is_object(), "{refused}");
    server.stop();
}
