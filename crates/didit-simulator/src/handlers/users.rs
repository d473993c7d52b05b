//! People: the sessions of an application that carry the same `vendor_data`.

use std::{cmp::Reverse, collections::BTreeMap, convert::identity};

use serde_json::{Value, json};

use crate::{
    behaviour::blocking::blocked,
    call::Call,
    catalog::Status,
    model::{Session, State},
    reply::{Answer, ok},
    values::{fold, micros},
};

pub fn list(state: &mut State, call: &Call) -> Answer {
    let is_own = |it: &&Session| it.application == call.application && !it.is_business();
    let mut people: BTreeMap<&str, Vec<&Session>> = BTreeMap::new();
    for session in state.sessions.iter().rev().filter(is_own) {
        if let Some(id) = session.vendor_data() {
            people.entry(id).or_default().push(session);
        }
    }
    let mut people: Vec<Vec<&Session>> = people.into_values().collect();
    people.sort_by_key(|sessions| sessions.first().map(|newest| Reverse(newest.number)));
    let mut rows: Vec<Value> = people.iter().map(|sessions| row(state, sessions)).collect();
    for (name, key) in [
        ("status", "status"),
        ("country", "issuing_states"),
        ("search", ""),
    ] {
        let wanted = call.query(name).map(fold).unwrap_or_default();
        rows.retain(|row| fold(&row.get(key).unwrap_or(row).to_string()).contains(&wanted));
    }
    ok(call.envelope(&state.origin, rows, 50, identity))
}

/// A person's row, from their sessions, the newest first.
fn row(state: &State, sessions: &[&Session]) -> Value {
    let newest = |feature, key| sessions.iter().find_map(|it| it.found(feature, key));
    let list = |feature, key| Vec::from_iter(newest(feature, key));
    let count = |status| sessions.iter().filter(|it| it.status == status).count();
    let began = |it: Option<&&Session>| it.map(|it| micros(it.created_at));
    let (last, first) = (began(sessions.first()), began(sessions.last()));
    let id = sessions.first().and_then(|it| it.vendor_data());
    let application = sessions
        .first()
        .map(|it| it.application)
        .unwrap_or_default();
    let is_blocked = id.is_some_and(|id| blocked(state, application, "user", id).is_some());
    let name = newest("OCR", "full_name");
    json!({
        "didit_internal_id": sessions.first().and_then(|it| it.entity()),
        "vendor_data": id, "display_name": null, "full_name": name, "effective_name": name,
        "date_of_birth": newest("OCR", "date_of_birth"),
        "status": if is_blocked { "BLOCKED" } else { "ACTIVE" },
        "portrait_image_url": null, "features": {}, "features_list": [], "tags": [],
        "session_count": sessions.len(),
        "approved_count": count(Status::Approved),
        "declined_count": count(Status::Declined),
        "in_review_count": count(Status::InReview),
        "issuing_states": list("OCR", "issuing_state"),
        "approved_emails": list("EMAIL_VERIFICATION", "email"),
        "approved_phones": list("PHONE_VERIFICATION", "full_number"),
        "last_session_at": last, "last_activity_at": last,
        "first_session_at": first, "created_at": first,
    })
}
