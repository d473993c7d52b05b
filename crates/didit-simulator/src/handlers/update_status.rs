//! Deciding about a session by hand: approving, declining, asking for steps again.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    behaviour::play,
    call::Call,
    catalog::{
        features,
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
    let at_once = nodes
        .as_ref()
        .is_some_and(|nodes| nodes.iter().all(|node| node.at_once));
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
        Some(nodes) => {
            let shown: Vec<Value> = nodes.iter().map(Node::show).collect();
            play::resubmit(state, id, &shown, at_once);
        }
        None => play::set_status(state, id, status),
    }
    if let Some(email) = body
        .text("email_address")
        .filter(|_| body.flag("send_email"))
    {
        state.send_mail(
            email,
            &format!("Your verification is now {}", status.name()),
            None,
        );
    }
    Ok(Reply::ok(&json!({ "session_id": id })))
}

fn wanted_status(body: &Object) -> Result<Status, Reply> {
    let status = body.text("new_status").and_then(Status::parse);
    let status = status.filter(|status| {
        matches!(
            status,
            Status::Approved | Status::Declined | Status::Resubmitted
        )
    });
    let refusal = || {
        let complaint =
            "You can only update the status to 'Approved', 'Declined', or 'Resubmitted'.";
        field("new_status", complaint)
    };
    let status = status.ok_or_else(refusal)?;
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
    for step in session
        .steps
        .iter_mut()
        .filter(|step| step.feature.is("AML"))
    {
        let configured = step
            .feature
            .config
            .flag("is_aml_ongoing_monitoring_enabled");
        let flag = step
            .result
            .as_mut()
            .and_then(|result| result.get_mut("is_ongoing_monitoring_enabled"));
        if let Some(flag) = flag {
            *flag = json!(configured && status != Status::Declined);
        }
    }
}

/// A step to do again.
struct Node {
    node_id: String,
    feature: &'static str,
    /// It needs nobody at the camera and so runs again within the request.
    at_once: bool,
}

impl Node {
    fn new(feature: &features::Feature) -> Self {
        Self {
            node_id: feature.node_id.clone(),
            feature: &feature.kind.name,
            at_once: feature.kind.runs_again_at_once,
        }
    }

    fn show(&self) -> Value {
        json!({ "node_id": self.node_id, "feature": self.feature })
    }
}

/// The steps the caller named, or all that are not approved.
fn nodes_to_resubmit(session: &Session, body: &Object) -> Result<Vec<Node>, Reply> {
    let named = body.get("nodes_to_resubmit").and_then(Value::as_array);
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        let open = session
            .steps
            .iter()
            .filter(|step| step.status != StepStatus::Approved);
        let open: Vec<Node> = open.map(|step| Node::new(&step.feature)).collect();
        if open.is_empty() {
            return Err(field_text(
                "nodes_to_resubmit",
                "No features found that need resubmission. All features are already approved.",
            ));
        }
        let of_companies = |feature: &str| matches!(feature, "KYB_REGISTRY" | "KYB_KEY_PEOPLE");
        let refused: Vec<&str> = open
            .iter()
            .map(|node| node.feature)
            .filter(|name| of_companies(name))
            .collect();
        return if refused.is_empty() {
            Ok(open)
        } else {
            Err(not_directly(&refused.join(", ")))
        };
    };
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
        nodes.push(Node::new(step));
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
