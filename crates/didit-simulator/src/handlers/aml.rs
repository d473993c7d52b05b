//! What a human says of the hits on watch lists. The session's status stays whatever is said.

use serde_json::{Value, json};

use crate::{
    behaviour::announcements,
    call::Call,
    catalog::{OrRefuse, refuse_when},
    model::{Activity, Session, State},
    reply::{Answer, Reply, ok},
    values::{Fields, Object},
};

/// `PATCH /v3/session/{id}/update-aml-hit-status/`.
pub fn update_one(state: &mut State, call: &Call) -> Answer {
    let body = call.body()?;
    update(state, call, &body, &[Value::Object(body.clone())])?;
    ok(json!({
        "message": "AML hit status updated successfully.",
        "hit_id": body.text("hit_id"),
        "review_status": body.text("review_status"),
    }))
}

/// `PATCH /v3/session/{id}/bulk-update-aml-hit-status/`: all of them, or none.
pub fn update_many(state: &mut State, call: &Call) -> Answer {
    let body = call.body()?;
    let updates = body.list("hit_updates");
    update(state, call, &body, updates)?;
    let updated = updates.iter().filter_map(|update| update.text("hit_id"));
    ok(json!({
        "message": "AML hit statuses updated successfully.",
        "updated_hits": updated.collect::<Vec<_>>(),
    }))
}

fn update(state: &mut State, call: &Call, body: &Object, updates: &[Value]) -> Result<(), Reply> {
    let now = state.now();
    let session = call.own_mut(&mut state.sessions)?;
    let node_id = call.query("node_id").or(body.text("node_id"));
    let hits = hits_of(session, node_id)?;
    let place = |update: &Value| {
        let wanted = update.text("hit_id");
        hits.iter().position(|hit| hit.text("id") == wanted)
    };
    let places = updates.iter().map(place);
    let places: Vec<usize> = places
        .collect::<Option<_>>()
        .or_refuse("aml_hit_not_found")?;
    for (place, update) in places.into_iter().zip(updates) {
        if let Some(Value::Object(hit)) = hits.get_mut(place) {
            hit.insert("review_status".to_owned(), update.json("review_status"));
        }
    }
    let mut activity = Activity::new(&Object::new(), now);
    activity.kind = "AML_HIT_STATUS_UPDATED";
    activity.by_api_key = true;
    session.activities.push(activity);
    announcements::data(state, call.id(0));
    Ok(())
}

/// The hits of the step that is named, or of the only one that searched watch lists.
fn hits_of<'a>(
    session: &'a mut Session,
    node_id: Option<&str>,
) -> Result<&'a mut Vec<Value>, Reply> {
    let steps = session.steps.iter_mut();
    let mut screenings: Vec<_> = steps
        .filter(|step| step.feature.is("AML") && step.result.is_some())
        .filter(|step| node_id.is_none_or(|node_id| step.feature.node_id == node_id))
        .collect();
    refuse_when("aml_step_not_named", screenings.len() > 1)?;
    let result = screenings.pop().and_then(|step| step.result.as_mut());
    let hits = result.and_then(|result| result.get_mut("hits")?.as_array_mut());
    hits.or_refuse("aml_hit_not_found")
}
