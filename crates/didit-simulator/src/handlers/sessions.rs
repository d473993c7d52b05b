//! The endpoints about one session.

use serde_json::json;

use crate::{
    behaviour::{decision, opening},
    call::Call,
    catalog::{scenarios, status::Status},
    model::State,
    options::Mode,
    pdf,
    reply::{Answer, Reply, bare, field, forbidden, not_found},
    values::{Fields, micros, with},
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
