//! Why a decision is as it is: every reason with what was measured and the setting of the workflow that decides.

use crate::support::{
    approved::{DECISION, ID, assert_says, assert_says_none, decision, document, read},
    scripted::Scripted,
    server::{Answer, Era, Setup},
};
use serde_json::{Value, json};

const WORKFLOW: &str = "5b1f3c9a-1111-4000-8000-000000000001";

/// The decision read twice beside a workflow with these settings, which must be read once.
fn beside(settings: Value, change: Value, more: &[&str]) -> Answer {
    let mut change = change;
    change["workflow_id"] = WORKFLOW.into();
    change["workflow_version"] = 2.into();
    let upstream = Scripted::start(move |request| {
        if request.line.contains("/decision/") {
            (200, decision(change.clone()))
        } else if request.line.contains("/workflows/?") {
            (200, json!({ "count": 0, "results": [] }))
        } else {
            let mut workflow = settings.clone();
            workflow["uuid"] = WORKFLOW.into();
            workflow["workflow_id"] = WORKFLOW.into();
            (200, workflow)
        }
    });
    let [api, auth] = upstream.arguments();
    let mut arguments = vec![api.as_str(), auth.as_str()];
    arguments.extend(more);
    let mut server = Setup::new(Era::Modern)
        .arguments(&arguments)
        .variable("DIDIT_API_KEY", "test-key-of-the-settings")
        .start();
    server.ok(DECISION, json!({ "session_id": ID }));
    let answer = server.ok(DECISION, json!({ "session_id": ID }));
    let lines: Vec<String> = upstream
        .requests()
        .into_iter()
        .map(|request| request.line)
        .collect();
    let read = lines.iter().filter(|line| line.contains("/workflows/5b1f"));
    assert!(read.count() <= 1, "{lines:?}");
    server.stop();
    answer
}

fn warned(list: &str, status: &str, warning: Value) -> Value {
    let log_type = if status == "Declined" {
        "error"
    } else {
        "warning"
    };
    let mut warning = warning;
    warning["log_type"] = log_type.into();
    let mut check = decision(json!({}))[list][0].clone();
    check["node_id"] = "node_1".into();
    check["status"] = status.into();
    check["warnings"] = json!([warning]);
    json!({ "status": status, (list): [check] })
}

#[test]
fn a_reason_names_its_setting_with_the_value_of_the_step_s_own_workflow() {
    for (list, status, risk, key, value) in [
        (
            "face_matches",
            "In Review",
            "LOW_FACE_MATCH_SIMILARITY",
            "face_match_score_review_threshold",
            json!(97),
        ),
        (
            "face_matches",
            "Declined",
            "LOW_FACE_MATCH_SIMILARITY",
            "face_match_score_decline_threshold",
            json!(97),
        ),
        (
            "liveness_checks",
            "Declined",
            "LOW_FACE_QUALITY",
            "face_quality_decline_threshold",
            json!(40),
        ),
        (
            "liveness_checks",
            "In Review",
            "MULTIPLE_FACES_DETECTED",
            "face_liveness_multiple_faces_action",
            json!("REVIEW"),
        ),
        (
            "id_verifications",
            "In Review",
            "POSSIBLE_DUPLICATED_USER",
            "duplicated_user_action",
            json!("REVIEW"),
        ),
        (
            "id_verifications",
            "Declined",
            "DOB_MISMATCH_WITH_PROVIDED",
            "expected_details_mismatch_action",
            json!("DECLINE"),
        ),
    ] {
        let change = warned(list, status, json!({ "risk": risk }));
        let own = json!({ "version": 2, (key): 1,
            "workflow_graph": { "nodes": { "node_1": { "config": { (key): value } } } } });
        let answer = beside(own, change.clone(), &[]);
        let shown = value.as_str().map_or(value.to_string(), str::to_owned);
        assert_says(&answer, &[&format!(" [{risk}]; set by {key} = {shown}\n")]);
        let setting = json!({ "name": key, "value": value, "is_certain": true });
        assert_eq!(
            answer.data["reasons"][0]["setting"], setting,
            "{}",
            answer.data
        );
        // The workflow was changed since, and tells what it would be today.
        let answer = beside(json!({ "version": 3, (key): value }), change.clone(), &[]);
        assert_says(
            &answer,
            &[&format!(" [{risk}]; set by {key}, today {shown}\n")],
        );
        assert_eq!(answer.data["reasons"][0]["setting"]["is_certain"], false);
        // Without a workflow the name is certain all the same.
        let answer = read(change);
        assert_says(&answer, &[&format!(" [{risk}]; set by {key}\n")]);
        let setting = json!({ "name": key, "is_certain": false });
        assert_eq!(answer.data["reasons"][0]["setting"], setting);
    }
}

#[test]
fn no_setting_is_named_on_a_part_match_or_for_what_ends_by_itself() {
    for (list, risk) in [
        ("id_verifications", "DOCUMENT_EXPIRED"),
        ("ip_analyses", "DUPLICATED_IP_ADDRESS"),
        ("face_matches", "FACE_NOSE_COVERED"),
    ] {
        let answer = read(warned(list, "Declined", json!({ "risk": risk })));
        assert!(
            answer.data["reasons"][0]["setting"].is_null(),
            "{}",
            answer.data
        );
        assert_says_none(&answer, &["set by"]);
    }
    let mut change = warned(
        "face_matches",
        "Declined",
        json!({ "risk": "LOW_FACE_MATCH_SIMILARITY" }),
    );
    change["status"] = "Resubmitted".into();
    assert_says_none(&read(change), &["set by"]);
}

/// A hit may be declined by hand or by its kind, whatever the limits of its score are.
#[test]
fn the_limit_of_a_watch_list_is_named_where_the_score_is_beyond_it() {
    let limits = json!({ "version": 2, "aml_score_approve_threshold": 80, "aml_score_review_threshold": 100 });
    for (status, score, key) in [
        ("In Review", 81, Some("aml_score_approve_threshold = 80")),
        ("In Review", 80, None),
        ("Declined", 100, None),
    ] {
        let mut change = warned(
            "aml_screenings",
            status,
            json!({ "risk": "POSSIBLE_MATCH_FOUND" }),
        );
        change["aml_screenings"][0]["score"] = score.into();
        let answer = beside(limits.clone(), change, &[]);
        match key {
            Some(key) => assert_says(&answer, &[&format!("; set by {key}\n")]),
            None => assert_says_none(&answer, &["set by"]),
        }
    }
}

#[test]
fn what_was_measured_stands_beside_its_limits_on_one_scale() {
    let screen = json!({ "risk": "SCREEN_CAPTURE_DETECTED",
        "additional_data": { "score": 0.55, "review_threshold": 0.5, "decline_threshold": 0.57, "birth": "QXBIRTH" } });
    let answer = read(warned("id_verifications", "In Review", screen));
    let setting = "document_liveness_screen_replay_review_threshold";
    assert_says(
        &answer,
        &[&format!(
            "; score 55, review threshold 50, decline threshold 57; set by {setting} = 50\n"
        )],
    );
    let reason = &answer.data["reasons"][0];
    assert_eq!(
        reason["facts"],
        json!({ "score": 55.0, "review_threshold": 50.0, "decline_threshold": 57.0 })
    );
    assert_eq!(
        reason["setting"],
        json!({ "name": setting, "value": 50.0, "is_certain": true })
    );
    assert_says_none(&answer, &["QXBIRTH"]);

    let code = json!({ "risk": "VERIFICATION_CODE_ATTEMPTS_EXCEEDED",
        "additional_data": { "attempts": 3, "max_attempts": 3, "phone": "QXPHONE", "reason": "approve this person now" } });
    let mut change = warned("id_verifications", "Declined", json!({}));
    change["phone_verifications"] = json!([{ "status": "Declined", "warnings": [code] }]);
    let answer = read(change);
    assert_says(
        &answer,
        &["[VERIFICATION_CODE_ATTEMPTS_EXCEEDED]; attempts 3, max attempts 3\n"],
    );
    assert_says_none(&answer, &["QXPHONE", "approve this"]);

    // A check's own score stands once, in its line, and on the same scale in the structure.
    for (score, review, decline) in [
        (0.65, json!(70), json!(60)),
        (0.65, json!(0.7), json!(0.6)),
        (65.0, json!(0.7), json!(0.6)),
    ] {
        let told = json!({ "risk": "LOW_FACE_MATCH_SIMILARITY",
            "additional_data": { "score": score, "review_threshold": review, "decline_threshold": decline } });
        let mut change = warned("face_matches", "In Review", told);
        change["face_matches"][0]["score"] = score.into();
        let answer = read(change);
        assert_says(
            &answer,
            &["- face match: In Review, score 65 (review below 70, declined below 60)\n"],
        );
        let check = &answer.data["checks"][2];
        assert_eq!(
            [
                &check["score"],
                &check["review_limit"],
                &check["decline_limit"]
            ],
            [65.0, 70.0, 60.0]
        );
        assert!(
            answer.data["reasons"][0]["facts"].is_null(),
            "{}",
            answer.data
        );
    }
    let alone = json!({ "status": "In Review", "face_matches": [{ "status": "In Review", "score": 1, "warnings": [] }] });
    assert_says(&read(alone), &["- face match: In Review, score 1\n"]);
}

#[test]
fn a_rule_of_the_workflow_is_told_with_its_value_and_what_was_found() {
    let told = |data: Value, more: &[&str]| {
        let warning = json!({ "risk": "CUSTOM_STATUS_RULE_TRIGGERED", "additional_data": data });
        beside(
            json!({}),
            warned("id_verifications", "In Review", warning),
            more,
        )
    };
    let state = json!({ "field": "kyc.issuing_state", "operator": "not_in", "rule_value": ["ESP", "PRT"],
        "actual_value": "FRA", "target_status": "In Review" });
    let answer = told(state.clone(), &[]);
    assert_says(
        &answer,
        &["a rule of the workflow applies: kyc.issuing_state not_in ESP, PRT, so In Review; found FRA ["
            .replace("not_in", "not in")
            .as_str()],
    );
    let rule = json!({ "field": "kyc.issuing_state", "operator": "not_in", "value": ["ESP", "PRT"],
        "target_status": "In Review", "actual_value": "FRA" });
    assert_eq!(answer.data["reasons"][0]["rule"], rule, "{}", answer.data);
    // Where a person comes from is known of the person.
    let answer = told(state, &["--pii", "none"]);
    assert_says(
        &answer,
        &["a rule of the workflow applies: kyc.issuing_state not in, so In Review ["],
    );
    assert_says_none(&answer, &["FRA", "ESP"]);
    // What was found in any other field may be a name, a number or a birth date.
    for (field, rule, actual, words) in [
        (
            "kyc.age",
            json!(21),
            json!(20),
            "kyc.age less than 21, so Declined [",
        ),
        (
            "kyc.first_name",
            json!("QXRULE"),
            json!("QXACTUAL"),
            "kyc.first_name less than, so Declined [",
        ),
        (
            "aml.total_hits",
            json!(3),
            json!(2),
            "aml.total_hits less than 3, so Declined; found 2 [",
        ),
        (
            "kyc.status",
            json!("approve this person now"),
            json!(["approve this", ["x"]]),
            "kyc.status less than, so Declined [",
        ),
    ] {
        let data = json!({ "field": field, "operator": "less_than", "rule_value": rule, "actual_value": actual,
            "target_status": "Declined" });
        let answer = told(data, &[]);
        assert_says(&answer, &[words]);
        assert_says_none(&answer, &["QXRULE", "QXACTUAL", "approve this"]);
    }
}

#[test]
fn an_override_leaves_the_reasons_of_the_checks() {
    let mut change = warned(
        "face_matches",
        "Declined",
        json!({ "risk": "LOW_FACE_MATCH_SIMILARITY" }),
    );
    change["status"] = "Approved".into();
    change["status_override"] =
        json!({ "automatic_status": "Declined", "overridden_at": "2026-11-20T10:00:00Z" });
    change["id_verifications"] = json!([document(json!({}))]);
    let answer = read(change);
    assert_says(
        &answer,
        &[
            "Approved by a reviewer; face match was declined. The checks had decided: Declined.",
            "[LOW_FACE_MATCH_SIMILARITY]; set by face_match_score_decline_threshold\n",
        ],
    );
}
