//! What a session tells the webhooks: events for every destination that wants them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::decision;
use crate::{
    catalog::{Status, filled},
    model::{All, Event, Session, State},
    values::with,
};

/// Tells the session's status.
pub fn status(state: &mut State, session: Uuid) {
    tell(
        state,
        session,
        "status.updated",
        |state, session| match session.status {
            status if status.is_decided() || status == Status::Abandoned => {
                json!({ "decision": decision::show(state, session) })
            }
            _ => Value::Null,
        },
    );
}

/// Tells that steps are to be done again, with the steps in place of the decision.
pub fn resubmission(state: &mut State, session: Uuid, steps: &Value) {
    let more = json!({ "resubmit_info": steps });
    tell(state, session, "status.updated", |_, _| more.clone());
}

/// Tells that something of the session changed, and its status did not.
pub fn data(state: &mut State, session: Uuid) {
    tell(
        state,
        session,
        "data.updated",
        |state, session| json!({ "decision": decision::show(state, session) }),
    );
}

fn tell(state: &mut State, session: Uuid, kind: &str, more: impl Fn(&State, &Session) -> Value) {
    let Some(session) = state.sessions.one(session) else {
        return;
    };
    let words = json!({
        "session": session.words(&state.origin),
        "new_uuid": Uuid::new_v4(),
        "kind": kind,
        "second": state.now().as_second(),
    });
    let mut payload = with(filled("EVENT", &words), more(state, session));
    if session.is_business() {
        payload = with(payload, filled("EVENT/business", &words));
    }
    let own = state.destinations.of(session.application);
    let wanting = own.filter(|known| known.wants(kind));
    state.events.extend(wanting.map(|destination| Event {
        destination: destination.uuid,
        url: destination.url().to_owned(),
        secret: destination.secret.clone(),
        payload: payload.clone(),
    }));
}
