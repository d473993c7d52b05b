//! What leaves for Didit: addresses that lead where they read, texts that a human sees whole, values that mean something.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support {
    pub mod scripted;
    pub mod server;
}

use didit_mcp::didit::{
    ApiKey, BulkDeletion, Client, DestinationRequest, Error, ExpectedDetails, NewEntry, NewList,
    NewStatus, NodeToResubmit, SessionDeletion, SessionFilter, SessionRequest, StatusUpdate, TopUp,
    WorkflowFeature, WorkflowRequest,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{
    scripted::Scripted,
    server::{Era, Setup},
};

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

/// Any text, and texts that are nearly harmless: one hidden character among plain ones.
fn any_text() -> impl Strategy<Value = String> {
    let hidden = prop::sample::select(vec![
        "\u{200b}",
        "\u{200c}",
        "\u{200d}",
        "\u{fe0f}",
        "\u{202e}",
        "\u{e0041}",
        "\u{feff}",
        "\n",
        "\r\n",
        " ",
        "\u{a0}",
    ]);
    prop_oneof![
        any::<String>(),
        "[ -~]{0,20}",
        ("[a-zA-Z0-9é葛ا❤ ]{0,6}", hidden, "[a-zA-Z0-9é葛ا❤ ]{0,6}")
            .prop_map(|(before, hidden, after)| format!("{before}{hidden}{after}")),
    ]
}

/// Addresses of every sort, many of them nearly right.
fn any_address() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(https|http|app)://[a-z.%F2:]{0,8}[@\\\\]?[a-z\u{430}]{1,8}\\.test(/[ -~]{0,8})?",
        "(https?|app|javascript)?:?/{0,3}[a-zA-Z0-9.@:%\\\\\u{430}\u{200b} -]{0,20}(/[a-zA-Z0-9%@ñ\\\\ ]{0,10})?([?#][ -~]{0,8})?",
    ]
}

/// What is sent of a request stays what it is when it is prepared again, and shows everything that it holds.
fn settled<T: serde::Serialize + PartialEq + std::fmt::Debug>(
    request: &T,
    normalized: impl Fn(&T) -> Result<T, Error>,
) -> Result<Option<Value>, TestCaseError> {
    let Ok(sent) = normalized(request) else {
        return Ok(None);
    };
    prop_assert_eq!(&normalized(&sent).unwrap(), &sent);
    let shown = serde_json::to_value(&sent).unwrap();
    nothing_hidden(&shown)?;
    Ok(Some(shown))
}

thread_local! {
    /// An API that refuses everything and keeps what came.
    static DIDIT: (Scripted, Client, tokio::runtime::Runtime) = {
        let didit = Scripted::start(|_| (400, json!({ "detail": "No." })));
        let base = |argument: &String| argument.split_once('=').unwrap().1.parse().unwrap();
        let [api, auth] = didit.arguments();
        let client = Client::builder().api_base_url(base(&api)).auth_base_url(base(&auth));
        let client = client.api_key(ApiKey::new("test-key-sent-0000")).rate_limits(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        (didit, client.build().unwrap(), runtime)
    };
}

/// The body on the wire is the request as it was shown, byte for byte; what is refused never gets there.
fn sent_as_shown<T: serde::Serialize>(
    request: &T,
    normalized: impl Fn(&T) -> Result<T, Error>,
    call: impl AsyncFn(&Client) -> Result<(), Error>,
) -> Result<(), TestCaseError> {
    DIDIT.with(|(didit, client, runtime)| {
        let before = didit.requests().len();
        let result = runtime.block_on(call(client));
        let sent: Vec<String> = didit
            .requests()
            .into_iter()
            .skip(before)
            .map(|request| request.body)
            .collect();
        let shown = normalized(request).map(|shown| serde_json::to_string(&shown).unwrap());
        let is_refused = matches!(result, Err(Error::Invalid { .. }));
        prop_assert_eq!(is_refused, shown.is_err());
        prop_assert_eq!(sent, shown.into_iter().collect::<Vec<_>>());
        Ok(())
    })
}

/// Judged apart from the client's own table: some characters never stand in anything that is sent, and the ones that shape
/// their neighbours never stand beside a plain letter.
fn is_hidden(text: &str) -> bool {
    let never = |letter: char| {
        letter.is_control() && letter != '\n'
            || matches!(letter, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    let shapes = |letter: char| matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    let pairs = text.chars().zip(text.chars().skip(1));
    text.chars().any(never)
        || text.starts_with(shapes)
        || pairs
            .into_iter()
            .any(|(before, letter)| shapes(letter) && before.is_ascii_alphabetic())
}

fn nothing_hidden(value: &Value) -> Result<(), TestCaseError> {
    match value {
        Value::String(text) => prop_assert!(!is_hidden(text), "{:?}", text),
        Value::Array(items) => items.iter().try_for_each(nothing_hidden)?,
        Value::Object(entries) => {
            for (name, item) in entries {
                prop_assert!(!is_hidden(name), "{:?}", name);
                nothing_hidden(item)?;
            }
        }
        _ => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn what_is_accepted_is_settled_and_visible(one in any_text(), two in any_text(), three in any_text()) {
        let request = SessionRequest {
            vendor_data: Some(one.clone()),
            metadata: Some(json!({ two.clone(): [three.clone()] })),
            expected_details: Some(ExpectedDetails { first_name: Some(three.clone()), ..ExpectedDetails::default() }),
            ..session()
        };
        settled(&request, SessionRequest::normalized)?;
        sent_as_shown(&request, SessionRequest::normalized, async |client| client.create_session(&request).await.map(drop))?;
        let update = StatusUpdate { comment: Some(one.clone()), email_address: Some(two.clone()), ..StatusUpdate::new(NewStatus::Approved) };
        settled(&update, StatusUpdate::normalized)?;
        settled(&StatusUpdate { email_address: None, ..update }, StatusUpdate::normalized)?;
        let entry = NewEntry { value: Some(one), comment: Some(two), display_label: Some(three), ..NewEntry::default() };
        settled(&entry, NewEntry::normalized)?;
        sent_as_shown(&entry, NewEntry::normalized, async |client| {
            client.create_entry(&SESSION.parse().unwrap(), &entry).await.map(drop)
        })?;
    }

    #[test]
    fn an_address_is_sent_as_it_is_shown(address in any_address()) {
        let destination = DestinationRequest { url: Some(address.clone()), ..DestinationRequest::default() };
        if let Some(shown) = settled(&destination, DestinationRequest::normalized)? {
            let url = url::Url::parse(shown["url"].as_str().unwrap()).unwrap();
            prop_assert!(url.as_str() == shown["url"] && url.username().is_empty() && url.password().is_none());
            prop_assert!(url.as_str().is_ascii() && !url.as_str().contains('\\'), "{}", url);
        }
        let session = SessionRequest { callback: Some(address.clone()), ..session() };
        if let Some(shown) = settled(&session, SessionRequest::normalized)? {
            prop_assert!(!shown["callback"].as_str().unwrap().starts_with("javascript:"));
        }
        sent_as_shown(&destination, DestinationRequest::normalized, async |client| {
            client.update_destination(&SESSION.parse().unwrap(), &destination).await.map(drop)
        })?;
        let top_up = TopUp { amount_in_dollars: 50.0, success_url: Some(address), cancel_url: None };
        let _ = top_up.validate();
    }
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
