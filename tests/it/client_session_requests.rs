//! What the calls of sessions send, byte for byte.

use crate::support::refusals::{text, value};
use crate::support::requests::{ID, OTHER_ID, get, headers, sent, with_body};
use crate::support::upstream::KEY;
use didit_mcp::didit::sessions::{
    CallbackMethod, DeletionInstruction, Gender, SessionKind, SessionType,
};
use didit_mcp::didit::{
    BulkDeletion, ContactDetails, ExpectedDetails, NewStatus, NodeToResubmit, PageRequest,
    SessionDeletion, SessionFilter, SessionRequest, SessionStatus, SessionToken, StatusUpdate,
};
use serde_json::json;

#[tokio::test]
async fn a_session_with_everything() {
    let request = SessionRequest {
        vendor_data: text("user-ada"),
        callback: text("myapp://done?from=kyc"),
        callback_method: Some(CallbackMethod::Both),
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
            gender: Some(Gender::F),
            nationality: text("esp"),
            country: text("ESP"),
            id_country: text("prt"),
            poa_country: text("FRA"),
            address: text("1 Invented Street"),
            identification_number: text("X0000000X"),
            ip_address: text("192.0.2.7"),
            expected_document_types: Some(vec![value("p"), value("ID"), value("P")]),
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
    let filter = SessionFilter {
        session_kind: Some(SessionKind::User),
        page: PageRequest {
            limit: Some(20),
            offset: Some(40),
        },
        status: vec![SessionStatus::Approved, SessionStatus::InReview],
        vendor_data: text("user&ada=1"),
        search: text("+34 600"),
        workflow_id: vec![ID.parse().unwrap(), OTHER_ID.parse().unwrap()],
        date_from: text("2026-01-01"),
        date_to: text("2026-01-31"),
        country: vec![value("esp"), value("FRA")],
        document_type: vec![value("p")],
        document_name: text("Invented Card"),
        region: text("Madrid"),
        didit_internal_id: text(ID),
        euuid: text(OTHER_ID),
        session_type: vec![SessionType::Api, SessionType::Hosted],
        api_service: text("aml"),
        screened_full_name: text("Ada Peña"),
        warning: vec![value("document_expired")],
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
        comment: text("Blurred"),
        nodes_to_resubmit: vec![NodeToResubmit {
            node_id: value("feature_ocr_1"),
            feature: value("ocr"),
        }],
        send_email: Some(true),
        email_address: text("ada@mail.test"),
        email_language: text("ES"),
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
            .arm_sandbox_session(&ID.parse().unwrap(), &token, &value("decline_aml_hit"))
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
        face_retention_deadline: text("2030-01-31T12:00:00Z"),
        deletion_instruction: Some(DeletionInstruction::OperationalSessionDelete),
        instruction_id: text("cleanup-1"),
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
        session_numbers: vec![value("1001"), value(" 1002")],
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
