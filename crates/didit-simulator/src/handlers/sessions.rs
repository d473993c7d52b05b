//! The endpoints about single sessions: their decisions, reports, reviews and end.

use std::convert::identity;

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    behaviour::{decision, opening},
    call::Call,
    catalog::{scenarios, status::Status},
    model::{Activity, Session, State},
    options::Mode,
    pdf,
    reply::{Answer, Reply, bare, detail, field, forbidden, not_found},
    values::{Fields, Object, micros, plain, with},
};

pub fn create(state: &mut State, call: &Call) -> Answer {
    let id = opening::open(state, call.application, call.body()?)?;
    let session = state.session(id).ok_or_else(not_found)?;
    Ok(Reply::created(&json!({
        "session_id": session.id,
        "session_number": session.number,
        "session_token": session.token,
        "url": session.url(&state.origin),
        "vendor_data": session.vendor_data(),
        "metadata": session.wanted.json("metadata"),
        "status": session.status.name(),
        "workflow_id": session.workflow_group,
        "workflow_version": session.workflow_version,
        "callback": session.wanted.json("callback"),
    })))
}

pub fn decision(state: &mut State, call: &Call) -> Answer {
    let session = state.session(call.id(0)).ok_or_else(not_found)?;
    let mut shown = decision::show(state, session);
    if call.query("include") == Some("events") {
        shown = with(shown, decision::events(state, session));
    }
    Ok(Reply::ok(&shown))
}

pub fn generate_pdf(state: &mut State, call: &Call) -> Answer {
    let session = state.session(call.id(0)).ok_or_else(not_found)?;
    let finished = matches!(
        session.status,
        Status::Approved | Status::Declined | Status::InReview
    );
    let (eligible, statuses, name) = if session.is_business {
        (finished, "in review, declined or approved", "business")
    } else {
        (
            finished || session.status == Status::KycExpired,
            "in review, declined, approved or kyc expired",
            "session",
        )
    };
    if !eligible {
        return Err(forbidden(&format!(
            "You can only generate a PDF for sessions {statuses}"
        )));
    }
    let mut lines = vec![
        "SIMULATED verification report - nothing in it is real".to_owned(),
        format!("Session {} (number {})", session.id, session.number),
        format!("Status: {}", session.status.name()),
    ];
    lines.extend(
        session
            .steps
            .iter()
            .map(|step| format!("{}: {}", step.feature.kind.display, step.status.name())),
    );
    lines.push(format!("Rendered {}", micros(state.now())));
    let file = format!("attachment; filename={name}_{}.pdf", session.id);
    Ok(Reply::file("application/pdf", pdf::one_page(&lines))
        .with_header("content-disposition", file))
}

pub fn arm(state: &mut State, call: &Call) -> Answer {
    let body = call.body()?;
    let slug = body.text("scenario").unwrap_or_default();
    let session = state
        .session_mut(call.id(0))
        .filter(|session| session.environment == Mode::Sandbox);
    let session = session.ok_or_else(not_found)?;
    if session.status != Status::NotStarted {
        return Err(bare(
            "Scenario can only be armed before the verification starts.",
        ));
    }
    let unknown = || field("scenario", &format!("Unknown sandbox scenario: '{slug}'."));
    session.scenario = Some(scenarios::find(slug).ok_or_else(unknown)?);
    let status = session.status.name();
    Ok(Reply::ok(
        &json!({ "session_id": session.id, "scenario": slug, "status": status }),
    ))
}

pub fn list_reviews(state: &mut State, call: &Call) -> Answer {
    let session = own_session(state, call)?;
    let mut rows: Vec<Value> = session.activities.iter().map(Activity::row).collect();
    if call.query("ordering") != Some("created_at") {
        rows.reverse();
    }
    Ok(Reply::ok(&call.envelope(&state.origin, rows, 50, identity)))
}

/// `POST /v3/sessions/{id}/reviews/`: a note only; the session stays as it is.
pub fn add_review(state: &mut State, call: &Call) -> Answer {
    own_session(state, call)?;
    let body = call.body()?;
    let created_at = state.now();
    let activity = Activity {
        uuid: Uuid::new_v4(),
        by_api_key: false,
        new_status: body.text("new_status").map(str::to_owned),
        previous_status: None,
        comment: body.text("comment").map(str::to_owned),
        created_at,
    };
    let shown = activity.in_decision();
    own_session(state, call)?.activities.push(activity);
    Ok(Reply::created(&shown))
}

fn own_session<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Session, Reply> {
    let is_own =
        |session: &&mut Session| session.application == call.application && !session.is_business;
    let session = state.session_mut(call.id(0)).filter(is_own);
    session.ok_or_else(|| detail(StatusCode::NOT_FOUND, "Session not found."))
}

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
