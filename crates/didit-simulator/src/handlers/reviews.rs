//! Notes and status changes people left on a session.

use std::convert::identity;

use axum::http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    call::Call,
    model::{Activity, Session, State},
    reply::{Answer, Reply, detail},
    values::Fields,
};

pub fn list(state: &mut State, call: &Call) -> Answer {
    let session = own_session(state, call)?;
    let mut rows: Vec<Value> = session.activities.iter().map(Activity::row).collect();
    if call.query("ordering") != Some("created_at") {
        rows.reverse();
    }
    Ok(Reply::ok(&call.envelope(&state.origin, rows, 50, identity)))
}

/// `POST /v3/sessions/{id}/reviews/`: a note only; the session stays as it is.
pub fn create(state: &mut State, call: &Call) -> Answer {
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
