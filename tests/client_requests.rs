//! What every call of the client sends, byte for byte.
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
    AccessToken, BlocklistItems, BulkDeletion, Client, ContactDetails, DestinationRequest, Error,
    ExpectedDetails, ListFilter, NewEntry, NewList, NewStatus, NodeToResubmit, Page, Password,
    Registration, SessionDeletion, SessionFilter, SessionRequest, SessionStatus, SessionToken,
    StatusUpdate, TopUp, WorkflowFeature, WorkflowRequest,
};
use serde_json::json;
use upstream::{KEY, Reply, Upstream};

/// Written in upper case on purpose: paths and bodies must hold it in lower case.
const ID: &str = "5B1F3C9A-0000-4000-8000-00000000000A";
const OTHER_ID: &str = "5b1f3c9a-0000-4000-8000-00000000000b";

/// Makes one call against a server that answers `{}`, and gives the request that came.
async fn sent<T>(call: impl AsyncFnOnce(Client) -> Result<T, Error>) -> String {
    let upstream = Upstream::start([Reply::json(200, "{}")]).await;
    // Whether `{}` makes sense as an answer is another test's concern.
    let _ = call(upstream.builder().build().unwrap()).await;
    let requests = upstream.requests();
    assert_eq!(requests.len(), 1, "exactly one request");
    requests[0].text()
}

/// The headers that every request with the key has.
fn headers(with_body: bool) -> String {
    let content_type = if with_body {
        "content-type: application/json\n"
    } else {
        ""
    };
    format!(
        "accept: application/json\naccept-encoding: gzip\n{content_type}user-agent: didit-mcp/{}\nx-api-key: {KEY}\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn get(target: &str) -> String {
    format!("GET {target}\n{}\n", headers(false))
}

fn with_body(method: &str, target: &str, body: &str) -> String {
    format!("{method} {target}\n{}\n{body}", headers(true))
}

fn on_account_host(method: &str, target: &str, credential: &str, body: &str) -> String {
    let content_type = if body.is_empty() {
        ""
    } else {
        "content-type: application/json\n"
    };
    let agent = format!("didit-mcp/{}", env!("CARGO_PKG_VERSION"));
    format!(
        "{method} {target}\naccept: application/json\naccept-encoding: gzip\n{credential}{content_type}user-agent: {agent}\n\n{body}"
    )
}

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
        sent(async |client| client.list_workflows(&Page::default()).await).await,
        get("/v3/workflows/")
    );
    let page = Page {
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
async fn a_session_with_everything() {
    let text = |text: &str| Some(text.to_owned());
    let request = SessionRequest {
        vendor_data: text("user-ada"),
        callback: text("myapp://done?from=kyc"),
        callback_method: text("BOTH"),
        metadata: Some(json!({"tier": "gold", "n": [1, null]})),
        language: text("PT-br"),
        contact_details: Some(ContactDetails {
            email: text("ada@mail.test"),
            send_notification_emails: Some(true),
            email_lang: text("es"),
            phone: text("+34 600-000 000"),
        }),
        expected_details: Some(ExpectedDetails {
            first_name: text("Ada"),
            last_name: text("Peña"),
            date_of_birth: text("1992-02-29"),
            gender: text("f"),
            nationality: text("esp"),
            country: text("ESP"),
            id_country: text("prt"),
            poa_country: text("FRA"),
            address: text("1 Invented Street"),
            identification_number: text("X0000000X"),
            ip_address: text("192.0.2.7"),
            expected_document_types: Some(vec!["p".to_owned(), "ID".to_owned(), "P".to_owned()]),
            company_name: text("Invented Ltd"),
            registry_country: text("us-de"),
            registration_number: text("000"),
        }),
        portrait_image: Some(b"\xff\xd8\xffportrait".to_vec()),
        sandbox_scenario: text("approve"),
        ..SessionRequest::new(ID.parse().unwrap())
    };
    let body = concat!(
        r#"{"workflow_id":"5b1f3c9a-0000-4000-8000-00000000000a","vendor_data":"user-ada","#,
        r#""callback":"myapp://done?from=kyc","callback_method":"both","metadata":{"n":[1,null],"tier":"gold"},"#,
        r#""language":"pt-BR","contact_details":{"email":"ada@mail.test","send_notification_emails":true,"#,
        r#""email_lang":"es","phone":"+34600000000"},"expected_details":{"first_name":"Ada","last_name":"Peña","#,
        r#""date_of_birth":"1992-02-29","gender":"F","nationality":"ESP","country":"ESP","id_country":"PRT","#,
        r#""poa_country":"FRA","address":"1 Invented Street","identification_number":"X0000000X","#,
        r#""ip_address":"192.0.2.7","expected_document_types":["P","ID"],"company_name":"Invented Ltd","#,
        r#""registry_country":"US-DE","registration_number":"000"},"portrait_image":"/9j/cG9ydHJhaXQ=","#,
        r#""sandbox_scenario":"approve"}"#,
    );
    assert_eq!(
        sent(async |client| client.create_session(&request).await).await,
        with_body("POST", "/v3/session/", body)
    );
}

#[tokio::test]
async fn a_session_with_nothing_but_its_workflow() {
    let request = SessionRequest::new(ID.parse().unwrap());
    assert_eq!(
        sent(async |client| client.create_session(&request).await).await,
        with_body(
            "POST",
            "/v3/session/",
            r#"{"workflow_id":"5b1f3c9a-0000-4000-8000-00000000000a"}"#
        )
    );
}

#[tokio::test]
async fn session_lists_with_no_and_with_every_condition() {
    assert_eq!(
        sent(async |client| client.list_sessions(&SessionFilter::default()).await).await,
        get("/v3/sessions/")
    );
    let texts = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    let text = |text: &str| Some(text.to_owned());
    let filter = SessionFilter {
        session_kind: text("USER"),
        page: Page {
            limit: Some(20),
            offset: Some(40),
        },
        status: vec![SessionStatus::Approved, SessionStatus::InReview],
        vendor_data: text("user&ada=1"),
        search: text("+34 600"),
        workflow_id: vec![ID.parse().unwrap(), OTHER_ID.parse().unwrap()],
        date_from: text("2026-01-01"),
        date_to: text("2026-01-31"),
        country: texts(&["esp", "FRA"]),
        document_type: texts(&["p"]),
        document_name: text("Invented Card"),
        region: text("Madrid"),
        didit_internal_id: text(ID),
        euuid: text(OTHER_ID),
        session_type: texts(&["api", "HOSTED"]),
        api_service: text("aml"),
        screened_full_name: text("Ada Peña"),
        warning: texts(&["document_expired"]),
        status_initialized_as_in_review: Some(true),
        is_kyc_to_be_reviewed: Some(false),
        organization_name: text("Invented Ltd"),
    };
    let target = concat!(
        "/v3/sessions/?session_kind=user&limit=20&offset=40&status=Approved%2CIn+Review&vendor_data=user%26ada%3D1",
        "&search=%2B34+600",
        "&workflow_id=5b1f3c9a-0000-4000-8000-00000000000a%2C5b1f3c9a-0000-4000-8000-00000000000b",
        "&date_from=2026-01-01&date_to=2026-01-31&country=ESP%2CFRA&document_type=P&document_name=Invented+Card",
        "&region=Madrid&didit_internal_id=5b1f3c9a-0000-4000-8000-00000000000a",
        "&euuid=5b1f3c9a-0000-4000-8000-00000000000b&session_type=API%2CHOSTED&api_service=AML",
        "&screened_full_name=Ada+Pe%C3%B1a&warning=DOCUMENT_EXPIRED&status_initialized_as_in_review=true",
        "&is_kyc_to_be_reviewed=false&organization_name=Invented+Ltd",
    );
    assert_eq!(
        sent(async |client| client.list_sessions(&filter).await).await,
        get(target)
    );
}

#[tokio::test]
async fn calls_of_one_session() {
    let path = "/v3/session/5b1f3c9a-0000-4000-8000-00000000000a";
    assert_eq!(
        sent(async |client| client.decision(&ID.parse().unwrap()).await).await,
        get(&format!("{path}/decision/"))
    );
    let report = sent(async |client| client.generate_pdf(&ID.parse().unwrap()).await).await;
    assert_eq!(
        report,
        get(&format!("{path}/generate-pdf/")).replace(
            "accept: application/json",
            "accept: application/pdf, application/json"
        )
    );
    let update = StatusUpdate {
        comment: Some("Blurred".to_owned()),
        nodes_to_resubmit: vec![NodeToResubmit {
            node_id: "feature_ocr_1".to_owned(),
            feature: "ocr".to_owned(),
        }],
        send_email: Some(true),
        email_address: Some("ada@mail.test".to_owned()),
        email_language: Some("ES".to_owned()),
        ..StatusUpdate::new(NewStatus::Resubmitted)
    };
    let body = concat!(
        r#"{"new_status":"Resubmitted","comment":"Blurred","#,
        r#""nodes_to_resubmit":[{"node_id":"feature_ocr_1","feature":"OCR"}],"send_email":true,"#,
        r#""email_address":"ada@mail.test","email_language":"es"}"#,
    );
    assert_eq!(
        sent(async |client| client.update_status(&ID.parse().unwrap(), &update).await).await,
        with_body("PATCH", &format!("{path}/update-status/"), body)
    );
    assert_eq!(
        sent(async |client| client
            .update_status(
                &ID.parse().unwrap(),
                &StatusUpdate::new(NewStatus::Approved)
            )
            .await)
        .await,
        with_body(
            "PATCH",
            &format!("{path}/update-status/"),
            r#"{"new_status":"Approved"}"#
        )
    );
    let armed = sent(async |client| {
        let token = SessionToken::new("test-token-0");
        client
            .arm_sandbox_session(&ID.parse().unwrap(), &token, "decline_aml_hit")
            .await
    })
    .await;
    assert_eq!(
        armed,
        with_body(
            "POST",
            &format!("{path}/sandbox/arm/"),
            r#"{"scenario":"decline_aml_hit"}"#
        )
        .replace(
            &format!(
                "user-agent: didit-mcp/{}\nx-api-key: {KEY}\n",
                env!("CARGO_PKG_VERSION")
            ),
            &format!(
                "session-token: test-token-0\nuser-agent: didit-mcp/{}\n",
                env!("CARGO_PKG_VERSION")
            )
        )
    );
}

#[tokio::test]
async fn deletions() {
    let path = "/v3/session/5b1f3c9a-0000-4000-8000-00000000000a/delete/";
    assert_eq!(
        sent(async |client| client
            .delete_session(&ID.parse().unwrap(), &SessionDeletion::default())
            .await)
        .await,
        format!("DELETE {path}\n{}\n", headers(false))
    );
    let deletion = SessionDeletion {
        retain_face_embeddings: Some(true),
        face_retention_days: Some(30),
        face_retention_deadline: Some("2030-01-31T12:00:00Z".to_owned()),
        deletion_instruction: Some("operational_session_delete".to_owned()),
        instruction_id: Some("cleanup-1".to_owned()),
    };
    let fields = concat!(
        r#""retain_face_embeddings":true,"face_retention_days":30,"face_retention_deadline":"2030-01-31T12:00:00Z","#,
        r#""deletion_instruction":"operational_session_delete","instruction_id":"cleanup-1"}"#,
    );
    assert_eq!(
        sent(async |client| client.delete_session(&ID.parse().unwrap(), &deletion).await).await,
        with_body("DELETE", path, &format!("{{{fields}"))
    );
    let some = BulkDeletion {
        session_numbers: vec!["1001".to_owned(), " 1002".to_owned()],
        deletion: deletion.clone(),
        ..BulkDeletion::default()
    };
    assert_eq!(
        sent(async |client| client.delete_sessions(&some).await).await,
        with_body(
            "POST",
            "/v3/sessions/delete/",
            &format!(r#"{{"session_numbers":["1001","1002"],{fields}"#)
        )
    );
    let all = BulkDeletion {
        delete_all: Some(true),
        ..BulkDeletion::default()
    };
    assert_eq!(
        sent(async |client| client.delete_sessions(&all).await).await,
        with_body("POST", "/v3/sessions/delete/", r#"{"delete_all":true}"#)
    );
}

#[tokio::test]
async fn list_calls() {
    let filter = ListFilter {
        list_type: Some("Blocklist".to_owned()),
        entry_type: Some("phone".to_owned()),
        ordering: Some("-created_at".to_owned()),
        page: Page {
            limit: Some(25),
            offset: None,
        },
    };
    assert_eq!(
        sent(async |client| client.list_lists(&filter).await).await,
        get("/v3/lists/?list_type=blocklist&entry_type=phone&ordering=-created_at&limit=25")
    );
    let list = NewList {
        name: "Trusted".to_owned(),
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
    let page = Page {
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
        value: Some("+34600000000".to_owned()),
        reference_session_id: Some(OTHER_ID.parse().unwrap()),
        reference_object_uuid: Some(ID.to_owned()),
        display_label: Some("A line".to_owned()),
        comment: Some("Chargebacks".to_owned()),
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
    let page = Page {
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
        amount_in_dollars: 50.0,
        success_url: None,
        cancel_url: None,
    };
    assert_eq!(
        sent(async |client| client.top_up(&whole).await).await,
        with_body(
            "POST",
            "/v3/billing/top-up/",
            r#"{"amount_in_dollars":50,"success_url":"https://business.didit.me","cancel_url":"https://business.didit.me"}"#
        )
    );
    let cents = TopUp {
        amount_in_dollars: 120.07,
        success_url: Some("https://shop.test/paid".to_owned()),
        cancel_url: Some("https://shop.test/back".to_owned()),
    };
    assert_eq!(
        sent(async |client| client.top_up(&cents).await).await,
        with_body(
            "POST",
            "/v3/billing/top-up/",
            r#"{"amount_in_dollars":120.07,"success_url":"https://shop.test/paid","cancel_url":"https://shop.test/back"}"#
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
    let request = DestinationRequest {
        label: Some("Production".to_owned()),
        url: Some("https://shop.test/didit".to_owned()),
        enabled: Some(true),
        webhook_version: Some("V3".to_owned()),
        subscribed_events: Some(vec!["status.updated".to_owned()]),
    };
    assert_eq!(
        sent(async |client| client.create_destination(&request).await).await,
        with_body(
            "POST",
            "/v3/webhook/destinations/",
            r#"{"label":"Production","url":"https://shop.test/didit","enabled":true,"webhook_version":"v3","subscribed_events":["status.updated"]}"#
        )
    );
    let pause = DestinationRequest {
        enabled: Some(false),
        ..DestinationRequest::default()
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
