//! An approved session and how it is asked about; a test changes what it is about.

use serde_json::{Value, json};

use super::{
    scripted::Scripted,
    server::{Answer, Era, Setup},
};

pub const ID: &str = "5b1f3c9a-0000-4000-8000-000000000001";
pub const OTHER: &str = "5b1f3c9a-0000-4000-8000-000000000009";
pub const DECISION: &str = "didit_session_get_decision";

/// An approved session of c-1 with a document, a selfie and a face match; `change` makes it the case.
pub fn decision(change: Value) -> Value {
    let mut decision = json!({
        "session_id": ID, "session_number": 4, "status": "Approved", "environment": "live", "vendor_data": "c-1",
        "features": ["ID_VERIFICATION", "LIVENESS", "FACE_MATCH"],
        "id_verifications": [{ "node_id": "ocr", "status": "Approved", "full_name": "Ana Ruiz", "date_of_birth": "1990-01-15",
            "document_type": "Passport", "issuing_state": "ESP", "nationality": "ESP", "gender": "F",
            "document_number": "TEST12345", "warnings": [] }],
        "liveness_checks": [{ "node_id": "live", "status": "Approved", "score": 97, "warnings": [] }],
        "face_matches": [{ "node_id": "face", "status": "Approved", "score": 96, "warnings": [] }],
        "reviews": [],
    });
    for (key, value) in change.as_object().unwrap() {
        decision[key] = value.clone();
    }
    decision
}

pub fn asked(change: Value, detail: &str, more: &[&str]) -> Answer {
    let upstream = Scripted::start(move |request| {
        if request.line.contains("/decision/") {
            (200, decision(change.clone()))
        } else {
            (404, json!({ "detail": "Not found." }))
        }
    });
    let [api, auth] = upstream.arguments();
    let mut arguments = vec![api.as_str(), auth.as_str()];
    arguments.extend(more);
    let mut server = Setup::new(Era::Modern)
        .arguments(&arguments)
        .variable("DIDIT_API_KEY", "test-key-of-the-truth")
        .start();
    let answer = server.ok(DECISION, json!({ "session_id": ID, "detail": detail }));
    server.stop();
    answer
}

pub fn read(change: Value) -> Answer {
    asked(change, "concise", &[])
}

/// Checks what an answer says.
#[track_caller]
pub fn assert_says(answer: &Answer, words: &[&str]) {
    for words in words {
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
}

/// Checks what an answer says.
#[track_caller]
pub fn assert_says_none(answer: &Answer, words: &[&str]) {
    let all = format!("{}\n{}", answer.text, answer.data);
    for words in words {
        assert!(!all.contains(words), "{words}: {all}");
    }
}

/// The document with one more thing in it.
pub fn document(change: Value) -> Value {
    let mut document = decision(json!({}))["id_verifications"][0].clone();
    for (key, value) in change.as_object().unwrap() {
        document[key] = value.clone();
    }
    document
}
