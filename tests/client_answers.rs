//! What the client makes of answers: nulls, new keys, wrong types, old dialects.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "support/upstream.rs"]
mod upstream;

use didit_mcp::didit::{
    AccessToken, Client, Decision, Error, ListFilter, Page, Password, Registration,
    SessionDeletion, SessionFilter, SessionId, SessionRequest, SessionStatus, Step, WorkflowId,
};
use serde_json::{Value, json};
use upstream::{Reply, Upstream};

const ID: &str = "5b1f3c9a-0000-4000-8000-00000000000a";

/// Makes one call against a server that gives this answer.
async fn answered<T>(
    status: u16,
    body: impl ToString,
    call: impl AsyncFnOnce(Client) -> Result<T, Error>,
) -> Result<T, Error> {
    let upstream = Upstream::start([Reply::json(status, &body.to_string())]).await;
    call(upstream.builder().build().unwrap()).await
}

fn id<T: std::str::FromStr<Err = Error>>() -> T {
    ID.parse().unwrap()
}

#[tokio::test]
async fn lists_come_in_an_envelope_or_as_a_bare_array() {
    let row = json!({"uuid": ID, "workflow_label": "KYC", "features": "OCR + LIVENESS + FACE_MATCH", "total_price": 0.15});
    let envelope = json!({"count": 120, "next": "https://verification.didit.me/v3/workflows/?limit=50&offset=50", "previous": null, "results": [row]});
    let page = answered(200, envelope, async |client| {
        client.list_workflows(&Page::default()).await
    })
    .await
    .unwrap();
    assert_eq!((page.total, page.next_offset), (Some(120), Some(50)));
    assert_eq!(page.items[0].features, ["OCR", "LIVENESS", "FACE_MATCH"]);
    assert_eq!(page.items[0].total_price.as_ref().unwrap().as_str(), "0.15");

    let old = json!([{"uuid": ID, "features": ["ocr", "liveness"], "total_price": "0.10"}, "noise", null]);
    let page = answered(200, old, async |client| {
        client.list_workflows(&Page::default()).await
    })
    .await
    .unwrap();
    assert_eq!(
        (page.total, page.next_offset, page.items.len()),
        (None, None, 1)
    );
    assert_eq!(page.items[0].features, ["OCR", "LIVENESS"]);
    assert_eq!(
        page.items[0].total_price.as_ref().unwrap().as_f64(),
        Some(0.10)
    );

    let last = json!({"count": 1, "next": null, "previous": null, "results": [{"session_id": ID, "status": "In Review"}]});
    let page = answered(200, last, async |client| {
        client.list_sessions(&SessionFilter::default()).await
    })
    .await
    .unwrap();
    assert_eq!(page.next_offset, None);
    assert_eq!(page.items[0].status, SessionStatus::InReview);

    let relative = json!({"count": 60, "next": "/v3/lists/?offset=25", "results": []});
    let page = answered(200, relative, async |client| {
        client.list_lists(&ListFilter::default()).await
    })
    .await
    .unwrap();
    assert_eq!(page.next_offset, Some(25));
}

#[tokio::test]
async fn a_list_that_is_none_is_unreadable() {
    for body in ["{}", "7", r#"{"results":{}}"#, "", "null"] {
        let result = answered(200, body, async |client| {
            client.list_workflows(&Page::default()).await
        })
        .await;
        assert!(
            matches!(result, Err(Error::Unreadable { status: 200, .. })),
            "{body} {result:?}"
        );
    }
}

#[tokio::test]
async fn successes_that_are_no_json_keep_their_status() {
    for body in [
        "<html>maintenance</html>",
        "{\"balance\": \"12",
        "ok",
        "[1]",
        "\u{fffd}",
    ] {
        let result = answered(203, body, async |client| client.balance().await).await;
        let Err(Error::Unreadable {
            status: 203,
            message,
        }) = result
        else {
            panic!("{body} {result:?}")
        };
        assert!(!message.contains("maintenance"), "a body is never quoted");
    }
    let upstream = Upstream::start([Reply::Full {
        status: 200,
        headers: vec![],
        body: b"{\"balance\":\"\xff\"}".to_vec(),
    }])
    .await;
    let result = upstream.builder().build().unwrap().balance().await;
    assert!(matches!(result, Err(Error::Unreadable { status: 200, .. })));
}

#[tokio::test]
async fn money_is_text_or_number() {
    let body = json!({"balance": "1234.5600", "auto_refill_enabled": true, "auto_refill_amount": 500, "auto_refill_threshold": null, "currency": "USD"});
    let balance = answered(200, body, async |client| client.balance().await)
        .await
        .unwrap();
    assert_eq!(balance.balance.as_ref().unwrap().as_str(), "1234.5600");
    assert_eq!(balance.balance.as_ref().unwrap().as_f64(), Some(1234.56));
    assert_eq!(balance.auto_refill_amount.as_ref().unwrap().as_str(), "500");
    assert_eq!(balance.auto_refill_threshold, None);
    assert_eq!(balance.extra["currency"], "USD");
}

#[tokio::test]
async fn wrong_types_never_fail_a_call_and_are_not_lost() {
    let body = json!({
        "uuid": ID, "workflow_id": 7, "workflow_label": 12, "version": "3", "is_default": "true", "is_archived": {},
        "features": {"OCR": true}, "total_price": [], "max_retry_attempts": 3.0, "brand_new": [1]
    });
    let workflow = answered(200, body, async |client| client.workflow(&id()).await)
        .await
        .unwrap();
    assert_eq!(workflow.workflow_id, None);
    assert_eq!(workflow.workflow_label.as_deref(), Some("12"));
    assert_eq!(
        (
            workflow.version,
            workflow.is_default,
            workflow.max_retry_attempts
        ),
        (Some(3), Some(true), Some(3))
    );
    assert!(workflow.features.is_empty());
    let kept: Vec<_> = workflow.extra.keys().map(String::as_str).collect();
    assert_eq!(
        kept,
        [
            "brand_new",
            "features",
            "is_archived",
            "total_price",
            "workflow_id"
        ]
    );
    // Written again, each key stands once, with the value that came.
    let written: Value = serde_json::from_str(&serde_json::to_string(&workflow).unwrap()).unwrap();
    assert_eq!(written["features"], json!({"OCR": true}));
    assert_eq!(
        serde_json::to_string(&workflow)
            .unwrap()
            .matches("\"features\"")
            .count(),
        1
    );
}

#[tokio::test]
async fn a_created_session_needs_its_id_and_link_alone() {
    let request = SessionRequest::new(id());
    let body = json!({"session_id": ID, "url": "https://verify.didit.me/session/test-token-0", "session_number": null,
        "session_token": null, "status": "Somewhere New", "metadata": "{\"a\":1}", "callback": null, "workflow_version": null});
    let created = answered(201, body, async |client| {
        client.create_session(&request).await
    })
    .await
    .unwrap();
    assert_eq!(created.session_id, id::<SessionId>());
    assert_eq!(
        created.status,
        SessionStatus::Other("Somewhere New".to_owned())
    );
    assert_eq!(created.metadata, Some(json!("{\"a\":1}")));
    for (body, missing) in [
        (json!({"url": "https://verify.didit.me/s"}), "session_id"),
        (
            json!({"session_id": "not-an-id", "url": "https://verify.didit.me/s"}),
            "session_id",
        ),
        (json!({"session_id": ID, "url": null}), "url"),
    ] {
        let result = answered(201, body, async |client| {
            client.create_session(&request).await
        })
        .await;
        let Err(Error::Unreadable { message, .. }) = result else {
            panic!("{result:?}")
        };
        assert!(message.contains(missing), "{message}");
    }
}

#[tokio::test]
async fn deletions_answer_with_json_or_nothing() {
    let body = json!({"session_id": ID, "session_number": 7, "face_retention_outcome": "failed_retryable"});
    let call = async |client: Client| {
        client
            .delete_session(&id(), &SessionDeletion::default())
            .await
    };
    let deleted = answered(200, body, call).await.unwrap();
    assert_eq!(
        deleted.face_retention_outcome.as_deref(),
        Some("failed_retryable")
    );
    let older = answered(204, "", call).await.unwrap();
    assert_eq!(older.session_id, None);
    answered(204, "", async |client| {
        client.delete_workflow(&id::<WorkflowId>()).await
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn registering_again_is_told_from_registering() {
    let registration = Registration {
        email: "ada@mail.test".to_owned(),
        password: Password::new("Fake-passw0rd"),
    };
    let call = async |client: Client| client.register(&registration).await;
    let new = answered(
        201,
        json!({"message": "Check your email.", "email": "ada@mail.test"}),
        call,
    )
    .await
    .unwrap();
    assert!(!new.resent);
    let again = answered(200, json!({"message": "A new code."}), call)
        .await
        .unwrap();
    assert_eq!(
        (again.resent, again.email.as_str(), again.message.as_str()),
        (true, "ada@mail.test", "A new code.")
    );
    assert!(
        answered(200, "", call).await.unwrap().resent,
        "the body is not documented, so none is needed"
    );
}

#[tokio::test]
async fn a_verified_account_hides_its_secrets() {
    let body = json!({"access_token": "test-token-0000-abcd", "refresh_token": "test-refresh-0000", "expires_in": 86400,
        "organization": {"uuid": ID, "name": "Invented"},
        "application": {"uuid": ID, "name": "App", "client_id": "c", "api_key": "test-key-0000-wxyz", "data_location": "eu"}});
    let account = answered(200, body, async |client| {
        client.verify_email("ada@mail.test", "A3K9F2").await
    })
    .await
    .unwrap();
    let key = account.application.api_key.clone().unwrap();
    assert_eq!(
        (key.expose_secret(), key.last_four().as_str()),
        ("test-key-0000-wxyz", "wxyz")
    );
    assert_eq!(account.application.data_location.as_deref(), Some("eu"));
    let shown = format!("{account:?} {key} {key:?}");
    for secret in ["test-key", "test-token", "test-refresh", "wxyz"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn a_key_of_an_odd_shape_is_not_shown_either() {
    let body = json!([{"uuid": ID, "api_key": {"value": "test-key-0000-wxyz"}, "mode": "sandbox"}]);
    let token = AccessToken::new("test-token-0000");
    let applications = answered(200, body, async |client| {
        client.applications(&token, &id()).await
    })
    .await
    .unwrap();
    assert_eq!(applications[0].mode.as_deref(), Some("sandbox"));
    assert!(!format!("{applications:?}").contains("test-key"));
}

#[tokio::test]
async fn a_destination_hides_its_secret() {
    let body = json!({"uuid": ID, "url": "https://shop.test/hook", "secret_shared_key": "test-secret-0000",
        "summary": {"total_deliveries": 3, "avg_response_time_ms": 187.5, "error_rate_percentage": 0}});
    let one = answered(200, body, async |client| client.destination(&id()).await)
        .await
        .unwrap();
    assert_eq!(
        one.secret_shared_key.as_ref().unwrap().expose_secret(),
        "test-secret-0000"
    );
    assert_eq!(
        one.summary.as_ref().unwrap().avg_response_time_ms,
        Some(187.5)
    );
    assert!(!format!("{one:?}").contains("test-secret"));
    let odd = json!({"uuid": ID, "secret_shared_key": ["test-secret-0000"]});
    let one = answered(200, odd, async |client| {
        client.destination(&id()).await
    })
    .await
    .unwrap();
    assert!(one.secret_shared_key.is_none() && !format!("{one:?}").contains("test-secret"));
}

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
async fn a_full_decision_is_typed_and_kept() {
    let answer = full_decision();
    let decision = answered(200, &answer, async |client| client.decision(&id()).await)
        .await
        .unwrap();
    assert_eq!(decision.raw, answer);
    assert_eq!(decision.status, SessionStatus::InReview);
    let document = &decision.id_verifications[0];
    assert_eq!(
        (document.first_name.as_deref(), document.age),
        (Some("Ada"), Some(34))
    );
    assert_eq!(document.extra["mrz"]["mrz_string"], "P<");
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
        .map(|step| (step.feature, step.node_id.unwrap()))
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
            let decision = Decision::from_value(changed.clone())
                .unwrap_or_else(|error| panic!("{path} {odd} {error}"));
            assert_eq!(decision.raw, changed);
            let _ = decision.steps();
        }
    }
    assert!(Decision::from_value(json!([])).is_err());
    assert_eq!(
        Decision::from_value(json!({})).unwrap().status,
        SessionStatus::Other(String::new())
    );
}

#[test]
fn one_unreadable_warning_does_not_hide_the_others() {
    let answer =
        json!({"liveness_checks": [{"warnings": ["odd", {"risk": "FACE_IN_BLOCKLIST"}, null]}]});
    let decision = Decision::from_value(answer).unwrap();
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
            Decision::from_value(json!({"features": features, "liveness_checks": check})).unwrap();
        decision
            .steps()
            .first()
            .map(|step: &Step<'_>| step.feature)
            .unwrap()
    };
    assert_eq!(feature(json!(["AGE_ESTIMATION"])), "AGE_ESTIMATION");
    assert_eq!(feature(json!(["LIVENESS", "AGE_ESTIMATION"])), "LIVENESS");
    assert_eq!(feature(json!(null)), "LIVENESS");
}
