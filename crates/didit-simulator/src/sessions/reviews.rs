//! Notes and status changes people left on a session.

use std::convert::identity;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Session, Status};
use crate::{
    call::Call,
    fields::Fields,
    reply::{Answer, Reply, detail},
    state::{State, micros},
};

/// An entry of a session's trail.
#[derive(Clone, Debug)]
pub(crate) struct Activity {
    uuid: Uuid,
    by_api_key: bool,
    new_status: Option<String>,
    previous_status: Option<String>,
    comment: Option<String>,
    created_at: Timestamp,
}

impl Activity {
    /// A status change that took effect.
    pub(super) fn change(
        by_api_key: bool,
        from: Status,
        to: Status,
        comment: Option<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            uuid: Uuid::new_v4(),
            by_api_key,
            new_status: Some(to.name().to_owned()),
            previous_status: Some(from.name().to_owned()),
            comment,
            created_at: now,
        }
    }

    /// The form of the reviews endpoint.
    pub(crate) fn row(&self) -> Value {
        let value =
            |status: &Option<String>| status.as_ref().map(|status| json!({ "status": status }));
        let changed = self.previous_status.is_some();
        json!({
            "uuid": self.uuid,
            "activity_type": "STATUS_UPDATED",
            "actor_display": if self.by_api_key { "API Client" } else { "Unknown" },
            "actor_email": null,
            "actor_type": if self.by_api_key { "API_KEY" } else { "CONSOLE_USER" },
            "new_status": self.new_status,
            "previous_status": self.previous_status,
            "comment": self.comment,
            "mentioned_emails": [],
            "previous_value": value(&self.previous_status),
            "new_value": if changed { value(&self.new_status) } else { None },
            "changed_fields": if changed { json!(["status"]) } else { json!([]) },
            "metadata": null,
            "created_at": micros(self.created_at),
        })
    }

    /// The form inside a decision.
    pub(crate) fn in_decision(&self) -> Value {
        json!({
            "user": if self.by_api_key { "API Client" } else { "Unknown" },
            "new_status": self.new_status,
            "comment": self.comment,
            "created_at": micros(self.created_at),
        })
    }
}

/// `GET /v3/sessions/{id}/reviews/`
pub(crate) fn list(state: &mut State, call: &Call) -> Answer {
    let session = own_session(state, call)?;
    let mut rows: Vec<Value> = session.activities.iter().map(Activity::row).collect();
    if call.query("ordering") != Some("created_at") {
        rows.reverse();
    }
    Ok(Reply::ok(&call.envelope(&state.origin, rows, 50, identity)))
}

/// `POST /v3/sessions/{id}/reviews/`: a note only; the session stays as it is.
pub(crate) fn create(state: &mut State, call: &Call) -> Answer {
    own_session(state, call)?;
    let body = call.json()?;
    let mut fields = Fields::new(&body);
    let names = Status::ALL.map(|(name, _)| name);
    let optional = |key: &str| !matches!(body.get(key), None | Some(Value::Null));
    let new_status = if optional("new_status") {
        fields.choice("new_status", &names)
    } else {
        None
    };
    let comment = if optional("comment") {
        fields.text("comment", 10_000)
    } else {
        None
    };
    fields.finish()?;
    let activity = Activity {
        uuid: Uuid::new_v4(),
        by_api_key: false,
        new_status,
        previous_status: None,
        comment,
        created_at: state.now(),
    };
    let shown = activity.in_decision();
    if let Some(session) = state.session_mut(call.id(0)) {
        session.activities.push(activity);
    }
    Ok(Reply::created(&shown))
}

fn own_session<'a>(state: &'a State, call: &Call) -> Result<&'a Session, Reply> {
    state
        .session(call.id(0))
        .filter(|session| session.application == call.application && !session.is_business)
        .ok_or_else(|| detail(axum::http::StatusCode::NOT_FOUND, "Session not found."))
}
