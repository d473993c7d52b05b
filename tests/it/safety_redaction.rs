//! Secrets are found by value in every spelling in which they come back, and nothing else is touched.

use crate::support::spelled::spelled;
use didit_mcp::redact::Redactor;
use serde_json::{Value, json};

/// With characters that every encoding treats in its own way.
const SECRET: &str = "test-key/+= \"quoted\" ä&<é>~0123456789";

fn redactor(secret: &str) -> Redactor {
    let redactor = Redactor::default();
    redactor.add_random(secret);
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
    let secret = "test-key-Zq81-mV5r-0x7K2pLd93-Wb6e-Yt40a";
    let redactor = redactor(secret);
    // Half of its 34 letters and digits and more, from its beginning or from its end.
    for end in 21..=secret.len() {
        let shown = redactor.text(format!("the key is {}… [cut]", &secret[..end]));
        let hyphen = if secret[..end].ends_with('-') {
            "-"
        } else {
            ""
        };
        assert_eq!(
            shown,
            format!("the key is [hidden]{hyphen}… [cut]"),
            "{end}"
        );
    }
    for start in (0..19).filter(|start| !secret[*start..].starts_with('-')) {
        let shown = redactor.text(format!("the key ends in …{}.", &secret[start..]));
        assert_eq!(shown, "the key ends in …[hidden].", "{start}");
    }
    let short = format!("the key is {}", &secret[..20]);
    assert_eq!(redactor.text(short.clone()), short);
    // A beginning that ends within a character is none.
    let wide = self::redactor("ääääääääää-test-secret-ääääääää");
    assert_eq!(
        wide.text("ääääääääää-test-secret-ä [cut]".to_owned()),
        "[hidden] [cut]"
    );
}

#[test]
fn other_words_stay_as_they_are() {
    let redactor = redactor("test-key-of-forty-characters-0123456789a");
    redactor.add_random("");
    redactor.add_random("short");
    for text in [
        "a short test-key of many characters",
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
    redactor.add_random("test-key-later-000002");
    redactor.add_random("test-key-later-000002");
    assert_eq!(copy.text(text.to_owned()), "[hidden] [hidden]");
}

#[test]
fn a_line_that_is_not_json_is_dropped_rather_than_leaked() {
    let redactor = redactor("test-key-first-000001");
    let broken = b"{\"text\": \"test-key-first-000001".to_vec();
    assert_eq!(redactor.json_line(broken), b"");
}

/// What a human chose may be made of ordinary words, so that a part of it says nothing.
#[test]
fn what_a_human_chose_is_hidden_whole_and_in_values_alone() {
    let redactor = Redactor::default();
    redactor.add_chosen("Approved2024!");
    redactor.add_chosen("12345678");
    redactor.add_chosen("say \"hi\" 4 me");
    for (text, expected) in [
        (
            r#"{"a": "{\"b\": \"say \\\"hi\\\" 4 me\"}"}"#,
            r#"{"a": "{\"b\": \"[hidden]\"}"}"#,
        ),
        ("it is Approved2024!", "it is [hidden]"),
        ("it is approved2024%21", "it is [hidden]"),
        (
            "\"password\": \"Approved2024!\"",
            "\"password\": \"[hidden]\"",
        ),
        ("base64 QXBwcm92ZWQyMDI0IQ==", "base64 [hidden]Q=="),
        ("it is Approved20 [cut]", "it is [hidden] [cut]"),
        ("it is Approved20…", "it is [hidden]…"),
        ("Approved", "Approved"),
        ("Approved 2024!", "Approved 2024!"),
        ("Approved, 2024-11-25", "Approved, 2024-11-25"),
        ("the number 12345678.", "the number [hidden]."),
        (
            "session 12345678-1111-4222-8333-444455556666",
            "session 12345678-1111-4222-8333-444455556666",
        ),
        (
            "/session/12345678-1111-4222-8333-444455556666/decision",
            "/session/12345678-1111-4222-8333-444455556666/decision",
        ),
    ] {
        assert_eq!(redactor.text(text.to_owned()), expected, "{text}");
    }
    let message = json!({
        "jsonrpc": "2.0",
        "id": "12345678",
        "method": "notifications/progress",
        "params": { "progressToken": "12345678", "Approved2024!": { "12345678": "12345678", "number": 12_345_678, "other": 123_456_789 } },
    });
    assert_eq!(
        line(&redactor, &message),
        json!({
            "jsonrpc": "2.0",
            "id": "12345678",
            "method": "notifications/progress",
            "params": {
                "progressToken": "12345678",
                "Approved2024!": { "12345678": "[hidden]", "number": "[hidden]", "other": 123_456_789 },
            },
        })
    );
}

#[test]
fn a_date_that_is_a_password_is_hidden_and_times_stay() {
    let redactor = Redactor::default();
    redactor.add_chosen("2024-01-15");
    assert_eq!(
        redactor.text(
            "born 2024-01-15, made 2024-01-15T10:00:00Z, 2024-01-15T10:00:00.5+00:00".to_owned()
        ),
        "born [hidden], made 2024-01-15T10:00:00Z, 2024-01-15T10:00:00.5+00:00"
    );
}

/// A key that a page, a terminal, a person or an encoder took apart.
#[test]
fn a_random_secret_is_found_whatever_divides_it() {
    let secret = "test-key-Zq81-mV5r-0x7K2pLd93";
    let redactor = redactor(secret);
    let every = |separator: &str| {
        let letters: Vec<String> = secret.chars().map(String::from).collect();
        letters.join(separator)
    };
    let bytes = |form: fn(u8) -> String, separator: &str| {
        let all: Vec<String> = secret.bytes().map(form).collect();
        all.join(separator)
    };
    let (head, tail) = secret.split_at(14);
    for divided in [
        format!("{head} {tail}"),
        format!("{head}\n{tail}"),
        format!("{head}\r\n    {tail}"),
        format!("{head}\\n{tail}"),
        format!("{head}\\\\r\\\\n{tail}"),
        format!("{head}<br>{tail}"),
        format!("{head}</b><span class=\"highlighted\">{tail}"),
        format!("<{head}{tail}>"),
        format!("<b>{head}</b>{tail}"),
        format!("{head}\u{200b}{tail}"),
        format!("{head}%0A{tail}"),
        format!("{head}&nbsp;{tail}"),
        secret.replace('-', "&#45;"),
        secret.replace('-', "&#x2D;"),
        secret.replace('-', " "),
        every(" "),
        every("&#8203;"),
        bytes(|byte| format!("&#{byte};"), ""),
        bytes(|byte| format!("&#x{byte:x};"), ""),
        bytes(|byte| format!("\\u{byte:04x}"), ""),
        bytes(|byte| format!("\\x{byte:02x}"), ""),
        bytes(|byte| format!("%{byte:02X}"), ""),
        bytes(|byte| format!("{byte:02x}"), " "),
        bytes(|byte| format!("{byte:02X}"), ":"),
        bytes(|byte| format!("{byte:02x}"), "-"),
        bytes(|byte| format!("{byte:02x}"), "\n"),
    ] {
        let shown = redactor.text(format!("before: {divided} :after"));
        let rest = shown.replace("[hidden]", "");
        assert!(
            shown.starts_with("before: ") && shown.ends_with(" :after"),
            "{divided}: {shown}"
        );
        let rest: String = rest.chars().filter(char::is_ascii_alphanumeric).collect();
        let allowed = ["beforeafter", "beforebafter"];
        assert!(allowed.contains(&rest.as_str()), "{divided}: {shown}");
        let message = json!({ "id": 1, "result": { "text": divided, (divided.clone()): 1 } });
        let hidden = line(&redactor, &message).to_string();
        assert!(
            !hidden.contains("Zq81") && !hidden.contains("5a 71"),
            "{divided}: {hidden}"
        );
        assert!(
            hidden.matches("[hidden]").count() >= 2,
            "{divided}: {hidden}"
        );
    }
    // Wrapped as e-mail and PEM wrap it, in base64.
    let wrapped = "dGVzdC1rZXktWnE4MS1t\r\nVjVyLTB4N0sycExkOTM=";
    assert_eq!(redactor.text(wrapped.to_owned()), "[hidden]M=");
}

/// Keys of a file from elsewhere, which nobody could refuse at start, must not take the protocol apart.
#[test]
fn words_of_the_protocol_are_never_hidden() {
    for word in [
        "jsonrpc",
        "structuredContent",
        "Approved",
        "In Review",
        "session_id",
        "tools/list",
    ] {
        let redactor = Redactor::default();
        redactor.add_random(word);
        redactor.add_chosen(word);
        redactor.add_short_lived(word);
        assert_eq!(redactor.text(word.to_owned()), word);
    }
    // Nor do parts of a key hide them that was made of them.
    let redactor = redactor("Approved-2024-structuredContent");
    for text in [
        "Approved 2024",
        "structuredContent",
        "Approved 2024 structured",
    ] {
        assert_eq!(redactor.text(text.to_owned()), text);
    }
    assert_eq!(
        redactor.text("Approved-2024-structuredContent".to_owned()),
        "[hidden]"
    );
}

/// Tokens of one issuer begin alike; hiding one must not hide the others.
#[test]
fn tokens_that_begin_alike_are_told_apart() {
    let token = |body: &str| format!("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIx{body}");
    let redactor = redactor(&token(
        "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo0NTY3ODkwMTIzNDU2Nzg5",
    ));
    let other = token("MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6QUJDREVG");
    assert_eq!(redactor.text(other.clone()), other);
}

/// The token of one login soon means nothing, and the next ones push it out.
#[test]
fn passing_secrets_are_hidden_until_four_newer_ones_have_come() {
    let redactor = Redactor::default();
    let token = |number: usize| format!("test-token-{number}-Zq81mV5r0x7K2p{number}");
    let is_hidden = |number| redactor.text(token(number)) == "[hidden]";
    for number in 0..4 {
        redactor.add_short_lived(&token(number));
        // Again is not another one.
        redactor.add_short_lived(&token(number));
    }
    assert!((0..4).all(is_hidden));
    redactor.add_short_lived(&token(4));
    assert!((1..5).all(is_hidden) && !is_hidden(0));
}

/// Encoded, no ordinary text looks like it; written out, a part of it may be a word.
#[test]
fn a_part_of_what_a_human_chose_is_hidden_only_where_it_is_encoded() {
    let redactor = Redactor::default();
    redactor.add_chosen("Approved2024!");
    redactor.add_chosen("12345678");
    redactor.add_chosen("two plain words and a third");
    for (text, expected) in [
        // All but the last character.
        ("it is Approved2024", "it is Approved2024"),
        ("MTIzNDU2N5", "[hidden]5"),
        // Less of a short one says little, and twelve characters of a long one say enough.
        ("MTIzNDU2", "MTIzNDU2"),
        ("dHdvIHBsYWluIHdvcmRz5", "[hidden]5"),
        ("two plain words", "two plain words"),
    ] {
        assert_eq!(redactor.text(text.to_owned()), expected, "{text}");
    }
}

/// What holds no secret leaves byte by byte as it came, even what is no JSON.
#[test]
fn a_line_without_a_secret_is_not_touched() {
    let random = redactor("test-key-Zq81-mV5r-0x7K2pLd93");
    let chosen = Redactor::default();
    chosen.add_chosen("Approved2024!");
    for redactor in [Redactor::default(), random, chosen] {
        for line in ["{ \"a\" : 1.50 }", "no JSON", "{\"a\":1,\"a\":2}"] {
            assert_eq!(redactor.json_line(line.into()), line.as_bytes());
        }
    }
}

/// Most of this one is in its signs, which are looked for as they are.
#[test]
fn a_random_secret_of_signs_is_hidden_where_most_of_it_stands() {
    let secret = "!?!?!?!?!?!?!?!?!?!?test1234zqxv";
    let redactor = redactor(secret);
    let part = &secret[..secret.len() - 2];
    assert_eq!(redactor.text(format!("it is {part}")), "it is [hidden]");
    let message = json!({ "id": 1, "result": { (part): part } });
    assert_eq!(
        line(&redactor, &message)["result"],
        json!({ "[hidden]": "[hidden]" })
    );
}

/// A part tells the secret only with a digit in it: two words in a row may stand in any text.
#[test]
fn the_letters_of_a_secret_before_its_first_digit_stay() {
    let redactor = redactor("qwertzuiopasdfghjkly1xcvb");
    for (text, expected) in [
        ("qwertzuiop asdfghjkly", "qwertzuiop asdfghjkly"),
        ("qwertzuiop asdfghjkly1", "[hidden]"),
    ] {
        assert_eq!(redactor.text(text.to_owned()), expected);
    }
}

/// More of it is hidden only where it follows closely, so that what stands between stays to be read.
#[test]
fn what_is_far_from_a_part_of_a_secret_stays() {
    let redactor = redactor("test-key-Zq81-mV5r-0x7K2pLd93");
    for (text, expected) in [
        ("testkeyZq81mV5r, and: 0x7 more", "[hidden], and: 0x7 more"),
        ("testkeyZq81mV5r -- 0x7 more", "[hidden] -- 0x7 more"),
        ("xx q81m -- V5r-0x7K2pLd93", "xx q81m -- [hidden]"),
    ] {
        assert_eq!(redactor.text(text.to_owned()), expected);
    }
}

/// A password of digits stands in ids and times by chance; one that is an id or a time stands there as itself.
#[test]
fn a_password_within_an_id_stays_and_one_that_is_an_id_does_not() {
    let redactor = Redactor::default();
    let (id, time) = (
        "11111111-2222-4333-8444-555566667777",
        "2024-01-15T10:00:00Z",
    );
    for secret in ["12345678", id, time] {
        redactor.add_chosen(secret);
    }
    for (text, expected) in [
        (
            "00000000-1111-4222-8333-123456781234",
            "00000000-1111-4222-8333-123456781234",
        ),
        (
            "no-id-0000-1111-4222-12345678-123456",
            "no-id-0000-1111-4222-[hidden]-123456",
        ),
        // Without hyphens it is a number like any other.
        (
            "00000000111142228333123456781234",
            "00000000111142228333[hidden]1234",
        ),
        (id, "[hidden]"),
        (time, "[hidden]"),
    ] {
        assert_eq!(redactor.text(text.to_owned()), expected, "{text}");
    }
}
