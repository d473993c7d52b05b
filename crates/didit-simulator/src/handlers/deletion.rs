//! Deleting sessions, one by id or several by number.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    call::Call,
    model::{Session, State},
    reply::{Answer, Reply, detail, field, not_found},
    values::{Fields, Object, plain},
};

pub fn delete_one(state: &mut State, call: &Call) -> Answer {
    let retain = retains_face(&call.body()?)?;
    let shown = outcome(state.session(call.id(0)).ok_or_else(not_found)?, retain);
    state.sessions.retain(|session| session.id != call.id(0));
    Ok(if state.legacy {
        Reply::no_content()
    } else {
        Reply::ok(&shown)
    })
}

/// `POST /v3/sessions/delete/`: numbers nobody has are skipped.
pub fn delete_many(state: &mut State, call: &Call) -> Answer {
    let body = call.body()?;
    let retain = retains_face(&body)?;
    let numbers = body.get("session_numbers").and_then(Value::as_array);
    let chosen: Option<Vec<String>> = match numbers {
        _ if body.flag("delete_all") => None,
        None => {
            return Err(field(
                "session_numbers",
                "This field is required unless delete_all is true.",
            ));
        }
        Some(numbers) => Some(numbers.iter().map(plain).collect()),
    };
    let is_chosen = |session: &Session| {
        let number = session.number.to_string();
        let named = |numbers: &Vec<String>| {
            numbers
                .iter()
                .any(|text| text.trim_start_matches('0') == number)
        };
        session.application == call.application
            && !session.is_business
            && chosen.as_ref().is_none_or(named)
    };
    let (doomed, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut state.sessions)
        .into_iter()
        .partition(is_chosen);
    state.sessions = kept;
    let results: Vec<Value> = doomed
        .iter()
        .map(|session| outcome(session, retain))
        .collect();
    Ok(if state.legacy {
        Reply::no_content()
    } else {
        Reply::ok(&json!({ "results": results }))
    })
}

/// Whether the face template is to be kept.
fn retains_face(body: &Object) -> Result<bool, Reply> {
    let retain = body.flag("retain_face_embeddings");
    if retain && body.text("deletion_instruction") == Some("privacy_erasure") {
        return Err(field(
            "retain_face_embeddings",
            "Privacy erasure cannot retain biometric templates.",
        ));
    }
    if retain
        && !body.contains_key("face_retention_days")
        && !body.contains_key("face_retention_deadline")
    {
        let text = "A finite biometric-template retention duration is required.";
        return Err(detail(StatusCode::BAD_REQUEST, text));
    }
    Ok(retain)
}

fn outcome(session: &Session, retain: bool) -> Value {
    let has_face = session.result("LIVENESS").is_some();
    let (outcome, template) = match (has_face, retain, session.vendor_data()) {
        (false, ..) => ("none", None),
        (true, false, _) => ("deleted", None),
        (true, true, None) => ("ineligible_no_vendor_user", None),
        (true, true, Some(_)) => ("retained_with_user", Some(Uuid::new_v4())),
    };
    json!({
        "session_id": session.id,
        "session_number": session.number,
        "face_retention_outcome": outcome,
        "biometric_template_uuid": template,
    })
}
