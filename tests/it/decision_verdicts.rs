//! Verdicts of rare decisions: who decided, whether it is another person, and what is to be done.

use crate::support::approved::{OTHER, assert_says, assert_says_none, document, read};
use serde_json::{Value, json};

#[test]
fn a_reviewer_may_approve_what_no_check_looked_at() {
    let answer = read(json!({
        "id_verifications": null, "liveness_checks": null, "face_matches": null,
        "reviews": [{ "new_status": "Approved" }],
    }));
    assert_says(&answer, &["Approved by a reviewer; no check has a result."]);
}

/// Whom an operator put on the allowlist is no second account, and who is on the blocklist is named once.
#[test]
fn the_verdict_names_only_those_who_need_a_look() {
    for (key, said) in [
        ("is_allowlisted", "Approved: every check passed."),
        (
            "is_blocklisted",
            "Approved: every check passed. On the blocklist: face.",
        ),
    ] {
        let seen = json!({ "session_id": OTHER, "vendor_data": "c-9", (key): true });
        let answer =
            read(json!({ "liveness_checks": [{ "status": "Approved", "matches": [seen] }] }));
        assert_eq!(answer.data["verdict"], said, "{key}");
    }
}

/// A name may have changed by marriage, and a document been renewed, where the birth date is the same.
#[test]
fn a_name_or_a_number_tells_people_apart_unless_the_birth_date_is_the_same() {
    for (expected, found, field) in [
        (
            json!({ "first_name": "Ana", "last_name": "Ruiz" }),
            json!({ "full_name": "Marcus Fictional" }),
            "name",
        ),
        (
            json!({ "identification_number": "TEST99999" }),
            json!({}),
            "document number",
        ),
    ] {
        let verdict = |expected: &Value| {
            let answer = read(json!({
                "expected_details": expected, "id_verifications": [document(found.clone())],
            }));
            answer.data["verdict"].as_str().unwrap().to_owned()
        };
        assert_eq!(
            verdict(&expected),
            format!("NOT THE PERSON EXPECTED: {field} differs. Approved: every check passed.")
        );
        let mut with_birth = expected;
        with_birth["date_of_birth"] = "1990-01-15".into();
        assert_eq!(
            verdict(&with_birth),
            format!("NOT AS EXPECTED: {field} differs. Approved: every check passed.")
        );
    }
    // A bill may be in the name of whoever lives there too.
    let answer = read(json!({
        "expected_details": { "first_name": "Ana", "last_name": "Ruiz" },
        "poa_verifications": [{ "status": "Approved", "name_on_document": "Marcus Fictional" }],
    }));
    let verdict = answer.data["verdict"].as_str().unwrap();
    assert!(
        verdict.starts_with("NOT AS EXPECTED: name (proof"),
        "{verdict}"
    );
}

/// Without a check or a reason to look at, the answer sends nobody to look for one.
#[test]
fn a_review_points_at_what_there_is_to_look_at() {
    let warning = json!([{ "risk": "SESSION_OF_A_NEW_KIND", "log_type": "warning" }]);
    let unclear = json!([{ "status": "In Review", "warnings": [] }]);
    let console = "a human looks at the session in Didit's console and approves";
    for change in [
        json!({ "warnings": warning }),
        json!({ "face_matches": unclear }),
    ] {
        let mut change = change;
        change["status"] = "In Review".into();
        assert_says_none(&read(change), &[console]);
    }
    assert_says(&read(json!({ "status": "In Review" })), &[console]);
}

/// A warning about the whole session can stop it, and cannot approve it.
#[test]
fn a_warning_about_the_session_decides_against_it_alone() {
    let warning = json!([{ "risk": "SESSION_OF_A_NEW_KIND", "log_type": "error" }]);
    let answer = read(json!({ "status": "Declined", "warnings": warning }));
    assert_says(
        &answer,
        &["Declined: no single check failed; a warning about the whole session declined it."],
    );
    assert_eq!(answer.data["decided_by"], "checks");
    let unclear = json!([{ "status": "In Review", "warnings": [] }]);
    let answer = read(json!({ "warnings": warning, "face_matches": unclear }));
    assert_eq!(answer.data["decided_by"], "unknown");
}
