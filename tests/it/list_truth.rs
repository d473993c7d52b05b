//! What lists say of themselves: how many there are, in which order, and whom they leave out.

use crate::support::{
    approved::{ID, assert_says, decision},
    scripted::Scripted,
    server::{Answer, Era, Setup},
};
use serde_json::{Value, json};

/// What a tool says where every list is answered with this body, and the requests that it sent.
fn listed(tool: &str, arguments: Value, body: Value) -> (Answer, Vec<String>) {
    let upstream = Scripted::start(move |_| (200, body.clone()));
    let [api, auth] = upstream.arguments();
    let mut server = Setup::new(Era::Modern)
        .arguments(&[&api, &auth, "--toolsets=all"])
        .variable("DIDIT_API_KEY", "test-key-of-the-lists")
        .start();
    let answer = server.ok(tool, arguments);
    server.stop();
    let requests = upstream.requests().into_iter();
    (answer, requests.map(|request| request.line).collect())
}

#[test]
fn a_total_that_stops_at_100_says_so() {
    let next = "https://verification.didit.me/v3/sessions/?limit=20&offset=20";
    let whole = "https://verification.didit.me/v3/sessions/?limit=100&offset=100";
    for (kind, count, next, words, is_minimum) in [
        (None, 100, Some(next), " of 100 session(s) (", false),
        // People are counted to the end, unless the next page lies beyond it.
        (None, 100, Some(whole), " of 100 or more session(s) (", true),
        (None, 340, Some(next), " of 340 session(s) (", false),
        (
            Some("business"),
            100,
            Some(next),
            " of 100 or more session(s) (",
            true,
        ),
        (
            Some("business"),
            99,
            Some(next),
            " of 99 session(s) (",
            false,
        ),
        (
            Some("all"),
            140,
            Some(next),
            " of 140 or more session(s) (",
            true,
        ),
    ] {
        let row = json!({ "session_id": ID, "session_number": 1, "status": "Approved" });
        let body = json!({ "count": count, "next": next, "previous": null, "results": [row] });
        let (answer, _) = listed("didit_session_list", json!({ "session_kind": kind }), body);
        assert_says(&answer, &[words]);
        let order = if kind == Some("all") {
            "), people before companies, each newest first:"
        } else {
            "), newest first:"
        };
        assert_says(&answer, &[order]);
        assert_eq!(answer.data["total"], count);
        assert_eq!(
            answer.data["total_is_a_minimum"] == true,
            is_minimum,
            "{words}"
        );
    }
    let body = json!({ "count": 100, "next": next, "previous": null, "results": [{ "vendor_data": "c-1" }] });
    let (answer, _) = listed("didit_user_list", json!({}), body);
    assert_says(&answer, &[" of 100 or more person(s) ("]);
}

/// Not every server knows the filters of this list, and a stranger must not pass for whoever was looked for.
#[test]
fn people_outside_the_filter_are_left_out_and_that_is_said() {
    let ben = json!({ "vendor_data": "c-1", "effective_name": "Ben Invented", "status": "BLOCKED", "issuing_states": ["GBR"],
        "approved_emails": ["ben@example.org"], "approved_phones": ["+447700900001"] });
    let ana = json!({ "vendor_data": "c-2", "effective_name": "Ana Ruiz", "status": "ACTIVE", "issuing_states": ["ESP"] });
    let body = json!({ "count": 2, "next": null, "previous": null, "results": [ana, ben] });
    for filter in [
        json!({ "status": "BLOCKED" }),
        json!({ "country": "GBR" }),
        json!({ "search": "ben" }),
        json!({ "search": "Invented Ben" }),
        json!({ "search": "c-1" }),
        json!({ "search": "+4477009" }),
        json!({ "country": "GBR", "search": "example.org" }),
    ] {
        let (answer, _) = listed("didit_user_list", filter.clone(), body.clone());
        let people = answer.data["items"].as_array().unwrap();
        assert_eq!(people.len(), 1, "{filter}: {}", answer.data);
        assert_eq!(people[0]["vendor_data"], "c-1", "{filter}");
        assert_says(
            &answer,
            &["Didit ignored the filter: 1 of this page do not fit and are left out"],
        );
        assert!(
            answer.data["total"].is_null(),
            "the total is of everybody: {}",
            answer.data
        );
    }
    let (answer, _) = listed("didit_user_list", json!({}), body);
    assert_eq!(answer.data["total"], 2);
    assert!(!answer.text.contains("ignored"), "{}", answer.text);
    // How Didit folds accents is not documented, so such a name is nobody's proof.
    let nunez = json!({ "count": 1, "next": null, "results": [{ "vendor_data": "c-3", "effective_name": "José Núñez" }] });
    let (answer, _) = listed("didit_user_list", json!({ "search": "nunez" }), nunez);
    assert!(!answer.text.contains("ignored"), "{}", answer.text);
}

/// Nobody says whether the filter takes the id of all versions or that of one, so it gets both.
#[test]
fn a_workflow_is_looked_for_by_all_its_ids() {
    let id = |number: u32| format!("5b1f3c9a-2222-4000-8000-00000000000{number}");
    let version = |uuid: u32, group: u32| json!({ "uuid": id(uuid), "workflow_id": id(group), "version": uuid, "status": "published" });
    let body = json!({ "count": 3, "next": null, "results": [version(1, 1), version(2, 1), version(3, 3)] });
    for (named, sent) in [
        (vec![id(1)], vec![id(1), id(2)]),
        (vec![id(2)], vec![id(2), id(1)]),
        (vec![id(3)], vec![id(3)]),
        (vec![id(9)], vec![id(9)]),
        (vec![id(3), id(2)], vec![id(3), id(2), id(1)]),
    ] {
        let (_, requests) = listed(
            "didit_session_list",
            json!({ "workflow_id": named }),
            body.clone(),
        );
        let list = requests
            .iter()
            .find(|line| line.contains("/sessions/?"))
            .unwrap();
        let comma = sent.join("%2C");
        assert!(
            list.ends_with(&format!("workflow_id={comma}")),
            "{list} {comma}"
        );
    }
}

#[test]
fn a_deletion_that_could_not_be_done_changed_nothing() {
    let upstream = Scripted::start(|request| {
        if request.line.starts_with("DELETE") || request.line.contains("/delete/") {
            (
                503,
                json!({ "detail": "Biometric storage is unavailable." }),
            )
        } else {
            (200, decision(json!({})))
        }
    });
    let [api, auth] = upstream.arguments();
    let mut server = Setup::new(Era::Modern)
        .arguments(&[&api, &auth, "--allow-irreversible", "--confirm=never"])
        .variable("DIDIT_API_KEY", "test-key-of-the-deletion")
        .start();
    let arguments = json!({ "session_id": ID });
    let refused = server.fails("didit_session_delete", arguments);
    for words in [
        "Error (busy): Didit cannot delete it now (status 503). Nothing was deleted.",
        "the same call can be repeated a little later.",
    ] {
        assert!(refused.text.contains(words), "{}", refused.text);
    }
    assert!(
        !refused.text.contains("may have happened"),
        "{}",
        refused.text
    );
    server.stop();
}

/// What this program knows no rules of is sent as it is, and Didit answers for it.
#[test]
fn newer_features_of_a_workflow_are_sent() {
    let features = json!([
        { "feature": "OCR" },
        { "feature": "signature", "config": { "signature_level": "aes" } },
        { "feature": "GEOLOCATION", "config": { "geolocation_preset": "licensing" } },
        { "feature": "BANK_VERIFICATION" },
    ]);
    let made = json!({ "uuid": ID, "workflow_id": ID, "status": "published", "features": ["OCR"] });
    let upstream = Scripted::start(move |_| (201, made.clone()));
    let [api, auth] = upstream.arguments();
    let mut server = Setup::new(Era::Modern)
        .arguments(&[&api, &auth])
        .variable("DIDIT_API_KEY", "test-key-of-the-features")
        .start();
    server.ok("didit_workflow_create", json!({ "features": features }));
    server.stop();
    let sent: Value = serde_json::from_str(&upstream.requests()[0].body).unwrap();
    let mut expected = features;
    expected[1]["feature"] = "SIGNATURE".into();
    assert_eq!(sent["features"], expected);
}
