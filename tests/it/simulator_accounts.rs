//! Accounts of the simulator: their rules, and that each sees only its own.

use crate::support::simulator_client::{Answer, Client};
use serde_json::{Value, json};

#[tokio::test]
async fn registration_and_login() {
    let client = Client::sandbox().await;
    // Each rule about passwords is reported by itself; the limit per address is avoided with other addresses.
    for (position, (password, complaint)) in [
        ("Ab1!", "Password must be at least 8 characters long."),
        (
            "abcdefg1!",
            "Password must contain at least one uppercase letter.",
        ),
        (
            "ABCDEFG1!",
            "Password must contain at least one lowercase letter.",
        ),
        ("Abcdefgh!", "Password must contain at least one digit."),
        (
            "Abcdefgh1",
            "Password must contain at least one special character.",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = register(&client, "dev@company.io", password, position).await;
        assert_eq!(answer.expect(400), json!({ "password": [complaint] }));
    }
    for (position, domain) in ["example.com", "mail.test", "a.example", "b.invalid"]
        .into_iter()
        .enumerate()
    {
        let answer = register(&client, &format!("dev@{domain}"), "Str0ng!Pass", position).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (500, Some("text/html; charset=utf-8"))
        );
    }
    register(&client, "dev@company.io", "Str0ng!Pass", 50)
        .await
        .expect(201);
    let code = client.control("GET", "inbox", Value::Null).await[0]["code"].clone();
    let verify = |code: &Value| json!({ "email": "dev@company.io", "code": code });
    let wrong = client
        .post(
            "/auth/v2/programmatic/verify-email/",
            verify(&json!("ZZZZZZ")),
        )
        .await
        .expect(400);
    assert_eq!(
        wrong,
        json!({ "code": ["Invalid or expired verification code."] })
    );
    client
        .control("POST", "clock", json!({ "advance_seconds": 601 }))
        .await;
    client
        .post("/auth/v2/programmatic/verify-email/", verify(&code))
        .await
        .expect(400);
    register(&client, "dev@company.io", "Str0ng!Pass", 51)
        .await
        .expect(200);
    let inbox = client.control("GET", "inbox", Value::Null).await;
    client
        .post(
            "/auth/v2/programmatic/verify-email/",
            verify(&inbox[1]["code"]),
        )
        .await
        .expect(200);
    register(&client, "dev@company.io", "Str0ng!Pass", 52)
        .await
        .expect(400);

    let login = |password: &str| json!({ "email": "dev@company.io", "password": password });
    for _ in 0..5 {
        client
            .post("/auth/v2/programmatic/login/", login("wrong"))
            .await
            .expect(401);
    }
    let locked = client
        .post("/auth/v2/programmatic/login/", login("Str0ng!Pass"))
        .await;
    assert_eq!(
        (locked.status, locked.header("retry-after").is_some()),
        (429, true)
    );
    client
        .control("POST", "clock", json!({ "advance_seconds": 901 }))
        .await;
    client
        .post("/auth/v2/programmatic/login/", login("Str0ng!Pass"))
        .await
        .expect(200);
}

async fn register(client: &Client, email: &str, password: &str, address: usize) -> Answer {
    let hop = format!("198.51.100.{address}");
    let headers = [
        ("content-type", "application/json"),
        ("x-forwarded-for", hop.as_str()),
    ];
    let body = json!({ "email": email, "password": password })
        .to_string()
        .into_bytes();
    client
        .send(
            "POST",
            "/auth/v2/programmatic/register/",
            &headers,
            Some(body),
        )
        .await
}

/// The rules of the documentation, one character after the other: what the client sends is what the server takes.
#[tokio::test]
async fn the_special_characters_of_a_password_are_those_of_the_documentation() {
    const SPECIAL: &str = "!@#$%^&*()_+-=[]{}|;:,.<>?";
    let client = Client::sandbox().await;
    let others = ['\\', '/', '~', '`', '\'', '"', ' ', '\u{e9}', '\u{a7}'];
    for (position, character) in SPECIAL.chars().chain(others).enumerate() {
        let is_special = SPECIAL.contains(character);
        let password = format!("Abcdefg1{character}");
        let checked = didit_mcp::didit::Password::new(password.as_str()).check();
        assert_eq!(checked.is_ok(), is_special, "{character:?}");
        let email = format!("dev-{position}@company.io");
        let answer = register(&client, &email, &password, position).await;
        let expected = if is_special { 201 } else { 400 };
        assert_eq!(answer.status, expected, "{character:?}");
    }
}

/// The key and the access token of a second, freshly registered account.
async fn second_account(client: &Client) -> (String, String) {
    register(client, "other@company.io", "Str0ng!Pass", 99)
        .await
        .expect(201);
    let inbox = client.control("GET", "inbox", Value::Null).await;
    let code = inbox.as_array().unwrap().last().unwrap()["code"].clone();
    let verify = json!({ "email": "other@company.io", "code": code });
    let verified = client
        .post("/auth/v2/programmatic/verify-email/", verify)
        .await
        .expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        text(&verified["sandbox_application"]["api_key"]),
        text(&verified["access_token"]),
    )
}

#[tokio::test]
async fn another_account_sees_and_touches_nothing() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    let session = client
        .session(&workflow, json!({ "vendor_data": "user-1" }))
        .await;
    client.finish(&session, None).await;
    let hook = json!({ "label": "A", "url": "https://a.invalid/" });
    let hook = client
        .post("/v3/webhook/destinations/", hook)
        .await
        .expect(201);
    let (key, token) = second_account(&client).await;
    let call = async |method: &str, path: &str, body: Value| {
        let headers = [
            ("x-api-key", key.as_str()),
            ("content-type", "application/json"),
        ];
        let body = (!body.is_null()).then(|| body.to_string().into_bytes());
        client.send(method, path, &headers, body).await
    };
    for path in ["/v3/workflows/", "/v3/sessions/", "/v3/blocklist/"] {
        assert_eq!(
            call("GET", path, Value::Null).await.expect(200)["count"],
            0,
            "{path}"
        );
    }
    assert_eq!(
        call("GET", "/v3/webhook/destinations/", Value::Null)
            .await
            .expect(200),
        json!([])
    );
    let id = |value: &Value, key: &str| value[key].as_str().unwrap().to_owned();
    let list = client.get("/v3/lists/").await.expect(200)["results"][0].clone();
    for path in [
        format!("/v3/workflows/{}/", id(&workflow, "uuid")),
        format!("/v3/webhook/destinations/{}/", id(&hook, "uuid")),
        format!("/v3/lists/{}/", id(&list, "uuid")),
        format!("/v3/sessions/{}/reviews/", id(&session, "session_id")),
    ] {
        assert_eq!(call("GET", &path, Value::Null).await.status, 404, "{path}");
    }
    let forbidden = json!({ "detail": "You do not have permission to perform this action." });
    let decision = format!("/v3/session/{}/decision/", id(&session, "session_id"));
    assert_eq!(
        call("GET", &decision, Value::Null).await.expect(403),
        forbidden
    );
    let body = json!({ "workflow_id": workflow["workflow_id"] });
    assert_eq!(
        call("POST", "/v3/session/", body).await.expect(400),
        json!({ "workflow_id": "Invalid workflow_id." })
    );
    let gone = call(
        "POST",
        "/v3/sessions/delete/",
        json!({ "delete_all": true }),
    )
    .await
    .expect(200);
    assert_eq!(gone["results"], json!([]));
    assert_eq!(client.get("/v3/sessions/").await.expect(200)["count"], 1);

    // A console token opens sessions of its own organization only, and nothing that needs a key.
    let bearer = format!("Bearer {token}");
    let bearer = [("authorization", bearer.as_str())];
    assert_eq!(
        client
            .send("GET", &decision, &bearer, None)
            .await
            .expect(403),
        forbidden
    );
    client
        .send("GET", "/v3/workflows/", &bearer, None)
        .await
        .expect(403);
    client
        .send(
            "GET",
            "/auth/v2/organizations/me/",
            &[("x-api-key", key.as_str())],
            None,
        )
        .await
        .expect(401);
    let made = call(
        "POST",
        "/v3/workflows/",
        json!({ "features": [{ "feature": "OCR" }] }),
    )
    .await
    .expect(201);
    let own = call(
        "POST",
        "/v3/session/",
        json!({ "workflow_id": made["uuid"] }),
    )
    .await
    .expect(201);
    let path = format!("/v3/session/{}/decision/", id(&own, "session_id"));
    client.send("GET", &path, &bearer, None).await.expect(200);
    client
        .control("POST", "clock", json!({ "advance_seconds": 86_401 }))
        .await;
    client.send("GET", &path, &bearer, None).await.expect(403);
}

#[tokio::test]
async fn the_older_answer_has_no_data_location() {
    let client = Client::legacy().await;
    register(&client, "dev@company.io", "Str0ng!Pass", 1)
        .await
        .expect(201);
    let code = client.control("GET", "inbox", Value::Null).await[0]["code"].clone();
    let verify = json!({ "email": "dev@company.io", "code": code });
    let verified = client
        .post("/auth/v2/programmatic/verify-email/", verify)
        .await
        .expect(200);
    assert_eq!(verified["application"].get("data_location"), None);
}
