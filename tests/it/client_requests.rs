//! What the calls of accounts, workflows, lists, billing and webhooks send, byte for byte.

use crate::support::refusals::{text, value};
use crate::support::requests::{ID, OTHER_ID, get, headers, on_account_host, sent, with_body};
use crate::support::upstream::Upstream;
use didit_mcp::didit::{
    AccessToken, BlocklistItems, Client, DestinationChange, Error, ListFilter, NewDestination,
    NewEntry, NewList, PageRequest, Password, Registration, TopUp, WorkflowFeature,
    WorkflowRequest, read_request,
};
use serde_json::json;

fn registration() -> Registration {
    Registration {
        email: "ada@mail.test".to_owned(),
        password: Password::new("Fake-passw0rd"),
    }
}

#[tokio::test]
async fn account_calls_carry_no_key() {
    let body = r#"{"email":"ada@mail.test","password":"Fake-passw0rd"}"#;
    assert_eq!(
        sent(async |client| client.register(&registration()).await).await,
        on_account_host("POST", "/auth/v2/programmatic/register/", "", body)
    );
    assert_eq!(
        sent(async |client| client.resend_code(&registration()).await).await,
        on_account_host("POST", "/auth/v2/programmatic/resend-otp/", "", body)
    );
    assert_eq!(
        sent(async |client| client
            .login(" ada@mail.test", &registration().password)
            .await)
        .await,
        on_account_host("POST", "/auth/v2/programmatic/login/", "", body)
    );
    assert_eq!(
        sent(async |client| client.verify_email("ada@mail.test", " a3k9f2 ").await).await,
        on_account_host(
            "POST",
            "/auth/v2/programmatic/verify-email/",
            "",
            r#"{"email":"ada@mail.test","code":"A3K9F2"}"#
        )
    );
}

#[tokio::test]
async fn signed_in_calls_carry_the_token_alone() {
    let token = AccessToken::new("test-token-0000");
    let bearer = "authorization: Bearer test-token-0000\n";
    assert_eq!(
        sent(async |client| client.organizations(&token).await).await,
        on_account_host("GET", "/auth/v2/organizations/me/", bearer, "")
    );
    assert_eq!(
        sent(async |client| client.applications(&token, &ID.parse().unwrap()).await).await,
        on_account_host(
            "GET",
            "/auth/v2/organizations/me/5b1f3c9a-0000-4000-8000-00000000000a/applications/",
            bearer,
            ""
        )
    );
    assert_eq!(
        sent(async |client| {
            client
                .application(&token, &ID.parse().unwrap(), &OTHER_ID.parse().unwrap())
                .await
        })
        .await,
        on_account_host(
            "GET",
            "/auth/v2/organizations/me/5b1f3c9a-0000-4000-8000-00000000000a/applications/5b1f3c9a-0000-4000-8000-00000000000b/",
            bearer,
            ""
        )
    );
}

#[tokio::test]
async fn workflow_calls() {
    assert_eq!(
        sent(async |client| client.list_workflows(&PageRequest::default()).await).await,
        get("/v3/workflows/")
    );
    let page = PageRequest {
        limit: Some(5),
        offset: Some(10),
    };
    assert_eq!(
        sent(async |client| client.list_workflows(&page).await).await,
        get("/v3/workflows/?limit=5&offset=10")
    );
    let path = "/v3/workflows/5b1f3c9a-0000-4000-8000-00000000000a/";
    assert_eq!(
        sent(async |client| client.workflow(&ID.parse().unwrap()).await).await,
        get(path)
    );
    assert_eq!(
        sent(async |client| client.delete_workflow(&ID.parse().unwrap()).await).await,
        format!("DELETE {path}\n{}\n", headers(false))
    );
    let renamed = WorkflowRequest {
        workflow_label: Some("Renamed".to_owned()),
        ..WorkflowRequest::default()
    };
    assert_eq!(
        sent(async |client| client.update_workflow(&ID.parse().unwrap(), &renamed).await).await,
        with_body("PATCH", path, r#"{"workflow_label":"Renamed"}"#)
    );
}

#[tokio::test]
async fn a_workflow_goes_out_in_the_order_and_spelling_of_the_contract() {
    let request = WorkflowRequest {
        workflow_label: Some("Standard KYC".to_owned()),
        is_default: Some(true),
        status: Some("Published".to_owned()),
        features: Some(vec![
            WorkflowFeature::new("ocr").with("duplicated_user_action", "review"),
            WorkflowFeature::new("LIVENESS").with("face_liveness_method", "passive"),
            WorkflowFeature {
                label: Some("Selfie".to_owned()),
                ..WorkflowFeature::new("FACE_MATCH")
                    .with("face_match_score_decline_threshold", 50.0)
            },
            WorkflowFeature::new("AML"),
        ]),
        is_white_label_enabled: Some(false),
        is_desktop_allowed: Some(true),
        max_retry_attempts: Some(0),
        retry_window_days: Some(365),
        face_liveness_max_attempts: Some(1),
        face_match_max_attempts: Some(3),
        session_expiration_time: Some(3600),
    };
    let body = concat!(
        r#"{"workflow_label":"Standard KYC","is_default":true,"status":"published","features":["#,
        r#"{"feature":"OCR","config":{"duplicated_user_action":"REVIEW"}},"#,
        r#"{"feature":"LIVENESS","config":{"face_liveness_method":"PASSIVE"}},"#,
        r#"{"feature":"FACE_MATCH","config":{"face_match_score_decline_threshold":50},"label":"Selfie"},"#,
        r#"{"feature":"AML"}],"is_white_label_enabled":false,"is_desktop_allowed":true,"max_retry_attempts":0,"#,
        r#""retry_window_days":365,"face_liveness_max_attempts":1,"face_match_max_attempts":3,"#,
        r#""session_expiration_time":3600}"#,
    );
    assert_eq!(
        sent(async |client| client.create_workflow(&request).await).await,
        with_body("POST", "/v3/workflows/", body)
    );
}

#[tokio::test]
async fn list_calls() {
    let filter = ListFilter {
        list_type: Some("Blocklist".to_owned()),
        entry_type: Some("phone".to_owned()),
        ordering: Some("-created_at".to_owned()),
        page: PageRequest {
            limit: Some(25),
            offset: None,
        },
    };
    assert_eq!(
        sent(async |client| client.list_lists(&filter).await).await,
        get("/v3/lists/?list_type=blocklist&entry_type=phone&ordering=-created_at&limit=25")
    );
    let list = NewList {
        name: value("Trusted"),
        list_type: "allowlist".to_owned(),
        entry_type: "ip_address".to_owned(),
        description: None,
    };
    assert_eq!(
        sent(async |client| client.create_list(&list).await).await,
        with_body(
            "POST",
            "/v3/lists/",
            r#"{"name":"Trusted","list_type":"allowlist","entry_type":"ip_address"}"#
        )
    );
    let entries = "/v3/lists/5b1f3c9a-0000-4000-8000-00000000000a/entries/";
    let page = PageRequest {
        limit: Some(10),
        offset: Some(0),
    };
    assert_eq!(
        sent(async |client| client
            .list_entries(&ID.parse().unwrap(), Some("ada & co"), &page)
            .await)
        .await,
        get(&format!("{entries}?search=ada+%26+co&limit=10&offset=0"))
    );
    let entry = NewEntry {
        value: text("+34600000000"),
        reference_session_id: text(OTHER_ID),
        reference_object_uuid: text(ID),
        display_label: text("A line"),
        comment: text("Chargebacks"),
        metadata: Some(json!({"case": 7})),
    };
    let body = concat!(
        r#"{"value":"+34600000000","reference_session_id":"5b1f3c9a-0000-4000-8000-00000000000b","#,
        r#""reference_object_uuid":"5b1f3c9a-0000-4000-8000-00000000000a","display_label":"A line","#,
        r#""comment":"Chargebacks","metadata":{"case":7}}"#,
    );
    assert_eq!(
        sent(async |client| client.create_entry(&ID.parse().unwrap(), &entry).await).await,
        with_body("POST", entries, body)
    );
    assert_eq!(
        sent(async |client| client
            .delete_entry(&ID.parse().unwrap(), &OTHER_ID.parse().unwrap())
            .await)
        .await,
        format!(
            "DELETE {entries}5b1f3c9a-0000-4000-8000-00000000000b/\n{}\n",
            headers(false)
        )
    );
}

#[tokio::test]
async fn the_older_blocklist_names_things_asymmetrically() {
    let items = BlocklistItems {
        face: true,
        email: true,
        ..BlocklistItems::default()
    };
    let id = r#"{"session_id":"5b1f3c9a-0000-4000-8000-00000000000a""#;
    assert_eq!(
        sent(async |client| client
            .legacy_blocklist_add(&ID.parse().unwrap(), items)
            .await)
        .await,
        with_body(
            "POST",
            "/v3/blocklist/add/",
            &format!(
                r#"{id},"blocklist_face":true,"blocklist_document":false,"blocklist_phone":false,"blocklist_email":true}}"#
            )
        )
    );
    assert_eq!(
        sent(async |client| client
            .legacy_blocklist_remove(&ID.parse().unwrap(), items)
            .await)
        .await,
        with_body(
            "POST",
            "/v3/blocklist/remove/",
            &format!(
                r#"{id},"unblock_face":true,"unblock_document":false,"unblock_phone":false,"unblock_email":true}}"#
            )
        )
    );
    let page = PageRequest {
        limit: Some(20),
        offset: Some(0),
    };
    assert_eq!(
        sent(async |client| client.legacy_blocklist(Some("face"), &page).await).await,
        get("/v3/blocklist/?item_type=face&limit=20&offset=0")
    );
}

#[tokio::test]
async fn billing_calls() {
    assert_eq!(
        sent(async |client| client.balance().await).await,
        get("/v3/billing/balance/")
    );
    let whole = TopUp {
        amount_in_dollars: value("50"),
        success_url: None,
        cancel_url: None,
    };
    assert_eq!(
        sent(async |client| client.top_up(&whole).await).await,
        with_body(
            "POST",
            "/v3/billing/top-up/",
            r#"{"amount_in_dollars":50,"success_url":"https://business.didit.me/","cancel_url":"https://business.didit.me/"}"#
        )
    );
    let cents = TopUp {
        amount_in_dollars: value("120.07"),
        success_url: text("https://Shop.test/paid/{CHECKOUT_SESSION_ID}?of=é"),
        cancel_url: text("https://shop.test/back"),
    };
    assert_eq!(
        sent(async |client| client.top_up(&cents).await).await,
        with_body(
            "POST",
            "/v3/billing/top-up/",
            r#"{"amount_in_dollars":120.07,"success_url":"https://shop.test/paid/{CHECKOUT_SESSION_ID}?of=%C3%A9","cancel_url":"https://shop.test/back"}"#
        )
    );
}

#[tokio::test]
async fn webhook_destination_calls() {
    let one = "/v3/webhook/destinations/5b1f3c9a-0000-4000-8000-00000000000a/";
    assert_eq!(
        sent(async |client| client.list_destinations().await).await,
        get("/v3/webhook/destinations/")
    );
    assert_eq!(
        sent(async |client| client.destination(&ID.parse().unwrap()).await).await,
        get(one)
    );
    let request = read_request(json!({
        "url": "https://shop.test/didit",
        "label": "Production",
        "subscribed_events": ["STATUS.updated"],
    }));
    let request = NewDestination {
        enabled: Some(true),
        ..request.unwrap()
    };
    assert_eq!(
        sent(async |client| client.create_destination(&request).await).await,
        with_body(
            "POST",
            "/v3/webhook/destinations/",
            r#"{"label":"Production","url":"https://shop.test/didit","enabled":true,"webhook_version":"v3","subscribed_events":["status.updated"]}"#
        )
    );
    let pause = DestinationChange {
        enabled: Some(false),
        ..DestinationChange::default()
    };
    assert_eq!(
        sent(async |client| client
            .update_destination(&ID.parse().unwrap(), &pause)
            .await)
        .await,
        with_body("PATCH", one, r#"{"enabled":false}"#)
    );
    assert_eq!(
        sent(async |client| client.delete_destination(&ID.parse().unwrap()).await).await,
        format!("DELETE {one}\n{}\n", headers(false))
    );
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    let upstream = Upstream::start([]).await;
    let client = Client::builder()
        .api_base_url(upstream.url("/v3"))
        .build()
        .unwrap();
    assert!(!client.has_api_key());
    assert_eq!(client.balance().await, Err(Error::MissingApiKey));
    assert!(upstream.requests().is_empty());
    let client = client.with_api_key(didit_mcp::didit::ApiKey::new("test-key-later-0000"));
    let _ = client.balance().await;
    assert_eq!(
        upstream.requests()[0].header("x-api-key"),
        Some("test-key-later-0000")
    );
}
