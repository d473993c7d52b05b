//! What Didit refuses, the simulator refuses, in the same words and shapes.

use crate::support::simulator_client::{Answer, Client};
use serde_json::{Value, json};

const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

/// Sends every body to one endpoint and expects this 400 for each.
async fn refused(client: &Client, method: &str, path: &str, table: Vec<(Value, Value)>) {
    for (body, expected) in table {
        let answer = client.call(method, path, body.clone()).await;
        assert_eq!(
            (answer.status, &answer.json),
            (400, &expected),
            "{method} {path} {:.300}",
            body.to_string()
        );
    }
}

#[tokio::test]
async fn workflows() {
    let client = Client::sandbox().await;
    let accepted = "The v3 workflow API only accepts `workflow_label`, `is_default`, `status`, `features`, \
                    `is_white_label_enabled`, `is_desktop_allowed`, `max_retry_attempts`, `retry_window_days`, \
                    `session_expiration_time`, `face_liveness_max_attempts`, `face_match_max_attempts`.";
    let feature = |name: &str| json!({ "features": [{ "feature": name }] });
    let with = |key: &str, value: Value| json!({ "features": [{ "feature": "OCR" }], key: value });
    let not_first = |name: &str| json!({ "features": [format!("Feature '{name}' cannot be the first feature of a workflow.")] });
    refused(&client, "POST", "/v3/workflows/", vec![
        (json!({}), json!({ "features": ["At least one feature is required."] })),
        (json!({ "features": [] }), json!({ "features": ["At least one feature is required."] })),
        (
            with("workflow_type", json!("kyc")),
            json!({ "workflow_type": [accepted] }),
        ),
        (
            with("is_liveness_enabled", json!(true)),
            json!({ "is_liveness_enabled": [accepted] }),
        ),
        (
            feature("FOO"),
            json!({ "features": ["Invalid feature 'FOO'. Allowed values: AGE_ESTIMATION, AML, DATABASE_VALIDATION, \
                EMAIL_VERIFICATION, FACE_MATCH, IP_ANALYSIS, KYB_DOCUMENTS, KYB_KEY_PEOPLE, KYB_REGISTRY, LIVENESS, NFC, \
                OCR, PHONE_VERIFICATION, PROOF_OF_ADDRESS, QUESTIONNAIRE."] }),
        ),
        (feature("FACE_MATCH"), json!({ "features": ["Feature 'FACE_MATCH' must appear after one of: OCR."] })),
        (
            json!({ "features": [{ "feature": "NFC" }, { "feature": "OCR" }] }),
            json!({ "features": ["Feature 'NFC' must appear after one of: OCR."] }),
        ),
        (feature("AML"), not_first("AML")),
        (feature("IP_ANALYSIS"), not_first("IP_ANALYSIS")),
        (feature("DATABASE_VALIDATION"), not_first("DATABASE_VALIDATION")),
        (feature("KYB_KEY_PEOPLE"), not_first("KYB_KEY_PEOPLE")),
        (
            json!({ "features": [{ "feature": "QUESTIONNAIRE", "config": { "questionnaire_uuid": UNKNOWN } }] }),
            json!({ "features": format!("Questionnaire '{UNKNOWN}' was not found for this application. Create the \
                questionnaire first, then use its questionnaire_id.") }),
        ),
        (
            json!({ "features": [{ "feature": "OCR", "config": { "documents_allowed": { "ESP": { "P": { "enabled": 0 } } } } }] }),
            json!({ "features": ["documents_allowed must enable at least one document type."] }),
        ),
        (json!({ "features": ["OCR"] }), json!({ "features": [{ "non_field_errors": ["Invalid data. Expected a dictionary, but got str."] }] })),
        (with("max_retry_attempts", json!(11)), json!({ "max_retry_attempts": ["Ensure this value is less than or equal to 10."] })),
        (
            with("session_expiration_time", json!(3599)),
            json!({ "session_expiration_time": ["Ensure this value is greater than or equal to 3600."] }),
        ),
        (with("workflow_label", json!("x".repeat(51))), json!({ "workflow_label": ["Ensure this field has no more than 50 characters."] })),
        (with("is_default", json!("perhaps")), json!({ "is_default": ["Must be a valid boolean."] })),
        (with("status", json!("archived")), json!({ "status": ["\"archived\" is not a valid choice."] })),
    ])
    .await;
    let made = client.workflow(&["OCR"]).await;
    let path = format!("/v3/workflows/{}/", made["uuid"].as_str().unwrap());
    refused(
        &client,
        "PATCH",
        &path,
        vec![
            (
                json!({ "status": "draft" }),
                json!({ "status": ["Cannot revert a published version to draft."] }),
            ),
            (
                json!({ "features": [] }),
                json!({ "features": ["At least one feature is required."] }),
            ),
        ],
    )
    .await;
    for _ in 1..50 {
        client.workflow(&["OCR"]).await;
    }
    let more = client
        .post(
            "/v3/workflows/",
            json!({ "features": [{ "feature": "OCR" }] }),
        )
        .await;
    assert_eq!(more.status, 400);
}

#[tokio::test]
async fn unknown_configuration_is_dropped_without_a_word() {
    let client = Client::sandbox().await;
    let config = json!({ "face_match_score_decline_threshold": 40, "made_up": true });
    let features = json!([{ "feature": "OCR" }, { "feature": "FACE_MATCH", "config": config }]);
    let made = client
        .post("/v3/workflows/", json!({ "features": features }))
        .await
        .expect(201);
    assert_eq!(
        made["workflow_graph"]["nodes"]["feature_face_match_1"]["config"],
        json!({ "face_match_score_decline_threshold": 40 })
    );
    assert_eq!(made["face_match_score_decline_threshold"], 40);
}

#[tokio::test]
async fn sessions() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    let id = &workflow["workflow_id"];
    let with = |key: &str, value: Value| json!({ "workflow_id": id, key: value });
    let choice = |text: &str| json!([format!("\"{text}\" is not a valid choice.")]);
    refused(&client, "POST", "/v3/session/", vec![
        (json!({}), json!({ "workflow_id": ["This field is required."] })),
        (json!({ "workflow_id": UNKNOWN }), json!({ "workflow_id": "Invalid workflow_id." })),
        (json!({ "workflow_id": "kyc" }), json!({ "workflow_id": "Invalid workflow_id." })),
        (with("callback", json!("not a url")), json!({ "callback": ["Enter a valid URL."] })),
        (with("callback_method", json!("all")), json!({ "callback_method": choice("all") })),
        (with("language", json!("xx")), json!({ "language": choice("xx") })),
        (with("vendor_data", json!({ "a": 1 })), json!({ "vendor_data": ["Not a valid string."] })),
        (
            with("contact_details", json!({ "email": "nobody", "email_lang": "klingon" })),
            json!({ "contact_details": { "email": ["Enter a valid email address."], "email_lang": choice("klingon") } }),
        ),
        (
            with("contact_details", json!({ "phone": "12345" })),
            json!({ "contact_details": { "phone": ["The phone number '12345' is not valid. Use the E.164 format."] } }),
        ),
        (
            with("expected_details", json!({ "date_of_birth": "01/02/1990" })),
            json!({ "expected_details": { "date_of_birth":
                ["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."] } }),
        ),
        (
            with("expected_details", json!({ "nationality": "US" })),
            json!({ "expected_details": { "nationality": ["\"US\" is not a valid ISO 3166-1 alpha-3 country code."] } }),
        ),
        (
            with("expected_details", json!({ "address": "1 Street" })),
            json!({ "expected_details": { "address": ["A country or poa_country is required when an address is provided."] } }),
        ),
        (
            with("expected_details", json!({ "expected_document_types": ["P", "WP"] })),
            json!({ "expected_details": { "expected_document_types": choice("WP") } }),
        ),
        (with("expected_details", json!({ "gender": "X" })), json!({ "expected_details": { "gender": choice("X") } })),
        (with("portrait_image", json!("%%%")), json!({ "portrait_image": ["Invalid base64-encoded image."] })),
        (
            with("portrait_image", json!("A".repeat(2_800_000))),
            json!({ "portrait_image": ["Image size exceeds 2MB."] }),
        ),
        (with("sandbox_scenario", json!("bribe")), json!({ "sandbox_scenario": ["Unknown sandbox scenario: 'bribe'."] })),
        (json!([]), json!({ "non_field_errors": ["Invalid data. Expected a dictionary, but got list."] })),
    ])
    .await;
    let draft = json!({ "features": [{ "feature": "OCR" }], "status": "draft" });
    let draft = client.post("/v3/workflows/", draft).await.expect(201);
    let answer = client
        .post(
            "/v3/session/",
            json!({ "workflow_id": draft["workflow_id"] }),
        )
        .await;
    assert_eq!(
        answer.expect(400),
        json!({ "workflow_id": "Invalid workflow_id." })
    );
}

#[tokio::test]
async fn session_lists() {
    let client = Client::sandbox().await;
    for (query, expected) in [
        (
            "session_kind=robot",
            json!({ "session_kind": "Must be \"user\", \"business\", or \"all\"." }),
        ),
        (
            "date_from=2026-13-01",
            json!({ "date_from": ["Enter a valid date."] }),
        ),
        (
            "date_to=today",
            json!({ "date_to": ["Enter a valid date."] }),
        ),
        (
            "didit_internal_id=1",
            json!({ "didit_internal_id": ["Enter a valid UUID."] }),
        ),
        (
            "api_service=FOO",
            json!({ "api_service": ["Select a valid choice. FOO is not one of the available choices."] }),
        ),
    ] {
        assert_eq!(
            client
                .get(&format!("/v3/sessions/?{query}"))
                .await
                .expect(400),
            expected,
            "{query}"
        );
    }
}

#[tokio::test]
async fn status_updates() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR", "LIVENESS"]).await;
    let session = client.session(&workflow, json!({})).await;
    let path = format!(
        "/v3/session/{}/update-status/",
        session["session_id"].as_str().unwrap()
    );
    // The state is checked before the body.
    refused(&client, "PATCH", &path, vec![(
        json!({ "new_status": "Bogus" }),
        json!({ "detail": "Only sessions with status Approved, Declined, In Review, Kyc Expired, Abandoned, Resubmitted can be \
            updated. Current status: Not Started" }),
    )])
    .await;
    client.finish(&session, None).await;
    let only = json!({ "new_status": ["You can only update the status to 'Approved', 'Declined', or 'Resubmitted'."] });
    let valid = "OCR, OCR_BACK, NFC, AML, FACE, LIVENESS, FACE_MATCH, IP_ANALYSIS, AGE_ESTIMATION, PROOF_OF_ADDRESS, \
                 PHONE_VERIFICATION, EMAIL_VERIFICATION, FACE_SEARCH, DATABASE_VALIDATION, QUESTIONNAIRE, DOCUMENT_AI, \
                 KYB_REGISTRY, KYB_DOCUMENTS, KYB_KEY_PEOPLE, ID_VERIFICATION, POA, PHONE, EMAIL, KYB";
    let node = |feature: &str| json!({ "new_status": "Resubmitted", "nodes_to_resubmit": [{ "node_id": "feature_ocr_1", "feature": feature }] });
    refused(&client, "PATCH", &path, vec![
        (json!({}), json!({ "new_status": ["This field is required."] })),
        (json!({ "new_status": "Bogus" }), json!({ "new_status": ["\"Bogus\" is not a valid choice."] })),
        (json!({ "new_status": "In Review" }), only.clone()),
        (
            json!({ "new_status": "Declined", "send_email": true }),
            json!({ "email_address": ["Email address is required when send_email is true."] }),
        ),
        (
            json!({ "new_status": "Resubmitted" }),
            json!({ "nodes_to_resubmit": "No features found that need resubmission. All features are already approved." }),
        ),
        (
            node("BOGUS"),
            json!({ "nodes_to_resubmit": [{ "feature": [format!("\"BOGUS\" is not a valid choice. Valid choices are: {valid}")] }] }),
        ),
        (
            node("KYB_REGISTRY"),
            json!({ "nodes_to_resubmit": "The following features cannot be resubmitted directly: KYB_REGISTRY. Resubmit the \
                relevant child KYC sessions instead; the parent will recompute automatically." }),
        ),
        (
            node("AML"),
            json!({ "nodes_to_resubmit": "Node 'feature_ocr_1' with feature 'AML' was not found in this session." }),
        ),
    ])
    .await;
}

#[tokio::test]
async fn deletions_top_ups_and_destinations() {
    let client = Client::sandbox().await;
    refused(&client, "POST", "/v3/sessions/delete/", vec![
        (json!({}), json!({ "session_numbers": ["This field is required unless delete_all is true."] })),
        (json!({ "session_numbers": [] }), json!({ "session_numbers": ["This list may not be empty."] })),
        (json!({ "session_numbers": ["1", "x"] }), json!({ "session_numbers": ["All session_numbers must be numeric."] })),
        (
            json!({ "session_numbers": ["1"], "retain_face_embeddings": true, "deletion_instruction": "privacy_erasure" }),
            json!({ "retain_face_embeddings": ["Privacy erasure cannot retain biometric templates."] }),
        ),
        (
            json!({ "delete_all": true, "retain_face_embeddings": true }),
            json!({ "detail": "A finite biometric-template retention duration is required." }),
        ),
    ])
    .await;
    refused(
        &client,
        "POST",
        "/v3/billing/top-up/",
        vec![
            (json!({}), json!(["amount_in_dollars is required."])),
            (
                json!({ "amount_in_dollars": "lots" }),
                json!(["amount_in_dollars must be a number."]),
            ),
            (
                json!({ "amount_in_dollars": 49 }),
                json!(["Amount must be at least $50."]),
            ),
            (
                json!({ "amount_in_dollars": 50, "success_url": "nowhere" }),
                json!({ "success_url": ["Enter a valid URL."] }),
            ),
        ],
    )
    .await;
    let hook =
        |url: &str, events: Value| json!({ "label": "A", "url": url, "subscribed_events": events });
    client
        .post(
            "/v3/webhook/destinations/",
            hook("https://a.invalid/", json!(["data.updated"])),
        )
        .await
        .expect(201);
    refused(
        &client,
        "POST",
        "/v3/webhook/destinations/",
        vec![
            (
                json!({}),
                json!({ "label": ["This field is required."], "url": ["This field is required."] }),
            ),
            (
                hook("https://a.invalid/", json!(["data.updated"])),
                json!({ "url": ["This webhook destination already exists for the application."] }),
            ),
            (
                hook("https://b.invalid/", json!([])),
                json!({ "subscribed_events": ["At least one subscribed event is required."] }),
            ),
            (
                hook("https://b.invalid/", json!(["foo.bar"])),
                json!({ "subscribed_events": ["Unsupported webhook events: foo.bar"] }),
            ),
            (
                hook("http://b.invalid/", json!(["data.updated"])),
                json!({ "url": ["Webhook URLs must use HTTPS and a public host."] }),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn list_entries() {
    let client = Client::sandbox().await;
    for (entry_type, bad, good, stored) in [
        ("phone", "12", "+44 7700 900-202", "+447700900202"),
        (
            "email",
            "nobody",
            "Some.One@Company.io",
            "some.one@company.io",
        ),
        ("country", "ZZ", "us", "USA"),
        ("ip_address", "10.0.0.0/33", "10.0.0.0/8", "10.0.0.0/8"),
        ("device_fingerprint", "abc", "ABCDEFGH1", "abcdefgh1"),
    ] {
        let list = json!({ "name": entry_type, "list_type": "custom", "entry_type": entry_type });
        let list = client.post("/v3/lists/", list).await.expect(201);
        let path = format!("/v3/lists/{}/entries/", list["uuid"].as_str().unwrap());
        let refusal = client
            .post(&path, json!({ "value": bad }))
            .await
            .expect(400);
        assert!(refusal["value"].is_array(), "{entry_type}: {refusal}");
        assert_eq!(
            client
                .post(&path, json!({ "value": good }))
                .await
                .expect(201)["value"],
            stored
        );
        client
            .post(&path, json!({ "value": good }))
            .await
            .expect(400);
        let unfinished = client
            .post(&path, json!({ "reference_session_id": UNKNOWN }))
            .await
            .expect(400);
        assert_eq!(
            unfinished,
            json!({ "reference_session_id": ["Session not found."] })
        );
    }
    let blocklist = json!({ "name": "Mine", "list_type": "blocklist", "entry_type": "email" });
    let refusal = client.post("/v3/lists/", blocklist).await.expect(400);
    assert_eq!(
        refusal,
        json!({ "list_type": ["\"blocklist\" is not a valid choice."] })
    );
}

#[tokio::test]
async fn paths_methods_types_and_keys() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    let session = client.session(&workflow, json!({})).await;
    let id = session["session_id"].as_str().unwrap();
    let html = |answer: &Answer| {
        answer
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
    };
    for path in [
        "/v3/workflows".to_owned(),
        "/v3/nothing/".to_owned(),
        format!(
            "/v3/session/{}/decision/",
            id.to_uppercase().replace('0', "A")
        ),
        format!("/v3/session/{}/decision/", id.replace('-', "")),
        format!("/v3/session/{id}/decision"),
        "/v3/session/1/decision/".to_owned(),
    ] {
        let answer = client.get(&path).await;
        assert!(
            answer.status == 404 && html(&answer),
            "{path}: {}",
            answer.text()
        );
    }
    let moved = client.get("/v3/sessions?limit=3&status=Approved").await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, Some("/v3/sessions/?limit=3&status=Approved"))
    );

    let wrong = [("x-api-key", "test-key-wrong")];
    let none: [(&str, &str); 0] = [];
    let no_permission = json!({ "detail": "You do not have permission to perform this action." });
    let bad_credentials =
        json!({ "detail": "Authentication credentials were not provided or are invalid." });
    let not_found = json!({ "detail": "Not found." });
    for (headers, status) in [(&none[..], 403), (&wrong[..], 401)] {
        let answer = client.send("GET", "/v3/workflows/", headers, None).await;
        let refusal = if status == 401 {
            &bad_credentials
        } else {
            &no_permission
        };
        assert_eq!(&answer.expect(status), refusal);
        let answer = client
            .send("GET", &format!("/v3/session/{id}/decision/"), headers, None)
            .await;
        assert_eq!(answer.expect(status), bad_credentials);
        let answer = client
            .send(
                "GET",
                &format!("/v3/session/{UNKNOWN}/decision/"),
                headers,
                None,
            )
            .await;
        assert_eq!(answer.expect(404), not_found);
        let answer = client
            .send(
                "GET",
                &format!("/v3/sessions/{UNKNOWN}/reviews/"),
                headers,
                None,
            )
            .await;
        let refusal = if status == 401 {
            &bad_credentials
        } else {
            &no_permission
        };
        assert_eq!(&answer.expect(status), refusal);
    }
    let answer = client.call("PUT", "/v3/workflows/", json!({})).await;
    assert_eq!(answer.header("allow"), Some("GET, POST"));
    assert_eq!(
        answer.expect(405),
        json!({ "detail": "Method \"PUT\" not allowed." })
    );
    let text = [("x-api-key", client.key()), ("content-type", "text/plain")];
    let answer = client
        .send("POST", "/v3/workflows/", &text, Some(b"{}".to_vec()))
        .await;
    assert_eq!(
        answer.expect(415),
        json!({ "detail": "Unsupported media type \"text/plain\" in request." })
    );
    let broken = [
        ("x-api-key", client.key()),
        ("content-type", "application/json"),
    ];
    let answer = client
        .send("POST", "/v3/workflows/", &broken, Some(b"{".to_vec()))
        .await
        .expect(400);
    assert!(
        answer["detail"]
            .as_str()
            .unwrap()
            .starts_with("JSON parse error")
    );
}

#[tokio::test]
async fn operations_that_are_not_played() {
    let client = Client::sandbox().await;
    let organization = format!("/v3/organization/{UNKNOWN}/application/{UNKNOWN}");
    for (method, path, operation) in [
        ("POST", "/v3/aml/".to_owned(), "aml_screen"),
        ("GET", "/v3/users/some-one/".to_owned(), "user_get"),
        ("POST", "/v3/users/create/".to_owned(), "user_create"),
        (
            "PATCH",
            format!("/v3/session/{UNKNOWN}/update-data/"),
            "session_identity_update",
        ),
        ("GET", format!("{organization}/cases/"), "case_list"),
        (
            "GET",
            "/v1/sandbox/scenarios/".to_owned(),
            "sandbox_scenario_list",
        ),
    ] {
        let answer = client.call(method, &path, json!({})).await.expect(501);
        assert_eq!(answer["operation"], operation, "{method} {path}");
        let detail = answer["detail"].as_str().unwrap();
        assert!(
            detail.starts_with(&format!("The simulator does not play {operation} (")),
            "{detail}"
        );
    }
    for path in ["/v3/amls/", "/v3/aml", "/v1/", "/v2/aml/"] {
        assert_eq!(
            client.call("POST", path, json!({})).await.status,
            404,
            "{path}"
        );
    }
    assert_eq!(client.get("/v3/aml/").await.status, 405);
}
