//! What the client makes of answers: nulls, new keys, wrong types, old dialects.

use crate::support::upstream::{Reply, Upstream, answered};
use didit_mcp::didit::{
    AccessToken, Client, Error, ListFilter, LoginStep, PageRequest, Password, Registration,
    SessionDeletion, SessionFilter, SessionId, SessionRequest, SessionStatus, WorkflowId,
};
use serde_json::json;

const ID: &str = "5b1f3c9a-0000-4000-8000-00000000000a";

fn id<T: std::str::FromStr<Err = Error>>() -> T {
    ID.parse().unwrap()
}

#[tokio::test]
async fn lists_come_in_an_envelope_or_as_a_bare_array() {
    let row = json!({"uuid": ID, "workflow_label": "KYC", "features": "OCR + LIVENESS + FACE_MATCH", "total_price": 0.15});
    let envelope = json!({"count": 120, "next": "https://verification.didit.me/v3/workflows/?limit=50&offset=50", "previous": null, "results": [row]});
    let page = answered(200, envelope, async |client| {
        client.list_workflows(&PageRequest::default()).await
    })
    .await
    .unwrap();
    assert_eq!((page.total, page.next_offset), (Some(120), Some(50)));
    assert_eq!(page.items[0].features, ["OCR", "LIVENESS", "FACE_MATCH"]);
    assert_eq!(page.items[0].total_price.as_ref().unwrap().as_str(), "0.15");

    let old = json!([{"uuid": ID, "features": ["ocr", "liveness"], "total_price": "0.10"}, "noise", null]);
    let page = answered(200, old, async |client| {
        client.list_workflows(&PageRequest::default()).await
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

    let row = json!({"session_id": ID, "session_number": 7, "status": "Newly Invented", "vendor_data": "user-1",
        "full_name": "Ada Example", "features": [{"feature": "OCR"}], "created_at": 20261123});
    let found = answered(200, json!([row, 7, null]), async |client| {
        client.find_sessions(&SessionFilter::default()).await
    })
    .await
    .unwrap();
    let [session] = &found.items[..] else {
        panic!("{found:?}")
    };
    assert_eq!(session.session_id, Some(ID.parse().unwrap()));
    assert_eq!(session.session_number, Some(7));
    assert_eq!(
        session.status,
        SessionStatus::Other("Newly Invented".to_owned())
    );
    assert_eq!(session.created_at.as_deref(), Some("20261123"));
    assert!(!format!("{found:?}").contains("Ada"), "{found:?}");

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
            client.list_workflows(&PageRequest::default()).await
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
    let balance = upstream.builder().build().unwrap().balance().await;
    let balance = balance.unwrap().balance.unwrap();
    assert_eq!((balance.as_str(), balance.as_f64()), ("\u{fffd}", None));
}

/// The documentation knows these lists without pages; should they get some, nothing of them is missed, and a next page that
/// leads nowhere ends it.
#[tokio::test]
async fn short_lists_are_read_whole_also_in_pages() {
    let page = |next: Option<u32>, name: &str| {
        let next = next.map(|offset| format!("https://didit.test/?offset={offset}"));
        let body = json!({ "count": 2, "next": next, "results": [{ "uuid": ID, "name": name, "label": name }] });
        Reply::json(200, &body.to_string())
    };
    let token = AccessToken::new("test-token-0000");
    for last in [None, Some(1), Some(0)] {
        let upstream = Upstream::start([page(Some(1), "one"), page(last, "two")]).await;
        let client = upstream.builder().build().unwrap();
        let names: Vec<_> = client
            .organizations(&token)
            .await
            .unwrap()
            .into_iter()
            .map(|organization| organization.name.unwrap())
            .collect();
        assert_eq!(names, ["one", "two"], "{last:?}");
    }
    let upstream = Upstream::start([page(Some(1), "one"), page(None, "two")]).await;
    let client = upstream.builder().build().unwrap();
    assert_eq!(client.list_destinations().await.unwrap().len(), 2);
    let upstream = Upstream::start([page(Some(1), "one"), page(None, "two")]).await;
    let client = upstream.builder().build().unwrap();
    assert_eq!(client.applications(&token, &id()).await.unwrap().len(), 2);
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
async fn wrong_types_never_fail_a_call_and_new_keys_are_kept() {
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
    assert_eq!(workflow.total_price, None);
    assert_eq!(workflow.is_archived, None);
    let kept: Vec<_> = workflow.extra.keys().map(String::as_str).collect();
    assert_eq!(kept, ["brand_new"]);
    // Written again, each key stands once.
    let written = serde_json::to_string(&workflow).unwrap();
    assert_eq!(written.matches("\"features\"").count(), 1);
}

#[tokio::test]
async fn a_created_session_needs_its_id_alone() {
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
    // A key without the right to write sessions sees no link, which makes the session no less there.
    for url in [json!(null), json!("")] {
        let body = json!({ "session_id": ID, "url": url });
        let hidden = answered(201, body, async |client| {
            client.create_session(&request).await
        });
        assert_eq!(hidden.await.unwrap().url, None, "{url}");
    }
    for (body, missing) in [
        (json!({"url": "https://verify.didit.me/s"}), "session_id"),
        (
            json!({"session_id": "not-an-id", "url": "https://verify.didit.me/s"}),
            "session_id",
        ),
        (json!({"session_id": ID, "url": "javascript:0"}), "url"),
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
    assert_eq!(account.sandbox_application, None, "an older answer");
    let application = account.first_application().unwrap();
    let key = application.api_key.clone().unwrap();
    assert_eq!(
        (key.expose_secret(), key.last_four().as_str()),
        ("test-key-0000-wxyz", "wxyz")
    );
    assert_eq!(application.data_location.as_deref(), Some("eu"));
    let shown = format!("{account:?} {key} {key:?}");
    for secret in ["test-key", "test-token", "test-refresh", "wxyz"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn an_account_begins_with_its_sandbox() {
    let application = |name: &str| json!({ "uuid": ID, "name": name, "api_key": format!("test-key-{name}-0000") });
    let verified = |body| async {
        answered(200, body, async |client| {
            client.verify_email("ada@mail.test", "A3K9F2").await
        })
        .await
    };
    let tokens =
        json!({"access_token": "test-token-0000", "sandbox_application": application("box")});
    let alone = verified(tokens.clone()).await.unwrap();
    assert_eq!(alone.application, None);
    let mut both = tokens;
    both["application"] = application("live");
    let both = verified(both).await.unwrap();
    for account in [&alone, &both] {
        let first = account.first_application().unwrap();
        assert_eq!(first.name.as_deref(), Some("box"));
    }
    let live = both.application.as_ref().unwrap().name.as_deref();
    assert_eq!(live, Some("live"));
    let none = verified(json!({"access_token": "test-token-0000"})).await;
    assert!(none.unwrap_err().to_string().contains("application"));
}

/// What tells the two answers apart is the flag, whatever else is there or not.
#[tokio::test]
async fn a_second_factor_is_told_by_its_flag() {
    let login = |body| async {
        answered(200, body, async |client| {
            client
                .login("ada@mail.test", &Password::new("test-password"))
                .await
        })
        .await
    };
    let waiting = json!({"2fa_required": true, "temp_token": "test-temporary-0000", "has_authenticator": false,
        "has_passkeys": true, "access_token": null});
    let step = login(waiting).await.unwrap();
    assert!(!format!("{step:?}").contains("test-temporary"), "{step:?}");
    let LoginStep::SecondFactor(waiting) = step else {
        panic!("{step:?}");
    };
    assert_eq!(
        (waiting.has_authenticator, waiting.has_passkeys),
        (false, true)
    );
    let usual =
        json!({"2fa_required": false, "access_token": "test-token-0000", "expires_in": 86400});
    for body in [usual, json!({"access_token": "test-token-0000"})] {
        let LoginStep::SignedIn(login) = login(body).await.unwrap() else {
            panic!("signed in");
        };
        assert_eq!(login.access_token.expose_secret(), "test-token-0000");
    }
    let nothing = login(json!({"2fa_required": true})).await;
    assert!(nothing.unwrap_err().to_string().contains("temp_token"));
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
    let one = answered(200, odd, async |client| client.destination(&id()).await)
        .await
        .unwrap();
    assert!(one.secret_shared_key.is_none() && !format!("{one:?}").contains("test-secret"));
}

/// Commas within a text are no values, however many: metadata may be a whole list in one text.
#[tokio::test]
async fn a_long_text_is_one_value() {
    let list = ",[{\\\"".repeat(40_000);
    let answer = json!({ "session_id": ID, "status": "Approved", "metadata": list });
    let decision = answered(200, answer, async |client| client.decision(&id()).await);
    let metadata = decision.await.unwrap().metadata.unwrap();
    assert_eq!(metadata, json!(list));
}
