//! Signatures of webhooks against vectors whose digests were made independently.

use didit_mcp::didit::signature::{InvalidBody, sign, wire_body};
use serde_json::Value;

fn vectors() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("contract/webhook-vectors.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap().clone();
    assert_eq!(vectors.len(), 19);
    vectors
}

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap()
}

#[test]
fn every_vector_is_signed_as_given() {
    for vector in vectors() {
        let signatures = sign(
            text(&vector, "secret"),
            text(&vector, "raw_body").as_bytes(),
        )
        .unwrap();
        let name = text(&vector, "name");
        assert_eq!(signatures.raw, text(&vector, "x_signature"), "{name}");
        assert_eq!(signatures.v2, text(&vector, "x_signature_v2"), "{name}");
        assert_eq!(
            signatures.simple,
            text(&vector, "x_signature_simple"),
            "{name}"
        );
        for (_, wrong) in vector["must_fail"].as_object().unwrap() {
            let wrong = wrong.as_str().unwrap();
            assert!(signatures.raw != wrong && signatures.v2 != wrong, "{name}");
        }
    }
}

/// A body that was pretty-printed on its way keeps its second signature and loses the first.
#[test]
fn the_second_signature_survives_another_layout_of_the_body() {
    for vector in vectors() {
        let sent = text(&vector, "payload_json");
        let signatures = sign(text(&vector, "secret"), sent.as_bytes()).unwrap();
        let name = text(&vector, "name");
        assert_eq!(signatures.v2, text(&vector, "x_signature_v2"), "{name}");
        assert_eq!(
            signatures.simple,
            text(&vector, "x_signature_simple"),
            "{name}"
        );
        assert_ne!(signatures.raw, text(&vector, "x_signature"), "{name}");
    }
}

#[test]
fn the_wire_form_of_a_payload_is_the_given_body() {
    for vector in vectors() {
        // These digits do not survive the JSON library, so only a received body can have them.
        if text(&vector, "name") == "own/tiny_float_exponent" {
            continue;
        }
        let payload: Value = serde_json::from_str(text(&vector, "payload_json")).unwrap();
        assert_eq!(
            wire_body(&payload),
            text(&vector, "raw_body"),
            "{}",
            text(&vector, "name")
        );
    }
}

#[test]
fn what_is_not_json_has_no_signatures() {
    let deep = "[".repeat(100_000);
    for body in [
        "",
        "{",
        "{\"a\":}",
        "[1,]",
        "nul",
        "01",
        "\"\\ud83d\"",
        "{} {}",
        "\"\u{1}\"",
        deep.as_str(),
    ] {
        assert_eq!(
            sign("secret", body.as_bytes()),
            Err(InvalidBody),
            "{:.20}",
            body
        );
    }
    assert_eq!(sign("secret", b"\xff"), Err(InvalidBody));
}

#[test]
fn keys_longer_than_a_block_are_hashed_first() {
    // Computed with another implementation of HMAC.
    let expected = "bf56b1f6cc96e155b1f9695de165b01027af10d5c2b024bfc5c937a155402daf";
    assert_eq!(sign(&"k".repeat(131), b"{}").unwrap().raw, expected);
}

/// Deep enough for anything that is sent, and no deeper: each level costs another look at what is in it.
#[test]
fn a_body_is_signed_down_to_a_depth() {
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    assert!(sign("secret", nested(32).as_bytes()).is_ok());
    assert_eq!(sign("secret", nested(33).as_bytes()), Err(InvalidBody));
}
