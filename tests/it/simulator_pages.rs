//! The pages for people, used with plain links and forms as a browser without scripts would.

use crate::support::simulator_client::{Answer, Client};
use serde_json::{Value, json};

/// Where the first link with this text leads.
fn link(page: &Answer, text: &str) -> String {
    let html = page.text();
    let before = html
        .split(&format!(">{text}</a>"))
        .next()
        .filter(|before| before.len() < html.len())
        .unwrap();
    let address = before.rsplit("href=\"").next().unwrap();
    address.split('"').next().unwrap().replace("&amp;", "&")
}

#[tokio::test]
async fn a_person_walks_through_the_steps_and_returns_to_the_callback() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR", "LIVENESS"]).await;
    let fields =
        json!({ "callback": "https://app.invalid/done?order=1&x=%20#top", "language": "de" });
    let session = client.session(&workflow, fields).await;
    let url = session["url"].as_str().unwrap();
    let mut page = client.get(url).await;
    assert_eq!(client.decision(&session).await["status"], "In Progress");
    for step in ["Identity document", "Selfie"] {
        assert!(
            page.text().contains(step) && page.text().contains("This is a simulator."),
            "{}",
            page.text()
        );
        page = client.get(&link(&page, "Continue")).await;
    }
    let html = page.text();
    assert!(
        html.contains("value=\"approve\" checked")
            && html.contains("value=\"decline_liveness_attack\"")
    );
    assert!(
        !html.contains("value=\"decline_aml_hit\""),
        "an outcome without its step is not offered"
    );
    assert!(
        html.contains("<html lang=\"en\">")
            && html.contains("name=\"viewport\"")
            && !html.contains("<script")
    );

    let path = url.strip_prefix(&client.simulator.root_url()).unwrap();
    let done = client
        .form(path, &[("scenario", "decline_liveness_attack")])
        .await;
    assert_eq!(done.status, 303);
    let id = session["session_id"].as_str().unwrap();
    let expected = format!(
        "https://app.invalid/done?order=1&x=%20&verificationSessionId={id}&status=Declined#top"
    );
    assert_eq!(done.header("location"), Some(expected.as_str()));
    assert_eq!(
        client.decision(&session).await["liveness_checks"][0]["status"],
        "Declined"
    );
    let after = client.get(path).await;
    assert!(after.text().contains("Declined"));
    assert_eq!(link(&after, "Return to the application"), expected);
}

#[tokio::test]
async fn without_a_callback_a_page_says_how_it_ended() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    let session = client.session(&workflow, json!({})).await;
    let path = format!("/session/{}", session["session_token"].as_str().unwrap());
    let done = client.form(&path, &[]).await;
    assert_eq!(
        (done.status, done.header("location")),
        (303, Some(path.as_str()))
    );
    assert!(client.get(&path).await.text().contains("Approved"));
    // Finishing once more changes nothing.
    client
        .form(&path, &[("scenario", "decline_document_expired")])
        .await;
    assert_eq!(client.decision(&session).await["status"], "Approved");
    assert_eq!(
        client.form(&path, &[("scenario", "<script>")]).await.status,
        400
    );
    assert_eq!(client.get("/session/nobody").await.status, 404);
    assert_eq!(client.get(&format!("/xx{path}")).await.status, 404);
}

#[tokio::test]
async fn opening_the_link_plays_an_armed_scenario() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    let fields =
        json!({ "sandbox_scenario": "decline_mrz_validation", "callback": "my-app://verified" });
    let session = client.session(&workflow, fields).await;
    let opened = client.get(session["url"].as_str().unwrap()).await;
    let id = session["session_id"].as_str().unwrap();
    let expected = format!("my-app://verified?verificationSessionId={id}&status=Declined");
    assert_eq!(
        (opened.status, opened.header("location")),
        (303, Some(expected.as_str()))
    );
}

#[tokio::test]
async fn an_expired_link_says_so() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    let session = client.session(&workflow, json!({})).await;
    client
        .control("POST", "clock", json!({ "advance_seconds": 604_801 }))
        .await;
    let page = client.get(session["url"].as_str().unwrap()).await;
    assert!(page.text().contains("Expired"));
}

#[tokio::test]
async fn paying_raises_the_balance_once() {
    let client = Client::live().await;
    client
        .control("POST", "balance", json!({ "amount": 0 }))
        .await;
    let body =
        json!({ "amount_in_dollars": 75.5, "cancel_url": "https://app.invalid/?a=1&b=\"2\"" });
    let checkout = client.post("/v3/billing/top-up/", body).await.expect(200);
    let url = checkout["checkout_session_url"].as_str().unwrap();
    let page = client.get(url).await;
    assert!(
        page.text().contains("$75.5000") && page.text().contains("a=1&amp;b=&quot;2&quot;"),
        "{}",
        page.text()
    );
    let path = url.strip_prefix(&client.simulator.root_url()).unwrap();
    for _ in 0..2 {
        assert_eq!(client.form(path, &[]).await.status, 303);
        assert_eq!(
            client.get("/v3/billing/balance/").await.expect(200)["balance"],
            "75.5000"
        );
    }
    assert_eq!(client.get("/checkout/cs_test_nothing").await.status, 404);
    let body = json!({ "amount_in_dollars": 50, "success_url": "https://app.invalid/größe" });
    let checkout = client.post("/v3/billing/top-up/", body).await.expect(200);
    let path = format!(
        "/checkout/{}",
        checkout["checkout_session_id"].as_str().unwrap()
    );
    let paid = client.form(&path, &[]).await;
    assert_eq!(
        paid.header("location"),
        Some("https://app.invalid/gr%C3%B6%C3%9Fe")
    );
}

#[tokio::test]
async fn what_people_wrote_is_escaped_and_media_end_with_the_session() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    let evil = "<img src=x onerror=alert(1)>'\"&";
    let session = client
        .session(&workflow, json!({ "vendor_data": evil }))
        .await;
    client.finish(&session, None).await;
    let index = client.get("/").await;
    assert!(
        index
            .text()
            .contains("&lt;img src=x onerror=alert(1)&gt;&#39;&quot;&amp;")
    );
    assert!(!index.text().contains("<img"));
    assert!(index.text().contains(client.key()));
    assert!(
        index
            .header("content-security-policy")
            .unwrap()
            .contains("default-src 'none'")
    );

    let picture = client.decision(&session).await["id_verifications"][0]["front_image"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(picture.starts_with(&client.simulator.root_url()));
    let answer = client.get(&picture).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("image/png"))
    );
    assert!(answer.bytes.starts_with(b"\x89PNG"));
    client
        .delete(&format!(
            "/v3/session/{}/delete/",
            session["session_id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(client.get(&picture).await.status, 404);
}

#[tokio::test]
async fn the_inbox_shows_codes() {
    let client = Client::sandbox().await;
    assert!(client.get("/inbox").await.text().contains("No e-mails yet"));
    let account = json!({ "email": "dev@company.io", "password": "Str0ng!Pass" });
    client
        .post("/auth/v2/programmatic/register/", account)
        .await
        .expect(201);
    let code = client.control("GET", "inbox", Value::Null).await[0]["code"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(client.get("/inbox").await.text().contains(&code));
}

#[tokio::test]
async fn a_workflow_has_a_link_of_its_own() {
    let client = Client::sandbox().await;
    let workflow = client.workflow(&["OCR"]).await;
    let url = workflow["workflow_url"].as_str().unwrap();
    assert!(
        client
            .get(url)
            .await
            .text()
            .contains("Start a verification")
    );
    assert_eq!(client.get("/v3/sessions/").await.expect(200)["count"], 0);
    let path = url.strip_prefix(&client.simulator.root_url()).unwrap();
    let started = client.form(path, &[]).await;
    let row = &client.get("/v3/sessions/").await.expect(200)["results"][0];
    assert_eq!(
        (started.status, started.header("location")),
        (303, row["session_url"].as_str())
    );
    assert_eq!(client.get("/u/nothing").await.status, 404);
}
