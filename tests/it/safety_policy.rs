//! What the operator switched off is neither there nor mentioned.

use std::collections::BTreeSet;

use crate::support::{
    control::{Control, Standalone},
    server::{Era, Server, Setup, run},
};
use didit_mcp::tools::{self, Access, Toolset};
use serde_json::{Value, json};

const UNKNOWN: &str = "99999999-8888-4777-8666-555555555555";

/// What a policy leaves on, worked out from what the tools declare.
struct Case {
    arguments: Vec<String>,
    toolsets: Vec<Toolset>,
    read_only: bool,
    irreversible: bool,
}

impl Case {
    fn new(flag: Option<&str>, toolsets: &[Toolset], read_only: bool, irreversible: bool) -> Self {
        let mut arguments = Vec::new();
        if let Some(names) = flag {
            arguments.push(format!("--toolsets={names}"));
        }
        if read_only {
            arguments.push("--read-only".to_owned());
        }
        if irreversible {
            arguments.push("--allow-irreversible".to_owned());
        }
        Self {
            arguments,
            toolsets: toolsets.to_vec(),
            read_only,
            irreversible,
        }
    }

    fn all() -> Vec<Self> {
        // One toolset shares its name with a preset, which comes with it.
        let mut sets: Vec<(Option<&str>, Vec<Toolset>)> = Toolset::ALL
            .into_iter()
            .filter(|toolset| *toolset != Toolset::Operations)
            .map(|toolset| (Some(toolset.name()), vec![toolset]))
            .collect();
        sets.push((None, Toolset::defaults()));
        sets.push((Some("all"), Toolset::ALL.to_vec()));
        sets.push((Some("default"), Toolset::defaults()));
        // What a preset means is written down here once more, by hand.
        use Toolset::{
            Account, Billing, Blocklist, Operations, People, Reviews, Sessions, Webhooks, Workflows,
        };
        sets.push((Some("onboarding"), vec![Workflows, Sessions, Billing]));
        sets.push((Some("reviewer"), vec![Sessions, Blocklist, People, Reviews]));
        sets.push((
            Some("operations"),
            vec![
                Workflows, Sessions, Blocklist, Billing, People, Reviews, Operations,
            ],
        ));
        sets.push((
            Some("developer"),
            vec![Account, Workflows, Sessions, Webhooks],
        ));
        sets.push((
            Some("onboarding,webhooks,default"),
            vec![Account, Workflows, Sessions, Blocklist, Billing, Webhooks],
        ));
        let mut cases = Vec::new();
        for (flag, toolsets) in sets {
            for (read_only, irreversible) in [(false, false), (false, true), (true, true)] {
                cases.push(Self::new(flag, &toolsets, read_only, irreversible));
            }
        }
        cases
    }

    /// The names that are on and those that are off.
    fn split(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        let (on, off): (Vec<_>, Vec<_>) = tools::all().into_iter().partition(|tool| {
            self.toolsets.contains(&tool.toolset)
                && match tool.access {
                    Access::Read => true,
                    Access::Write | Access::Decide => !self.read_only,
                    Access::Irreversible => self.irreversible && !self.read_only,
                }
        });
        let names = |tools: Vec<tools::Tool>| tools.iter().map(|tool| tool.name).collect();
        (names(on), names(off))
    }

    fn start(&self, era: Era, simulator: &Standalone) -> Server {
        let [api, auth] = simulator.arguments();
        let mut arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        arguments.extend([api.as_str(), auth.as_str()]);
        Setup::new(era)
            .arguments(&arguments)
            .variable("DIDIT_API_KEY", &simulator.api_key)
            .launch()
    }
}

/// A workflow and a session in review, made without the server.
fn made(simulator: &Standalone) -> (String, String) {
    let workflow = simulator.control.api(
        "POST",
        "/v3/workflows/",
        &simulator.api_key,
        &json!({ "workflow_label": "KYC", "features": [{ "feature": "OCR" }, { "feature": "LIVENESS" }] }),
    );
    let workflow = workflow["uuid"].as_str().unwrap().to_owned();
    let session = simulator.control.api(
        "POST",
        "/v3/session/",
        &simulator.api_key,
        &json!({ "workflow_id": workflow }),
    );
    let session = session["session_id"].as_str().unwrap().to_owned();
    simulator.control.force(&session, "In Review");
    (workflow, session)
}

/// Arguments with which a tool works, and with which it finds nothing.
fn arguments_of(tool: &str, workflow: &str, session: &str) -> [Value; 2] {
    let with = |name: &str, found: &str| [found, UNKNOWN].map(|id| json!({ (name): id }));
    match tool {
        "didit_workflow_get" | "didit_workflow_update" | "didit_workflow_delete" => {
            with("workflow_id", workflow)
        }
        "didit_session_create" => with("workflow_id", workflow),
        "didit_session_wait_for_decision" => {
            [session, UNKNOWN].map(|id| json!({ "session_id": id, "max_wait_s": 1 }))
        }
        "didit_session_update_status" => {
            [session, UNKNOWN].map(|id| json!({ "session_id": id, "new_status": "Approved" }))
        }
        "didit_session_stats" => [json!({}), json!({ "days": "many" })],
        "didit_session_follow_up" => [json!({}), json!({ "days": "many" })],
        "didit_workflow_what_if" => [workflow, UNKNOWN]
            .map(|id| json!({ "workflow": id, "face_liveness_score_decline_threshold": 60 })),
        "didit_rehearse" => [workflow, UNKNOWN]
            .map(|id| json!({ "workflow": id, "outcomes": ["approve"], "max_wait_s": 1 })),
        "didit_duplicates" | "didit_audit_pack" => [json!({}), json!({ "days": "many" })],
        name if name.starts_with("didit_session_") && name != "didit_session_list" => {
            with("session_id", session)
        }
        "didit_webhook_create" => ["https://hooks.our-company.com/didit", "nowhere"]
            .map(|url| json!({ "url": url, "label": "Ours" })),
        "didit_webhook_update" | "didit_webhook_delete" => with("destination_id", UNKNOWN),
        "didit_webhook_verify" => ["{}", ""].map(|body| json!({ "body": body, "signature": "x" })),
        "didit_blocklist_add" | "didit_blocklist_remove" => with("session_id", session),
        "didit_billing_top_up" => [50, 1].map(|dollars| json!({ "amount_in_dollars": dollars })),
        "didit_account_register" => {
            ["ops@our-company.com", "nobody"].map(|email| json!({ "email": email }))
        }
        "didit_account_verify_email" => ["AAAAAA", ""].map(|code| json!({ "code": code })),
        _ => [json!({}), json!({ "limit": "many" })],
    }
}

fn addresses(workflow: &str, session: &str) -> Vec<String> {
    let mut all: Vec<String> = [
        "sandbox", "features", "statuses", "warnings", "codes", "unknown",
    ]
    .iter()
    .map(|page| format!("didit://reference/{page}"))
    .collect();
    all.push("didit://config".to_owned());
    all.push(format!("didit://workflow/{workflow}"));
    all.push(format!("didit://session/{session}/decision"));
    all.push(format!("didit://session/{session}/report"));
    all
}

fn fault(control: &Control, kind: &str, status: u64, body: &Value) {
    control.post(
        "faults",
        &json!({ "kind": kind, "status": status, "body": body.to_string(), "path_prefix": "/", "times": 1 }),
    );
}

/// Calls every tool that is on, in every way that has advice of its own.
fn use_everything(server: &mut Server, simulator: &Standalone, on: &[&str]) {
    let (workflow, session) = made(simulator);
    let control = &simulator.control;
    for tool in on {
        for arguments in arguments_of(tool, &workflow, &session) {
            server.call(tool, arguments);
        }
        server.call(tool, json!({ "no_such_argument": 1 }));
        let [arguments, _] = arguments_of(tool, &workflow, &session);
        for (kind, status) in [
            ("status", 401),
            ("status", 402),
            ("status", 403),
            ("status", 404),
            ("status", 409),
            ("not_json", 200),
        ] {
            fault(control, kind, status, &json!({ "detail": "Not now." }));
            server.call(tool, arguments.clone());
            control.delete("faults");
        }
    }
    for method in ["resources/list", "resources/templates/list"] {
        server.request(method, json!({}));
    }
    let prompts = server.result("prompts/list", json!({}));
    for prompt in prompts["prompts"].as_array().unwrap() {
        let mut arguments = json!({});
        for argument in prompt["arguments"].as_array().into_iter().flatten() {
            arguments[argument["name"].as_str().unwrap()] = "x".into();
        }
        server.result(
            "prompts/get",
            json!({ "name": prompt["name"], "arguments": arguments }),
        );
    }
    for uri in addresses(&workflow, &session) {
        server.request("resources/read", json!({ "uri": uri }));
    }
    if on.contains(&"didit_session_get_decision") {
        for status in didit_mcp::didit::SessionStatus::ALL {
            let (_, session) = made(simulator);
            control.force(&session, status.as_str());
            server.call(
                "didit_session_get_decision",
                json!({ "session_id": session }),
            );
        }
    }
}

#[test]
fn a_tool_that_is_off_is_not_listed_not_callable_and_mentioned_as_off_alone() {
    for (case, era) in Case::all().iter().zip(Era::BOTH.into_iter().cycle()) {
        let simulator = Standalone::start(&[]);
        let (on, off) = case.split();
        let mut server = case.start(era, &simulator);
        server.open();
        let listed = server.tools();
        let listed: BTreeSet<&str> = listed
            .iter()
            .map(|tool| tool["name"].as_str().unwrap())
            .collect();
        assert_eq!(listed, on.iter().copied().collect(), "{:?}", case.arguments);
        use_everything(&mut server, &simulator, &on);
        for tool in &off {
            let response = server.request("tools/call", json!({ "name": tool, "arguments": {} }));
            assert_eq!(response["error"]["code"], -32602, "{response}");
        }
        // The status says what is off and by which setting; nothing else may name it.
        let said: Vec<String> = server
            .transcript
            .iter()
            .flat_map(|message| {
                let line = message.to_string();
                let parts = line.split("\\n").map(str::to_owned);
                parts.collect::<Vec<_>>()
            })
            .filter(|part| !part.starts_with("Off by --"))
            .collect();
        for tool in off {
            for line in &said {
                assert!(
                    !line.contains(tool),
                    "{tool} with {:?}: {line}",
                    case.arguments
                );
            }
        }
        server.stop();
    }
}

#[test]
fn what_a_tool_that_is_off_would_read_is_not_read_in_another_way() {
    for era in Era::BOTH {
        let simulator = Standalone::start(&[]);
        let (workflow, session) = made(&simulator);
        let case = Case::new(Some("account"), &[Toolset::Account], false, false);
        let mut server = case.start(era, &simulator);
        server.open();
        simulator.control.requests();
        let decision = format!("didit://session/{session}/decision");
        for (argument, uri) in [
            ("session_id", "didit://session/{session_id}/decision"),
            ("workflow_id", "didit://workflow/{workflow_id}"),
        ] {
            let completed = server.result(
                "completion/complete",
                json!({
                    "ref": { "type": "ref/resource", "uri": uri },
                    "argument": { "name": argument, "value": "" },
                }),
            );
            assert_eq!(completed["completion"]["values"], json!([]));
        }
        for uri in [decision.clone(), format!("didit://workflow/{workflow}")] {
            let refused = server.request("resources/read", json!({ "uri": uri }));
            assert!(refused.get("error").is_some(), "{refused}");
        }
        if era != Era::Modern {
            let refused = server.request("resources/subscribe", json!({ "uri": decision }));
            assert!(refused.get("error").is_some(), "{refused}");
        }
        assert_eq!(simulator.control.requests().len(), 0);
        server.stop();
    }
}

#[test]
fn the_instructions_say_what_agreement_is_worth() {
    let instructions = |arguments: &[&str]| {
        let mut server = Setup::new(Era::Modern).arguments(arguments).launch();
        let introduction = server.open();
        server.stop();
        introduction["instructions"].as_str().unwrap().to_owned()
    };
    assert!(instructions(&[]).contains("ask a human first"));
    let never = instructions(&["--confirm=never"]);
    assert!(never.contains("nobody is asked") && !never.contains("ask a human first"));
    let none = instructions(&["--toolsets=billing"]);
    assert!(!none.contains("nobody is asked") && !none.contains("ask a human first"));
}

#[test]
fn the_wait_for_a_human_is_whole_seconds_within_bounds() {
    for value in ["0", "601", "-1", "1.5", "soon"] {
        let flag = format!("--confirm-wait={value}");
        for (arguments, variables) in [
            (vec![flag.as_str()], vec![]),
            (vec![], vec![("DIDIT_MCP_CONFIRM_WAIT", value)]),
        ] {
            let finished = run(&arguments, &variables);
            assert_eq!(finished.code, Some(2), "{finished:?}");
            for text in [
                "--confirm-wait",
                "DIDIT_MCP_CONFIRM_WAIT",
                value,
                "from 1 to 600",
            ] {
                assert!(finished.stderr.contains(text), "{text}: {finished:?}");
            }
        }
    }
    for value in ["1", "600", ""] {
        Setup::new(Era::Modern)
            .variable("DIDIT_MCP_CONFIRM_WAIT", value)
            .start()
            .stop();
    }
}
