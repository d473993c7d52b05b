//! Deciding about a session by hand: approving, declining, asking for steps again.

use serde_json::{Value, json};

use crate::{
    behaviour::play,
    call::Call,
    catalog::{
        Feature, OrRefuse, Status, StepStatus, features, refusal, refusal_with, refuse_when,
        throttle,
    },
    model::{Activity, All, Session, State},
    reply::{Answer, Reply, ok},
    values::{Fields, Object, later, seconds_until},
};

/// `PATCH /v3/session/{id}/update-status/`. The session's state is checked before the body.
pub fn update_status(state: &mut State, call: &Call) -> Answer {
    let session = state.sessions.one(call.id(0)).or_refuse("not_found")?;
    let (id, from, now) = (session.id, session.status, state.now());
    if !from.is_editable() {
        return Err(refusal_with("status_is_final", json!({ "status": from })));
    }
    let body = call.body()?;
    let status = body.text("new_status").and_then(Status::parse);
    let Some(status @ (Status::Approved | Status::Declined | Status::Resubmitted)) = status else {
        return Err(refusal("status_not_settable"));
    };
    let lacks_address = body.flag("send_email") && !body.contains_key("email_address");
    refuse_when("address_to_send_to_missing", lacks_address)?;
    refuse_when("status_is_the_same", status == from)?;
    let nodes = match status {
        Status::Resubmitted => Some(nodes_to_resubmit(session, &body)?),
        _ => None,
    };
    // Steps that need nobody at the camera run again within the request.
    let at_once = |nodes: &Vec<Feature>| nodes.iter().all(|node| node.kind.runs_again_at_once);
    let at_once = nodes.as_ref().is_some_and(at_once);
    let last = session.rerun_at.filter(|_| at_once);
    let wait = last.map_or(0, |last| seconds_until(later(last, 30), now));
    throttle("resubmitted_just_now", wait)?;
    let mut change = Activity::new(&body, now);
    change.by_api_key = call.account.is_nil();
    change.previous_status = Some(from.name());
    if let Some(session) = state.sessions.one_mut(id) {
        session.activities.push(change);
        if at_once {
            session.rerun_at = Some(now);
        }
        monitor(session, status);
    }
    match nodes {
        Some(nodes) => play::resubmit(state, id, &nodes, at_once),
        None => play::set_status(state, id, status),
    }
    if let (true, Some(email)) = (body.flag("send_email"), body.text("email_address")) {
        let subject = format!("Your verification is now {}", status.name());
        state.send_mail(email, &subject, None);
    }
    ok(json!({ "session_id": id }))
}

/// Declining ends the ongoing screening of a person, approving again resumes it where the workflow has it.
fn monitor(session: &mut Session, status: Status) {
    let steps = session.steps.iter_mut();
    for step in steps.filter(|step| step.feature.is("AML")) {
        let config = &step.feature.config;
        let configured = config.flag("is_aml_ongoing_monitoring_enabled");
        if let Some(result) = step.result.as_mut().and_then(Value::as_object_mut) {
            let is_on = json!(configured && status != Status::Declined);
            result.insert("is_ongoing_monitoring_enabled".to_owned(), is_on);
        }
    }
}

/// The steps the caller named, or all that are not approved.
fn nodes_to_resubmit(session: &Session, body: &Object) -> Result<Vec<Feature>, Reply> {
    let not_directly = |names: &[&str]| {
        let words = json!({ "features": names.join(", ") });
        refusal_with("not_directly_resubmitted", words)
    };
    let of_companies = |name: &&str| matches!(*name, "KYB_REGISTRY" | "KYB_KEY_PEOPLE" | "KYB");
    let named = body.list("nodes_to_resubmit");
    if named.is_empty() {
        let steps = session.steps.iter();
        let open = steps.filter(|step| step.status != StepStatus::Approved);
        let open: Vec<Feature> = open.map(|step| step.feature.clone()).collect();
        refuse_when("nothing_to_resubmit", open.is_empty())?;
        let names = open.iter().map(|feature| feature.kind.name.as_str());
        let refused: Vec<&str> = names.filter(of_companies).collect();
        return match refused.as_slice() {
            [] => Ok(open),
            refused => Err(not_directly(refused)),
        };
    }
    let node = |item: &Value| {
        let node_id = item.text("node_id").unwrap_or_default();
        let feature = features::usual_name(item.text("feature").unwrap_or_default());
        if of_companies(&feature) {
            return Err(not_directly(&[feature]));
        }
        let mut steps = session.steps.iter().map(|step| &step.feature);
        let step = steps.find(|step| step.node_id == node_id && step.is(feature));
        let words = json!({ "node_id": node_id, "feature": feature });
        let missing = || refusal_with("node_not_found", words);
        step.cloned().ok_or_else(missing)
    };
    named.iter().map(node).collect()
}
