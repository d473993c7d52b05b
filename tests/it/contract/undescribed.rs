//! Endpoints the published description leaves out: accounts, lists and the older blocklist.

use serde_json::{Value, json};

use super::checked::{Checked, UNKNOWN, id};

/// A log-in whose second factor is wrong, right, and used up.
async fn second_factor(checked: &Checked, login: &str, good: &Value) {
    let set = |body: Value| checked.client.control("POST", "second-factor", body);
    set(json!({ "code": "246810" })).await;
    let waiting = checked.call("POST", login, good.clone(), 200).await;
    let verify = "/auth/v2/2fa/verify/";
    for (code, status) in [("000000", 400), ("246810", 200), ("246810", 403)] {
        let body = json!({ "temp_token": waiting["temp_token"], "otp_token": code });
        checked.call("POST", verify, body, status).await;
    }
    set(json!({})).await;
}

pub async fn account(checked: &Checked) {
    let register = "/auth/v2/programmatic/register/";
    let good = json!({ "email": "dev@company.io", "password": "Str0ng!Pass" });
    checked
        .call(
            "POST",
            register,
            json!({ "email": "dev@company.io", "password": "short" }),
            400,
        )
        .await;
    checked
        .call(
            "POST",
            register,
            json!({ "email": "dev@example.com", "password": "Str0ng!Pass" }),
            500,
        )
        .await;
    checked.call("POST", register, good.clone(), 201).await;
    checked.call("POST", register, good.clone(), 200).await;
    let login = "/auth/v2/programmatic/login/";
    checked.call("POST", login, good.clone(), 403).await;
    let resend = "/auth/v2/programmatic/resend-otp/";
    checked.call("POST", resend, good.clone(), 429).await;
    checked
        .client
        .control("POST", "clock", json!({ "advance_seconds": 3601 }))
        .await;
    checked.call("POST", resend, good.clone(), 200).await;
    checked.call("POST", resend, json!({}), 400).await;
    let inbox = checked.client.control("GET", "inbox", Value::Null).await;
    let code = inbox.as_array().unwrap().last().unwrap()["code"].clone();
    let verify = "/auth/v2/programmatic/verify-email/";
    checked
        .call(
            "POST",
            verify,
            json!({ "email": "dev@company.io", "code": "ABC12" }),
            400,
        )
        .await;
    let verified = checked
        .call(
            "POST",
            verify,
            json!({ "email": "dev@company.io", "code": code }),
            200,
        )
        .await;

    second_factor(checked, login, &good).await;
    checked
        .call("GET", "/auth/v2/organizations/me/", Value::Null, 401)
        .await;
    checked
        .call("POST", login, json!({ "email": "dev@company.io" }), 400)
        .await;
    checked
        .call(
            "POST",
            login,
            json!({ "email": "dev@company.io", "password": "wrong" }),
            401,
        )
        .await;
    checked.call("POST", login, good, 200).await;
    *checked.bearer.borrow_mut() = Some(format!("Bearer {}", id(&verified, "access_token")));
    checked
        .call("GET", "/auth/v2/organizations/me/", Value::Null, 200)
        .await;
    let applications = format!(
        "/auth/v2/organizations/me/{}/applications/",
        id(&verified["organization"], "uuid")
    );
    checked.call("GET", &applications, Value::Null, 200).await;
    checked.call("POST", &applications, Value::Null, 201).await;
    let made = checked
        .call("POST", &applications, json!({ "name": "Second" }), 201)
        .await;
    checked
        .call("POST", &applications, json!({ "name": "" }), 400)
        .await;
    let one = format!("{applications}{}/", id(&made, "uuid"));
    checked.call("GET", &one, Value::Null, 200).await;
    checked
        .call(
            "PATCH",
            &one,
            json!({ "website_url": "https://company.io" }),
            200,
        )
        .await;
    checked
        .call("PATCH", &one, json!({ "name": [] }), 400)
        .await;
    let other = format!("/auth/v2/organizations/me/{UNKNOWN}/applications/");
    for (method, path) in [("GET", &other), ("POST", &other)] {
        checked.call(method, path, Value::Null, 404).await;
    }
    for method in ["GET", "PATCH"] {
        checked
            .call(
                method,
                &format!("{applications}{UNKNOWN}/"),
                Value::Null,
                404,
            )
            .await;
    }
    checked.bearer.borrow_mut().take();
    for (method, path) in [
        ("GET", &applications),
        ("POST", &applications),
        ("GET", &one),
        ("PATCH", &one),
    ] {
        checked.call(method, path, Value::Null, 401).await;
    }
}

pub async fn lists(checked: &Checked, workflow: &Value) {
    let page = checked
        .call(
            "GET",
            "/v3/lists/?list_type=blocklist&limit=25&ordering=-entry_count",
            Value::Null,
            200,
        )
        .await;
    assert_eq!(page["count"], 10);
    let system = format!("/v3/lists/{}/", id(&page["results"][0], "uuid"));
    checked
        .call("PATCH", &system, json!({ "name": "Mine" }), 403)
        .await;
    checked.call("DELETE", &system, Value::Null, 403).await;
    let body = json!({ "name": "Good phones", "list_type": "allowlist", "entry_type": "phone" });
    let list = checked.call("POST", "/v3/lists/", body.clone(), 201).await;
    checked.call("POST", "/v3/lists/", body, 400).await;
    let one = format!("/v3/lists/{}/", id(&list, "uuid"));
    checked.call("GET", &one, Value::Null, 200).await;
    checked
        .call("PATCH", &one, json!({ "description": "New" }), 200)
        .await;
    checked
        .call("PATCH", &one, json!({ "name": "" }), 400)
        .await;
    let entries = format!("{one}entries/");
    let value = json!({ "value": "+1 (202) 555-0143", "display_label": "A", "comment": "B", "metadata": { "c": 1 } });
    let entry = checked.call("POST", &entries, value, 201).await;
    assert_eq!(entry["value"], "+12025550143");
    checked.call("POST", &entries, json!({}), 400).await;
    checked
        .call(
            "GET",
            &format!("{entries}?search=0143&limit=5&offset=0"),
            Value::Null,
            200,
        )
        .await;
    let entry = format!("{entries}{}/", id(&entry, "uuid"));
    checked.call("DELETE", &entry, Value::Null, 204).await;
    checked.call("DELETE", &entry, Value::Null, 404).await;

    let session = checked
        .session(workflow, json!({ "vendor_data": "to-block" }))
        .await;
    checked.finish(&session, "approve").await;
    let faces = checked
        .call("GET", "/v3/lists/?entry_type=face", Value::Null, 200)
        .await;
    let faces = format!("/v3/lists/{}/entries/", id(&faces["results"][0], "uuid"));
    checked
        .call(
            "POST",
            &faces,
            json!({ "reference_session_id": session, "comment": "fraud" }),
            201,
        )
        .await;
    let upload = format!("{faces}face-upload/");
    checked
        .call("POST", &upload, json!({ "image": "/9j/4AAQSkZJRg==" }), 201)
        .await;
    checked
        .call("POST", &upload, json!({ "image": "bm90IGFuIGltYWdl" }), 400)
        .await;
    let all = json!({
        "session_id": session, "blocklist_face": true, "blocklist_document": true, "blocklist_phone": true,
        "blocklist_email": true,
    });
    checked.call("POST", "/v3/blocklist/add/", all, 200).await;
    let rows = checked
        .call("GET", "/v3/blocklist/", Value::Null, 200)
        .await;
    assert_eq!(rows["count"], 5);
    checked
        .call(
            "GET",
            "/v3/blocklist/?item_type=phone&limit=1&offset=0",
            Value::Null,
            200,
        )
        .await;
    checked
        .call("GET", "/v3/blocklist/?item_type=car", Value::Null, 400)
        .await;
    // Everything about this person is blocked now, which later decisions tell in the described form.
    let blocked = checked
        .session(workflow, json!({ "vendor_data": "to-block" }))
        .await;
    checked.finish(&blocked, "approve").await;
    let decision = checked
        .call(
            "GET",
            &format!("/v3/session/{blocked}/decision/"),
            Value::Null,
            200,
        )
        .await;
    assert_eq!(decision["status"], "Declined");
    checked
        .call(
            "POST",
            "/v3/blocklist/remove/",
            json!({ "session_id": session, "unblock_face": true }),
            200,
        )
        .await;
    for verb in ["add", "remove"] {
        checked
            .call("POST", &format!("/v3/blocklist/{verb}/"), json!({}), 400)
            .await;
        checked
            .call(
                "POST",
                &format!("/v3/blocklist/{verb}/"),
                json!({ "session_id": UNKNOWN }),
                404,
            )
            .await;
    }
    checked.call("DELETE", &one, Value::Null, 204).await;
    for (method, path) in [
        ("GET", one.clone()),
        ("PATCH", one.clone()),
        ("DELETE", one.clone()),
        ("GET", entries.clone()),
        ("POST", entries.clone()),
        ("POST", format!("{entries}face-upload/")),
    ] {
        checked.call(method, &path, Value::Null, 404).await;
    }
}
