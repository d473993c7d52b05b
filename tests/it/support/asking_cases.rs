//! One call of every kind that a human agrees to first, with everything that it can be given.

use didit_mcp::tools::{self, Access, ExampleAccount};
use serde_json::{Value, json};

use super::{
    control::{Control, KEY, Recorded},
    server::{Server, Setup},
    world::world,
};

/// Looks like the end of a quotation, like markup, and like another line.
const ODD: &str = "Seen\" (verified) [x](https://evil.example) <b> \\ `*~";

/// Changes what a human saw, between the question and the act.
pub type Meanwhile = fn(&Control, &ExampleAccount);

/// One call of a tool that asks.
pub struct Case {
    pub tool: &'static str,
    pub arguments: Value,
    pub meanwhile: Option<Meanwhile>,
}

/// The calls, in an account like this one: those told below, and the example of every other tool that asks.
pub fn cases(world: &ExampleAccount) -> Vec<Case> {
    let mut cases = told(world);
    for tool in tools::all() {
        let asks = matches!(tool.access, Access::Decide | Access::Irreversible);
        if asks && cases.iter().all(|case| case.tool != tool.name) {
            let arguments = (tool.example)(world);
            let meanwhile: Option<Meanwhile> = arguments.get("session_id").map(|_| {
                let decided: Meanwhile =
                    |control, world| control.force(&world.session_id, "Declined");
                decided
            });
            cases.push(Case {
                tool: tool.name,
                arguments,
                meanwhile,
            });
        }
    }
    cases
}

fn told(world: &ExampleAccount) -> Vec<Case> {
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
    let resubscribed: Option<Meanwhile> = Some(|control, world| {
        let path = format!("/v3/webhook/destinations/{}/", world.destination_id);
        let other = json!({ "subscribed_events": ["activity.created"] });
        control.api("PATCH", &path, KEY, &other);
    });
    let older: Option<Meanwhile> = Some(|control, world| {
        let path = format!("/v3/webhook/destinations/{}/", world.destination_id);
        control.api("PATCH", &path, KEY, &json!({ "webhook_version": "v2" }));
    });
    let unlisted: Option<Meanwhile> = Some(|control, _| {
        let entries = format!("{}entries/", ip_list(control));
        let found = control.api("GET", &entries, KEY, &json!({}));
        let entry = found["results"][0]["uuid"].as_str().unwrap();
        control.api("DELETE", &format!("{entries}{entry}/"), KEY, &json!({}));
    });
    let approved_again: Option<Meanwhile> =
        Some(|control, world| approve(control, &world.workflow_id));
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
    let hits = json!([
        { "hit_id": world.hit_id, "review_status": "Inconclusive" },
        { "hit_id": world.hit_id.replace("-hit-", "-namesake-"), "review_status": "Confirmed Match" },
    ]);
    vec![
        case(
            "didit_aml_update_hits",
            json!({ "session_id": session, "hit_updates": hits, "node_id": "feature_aml_1" }),
            decided,
        ),
        case(
            "didit_aml_update_hits",
            json!({ "session_id": session, "hit_updates": [{ "hit_id": world.hit_id, "review_status": "False Positive" }] }),
            decided,
        ),
        Case {
            tool: "didit_session_follow_up",
            arguments: json!({
                "send": true, "older_than": "0 hours", "days": 30, "workflow": world.workflow_id, "people": ["customer-2"],
                "again_after_days": 7, "cursor": "after-0-0",
            }),
            meanwhile: None,
        },
        case(
            "didit_session_update_status",
            json!({ "session_id": session, "new_status": "Approved", "comment": ODD, "send_email": true,
                "email_address": "ana_ruiz@our-company.dev", "email_language": "pt-BR" }),
            decided,
        ),
        case(
            "didit_session_update_status",
            json!({ "session_number": 1, "new_status": "Declined", "comment": "x".repeat(3_000) }),
            decided,
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
            unlisted,
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
        // Nothing of what changes here stands in the question.
        case(
            "didit_webhook_update",
            json!({ "destination_id": world.destination_id, "label": "Another name" }),
            resubscribed,
        ),
        case(
            "didit_webhook_delete",
            json!({ "destination_id": world.destination_id }),
            renamed,
        ),
        case(
            "didit_webhook_delete",
            json!({ "destination_id": world.destination_id }),
            older,
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
                "callback_method": "both", "metadata": { "order": { "id": 4711, "note": ODD, (ODD): 1 }, "paid": true }, "language": "es",
                "contact_details": { "email": "ana@our-company.dev", "send_notification_emails": true, "email_lang": "es", "phone": "+34600000000" },
                "expected_details": { "first_name": ODD, "last_name": "Ñandú", "date_of_birth": "1990-01-15", "gender": "F",
                    "nationality": "ESP", "country": "ESP", "id_country": "FRA", "poa_country": "PRT", "address": "Calle Mayor 1",
                    "identification_number": "X123", "ip_address": "192.0.2.9", "expected_document_types": ["P", "ID"],
                    "company_name": "Our Company", "registry_country": "ES", "registration_number": "B1" },
                "portrait_file": "portrait.png", "sandbox_scenario": "approve", "qr_code": true }),
            approved_again,
        ),
    ]
}

/// What the cases need besides the usual account.
pub fn prepared(setup: Setup) -> (Server, Control, ExampleAccount) {
    let (server, control, world) = world(setup);
    let entry = json!({ "value": "192.0.2.77" });
    let entries = format!("{}entries/", ip_list(&control));
    control.api("POST", &entries, KEY, &entry);
    approve(&control, &world.workflow_id);
    std::fs::create_dir_all(server.output_folder()).unwrap();
    std::fs::write(
        server.output_folder().join("portrait.png"),
        b"\x89PNG\r\n\x1a\nxx",
    )
    .unwrap();
    control.requests();
    (server, control, world)
}

/// What was sent since the last look and is no reading.
pub fn changes(control: &Control) -> Vec<Recorded> {
    let mut requests = control.requests();
    requests.retain(|request| request.method != "GET");
    requests
}

/// The list of blocked addresses.
fn ip_list(control: &Control) -> String {
    let lists = "/v3/lists/?list_type=blocklist&entry_type=ip_address";
    let lists = control.api("GET", lists, KEY, &json!({}));
    format!(
        "/v3/lists/{}/",
        lists["results"][0]["uuid"].as_str().unwrap()
    )
}

/// Approves the customer whose next link is asked for.
fn approve(control: &Control, workflow: &str) {
    let request = json!({ "workflow_id": workflow, "vendor_data": "approved-1" });
    let session = control.api("POST", "/v3/session/", KEY, &request);
    control.finish(session["session_id"].as_str().unwrap(), "approve");
}
