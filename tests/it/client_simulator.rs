//! The client against the simulator, which was written from the same contract by itself.

use crate::support::refusals::{text, value};
use crate::support::simulated::{Setup, kind};
use didit_mcp::didit::{
    ApiKey, BulkDeletion, Error, ErrorKind, ExpectedDetails, LoginStep, NewStatus, NodeToResubmit,
    PageRequest, Password, Registration, SessionDeletion, SessionFilter, SessionRequest,
    SessionStatus, StatusUpdate, TopUp, WorkflowRequest,
};
use didit_mcp::simulator::{ApplicationMode, SimulatorOptions};
use serde_json::{Value, json};

#[tokio::test]
async fn an_account_from_registration_to_its_key() {
    let setup = Setup::with(SimulatorOptions {
        api_key: None,
        ..SimulatorOptions::default()
    })
    .await;
    let registration = Registration {
        email: "ada@mail.invented-shop.com".to_owned(),
        password: Password::generate().unwrap(),
    };
    assert!(!setup.client.register(&registration).await.unwrap().resent);
    assert!(setup.client.register(&registration).await.unwrap().resent);
    let inbox = setup
        .control(reqwest::Method::GET, "inbox", Value::Null)
        .await;
    let code = inbox.as_array().unwrap().last().unwrap()["code"]
        .as_str()
        .unwrap()
        .to_owned();

    assert_eq!(
        kind(
            setup
                .client
                .verify_email(&registration.email, "AAAAAA")
                .await
        ),
        ErrorKind::Invalid
    );
    let account = setup
        .client
        .verify_email(&registration.email, &code.to_lowercase())
        .await
        .unwrap();
    let application = account.first_application().unwrap();
    let key = application.api_key.clone().unwrap();
    setup
        .client
        .with_api_key(key.clone())
        .balance()
        .await
        .unwrap();

    let wrong = Password::new("Wrong-passw0rd");
    assert_eq!(
        kind(setup.client.login(&registration.email, &wrong).await),
        ErrorKind::Authentication
    );
    let login = setup
        .client
        .login(&registration.email, &registration.password)
        .await
        .unwrap();
    let LoginStep::SignedIn(login) = login else {
        panic!("no second factor is set");
    };
    let organizations = setup
        .client
        .organizations(&login.access_token)
        .await
        .unwrap();
    let organization = organizations[0].uuid.unwrap();
    assert_eq!(Some(organization), account.organization.unwrap().uuid);
    let applications = setup
        .client
        .applications(&login.access_token, &organization)
        .await
        .unwrap();
    assert_eq!(applications[0].api_key.as_ref(), Some(&key));
    let one = setup
        .client
        .application(
            &login.access_token,
            &organization,
            &applications[0].uuid.unwrap(),
        )
        .await
        .unwrap();
    assert_eq!(one.api_key.as_ref(), Some(&key));
}

#[tokio::test]
async fn a_workflow_from_creation_to_deletion() {
    let setup = Setup::new().await;
    let created = setup.workflow().await;
    assert_eq!(created.features, ["OCR", "LIVENESS", "FACE_MATCH", "AML"]);
    assert!(created.total_price.as_ref().unwrap().as_f64().unwrap() > 0.0);
    let listed = setup
        .client
        .list_workflows(&PageRequest {
            limit: Some(1),
            offset: None,
        })
        .await
        .unwrap();
    assert_eq!(listed.items[0].uuid, Some(created.uuid));
    assert_eq!(listed.items[0].features, created.features);

    let republish = WorkflowRequest {
        workflow_label: Some("Renamed".to_owned()),
        status: Some("published".to_owned()),
        ..WorkflowRequest::default()
    };
    let updated = setup
        .client
        .update_workflow(&created.uuid, &republish)
        .await
        .unwrap();
    assert_ne!(updated.uuid, created.uuid, "a new version");
    assert_eq!(
        (updated.workflow_id, updated.version),
        (created.workflow_id, Some(2))
    );
    let read = setup.client.workflow(&updated.uuid).await.unwrap();
    assert_eq!(read.workflow_label.as_deref(), Some("Renamed"));

    setup.client.delete_workflow(&updated.uuid).await.unwrap();
    assert_eq!(
        kind(setup.client.workflow(&updated.uuid).await),
        ErrorKind::NotFound
    );
}

#[tokio::test]
async fn a_session_from_its_link_to_its_report() {
    let setup = Setup::new().await;
    let session = setup.session("user-ada").await;
    assert_eq!(session.status, SessionStatus::NotStarted);
    let id = session.session_id;
    let waiting = setup.client.decision(&id).await.unwrap();
    assert!(
        waiting.steps().is_empty(),
        "features that did not run have no item"
    );
    assert_eq!(
        kind(setup.client.generate_pdf(&id).await),
        ErrorKind::NotAllowedNow
    );
    assert_eq!(
        kind(
            setup
                .client
                .update_status(&id, &StatusUpdate::new(NewStatus::Approved))
                .await
        ),
        ErrorKind::NotAllowedNow
    );

    setup.finish(&id, "review_aml_possible_match").await;
    let decision = setup.client.decision(&id).await.unwrap();
    assert_eq!(decision.status, SessionStatus::InReview);
    let steps = decision.steps();
    let steps: Vec<_> = steps.iter().map(|step| step.feature.as_str()).collect();
    assert_eq!(steps, ["OCR", "LIVENESS", "FACE_MATCH", "AML"]);
    let unknown: Vec<&String> = decision.extra.keys().collect();
    assert_eq!(unknown, ["status_override"]);
    assert_eq!(decision.is_overridden(), Some(false));
    let aml = decision
        .steps()
        .into_iter()
        .find(|step| step.feature.as_str() == "AML")
        .unwrap();
    assert_eq!(
        aml.warnings[0].risk.as_deref(),
        Some("POSSIBLE_MATCH_FOUND")
    );
    assert!(decision.id_verifications[0].full_name.is_some());

    setup
        .client
        .update_status(&id, &StatusUpdate::new(NewStatus::Approved))
        .await
        .unwrap();
    let again = StatusUpdate::new(NewStatus::Approved);
    let reviews = setup.client.decision(&id).await.unwrap().reviews.len();
    setup.client.update_status(&id, &again).await.unwrap();
    let unchanged = setup.client.decision(&id).await.unwrap().reviews.len();
    assert_eq!(unchanged, reviews, "the same status again does nothing");
    let pdf = setup.client.generate_pdf(&id).await.unwrap();
    assert!(pdf.bytes.starts_with(b"%PDF"));
    assert_eq!(pdf.file_name, format!("session_{id}.pdf"));
    let reviews = setup.client.decision(&id).await.unwrap().reviews;
    assert_eq!(
        reviews.last().unwrap().new_status.as_deref(),
        Some("Approved")
    );
}

#[tokio::test]
async fn steps_are_done_again_over_the_same_link() {
    let setup = Setup::new().await;
    let id = setup.session("user-ada").await.session_id;
    setup.finish(&id, "decline_document_expired").await;
    let decision = setup.client.decision(&id).await.unwrap();
    assert_eq!(decision.status, SessionStatus::Declined);
    let document = decision.steps()[0];
    assert_eq!(
        document.warnings[0].risk.as_deref(),
        Some("DOCUMENT_EXPIRED")
    );
    let again = StatusUpdate {
        nodes_to_resubmit: vec![NodeToResubmit {
            node_id: value(document.node_id.unwrap()),
            feature: value(document.feature.as_str()),
        }],
        ..StatusUpdate::new(NewStatus::Resubmitted)
    };
    setup.client.update_status(&id, &again).await.unwrap();
    assert_eq!(
        setup.client.decision(&id).await.unwrap().status,
        SessionStatus::Resubmitted
    );
    setup.finish(&id, "approve").await;
    assert_eq!(
        setup.client.decision(&id).await.unwrap().status,
        SessionStatus::Approved
    );
}

#[tokio::test]
async fn an_unfinished_session_is_given_back() {
    let setup = Setup::new().await;
    let workflow = setup.workflow().await.workflow_id.unwrap();
    let request = |vendor_data: &str| SessionRequest {
        vendor_data: text(vendor_data),
        expected_details: Some(ExpectedDetails {
            first_name: text("Ada"),
            ..ExpectedDetails::default()
        }),
        language: text("ES"),
        ..SessionRequest::new(workflow)
    };
    let first = setup
        .client
        .create_session(&request("user-ada"))
        .await
        .unwrap();
    assert!(
        first.url.as_ref().unwrap().contains("/es/session/"),
        "{first:?}"
    );
    assert_eq!(
        setup
            .client
            .create_session(&request("user-ada"))
            .await
            .unwrap()
            .session_id,
        first.session_id
    );
    assert_ne!(
        setup
            .client
            .create_session(&request("user-bo"))
            .await
            .unwrap()
            .session_id,
        first.session_id
    );
    let unknown = SessionRequest::new("5b1f3c9a-0000-4000-8000-00000000000a".parse().unwrap());
    let Err(Error::Api(error)) = setup.client.create_session(&unknown).await else {
        panic!("refused")
    };
    assert_eq!(
        (error.kind, error.field.as_deref()),
        (ErrorKind::Invalid, Some("workflow_id"))
    );
}

#[tokio::test]
async fn a_sandbox_session_is_armed_with_its_own_token() {
    let setup = Setup::new().await;
    let session = setup.session("user-ada").await;
    let token = session.session_token.unwrap();
    let armed = setup
        .client
        .arm_sandbox_session(
            &session.session_id,
            &token,
            &value("decline_liveness_attack"),
        )
        .await
        .unwrap();
    assert_eq!(armed.scenario.as_deref(), Some("decline_liveness_attack"));
    let Err(Error::Api(error)) = setup
        .client
        .arm_sandbox_session(&session.session_id, &token, &value("nothing"))
        .await
    else {
        panic!("refused")
    };
    assert_eq!(error.field.as_deref(), Some("scenario"));
    setup
        .control(
            reqwest::Method::POST,
            &format!("sessions/{}/start", session.session_id),
            json!({}),
        )
        .await;
    let late = setup
        .client
        .arm_sandbox_session(&session.session_id, &token, &value("approve"))
        .await;
    assert_eq!(kind(late), ErrorKind::NotAllowedNow);
}

#[tokio::test]
async fn sessions_are_listed_and_deleted() {
    let setup = Setup::new().await;
    let one = setup.session("user-ada").await;
    let other = setup.session("user-bo").await;
    setup.finish(&one.session_id, "approve").await;
    let approved = SessionFilter {
        status: vec![SessionStatus::Approved],
        ..SessionFilter::default()
    };
    let page = setup.client.list_sessions(&approved).await.unwrap();
    assert_eq!(
        page.items
            .iter()
            .map(|row| row.session_id)
            .collect::<Vec<_>>(),
        [Some(one.session_id)]
    );
    assert!(
        page.items[0]
            .features
            .iter()
            .any(|feature| feature.feature.as_deref() == Some("ID_VERIFICATION"))
    );
    let first = SessionFilter {
        page: PageRequest {
            limit: Some(1),
            offset: None,
        },
        ..SessionFilter::default()
    };
    let page = setup.client.list_sessions(&first).await.unwrap();
    assert_eq!((page.total, page.next_offset), (Some(2), Some(1)));

    let deleted = setup
        .client
        .delete_session(&one.session_id, &SessionDeletion::default())
        .await
        .unwrap();
    assert_eq!(deleted.session_id, Some(one.session_id));
    assert_eq!(
        kind(setup.client.decision(&one.session_id).await),
        ErrorKind::NotFound
    );
    let rest = BulkDeletion {
        session_numbers: vec![
            value(&other.session_number.unwrap().to_string()),
            value("999999"),
        ],
        ..BulkDeletion::default()
    };
    let deleted = setup.client.delete_sessions(&rest).await.unwrap();
    assert_eq!(deleted.results.len(), 1, "unknown numbers are skipped");
    assert_eq!(
        setup
            .client
            .list_sessions(&SessionFilter::default())
            .await
            .unwrap()
            .total,
        Some(0)
    );
}

#[tokio::test]
async fn billing_in_live_mode() {
    let setup = Setup::with(SimulatorOptions {
        mode: ApplicationMode::Live,
        ..SimulatorOptions::default()
    })
    .await;
    setup
        .control(reqwest::Method::POST, "balance", json!({ "amount": 0 }))
        .await;
    assert_eq!(
        setup
            .client
            .balance()
            .await
            .unwrap()
            .balance
            .unwrap()
            .as_f64(),
        Some(0.0)
    );
    let workflow = setup.workflow().await.workflow_id.unwrap();
    assert_eq!(
        kind(
            setup
                .client
                .create_session(&SessionRequest::new(workflow))
                .await
        ),
        ErrorKind::OutOfCredit
    );
    let top_up = TopUp {
        amount_in_dollars: value("50"),
        success_url: None,
        cancel_url: None,
    };
    let checkout = setup.client.top_up(&top_up).await.unwrap();
    assert!(
        checkout
            .checkout_session_url
            .unwrap()
            .starts_with(&setup.simulator.root_url())
    );
}

#[tokio::test]
async fn a_wrong_key_is_an_authentication_error() {
    let setup = Setup::new().await;
    let wrong = setup
        .client
        .with_api_key(ApiKey::new("test-key-wrong-0000"));
    assert_eq!(kind(wrong.balance().await), ErrorKind::Authentication);
    assert_eq!(
        kind(wrong.list_workflows(&PageRequest::default()).await),
        ErrorKind::Authentication
    );
}

#[tokio::test]
async fn the_older_dialect_is_understood() {
    let setup = Setup::with(SimulatorOptions {
        legacy: true,
        ..SimulatorOptions::default()
    })
    .await;
    let body =
        json!({"workflow_label": "Old", "workflow_type": "kyc", "is_liveness_enabled": true});
    let created = setup
        .control
        .post(format!("{}/workflows/", setup.simulator.api_base_url()))
        .header("x-api-key", setup.simulator.api_key().unwrap())
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(created.status(), 201);
    let page = setup
        .client
        .list_workflows(&PageRequest::default())
        .await
        .unwrap();
    assert_eq!((page.total, page.next_offset), (None, None), "a bare array");
    let row = &page.items[0];
    assert!(
        row.features.contains(&"OCR".to_owned()) && row.features.contains(&"LIVENESS".to_owned()),
        "{:?}",
        row.features
    );
    assert!(row.total_price.as_ref().unwrap().as_f64().is_some());
    let session = setup
        .client
        .create_session(&SessionRequest::new(row.workflow_id.unwrap()))
        .await
        .unwrap();
    let deleted = setup
        .client
        .delete_session(&session.session_id, &SessionDeletion::default())
        .await
        .unwrap();
    assert_eq!(deleted.session_id, None, "an answer without a body");
}
