//! What a human reads is what is sent: for every tool that asks, every value of the recorded request stands in the question and in
//! the preview, and changing any of it, or of what the human saw, stops the act.
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
    pub mod world;
}

use std::collections::BTreeSet;

use didit_mcp::tools::{self, Access, Tool, World};
use serde_json::{Map, Value, json};
use support::{
    control::{Control, KEY, Recorded},
    server::{Era, Human, Server, Setup},
    world::world,
};

const LEGACY: Era = Era::BOTH[0];
/// Looks like the end of a quotation, like markup, and like another line.
const ODD: &str = "Seen\" (verified) [x](https://evil.example) <b> \\ `*~";

/// Changes what a human saw, between the question and the act.
type Meanwhile = fn(&Control, &World);

/// One call of a tool that asks.
struct Case {
    tool: &'static str,
    arguments: Value,
    meanwhile: Option<Meanwhile>,
}

fn asks(tool: &Tool) -> bool {
    matches!(tool.access, Access::Decide | Access::Irreversible) || tool.asks_when.is_some()
}

fn cases(world: &World) -> Vec<Case> {
    let session = &world.session_id;
    let decided: Option<Meanwhile> =
        Some(|control, world| control.force(&world.session_id, "Declined"));
    let renamed: Option<Meanwhile> = Some(|control, world| {
        let path = format!("/v3/webhook/destinations/{}/", world.destination_id);
        control.api(
            "PATCH",
            &path,
            KEY,
            &json!({ "label": "Renamed meanwhile" }),
        );
    });
    let republished: Option<Meanwhile> = Some(|control, world| {
        let path = format!("/v3/workflows/{}/", world.workflow_id);
        control.api(
            "PATCH",
            &path,
            KEY,
            &json!({ "features": [{ "feature": "OCR" }] }),
        );
    });
    let case = |tool, arguments: Value, meanwhile| Case {
        tool,
        arguments,
        meanwhile,
    };
    vec![
        case(
            "didit_session_update_status",
            json!({ "session_id": session, "new_status": "Approved", "comment": ODD, "send_email": true,
                "email_address": "ana_ruiz@our-company.dev", "email_language": "pt-BR" }),
            decided,
        ),
        case(
            "didit_session_update_status",
            json!({ "session_id": session, "new_status": "Declined", "comment": "x".repeat(3_000) }),
            None,
        ),
        case(
            "didit_session_update_status",
            json!({ "session_id": session, "new_status": "Resubmitted", "steps": ["document", "selfie"] }),
            decided,
        ),
        case(
            "didit_session_update_status",
            json!({ "session_id": session, "new_status": "Resubmitted",
                "nodes_to_resubmit": [{ "node_id": "feature_ocr_1", "feature": "OCR" }] }),
            decided,
        ),
        case(
            "didit_session_delete",
            json!({ "session_id": session, "privacy_erasure": true, "instruction_id": ODD }),
            decided,
        ),
        case(
            "didit_blocklist_add",
            json!({ "session_id": session, "items": ["document", "phone", "email"], "comment": ODD }),
            decided,
        ),
        case(
            "didit_blocklist_add",
            json!({ "value": "bad.person+1@our-company.dev", "entry_type": "email", "comment": "A list of known ones." }),
            None,
        ),
        case(
            "didit_blocklist_remove",
            json!({ "session_id": session, "items": ["face"] }),
            decided,
        ),
        case(
            "didit_blocklist_remove",
            json!({ "value": "192.0.2.77", "entry_type": "ip_address" }),
            None,
        ),
        case(
            "didit_webhook_create",
            json!({ "url": "https://collect.example.net/a?b=c", "label": ODD,
                "subscribed_events": ["status.updated", "user.status.updated", "transaction.created"] }),
            None,
        ),
        case(
            "didit_webhook_update",
            json!({ "destination_id": world.destination_id, "url": "https://collect.example.net/x", "label": "l".repeat(250),
                "enabled": false, "subscribed_events": ["status.updated", "data.updated", "user.status.updated",
                "user.data.updated", "business.status.updated", "business.data.updated", "activity.created",
                "transaction.created", "transaction.status.updated", "travel_rule.status.updated"] }),
            renamed,
        ),
        case(
            "didit_webhook_delete",
            json!({ "destination_id": world.destination_id }),
            renamed,
        ),
        case(
            "didit_workflow_delete",
            json!({ "workflow_id": world.workflow_id }),
            republished,
        ),
        case(
            "didit_workflow_update",
            json!({ "workflow_id": world.workflow_id, "workflow_label": ODD.chars().take(40).collect::<String>(),
                "max_retry_attempts": 9, "retry_window_days": 30, "session_expiration_time": 7_200, "is_default": false,
                "status": "published", "is_desktop_allowed": false, "is_white_label_enabled": true, "liveness": true,
                "face_match": true, "face_match_score_decline_threshold": 10, "face_match_score_review_threshold": 20,
                "face_liveness_score_decline_threshold": 11, "liveness_method": "FLASHING", "nfc": true, "aml": true,
                "aml_score_approve_threshold": 90, "aml_score_review_threshold": 99, "phone": false, "email": false,
                "proof_of_address": true, "age_estimation": false, "database_validation": false, "ip_analysis": true,
                "document": true }),
            republished,
        ),
        case(
            "didit_workflow_update",
            json!({ "workflow_id": world.workflow_id, "features": [{ "feature": "OCR",
                "config": { "duplicated_user_action": "NO_ACTION", "documents_allowed": { "ESP": { "P": { "enabled": true } } } } }] }),
            republished,
        ),
        case(
            "didit_session_create",
            json!({ "workflow_id": world.workflow_id, "vendor_data": "approved-1", "callback": "https://app.our-company.dev/done?x=1",
                "callback_method": "both", "metadata": { "order": { "id": 4711, "note": ODD }, "paid": true }, "language": "es",
                "contact_details": { "email": "ana@our-company.dev", "send_notification_emails": true, "email_lang": "es", "phone": "+34600000000" },
                "expected_details": { "first_name": ODD, "last_name": "Ñandú", "date_of_birth": "1990-01-15", "gender": "F",
                    "nationality": "ESP", "country": "ESP", "id_country": "FRA", "poa_country": "PRT", "address": "Calle Mayor 1",
                    "identification_number": "X123", "ip_address": "192.0.2.9", "expected_document_types": ["P", "ID"],
                    "company_name": "Our Company", "registry_country": "ES", "registration_number": "B1" },
                "portrait_file": "portrait.png", "sandbox_scenario": "approve", "qr_code": true }),
            None,
        ),
    ]
}

/// What the cases need besides the usual account.
fn prepared(setup: Setup) -> (Server, Control, World) {
    let (server, control, world) = world(setup);
    let lists = "/v3/lists/?list_type=blocklist&entry_type=ip_address";
    let lists = control.api("GET", lists, KEY, &json!({}));
    let list = lists["results"][0]["uuid"].as_str().unwrap();
    let entry = json!({ "value": "192.0.2.77" });
    control.api("POST", &format!("/v3/lists/{list}/entries/"), KEY, &entry);
    let request = json!({ "workflow_id": world.workflow_id, "vendor_data": "approved-1" });
    let approved = control.api("POST", "/v3/session/", KEY, &request);
    control.finish(approved["session_id"].as_str().unwrap(), "approve");
    std::fs::create_dir_all(server.output_folder()).unwrap();
    std::fs::write(
        server.output_folder().join("portrait.png"),
        b"\x89PNG\r\n\x1a\nxx",
    )
    .unwrap();
    control.requests();
    (server, control, world)
}

fn changes(control: &Control) -> Vec<Recorded> {
    let mut requests = control.requests();
    requests.retain(|request| request.method != "GET");
    requests
}

/// The opposite of a quotation, written from its description: `\u{…}` is a character, a doubled backslash is one.
fn unquoted(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        plain.push_str(before);
        if let Some(after) = escape.strip_prefix('\\') {
            plain.push('\\');
            rest = after;
        } else {
            let (digits, after) = escape.strip_prefix("u{").unwrap().split_once('}').unwrap();
            plain.push(char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap());
            rest = after;
        }
    }
    plain + rest
}

/// The values of a request: the leaves of its body with their names, and the ids of its path.
fn leaves(request: &Recorded) -> Vec<(String, Value)> {
    fn walk(name: &str, value: &Value, found: &mut Vec<(String, Value)>) {
        match value {
            Value::Object(fields) => fields
                .iter()
                .for_each(|(name, value)| walk(name, value, found)),
            Value::Array(items) => items.iter().for_each(|item| walk(name, item, found)),
            leaf => found.push((name.to_owned(), leaf.clone())),
        }
    }
    let mut found = Vec::new();
    if !request.body.is_empty() {
        walk(
            "",
            &serde_json::from_str(&request.body).unwrap(),
            &mut found,
        );
    }
    // Lists are chosen by the kind of an entry, which the question names.
    let ids = request.path.split('/').filter(|part| part.len() == 36);
    let is_list = request.path.starts_with("/v3/lists/");
    found.extend(
        ids.skip(usize::from(is_list))
            .map(|id| ("path".to_owned(), json!(id))),
    );
    found
}

#[track_caller]
fn assert_shown(text: &str, request: &Recorded) {
    let plain = unquoted(text);
    for (name, leaf) in leaves(request) {
        let words = name.replace('_', " ").to_lowercase();
        let stands = match &leaf {
            // Nobody can read a picture in base64; its size is shown.
            Value::String(_) if name == "portrait_image" => plain.contains("a picture of 10 bytes"),
            Value::String(value) => plain.contains(value.as_str()),
            Value::Number(number) => plain.contains(&number.to_string()),
            Value::Bool(flag) => {
                let said = if *flag { "yes" } else { "no" };
                let lines = plain.to_lowercase();
                lines.contains(&format!("{words}: {said}"))
                    || lines.contains(&format!("{words}\" {flag}"))
                    || lines.contains(&format!("\"{name}\":{flag}"))
            }
            other => panic!("{name}: {other}"),
        };
        assert!(
            stands,
            "{} {}: {name} = {leaf} is not in\n{text}",
            request.method, request.path
        );
    }
}

fn question_of(server: &Server) -> String {
    let [question] = server.questions.as_slice() else {
        panic!("{} questions", server.questions.len());
    };
    question["message"].as_str().unwrap().to_owned()
}

fn lines_of(preview: &support::server::Answer) -> String {
    assert_eq!(preview.data["done"], false, "{}", preview.text);
    let lines = preview.data["question"]["lines"].as_array().unwrap();
    let lines: Vec<&str> = lines.iter().map(|line| line.as_str().unwrap()).collect();
    let lines = lines.join("\n");
    assert!(
        preview.text.contains(&lines),
        "text and structure say the same: {}",
        preview.text
    );
    lines
}

#[test]
fn every_value_that_is_sent_stands_in_the_question_and_in_the_preview() {
    let count = cases(&prepared(Setup::new(LEGACY)).2).len();
    for number in 0..count {
        let (mut server, control, world) = prepared(Setup::new(LEGACY).human(&[Human::Agrees]));
        let case = cases(&world).swap_remove(number);
        server.ok(case.tool, case.arguments);
        let question = question_of(&server);
        let sent = changes(&control);
        assert!(!sent.is_empty(), "{}", case.tool);
        sent.iter()
            .for_each(|request| assert_shown(&question, request));
        assert!(question.lines().count() <= 40 && question.chars().count() <= 4_000);
        server.stop();

        let (mut server, control, world) = prepared(Setup::new(Era::Modern));
        let case = cases(&world).swap_remove(number);
        let preview = server.ok(case.tool, case.arguments.clone());
        let lines = lines_of(&preview);
        assert!(changes(&control).is_empty(), "{}", case.tool);
        let mut arguments = case.arguments;
        arguments["confirmation_token"] = preview.field("confirmation_token").into();
        server.ok(case.tool, arguments);
        let sent = changes(&control);
        assert!(!sent.is_empty(), "{}", case.tool);
        sent.iter()
            .for_each(|request| assert_shown(&lines, request));
        server.stop();
    }
}

/// Every property of every schema of a tool that asks is in one of the cases; a new one must be added to them.
#[test]
fn the_cases_cover_every_property_of_every_tool_that_asks() {
    let (server, _, world) = prepared(Setup::new(LEGACY));
    let cases = cases(&world);
    for tool in tools::all().iter().filter(|tool| asks(tool)) {
        // What it decides is not in its arguments: the application to switch to is looked up.
        if tool.name == "didit_account_login" {
            continue;
        }
        let schema = Value::Object((tool.input)());
        let mut wanted = BTreeSet::new();
        properties("", &schema, &mut wanted);
        let mut covered = BTreeSet::new();
        for case in cases.iter().filter(|case| case.tool == tool.name) {
            names("", &case.arguments, &schema, &mut covered);
        }
        let missing: Vec<_> = wanted.difference(&covered).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", tool.name);
    }
    server.stop();
}

fn properties(path: &str, schema: &Value, found: &mut BTreeSet<String>) {
    let Some(properties) = schema["properties"].as_object() else {
        if schema["items"].is_object() {
            properties(path, &schema["items"], found);
        }
        return;
    };
    for (name, property) in properties {
        let path = format!("{path}.{name}");
        properties_of(&path, property, found);
        found.insert(path);
    }
}

fn properties_of(path: &str, property: &Value, found: &mut BTreeSet<String>) {
    properties(path, property, found);
}

fn names(path: &str, value: &Value, schema: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let empty = Map::new();
            let known = schema["properties"].as_object().unwrap_or(&empty);
            for (name, value) in fields {
                if let Some(property) = known.get(name) {
                    let path = format!("{path}.{name}");
                    names(&path, value, property, found);
                    found.insert(path);
                }
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| names(path, item, &schema["items"], found)),
        _ => {}
    }
}

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
        let asked_again = again["resultType"] == "input_required";
        assert!(
            asked_again || again["isError"] == true,
            "{}: {again}",
            case.tool
        );
        server.stop();
    }
}

#[test]
fn what_cannot_be_shown_whole_is_refused_before_anything() {
    for era in Era::BOTH {
        let (mut server, control, world) = prepared(Setup::new(era));
        for comment in ["x".repeat(4_001), "\u{22}".repeat(700)] {
            let arguments = json!({ "session_id": world.session_id, "new_status": "Approved", "comment": comment });
            let refused = server.fails("didit_session_update_status", arguments);
            assert!(
                refused.text.contains("too_long_to_confirm"),
                "{}",
                refused.text
            );
            assert!(refused.text.contains("shorter comment"), "{}", refused.text);
        }
        assert!(changes(&control).is_empty());
        server.stop();
    }
}

#[test]
fn a_step_is_what_the_session_says_and_nothing_else() {
    let (mut server, control, world) = prepared(Setup::new(LEGACY));
    for nodes in [
        json!([{ "node_id": "feature_ocr_1", "feature": "LIVENESS" }]),
        json!([{ "node_id": "feature_unknown", "feature": "OCR" }]),
        json!([{ "node_id": "feature_ocr_1" }, { "node_id": "made_up_1", "feature": "OCR" }]),
    ] {
        let arguments = json!({ "session_id": world.session_id, "new_status": "Resubmitted", "nodes_to_resubmit": nodes });
        let refused = server.fails("didit_session_update_status", arguments);
        assert!(
            refused.text.contains("Nothing was sent"),
            "{}",
            refused.text
        );
    }
    assert!(changes(&control).is_empty());
    server.stop();
}
