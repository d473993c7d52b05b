//! Secrets are found by value in every spelling in which they come back, and nothing else is touched.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support {
    pub mod spelled;
}

use didit_mcp::redact::Redactor;
use serde_json::{Value, json};
use support::spelled::spelled;

/// With characters that every encoding treats in its own way.
const SECRET: &str = "test-key/+= \"quoted\" ä&<é>~0123456789";

fn redactor(secret: &str) -> Redactor {
    let redactor = Redactor::default();
    redactor.learn(secret);
    redactor
}

fn line(redactor: &Redactor, value: &Value) -> Value {
    serde_json::from_slice(&redactor.json_line(value.to_string().into_bytes())).unwrap()
}

#[test]
fn every_spelling_is_hidden_in_texts_and_in_lines() {
    let redactor = redactor(SECRET);
    for (name, spelling) in spelled(SECRET) {
        let text = format!("before {spelling} after");
        let hidden = redactor.text(text.clone());
        assert!(!hidden.contains(&spelling), "{name}: {hidden}");
        assert!(
            hidden.starts_with("before ") && hidden.ends_with(" after"),
            "{name}: {hidden}"
        );
        assert!(hidden.contains("[hidden]"), "{name}: {hidden}");
        let message = json!({
            "id": 1,
            "result": { "text": text, "list": [[spelling]], (spelling.clone()): { "deeper": spelling } },
        });
        let hidden = line(&redactor, &message);
        assert!(!hidden.to_string().contains(&spelling), "{name}: {hidden}");
        assert_eq!(
            hidden["result"]["[hidden]"]["deeper"], "[hidden]",
            "{name}: {hidden}"
        );
        assert_eq!(hidden["id"], 1);
    }
}

#[test]
fn the_case_of_letters_does_not_matter() {
    let redactor = redactor("test-key-With-Letters-/-01");
    for text in [
        "TEST-KEY-WITH-LETTERS-/-01",
        "test-key-with-letters-/-01",
        "test-key-With-Letters-%2f-01",
        "TEST-KEY-With-Letters-%2F-01",
    ] {
        assert_eq!(redactor.text(text.to_owned()), "[hidden]", "{text}");
    }
}

#[test]
fn base64_is_found_wherever_the_secret_begins() {
    let secret = "test-key-within-a-header-0001";
    let redactor = redactor(secret);
    for before in ["", "u", "us", "use", "user:", "someone:"] {
        for after in ["", "x", "xy", "xyz"] {
            for (name, spelling) in spelled(&format!("{before}{secret}{after}")) {
                if name.starts_with("base64") {
                    let hidden = redactor.text(spelling.clone());
                    assert!(hidden.contains("[hidden]"), "{name}: {spelling}");
                    // What is left of the whole holds at most what stands around the secret, and the bits that it shares.
                    let left = hidden.replace("[hidden]", "");
                    assert!(
                        left.len() <= (before.len() + after.len() + 2) * 4 / 3 + 4,
                        "{hidden}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_secret_that_was_cut_is_hidden_too() {
    let secret = "test-key-of-forty-characters-0123456789a";
    let redactor = redactor(secret);
    for end in 20..secret.len() {
        let cut = format!("the key is {}… [cut]", &secret[..end]);
        assert_eq!(redactor.text(cut), "the key is [hidden]… [cut]", "{end}");
    }
    let short = format!("the key is {}", &secret[..19]);
    assert_eq!(redactor.text(short.clone()), short);
    // A beginning that ends within a character is none.
    let wide = self::redactor("ääääääääää-test-secret-ääääääää");
    assert_eq!(
        wide.text("ääääääääää-test-secret-ä!".to_owned()),
        "[hidden]!"
    );
}

#[test]
fn other_words_stay_as_they_are() {
    let redactor = redactor("test-key-of-forty-characters-0123456789a");
    redactor.learn("");
    redactor.learn("short");
    for text in [
        "a short test-key of forty characters",
        "test-key-of-another",
        "0123456789a",
        "",
        "ünïcödé \u{1f512}",
    ] {
        assert_eq!(redactor.text(text.to_owned()), text);
        let message = json!({ "jsonrpc": "2.0", "id": 7, "result": { (text): text } });
        let bytes = message.to_string().into_bytes();
        assert_eq!(redactor.json_line(bytes.clone()), bytes);
    }
}

#[test]
fn numbers_are_hidden_and_the_callers_own_id_is_not() {
    let redactor = redactor("90010002");
    let hidden = line(
        &redactor,
        &json!({ "id": 90_010_002, "result": { "number": 90_010_002 } }),
    );
    assert_eq!(
        hidden,
        json!({ "id": 90_010_002, "result": { "number": "[hidden]" } })
    );
}

#[test]
fn a_secret_learned_later_is_hidden_from_then_on_by_every_copy() {
    let redactor = redactor("test-key-first-000001");
    let copy = redactor.clone();
    let text = "test-key-first-000001 test-key-later-000002";
    assert_eq!(copy.text(text.to_owned()), "[hidden] test-key-later-000002");
    redactor.learn("test-key-later-000002");
    redactor.learn("test-key-later-000002");
    assert_eq!(copy.text(text.to_owned()), "[hidden] [hidden]");
}

#[test]
fn a_line_that_is_not_json_is_dropped_rather_than_leaked() {
    let redactor = redactor("test-key-first-000001");
    let broken = b"{\"text\": \"test-key-first-000001".to_vec();
    assert_eq!(redactor.json_line(broken), b"");
}
