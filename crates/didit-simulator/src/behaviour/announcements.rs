//! What a session tells the webhooks: events for every destination that wants them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::decision;
use crate::{
    catalog::status::Status,
    model::{Event, Session, State},
    values::{Fields, Object},
};

const KIND: &str = "status.updated";

/// Tells the session's status.
pub fn status(state: &mut State, session: Uuid) {
    let Some(session) = state.session(session) else {
        return;
    };
    let mut payload = envelope(state, session);
    let is_decided = matches!(
        session.status,
        Status::Approved | Status::Declined | Status::InReview | Status::Abandoned
    );
    if is_decided {
        payload.insert("decision".to_owned(), decision::show(state, session));
    }
    queue(state, session.application, &payload);
}

/// Tells that steps are to be done again, with the steps in place of the decision.
pub fn resubmission(state: &mut State, session: Uuid, steps: Value) {
    let Some(session) = state.session(session) else {
        return;
    };
    let mut payload = envelope(state, session);
    payload.insert("resubmit_info".to_owned(), steps);
    queue(state, session.application, &payload);
}

fn envelope(state: &State, session: &Session) -> Object {
    let payload = json!({
        "event_id": Uuid::new_v4(),
        "webhook_type": KIND,
        "created_at": state.now().as_second(),
        "application_id": session.application,
        "environment": session.environment.name(),
        "session_id": session.id,
        "status": session.status.name(),
        "workflow_id": session.workflow_id(),
        "workflow_version": session.workflow_version,
        "vendor_data": session.vendor_data(),
        "metadata": session.wanted.json("metadata"),
    });
    let mut payload = payload.as_object().cloned().unwrap_or_default();
    if session.is_business {
        payload.insert("session_kind".to_owned(), json!("business"));
        payload.insert("business_session_id".to_owned(), json!(session.id));
        payload.insert("vendor_business_id".to_owned(), json!(session.entity()));
    }
    payload
}

fn queue(state: &mut State, application: Uuid, payload: &Object) {
    let own = state
        .destinations
        .iter()
        .filter(|known| known.application == application);
    let wanting =
        own.filter(|known| known.settings.flag("enabled") && known.events().contains(&json!(KIND)));
    state.events.extend(wanting.map(|destination| Event {
        destination: destination.uuid,
        url: destination.url().to_owned(),
        secret: destination.secret.clone(),
        payload: payload.clone(),
    }));
}
