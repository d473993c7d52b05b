//! What today's hosts and client libraries really write, each with the place where it was seen.

use crate::support::{
    control::simulated,
    server::{Era, Server, Setup},
    world::world,
};
use didit_mcp::tools;
use serde_json::{Value, json};

const INVALID_REQUEST: i64 = -32_600;
const INVALID_PARAMS: i64 = -32_602;
const PARSE_ERROR: i64 = -32_700;

fn plain() -> Server {
    simulated(Setup::new(Era::BOTH[0])).0
}

/// Sends one line and reads what comes back.
fn answer_to(server: &mut Server, line: &str) -> Value {
    server.send_bytes(format!("{line}\n").as_bytes());
    server.receive()
}

/// The code, the id and the words of an error.
fn refusal(answer: &Value) -> (i64, Value, String) {
    let error = &answer["error"];
    (
        error["code"].as_i64().unwrap_or_else(|| panic!("{answer}")),
        answer["id"].clone(),
        error["message"].as_str().unwrap().to_owned(),
    )
}

/// Cline (cline#9684), Gemini CLI (gemini-cli#27403), n8n (n8n#21500) and SiYuan (siyuan#17927) add arguments of their own.
#[test]
fn arguments_that_hosts_add_are_left_out() {
    let additions = [
        json!({ "task_progress": "- [ ] list the workflows" }),
        json!({ "wait_for_previous": true }),
        json!({ "_sessionID": "abc" }),
        json!({ "tool": "x", "toolCallId": "call_1", "sessionId": "7", "action": "sendMessage", "chatInput": "hello" }),
    ];
    let (mut server, _, world) = world(Setup::new(Era::BOTH[0]));
    for tool in tools::all() {
        if tool.access != tools::Access::Read {
            continue;
        }
        for added in &additions {
            let mut arguments = (tool.example)(&world);
            let given = arguments.as_object_mut().unwrap();
            given.extend(added.as_object().unwrap().clone());
            server.ok(tool.name, arguments);
        }
    }
    // Alone, a word of n8n's is a slip of the pen: an argument that is dropped gives a confident wrong answer.
    for slip in ["sessionId", "action", "tool", "chatInput"] {
        let answer = server.fails("didit_session_list", json!({ slip: world.session_id }));
        assert!(
            answer.text.contains("is not an argument"),
            "{}",
            answer.text
        );
    }
}

/// Hosts that make a model fill in everything (openai-agents, smolagents, metamcp#365) send these for what it has no value for.
#[test]
fn what_is_left_empty_counts_as_not_given() {
    let (mut server, _, world) = world(Setup::new(Era::BOTH[0]));
    for tool in tools::all() {
        let listed = server.tools();
        let schema = &listed.iter().find(|it| it["name"] == tool.name).unwrap()["inputSchema"];
        let example = (tool.example)(&world);
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_required = schema["required"]
                .as_array()
                .is_some_and(|required| required.contains(&json!(name)));
            if is_required || name == "vendor_data" || example.get(name).is_some() {
                continue;
            }
            let empty = match property["type"].as_str().unwrap() {
                "string" => json!(" "),
                "array" => json!([]),
                "integer" | "number" if property["minimum"].as_f64() > Some(0.0) => json!(0),
                // Every member that an object has, left empty.
                "object" if property["properties"].is_object() => {
                    let members = property["properties"].as_object().unwrap().iter();
                    let empty =
                        members.filter_map(|(name, member)| match member["type"].as_str() {
                            Some("string") => Some((name.clone(), json!(""))),
                            Some("array") => Some((name.clone(), json!([]))),
                            _ => None,
                        });
                    Value::Object(empty.collect())
                }
                _ => continue,
            };
            let mut arguments = example.clone();
            arguments[name] = empty;
            let answer = server.call(tool.name, arguments);
            // What an earlier one of these calls made may be refused for itself.
            assert!(
                !answer.text.contains("Error (invalid_argument)"),
                "{} {name}: {}",
                tool.name,
                answer.text
            );
        }
    }
    // An empty id of a person is a mistake, not the wish for everybody's sessions.
    server.fails("didit_session_list", json!({ "vendor_data": "" }));
}

/// Clients that have a model fill in everything send a kind although there is no value for it.
#[test]
fn a_kind_beside_a_session_is_no_second_target() {
    let (mut server, _, world) = world(Setup::new(Era::BOTH[0]));
    for empty in [json!({}), json!({ "value": "" }), json!({ "value": null })] {
        let mut arguments = json!({
            "session_id": world.session_id, "items": ["document"], "entry_type": "email",
        });
        let entries = arguments.as_object_mut().unwrap();
        entries.extend(empty.as_object().unwrap().clone());
        let answer = server.ok("didit_blocklist_add", arguments);
        assert!(
            answer.text.contains("\nBlock the document of \""),
            "{}",
            answer.text
        );
    }
}

/// An empty token is no token, so that the human is asked and not told that a token was used.
#[test]
fn an_empty_confirmation_token_asks_anew() {
    let (mut server, _, world) = world(Setup::new(Era::BOTH[0]));
    let answer = server.ok(
        "didit_session_update_status",
        json!({ "session_id": world.session_id, "new_status": "Approved", "confirmation_token": "" }),
    );
    assert!(
        answer.text.contains("Nothing has been done yet"),
        "{}",
        answer.text
    );
}

/// PHP writes an empty object as an empty list (php-sdk#284), and some models write all arguments as one text.
#[test]
fn parameters_and_arguments_in_other_forms_are_taken() {
    let mut server = plain();
    for (id, params) in [(301, json!([])), (302, Value::Null), (303, json!({}))] {
        let line = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/list", "params": params });
        let answer = answer_to(&mut server, &line.to_string());
        assert_eq!(answer["id"], id);
        assert!(answer["result"]["tools"].is_array(), "{answer}");
    }
    for (id, arguments) in [
        (311, json!("{\"limit\": 5}")),
        (312, json!([])),
        (313, json!("")),
        (314, Value::Null),
    ] {
        let params = json!({ "name": "didit_session_list", "arguments": arguments });
        let line = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
        let answer = answer_to(&mut server, &line.to_string());
        assert_eq!(answer["id"], id);
        assert_eq!(answer["result"]["isError"], json!(false), "{answer}");
    }
}

/// A client without an answer waits for its time-out (playwright-mcp#1410), so each has its id.
#[test]
fn whatever_carries_an_id_is_answered_under_it() {
    let mut server = plain();
    let call = |id: u32, argument: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"didit_session_create","arguments":{{"vendor_data":"{argument}"}}}}}}"#
        )
    };
    let answer = answer_to(&mut server, &call(401, r"Ana \ud83d"));
    let (code, id, message) = refusal(&answer);
    assert_eq!((code, id), (PARSE_ERROR, json!(401)));
    assert!(
        message.contains("`params.arguments.vendor_data`"),
        "{message}"
    );
    // A whole pair is a character, and a backslash before a `u` is none.
    for (number, whole) in [(402, r"Ana \ud83d\ude00"), (403, r"Ana \\ud83d")] {
        let answer = answer_to(&mut server, &call(number, whole));
        assert!(answer.get("result").is_some(), "{answer}");
    }

    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":"deep","method":"tools/call","params":{{"name":"didit_session_create","arguments":{{"metadata":{}1{}}}}}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    let (code, id, message) = refusal(&answer_to(&mut server, &deep));
    assert_eq!((code, id), (PARSE_ERROR, json!("deep")));
    assert!(message.contains("nested too deep"), "{message}");
}

/// TypeScript writes the id first, Python last.
#[test]
fn a_request_beyond_all_bounds_is_answered_under_its_id() {
    let mut server = plain();
    let filling = "a".repeat(9 * 1024 * 1024);
    let first = format!(
        r#"{{"jsonrpc":"2.0","id":501,"method":"tools/call","params":{{"name":"x","arguments":{{"a":"{filling}","id":7}}}}}}"#
    );
    let last = format!(
        r#"{{"method":"tools/call","params":{{"name":"x","arguments":{{"a":"{filling}","id":7}}}},"jsonrpc":"2.0","id":502}}"#
    );
    for (line, wanted) in [(first, 501), (last, 502)] {
        let (code, id, message) = refusal(&answer_to(&mut server, &line));
        assert_eq!((code, id), (INVALID_REQUEST, json!(wanted)));
        assert!(message.contains("too large"), "{message}");
    }
    // What answers a question of ours carries our id: an error under it would answer a request of the client's.
    let ours = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":{{"a":"{filling}"}}}}}}"#);
    assert!(answer_to(&mut server, &ours)["id"].is_null());
}

/// Capabilities that no SDK knows yet, and clients that say little of themselves.
#[test]
fn a_session_opens_in_any_shape_that_clients_send() {
    let version = "2025-06-18";
    let client = json!({ "name": "some-client", "version": "1" });
    for params in [
        json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client }),
        json!({ "protocolVersion": version, "capabilities": [], "clientInfo": client }),
        json!({ "protocolVersion": version, "capabilities": null, "clientInfo": client }),
        json!({ "protocolVersion": version, "clientInfo": client }),
        json!({ "protocolVersion": version, "capabilities": { "elicitation": true, "roots": true, "sampling": [] }, "clientInfo": client }),
        json!({ "protocolVersion": version, "capabilities": { "tasks": 7, "later": { "a": [1] } }, "clientInfo": client }),
        json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "some-client" } }),
        json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "x", "version": 2, "icons": "none" } }),
        json!({ "protocolVersion": version, "capabilities": {} }),
        json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client, "_meta": null, "trace": 1 }),
    ] {
        let mut server = Setup::new(Era::BOTH[0]).launch();
        let line = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
        let answer = answer_to(&mut server, &line.to_string());
        assert_eq!(
            answer["result"]["protocolVersion"], version,
            "{params}: {answer}"
        );
        server.stop();
    }
}

#[test]
fn a_handshake_that_does_not_fit_names_what_does_not() {
    for (params, field) in [
        (json!({ "capabilities": {} }), "params.protocolVersion"),
        (json!({ "protocolVersion": 5 }), "params.protocolVersion"),
        (
            json!({ "protocolVersion": "2025-06-18", "capabilities": "all" }),
            "params.capabilities",
        ),
        (
            json!({ "protocolVersion": "2025-06-18", "clientInfo": "me" }),
            "params.clientInfo",
        ),
    ] {
        let mut server = Setup::new(Era::BOTH[0]).launch();
        let line = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
        let (code, id, message) = refusal(&answer_to(&mut server, &line.to_string()));
        assert_eq!((code, id), (INVALID_PARAMS, json!(1)));
        assert!(message.contains(field), "{message}");
        server.stop();
    }
}

/// google-genai cannot read the first (python-genai#2393), Azure refuses the second (openai-agents-python#4390).
#[test]
fn no_input_schema_holds_what_clients_cannot_read() {
    let (mut server, _) = simulated(Setup::new(Era::BOTH[0]).arguments(&["--toolsets=all"]));
    for tool in server.tools() {
        let schema = tool["inputSchema"].to_string();
        assert!(!schema.contains("additionalProperties"), "{schema}");
        assert!(!schema.contains("\"default\""), "{schema}");
    }
    // What the schema does not say holds all the same, of tools without arguments too.
    for tool in ["didit_billing_get_balance", "didit_session_list"] {
        let answer = server.fails(tool, json!({ "nonsense": 1 }));
        assert!(
            answer.text.contains("is not an argument"),
            "{}",
            answer.text
        );
    }
}

/// n8n and spreadsheets know one kind of number: the person 4711 is not the person "4711.0".
#[test]
fn a_whole_number_names_the_same_person_however_it_is_written() {
    let (mut server, _) = simulated(Setup::new(Era::BOTH[0]));
    server.ok("didit_workflow_create", json!({}));
    let first = server.ok("didit_session_create", json!({ "vendor_data": 4711 }));
    for same in [
        json!(4711.0),
        json!("4711"),
        json!(" 4711\u{2003}"),
        json!("\u{3000}4711"),
    ] {
        let again = server.ok("didit_session_create", json!({ "vendor_data": same }));
        assert_eq!(
            again.field("session_id"),
            first.field("session_id"),
            "{same}"
        );
    }
    for hidden in ["\u{200b}4711", "47\u{2060}11", "4711\u{7}"] {
        let refused = server.fails("didit_session_create", json!({ "vendor_data": hidden }));
        assert!(refused.text.contains("vendor_data"), "{}", refused.text);
    }
    let listed = server.ok("didit_session_list", json!({ "vendor_data": 4711.0 }));
    assert_eq!(listed.data["total"], 1);
}
