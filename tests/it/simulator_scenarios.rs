//! How sessions end: the sandbox scenarios, expected details and blocked values.

use crate::support::simulator_client::Client;
use serde_json::{Value, json};

const EVERYTHING: [&str; 12] = [
    "OCR",
    "LIVENESS",
    "FACE_MATCH",
    "NFC",
    "PROOF_OF_ADDRESS",
    "PHONE_VERIFICATION",
    "EMAIL_VERIFICATION",
    "DATABASE_VALIDATION",
    "AML",
    "IP_ANALYSIS",
    "AGE_ESTIMATION",
    "DOCUMENT_AI",
];

/// Slug, session status, where the finding stands, its status, risk, tag and log type.
type Expected = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const OUTCOMES: [Expected; 14] = [
    (
        "decline_aml_hit",
        "Declined",
        "aml_screenings",
        "Declined",
        "POSSIBLE_MATCH_FOUND",
        "AML",
        "error",
    ),
    (
        "decline_could_not_recognize_document",
        "Declined",
        "id_verifications",
        "Declined",
        "COULD_NOT_RECOGNIZE_DOCUMENT",
        "ID_VERIFICATION",
        "error",
    ),
    (
        "decline_database_no_match",
        "Declined",
        "database_validations",
        "Declined",
        "DATABASE_VALIDATION_NO_MATCH",
        "DATABASE_VALIDATION",
        "error",
    ),
    (
        "decline_document_expired",
        "Declined",
        "id_verifications",
        "Declined",
        "DOCUMENT_EXPIRED",
        "ID_VERIFICATION",
        "error",
    ),
    (
        "decline_face_match_low_similarity",
        "Declined",
        "face_matches",
        "Declined",
        "LOW_FACE_MATCH_SIMILARITY",
        "FACEMATCH",
        "error",
    ),
    (
        "decline_ip_blocklist",
        "Declined",
        "ip_analyses",
        "Declined",
        "IP_ADDRESS_IN_BLOCKLIST",
        "LOCATION",
        "error",
    ),
    (
        "decline_liveness_attack",
        "Declined",
        "liveness_checks",
        "Declined",
        "LIVENESS_FACE_ATTACK",
        "LIVENESS",
        "error",
    ),
    (
        "decline_minimum_age",
        "Declined",
        "id_verifications",
        "Declined",
        "MINIMUM_AGE_NOT_MET",
        "ID_VERIFICATION",
        "error",
    ),
    (
        "decline_mrz_validation",
        "Declined",
        "id_verifications",
        "Declined",
        "MRZ_VALIDATION_FAILED",
        "ID_VERIFICATION",
        "error",
    ),
    (
        "decline_nfc_chip_not_verified",
        "Declined",
        "nfc_verifications",
        "Declined",
        "NFC_CHIP_NOT_VERIFIED",
        "NFC",
        "error",
    ),
    (
        "decline_poa_address_mismatch",
        "Declined",
        "poa_verifications",
        "Declined",
        "ADDRESS_MISMATCH_WITH_PROVIDED",
        "PROOF_OF_ADDRESS",
        "error",
    ),
    (
        "review_aml_possible_match",
        "In Review",
        "aml_screenings",
        "In Review",
        "POSSIBLE_MATCH_FOUND",
        "AML",
        "warning",
    ),
    (
        "review_face_match_borderline",
        "In Review",
        "face_matches",
        "In Review",
        "LOW_FACE_MATCH_SIMILARITY",
        "FACEMATCH",
        "warning",
    ),
    (
        "review_poa_partial_match",
        "In Review",
        "poa_verifications",
        "In Review",
        "NAME_MISMATCH_ID_VERIFICATION",
        "PROOF_OF_ADDRESS",
        "warning",
    ),
];

#[tokio::test]
async fn every_scenario_has_its_status_and_warning() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&EVERYTHING).await;
    for (slug, status, key, step, risk, tag, log_type) in OUTCOMES {
        let session = client
            .session(&workflow, json!({ "sandbox_scenario": slug }))
            .await;
        assert_eq!(client.finish(&session, None).await, status, "{slug}");
        let decision = client.decision(&session).await;
        let item = &decision[key][0];
        assert_eq!(item["status"], step, "{slug}");
        let warnings = item["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), 1, "{slug}: {warnings:?}");
        assert_eq!(
            (
                &warnings[0]["risk"],
                &warnings[0]["feature"],
                &warnings[0]["log_type"],
                &warnings[0]["node_id"]
            ),
            (
                &json!(risk),
                &json!(tag),
                &json!(log_type),
                &item["node_id"]
            ),
            "{slug}"
        );
        // Nothing else is wrong with this person.
        let others = decision
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| *name != key);
        for (name, results) in
            others.filter(|(name, results)| *name != "reviews" && results.is_array())
        {
            for item in results
                .as_array()
                .unwrap()
                .iter()
                .filter(|item| item.is_object())
            {
                assert_eq!(item["status"], "Approved", "{slug}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn the_data_fits_the_finding() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&EVERYTHING).await;
    let decide = async |slug: &str| {
        let session = client.session(&workflow, json!({})).await;
        client.finish(&session, Some(slug)).await;
        client.decision(&session).await
    };
    let approved = decide("approve").await;
    let today = approved["created_at"].as_str().unwrap()[..10].to_owned();
    assert!(
        approved["id_verifications"][0]["expiration_date"]
            .as_str()
            .unwrap()
            > today.as_str()
    );
    assert!(approved["face_matches"][0]["score"].as_f64().unwrap() > 70.0);
    assert_eq!(
        approved["database_validations"][0]["match_type"],
        "full_match"
    );
    let expired = decide("decline_document_expired").await;
    assert!(
        expired["id_verifications"][0]["expiration_date"]
            .as_str()
            .unwrap()
            < today.as_str()
    );
    assert!(
        decide("decline_minimum_age").await["id_verifications"][0]["age"]
            .as_i64()
            .unwrap()
            < 18
    );
    assert!(
        decide("decline_face_match_low_similarity").await["face_matches"][0]["score"]
            .as_f64()
            .unwrap()
            < 50.0
    );
    let borderline = decide("review_face_match_borderline").await["face_matches"][0]["score"]
        .as_f64()
        .unwrap();
    assert!((50.0..70.0).contains(&borderline));
    let possible = decide("review_aml_possible_match").await;
    assert_eq!(possible["aml_screenings"][0]["total_hits"], 2);
    let marks = possible["aml_screenings"][0]["hits"].as_array().unwrap();
    let marks: Vec<&Value> = marks.iter().map(|hit| &hit["review_status"]).collect();
    // The second one is a namesake, whose match score is below the limit of the workflow.
    assert_eq!(marks, ["Unreviewed", "False Positive"]);
    assert!((80.0..=100.0).contains(&possible["aml_screenings"][0]["score"].as_f64().unwrap()));
    let unreadable = decide("decline_could_not_recognize_document").await;
    assert_eq!(unreadable["id_verifications"][0].get("first_name"), None);
    assert_eq!(unreadable["face_matches"], Value::Null);
    assert_eq!(
        decide("decline_nfc_chip_not_verified").await["nfc_verifications"][0]["authenticity"]["sod_integrity"],
        false
    );
}

#[tokio::test]
async fn without_the_feature_a_scenario_approves() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    for (slug, ..) in OUTCOMES
        .iter()
        .filter(|outcome| outcome.2 != "id_verifications")
    {
        let session = client.session(&workflow, json!({})).await;
        assert_eq!(
            client.finish(&session, Some(slug)).await,
            "Approved",
            "{slug}"
        );
    }
}

#[tokio::test]
async fn a_company_can_differ_from_the_register() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["KYB_REGISTRY", "AML"]).await;
    let session = client.session(&workflow, json!({})).await;
    assert_eq!(
        client
            .finish(&session, Some("decline_kyb_registry_mismatch"))
            .await,
        "Declined"
    );
    let decision = client.decision(&session).await;
    assert_eq!(decision["session_kind"], "business");
    assert_eq!(
        decision["registry_checks"][0]["warnings"][0]["feature"],
        "KYB_REGISTRY"
    );
    assert_eq!(decision.get("id_verifications"), None);
}

#[tokio::test]
async fn arming_works_until_the_session_starts() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    let session = client.session(&workflow, json!({})).await;
    let path = format!(
        "/v3/session/{}/sandbox/arm/",
        session["session_id"].as_str().unwrap()
    );
    let headers = [
        ("session-token", session["session_token"].as_str().unwrap()),
        ("content-type", "application/json"),
    ];
    let arm = async |slug: &str| {
        let body = json!({ "scenario": slug }).to_string().into_bytes();
        client.send("POST", &path, &headers, Some(body)).await
    };
    assert_eq!(
        arm("x").await.expect(400),
        json!({ "scenario": ["Unknown sandbox scenario: 'x'."] })
    );
    assert_eq!(
        arm("decline_mrz_validation").await.expect(200)["status"],
        "Not Started"
    );
    let start = format!("sessions/{}/start", session["session_id"].as_str().unwrap());
    client.control("POST", &start, Value::Null).await;
    assert_eq!(
        arm("approve").await.expect(400),
        json!(["Scenario can only be armed before the verification starts."])
    );
    assert_eq!(client.finish(&session, None).await, "Declined");
}

#[tokio::test]
async fn differences_from_expected_details_weigh_as_configured() {
    let client = Client::sandbox().await;
    let people = client.control("GET", "people", Value::Null).await;
    let person = &people[0];
    let wrong = json!({
        "first_name": person["first_name"], "last_name": person["last_name"], "date_of_birth": "1901-01-01",
        "gender": "M", "nationality": "JPN", "id_country": "JPN", "identification_number": "nope",
    });
    for (action, status, log_type) in [
        (Value::Null, "Approved", "information"),
        (json!("REVIEW"), "In Review", "warning"),
        (json!("DECLINE"), "Declined", "error"),
    ] {
        let config = json!({ "expected_details_mismatch_action": action });
        let features = json!([{ "feature": "OCR", "config": config }]);
        let workflow = client
            .post("/v3/workflows/", json!({ "features": features }))
            .await
            .expect(201);
        let session = client
            .session(&workflow, json!({ "expected_details": wrong }))
            .await;
        assert_eq!(client.finish(&session, None).await, status);
        let decision = client.decision(&session).await;
        let warnings = decision["id_verifications"][0]["warnings"]
            .as_array()
            .unwrap()
            .clone();
        let risks: Vec<_> = warnings
            .iter()
            .map(|warning| warning["risk"].as_str().unwrap())
            .collect();
        assert_eq!(
            risks,
            [
                "DOB_MISMATCH_WITH_PROVIDED",
                "GENDER_MISMATCH_WITH_PROVIDED",
                "NATIONALITY_MISMATCH_WITH_PROVIDED",
                "COUNTRY_MISMATCH_WITH_PROVIDED",
                "IDENTIFICATION_NUMBER_MISMATCH_WITH_PROVIDED",
            ]
        );
        assert!(
            warnings
                .iter()
                .all(|warning| warning["log_type"] == log_type)
        );
    }
    // Nobody here has this name, so somebody else turns up.
    let workflow = client.workflow(&["OCR"]).await;
    let stranger = json!({ "expected_details": { "first_name": "Nobody", "last_name": "Known" } });
    let session = client.session(&workflow, stranger).await;
    client.finish(&session, None).await;
    let decision = client.decision(&session).await;
    assert_eq!(
        decision["id_verifications"][0]["warnings"][0]["risk"],
        "FULL_NAME_MISMATCH_WITH_PROVIDED"
    );
}

#[tokio::test]
async fn what_is_blocked_declines_the_same_person_later() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&EVERYTHING).await;
    let first = client
        .session(&workflow, json!({ "vendor_data": "fraudster" }))
        .await;
    client.finish(&first, None).await;
    for (kind, key, risk) in [
        ("face", "liveness_checks", "FACE_IN_BLOCKLIST"),
        ("document", "id_verifications", "ID_DOCUMENT_IN_BLOCKLIST"),
        ("phone", "phone_verifications", "PHONE_NUMBER_IN_BLOCKLIST"),
        ("email", "email_verifications", "EMAIL_IN_BLOCKLIST"),
        ("ip_address", "ip_analyses", "IP_ADDRESS_IN_BLOCKLIST"),
    ] {
        let lists = client
            .get(&format!("/v3/lists/?list_type=blocklist&entry_type={kind}"))
            .await
            .expect(200);
        let path = format!(
            "/v3/lists/{}/entries/",
            lists["results"][0]["uuid"].as_str().unwrap()
        );
        let entry = client
            .post(
                &path,
                json!({ "reference_session_id": first["session_id"] }),
            )
            .await
            .expect(201);
        let session = client
            .session(&workflow, json!({ "vendor_data": "fraudster" }))
            .await;
        assert_eq!(client.finish(&session, None).await, "Declined", "{kind}");
        let decision = client.decision(&session).await;
        let warning = &decision[key][0]["warnings"][0];
        assert_eq!(warning["risk"], risk);
        assert_eq!(
            warning["additional_data"]["blocklisted_session_id"],
            first["session_id"]
        );
        client
            .delete(&format!("{path}{}/", entry["uuid"].as_str().unwrap()))
            .await;
        let session = client
            .session(&workflow, json!({ "vendor_data": "fraudster" }))
            .await;
        assert_eq!(
            client.finish(&session, None).await,
            "Approved",
            "{kind} removed"
        );
    }
    let users = client
        .get("/v3/lists/?list_type=blocklist&entry_type=user")
        .await
        .expect(200);
    let path = format!(
        "/v3/lists/{}/entries/",
        users["results"][0]["uuid"].as_str().unwrap()
    );
    client
        .post(&path, json!({ "value": "Fraudster" }))
        .await
        .expect(201);
    let body = json!({ "workflow_id": workflow["workflow_id"], "vendor_data": "fraudster" });
    let expected =
        "This user or business has been blocked and cannot create new verification sessions.";
    assert_eq!(
        client.post("/v3/session/", body).await.expect(400),
        json!({ "vendor_data": expected })
    );
}
