//! What was expected of a person against what was found, and scores against the limits that decided.

use crate::support::{
    approved::{DECISION, ID, asked, assert_says, assert_says_none, decision, document, read},
    scripted::Scripted,
    server::{Era, Setup},
    shell::Shell,
};
use serde_json::{Value, json};

#[test]
fn another_person_than_expected_stands_first_although_didit_only_notes_it() {
    let noted = |risk: &str| json!({ "feature": "ID_VERIFICATION", "risk": risk, "log_type": "information" });
    let change = json!({
        "expected_details": { "first_name": "Ana", "last_name": "Ruiz", "date_of_birth": "1990-01-15" },
        "id_verifications": [document(json!({ "full_name": "Marcus Fictional", "date_of_birth": "1979-01-17",
            "warnings": [noted("FULL_NAME_MISMATCH_WITH_PROVIDED"), noted("DOB_MISMATCH_WITH_PROVIDED")] }))],
    });
    for detail in ["concise", "detailed"] {
        let answer = asked(change.clone(), detail, &[]);
        let first = answer.text.lines().next().unwrap();
        let verdict =
            "NOT THE PERSON EXPECTED: name and birth date differ. Approved: every check passed.";
        assert_eq!(first, verdict);
        assert_eq!(answer.data["verdict"], verdict);
        assert_eq!(answer.data["expected"]["result"], "differs");
        assert_eq!(answer.data["expected"]["differs"][0]["told_by_didit"], true);
        assert_eq!(answer.data["untrusted"]["expected_name"], "Ana Ruiz");
        assert_eq!(answer.data["untrusted"]["name"], "Marcus Fictional");
        assert_eq!(answer.data["needs_a_look"], true);
        assert_says(
            &answer,
            &[
                "birth date: expected 1990-01-15, found 1979-01-17",
                "Expected name: Ana Ruiz",
                "[FULL_NAME_MISMATCH_WITH_PROVIDED]",
                "Do not count the expected person as verified",
            ],
        );
        assert_says_none(&answer, &["without effect", "nothing more is needed"]);
    }
    // Nothing of the person leaves, and the difference is said all the same.
    let answer = asked(change, "detailed", &["--pii", "none"]);
    assert_says(
        &answer,
        &["NOT THE PERSON EXPECTED: name and birth date differ."],
    );
    assert_says_none(&answer, &["Ruiz", "Fictional", "1990-01-15", "1979-01-17"]);
}

#[test]
fn what_only_didit_can_compare_is_said_too() {
    let answer = read(json!({
        "id_verifications": [{ "node_id": "ocr", "status": "Approved", "warnings": [
            { "risk": "DOB_MISMATCH_WITH_PROVIDED", "log_type": "information",
              "additional_data": { "expected_dob": "1990-01-15", "extracted_dob": "1979-01-17" } },
            { "risk": "NATIONALITY_MISMATCH_WITH_PROVIDED", "log_type": "information" }] }],
    }));
    assert_says(
        &answer,
        &[
            "NOT THE PERSON EXPECTED: birth date and nationality differ.",
            "birth date: expected 1990-01-15, found 1979-01-17",
        ],
    );
}

#[test]
fn every_field_and_every_document_is_compared() {
    let expected = json!({ "first_name": "Ana", "last_name": "Ruiz", "date_of_birth": "1990-01-15", "nationality": "FRA",
        "country": "ESP", "gender": "M", "identification_number": "TEST99999", "expected_document_types": ["ID"],
        "address": "5 Calle Mayor, Madrid", "poa_country": "PRT" });
    let answer = read(json!({
        "expected_details": expected,
        "nfc_verifications": [{ "status": "Approved", "chip_data": { "first_name": "MARCUS", "last_name": "FICTIONAL",
            "birth_date": "1990-01-15", "issuing_country": "ESP" } }],
        "poa_verifications": [{ "status": "Approved", "name_on_document": "Ana Ruiz Garcia", "issuing_state": "ES",
            "poa_formatted_address": "9 Expected Way, Sampletown" }],
    }));
    let verdict = answer.data["verdict"].as_str().unwrap();
    for field in [
        "document number",
        "nationality",
        "gender",
        "document type",
        "name (chip)",
        "address (proof of address)",
        "country (proof of address)",
    ] {
        assert!(verdict.contains(field), "{field}: {verdict}");
    }
    assert_eq!(answer.data["expected"]["match"], json!(["birth date"]));
    assert_says(
        &answer,
        &[
            "nationality: expected FRA, found ESP",
            "gender: expected M, found F",
            "document number: expected *****9999, found *****2345",
            "Chip name: MARCUS FICTIONAL",
        ],
    );
    assert_says_none(&answer, &["TEST99999", "Calle Mayor", "Expected Way"]);
}

#[test]
fn a_new_name_of_the_same_birth_is_no_other_person() {
    let answer = read(json!({
        "expected_details": { "first_name": "Eva", "last_name": "Sample", "date_of_birth": "1990-01-15" },
    }));
    assert_says(
        &answer,
        &["NOT AS EXPECTED: name differs. Approved: every check passed."],
    );
}

#[test]
fn limits_come_from_the_answer_or_from_the_workflow_which_is_read_once() {
    let workflow = "5b1f3c9a-1111-4000-8000-000000000001";
    let case = json!({
        "status": "In Review", "workflow_id": workflow, "created_at": "2026-11-20T10:00:00Z",
        "face_matches": [{ "node_id": "face_2", "status": "In Review", "score": 65, "warnings": [] }],
    });
    for (changed, words) in [
        (
            "2026-11-01T00:00:00Z",
            "score 65 (review below 70, declined below 60)",
        ),
        (
            "2026-11-21T00:00:00Z",
            "score 65 (by today's workflow review below 70, declined below 60)",
        ),
    ] {
        let own = case.clone();
        let upstream = Scripted::start(move |request| {
            if request.line.contains("/decision/") {
                (200, decision(own.clone()))
            } else if request.line.contains("/workflows/?") {
                (200, json!({ "count": 0, "results": [] }))
            } else {
                (
                    200,
                    json!({ "uuid": workflow, "workflow_id": workflow, "version": 2, "published_at": changed,
                    "face_match_score_review_threshold": 90,
                    "workflow_graph": { "nodes": { "face_2": { "config": {
                        "face_match_score_review_threshold": 70, "face_match_score_decline_threshold": 60 } } } } }),
                )
            }
        });
        let [api, auth] = upstream.arguments();
        let mut server = Setup::new(Era::Modern)
            .arguments(&[&api, &auth])
            .variable("DIDIT_API_KEY", "test-key-of-the-truth")
            .start();
        for _ in 0..2 {
            let answer = server.ok(DECISION, json!({ "session_id": ID }));
            assert_says(&answer, &[words]);
            assert_eq!(answer.data["checks"][2]["review_limit"], 70.0);
        }
        let lines: Vec<String> = upstream
            .requests()
            .into_iter()
            .map(|request| request.line)
            .collect();
        let workflows = lines
            .iter()
            .filter(|line| line.contains(&format!("/workflows/{workflow}")))
            .count();
        assert_eq!(workflows, 1, "{lines:?}");
        server.stop();
    }
    // What the warning says itself needs no workflow, and a workflow that cannot be read takes nothing away.
    let told = json!([{ "risk": "LOW_FACE_MATCH_SIMILARITY", "log_type": "warning",
        "additional_data": { "score": 0.65, "review_threshold": 70, "decline_threshold": 60 } }]);
    let answer = read(
        json!({ "status": "In Review", "face_matches": [{ "status": "In Review", "score": 0.65, "warnings": told }] }),
    );
    assert_says(&answer, &["score 65 (review below 70, declined below 60)"]);
    let answer = read(case);
    assert_says(&answer, &["- face match: In Review, score 65\n"]);
}

#[test]
fn an_approval_of_somebody_else_ends_a_wait_as_a_case_for_a_human() {
    let other =
        json!({ "first_name": "Eva", "last_name": "Sample", "date_of_birth": "1979-01-17" });
    let same = json!({ "first_name": "Ana", "last_name": "Ruiz" });
    let by_hand = json!([{ "new_status": "Approved" }]);
    for (expected, reviews, code) in [
        (Value::Null, json!([]), 0),
        (same, json!([]), 0),
        (other.clone(), json!([]), 4),
        // The code says what the text says, which warns of the difference whoever approved.
        (other, by_hand, 4),
    ] {
        let is_other = expected["first_name"] == "Eva";
        let change = json!({ "expected_details": expected, "reviews": reviews });
        let upstream = Scripted::start(move |_| (200, decision(change.clone())));
        let [api, auth] = upstream.arguments();
        let shell = Shell::new().variable("DIDIT_API_KEY", "test-key-of-the-truth");
        let finished = shell.run(&["kyc", "decision", ID, "--wait", &api, &auth]);
        assert_eq!(finished.code, Some(code), "{}", finished.stdout);
        assert_eq!(
            finished.stdout.starts_with("NOT THE PERSON EXPECTED"),
            is_other,
            "{}",
            finished.stdout
        );
    }
}
