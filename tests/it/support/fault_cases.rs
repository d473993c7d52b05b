//! Every default tool as a case: arguments with which it reaches Didit, and the request that the faults strike.

use serde_json::{Value, json};

use super::control::{Control, Standalone};
use super::server::Server;

/// Whose account is opened; the simulator is reset each time.
const PERSON: &str = "person@didit-test.local";

/// A running server with the simulator it talks to.
pub struct World<'a> {
    pub server: Server,
    pub simulator: &'a Standalone,
    /// Sets things of this world apart from each other.
    pub number: u32,
}

impl World<'_> {
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
    pub prepare: fn(&mut World<'_>) -> Prepared,
}

impl Case {
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

fn at(path: &str) -> String {
    path.to_owned()
}

fn of_session(world: &mut World<'_>, end: &str) -> Prepared {
    let session = world.session();
    let path = format!("/v3/session/{session}/{end}/");
    (json!({ "session_id": session }), path)
}

fn workflow_change(world: &mut World<'_>) -> Prepared {
    let workflow = world.workflow();
    let path = format!("/v3/workflows/{workflow}/");
    (
        json!({ "workflow_id": workflow, "workflow_label": "Renamed" }),
        path,
    )
}

fn decision_by_hand(world: &mut World<'_>, end: &str) -> Prepared {
    let (mut arguments, path) = of_session(world, end);
    let session = arguments["session_id"].as_str().expect("a session");
    world.control().force(session, "In Review");
    arguments["new_status"] = json!("Approved");
    (arguments, path)
}

fn blocked_value(world: &World<'_>) -> Value {
    json!({ "entry_type": "email", "value": format!("mallory-{}@didit-test.local", world.number) })
}

fn unblocking(world: &mut World<'_>) -> Prepared {
    let arguments = blocked_value(world);
    world.server.ok("didit_blocklist_add", arguments.clone());
    (arguments, at("/v3/lists/"))
}

fn login(world: &mut World<'_>, path: &str) -> Prepared {
    let code = world.registered();
    world
        .server
        .ok("didit_account_verify_email", json!({ "code": code }));
    (json!({}), at(path))
}

/// The default tools; those that read before they change stand here twice.
pub const CASES: [Case; 24] = [
    Case {
        tool: "didit_account_status",
        method: "GET",
        prepare: |_| (json!({ "check": true }), at("/v3/workflows/")),
    },
    Case {
        tool: "didit_account_register",
        method: "POST",
        prepare: |world| {
            world.control().post("reset", &json!({}));
            (
                json!({ "email": PERSON }),
                at("/auth/v2/programmatic/register/"),
            )
        },
    },
    Case {
        tool: "didit_account_verify_email",
        method: "POST",
        prepare: |world| {
            let code = world.registered();
            (
                json!({ "code": code }),
                at("/auth/v2/programmatic/verify-email/"),
            )
        },
    },
    Case {
        tool: "didit_account_login",
        method: "POST",
        prepare: |world| login(world, "/auth/v2/programmatic/login/"),
    },
    Case {
        tool: "didit_account_login",
        method: "GET",
        prepare: |world| login(world, "/auth/v2/organizations/"),
    },
    Case {
        tool: "didit_workflow_list",
        method: "GET",
        prepare: |_| (json!({}), at("/v3/workflows/")),
    },
    Case {
        tool: "didit_workflow_get",
        method: "GET",
        prepare: |world| {
            let workflow = world.workflow();
            let path = format!("/v3/workflows/{workflow}/");
            (json!({ "workflow_id": workflow }), path)
        },
    },
    Case {
        tool: "didit_workflow_create",
        method: "POST",
        prepare: |_| (json!({}), at("/v3/workflows/")),
    },
    Case {
        tool: "didit_workflow_update",
        method: "PATCH",
        prepare: workflow_change,
    },
    Case {
        tool: "didit_workflow_update",
        method: "GET",
        prepare: workflow_change,
    },
    Case {
        tool: "didit_session_create",
        method: "POST",
        prepare: |world| {
            let arguments = json!({ "workflow_id": world.workflow() });
            (arguments, at("/v3/session/"))
        },
    },
    Case {
        tool: "didit_session_list",
        method: "GET",
        prepare: |_| (json!({}), at("/v3/sessions/")),
    },
    Case {
        tool: "didit_session_get_decision",
        method: "GET",
        prepare: |world| of_session(world, "decision"),
    },
    Case {
        tool: "didit_session_wait_for_decision",
        method: "GET",
        prepare: |world| {
            let (mut arguments, path) = of_session(world, "decision");
            arguments["max_wait_s"] = json!(1);
            (arguments, path)
        },
    },
    Case {
        tool: "didit_session_update_status",
        method: "PATCH",
        prepare: |world| decision_by_hand(world, "update-status"),
    },
    Case {
        tool: "didit_session_update_status",
        method: "GET",
        prepare: |world| decision_by_hand(world, "decision"),
    },
    Case {
        tool: "didit_session_generate_pdf",
        method: "GET",
        prepare: |world| of_session(world, "generate-pdf"),
    },
    Case {
        tool: "didit_blocklist_list",
        method: "GET",
        prepare: |_| (json!({}), at("/v3/lists/")),
    },
    Case {
        tool: "didit_blocklist_add",
        method: "POST",
        prepare: |world| (blocked_value(world), at("/v3/lists/")),
    },
    Case {
        tool: "didit_blocklist_add",
        method: "GET",
        prepare: |world| (blocked_value(world), at("/v3/lists/")),
    },
    Case {
        tool: "didit_blocklist_remove",
        method: "DELETE",
        prepare: unblocking,
    },
    Case {
        tool: "didit_blocklist_remove",
        method: "GET",
        prepare: unblocking,
    },
    Case {
        tool: "didit_billing_get_balance",
        method: "GET",
        prepare: |_| (json!({}), at("/v3/billing/balance/")),
    },
    Case {
        tool: "didit_billing_top_up",
        method: "POST",
        prepare: |_| {
            (
                json!({ "amount_in_dollars": 50 }),
                at("/v3/billing/top-up/"),
            )
        },
    },
];
