//! What leaves for Didit: addresses that lead where they read, texts that a human sees whole, values that mean something.

use crate::support::{
    scripted::Scripted,
    server::{Era, Setup},
};
use didit_mcp::didit::{
    DestinationChange, Error, NewEntry, NewList, SessionFilter, SessionRequest, StatusUpdate,
    WorkflowFeature, WorkflowRequest, read_request,
    sessions::FutureTime,
    values::{Comment, Text},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const SESSION: &str = "5b1f3c9a-0000-4000-8000-00000000000a";

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The field at fault and what is said of it.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, String) {
    match result {
        Err(Error::Invalid { field, message, .. }) => (field, message),
        other => panic!("{other:?}"),
    }
}

/// Every text that a request can hold, as a function of it, with the name of its field.
type Place = (&'static str, fn(&str) -> Result<(), Error>);

fn session() -> SessionRequest {
    SessionRequest::new(SESSION.parse().unwrap())
}

/// Whether a request of JSON can be sent.
fn request<T: DeserializeOwned>(
    json: Value,
    validate: fn(&T) -> Result<(), Error>,
) -> Result<(), Error> {
    read_request(json).and_then(|request| validate(&request))
}

fn expected(name: &str, value: &str) -> Result<(), Error> {
    let details = read_request(json!({ "country": "ESP", name: value }));
    let request = SessionRequest {
        expected_details: Some(details?),
        ..session()
    };
    request.validate()
}

fn entry(json: Value) -> Result<(), Error> {
    request(json, NewEntry::validate)
}

fn places() -> Vec<Place> {
    vec![
        ("metadata", |value| {
            SessionRequest {
                metadata: Some(json!(value)),
                ..session()
            }
            .validate()
        }),
        ("metadata.a.0.b", |value| {
            SessionRequest {
                metadata: Some(json!({ "a": [{ "b": value }] })),
                ..session()
            }
            .validate()
        }),
        ("metadata.a", |value| {
            SessionRequest {
                metadata: Some(json!({ "a": { value: 1 } })),
                ..session()
            }
            .validate()
        }),
        ("first_name", |value| expected("first_name", value)),
        ("last_name", |value| expected("last_name", value)),
        ("address", |value| expected("address", value)),
        ("identification_number", |value| {
            expected("identification_number", value)
        }),
        ("company_name", |value| expected("company_name", value)),
        ("registration_number", |value| {
            expected("registration_number", value)
        }),
        ("comment", |value| {
            let update = json!({ "new_status": "Approved", "comment": value });
            request(update, StatusUpdate::validate)
        }),
        ("node_id", |value| {
            let node = value.parse::<Text<255>>();
            node.map(drop).map_err(|error| error.at("node_id"))
        }),
        ("label", |value| {
            request::<DestinationChange>(json!({ "label": value }), |_| Ok(()))
        }),
        ("value", |value| entry(json!({ "value": value }))),
        ("display_label", |value| {
            entry(json!({ "value": "v", "display_label": value }))
        }),
        ("comment", |value| {
            entry(json!({ "value": "v", "comment": value }))
        }),
        ("metadata.a", |value| {
            entry(json!({ "value": "v", "metadata": { "a": value } }))
        }),
        ("name", |value| {
            let list = json!({ "name": value, "list_type": "custom", "entry_type": "email" });
            request::<NewList>(list, |_| Ok(()))
        }),
        ("workflow_label", |value| {
            WorkflowRequest {
                workflow_label: text(value),
                ..WorkflowRequest::default()
            }
            .validate()
        }),
        ("features.0.label", |value| {
            let feature = WorkflowFeature {
                label: text(value),
                ..WorkflowFeature::new("OCR")
            };
            WorkflowRequest {
                features: Some(vec![feature]),
                ..WorkflowRequest::default()
            }
            .validate()
        }),
        ("search", |value| {
            request(json!({ "search": value }), SessionFilter::validate)
        }),
        ("vendor_data", |value| {
            request(json!({ "vendor_data": value }), SessionFilter::validate)
        }),
    ]
}

#[test]
fn no_text_is_sent_that_holds_what_nobody_sees() {
    for (field, check) in places() {
        assert_eq!(check("Zoë می\u{200c}خواهم 👩\u{200d}👧"), Ok(()), "{field}");
        for (value, found) in [
            ("Ana \u{200b}Ruiz", "U+200B at character 5"),
            ("Ana\u{202e}ziuR", "U+202E at character 4"),
            ("4711\u{e0049}", "U+E0049 at character 5"),
            ("a\u{fe0f}b", "U+FE0F at character 2"),
            ("47\u{200d}11", "U+200D at character 3"),
            ("a\u{1b}[2Jb", "U+001B at character 2"),
            ("a\tb", "U+0009 at character 2"),
        ] {
            let (at, message) = refusal(check(value));
            assert_eq!(at, field);
            assert!(message.contains(found), "{field}: {message}");
        }
        let is_json = field.starts_with("metadata");
        for blank in ["", " ", "\u{a0}\u{3000}"] {
            assert_eq!(check(blank).is_ok(), is_json, "{field} {blank:?}");
        }
        let lines = check("first\r\nsecond");
        assert_eq!(lines.is_ok(), field == "comment", "{field}");
    }
}

#[test]
fn a_comment_keeps_its_lines_and_names_the_place_over_all_of_them() {
    let read = |comment: &str| comment.parse::<Comment>();
    let sent = read(" first\r\nsecond\rthird\n").unwrap();
    assert_eq!(*sent, *"first\nsecond\nthird");
    let refusal = read("ab\nc\u{200b}").unwrap_err().to_string();
    assert!(refusal.contains("U+200B at character 5"), "{refusal}");
}

#[test]
fn dates_of_birth_and_countries_mean_something() {
    let year = jiff::Zoned::now().year();
    let born = |date: &str| expected("date_of_birth", date);
    for (date, word) in [
        (format!("{}-01-01", year + 1), "after today"),
        ("9999-12-31".to_owned(), "after today"),
        ("1899-12-31".to_owned(), "before 1900"),
        ("0090-01-15".to_owned(), "before 1900"),
    ] {
        let (field, message) = refusal(born(&date));
        assert_eq!(field, "date_of_birth");
        assert!(message.contains(word), "{date}: {message}");
    }
    assert_eq!(born("1900-01-01"), Ok(()));
    assert_eq!(born(&jiff::Timestamp::now().to_string()[..10]), Ok(()));
    let from = |country: &str| expected("nationality", country);
    for (country, word) in [
        ("QQQ", "such as ESP"),
        ("GB", "GBR?"),
        ("es", "ESP?"),
        ("Spain", "such as ESP"),
    ] {
        let (field, message) = refusal(from(country));
        assert_eq!(field, "nationality");
        assert!(message.contains(word), "{country}: {message}");
    }
    assert_eq!(from(" gbr "), Ok(()));
    let filter = read_request::<SessionFilter>(json!({ "country": ["ESP", "QQQ"] }));
    assert_eq!(refusal(filter).0, "country[1]");
    let days = |from: &str, to: &str| {
        request(
            json!({ "date_from": from, "date_to": to }),
            SessionFilter::validate,
        )
    };
    assert_eq!(days("2026-11-01", "2026-11-01"), Ok(()));
    assert_eq!(refusal(days("2026-11-02", "2026-11-01")).0, "date_from");
    let register = |code: &str| expected("registry_country", code);
    assert_eq!((register("gb"), register("US-DE")), (Ok(()), Ok(())));
    assert_eq!(refusal(register("QQ")).0, "registry_country");
    let until = |time: &str| time.parse::<FutureTime>().map(drop);
    assert_eq!(until("2999-01-01T00:00:00Z"), Ok(()));
    let refusal = until("2001-01-01T00:00:00Z").unwrap_err();
    assert_eq!(refusal.message, "must lie in the future");
}

/// Tools refuse before anything is asked or sent.
#[test]
fn an_agent_is_told_what_is_hidden_where() {
    let didit = Scripted::start(|_| (500, json!({})));
    let [api, auth] = didit.arguments();
    let mut server = Setup::new(Era::BOTH[0])
        .arguments(&[&api, &auth, "--toolsets", "all"])
        .variable("DIDIT_API_KEY", "test-key-sent-0000")
        .start();
    for (tool, arguments, words) in [
        (
            "didit_webhook_create",
            json!({ "url": "https://our-company.com@evil.example/x", "label": "Ours" }),
            ["`url`", "user name"],
        ),
        (
            "didit_webhook_create",
            json!({ "url": "https://shop.test/x", "label": "Ours\u{200b}" }),
            ["`label`", "U+200B at character 5"],
        ),
        (
            "didit_session_create",
            json!({ "workflow_id": SESSION, "callback": "javascript:alert(1)" }),
            ["`callback`", "javascript: is none"],
        ),
        (
            "didit_session_create",
            json!({ "workflow_id": SESSION, "metadata": { "note": ["a\u{202e}b"] } }),
            ["`metadata.note.0`", "U+202E at character 2"],
        ),
        (
            "didit_session_create",
            json!({ "workflow_id": SESSION, "expected_details": { "nationality": "GB" } }),
            ["`expected_details.nationality`", "GBR?"],
        ),
        (
            "didit_session_create",
            json!({ "workflow_id": SESSION, "expected_details": { "date_of_birth": "2190-01-15" } }),
            ["`expected_details.date_of_birth`", "after today"],
        ),
        (
            "didit_session_list",
            json!({ "vendor_data": "47\u{2060}11" }),
            ["`vendor_data`", "U+2060 at character 3"],
        ),
    ] {
        let answer = server.fails(tool, arguments);
        assert!(
            answer.text.starts_with("Error (invalid_argument)"),
            "{}",
            answer.text
        );
        for word in words {
            assert!(answer.text.contains(word), "{word}: {}", answer.text);
        }
    }
    assert!(didit.requests().is_empty());
    server.stop();
}
