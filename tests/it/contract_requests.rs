//! Every request that the client can make, with every field it can fill, held against the description of the API.

use std::collections::BTreeSet;

use crate::support::refusals::{text, value};
use crate::support::simulated::Setup;
use didit_mcp::didit::{
    BulkDeletion, ContactDetails, DestinationChange, ExpectedDetails, HitReview, HitUpdate,
    NewDestination, NewStatus, NodeToResubmit, PageRequest, SessionDeletion, SessionFilter,
    SessionRequest, SessionStatus, StatusUpdate, TopUp, WorkflowFeature, WorkflowId,
    WorkflowRequest,
    features::{ConfigKind, Feature},
    sessions::{CallbackMethod, DeletionInstruction, Gender, SessionKind},
};
use serde_json::{Value, json};

/// A value that a setting takes.
fn sample(kind: &ConfigKind) -> Option<Value> {
    Some(match kind {
        ConfigKind::Integer { least, most } => json!((least + most) / 2),
        ConfigKind::Number => json!(50),
        ConfigKind::Boolean => json!(true),
        ConfigKind::Word(words) => json!(words[0]),
        ConfigKind::Text => json!("PASSIVE"),
        // What these hold belongs to the account, so a sample would be refused for what it means.
        ConfigKind::Uuid | ConfigKind::Array | ConfigKind::Json => return None,
    })
}

fn with_every_setting(feature: Feature) -> WorkflowFeature {
    feature
        .config()
        .filter_map(|(key, kind)| Some((key, sample(kind)?)))
        .fold(WorkflowFeature::new(feature), |feature, (key, value)| {
            feature.with(key, value)
        })
}

fn whole_session(workflow: didit_mcp::didit::WorkflowId) -> SessionRequest {
    SessionRequest {
        vendor_data: text("customer-1"),
        callback: text("https://shop.invalid/done?step=2"),
        callback_method: Some(CallbackMethod::Both),
        metadata: Some(json!(["any", { "shape": 1 }])),
        language: text("pt-br"),
        contact_details: Some(ContactDetails {
            email: text("ada@mail.invented-shop.com"),
            send_notification_emails: Some(true),
            email_lang: text("es"),
            phone: text("+14155550100"),
        }),
        expected_details: Some(ExpectedDetails {
            first_name: text("Ada"),
            last_name: text("Ejemplo"),
            date_of_birth: text("1990-05-15"),
            gender: Some(Gender::F),
            nationality: text("esp"),
            country: text("ESP"),
            id_country: text("ESP"),
            poa_country: text("ESP"),
            address: text("Calle Inventada 1"),
            identification_number: text("X0000000"),
            ip_address: text("192.0.2.1"),
            expected_document_types: Some(vec![value("p"), value("ID")]),
            company_name: text("Invented Ltd"),
            registry_country: text("GB"),
            registration_number: text("00000000"),
        }),
        portrait_image: Some(b"\x89PNG\r\n\x1a\n-test".to_vec()),
        sandbox_scenario: text("review_face_match_borderline"),
        ..SessionRequest::new(workflow)
    }
}

fn whole_filter(workflow: didit_mcp::didit::WorkflowId) -> SessionFilter {
    SessionFilter {
        session_kind: Some(SessionKind::All),
        page: PageRequest {
            limit: Some(20),
            offset: Some(0),
        },
        status: vec![SessionStatus::InReview, SessionStatus::KycExpired],
        vendor_data: text("customer 1 & more"),
        search: text("ada@mail.invented-shop.com"),
        workflow_id: vec![workflow],
        date_from: text("2026-01-01"),
        date_to: text("2026-12-31"),
        country: vec![value("esp"), value("PRT")],
        document_type: vec![value("p")],
        warning: vec![value("DOCUMENT_EXPIRED")],
        ..SessionFilter::default()
    }
}

#[tokio::test]
async fn every_request_is_one_that_the_description_allows() {
    let setup = Setup::new().await;
    let client = &setup.client;
    let features = Feature::ALL
        .into_iter()
        .filter(|feature| !feature.name().starts_with("KYB_") && *feature != Feature::Questionnaire)
        .map(with_every_setting)
        .collect();
    let workflow = client
        .create_workflow(&WorkflowRequest {
            workflow_label: Some("Everything".to_owned()),
            is_default: Some(true),
            status: Some("published".to_owned()),
            features: Some(features),
            is_white_label_enabled: Some(false),
            is_desktop_allowed: Some(true),
            max_retry_attempts: Some(3),
            retry_window_days: Some(7),
            face_liveness_max_attempts: Some(2),
            face_match_max_attempts: Some(2),
            session_expiration_time: Some(86_400),
        })
        .await
        .unwrap();
    let group = workflow.workflow_id.unwrap();
    let page = PageRequest {
        limit: Some(5),
        offset: Some(0),
    };
    client.list_workflows(&page).await.unwrap();
    client.workflow(&workflow.uuid).await.unwrap();
    let renamed = WorkflowRequest {
        workflow_label: Some("Renamed".to_owned()),
        ..WorkflowRequest::default()
    };
    client
        .update_workflow(&workflow.uuid, &renamed)
        .await
        .unwrap();

    let created = client.create_session(&whole_session(group)).await.unwrap();
    let id = created.session_id;
    client.list_sessions(&whole_filter(group)).await.unwrap();
    client
        .list_sessions(&SessionFilter::default())
        .await
        .unwrap();
    let token = created.session_token.unwrap();
    client
        .arm_sandbox_session(&id, &token, &value("review_face_match_borderline"))
        .await
        .unwrap();
    setup
        .control(
            reqwest::Method::POST,
            &format!("sessions/{id}/finish"),
            json!({}),
        )
        .await;
    let decision = client.decision(&id).await.unwrap();
    let nodes = decision
        .steps()
        .iter()
        .filter(|step| step.feature == Feature::FaceMatch)
        .map(|step| NodeToResubmit {
            node_id: value(step.node_id.unwrap()),
            feature: value(step.feature.as_str()),
        })
        .collect();
    let resubmission = StatusUpdate {
        comment: text("The selfie is too dark."),
        nodes_to_resubmit: nodes,
        send_email: Some(true),
        email_address: text("ada@mail.invented-shop.com"),
        email_language: text("es"),
        ..StatusUpdate::new(NewStatus::Resubmitted)
    };
    client.update_status(&id, &resubmission).await.unwrap();
    client
        .update_status(&id, &StatusUpdate::new(NewStatus::Approved))
        .await
        .unwrap();
    client.generate_pdf(&id).await.unwrap();
    let trail = client.trail(&id).await.unwrap();
    let statuses: Vec<_> = trail
        .iter()
        .map(|entry| entry.new_status.as_deref())
        .collect();
    assert_eq!(
        statuses,
        [Some("Resubmitted"), Some("Approved")],
        "oldest first"
    );
    let part = PageRequest {
        limit: Some(10),
        offset: Some(0),
    };
    client.list_activities(&id, true, &part).await.unwrap();
    mark_hits(&setup, group).await;

    client.balance().await.unwrap();
    let top_up = TopUp {
        amount_in_dollars: value("62.5"),
        success_url: text("https://shop.invalid/paid"),
        cancel_url: None,
    };
    client.top_up(&top_up).await.unwrap();

    let destination = NewDestination {
        enabled: Some(true),
        ..NewDestination::new(value("Test"), value("https://shop.invalid/hook"))
    };
    let destination = client.create_destination(&destination).await.unwrap();
    let destination = destination.uuid.unwrap();
    client.list_destinations().await.unwrap();
    client.destination(&destination).await.unwrap();
    let paused = DestinationChange {
        enabled: Some(false),
        ..DestinationChange::default()
    };
    client
        .update_destination(&destination, &paused)
        .await
        .unwrap();
    client.delete_destination(&destination).await.unwrap();

    let erasure = SessionDeletion {
        deletion_instruction: Some(DeletionInstruction::PrivacyErasure),
        instruction_id: text("request-1"),
        ..SessionDeletion::default()
    };
    client.delete_session(&id, &erasure).await.unwrap();
    let numbers = BulkDeletion {
        session_numbers: vec![value("1001")],
        ..BulkDeletion::default()
    };
    client.delete_sessions(&numbers).await.unwrap();
    client.delete_workflow(&workflow.uuid).await.unwrap();

    let sent = setup
        .control(reqwest::Method::GET, "requests", Value::Null)
        .await;
    let contract = crate::support::openapi::Contract::load();
    let mut seen = BTreeSet::new();
    for request in sent.as_array().unwrap() {
        let text = |name: &str| request[name].as_str().unwrap_or_default();
        let (method, path) = (text("method"), text("path"));
        let operation = contract
            .operation(method, path)
            .unwrap_or_else(|| panic!("{method} {path} is not described"));
        let query: Vec<(String, String)> = url::form_urlencoded::parse(text("query").as_bytes())
            .into_owned()
            .collect();
        let body: Option<Value> = serde_json::from_str(text("body")).ok();
        assert_eq!(body.is_none(), text("body").is_empty(), "{method} {path}");
        let errors = operation.request_errors(&query, body.as_ref());
        assert!(errors.is_empty(), "{method} {path}: {errors:?}\n{request}");
        seen.insert(operation.name.clone());
    }
    // One request of every operation that this client has and the description knows.
    assert_eq!(seen.len(), 23, "{seen:#?}");
}

/// One hit alone, and two at once.
async fn mark_hits(setup: &Setup, workflow: WorkflowId) {
    let request = SessionRequest {
        sandbox_scenario: text("review_aml_possible_match"),
        portrait_image: Some(b"\x89PNG\r\n\x1a\n-test".to_vec()),
        ..SessionRequest::new(workflow)
    };
    let session = setup.client.create_session(&request).await.unwrap();
    let id = session.session_id;
    let path = format!("sessions/{id}/finish");
    setup.control(reqwest::Method::POST, &path, json!({})).await;
    let decision = setup.client.decision(&id).await.unwrap();
    let screening = &decision.aml_screenings[0];
    let hits = screening.hits.iter().map(|hit| HitUpdate {
        hit_id: text(hit.id.as_deref().unwrap()).unwrap(),
        review_status: HitReview::Inconclusive,
    });
    let hits: Vec<HitUpdate> = hits.collect();
    let node_id = text(screening.node_id.as_deref().unwrap());
    for updates in [&hits[..1], &hits[..2]] {
        setup
            .client
            .update_hits(&id, node_id.as_ref(), updates)
            .await
            .unwrap();
    }
}
