//! What a human reads is what is sent: for every tool that asks, every value of the recorded request stands in the question and in
//! the preview under its own name, and every value that stands there is sent.

use std::collections::BTreeSet;

use crate::support::{
    asking_cases::{cases, changes, prepared},
    control::{KEY, Recorded},
    server::{Era, Human, Server, Setup},
};
use didit_mcp::tools::{self, Access, Tool};
use serde_json::{Map, Value, json};

const LEGACY: Era = Era::BOTH[0];

fn asks(tool: &Tool) -> bool {
    matches!(tool.access, Access::Decide | Access::Irreversible) || tool.asks_when.is_some()
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

/// The lines that show values, each with its label: those after the one that says where.
fn settings(text: &str) -> Vec<(&str, &str)> {
    let lines = text.lines().skip_while(|line| !line.contains("Where: "));
    lines
        .skip(1)
        .map(|line| line.split_once(": ").unwrap())
        .collect()
}

/// The name of the field that a label is about: `Nodes to resubmit 1, node id` is about `node_id`. The caller's own names are
/// quoted.
fn field_of(label: &str) -> String {
    let last = label.rsplit(", ").next().unwrap();
    match last.strip_prefix('"') {
        Some(quotation) => unquoted(quotation.strip_suffix('"').unwrap()),
        None => last.to_lowercase().replace(' ', "_"),
    }
}

/// The new values of a line: texts in quotation marks, and words and numbers without them.
fn values(line: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut rest = line;
    while !rest.is_empty() && !rest.starts_with(" (was ") {
        rest = rest.strip_prefix(", ").unwrap_or(rest);
        if let Some(quotation) = rest.strip_prefix('"') {
            let (value, after) = quotation.split_once('"').unwrap();
            found.push(unquoted(value).into());
            rest = after;
        } else {
            let end = [rest.find(", "), rest.find(" (was ")];
            let end = end.into_iter().flatten().min().unwrap_or(rest.len());
            found.push(match &rest[..end] {
                "yes" => true.into(),
                "no" => false.into(),
                "nothing" => Value::Null,
                number => serde_json::from_str(number).unwrap(),
            });
            rest = &rest[end..];
        }
    }
    found
}

/// Nobody can read a picture in base64; its size is shown.
fn readable(name: &str, leaf: &Value) -> Value {
    match name {
        "portrait_image" => "a picture of 10 bytes".into(),
        _ => leaf.clone(),
    }
}

#[track_caller]
fn assert_shown(text: &str, request: &Recorded) {
    let settings = settings(text);
    for (name, leaf) in leaves(request) {
        let leaf = readable(&name, &leaf);
        let stands = match leaf.as_str() {
            Some(id) if name == "path" => text.contains(id),
            _ => settings.iter().any(|(label, line)| {
                if label.starts_with("Step ") {
                    let line = unquoted(line);
                    line.contains(&format!("\"{name}\" {leaf}"))
                        || line.contains(&format!("\"{name}\":{leaf}"))
                        || name == "feature" && line.starts_with(&leaf.to_string())
                } else {
                    field_of(label) == name && values(line).contains(&leaf)
                }
            }),
        };
        assert!(
            stands,
            "{} {}: {name} = {leaf} is not in\n{text}",
            request.method, request.path
        );
    }
}

/// The other way round: what a human agreed to is not left out or replaced.
#[track_caller]
fn assert_sent(text: &str, requests: &[Recorded]) {
    let sent: Vec<_> = requests.iter().flat_map(leaves).collect();
    let has = |name: &str, value: &Value| {
        sent.iter()
            .any(|(sent, leaf)| sent == name && readable(name, leaf) == *value)
    };
    for (label, line) in settings(text) {
        let is_sent = match label {
            // Of what a session holds, each kind is a request of its own.
            kind if kind.starts_with("The ") => true,
            // What is about to be deleted is shown as it is.
            "Events" => true,
            "Receiver" => {
                let origin = values(line).swap_remove(0);
                sent.iter().any(|(name, leaf)| {
                    name == "url" && leaf.as_str().unwrap().starts_with(origin.as_str().unwrap())
                })
            }
            step if step.starts_with("Step ") => {
                let feature = line.strip_prefix('"').unwrap().split('"').next().unwrap();
                has("feature", &feature.into())
            }
            label => {
                let name = field_of(label);
                values(line).iter().all(|value| match value {
                    Value::Null => sent.iter().all(|(sent, _)| *sent != name),
                    value => has(&name, value),
                })
            }
        };
        assert!(is_sent, "{label}: {line} is not in\n{requests:?}");
    }
    let kinds = settings(text)
        .iter()
        .filter(|(label, _)| label.starts_with("The "))
        .count();
    assert!(kinds <= requests.len(), "{kinds} of {requests:?}");
}

fn question_of(server: &Server) -> String {
    let [question] = server.questions.as_slice() else {
        panic!("{} questions", server.questions.len());
    };
    question["message"].as_str().unwrap().to_owned()
}

fn lines_of(preview: &crate::support::server::Answer) -> String {
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
        assert_sent(&question, &sent);
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
        assert_sent(&lines, &sent);
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

/// What the client is asked to put to its human, whole: nothing is masked there.
fn question_about(server: &mut Server, tool: &str, arguments: Value) -> String {
    let call = json!({ "name": tool, "arguments": arguments });
    let asked = server.result("tools/call", call);
    let message = &asked["inputRequests"]["agreement"]["params"]["message"];
    message
        .as_str()
        .unwrap_or_else(|| panic!("{tool}: {asked}"))
        .to_owned()
}

#[track_caller]
fn assert_lines(text: &str, expected: &[&str]) {
    for line in expected {
        assert!(text.lines().any(|shown| shown == *line), "{line}\n{text}");
    }
}

/// A human judges by more than the request: whom a destination is about, what a session holds, what is replaced.
#[test]
fn what_is_true_now_stands_beside_what_will_be_sent() {
    let (mut server, control, world) = prepared(Setup::new(Era::Modern).human(&[]));
    let destination = &world.destination_id;
    let about = format!(
        "Destination {destination}, \"Warehouse\" at \"https://hooks.example.net/old\". Where: simulator, nothing is real"
    );
    let arguments = json!({ "destination_id": destination, "url": "https://hooks.example.net@collect.example.net/x" });
    server.fails("didit_webhook_update", arguments);
    let arguments = json!({ "destination_id": destination, "url": "https://collect.example.net/hooks.example.net" });
    assert_lines(
        &question_about(&mut server, "didit_webhook_update", arguments),
        &[
            &about,
            "Receiver: \"https://collect.example.net\" (was \"https://hooks.example.net\")",
        ],
    );
    let arguments = json!({ "destination_id": destination });
    assert_lines(
        &question_about(&mut server, "didit_webhook_delete", arguments),
        &[&about, "Events: \"status.updated\""],
    );

    let session = &world.session_id;
    let path = format!("/v3/session/{session}/decision/");
    let decision = control.api("GET", &path, KEY, &json!({}));
    let held = |check: &str, name: &str| decision[check][0][name].as_str().unwrap().to_owned();
    let document = held("id_verifications", "document_number");
    let phone = held("phone_verifications", "full_number");
    let email = held("email_verifications", "email");
    let arguments = json!({ "session_id": session, "items": ["document", "phone", "email"] });
    assert_lines(
        &question_about(&mut server, "didit_blocklist_add", arguments),
        &[
            &format!("The document: \"{document}\""),
            &format!("The phone: \"{phone}\""),
            &format!("The email: \"{email}\""),
        ],
    );
    server.stop();
}

/// Didit returns an unfinished session instead of a new one, and writes this call's callback and metadata over it.
#[test]
fn what_a_link_replaces_is_asked_about() {
    let (mut server, control, world) = prepared(Setup::new(Era::Modern).human(&[]));
    let customer = json!({ "workflow_id": world.workflow_id, "vendor_data": "open-1" });
    let with = |fields: &Value| {
        let mut arguments = customer.clone();
        let fields = fields.as_object().unwrap().clone();
        arguments.as_object_mut().unwrap().extend(fields);
        arguments
    };
    let old = json!({ "callback": "https://app.our-company.dev/old", "metadata": { "order": 4711, "by": "Ana" } });
    control.api("POST", "/v3/session/", KEY, &with(&old));
    let replaces = "Didit returns the person's open session";
    for (fields, expected) in [
        (
            json!({}),
            &[
                "Callback: nothing (was \"https://app.our-company.dev/old\")",
                r#"Metadata: nothing (was "{\u{22}by\u{22}:\u{22}Ana\u{22},\u{22}order\u{22}:4711}")"#,
            ][..],
        ),
        (
            json!({ "callback": "https://app.our-company.dev/new", "metadata": old["metadata"] }),
            &[
                "Callback: \"https://app.our-company.dev/new\" (was \"https://app.our-company.dev/old\")",
            ],
        ),
        (
            json!({ "callback": old["callback"], "metadata": { "order": 4712 } }),
            &[
                "Metadata, \"order\": 4712 (was 4711)",
                "Metadata, \"by\": nothing (was \"Ana\")",
            ],
        ),
    ] {
        let question = question_about(&mut server, "didit_session_create", with(&fields));
        assert!(question.starts_with(replaces), "{question}");
        assert_lines(&question, expected);
    }
    assert!(changes(&control).is_empty());
    // The same again replaces nothing.
    let same = server.ok("didit_session_create", with(&old));
    assert_eq!(same.data["reused"], true, "{}", same.text);
    server.stop();
}
