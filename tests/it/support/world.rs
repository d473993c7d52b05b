//! An account on the simulator that holds one of everything, for tests that run over all tools.

use didit_mcp::tools::ExampleAccount;
use serde_json::json;

use super::control::{Control, KEY, simulated};
use super::server::{Server, Setup};

/// An address whose domain is not reserved; the simulator sends its mail nowhere.
pub const EMAIL: &str = "someone@our-company.dev";
/// The address of an account that is open already.
pub const ACCOUNT: &str = "owner@our-company.dev";

/// A server whose account holds one of everything, with all tools on, and what there is in it.
pub fn world(setup: Setup) -> (Server, Control, ExampleAccount) {
    let (mut server, control) =
        simulated(setup.arguments(&["--toolsets=all", "--allow-irreversible"]));
    let workflow = server.ok(
        "didit_workflow_create",
        json!({ "phone": true, "email": true, "aml": true }),
    );
    let created = server.ok(
        "didit_session_create",
        json!({ "vendor_data": "customer-1" }),
    );
    let session = created.field("session_id").to_owned();
    control.finish(&session, "review_aml_possible_match");
    let unfinished = server.ok(
        "didit_session_create",
        json!({ "vendor_data": "customer-2" }),
    );
    control.force(unfinished.field("session_id"), "Expired");
    let destination = control.api(
        "POST",
        "/v3/webhook/destinations/",
        KEY,
        &json!({
            "label": "Warehouse",
            "url": "https://hooks.example.net/old",
            "webhook_version": "v3",
            "subscribed_events": ["status.updated"],
        }),
    );
    block(&control, &session);
    let path = format!("/v3/session/{session}/decision/");
    let decision = control.api("GET", &path, KEY, &json!({}));
    let hit = &decision["aml_screenings"][0]["hits"][0]["id"];
    let hit = hit.as_str().expect("a hit").to_owned();
    server.ok("didit_account_register", json!({ "email": ACCOUNT }));
    let confirmed = json!({ "email": ACCOUNT, "code": control.code() });
    control.api(
        "POST",
        "/auth/v2/programmatic/verify-email/",
        KEY,
        &confirmed,
    );
    server.ok("didit_account_register", json!({ "email": EMAIL }));
    let code = control.code();
    control.requests();
    let world = ExampleAccount {
        session_id: session,
        hit_id: hit,
        workflow_id: workflow.field("workflow_id").to_owned(),
        destination_id: destination["uuid"].as_str().expect("an id").to_owned(),
        account: ACCOUNT.to_owned(),
        email: EMAIL.to_owned(),
        code,
    };
    (server, control, world)
}

/// Puts the session's face on the blocklist, without asking anybody.
fn block(control: &Control, session: &str) {
    let lists = control.api(
        "GET",
        "/v3/lists/?list_type=blocklist&entry_type=face",
        KEY,
        &json!({}),
    );
    let list = lists["results"][0]["uuid"].as_str().expect("a list");
    control.api(
        "POST",
        &format!("/v3/lists/{list}/entries/"),
        KEY,
        &json!({ "reference_session_id": session }),
    );
}
