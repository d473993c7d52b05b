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
    model::{Activity, Session, State},
    reply::{Answer, Reply, bare, detail, field, field_text, not_found, throttled},
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
    let session = state.session(call.id(0)).ok_or_else(not_found)?;
    let (id, from, now) = (session.id, session.status, state.now());
    if !EDITABLE.contains(&from) {
        let names = EDITABLE.map(Status::name).join(", ");
        let text = format!(
            "Only sessions with status {names} can be updated. Current status: {}",
            from.name()
        );
        return Err(detail(StatusCode::BAD_REQUEST, &text));
    }
    let body = call.body()?;
    let status = wanted_status(&body)?;
    if status == from {
        return Err(bare("The new status is the same as the current status."));
    }
    let nodes = match status {
        Status::Resubmitted => Some(nodes_to_resubmit(session, &body)?),
        _ => None,
    };
    // Steps that need nobody at the camera run again within the request.
    let at_once = |nodes: &Vec<Feature>| nodes.iter().all(|node| node.kind.runs_again_at_once);
    let at_once = nodes.as_ref().is_some_and(at_once);
    if let (true, Some(last)) = (at_once, session.rerun_at) {
        let wait = seconds_until(later(last, 30), now);
        if wait > 0 {
            return Err(throttled(
                "This session was already resubmitted for backend-only features within the last 30 seconds; repeating it \
                 cannot change the outcome. Wait before resubmitting again.",
                wait,
            ));
        }
    }
    let change = Activity {
        uuid: Uuid::new_v4(),
        by_api_key: call.account.is_nil(),
        new_status: Some(status.name().to_owned()),
        previous_status: Some(from.name().to_owned()),
        comment: body.text("comment").map(str::to_owned),
        created_at: now,
    };
    if let Some(session) = state.session_mut(id) {
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
    Ok(Reply::ok(&json!({ "session_id": id })))
}

fn wanted_status(body: &Object) -> Result<Status, Reply> {
    let possible = [Status::Approved, Status::Declined, Status::Resubmitted];
    let status = body.text("new_status").and_then(Status::parse);
    let Some(status) = status.filter(|status| possible.contains(status)) else {
        let complaint =
            "You can only update the status to 'Approved', 'Declined', or 'Resubmitted'.";
        return Err(field("new_status", complaint));
    };
    if body.flag("send_email") && !body.contains_key("email_address") {
        return Err(field(
            "email_address",
            "Email address is required when send_email is true.",
        ));
    }
    Ok(status)
}

/// Declining ends the ongoing screening of a person, approving again resumes it where the workflow has it.
fn monitor(session: &mut Session, status: Status) {
    let steps = session.steps.iter_mut();
    for step in steps.filter(|step| step.feature.is("AML")) {
        let configured = step
            .feature
            .config
            .flag("is_aml_ongoing_monitoring_enabled");
        let result = step.result.as_mut();
        if let Some(flag) = result.and_then(|found| found.get_mut("is_ongoing_monitoring_enabled"))
        {
            *flag = json!(configured && status != Status::Declined);
        }
    }
}

/// The steps the caller named, or all that are not approved.
fn nodes_to_resubmit(session: &Session, body: &Object) -> Result<Vec<Feature>, Reply> {
    let named = body.list("nodes_to_resubmit");
    if named.is_empty() {
        let open = session
            .steps
            .iter()
            .filter(|step| step.status != StepStatus::Approved);
        let open: Vec<Feature> = open.map(|step| step.feature.clone()).collect();
        if open.is_empty() {
            return Err(field_text(
                "nodes_to_resubmit",
                "No features found that need resubmission. All features are already approved.",
            ));
        }
        let of_companies = |feature: &str| matches!(feature, "KYB_REGISTRY" | "KYB_KEY_PEOPLE");
        let names = open.iter().map(|feature| feature.kind.name.as_str());
        let refused: Vec<&str> = names.filter(|name| of_companies(name)).collect();
        return if refused.is_empty() {
            Ok(open)
        } else {
            Err(not_directly(&refused.join(", ")))
        };
    }
    let mut nodes = Vec::new();
    for item in named {
        let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
        let (node_id, feature) = (text("node_id"), features::usual_name(text("feature")));
        if matches!(feature, "KYB_REGISTRY" | "KYB_KEY_PEOPLE" | "KYB") {
            return Err(not_directly(feature));
        }
        let mut steps = session.steps.iter().map(|step| &step.feature);
        let Some(step) = steps.find(|step| step.node_id == node_id && step.is(feature)) else {
            let text =
                format!("Node '{node_id}' with feature '{feature}' was not found in this session.");
            return Err(field_text("nodes_to_resubmit", &text));
        };
        nodes.push(step.clone());
    }
    Ok(nodes)
}

fn not_directly(features: &str) -> Reply {
    let text = format!(
        "The following features cannot be resubmitted directly: {features}. Resubmit the relevant child KYC sessions instead; \
         the parent will recompute automatically."
    );
    field_text("nodes_to_resubmit", &text)
}
