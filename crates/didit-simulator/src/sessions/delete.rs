//! Deleting sessions, one by id or several by number.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Session;
use crate::{
    call::Call,
    fields::Fields,
    reply::{Answer, Reply, detail, field, not_found},
    state::State,
};

/// `DELETE /v3/session/{id}/delete/`
pub(crate) fn delete_one(state: &mut State, call: &Call) -> Answer {
    let retain = read_retention(&call.json()?)?;
    let session = state.session(call.id(0)).ok_or_else(not_found)?;
    let shown = outcome(session, retain);
    state.sessions.retain(|session| session.id != call.id(0));
    Ok(if state.legacy {
        Reply::no_content()
    } else {
        Reply::ok(&shown)
    })
}

/// `POST /v3/sessions/delete/`: numbers nobody has are skipped.
pub(crate) fn delete_many(state: &mut State, call: &Call) -> Answer {
    let body = call.json()?;
    let retain = read_retention(&body)?;
    let mut fields = Fields::new(&body);
    let all = fields.boolean("delete_all").unwrap_or(false);
    let numbers = if body.contains_key("session_numbers") {
        fields.list("session_numbers")
    } else {
        None
    };
    fields.finish()?;
    let chosen: Option<Vec<i64>> =
        match numbers {
            _ if all => None,
            None => {
                return Err(field(
                    "session_numbers",
                    "This field is required unless delete_all is true.",
                ));
            }
            Some(numbers) if numbers.is_empty() => {
                return Err(field("session_numbers", "This list may not be empty."));
            }
            Some(numbers) => {
                let parsed: Option<Vec<i64>> = numbers.iter().map(number).collect();
                Some(parsed.ok_or_else(|| {
                    field("session_numbers", "All session_numbers must be numeric.")
                })?)
            }
        };
    let doomed: Vec<Uuid> = state
        .sessions
        .iter()
        .filter(|session| session.application == call.application && !session.is_business)
        .filter(|session| {
            chosen
                .as_ref()
                .is_none_or(|numbers| numbers.contains(&session.number))
        })
        .map(|session| session.id)
        .collect();
    let results: Vec<Value> = state
        .sessions
        .iter()
        .filter(|session| doomed.contains(&session.id))
        .map(|session| outcome(session, retain))
        .collect();
    state
        .sessions
        .retain(|session| !doomed.contains(&session.id));
    Ok(if state.legacy {
        Reply::no_content()
    } else {
        Reply::ok(&json!({ "results": results }))
    })
}

/// Digits as text, or a number, which the API turns into text first.
fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().filter(|number| *number >= 0),
        Value::String(text)
            if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            // More digits than any session has name no session, which is not an error.
            Some(text.parse().unwrap_or(i64::MAX))
        }
        _ => None,
    }
}

/// Whether the face template is to be kept.
fn read_retention(body: &Map<String, Value>) -> Result<bool, Reply> {
    let mut fields = Fields::new(body);
    let optional = |key: &str| !matches!(body.get(key), None | Some(Value::Null));
    let retain = optional("retain_face_embeddings")
        && fields.boolean("retain_face_embeddings").unwrap_or(false);
    let days = fields.integer("face_retention_days", 1, 3650);
    let deadline = fields.words("face_retention_deadline", 64);
    if deadline
        .as_deref()
        .is_some_and(|text| text.parse::<jiff::Timestamp>().is_err())
    {
        fields.refuse(
            "face_retention_deadline",
            "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
        );
    }
    let instruction = fields.choice(
        "deletion_instruction",
        &["operational_session_delete", "privacy_erasure"],
    );
    fields.text("instruction_id", 255);
    if retain && instruction.as_deref() == Some("privacy_erasure") {
        fields.refuse(
            "retain_face_embeddings",
            "Privacy erasure cannot retain biometric templates.",
        );
    }
    fields.finish()?;
    if retain && days.is_none() && deadline.is_none() {
        return Err(detail(
            axum::http::StatusCode::BAD_REQUEST,
            "A finite biometric-template retention duration is required.",
        ));
    }
    Ok(retain)
}

fn outcome(session: &Session, retain: bool) -> Value {
    let has_face = session.result("LIVENESS").is_some();
    let (outcome, template) = match (has_face, retain, &session.vendor_data) {
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
