//! Reading, changing and deleting workflows through the real program.

use crate::support::{
    control::{Control, KEY, Recorded, Standalone, simulated},
    scripted::Scripted,
    server::{Era, Setup},
};
use serde_json::{Value, json};

#[test]
fn a_workflow_is_read_and_listed() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era));
        assert_answer!("list_none", server.ok("didit_workflow_list", json!({})));
        control.assert_sent(KEY, &["GET /v3/workflows/?limit=20"]);
        let made: Vec<String> = ["First", "Second", "Third"]
            .into_iter()
            .map(|label| {
                let created = server.ok(
                    "didit_workflow_create",
                    json!({ "workflow_label": label, "aml": label == "Third" }),
                );
                created.field("workflow_id").to_owned()
            })
            .collect();
        control.requests();
        assert_answer!("list", server.ok("didit_workflow_list", json!({})));
        let first = server.ok("didit_workflow_list", json!({ "limit": 2 }));
        assert_answer!("list_page", first);
        let rest = server.ok(
            "didit_workflow_list",
            json!({ "limit": 2, "cursor": first.field("next_cursor") }),
        );
        assert_eq!(rest.data["items"][0]["workflow_id"], made[0].as_str());
        assert_eq!(rest.data["has_more"], false);
        control.assert_sent(
            KEY,
            &[
                "GET /v3/workflows/?limit=20",
                "GET /v3/workflows/?limit=2",
                "GET /v3/workflows/?limit=2&offset=2",
            ],
        );
        // An id may be written in any case; Didit's routes match lower case alone.
        let found = server.ok(
            "didit_workflow_get",
            json!({ "workflow_id": made[2].to_uppercase() }),
        );
        assert_answer!("get", found);
        let read = format!("GET /v3/workflows/{}/", made[2]);
        control.assert_sent(KEY, &[&read, "GET /v3/workflows/?limit=100"]);
        server.stop();
    }
}

#[test]
fn a_workflow_that_is_not_there() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era));
        let unknown = "5b1f3c9a-0000-4000-8000-000000000001";
        let failed = server.fails("didit_workflow_get", json!({ "workflow_id": unknown }));
        assert_answer!("get_unknown", failed);
        control.assert_sent(
            KEY,
            &[
                &format!("GET /v3/workflows/{unknown}/"),
                "GET /v3/workflows/?limit=100",
            ],
        );
        server.stop();
    }
}

#[test]
fn switches_change_a_workflow_and_keep_what_they_do_not_name() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era).arguments(&["--confirm=never"]));
        let created = server.ok(
            "didit_workflow_create",
            json!({ "workflow_label": "Changing", "face_match_score_decline_threshold": 35, "phone": true }),
        );
        let id = created.field("workflow_id").to_owned();
        control.requests();
        let changed = server.ok(
            "didit_workflow_update",
            json!({ "workflow_id": id, "aml": true, "phone": false, "face_match_score_review_threshold": 70 }),
        );
        assert_answer!("update_switches", changed);
        let sent = control.requests();
        assert_eq!(sent[0].line(), format!("GET /v3/workflows/{id}/"));
        assert_eq!(sent[1].line(), "GET /v3/workflows/?limit=100");
        assert_eq!(sent[2].method, "PATCH");
        let body: Value = serde_json::from_str(&sent[2].body).unwrap();
        let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["features"], "nothing else is sent");
        let features = body["features"].as_array().unwrap();
        let names: Vec<&str> = features
            .iter()
            .map(|step| step["feature"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["OCR", "LIVENESS", "FACE_MATCH", "AML"]);
        assert_eq!(features[1]["config"]["face_liveness_method"], "PASSIVE");
        assert_eq!(
            features[2]["config"]["face_match_score_decline_threshold"],
            35
        );
        assert_eq!(
            features[2]["config"]["face_match_score_review_threshold"],
            70
        );
        server.stop();
    }
}

#[test]
fn settings_alone_leave_the_checks_alone() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era).arguments(&["--confirm=never"]));
        let created = server.ok(
            "didit_workflow_create",
            json!({ "workflow_label": "Before" }),
        );
        let id = created.field("workflow_id").to_owned();
        control.requests();
        let changed = server.ok(
            "didit_workflow_update",
            json!({ "workflow_id": id, "workflow_label": "After", "max_retry_attempts": 1, "is_default": true }),
        );
        assert_answer!("update_settings", changed);
        control.assert_sent(
            KEY,
            &[
                &format!("GET /v3/workflows/{id}/"),
                "GET /v3/workflows/?limit=100",
                &format!(
                    r#"PATCH /v3/workflows/{id}/ {{"workflow_label":"After","is_default":true,"max_retry_attempts":1}}"#
                ),
                &format!("GET /v3/workflows/{}/", changed.field("uuid")),
            ],
        );
        server.stop();
    }
}

#[test]
fn exact_features_replace_all() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era).arguments(&["--confirm=never"]));
        let created = server.ok("didit_workflow_create", json!({ "aml": true }));
        let id = created.field("workflow_id").to_owned();
        control.requests();
        let changed = server.ok(
            "didit_workflow_update",
            json!({ "workflow_id": id, "features": ["OCR"] }),
        );
        assert_eq!(changed.data["features"], json!(["OCR"]));
        control.assert_sent(
            KEY,
            &[
                &format!("GET /v3/workflows/{id}/"),
                "GET /v3/workflows/?limit=100",
                &format!(r#"PATCH /v3/workflows/{id}/ {{"features":[{{"feature":"OCR"}}]}}"#),
                &format!("GET /v3/workflows/{}/", changed.field("uuid")),
            ],
        );
        server.stop();
    }
}

#[test]
fn deleting_a_workflow_asks_first() {
    for era in Era::BOTH {
        let setup = Setup::new(era).arguments(&["--allow-irreversible"]);
        let (mut server, control) = simulated(setup);
        let created = server.ok("didit_workflow_create", json!({}));
        let id = created.field("workflow_id").to_owned();
        control.requests();
        let preview = server.ok("didit_workflow_delete", json!({ "workflow_id": id }));
        assert_answer!("delete_preview", preview);
        let read = format!("GET /v3/workflows/{id}/");
        control.assert_sent(KEY, &[&read]);
        let token = preview.field("confirmation_token");
        let deleted = server.ok(
            "didit_workflow_delete",
            json!({ "workflow_id": id, "confirmation_token": token }),
        );
        assert_answer!("delete", deleted);
        control.assert_sent(KEY, &[&read, &format!("DELETE /v3/workflows/{id}/")]);
        server.stop();
    }
}

/// The id that an agent keeps is the one that all versions share, and it is also the id of the first version.
#[test]
fn a_new_version_is_what_later_calls_read_and_change() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era).arguments(&["--confirm=never"]));
        let created = server.ok(
            "didit_workflow_create",
            json!({ "workflow_label": "Versions" }),
        );
        let id = created.field("workflow_id").to_owned();
        let changed = server.ok(
            "didit_workflow_update",
            json!({ "workflow_id": id, "aml": true, "status": "published" }),
        );
        assert_answer!("update_new_version", changed);
        let second = changed.field("uuid").to_owned();
        assert_ne!(second, id);
        let found = server.ok("didit_workflow_get", json!({ "workflow_id": id }));
        assert_eq!(found.field("uuid"), second);
        control.requests();
        let changed = server.ok(
            "didit_workflow_update",
            json!({ "workflow_id": id, "phone": true }),
        );
        assert_eq!(
            changed.data["features"],
            json!(["OCR", "LIVENESS", "FACE_MATCH", "PHONE_VERIFICATION", "AML"])
        );
        let sent = control.requests();
        assert_eq!(
            sent.last().unwrap().path,
            format!("/v3/workflows/{second}/")
        );
        server.stop();
    }
}

/// The last change, after which the workflow is read back.
fn last_change(control: &Control) -> Recorded {
    let mut sent = control.requests();
    assert_eq!(sent.pop().unwrap().method, "GET");
    let change = sent.pop().unwrap();
    assert_eq!(change.method, "PATCH");
    change
}

/// What the last change sent as the settings of the AML check.
fn sent_aml(control: &Control) -> Value {
    let sent = last_change(control);
    let body: Value = serde_json::from_str(&sent.body).unwrap();
    let features = body["features"].as_array().unwrap();
    let aml = features.iter().find(|step| step["feature"] == "AML");
    aml.unwrap()["config"].clone()
}

#[test]
fn an_aml_threshold_that_is_not_named_is_lowered_only_when_it_must_be() {
    let (mut server, control) = simulated(Setup::new(Era::Modern).arguments(&["--confirm=never"]));
    let created = server.ok(
        "didit_workflow_create",
        json!({ "aml": true, "aml_score_approve_threshold": 60, "aml_score_review_threshold": 90 }),
    );
    let id = created.field("workflow_id").to_owned();
    for (review, approve, said) in [(70, 60, false), (50, 50, true), (95, 50, false)] {
        let changed = server.ok(
            "didit_workflow_update",
            json!({ "workflow_id": id, "aml_score_review_threshold": review }),
        );
        let sent = sent_aml(&control);
        assert_eq!(sent["aml_score_review_threshold"], review);
        assert_eq!(sent["aml_score_approve_threshold"], approve, "at {review}");
        let told = changed.text.contains("was 60 and is 50 now");
        assert_eq!(told, said, "{}", changed.text);
    }
    let created = server.ok(
        "didit_workflow_create",
        json!({ "aml": true, "aml_score_review_threshold": 70 }),
    );
    assert!(
        created.text.contains("was 80 and is 70 now"),
        "{}",
        created.text
    );
    server.stop();
}

#[test]
fn a_draft_stays_one_until_it_is_published_by_name() {
    let (mut server, control) = simulated(Setup::new(Era::Modern));
    let created = server.ok("didit_workflow_create", json!({ "status": "draft" }));
    let id = created.field("workflow_id").to_owned();
    control.requests();
    let changed = server.ok(
        "didit_workflow_update",
        json!({ "workflow_id": id, "workflow_label": "Later" }),
    );
    assert_eq!(changed.field("status"), "draft");
    let sent = last_change(&control);
    assert_eq!(sent.body, r#"{"workflow_label":"Later","status":"draft"}"#);
    let published = server.ok(
        "didit_workflow_update",
        json!({ "workflow_id": id, "status": "published" }),
    );
    assert_eq!(published.field("status"), "published");
    server.stop();
}

#[test]
fn switches_do_not_flatten_what_is_more_than_a_list() {
    const ID: &str = "5b1f3c9a-0000-4000-8000-000000000003";
    let feature = json!({ "type": "feature" });
    let plain = json!({ "ocr": feature, "end": { "type": "status" } });
    for (features, nodes, refused) in [
        ("OCR + LIVENESS + OCR", json!("not shown"), true),
        (
            "OCR",
            json!({ "ocr": feature, "again": feature, "end": { "type": "status" } }),
            true,
        ),
        (
            "OCR",
            json!([{ "type": "feature" }, { "node_type": "CONDITIONAL_BRANCH" }]),
            true,
        ),
        (
            "OCR",
            json!({ "ocr": feature, "hook": { "type": "webhook" } }),
            true,
        ),
        ("OCR", plain, false),
        ("OCR", json!({ "ocr": { "kind": 1 }, "next": 2 }), false),
        ("OCR", json!("one node per feature"), false),
        ("OCR", Value::Null, false),
    ] {
        let workflow = json!({
            "uuid": ID, "workflow_id": ID, "workflow_label": "Graph", "features": features, "status": "published",
            "is_simple_workflow": false, "is_editable": false, "workflow_graph": { "start_node": "ocr", "nodes": nodes.clone() },
        });
        let upstream = Scripted::start(move |request| {
            let list = json!({ "count": 1, "next": null, "previous": null, "results": [workflow] });
            let is_list = request.line.starts_with("GET /v3/workflows/?");
            (200, if is_list { list } else { workflow.clone() })
        });
        let [api, auth] = upstream.arguments();
        let mut server = Setup::new(Era::Modern)
            .arguments(&[&api, &auth, "--confirm=never"])
            .variable("DIDIT_API_KEY", "test-key-of-graphs")
            .start();
        let by_switch = server.call(
            "didit_workflow_update",
            json!({ "workflow_id": ID, "phone": true }),
        );
        assert_eq!(by_switch.is_error, refused, "{nodes}: {}", by_switch.text);
        let changes = |upstream: &Scripted| {
            let sent = upstream.requests();
            sent.iter()
                .filter(|it| it.line.starts_with("PATCH"))
                .count()
        };
        assert_eq!(changes(&upstream), usize::from(!refused));
        if refused {
            assert!(by_switch.text.contains("`features`"), "{}", by_switch.text);
            let exact = json!({ "workflow_id": ID, "features": ["OCR"] });
            server.ok("didit_workflow_update", exact);
            let label = json!({ "workflow_id": ID, "workflow_label": "Renamed" });
            server.ok("didit_workflow_update", label);
            assert_eq!(changes(&upstream), 2);
        }
        server.stop();
    }
}

#[test]
fn the_older_dialect_is_read_too() {
    for era in Era::BOTH {
        let simulator = Standalone::start(&["--legacy"]);
        let arguments = simulator.arguments();
        let mut server = Setup::new(era)
            .arguments(&arguments.each_ref().map(String::as_str))
            .variable("DIDIT_API_KEY", &simulator.api_key)
            .start();
        simulator.control.api(
            "POST",
            "/v3/workflows/",
            &simulator.api_key,
            &json!({ "workflow_label": "Older", "is_liveness_enabled": true, "is_aml_enabled": true }),
        );
        assert_answer!("older_list", server.ok("didit_workflow_list", json!({})));
        server.stop();
    }
}
