//! What the client makes of decisions.

use crate::support::upstream::answered;
use didit_mcp::didit::{Decision, SessionStatus, Step};
use serde_json::{Value, json};

const ID: &str = "5b1f3c9a-0000-4000-8000-00000000000a";

/// A decision in which every feature ran, with invented values.
fn full_decision() -> Value {
    let warning = |feature: &str, risk: &str| json!([{"feature": feature, "risk": risk, "log_type": "warning", "node_id": "n", "additional_data": null}]);
    json!({
        "session_id": ID, "session_kind": "user", "session_number": 7, "status": "In Review", "environment": "sandbox",
        "features": ["ID_VERIFICATION", "LIVENESS"], "metadata": [1], "expected_details": {"first_name": "Ada"},
        "id_verifications": [
            {"node_id": "feature_ocr_1", "status": "Approved", "document_type": "Passport", "first_name": "Ada",
             "age": "34", "expiration_date": "2031-01-01", "issuing_state": "ESP", "mrz": {"mrz_string": "P<"}, "warnings": []},
            {"node_id": "feature_ocr_2", "status": "In Review", "warnings": warning("ID_VERIFICATION", "MRZ_NOT_DETECTED")}
        ],
        "nfc_verifications": [{"node_id": "feature_nfc_1", "status": "Approved", "chip_data": {"birth_date": "1992-02-29"}}],
        "liveness_checks": [{"node_id": "feature_liveness_1", "status": "Approved", "score": 89.92, "age_estimation": "24.3"}],
        "face_matches": [{"node_id": "feature_face_match_1", "status": "In Review", "score": 65, "warnings": warning("FACEMATCH", "LOW_FACE_MATCH_SIMILARITY")}],
        "phone_verifications": [{"node_id": "p", "status": "Approved", "full_number": "+34600000000", "carrier": {"name": "Invented", "type": "mobile"}}],
        "email_verifications": [{"node_id": "e", "status": "Approved", "email": "ada@mail.test", "is_breached": false}],
        "poa_verifications": [{"node_id": "a", "status": "Declined", "name_on_document": "Ada"}],
        "document_ai_documents": {"node_id": "d", "status": "Approved", "items": [{"document_key": "k"}]},
        "questionnaire_responses": [{"node_id": "q", "status": "Approved", "sections": [{"items": []}]}],
        "aml_screenings": [{"node_id": "m", "status": "In Review", "total_hits": 1, "score": 85.5, "hits": [{"caption": "A. Name", "datasets": ["PEP"], "match_score": 90}]}],
        "ip_analyses": [{"node_id": "i", "status": "Approved", "ip_country_code": "ES", "is_vpn_or_tor": true}],
        "database_validations": [{"node_id": "b", "status": "Approved", "match_type": "full_match"}],
        "registry_checks": [{"node_id": "r", "status": "Approved", "company": {"company_name": "Invented Ltd"}}],
        "document_verifications": [{"node_id": "k", "status": "Approved"}],
        "key_people_checks": [{"node_id": "o", "status": "Approved", "ubo_kyc_summary": {"total": 1}}],
        "reviews": [{"user": "Ada", "new_status": "Approved"}], "created_at": "2026-11-22T10:00:00Z", "events": []
    })
}

#[tokio::test]
async fn the_decision_about_another_session_is_no_answer() {
    let other = "5b1f3c9a-0000-4000-8000-00000000000b";
    for (asked, is_taken) in [(ID, true), (other, false)] {
        let decision = answered(200, &full_decision(), async |client| {
            client.decision(&asked.parse().unwrap()).await
        })
        .await;
        assert_eq!(decision.is_ok(), is_taken, "{asked}: {decision:?}");
    }
}

#[tokio::test]
async fn a_full_decision_is_typed_and_kept() {
    let answer = full_decision();
    let decision = answered(200, &answer, async |client| {
        client.decision(&ID.parse().unwrap()).await
    })
    .await
    .unwrap();
    let raw: Value = serde_json::from_str(&decision.raw).unwrap();
    assert_eq!(raw, answer);
    assert_eq!(decision.status, SessionStatus::InReview);
    let document = &decision.id_verifications[0];
    assert_eq!(
        (document.first_name.as_deref(), document.age),
        (Some("Ada"), Some(34))
    );
    assert_eq!(decision.liveness_checks[0].age_estimation, Some(24.3));
    assert_eq!(
        decision.phone_verifications[0]
            .carrier
            .as_ref()
            .unwrap()
            .r#type
            .as_deref(),
        Some("mobile")
    );
    assert_eq!(decision.aml_screenings[0].hits[0].datasets, ["PEP"]);
    assert_eq!(
        decision.nfc_verifications[0]
            .chip_data
            .as_ref()
            .unwrap()
            .birth_date
            .as_deref(),
        Some("1992-02-29")
    );
    assert_eq!(decision.extra.keys().collect::<Vec<_>>(), ["events"]);

    let steps = decision.steps();
    let order: Vec<_> = steps
        .iter()
        .map(|step| (step.feature.as_str(), step.node_id.unwrap()))
        .collect();
    assert_eq!(
        order,
        [
            ("OCR", "feature_ocr_1"),
            ("OCR", "feature_ocr_2"),
            ("NFC", "feature_nfc_1"),
            ("LIVENESS", "feature_liveness_1"),
            ("FACE_MATCH", "feature_face_match_1"),
            ("PHONE_VERIFICATION", "p"),
            ("EMAIL_VERIFICATION", "e"),
            ("PROOF_OF_ADDRESS", "a"),
            ("DOCUMENT_AI", "d"),
            ("QUESTIONNAIRE", "q"),
            ("AML", "m"),
            ("IP_ANALYSIS", "i"),
            ("DATABASE_VALIDATION", "b"),
            ("KYB_REGISTRY", "r"),
            ("KYB_DOCUMENTS", "k"),
            ("KYB_KEY_PEOPLE", "o"),
        ]
    );
    let risks: Vec<_> = steps
        .iter()
        .flat_map(|step| step.warnings)
        .map(|warning| warning.risk.as_deref())
        .collect();
    assert_eq!(
        risks,
        [Some("MRZ_NOT_DETECTED"), Some("LOW_FACE_MATCH_SIMILARITY")]
    );
    assert_eq!(steps[1].status, Some("In Review"));
}

/// Every leaf, then every branch, of a full decision is replaced by something else; none may fail the call.
#[test]
fn a_decision_survives_any_value_anywhere() {
    fn paths(value: &Value, at: String, found: &mut Vec<String>) {
        found.push(at.clone());
        match value {
            Value::Object(map) => map
                .iter()
                .for_each(|(key, inner)| paths(inner, format!("{at}/{key}"), found)),
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, inner)| paths(inner, format!("{at}/{index}"), found));
            }
            _ => {}
        }
    }
    let answer = full_decision();
    let mut found = Vec::new();
    paths(&answer, String::new(), &mut found);
    assert!(found.len() > 100);
    for path in found.iter().filter(|path| !path.is_empty()) {
        for odd in [
            json!(null),
            json!("odd"),
            json!(-1.5),
            json!(true),
            json!([]),
            json!({}),
            json!([[{}]]),
        ] {
            let mut changed = answer.clone();
            *changed.pointer_mut(path).unwrap() = odd.clone();
            let decision = Decision::from_value(&changed)
                .unwrap_or_else(|error| panic!("{path} {odd} {error}"));
            assert_eq!(decision.raw, changed.to_string());
            let _ = decision.steps();
        }
    }
    assert!(Decision::from_value(&json!([])).is_err());
    assert_eq!(
        Decision::from_value(&json!({})).unwrap().status,
        SessionStatus::Other(String::new())
    );
}

#[test]
fn one_unreadable_warning_does_not_hide_the_others() {
    let answer =
        json!({"liveness_checks": [{"warnings": ["odd", {"risk": "FACE_IN_BLOCKLIST"}, null]}]});
    let decision = Decision::from_value(&answer).unwrap();
    assert_eq!(decision.steps()[0].warnings.len(), 1);
    assert_eq!(
        decision.steps()[0].warnings[0].risk.as_deref(),
        Some("FACE_IN_BLOCKLIST")
    );
}

#[test]
fn a_selfie_of_an_age_check_is_named_so() {
    let check = json!([{"node_id": "x", "status": "Approved"}]);
    let feature = |features: Value| {
        let decision =
            Decision::from_value(&json!({"features": features, "liveness_checks": check})).unwrap();
        decision
            .steps()
            .first()
            .map(|step: &Step<'_>| step.feature.to_string())
            .unwrap()
    };
    assert_eq!(feature(json!(["AGE_ESTIMATION"])), "AGE_ESTIMATION");
    assert_eq!(feature(json!(["LIVENESS", "AGE_ESTIMATION"])), "LIVENESS");
    assert_eq!(feature(json!(null)), "LIVENESS");
}
