//! What a decision proves and what it does not: signatures, registers and wallets, whoever decided, and who was seen elsewhere.

use crate::support::approved::{OTHER, asked, assert_says, assert_says_none, document, read};
use serde_json::{Value, json};

/// The certificate and the time stamp of such a signature may come after the person has signed.
#[test]
fn an_advanced_signature_passes_with_all_that_proves_it_only() {
    let signature = |level: &str, certificate: Value, timestamp: Value, file: Value| {
        read(json!({
            "features": ["ID_VERIFICATION", "LIVENESS", "FACE_MATCH", "SIGNATURE"],
            "signatures": [{ "node_id": "sign", "status": "signed", "verdict": "Approved", "level": level,
                "certificate": certificate, "timestamp": timestamp, "signed_file": file }],
        }))
    };
    let (certificate, timestamp) = (
        json!({ "subject": "CN=Test" }),
        json!("2026-11-20T10:00:00Z"),
    );
    let file = json!("/v3/session/x/signatures/y/documents/z/file/");
    for level in ["aes", "qes", "AES"] {
        for (certificate, timestamp, file) in [
            (Value::Null, Value::Null, Value::Null),
            (certificate.clone(), Value::Null, file.clone()),
            (Value::Null, timestamp.clone(), file.clone()),
            (certificate.clone(), timestamp.clone(), Value::Null),
        ] {
            let answer = signature(level, certificate, timestamp, file);
            assert_says(
                &answer,
                &[
                    "Approved, although signature was not finished;",
                    "- signature: Not Finished",
                ],
            );
            assert_eq!(answer.data["counts_as_verified"], false);
        }
    }
    for (level, certificate, timestamp, file) in [
        ("aes", certificate, timestamp, file),
        // A simple signature never has either.
        ("simple", Value::Null, Value::Null, Value::Null),
    ] {
        let answer = signature(level, certificate, timestamp, file);
        assert_says(&answer, &["Approved: every check passed."]);
        assert_eq!(answer.data["counts_as_verified"], true, "{level}");
    }
}

/// A location warns under the tag of the network's check, and is a check of its own.
#[test]
fn a_location_is_called_a_location() {
    let answer = read(
        json!({ "status": "Declined", "geolocation_checks": [{ "node_id": "geo", "status": "Declined",
        "warnings": [{ "feature": "LOCATION", "risk": "LOCATION_VPN_DETECTED", "log_type": "error" }] }] }),
    );
    assert_says(&answer, &["Declined: location failed."]);
}

#[test]
fn a_register_or_a_wallet_is_told_as_no_document() {
    let told = |change: Value| read(json!({ "id_verifications": [document(change)] }));
    let answer = told(json!({
        "verification_method": "id_lookup", "assurance": "data_match",
        "fallback_from": { "method": "wallet", "reason": "declined", "action": "x" },
        "id_lookup": { "outcome": "partial_match", "comparison": [
            { "field": "full_name", "label": "Name", "provided": "QXPROVIDED", "record": "QXRECORD", "result": "match" },
            { "field": "address", "label": "Address", "result": "partial" },
            { "field": "date_of_birth", "label": "Birth", "result": "no_match" },
        ] },
    }));
    let meaning = "the data were looked up in a register, which confirms them only in part \
                   (not the whole address and birth date), after a digital wallet was tried";
    assert_says(
        &answer,
        &[
            &format!("Approved: every check passed. No document was seen: {meaning}."),
            &format!("- document: Approved ({meaning})"),
        ],
    );
    assert_says_none(&answer, &["QXPROVIDED", "QXRECORD"]);
    assert_eq!(
        answer.data["checks"][0]["identified_by"],
        json!({ "method": "id_lookup", "assurance": "data_match", "outcome": "partial_match",
            "fallback_from": "wallet", "meaning": meaning })
    );
    for (change, words) in [
        (
            json!({ "verification_method": "id_lookup", "id_lookup": { "outcome": "match" } }),
            "No document was seen: the data were looked up in a register, which confirms them.",
        ),
        (
            json!({ "assurance": "cryptographic", "wallet_verification": { "signature_valid": false } }),
            "No document was seen: the data come from a digital wallet, whose signature is NOT valid.",
        ),
        (
            json!({ "verification_method": "approve-this-person-now" }),
            "Whether a document was seen is not known: the identity was proven in a way that this program does not know.",
        ),
    ] {
        assert_says(&told(change), &[words]);
    }
    let answer = told(json!({ "verification_method": "document", "assurance": "documentary" }));
    assert!(answer.data["checks"][0]["identified_by"].is_null());
    assert_says_none(&answer, &["No document was seen"]);
    // Beside a wallet, a document was looked at.
    let both = read(json!({ "id_verifications": [
        document(json!({ "node_id": "wallet", "verification_method": "wallet" })),
        document(json!({ "node_id": "paper", "verification_method": "document" })),
    ] }));
    assert_says_none(&both, &["No document was seen"]);
    // A document that was looked at after something else failed is one all the same.
    let answer = told(
        json!({ "verification_method": "document", "fallback_from": { "method": "id_lookup" } }),
    );
    assert_says(
        &answer,
        &["- document: Approved (a document, after a register was tried)"],
    );
    assert_says_none(&answer, &["No document was seen"]);
}

/// A label of a comment is no decision, and a decision of a human hides none of the checks'.
#[test]
fn the_override_alone_says_whether_a_human_decided() {
    let labelled = json!([{ "new_status": "In Review", "comment": "Please look." }]);
    let unclear = json!([{ "status": "Approved", "warnings": [] }]);
    let answer = read(
        json!({ "status": "In Review", "face_matches": unclear, "reviews": labelled, "status_override": null }),
    );
    assert_says(
        &answer,
        &["In review, although no check asks for it; Didit's answer gives no reason."],
    );
    assert!(answer.data["decided_by"].is_null(), "{}", answer.data);
    let failed = json!([{ "status": "Declined", "warnings": [] }]);
    let answer = read(
        json!({ "face_matches": failed, "reviews": [{ "new_status": "Approved" }], "status_override": null }),
    );
    assert_eq!(answer.data["decided_by"], "unknown");

    let answer = read(json!({ "face_matches": failed,
        "status_override": { "overridden_at": "2026-11-20T10:00:00Z", "automatic_status": "Declined" } }));
    assert_says(
        &answer,
        &["Approved by a reviewer; face match was declined. The checks had decided: Declined."],
    );
    assert_eq!(answer.data["decided_by"], "reviewer");
    assert_eq!(answer.data["automatic_status"], "Declined");
    // Whoever confirmed what the checks said overruled nothing.
    let answer = read(json!({ "status_override": { "automatic_status": "Approved" } }));
    assert!(answer.data["automatic_status"].is_null(), "{}", answer.data);
}

/// Whole houses share an IP address, and a probable device is no certain one.
#[test]
fn a_shared_address_or_a_probable_device_takes_nothing_away() {
    let seen = |other: Value| {
        let mut seen = json!({ "session_id": OTHER, "session_number": 9, "vendor_data": "c-9" });
        seen.as_object_mut()
            .unwrap()
            .extend(other.as_object().unwrap().clone());
        read(json!({ "ip_analyses": [{ "status": "Approved", "matches": [seen] }] }))
    };
    let of_another =
        "in a session of another customer, c-9: 5b1f3c9a-0000-4000-8000-000000000009 (#9)";
    for (other, words) in [
        (
            json!({ "match_type": "ip_address", "match_mode": "deterministic", "confidence": 1.0 }),
            format!(
                "The IP address was also seen {of_another}, confidence 1; only a note, because many people share an IP address."
            ),
        ),
        (
            json!({ "match_type": "device_fingerprint", "match_mode": "probabilistic", "confidence": 0.31 }),
            format!(
                "The device was also seen {of_another}, confidence 0.31; only a note, because it is not surely the same device."
            ),
        ),
        (
            json!({ "match_type": "device_fingerprint", "match_mode": "co_occurrence" }),
            format!("The device was also seen {of_another}; only a note, because"),
        ),
        (
            json!({ "match_type": "device_fingerprint", "confidence": 0.9 }),
            format!("The device was also seen {of_another}, confidence 0.9; only a note, because"),
        ),
    ] {
        let answer = seen(other);
        assert_says(&answer, &["Approved: every check passed.\n", &words]);
        assert_eq!(answer.data["counts_as_verified"], true, "{words}");
        assert_eq!(answer.data["seen_elsewhere"][0]["only_a_note"], true);
    }
    for other in [
        json!({ "match_type": "device_fingerprint", "match_mode": "deterministic", "confidence": 0.97 }),
        json!({ "match_type": "ip_address", "is_blocklisted": true }),
    ] {
        let answer = seen(other);
        assert_eq!(answer.data["counts_as_verified"], false, "{}", answer.data);
    }
    for (source, words) in [
        (
            "imported",
            "The face was also seen in an imported record of ANOTHER customer, c-9.",
        ),
        (
            "list_entry",
            "The face was also seen on a list of ANOTHER customer, c-9.",
        ),
        (
            "retained_template",
            "The face was also seen in a face template that was kept of ANOTHER customer, c-9.",
        ),
    ] {
        let other = json!({ "source": source, "vendor_data": "c-9", "session_id": null });
        let answer =
            read(json!({ "liveness_checks": [{ "status": "Approved", "matches": [other] }] }));
        assert_says(&answer, &[words]);
        assert_eq!(answer.data["seen_elsewhere"][0]["source"], source);
    }
}

/// How bad a hit is stands beside how likely it is the person, with the id by which its review is changed.
#[test]
fn a_hit_of_a_watch_list_can_be_judged() {
    let hit = json!({ "id": "hit-1", "caption": "Ana Ruiz", "datasets": ["PEP"], "match_score": 96, "risk_score": 71,
        "review_status": "Unreviewed" });
    let change = json!({ "status": "In Review", "aml_screenings": [{ "status": "In Review", "total_hits": 1, "score": 71, "hits": [hit] }] });
    let answer = asked(change, "detailed", &[]);
    let hit = &answer.data["findings"]["watch_lists"][0]["top hits"][0];
    assert_eq!(
        [&hit["id"], &hit["match_score"], &hit["risk_score"]],
        [&json!("hit-1"), &json!(96.0), &json!(71.0)]
    );
}

#[test]
fn a_risk_of_a_location_has_words() {
    let warning = json!({ "risk": "LOCATION_EMULATOR_DETECTED", "log_type": "warning" });
    let answer = read(
        json!({ "status": "In Review", "geolocation_checks": [{ "status": "In Review", "warnings": [warning] }] }),
    );
    assert_says(
        &answer,
        &["- location (needs review): the location comes from an emulated device ["],
    );
}
