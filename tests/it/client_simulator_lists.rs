//! The client's lists, blocklist and webhook calls against the simulator, and its faults.

use std::time::Duration;

use crate::support::refusals::{text, value};
use crate::support::simulated::{Setup, kind};
use didit_mcp::didit::{
    ApiKey, BlocklistItems, Client, DestinationChange, Error, ErrorKind, HitReview, HitUpdate,
    ListFilter, NewDestination, NewEntry, NewList, PageRequest, SessionRequest, read_request,
};
use didit_mcp::simulator::SimulatorOptions;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn entries_come_and_go_and_block() {
    let setup = Setup::new().await;
    let blocklists = ListFilter {
        list_type: Some("blocklist".to_owned()),
        ..ListFilter::default()
    };
    let lists = setup.client.list_lists(&blocklists).await.unwrap();
    assert_eq!(
        lists
            .items
            .iter()
            .filter(|list| list.is_system == Some(true))
            .count(),
        lists.items.len()
    );
    let users = lists
        .items
        .iter()
        .find(|list| list.entry_type.as_deref() == Some("user"))
        .unwrap();
    let list = users.uuid.unwrap();

    let entry = NewEntry {
        value: text("user-ada"),
        comment: text("Chargebacks"),
        ..NewEntry::default()
    };
    let created = setup.client.create_entry(&list, &entry).await.unwrap();
    assert_eq!(created.value.as_deref(), Some("user-ada"));
    let found = setup
        .client
        .list_entries(&list, Some("ada"), &PageRequest::default())
        .await
        .unwrap();
    assert_eq!((found.total, found.items[0].uuid), (Some(1), created.uuid));
    assert_eq!(
        setup
            .client
            .list_entries(&list, Some("bo"), &PageRequest::default())
            .await
            .unwrap()
            .total,
        Some(0)
    );

    let workflow = setup.workflow().await.workflow_id.unwrap();
    let request = SessionRequest {
        vendor_data: text("user-ada"),
        ..SessionRequest::new(workflow)
    };
    let Err(Error::Api(error)) = setup.client.create_session(&request).await else {
        panic!("blocked")
    };
    assert_eq!(error.field.as_deref(), Some("vendor_data"));
    setup
        .client
        .delete_entry(&list, &created.uuid.unwrap())
        .await
        .unwrap();
    assert_eq!(
        kind(
            setup
                .client
                .delete_entry(&list, &created.uuid.unwrap())
                .await
        ),
        ErrorKind::NotFound
    );
    setup.client.create_session(&request).await.unwrap();
}

#[tokio::test]
async fn a_session_gives_its_document_to_a_list() {
    let setup = Setup::new().await;
    let session = setup.session("user-ada").await.session_id;
    setup.finish(&session, "approve").await;
    let documents = ListFilter {
        list_type: Some("blocklist".to_owned()),
        entry_type: Some("document".to_owned()),
        ..ListFilter::default()
    };
    let list = setup.client.list_lists(&documents).await.unwrap().items[0]
        .uuid
        .unwrap();
    let entry = NewEntry {
        reference_session_id: Some(session),
        ..NewEntry::default()
    };
    let created = setup.client.create_entry(&list, &entry).await.unwrap();
    assert_eq!(created.reference_session_id, Some(session));
    assert!(created.value.is_some());
}

#[tokio::test]
async fn lists_of_ones_own_have_unique_names() {
    let setup = Setup::new().await;
    let list = NewList {
        name: value("Trusted"),
        list_type: "allowlist".to_owned(),
        entry_type: "email".to_owned(),
        description: None,
    };
    let created = setup.client.create_list(&list).await.unwrap();
    assert_eq!(
        (created.name.as_deref(), created.is_system),
        (Some("Trusted"), Some(false))
    );
    let Err(Error::Api(error)) = setup.client.create_list(&list).await else {
        panic!("refused")
    };
    assert_eq!(error.field.as_deref(), Some("name"));
}

#[tokio::test]
async fn without_the_lists_api_the_older_blocklist_answers() {
    let setup = Setup::with(SimulatorOptions {
        legacy: true,
        ..SimulatorOptions::default()
    })
    .await;
    assert_eq!(
        kind(setup.client.list_lists(&ListFilter::default()).await),
        ErrorKind::NotFound
    );
    let created = setup
        .control
        .post(format!("{}/workflows/", setup.simulator.api_base_url()))
        .header("x-api-key", setup.simulator.api_key().unwrap())
        .json(&json!({"workflow_label": "Old", "workflow_type": "kyc"}))
        .send()
        .await
        .unwrap();
    let workflow: Value = created.json().await.unwrap();
    let request = SessionRequest::new(workflow["workflow_id"].as_str().unwrap().parse().unwrap());
    let session = setup
        .client
        .create_session(&request)
        .await
        .unwrap()
        .session_id;
    setup.finish(&session, "approve").await;
    let items = BlocklistItems {
        document: true,
        ..BlocklistItems::default()
    };
    setup
        .client
        .legacy_blocklist_add(&session, items)
        .await
        .unwrap();
    let blocked = setup
        .client
        .legacy_blocklist(Some("document"), &PageRequest::default())
        .await
        .unwrap();
    assert_eq!(
        (
            blocked.items[0].session_id,
            blocked.items[0].r#type.as_deref()
        ),
        (Some(session), Some("document"))
    );
    setup
        .client
        .legacy_blocklist_remove(&session, items)
        .await
        .unwrap();
    assert!(
        setup
            .client
            .legacy_blocklist(None, &PageRequest::default())
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

#[tokio::test]
async fn a_destination_from_creation_to_deletion() {
    let setup = Setup::new().await;
    let request: NewDestination = read_request(json!({
        "label": "Production",
        "url": "https://shop.invented-shop.com/didit",
        "subscribed_events": ["status.updated"],
    }))
    .unwrap();
    let created = setup.client.create_destination(&request).await.unwrap();
    let secret = created.secret_shared_key.unwrap();
    assert_eq!(
        kind(setup.client.create_destination(&request).await),
        ErrorKind::Conflict,
        "the URL is unique"
    );
    let id = created.uuid.unwrap();
    let listed = setup.client.list_destinations().await.unwrap();
    assert_eq!(
        (listed[0].uuid, listed[0].secret_shared_key.is_none()),
        (Some(id), true)
    );
    let pause = DestinationChange {
        enabled: Some(false),
        ..DestinationChange::default()
    };
    assert_eq!(
        setup
            .client
            .update_destination(&id, &pause)
            .await
            .unwrap()
            .enabled,
        Some(false)
    );
    let one = setup.client.destination(&id).await.unwrap();
    assert_eq!(
        (one.secret_shared_key, one.subscribed_events),
        (Some(secret), vec!["status.updated".to_owned()])
    );
    assert_eq!(one.summary.unwrap().total_deliveries, Some(0));
    setup.client.delete_destination(&id).await.unwrap();
    assert_eq!(
        kind(setup.client.destination(&id).await),
        ErrorKind::NotFound
    );
}

#[tokio::test]
async fn every_fault_has_its_error() {
    let setup = Setup::new().await;
    let impatient = Client::builder()
        .api_base_url(setup.simulator.api_base_url().parse().unwrap())
        .api_key(ApiKey::parse(setup.simulator.api_key().unwrap()).unwrap())
        .timeout(Duration::from_millis(300))
        .max_body_bytes(100_000)
        .attempts(1)
        .build()
        .unwrap();
    let fault = async |fault: Value| {
        setup.control(Method::POST, "faults", fault).await;
        impatient.balance().await.unwrap_err()
    };
    let limited =
        fault(json!({"kind": "status", "status": 429, "headers": {"retry-after": "3"}})).await;
    let limited = limited.api().unwrap();
    assert_eq!(
        (limited.kind, limited.retry_after),
        (ErrorKind::RateLimited, Some(Duration::from_secs(3)))
    );
    assert_eq!(
        fault(json!({"kind": "status", "status": 503}))
            .await
            .api()
            .unwrap()
            .kind,
        ErrorKind::Unavailable
    );
    assert!(matches!(
        fault(json!({"kind": "reset"})).await,
        Error::Interrupted { .. }
    ));
    assert!(matches!(
        fault(json!({"kind": "stall"})).await,
        Error::Timeout { sent: true, .. }
    ));
    assert!(matches!(
        fault(json!({"kind": "truncate"})).await,
        Error::Interrupted { .. } | Error::Unreadable { .. }
    ));
    assert!(matches!(
        fault(json!({"kind": "not_json"})).await,
        Error::Unreadable { .. }
    ));
    assert!(matches!(
        fault(json!({"kind": "empty"})).await,
        Error::Unreadable { .. }
    ));
    assert!(matches!(
        fault(json!({"kind": "huge"})).await,
        Error::TooLarge { limit: 100_000 }
    ));
    assert!(matches!(
        fault(json!({"kind": "redirect"})).await,
        Error::Redirected { .. }
    ));
    impatient.balance().await.unwrap();
}

#[tokio::test]
async fn hits_are_marked_all_or_none() {
    let setup = Setup::new().await;
    let created = setup.session("user-ada").await;
    let session = created.session_id;
    setup.finish(&session, "review_aml_possible_match").await;
    let read = async || {
        let decision = setup.client.decision(&session).await.unwrap();
        let hits = &decision.aml_screenings[0].hits;
        let marks = hits
            .iter()
            .map(|hit| (hit.id.clone(), hit.review_status.clone()));
        marks.collect::<Vec<_>>()
    };
    let mark = |id: &str| HitUpdate {
        hit_id: value(id),
        review_status: HitReview::Inconclusive,
    };
    let before = read().await;
    let known = before[0].0.as_deref().unwrap();
    let refused = setup
        .client
        .update_hits(&session, None, &[mark(known), mark("nobody")])
        .await;
    assert_eq!(kind(refused), ErrorKind::NotFound);
    assert_eq!(read().await, before);
    setup
        .client
        .update_hits(&session, None, &[mark(known)])
        .await
        .unwrap();
    assert_eq!(read().await[0].1.as_deref(), Some("Inconclusive"));
    let trail = setup
        .client
        .list_activities(&session, false, &PageRequest::default())
        .await
        .unwrap();
    let kinds = trail.items.iter().map(|it| it.activity_type.as_deref());
    assert_eq!(kinds.collect::<Vec<_>>(), [Some("AML_HIT_STATUS_UPDATED")]);
}
