//! Every tool as a case: arguments with which it reaches Didit, and the request that the faults strike.

use std::sync::LazyLock;

use didit_mcp::tools::{self, Access, Tool};
use serde_json::{Value, json};

use super::control::{Control, Standalone};
use super::server::Server;

/// Whose account is opened; the simulator is reset each time.
const PERSON: &str = "person@didit-test.local";

/// A running server with the simulator it talks to.
pub struct ExampleAccount<'a> {
    pub server: Server,
    pub simulator: &'a Standalone,
    /// Sets things of this world apart from each other.
    pub number: u32,
}

impl ExampleAccount<'_> {
    pub fn control(&self) -> &Control {
        &self.simulator.control
    }

    fn api(&self, method: &str, path: &str, body: &Value) -> Value {
        self.control()
            .api(method, path, &self.simulator.api_key, body)
    }

    fn workflow(&self) -> String {
        let body = json!({ "workflow_label": "KYC", "features": [{ "feature": "OCR" }] });
        let made = self.api("POST", "/v3/workflows/", &body);
        made["uuid"].as_str().expect("a uuid").to_owned()
    }

    fn destination(&self) -> String {
        let url = format!("https://hooks.example.net/{}", self.number);
        let body = json!({
            "label": "Warehouse", "url": url, "webhook_version": "v3", "subscribed_events": ["status.updated"],
        });
        let made = self.api("POST", "/v3/webhook/destinations/", &body);
        made["uuid"].as_str().expect("a uuid").to_owned()
    }

    /// The example of a tool, about objects that are new each time; an application has room for few, so only for those.
    fn example(&self, example: fn(&tools::ExampleAccount) -> Value) -> Value {
        let places = ["a-session", "a-workflow", "a-destination"];
        let wanted = example(&world_of(places)).to_string();
        let [session, workflow, destination] = places.map(|place| wanted.contains(place));
        let new = |is_wanted: bool, make: fn(&Self) -> String| {
            if is_wanted { make(self) } else { String::new() }
        };
        let made = [
            new(session, Self::session),
            new(workflow, Self::workflow),
            new(destination, Self::destination),
        ];
        example(&world_of(made.each_ref().map(String::as_str)))
    }

    fn session(&self) -> String {
        let body = json!({ "workflow_id": self.workflow() });
        let made = self.api("POST", "/v3/session/", &body);
        let session = made["session_id"].as_str().expect("a session").to_owned();
        self.control().finish(&session, "approve");
        session
    }

    /// Opens an account through the server; the simulator knows nobody before.
    fn registered(&mut self) -> String {
        self.control().post("reset", &json!({}));
        self.server
            .ok("didit_account_register", json!({ "email": PERSON }));
        self.control().code()
    }
}

/// What a call needs: its arguments, and the beginning of the path that is struck.
pub type Prepared = (Value, String);

/// A tool, and which of its requests is struck.
#[derive(Clone, Copy)]
pub struct Case {
    pub tool: &'static str,
    /// The method of the struck request.
    pub method: &'static str,
    prepare: Prepare,
}

#[derive(Clone, Copy)]
enum Prepare {
    Told(fn(&mut ExampleAccount<'_>) -> Prepared),
    /// The tool's example, and the beginning of the path of its operation.
    Example(fn(&tools::ExampleAccount) -> Value, &'static str),
}

impl Case {
    const fn told(
        tool: &'static str,
        method: &'static str,
        prepare: fn(&mut ExampleAccount<'_>) -> Prepared,
    ) -> Self {
        Self {
            tool,
            method,
            prepare: Prepare::Told(prepare),
        }
    }

    /// Makes what the call needs.
    pub fn prepare(&self, world: &mut ExampleAccount<'_>) -> Prepared {
        match self.prepare {
            Prepare::Told(prepare) => prepare(world),
            Prepare::Example(example, path) => (world.example(example), at(path)),
        }
    }

    /// The example on objects that need not exist, where the case has one.
    pub fn example(&self, id: &str) -> Option<Value> {
        let Prepare::Example(example, _) = self.prepare else {
            return None;
        };
        Some(example(&world_of([id; 3])))
    }

    /// Whether the struck request changes anything.
    pub fn strikes_a_change(&self) -> bool {
        self.method != "GET"
    }

    /// The tool, and the request where it is not the only one.
    pub fn name(&self) -> String {
        format!(
            "{} {}",
            self.method,
            self.tool.strip_prefix("didit_").unwrap_or(self.tool)
        )
    }
}

fn world_of([session, workflow, destination]: [&str; 3]) -> tools::ExampleAccount {
    tools::ExampleAccount {
        session_id: session.to_owned(),
        hit_id: "a-hit".to_owned(),
        workflow_id: workflow.to_owned(),
        destination_id: destination.to_owned(),
        account: PERSON.to_owned(),
        email: PERSON.to_owned(),
        code: "A1B2C3".to_owned(),
    }
}

fn at(path: &str) -> String {
    path.to_owned()
}

fn of_session(world: &mut ExampleAccount<'_>, end: &str) -> Prepared {
    let session = world.session();
    let path = format!("/v3/session/{session}/{end}/");
    (json!({ "session_id": session }), path)
}

fn workflow_change(world: &mut ExampleAccount<'_>) -> Prepared {
    let workflow = world.workflow();
    let path = format!("/v3/workflows/{workflow}/");
    (
        json!({ "workflow_id": workflow, "workflow_label": "Renamed" }),
        path,
    )
}

fn decision_by_hand(world: &mut ExampleAccount<'_>, end: &str) -> Prepared {
    let (mut arguments, path) = of_session(world, end);
    let session = arguments["session_id"].as_str().expect("a session");
    world.control().force(session, "In Review");
    arguments["new_status"] = json!("Approved");
    (arguments, path)
}

/// A session with a hit that waits for a mark.
fn marking(world: &mut ExampleAccount<'_>, end: &str) -> Prepared {
    let body = json!({ "workflow_label": "KYC", "features": [{ "feature": "OCR" }, { "feature": "AML" }] });
    let made = world.api("POST", "/v3/workflows/", &body);
    let body = json!({ "workflow_id": made["uuid"] });
    let made = world.api("POST", "/v3/session/", &body);
    let session = made["session_id"].as_str().expect("a session");
    world.control().finish(session, "review_aml_possible_match");
    let decision = format!("/v3/session/{session}/decision/");
    let decision = world.api("GET", &decision, &json!({}));
    let hit = &decision["aml_screenings"][0]["hits"][0]["id"];
    let marks = json!([{ "hit_id": hit, "review_status": "False Positive" }]);
    let arguments = json!({ "session_id": session, "hit_updates": marks });
    (arguments, format!("/v3/session/{session}/{end}/"))
}

fn blocked_value(world: &ExampleAccount<'_>) -> Value {
    json!({ "entry_type": "email", "value": format!("mallory-{}@didit-test.local", world.number) })
}

/// One person alone, whose session has expired.
fn unfinished(world: &mut ExampleAccount<'_>) -> Value {
    world.control().post("reset", &json!({}));
    let person = format!("unfinished-{}", world.number);
    let body = json!({ "workflow_id": world.workflow(), "vendor_data": person });
    let made = world.api("POST", "/v3/session/", &body);
    let session = made["session_id"].as_str().expect("a session");
    world.control().force(session, "Expired");
    json!({ "send": true, "older_than": "0 hours", "people": [person] })
}

fn unblocking(world: &mut ExampleAccount<'_>) -> Prepared {
    let arguments = blocked_value(world);
    world.server.ok("didit_blocklist_add", arguments.clone());
    (arguments, at("/v3/lists/"))
}

fn login(world: &mut ExampleAccount<'_>, path: &str) -> Prepared {
    let code = world.registered();
    world
        .server
        .ok("didit_account_verify_email", json!({ "code": code }));
    (json!({}), at(path))
}

/// Every tool that sends something: those told below, and all others by their example.
pub static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let mut cases = TOLD.to_vec();
    for tool in tools::all() {
        let is_told = TOLD.iter().any(|case| case.tool == tool.name);
        if let Some((method, path)) = operation(&tool).filter(|_| !is_told) {
            cases.push(Case {
                tool: tool.name,
                method,
                prepare: Prepare::Example(tool.example, path),
            });
        }
    }
    cases
});

/// The request of the tool's own operation: its method, and its path as far as it is the same in every call.
fn operation(tool: &Tool) -> Option<(&'static str, &'static str)> {
    static TABLE: LazyLock<Vec<Value>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../contract/operations.json")).expect("the table")
    });
    let text = |row: &'static Value, key: &str| row[key].as_str().unwrap_or_default();
    let row = TABLE.iter().find(|row| {
        let reads = text(row, "method") == "GET";
        text(row, "typed_tool") == tool.name && reads == (tool.access == Access::Read)
    })?;
    let path = text(row, "path").split('{').next()?;
    Some((text(row, "method"), path))
}

/// What needs more than an example; tools that read before they change stand here twice.
const TOLD: [Case; 37] = [
    // An address can be a destination only once.
    Case::told("didit_webhook_create", "POST", |world| {
        let url = format!("https://hooks.example.net/new/{}", world.number);
        let arguments = json!({ "url": url, "label": "Warehouse" });
        (arguments, at("/v3/webhook/destinations/"))
    }),
    Case::told("didit_account_status", "GET", |_| {
        (json!({ "check": true }), at("/v3/workflows/"))
    }),
    Case::told("didit_account_register", "POST", |world| {
        world.control().post("reset", &json!({}));
        (
            json!({ "email": PERSON }),
            at("/auth/v2/programmatic/register/"),
        )
    }),
    Case::told("didit_account_verify_email", "POST", |world| {
        let code = world.registered();
        (
            json!({ "code": code }),
            at("/auth/v2/programmatic/verify-email/"),
        )
    }),
    Case::told("didit_account_login", "POST", |world| {
        login(world, "/auth/v2/programmatic/login/")
    }),
    Case::told("didit_account_login", "GET", |world| {
        login(world, "/auth/v2/organizations/")
    }),
    Case::told("didit_workflow_list", "GET", |_| {
        (json!({}), at("/v3/workflows/"))
    }),
    Case::told("didit_workflow_get", "GET", |world| {
        let workflow = world.workflow();
        let path = format!("/v3/workflows/{workflow}/");
        (json!({ "workflow_id": workflow }), path)
    }),
    Case::told("didit_workflow_create", "POST", |_| {
        (json!({}), at("/v3/workflows/"))
    }),
    Case::told("didit_workflow_update", "PATCH", workflow_change),
    Case::told("didit_workflow_update", "GET", workflow_change),
    Case::told("didit_session_create", "POST", |world| {
        let arguments = json!({ "workflow_id": world.workflow() });
        (arguments, at("/v3/session/"))
    }),
    Case::told("didit_session_list", "GET", |_| {
        (json!({}), at("/v3/sessions/"))
    }),
    Case::told("didit_review_queue", "GET", |_| {
        (json!({}), at("/v3/sessions/"))
    }),
    Case::told("didit_session_stats", "GET", |_| {
        (json!({}), at("/v3/sessions/"))
    }),
    Case::told("didit_workflow_what_if", "GET", |world| {
        let features = ["OCR", "LIVENESS", "FACE_MATCH"].map(|it| json!({ "feature": it }));
        let body = json!({ "workflow_label": "KYC", "features": features });
        let made = world.api("POST", "/v3/workflows/", &body);
        let arguments = json!({
            "workflow": made["uuid"], "face_match_score_review_threshold": 80,
        });
        (arguments, at("/v3/sessions/"))
    }),
    Case::told("didit_duplicates", "GET", |_| {
        (json!({}), at("/v3/sessions/"))
    }),
    Case::told("didit_rehearse", "POST", |world| {
        let workflow = world.workflow();
        let arguments = json!({ "workflow": workflow, "outcomes": ["approve"], "max_wait_s": 1 });
        (arguments, at("/v3/session/"))
    }),
    Case::told("didit_audit_pack", "GET", |world| {
        let arguments = json!({ "folder": format!("pack-{}", world.number), "max_wait_s": 1 });
        (arguments, at("/v3/sessions/"))
    }),
    Case::told("didit_session_follow_up", "POST", |world| {
        (unfinished(world), at("/v3/session/"))
    }),
    Case::told("didit_session_follow_up", "GET", |world| {
        (unfinished(world), at("/v3/sessions/"))
    }),
    Case::told("didit_session_get_decision", "GET", |world| {
        of_session(world, "decision")
    }),
    Case::told("didit_session_wait_for_decision", "GET", |world| {
        let (mut arguments, path) = of_session(world, "decision");
        arguments["max_wait_s"] = json!(1);
        (arguments, path)
    }),
    Case::told("didit_session_update_status", "PATCH", |world| {
        decision_by_hand(world, "update-status")
    }),
    Case::told("didit_session_update_status", "GET", |world| {
        decision_by_hand(world, "decision")
    }),
    Case::told("didit_aml_get_hits", "GET", |world| {
        of_session(world, "decision")
    }),
    Case::told("didit_aml_update_hits", "PATCH", |world| {
        marking(world, "update-aml-hit-status")
    }),
    Case::told("didit_aml_update_hits", "GET", |world| {
        marking(world, "decision")
    }),
    Case::told("didit_session_get_trail", "GET", |world| {
        let (arguments, _) = of_session(world, "reviews");
        let session = arguments["session_id"].as_str().expect("a session");
        let path = format!("/v3/sessions/{session}/reviews/");
        (arguments, path)
    }),
    Case::told("didit_session_generate_pdf", "GET", |world| {
        of_session(world, "generate-pdf")
    }),
    Case::told("didit_blocklist_list", "GET", |_| {
        (json!({}), at("/v3/lists/"))
    }),
    Case::told("didit_blocklist_add", "POST", |world| {
        (blocked_value(world), at("/v3/lists/"))
    }),
    Case::told("didit_blocklist_add", "GET", |world| {
        (blocked_value(world), at("/v3/lists/"))
    }),
    Case::told("didit_blocklist_remove", "DELETE", unblocking),
    Case::told("didit_blocklist_remove", "GET", unblocking),
    Case::told("didit_billing_get_balance", "GET", |_| {
        (json!({}), at("/v3/billing/balance/"))
    }),
    Case::told("didit_billing_top_up", "POST", |_| {
        (
            json!({ "amount_in_dollars": 50 }),
            at("/v3/billing/top-up/"),
        )
    }),
];
