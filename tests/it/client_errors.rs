//! Error answers: every body shape becomes one error.

use std::time::Duration;

use crate::support::upstream::{Reply, Upstream};
use didit_mcp::didit::{ApiError, BodyKind, Error, ErrorKind};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// Status and body; kind, field, message and code that must come of them.
type Row = (
    u16,
    &'static str,
    ErrorKind,
    Option<&'static str>,
    &'static str,
    Option<&'static str>,
);
/// Names and values of headers.
type Pairs = &'static [(&'static str, &'static str)];

fn parse(status: u16, body: &[u8]) -> ApiError {
    ApiError::parse(status, &HeaderMap::new(), body)
}

fn headers(pairs: Pairs) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect()
}

/// The dozen shapes, and what other parts of the platform answer.
#[test]
fn each_body_shape_becomes_one_error() {
    #[rustfmt::skip]
    let table: &[Row] = &[
        (404, r#"{"detail":"Not found."}"#, ErrorKind::NotFound, None, "Not found.", None),
        (400, r#"{"detail":["Only finished sessions can be shared."]}"#, ErrorKind::NotAllowedNow, None, "Only finished sessions can be shared.", None),
        (400, r#"{"workflow_id":["This field is required."]}"#, ErrorKind::Invalid, Some("workflow_id"), "This field is required.", None),
        (400, r#"{"workflow_id":"Invalid workflow_id."}"#, ErrorKind::Invalid, Some("workflow_id"), "Invalid workflow_id.", None),
        (400, r#"{"parsed_address":{"zipcode":"Unsupported key."}}"#, ErrorKind::Invalid, Some("parsed_address.zipcode"), "Unsupported key.", None),
        (400, r#"{"parsed_address":{"zipcode":["Unsupported","key."]}}"#, ErrorKind::Invalid, Some("parsed_address.zipcode"), "Unsupported key.", None),
        (400, r#"{"nodes_to_resubmit":[{},{"feature":["\"BOGUS\" is not a valid choice."]}]}"#, ErrorKind::Invalid, Some("nodes_to_resubmit.1.feature"), "\"BOGUS\" is not a valid choice.", None),
        (400, r#"{"error":"COULD_NOT_RECOGNIZE_DOCUMENT"}"#, ErrorKind::Invalid, None, "COULD_NOT_RECOGNIZE_DOCUMENT", None),
        (400, r#"{"error":["Error extracting POA information"]}"#, ErrorKind::Invalid, None, "Error extracting POA information", None),
        (400, r#"["Amount must be at least $50."]"#, ErrorKind::Invalid, None, "Amount must be at least $50.", None),
        (502, r#"{"detail":"Try again shortly.","code":"phone_provider_unavailable"}"#, ErrorKind::Unavailable, None, "Try again shortly.", Some("phone_provider_unavailable")),
        (400, r#"{"error":"The source refused.","validation_errors":[{"service_id":"bra_cpf","code":"rejected","message":"Bad input."}]}"#, ErrorKind::Invalid, Some("bra_cpf"), "The source refused.", None),
        // Beyond the dozen.
        (401, r#"{"message":"Invalid email or password."}"#, ErrorKind::Authentication, None, "Invalid email or password.", None),
        (400, r#"{"code":["Invalid or expired verification code."]}"#, ErrorKind::Invalid, Some("code"), "Invalid or expired verification code.", None),
        (400, r#"{"code":"Invalid or expired."}"#, ErrorKind::Invalid, Some("code"), "Invalid or expired.", None),
        (500, r#"{"error":{"message":"Broken","code":"E1"}}"#, ErrorKind::Unavailable, None, "Broken", Some("E1")),
        (400, r#""just text""#, ErrorKind::Invalid, None, "just text", None),
        (400, r#"{"amount_in_dollars":12}"#, ErrorKind::Invalid, Some("amount_in_dollars"), "12", None),
        (400, "{}", ErrorKind::Invalid, None, "status 400 without an explanation", None),
        (418, "null", ErrorKind::Other, None, "status 418 without an explanation", None),
    ];
    for (status, body, kind, field, message, code) in table {
        let error = parse(*status, body.as_bytes());
        assert_eq!(
            (
                error.status,
                error.kind,
                error.field.as_deref(),
                error.message.as_str(),
                error.code.as_deref(),
                error.body
            ),
            (*status, *kind, *field, *message, *code, BodyKind::Json),
            "{body}"
        );
    }
}

#[test]
fn several_fields_are_all_kept() {
    let error = parse(
        400,
        br#"{"email":["Enter a valid email."],"password":["Too short.","Too common."]}"#,
    );
    let fields: Vec<_> = error
        .fields
        .iter()
        .map(|one| (one.field.as_str(), one.message.as_str()))
        .collect();
    assert_eq!(
        fields,
        [
            ("email", "Enter a valid email."),
            ("password", "Too short. Too common.")
        ]
    );
    assert_eq!(
        error.message,
        "email: Enter a valid email.; password: Too short. Too common."
    );
    assert_eq!(
        error.to_string(),
        "Didit answered 400: email: Enter a valid email.; password: Too short. Too common."
    );
}

#[test]
fn one_field_is_named_once() {
    let error = parse(400, br#"{"workflow_id":"Invalid workflow_id."}"#);
    assert_eq!(
        error.to_string(),
        "Didit answered 400: workflow_id: Invalid workflow_id."
    );
}

/// The same status means different things, so the words decide.
#[test]
fn words_decide_the_kind() {
    let table = [
        (
            400,
            "You don't have enough credits to perform this request.",
            ErrorKind::OutOfCredit,
        ),
        (
            403,
            "You don't have enough credits to perform this request.",
            ErrorKind::OutOfCredit,
        ),
        (
            403,
            "Phone verification is disabled until your first top-up.",
            ErrorKind::OutOfCredit,
        ),
        (
            403,
            "You do not have permission to perform this action.",
            ErrorKind::Authentication,
        ),
        (
            403,
            "Authentication credentials were not provided or are invalid.",
            ErrorKind::Authentication,
        ),
        (
            403,
            "You can only generate a PDF for sessions in review or approved",
            ErrorKind::NotAllowedNow,
        ),
        (
            403,
            "This session has already been shared with your application.",
            ErrorKind::Conflict,
        ),
        (403, "Not in this country.", ErrorKind::Forbidden),
        (
            400,
            "Only sessions with status Approved, Declined can be updated.",
            ErrorKind::NotAllowedNow,
        ),
        (
            400,
            "The new status is the same as the current status.",
            ErrorKind::NotAllowedNow,
        ),
        (
            400,
            "Scenario can only be armed before the verification starts.",
            ErrorKind::NotAllowedNow,
        ),
        (
            400,
            "This webhook destination already exists for the application.",
            ErrorKind::Conflict,
        ),
        (409, "Key reused.", ErrorKind::Conflict),
        (415, "Unsupported media type.", ErrorKind::Invalid),
        (429, "Request was throttled.", ErrorKind::RateLimited),
        (503, "The operation is retryable.", ErrorKind::Unavailable),
        (405, "Method not allowed.", ErrorKind::Other),
    ];
    for (status, words, kind) in table {
        let error = parse(
            status,
            serde_json::json!({ "detail": words })
                .to_string()
                .as_bytes(),
        );
        assert_eq!(error.kind, kind, "{status} {words}");
    }
}

/// A gateway's page says nothing of the key, whatever words are on it.
#[test]
fn a_page_of_a_gateway_is_no_refusal_of_the_key() {
    for (body, kind) in [
        (
            "<html><title>403 Forbidden</title>Your token was blocked",
            ErrorKind::Forbidden,
        ),
        ("", ErrorKind::Forbidden),
        ("invalid token", ErrorKind::Authentication),
    ] {
        assert_eq!(parse(403, body.as_bytes()).kind, kind, "{body}");
    }
    assert_eq!(parse(401, b"<html>").kind, ErrorKind::Authentication);
}

#[test]
fn bodies_that_are_no_json() {
    let table: &[(&[u8], BodyKind, &str)] = &[
        (
            b"<!DOCTYPE html><html><head><title>Not Found</title>",
            BodyKind::Html,
            "status 404 with a web page instead of JSON",
        ),
        (
            b"\n <HTML><body>secret dump</body>",
            BodyKind::Html,
            "status 404 with a web page instead of JSON",
        ),
        (b"", BodyKind::Empty, "status 404 without a body"),
        (b" \r\n", BodyKind::Empty, "status 404 without a body"),
        (
            b"upstream connect error\r\nreset",
            BodyKind::Text,
            "upstream connect error reset",
        ),
        (
            br#"{"detail":"Not fo"#,
            BodyKind::Text,
            "status 404 with JSON that breaks off",
        ),
        (
            br#"["Amount"#,
            BodyKind::Text,
            "status 404 with JSON that breaks off",
        ),
        (
            b"\xff\xfe\x00bytes",
            BodyKind::Text,
            "status 404 without a readable text",
        ),
    ];
    for (body, kind, message) in table {
        let error = parse(404, body);
        assert_eq!(
            (error.body, error.message.as_str(), error.kind),
            (*kind, *message, ErrorKind::NotFound)
        );
    }
}

#[test]
fn a_byte_order_mark_does_not_hide_json() {
    let error = parse(400, "\u{feff}{\"detail\":\"Bad.\"}".as_bytes());
    assert_eq!(
        (error.message.as_str(), error.body),
        ("Bad.", BodyKind::Json)
    );
}

#[test]
fn messages_are_one_clean_bounded_line() {
    let table = [
        ("a\n\n b\t\u{1b}[31mc\u{0}", "a b [31mc"),
        ("read <a href=\"x\">this</a> now", "read this now"),
        ("<<b>script>alert", "< script>alert"),
        ("amount < 50 and > 20", "amount < 50 and > 20"),
        ("admin\u{202e}gpj.exe\u{200b}", "admingpj.exe"),
    ];
    for (words, line) in table {
        assert_eq!(
            parse(
                400,
                serde_json::json!({ "detail": words })
                    .to_string()
                    .as_bytes()
            )
            .message,
            line
        );
    }
    let long = parse(
        400,
        serde_json::json!({ "detail": "é ".repeat(2000) })
            .to_string()
            .as_bytes(),
    )
    .message;
    assert_eq!(long.chars().count(), 500);
    assert!(long.ends_with('…'));
}

#[test]
fn field_names_are_cleaned_like_messages() {
    let error = parse(
        400,
        br#"{"<img src=x>\n":["Bad."],"metadata":{"k\u001b":"Bad."}}"#,
    );
    let fields: Vec<_> = error.fields.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["", "metadata.k"]);
}

#[test]
fn the_wait_is_read_from_headers_or_words() {
    const DATE: &str = "Sun, 22 Nov 2026 12:00:00 GMT";
    let table: &[(Pairs, &str, Option<u64>)] = &[
        (&[("retry-after", "12")], "", Some(12)),
        (&[("retry-after", " 0 ")], "", Some(0)),
        (
            &[
                ("retry-after", "Sun, 22 Nov 2026 12:01:30 GMT"),
                ("date", DATE),
            ],
            "",
            Some(90),
        ),
        (
            &[
                ("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT"),
                ("date", DATE),
            ],
            "",
            Some(0),
        ),
        (
            &[("retry-after", "soon")],
            "Expected available in 30 seconds.",
            Some(30),
        ),
        (
            &[],
            "Quota exceeded. Expected available in 3600 seconds.",
            Some(3600),
        ),
        (
            &[("retry-after", "5")],
            "Expected available in 30 seconds.",
            Some(5),
        ),
        (&[("retry-after", "-5")], "", None),
        (&[], "within the last 30 seconds", None),
    ];
    for (pairs, words, seconds) in table {
        let body = serde_json::json!({ "detail": words }).to_string();
        let error = ApiError::parse(429, &headers(pairs), body.as_bytes());
        assert_eq!(
            error.retry_after,
            seconds.map(Duration::from_secs),
            "{pairs:?} {words}"
        );
    }
}

#[tokio::test]
async fn an_error_answer_reaches_the_caller_whole() {
    let reply = Reply::Full {
        status: 429,
        headers: vec![("retry-after", "7".to_owned())],
        body: br#"{"detail":"Request was throttled."}"#.to_vec(),
    };
    let upstream = Upstream::start([reply]).await;
    let Err(Error::Api(error)) = upstream.builder().build().unwrap().balance().await else {
        panic!("an API error")
    };
    assert_eq!(error.status, 429);
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
    assert_eq!(upstream.requests().len(), 1, "nothing is sent twice");
}

#[test]
fn an_error_that_is_nearly_json_keeps_its_words() {
    for body in [
        "\u{feff}{\"detail\":\"Not now.\"}",
        "{\"detail\":\"Not now.\",\"score\":NaN}",
        "{\"detail\":\"Not now.\"}\0",
        "{\"detail\":\"Not now.\",\"name\":\"\\ud83d\"}",
    ] {
        let error = ApiError::parse(400, &HeaderMap::new(), body.as_bytes());
        assert_eq!(
            (error.message.as_str(), error.body),
            ("Not now.", BodyKind::Json),
            "{body:?}"
        );
    }
}
