//! What leaves for Didit: addresses that lead where they read, texts that a human sees whole, values that mean something.

use crate::support::{
    scripted::Scripted,
    server::{Era, Setup},
};
use didit_mcp::didit::{
    BulkDeletion, DestinationRequest, Error, ExpectedDetails, NewEntry, NewList, NewStatus,
    NodeToResubmit, SessionDeletion, SessionFilter, SessionRequest, StatusUpdate, WorkflowFeature,
    WorkflowRequest,
};
use serde_json::json;

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

fn expected(set: impl FnOnce(&mut ExpectedDetails)) -> SessionRequest {
    let mut details = ExpectedDetails {
        country: text("ESP"),
        ..ExpectedDetails::default()
    };
    set(&mut details);
    SessionRequest {
        expected_details: Some(details),
        ..session()
    }
}

fn places() -> Vec<Place> {
    vec![
        ("vendor_data", |value| {
            SessionRequest {
                vendor_data: text(value),
                ..session()
            }
            .validate()
        }),
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
        ("expected_details.first_name", |value| {
            expected(|details| details.first_name = text(value)).validate()
        }),
        ("expected_details.last_name", |value| {
            expected(|details| details.last_name = text(value)).validate()
        }),
        ("expected_details.address", |value| {
            expected(|details| details.address = text(value)).validate()
        }),
        ("expected_details.identification_number", |value| {
            expected(|details| details.identification_number = text(value)).validate()
        }),
        ("expected_details.company_name", |value| {
            expected(|details| details.company_name = text(value)).validate()
        }),
        ("expected_details.registration_number", |value| {
            expected(|details| details.registration_number = text(value)).validate()
        }),
        ("comment", |value| {
            StatusUpdate {
                comment: text(value),
                ..StatusUpdate::new(NewStatus::Approved)
            }
            .validate()
        }),
        ("nodes_to_resubmit.0.node_id", |value| {
            StatusUpdate {
                nodes_to_resubmit: vec![NodeToResubmit {
                    node_id: value.to_owned(),
                    feature: "OCR".to_owned(),
                }],
                ..StatusUpdate::new(NewStatus::Resubmitted)
            }
            .validate()
        }),
        ("instruction_id", |value| {
            SessionDeletion {
                instruction_id: text(value),
                ..SessionDeletion::default()
            }
            .validate()
        }),
        ("instruction_id", |value| {
            BulkDeletion {
                session_numbers: vec!["1".to_owned()],
                deletion: SessionDeletion {
                    instruction_id: text(value),
                    ..SessionDeletion::default()
                },
                ..BulkDeletion::default()
            }
            .validate()
        }),
        ("label", |value| {
            DestinationRequest {
                label: text(value),
                ..DestinationRequest::default()
            }
            .validate()
        }),
        ("value", |value| {
            NewEntry {
                value: text(value),
                ..NewEntry::default()
            }
            .validate()
        }),
        ("display_label", |value| {
            NewEntry {
                value: text("v"),
                display_label: text(value),
                ..NewEntry::default()
            }
            .validate()
        }),
        ("comment", |value| {
            NewEntry {
                value: text("v"),
                comment: text(value),
                ..NewEntry::default()
            }
            .validate()
        }),
        ("metadata.a", |value| {
            NewEntry {
                value: text("v"),
                metadata: Some(json!({ "a": value })),
                ..NewEntry::default()
            }
            .validate()
        }),
        ("name", |value| {
            NewList {
                name: value.to_owned(),
                list_type: "custom".to_owned(),
                entry_type: "email".to_owned(),
                description: None,
            }
            .validate()
        }),
        ("description", |value| {
            NewList {
                name: "n".to_owned(),
                list_type: "custom".to_owned(),
                entry_type: "email".to_owned(),
                description: text(value),
            }
            .validate()
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
            SessionFilter {
                search: text(value),
                ..SessionFilter::default()
            }
            .validate()
        }),
        ("vendor_data", |value| {
            SessionFilter {
                vendor_data: text(value),
                ..SessionFilter::default()
            }
            .validate()
        }),
        ("screened_full_name", |value| {
            SessionFilter {
                screened_full_name: text(value),
                ..SessionFilter::default()
            }
            .validate()
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
    let with = |comment| StatusUpdate {
        comment: text(comment),
        ..StatusUpdate::new(NewStatus::Declined)
    };
    let sent = with(" first\r\nsecond\rthird\n").normalized().unwrap();
    assert_eq!(sent.comment.as_deref(), Some("first\nsecond\nthird"));
    let (_, message) = refusal(with("ab\nc\u{200b}").validate());
    assert!(message.contains("U+200B at character 5"), "{message}");
}

#[test]
fn dates_of_birth_and_countries_mean_something() {
    let year = jiff::Zoned::now().year();
    let born = |date: &str| expected(|details| details.date_of_birth = text(date)).validate();
    for (date, word) in [
        (format!("{}-01-01", year + 1), "after today"),
        ("9999-12-31".to_owned(), "after today"),
        ("1899-12-31".to_owned(), "before 1900"),
        ("0090-01-15".to_owned(), "before 1900"),
    ] {
        let (field, message) = refusal(born(&date));
        assert_eq!(field, "expected_details.date_of_birth");
        assert!(message.contains(word), "{date}: {message}");
    }
    assert_eq!(born("1900-01-01"), Ok(()));
    assert_eq!(born(&jiff::Timestamp::now().to_string()[..10]), Ok(()));
    let from = |country: &str| expected(|details| details.nationality = text(country)).validate();
    for (country, word) in [
        ("QQQ", "such as ESP"),
        ("GB", "GBR?"),
        ("es", "ESP?"),
        ("Spain", "such as ESP"),
    ] {
        let (field, message) = refusal(from(country));
        assert_eq!(field, "expected_details.nationality");
        assert!(message.contains(word), "{country}: {message}");
    }
    assert_eq!(from(" gbr "), Ok(()));
    let filter = SessionFilter {
        country: vec!["QQQ".to_owned()],
        ..SessionFilter::default()
    };
    assert_eq!(refusal(filter.validate()).0, "country");
    let days = |from: &str, to: &str| SessionFilter {
        date_from: text(from),
        date_to: text(to),
        ..SessionFilter::default()
    };
    assert_eq!(days("2026-11-01", "2026-11-01").validate(), Ok(()));
    assert_eq!(
        refusal(days("2026-11-02", "2026-11-01").validate()).0,
        "date_from"
    );
    let register =
        |code: &str| expected(|details| details.registry_country = text(code)).validate();
    assert_eq!((register("gb"), register("US-DE")), (Ok(()), Ok(())));
    assert_eq!(
        refusal(register("QQ")).0,
        "expected_details.registry_country"
    );
    let until = |time: &str| SessionDeletion {
        face_retention_deadline: text(time),
        ..SessionDeletion::default()
    };
    assert_eq!(until("2999-01-01T00:00:00Z").validate(), Ok(()));
    let (field, message) = refusal(until("2001-01-01T00:00:00Z").validate());
    assert_eq!(
        (field.as_str(), message.as_str()),
        ("face_retention_deadline", "must lie in the future")
    );
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
