//! What a client sees before it calls anything: the tools, their schemas and hints, the instructions, the help. Snapshots
//! show every change of it in review, and the rules below hold for whatever is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::server::{Era, Setup, run};
use didit_mcp::tools::{self, Access};
use serde_json::{Map, Value, json};

const DEFAULT_TOOLS: [&str; 22] = [
    "didit_account_status",
    "didit_account_register",
    "didit_account_verify_email",
    "didit_account_login",
    "didit_workflow_list",
    "didit_workflow_get",
    "didit_workflow_create",
    "didit_workflow_update",
    "didit_session_create",
    "didit_session_list",
    "didit_session_get_decision",
    "didit_session_wait_for_decision",
    "didit_session_update_status",
    "didit_session_generate_pdf",
    "didit_review_queue",
    "didit_session_stats",
    "didit_session_follow_up",
    "didit_blocklist_list",
    "didit_blocklist_add",
    "didit_blocklist_remove",
    "didit_billing_get_balance",
    "didit_billing_top_up",
];
const IRREVERSIBLE_TOOLS: [&str; 2] = ["didit_session_delete", "didit_workflow_delete"];

fn listed(arguments: &[&str]) -> Vec<Value> {
    let mut server = Setup::new(Era::BOTH[0]).arguments(arguments).start();
    let tools = server.tools();
    server.stop();
    tools
}

fn names(tools: &[Value]) -> Vec<&str> {
    tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect()
}

fn every_tool() -> Vec<Value> {
    listed(&["--allow-irreversible"])
}

/// The instructions of both eras, without and with the simulator.
fn instructions() -> Vec<String> {
    let mut texts = Vec::new();
    for arguments in [&[][..], &["--simulate"]] {
        let [legacy, modern] = Era::BOTH.map(|era| {
            let mut server = Setup::new(era).arguments(arguments).launch();
            let introduction = server.open();
            server.stop();
            introduction["instructions"].as_str().unwrap().to_owned()
        });
        assert_eq!(legacy, modern);
        texts.push(legacy);
    }
    texts
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

#[test]
fn the_default_tools() {
    insta::assert_snapshot!("tools", pretty(&listed(&[])));
}

#[test]
fn the_tools_that_change_nothing() {
    let tools = listed(&["--read-only", "--allow-irreversible"]);
    insta::assert_snapshot!("tools_read_only", pretty(&names(&tools)));
}

#[test]
fn the_tools_that_cannot_be_undone() {
    let added: Vec<Value> = every_tool()
        .into_iter()
        .filter(|tool| !DEFAULT_TOOLS.contains(&tool["name"].as_str().unwrap()))
        .collect();
    insta::assert_snapshot!("tools_irreversible", pretty(&added));
}

#[test]
fn the_tools_of_one_toolset() {
    let tools = listed(&["--toolsets", "sessions"]);
    insta::assert_snapshot!("tools_of_sessions", pretty(&names(&tools)));
}

#[test]
fn both_eras_list_the_same() {
    let [legacy, modern] = Era::BOTH.map(|era| {
        let mut server = Setup::new(era).start();
        let result = server.result("tools/list", json!({}));
        server.stop();
        result
    });
    assert_eq!(legacy["tools"], modern["tools"]);
    assert_eq!(modern["resultType"], "complete");
    assert_eq!(modern["cacheScope"], "private");
    assert!(modern["ttlMs"].as_u64().unwrap() > 0);
    assert!(legacy.get("ttlMs").is_none());
}

#[test]
fn the_instructions() {
    let texts = instructions();
    for text in &texts {
        assert!(
            text.chars().count() <= 2_000,
            "{} characters",
            text.chars().count()
        );
    }
    insta::assert_snapshot!("instructions", texts.join("\n\n=== on the simulator\n\n"));
}

#[test]
fn the_help() {
    let finished = run(&["--help"], &[]);
    assert_eq!(finished.code, Some(0));
    assert_eq!(finished.stderr, "");
    insta::assert_snapshot!("help", finished.stdout);
}

#[test]
fn the_names_are_those_of_the_design() {
    assert_eq!(names(&listed(&[])), DEFAULT_TOOLS);
    let all = every_tool();
    let expected: BTreeSet<&str> = DEFAULT_TOOLS
        .into_iter()
        .chain(IRREVERSIBLE_TOOLS)
        .collect();
    assert_eq!(names(&all).into_iter().collect::<BTreeSet<_>>(), expected);
    for name in names(&all) {
        let parts: Vec<&str> = name.split('_').collect();
        assert!(parts.len() >= 3 && parts[0] == "didit", "{name}");
        let plain = |part: &&str| {
            !part.is_empty() && part.chars().all(|letter| letter.is_ascii_lowercase())
        };
        assert!(parts.iter().all(plain), "{name}");
        assert!(name.len() <= 40, "{name}");
    }
}

#[test]
fn the_list_stays_within_its_budget() {
    let counter = tiktoken_rs::o200k_base().unwrap();
    let tools = listed(&[]);
    assert!(tools.len() <= 24);
    let characters = Value::from(tools.clone()).to_string().chars().count();
    assert!(characters <= 30_000, "{characters} characters");
    let tokens: BTreeMap<String, usize> = every_tool()
        .into_iter()
        .map(|tool| {
            let visible = json!({
                "name": tool["name"],
                "description": tool["description"],
                "inputSchema": tool["inputSchema"],
            });
            let tokens = counter.encode_ordinary(&visible.to_string()).len();
            (tool["name"].as_str().unwrap().to_owned(), tokens)
        })
        .collect();
    assert!(
        tokens.values().all(|tokens| *tokens <= 600),
        "more than 600 tokens: {tokens:#?}"
    );
    let total: usize = DEFAULT_TOOLS.iter().map(|name| tokens[*name]).sum();
    assert!(total <= 5_000, "{total} tokens: {tokens:#?}");
}

#[test]
fn every_schema_is_in_the_portable_subset() {
    for tool in every_tool() {
        let name = tool["name"].as_str().unwrap();
        check_schema(&tool["inputSchema"], &format!("{name} input"));
        if let Some(output) = tool.get("outputSchema") {
            check_schema(output, &format!("{name} output"));
        }
    }
}

/// Every schema has one type, every array says what it holds, every object what it has unless it is free-form, and there is no
/// keyword that a client is known to stumble over.
fn check_schema(schema: &Value, place: &str) {
    const KEYWORDS: [&str; 11] = [
        "type",
        "properties",
        "required",
        "items",
        "enum",
        "description",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "pattern",
    ];
    let object = schema
        .as_object()
        .unwrap_or_else(|| panic!("{place} is {schema}"));
    for keyword in object.keys() {
        assert!(KEYWORDS.contains(&keyword.as_str()), "{place}: {keyword}");
    }
    match object["type"].as_str() {
        Some("object") => {
            let free_form = place.ends_with(".config") || place.ends_with(".metadata");
            match object.get("properties").and_then(Value::as_object) {
                Some(properties) => check_properties(object, properties, place),
                None => assert!(free_form, "{place} names no properties"),
            }
        }
        Some("array") => check_schema(&object["items"], &format!("{place}[]")),
        Some("string" | "integer" | "number" | "boolean") => {}
        other => panic!("{place} has type {other:?}"),
    }
}

fn check_properties(object: &Map<String, Value>, properties: &Map<String, Value>, place: &str) {
    for (name, property) in properties {
        check_schema(property, &format!("{place}.{name}"));
    }
    let required = object.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten() {
        assert!(
            properties.contains_key(name.as_str().unwrap()),
            "{place} requires {name}"
        );
    }
}

#[test]
fn every_tool_has_truthful_hints() {
    let declared = tools::all();
    for listed in every_tool() {
        let name = listed["name"].as_str().unwrap();
        let tool = declared.iter().find(|tool| tool.name == name).unwrap();
        let hint = |hint: &str| {
            listed["annotations"][hint]
                .as_bool()
                .unwrap_or_else(|| panic!("{name} has no {hint}"))
        };
        assert!(!listed["title"].as_str().unwrap().is_empty(), "{name}");
        let reads = tool.access == Access::Read;
        assert_eq!(hint("readOnlyHint"), reads, "{name}");
        match tool.access {
            Access::Read => {
                assert!(!hint("destructiveHint"), "{name}");
                assert!(hint("idempotentHint"), "{name}");
            }
            Access::Decide | Access::Irreversible => assert!(hint("destructiveHint"), "{name}"),
            // Changing a workflow replaces its features; nothing else here overwrites.
            Access::Write => {
                assert_eq!(
                    hint("destructiveHint"),
                    name == "didit_workflow_update",
                    "{name}"
                );
            }
        }
        assert!(hint("openWorldHint"), "{name}");
    }
}

/// Hosts that let a model call tools unattended ask their human before one that is marked so. Where the operator wants nobody to
/// be asked, no tool is marked.
#[test]
fn the_tools_that_decide_are_marked_where_somebody_is_asked() {
    let declared = tools::all();
    for (confirmation, asks) in [("ask", true), ("preview", true), ("never", false)] {
        let confirm = format!("--confirm={confirmation}");
        for listed in listed(&["--toolsets=all", "--allow-irreversible", &confirm]) {
            let name = listed["name"].as_str().unwrap();
            let tool = declared.iter().find(|tool| tool.name == name).unwrap();
            let decides = matches!(tool.access, Access::Decide | Access::Irreversible);
            let mark = &listed["_meta"]["anthropic/requiresUserInteraction"];
            assert_eq!(*mark == true, asks && decides, "{name} with {confirm}");
        }
    }
}

#[test]
fn every_tool_that_a_text_names_exists() {
    let tools = every_tool();
    let known: BTreeSet<&str> = didit_mcp::tools::all()
        .iter()
        .map(|tool| tool.name)
        .collect();
    let mut texts = instructions();
    texts.push(Value::from(tools.clone()).to_string());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots");
    for entry in std::fs::read_dir(folder).unwrap() {
        texts.push(std::fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    for text in &texts {
        let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
        for word in words.filter(|word| word.starts_with("didit_") && *word != "didit_mcp") {
            assert!(known.contains(word), "no tool is called {word}");
        }
    }
}

#[test]
fn descriptions_are_short_and_give_no_orders() {
    for tool in every_tool() {
        let name = tool["name"].as_str().unwrap();
        let description = tool["description"].as_str().unwrap();
        assert!(description.chars().count() <= 300, "{name}");
        assert!(description.ends_with('.'), "{name}");
        let sentences = description.matches(". ").count() + 1;
        assert!(sentences <= 2, "{name}: {sentences} sentences");
        assert_no_orders(&tool.to_string(), name);
    }
    for text in instructions() {
        assert_no_orders(&text, "instructions");
    }
}

fn assert_no_orders(text: &str, place: &str) {
    let text = text.to_lowercase();
    for order in [
        "you must",
        "always",
        "never call",
        "important:",
        "do not call",
    ] {
        assert!(!text.contains(order), "{place} says \"{order}\"");
    }
}
