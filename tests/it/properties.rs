//! Rules that hold for every input, tried with inputs that nobody thought of.

use std::time::Duration;

use crate::support::spelled::spelled;
use didit_mcp::{
    didit::{
        ApiError, Error, SessionId,
        retry::{Safety, wait},
    },
    redact::Redactor,
    tools::{clean, clean_sentence, strip_invisible},
};
use proptest::prelude::*;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use serde_json::Value;

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases: std::env::var("PROPTEST_CASES")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(cases),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// JSON of every shape, a few levels deep.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("detail".to_owned()),
        Just("message".to_owned()),
        Just("error".to_owned()),
        any::<String>(),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn answered(status: u16, seconds: Option<u64>) -> Error {
    let mut headers = HeaderMap::new();
    if let Some(seconds) = seconds {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    ApiError::parse(status, &headers, b"{}").into()
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn a_text_is_an_id_only_as_a_uuid_and_is_sent_in_one_spelling(text in prop_oneof![
        any::<String>(),
        "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}[-/.%]{1,3}[0-9a-f]{4}-[0-9a-f]{12}",
        "(\\.\\./|%2e|/){1,5}[0-9a-f-]{0,36}",
    ]) {
        if let Ok(id) = text.parse::<SessionId>() {
            let sent = id.to_string();
            prop_assert_eq!(sent.len(), 36);
            prop_assert!(sent.chars().all(|letter| matches!(letter, '0'..='9' | 'a'..='f' | '-')));
            let digits = |text: &str| -> String {
                text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase()
            };
            prop_assert!(digits(&text).contains(&digits(&sent)), "{} became {}", text, sent);
        }
    }

    #[test]
    fn every_error_body_becomes_one_short_line(status in 400u16..600, body in json()) {
        let error = ApiError::parse(status, &HeaderMap::new(), body.to_string().as_bytes());
        prop_assert_eq!(error.status, status);
        prop_assert!(!error.message.is_empty());
        prop_assert!(error.message.chars().count() <= 500, "{}", error.message);
        prop_assert!(!error.message.chars().any(char::is_control), "{:?}", error.message);
    }

    #[test]
    fn bytes_that_are_no_json_become_one_short_line_too(
        status in 400u16..600,
        body in prop::collection::vec(any::<u8>(), 0..2_000),
        retry_after in prop::collection::vec(32u8..127, 0..40),
    ) {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_bytes(&retry_after).unwrap());
        let error = ApiError::parse(status, &headers, &body);
        prop_assert!(!error.message.is_empty());
        prop_assert!(error.message.chars().count() <= 500);
        prop_assert!(!error.message.chars().any(char::is_control));
    }

    #[test]
    fn a_pause_fits_the_deadline_and_is_never_shorter_than_asked(
        status in 400u16..600,
        asked in prop::option::of(0u64..200),
        attempt in 1u32..u32::MAX,
        left_ms in 0u64..120_000,
        chance in any::<f64>().prop_filter("a number", |chance| !chance.is_nan()),
        write in any::<bool>(),
    ) {
        let safety = if write { Safety::Write } else { Safety::Read };
        let left = Duration::from_millis(left_ms);
        if let Some(pause) = wait(safety, &answered(status, asked), attempt, left, chance) {
            prop_assert!(pause < left);
            prop_assert!(asked.is_none_or(|seconds| pause >= Duration::from_secs(seconds)));
            prop_assert!(status == 429 || (!write && (502..=504).contains(&status)));
        }
    }

    #[test]
    fn a_write_that_may_have_been_taken_is_never_sent_again(
        attempt in any::<u32>(),
        left in 0u64..600,
        chance in 0.0..1.0,
    ) {
        let left = Duration::from_secs(left);
        for error in [
            Error::Timeout { after: left, sent: true },
            Error::Interrupted { message: "reset".into() },
        ] {
            prop_assert_eq!(wait(Safety::Write, &error, attempt, left, chance), None);
        }
    }

    #[test]
    fn what_others_wrote_comes_without_anything_invisible(text in any::<String>()) {
        let hidden = |letter: char| {
            letter.is_control()
                || matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
        };
        let dressed: String = text.chars().flat_map(|letter| [letter, '\u{202E}', '\u{E0041}', '\u{7}']).collect();
        for text in [&text, &dressed] {
            prop_assert!(!clean(text).chars().any(hidden), "{:?}", clean(text));
            prop_assert!(!clean_sentence(text).chars().any(hidden));
            prop_assert!(!strip_invisible(text).chars().any(|letter| hidden(letter) && letter != '\n' && letter != '\t'));
        }
    }
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn a_secret_is_found_in_every_spelling(secret in "[ -~]{16,60}", before in "[a-z ]{0,20}", after in "[a-z ]{0,20}") {
        let redactor = Redactor::default();
        redactor.add_random(&secret);
        for (name, spelling) in spelled(&secret) {
            let text = redactor.text(format!("{before}{spelling}{after}"));
            prop_assert!(!text.contains(&spelling), "{}: {}", name, text);
        }
    }

    #[test]
    fn a_line_stays_json_and_without_secrets_stays_itself(value in json()) {
        let redactor = Redactor::default();
        redactor.add_random("test-key-that-no-text-holds-0123456789");
        let line = value.to_string().into_bytes();
        let passed = redactor.json_line(line.clone());
        prop_assert_eq!(serde_json::from_slice::<Value>(&passed).unwrap(), serde_json::from_slice::<Value>(&line).unwrap());
    }
}
