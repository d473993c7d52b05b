//! The bundle for Claude Desktop and the registry's entry say what the program does, and what is packed runs.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use crate::support::{
    server::{Era, Server, Setup, run},
    tool::tool,
};
use serde_json::{Map, Value, json};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn document(name: &str) -> Value {
    serde_json::from_slice(&fs::read(format!("{ROOT}/{name}")).unwrap()).unwrap()
}

fn tools(server: &mut Server) -> Value {
    let of_tool =
        |tool: &Value| json!({ "name": tool["name"], "description": tool["description"] });
    server.tools().iter().map(of_tool).collect()
}

/// The prompts with their texts, the arguments as the format writes them.
fn prompts(server: &mut Server) -> Value {
    let listed = server.result("prompts/list", json!({}));
    let prompts = listed["prompts"].as_array().unwrap();
    let of_prompt = |prompt: &Value| {
        let none = Vec::new();
        let arguments = prompt["arguments"].as_array().unwrap_or(&none);
        let names: Vec<&str> = arguments
            .iter()
            .map(|argument| argument["name"].as_str().unwrap())
            .collect();
        let given: Map<String, Value> = names
            .iter()
            .map(|name| ((*name).to_owned(), json!(format!("${{arguments.{name}}}"))))
            .collect();
        let text = server.result(
            "prompts/get",
            json!({ "name": prompt["name"], "arguments": given }),
        );
        json!({
            "name": prompt["name"],
            "description": prompt["description"],
            "arguments": names,
            "text": text["messages"][0]["content"]["text"],
        })
    };
    prompts.iter().map(of_prompt).collect()
}

#[test]
fn the_manifest_lists_the_tools_and_prompts_of_the_server() {
    let manifest = document("manifest.json");
    let mut server = Setup::new(Era::Modern).start();
    assert_eq!(manifest["tools"], tools(&mut server));
    assert_eq!(manifest["prompts"], prompts(&mut server));
    server.stop();
}

#[test]
fn the_documents_agree_on_version_name_and_address() {
    let [manifest, registry] = ["manifest.json", "server.json"].map(document);
    for document in [&manifest, &registry] {
        assert_eq!(document["version"], env!("CARGO_PKG_VERSION"));
    }
    let home = env!("CARGO_PKG_REPOSITORY");
    assert!(!home.is_empty());
    assert_eq!(manifest["homepage"], home);
    assert_eq!(manifest["repository"]["url"], format!("{home}.git"));
    assert_eq!(registry["repository"]["url"], home);
    let release = format!(
        "{home}/releases/download/v{}/didit-mcp-",
        env!("CARGO_PKG_VERSION")
    );
    let workflow = fs::read_to_string(format!("{ROOT}/.github/workflows/release.yml")).unwrap();
    for package in registry["packages"].as_array().unwrap() {
        let identifier = package["identifier"].as_str().unwrap();
        let target = identifier
            .strip_prefix(&release)
            .unwrap()
            .strip_suffix(".mcpb")
            .unwrap();
        assert!(
            workflow.contains(&format!("target: {target},")),
            "{target} is not released"
        );
    }
    let skill = fs::read_to_string(format!("{ROOT}/skill/didit-kyc-onboarding/SKILL.md")).unwrap();
    for line in skill
        .lines()
        .filter_map(|line| line.trim().strip_prefix("url: "))
    {
        let archive = line
            .strip_prefix(&format!("{home}/releases/latest/download/didit-mcp-"))
            .unwrap();
        let target = archive.strip_suffix(".tar.gz").unwrap();
        assert!(
            workflow.contains(&format!("target: {target},")),
            "{target} is not released"
        );
    }
    // Limits of the registry.
    assert!(registry["description"].as_str().unwrap().len() <= 100);
}

#[test]
fn the_settings_of_bundle_and_registry_are_taken_with_safe_defaults() {
    let [manifest, registry] = ["manifest.json", "server.json"].map(document);
    let known = run(&["--help"], &[]).stdout;
    let environment = manifest["server"]["mcp_config"]["env"].as_object().unwrap();
    let settings = manifest["user_config"].as_object().unwrap();
    let used: BTreeSet<String> = environment
        .values()
        .map(|value| value.as_str().unwrap().to_owned())
        .collect();
    let offered: BTreeSet<String> = settings
        .keys()
        .map(|name| format!("${{user_config.{name}}}"))
        .collect();
    assert_eq!(used, offered);
    assert_eq!(settings["api_key"]["sensitive"], true);
    let of_registry = registry["packages"].as_array().unwrap().iter();
    let named = of_registry.flat_map(|package| package["environmentVariables"].as_array().unwrap());
    let key = named
        .clone()
        .find(|variable| variable["name"] == "DIDIT_API_KEY")
        .unwrap();
    assert_eq!(key["isSecret"], true);
    let named = named.map(|variable| variable["name"].as_str().unwrap());
    for name in environment.keys().map(String::as_str).chain(named) {
        assert!(known.contains(name), "{name}");
    }

    // As a client starts it whose user changed nothing but a folder.
    let mut setup = Setup::new(Era::Modern);
    for (name, value) in environment {
        let setting = value
            .as_str()
            .unwrap()
            .trim_start_matches("${user_config.")
            .trim_end_matches('}');
        let default = match &settings[setting]["default"] {
            Value::Null => value.as_str().unwrap().to_owned(),
            Value::String(text) => {
                // Hosts leave a variable of the system in a default as it stands.
                assert!(!text.contains("${"), "{text}");
                text.clone()
            }
            other => other.to_string(),
        };
        setup = setup.variable(name, &default);
    }
    let mut server = setup.start();
    assert_eq!(tools(&mut server), manifest["tools"]);
    let status = server.ok("didit_account_status", json!({}));
    assert_eq!(status.data["has_api_key"], false);
    assert!(
        status.text.contains("a human agrees first"),
        "{}",
        status.text
    );
    server.stop();
}

#[test]
fn what_is_packed_for_this_platform_runs() {
    let Some(mcpb) = tool(&["mcpb"], "npm install @anthropic-ai/mcpb (Node.js)") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("didit-mcp.mcpb");
    let platform = if cfg!(windows) {
        "win32"
    } else if cfg!(target_os = "macos") {
        "darwin"
    } else {
        "linux"
    };
    let packed = Command::new("bash")
        .arg(format!("{ROOT}/packaging/pack.sh"))
        .args([env!("CARGO_BIN_EXE_didit-mcp"), platform])
        .arg(&bundle)
        .env("MCPB", &mcpb)
        .output()
        .unwrap();
    assert!(packed.status.success(), "{packed:?}");
    let unpacked = folder.path().join("installed");
    let done = Command::new(&mcpb)
        .arg("unpack")
        .args([&bundle, &unpacked])
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");

    let manifest: Value =
        serde_json::from_slice(&fs::read(unpacked.join("manifest.json")).unwrap()).unwrap();
    let command = manifest["server"]["mcp_config"]["command"]
        .as_str()
        .unwrap();
    let program = command.replace("${__dirname}", unpacked.to_str().unwrap());
    assert_eq!(
        listed(Path::new(&program)),
        manifest["tools"].as_array().unwrap().len()
    );
}

/// How many tools a program lists, started as an MCP client starts it.
fn listed(program: &Path) -> usize {
    let mut child = Command::new(program)
        .env_clear()
        .env("HOME", "/nowhere")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let opening = json!({
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" },
    });
    for (id, method, params) in [(1, "initialize", opening), (2, "tools/list", json!({}))] {
        writeln!(
            input,
            "{}",
            json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
        )
        .unwrap();
    }
    drop(input);
    let answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let answers = answers.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let list = answers
        .filter(|answer| answer["id"] == 2)
        .last()
        .expect("an answer");
    assert!(child.wait().unwrap().success());
    list["result"]["tools"].as_array().unwrap().len()
}
