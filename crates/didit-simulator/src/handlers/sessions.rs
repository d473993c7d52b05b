//! The endpoints about single sessions: their decisions, reports, reviews and end.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    behaviour::{decision, opening},
    call::Call,
    catalog::{OrRefuse, Status, filled, refuse_when, scenarios, shown},
    model::{Activity, All, Session, State},
    options::ApplicationMode,
    pdf,
    reply::{Answer, Reply, created, no_content, ok},
    values::{Fields, Object, micros, plain, with},
};

pub fn create(state: &mut State, call: &Call) -> Answer {
    let id = opening::open(state, call.application, call.body()?)?;
    let session = state.sessions.one(id);
    let words = session.map(|session| session.words(&state.origin));
    created(shown("SESSION_CREATED", words))
}

/// The session that the path names. Who may use it was checked before.
fn named<'a>(state: &'a State, call: &Call) -> Result<&'a Session, Reply> {
    state.sessions.one(call.id(0)).or_refuse("not_found")
}

pub fn decision(state: &mut State, call: &Call) -> Answer {
    let session = named(state, call)?;
    let shown = decision::show(state, session);
    ok(match call.query("include") {
        Some("events") => with(shown, decision::events(state, session)),
        _ => shown,
    })
}

pub fn generate_pdf(state: &mut State, call: &Call) -> Answer {
    let session = named(state, call)?;
    let (id, status) = (session.id, session.status);
    let (name, refused) = match session.is_business() {
        true => ("business", "no_business_report"),
        false => ("session", "no_report"),
    };
    let is_old = status == Status::KycExpired && !session.is_business();
    refuse_when(refused, !status.is_decided() && !is_old)?;
    let mut lines = vec![
        "SIMULATED verification report - nothing in it is real".to_owned(),
        format!("Session {id} (number {})", session.number),
        format!("Status: {}", status.name()),
    ];
    let steps = session.steps.iter();
    lines.extend(steps.map(|step| {
        let status = plain(&json!(step.status));
        format!("{}: {status}", step.feature.kind.display)
    }));
    lines.push(format!("Rendered {}", micros(state.now())));
    let file = format!("attachment; filename={name}_{id}.pdf");
    let report = Reply::file("application/pdf", pdf::one_page(&lines));
    Ok(report.with_header("content-disposition", file))
}

pub fn arm(state: &mut State, call: &Call) -> Answer {
    let body = call.body()?;
    let slug = body.text("scenario").unwrap_or_default();
    let session = state.sessions.one_mut(call.id(0));
    let session = session.filter(|session| session.environment == ApplicationMode::Sandbox);
    let session = session.or_refuse("not_found")?;
    refuse_when("scenario_too_late", session.status != Status::NotStarted)?;
    session.scenario = Some(scenarios::named(slug, "scenario")?);
    ok(json!({ "session_id": session.id, "scenario": slug, "status": session.status }))
}

pub fn list_reviews(state: &mut State, call: &Call) -> Answer {
    let session = own_session(&mut state.sessions, call)?;
    let mut found: Vec<&Activity> = session.activities.iter().collect();
    if call.query("ordering") != Some("created_at") {
        found.reverse();
    }
    ok(call.envelope(&state.origin, found, 50, Activity::row))
}

/// `POST /v3/sessions/{id}/reviews/`: a note only; the session stays as it is.
pub fn add_review(state: &mut State, call: &Call) -> Answer {
    let (created_at, reviewer) = (state.now(), state.reviewer.clone());
    let session = own_session(&mut state.sessions, call)?;
    let body = call.body()?;
    let mut activity = Activity::new(&body, created_at);
    activity.reviewer = reviewer;
    let shown = activity.in_decision();
    session.activities.push(activity);
    created(shown)
}

fn own_session<'a>(sessions: &'a mut [Session], call: &Call) -> Result<&'a mut Session, Reply> {
    let session = call.own_mut(sessions).ok();
    let session = session.filter(|session| !session.is_business());
    session.or_refuse("session_not_found")
}

pub fn delete_one(state: &mut State, call: &Call) -> Answer {
    let retain = retains_face(&call.body()?)?;
    let shown = deleted(named(state, call)?, retain);
    state.sessions.retain(|session| session.id != call.id(0));
    answer(state, shown)
}

/// `POST /v3/sessions/delete/`: numbers nobody has are skipped.
pub fn delete_many(state: &mut State, call: &Call) -> Answer {
    let body = call.body()?;
    let retain = retains_face(&body)?;
    let all = body.flag("delete_all");
    let lacks_numbers = !body.contains_key("session_numbers");
    refuse_when("numbers_missing", !all && lacks_numbers)?;
    let numbers: Vec<String> = body.list("session_numbers").iter().map(plain).collect();
    let is_chosen = |session: &mut Session| {
        let number = session.number.to_string();
        let mut numbers = numbers.iter().map(|text| text.trim_start_matches('0'));
        session.application == call.application
            && !session.is_business()
            && (all || numbers.any(|text| text == number))
    };
    let gone = state.sessions.extract_if(.., is_chosen);
    let results: Vec<Value> = gone.map(|session| deleted(&session, retain)).collect();
    answer(state, json!({ "results": results }))
}

/// What became of the sessions, of which the older dialect said nothing.
fn answer(state: &State, shown: Value) -> Answer {
    match state.legacy {
        true => no_content(),
        false => ok(shown),
    }
}

/// Whether the face template is to be kept.
fn retains_face(body: &Object) -> Result<bool, Reply> {
    let retain = body.flag("retain_face_embeddings");
    let erasure = body.text("deletion_instruction") == Some("privacy_erasure");
    refuse_when("erasure_retains", retain && erasure)?;
    let mut ends = ["face_retention_days", "face_retention_deadline"].into_iter();
    let has_end = ends.any(|key| body.contains_key(key));
    refuse_when("retention_without_end", retain && !has_end)?;
    Ok(retain)
}

/// What became of the session's face.
fn deleted(session: &Session, retain: bool) -> Value {
    let has_face = session.result("LIVENESS").is_some();
    let (outcome, template) = match (has_face, retain, session.vendor_data()) {
        (false, ..) => ("none", None),
        (true, false, _) => ("deleted", None),
        (true, true, None) => ("ineligible_no_vendor_user", None),
        (true, true, Some(_)) => ("retained_with_user", Some(Uuid::new_v4())),
    };
    let (id, number) = (session.id, session.number);
    let values = json!({ "id": id, "number": number, "outcome": outcome, "template": template });
    filled("DELETED", &values)
}
