//! Deciding about a session by hand: approving, declining, asking for steps again.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    behaviour::play,
    call::Call,
    catalog::{
        features::{self, Feature},
        status::{Status, StepStatus},
    },
    model::{Activity, All, Session, State},
    reply::{Answer, Reply, bare, detail, field, field_text, not_found, ok, refuse_if, throttled},
    values::{Fields, Object, later, seconds_until},
};

const EDITABLE: [Status; 6] = [
    Status::Approved,
    Status::Declined,
    Status::InReview,
    Status::KycExpired,
    Status::Abandoned,
    Status::Resubmitted,
];

/// `PATCH /v3/session/{id}/update-status/`. The session's state is checked before the body.
pub fn update_status(state: &mut State, call: &Call) -> Answer {
    let session = state.sessions.one(call.id(0)).ok_or_else(not_found)?;
    let (id, from, now) = (session.id, session.status, state.now());
    refuse_if(!EDITABLE.contains(&from), || {
        let (names, from) = (EDITABLE.map(Status::name).join(", "), from.name());
        let text =
            format!("Only sessions with status {names} can be updated. Current status: {from}");
        detail(StatusCode::BAD_REQUEST, &text)
    })?;
    let body = call.body()?;
    let status = wanted_status(&body)?;
    refuse_if(status == from, || {
        bare("The new status is the same as the current status.")
    })?;
    let nodes = match status {
        Status::Resubmitted => Some(nodes_to_resubmit(session, &body)?),
        _ => None,
    };
    // Steps that need nobody at the camera run again within the request.
    let at_once = |nodes: &Vec<Feature>| nodes.iter().all(|node| node.kind.runs_again_at_once);
    let at_once = nodes.as_ref().is_some_and(at_once);
    let last = session.rerun_at.filter(|_| at_once);
    let wait = last.map_or(0, |last| seconds_until(later(last, 30), now));
    refuse_if(wait > 0, || {
        let text = "This session was already resubmitted for backend-only features within the last 30 seconds; repeating it \
                    cannot change the outcome. Wait before resubmitting again.";
        throttled(text, wait)
    })?;
    let change = Activity {
        uuid: Uuid::new_v4(),
        by_api_key: call.account.is_nil(),
        new_status: Some(status.name()),
        previous_status: Some(from.name()),
        comment: body.text("comment").map(str::to_owned),
        created_at: now,
    };
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

fn wanted_status(body: &Object) -> Result<Status, Reply> {
    let status = body.text("new_status").and_then(Status::parse);
    let Some(status @ (Status::Approved | Status::Declined | Status::Resubmitted)) = status else {
        let complaint =
            "You can only update the status to 'Approved', 'Declined', or 'Resubmitted'.";
        return Err(field("new_status", complaint));
    };
    let lacks_address = body.flag("send_email") && !body.contains_key("email_address");
    refuse_if(lacks_address, || {
        let complaint = "Email address is required when send_email is true.";
        field("email_address", complaint)
    })?;
    Ok(status)
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
    let refuse = |text: &str| field_text("nodes_to_resubmit", text);
    let not_directly = |features: &str| {
        refuse(&format!(
            "The following features cannot be resubmitted directly: {features}. Resubmit the relevant child KYC sessions \
             instead; the parent will recompute automatically."
        ))
    };
    let of_companies = |name: &&str| matches!(*name, "KYB_REGISTRY" | "KYB_KEY_PEOPLE" | "KYB");
    let named = body.list("nodes_to_resubmit");
    if named.is_empty() {
        let steps = session.steps.iter();
        let open = steps.filter(|step| step.status != StepStatus::Approved);
        let open: Vec<Feature> = open.map(|step| step.feature.clone()).collect();
        refuse_if(open.is_empty(), || {
            refuse("No features found that need resubmission. All features are already approved.")
        })?;
        let names = open.iter().map(|feature| feature.kind.name.as_str());
        let refused: Vec<&str> = names.filter(of_companies).collect();
        refuse_if(!refused.is_empty(), || not_directly(&refused.join(", ")))?;
        return Ok(open);
    }
    let node = |item: &Value| {
        let node_id = item.text("node_id").unwrap_or_default();
        let feature = features::usual_name(item.text("feature").unwrap_or_default());
        refuse_if(of_companies(&feature), || not_directly(feature))?;
        let mut steps = session.steps.iter().map(|step| &step.feature);
        let step = steps.find(|step| step.node_id == node_id && step.is(feature));
        step.cloned().ok_or_else(|| {
            let text =
                format!("Node '{node_id}' with feature '{feature}' was not found in this session.");
            refuse(&text)
        })
    };
    named.iter().map(node).collect()
}
