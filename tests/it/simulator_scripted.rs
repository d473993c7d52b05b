//! Sessions played by a script: who takes them, what single features find, and where the person stops.

use crate::support::many::Many;
use serde_json::{Value, json};

fn played(many: &Many, workflow: &str, script: &Value) -> Value {
    let id = many.session(&json!({ "workflow_id": workflow }), "");
    many.simulator
        .control
        .post(&format!("sessions/{id}/finish"), script);
    let path = format!("/v3/session/{id}/decision/");
    many.api("GET", &path, &json!({}))
}

#[test]
fn a_score_is_held_against_the_thresholds_of_the_workflow() {
    let many = Many::new();
    let body = json!({ "workflow_label": "Strict", "features": [
        { "feature": "OCR" },
        { "feature": "LIVENESS", "config": {
            "face_liveness_score_decline_threshold": 40, "face_liveness_score_review_threshold": 80,
        } },
        { "feature": "FACE_MATCH", "config": {
            "face_match_score_decline_threshold": 60, "face_match_score_review_threshold": 80,
        } },
        { "feature": "AML", "config": {
            "aml_score_approve_threshold": 70, "aml_score_review_threshold": 90,
        } },
    ] });
    let made = many.api("POST", "/v3/workflows/", &body);
    let workflow = made["workflow_id"].as_str().unwrap();
    for (feature, score, status) in [
        ("FACE_MATCH", 80.0, "Approved"),
        ("FACE_MATCH", 79.9, "In Review"),
        ("FACE_MATCH", 59.9, "Declined"),
        ("LIVENESS", 80.0, "Approved"),
        ("LIVENESS", 79.9, "In Review"),
        ("LIVENESS", 39.0, "Declined"),
        ("AML", 70.0, "Approved"),
        ("AML", 70.5, "In Review"),
        ("AML", 91.0, "Declined"),
    ] {
        let decision = played(
            &many,
            workflow,
            &json!({ "results": { feature: { "score": score } } }),
        );
        assert_eq!(decision["status"], status, "{feature} {score}");
        let results = match feature {
            "FACE_MATCH" => "face_matches",
            "LIVENESS" => "liveness_checks",
            _ => "aml_screenings",
        };
        assert_eq!(decision[results][0]["score"], score);
        assert_eq!(decision[results][0]["status"], status);
    }
}

#[test]
fn a_script_says_who_it_is_and_which_risks_are_found() {
    let many = Many::new();
    let workflow = many.workflow("Onboarding");
    let script = json!({
        "person": { "first_name": "Mia", "last_name": "Placeholder", "date_of_birth": "1990-01-02",
            "document_number": "TEST-1", "country": { "alpha3": "NLD" } },
        "results": {
            "LIVENESS": { "risks": { "POSSIBLE_DUPLICATED_FACE": "In Review" },
                "matches": [{ "vendor_data": "customer-12", "similarity_percentage": 97.0 }] },
            "AML": { "score": 30, "hits": [{ "caption": "M. Placeholder", "match_score": 61 }] },
        },
    });
    let decision = played(&many, &workflow, &script);
    assert_eq!(decision["status"], "In Review");
    let document = &decision["id_verifications"][0];
    assert_eq!(document["full_name"], "Mia Placeholder");
    assert_eq!(document["date_of_birth"], "1990-01-02");
    assert_eq!(document["document_number"], "TEST-1");
    assert_eq!(document["issuing_state"], "NLD");
    let face = &decision["liveness_checks"][0];
    assert_eq!(face["warnings"][0]["risk"], "POSSIBLE_DUPLICATED_FACE");
    assert_eq!(face["matches"][0]["vendor_data"], "customer-12");
    assert!(face.get("risks").is_none());
    let screening = &decision["aml_screenings"][0];
    assert_eq!(screening["status"], "Approved");
    assert_eq!(screening["hits"][0]["caption"], "M. Placeholder");
    assert_eq!(screening["hits"][0]["review_status"], "Unreviewed");
    assert_eq!(screening["total_hits"], 1);
    assert_eq!(
        screening["screened_data"]["full_name"],
        document["full_name"]
    );
}

#[test]
fn a_person_stops_where_the_script_says_and_can_go_on() {
    let many = Many::new();
    let workflow = many.workflow("Onboarding");
    let id = many.session(&json!({ "workflow_id": workflow }), "");
    let finish = format!("sessions/{id}/finish");
    many.simulator
        .control
        .post(&finish, &json!({ "until": "LIVENESS" }));
    let path = format!("/v3/session/{id}/decision/");
    let decision = many.api("GET", &path, &json!({}));
    assert_eq!(decision["status"], "In Progress");
    assert_eq!(decision["id_verifications"][0]["status"], "Approved");
    assert_eq!(decision["liveness_checks"], Value::Null);
    many.simulator.control.post(&finish, &json!({}));
    let decision = many.api("GET", &path, &json!({}));
    assert_eq!(decision["status"], "Approved");
}
