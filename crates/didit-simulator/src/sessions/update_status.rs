//! Deciding about a session by hand: approving, declining, asking for steps again.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Session, Status, StepStatus, play, reviews::Activity};
use crate::{
    call::Call,
    fields::Fields,
    rate_limit::throttled,
    reply::{Answer, REQUIRED, Reply, bad_request, bare, detail, field, field_text, not_found},
    scenarios,
    state::{State, later},
    webhooks,
};

/// The features a caller may name, in the order the API lists them.
const FEATURES: [&str; 24] = [
    "OCR",
    "OCR_BACK",
    "NFC",
    "AML",
    "FACE",
    "LIVENESS",
    "FACE_MATCH",
    "IP_ANALYSIS",
    "AGE_ESTIMATION",
    "PROOF_OF_ADDRESS",
    "PHONE_VERIFICATION",
    "EMAIL_VERIFICATION",
    "FACE_SEARCH",
    "DATABASE_VALIDATION",
    "QUESTIONNAIRE",
    "DOCUMENT_AI",
    "KYB_REGISTRY",
    "KYB_DOCUMENTS",
    "KYB_KEY_PEOPLE",
    "ID_VERIFICATION",
    "POA",
    "PHONE",
    "EMAIL",
    "KYB",
];
const EDITABLE: [Status; 6] = [
    Status::Approved,
    Status::Declined,
    Status::InReview,
    Status::KycExpired,
    Status::Abandoned,
    Status::Resubmitted,
];
/// Steps that need nobody at the camera and so run again within the request.
const BACKEND_ONLY: [&str; 3] = ["AML", "DATABASE_VALIDATION", "IP_ANALYSIS"];

/// `PATCH /v3/session/{id}/update-status/`. The session's state is checked before the body.
pub(crate) fn update_status(state: &mut State, call: &Call) -> Answer {
    let session = state.session(call.id(0)).ok_or_else(not_found)?;
    let (id, from) = (session.id, session.status);
    if !EDITABLE.contains(&from) {
        let names: Vec<&str> = EDITABLE.iter().map(|status| status.name()).collect();
        return Err(detail(
            axum::http::StatusCode::BAD_REQUEST,
            &format!(
                "Only sessions with status {} can be updated. Current status: {}",
                names.join(", "),
                from.name()
            ),
        ));
    }
    let body = call.json()?;
    let wanted = Wanted::read(&body)?;
    if wanted.status == from {
        return Err(bare("The new status is the same as the current status."));
    }
    let nodes = if wanted.status == Status::Resubmitted {
        Some(nodes_to_resubmit(session, body.get("nodes_to_resubmit"))?)
    } else {
        None
    };
    let now = state.now();
    let backend_only = nodes
        .as_ref()
        .is_some_and(|nodes| nodes.iter().all(|node| node.backend_only));
    if let (true, Some(last)) = (backend_only, session.backend_rerun_at) {
        let wait = later(last, 30).duration_since(now).as_secs();
        if wait > 0 {
            return Err(throttled(
                "This session was already resubmitted for backend-only features within the last 30 seconds; repeating it \
                 cannot change the outcome. Wait before resubmitting again.",
                wait,
            ));
        }
    }
    let by_api_key = call.account.is_nil();
    if let Some(session) = state.session_mut(id) {
        session.activities.push(Activity::change(
            by_api_key,
            from,
            wanted.status,
            wanted.comment,
            now,
        ));
        if backend_only {
            session.backend_rerun_at = Some(now);
        }
        monitor(session, wanted.status);
    }
    match nodes {
        Some(nodes) => resubmit(state, id, &nodes, backend_only),
        None => play::set_status(state, id, wanted.status),
    }
    if let Some(email) = wanted.notify {
        state.send_mail(
            &email,
            &format!("Your verification is now {}", wanted.status.name()),
            None,
        );
    }
    Ok(Reply::ok(&json!({ "session_id": id })))
}

/// Declining ends the ongoing screening of a person, approving again resumes it where the workflow has it.
fn monitor(session: &mut Session, status: Status) {
    for step in session
        .steps
        .iter_mut()
        .filter(|step| step.feature.kind.name == "AML")
    {
        let configured =
            step.feature.config.get("is_aml_ongoing_monitoring_enabled") == Some(&json!(true));
        let flag = step
            .result
            .as_mut()
            .and_then(|result| result.get_mut("is_ongoing_monitoring_enabled"));
        if let Some(flag) = flag {
            *flag = json!(configured && status != Status::Declined);
        }
    }
}

struct Wanted {
    status: Status,
    comment: Option<String>,
    /// Where to send an e-mail about the change.
    notify: Option<String>,
}

impl Wanted {
    fn read(body: &Map<String, Value>) -> Result<Self, Reply> {
        let mut fields = Fields::new(body);
        fields.require("new_status");
        let name = fields.text("new_status", usize::MAX);
        let status = name.as_deref().and_then(Status::parse);
        match (&name, status) {
            (Some(name), None) => {
                fields.refuse("new_status", &format!("\"{name}\" is not a valid choice."))
            }
            (Some(_), Some(Status::Approved | Status::Declined | Status::Resubmitted))
            | (None, _) => {}
            (Some(_), Some(_)) => fields.refuse(
                "new_status",
                "You can only update the status to 'Approved', 'Declined', or 'Resubmitted'.",
            ),
        }
        let comment = fields.text("comment", 10_000);
        let send = fields.boolean("send_email").unwrap_or(false);
        let email = fields.email("email_address");
        if send && !fields.has("email_address") {
            fields.refuse(
                "email_address",
                "Email address is required when send_email is true.",
            );
        }
        if let Some(nodes) = fields.list("nodes_to_resubmit") {
            let errors: Vec<Value> = nodes.iter().map(node_errors).collect();
            if errors
                .iter()
                .any(|errors| errors.as_object().is_some_and(|errors| !errors.is_empty()))
            {
                fields.refuse_nested("nodes_to_resubmit", json!(errors));
            }
        }
        fields.finish()?;
        let status = status.ok_or_else(|| field("new_status", REQUIRED))?;
        Ok(Self {
            status,
            comment,
            notify: email.filter(|_| send),
        })
    }
}

fn node_errors(node: &Value) -> Value {
    let Some(node) = node.as_object() else {
        return json!({ "non_field_errors": ["Invalid data. Expected a dictionary."] });
    };
    let mut errors = Map::new();
    if node.get("node_id").and_then(Value::as_str).is_none() {
        errors.insert("node_id".to_owned(), json!([REQUIRED]));
    }
    match node.get("feature") {
        None => {
            errors.insert("feature".to_owned(), json!([REQUIRED]));
        }
        Some(feature)
            if !feature
                .as_str()
                .is_some_and(|feature| FEATURES.contains(&feature)) =>
        {
            let shown = feature
                .as_str()
                .map_or_else(|| feature.to_string(), str::to_owned);
            let text = format!(
                "\"{shown}\" is not a valid choice. Valid choices are: {}",
                FEATURES.join(", ")
            );
            errors.insert("feature".to_owned(), json!([text]));
        }
        Some(_) => {}
    }
    Value::Object(errors)
}

/// A step to do again.
struct Node {
    node_id: String,
    feature: &'static str,
    backend_only: bool,
}

/// The steps the caller named, or all that are not approved.
fn nodes_to_resubmit(session: &Session, named: Option<&Value>) -> Result<Vec<Node>, Reply> {
    let named = named
        .and_then(Value::as_array)
        .filter(|named| !named.is_empty());
    let Some(named) = named else {
        let open: Vec<Node> = session
            .steps
            .iter()
            .filter(|step| step.status != StepStatus::Approved)
            .map(|step| node(&step.feature.node_id, step.feature.kind.name))
            .collect();
        if open.is_empty() {
            return Err(field_text(
                "nodes_to_resubmit",
                "No features found that need resubmission. All features are already approved.",
            ));
        }
        return refuse_business_checks(open);
    };
    let mut nodes = Vec::new();
    for item in named {
        let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
        let (node_id, feature) = (text("node_id"), normal_name(text("feature")));
        if matches!(feature, "KYB_REGISTRY" | "KYB_KEY_PEOPLE" | "KYB") {
            return Err(not_directly(&[feature]));
        }
        let Some(step) = session
            .steps
            .iter()
            .find(|step| step.feature.node_id == node_id && step.feature.kind.name == feature)
        else {
            return Err(bad_request(&json!({
                "nodes_to_resubmit": format!("Node '{node_id}' with feature '{feature}' was not found in this session.")
            })));
        };
        nodes.push(node(node_id, step.feature.kind.name));
    }
    Ok(nodes)
}

fn node(node_id: &str, feature: &'static str) -> Node {
    Node {
        node_id: node_id.to_owned(),
        feature,
        backend_only: BACKEND_ONLY.contains(&feature),
    }
}

fn refuse_business_checks(nodes: Vec<Node>) -> Result<Vec<Node>, Reply> {
    let refused: Vec<&str> = nodes
        .iter()
        .map(|node| node.feature)
        .filter(|feature| matches!(*feature, "KYB_REGISTRY" | "KYB_KEY_PEOPLE"))
        .collect();
    if refused.is_empty() {
        Ok(nodes)
    } else {
        Err(not_directly(&refused))
    }
}

fn not_directly(features: &[&str]) -> Reply {
    field_text(
        "nodes_to_resubmit",
        &format!(
            "The following features cannot be resubmitted directly: {}. Resubmit the relevant child KYC sessions instead; \
             the parent will recompute automatically.",
            features.join(", ")
        ),
    )
}

/// The workflow's name for a feature that callers may also call otherwise.
fn normal_name(name: &str) -> &str {
    match name {
        "ID_VERIFICATION" | "OCR_BACK" => "OCR",
        "POA" => "PROOF_OF_ADDRESS",
        "PHONE" => "PHONE_VERIFICATION",
        "EMAIL" => "EMAIL_VERIFICATION",
        "FACE" | "FACE_SEARCH" => "LIVENESS",
        other => other,
    }
}

/// Throws the steps' data away. Steps without the person run again at once and may finish the session in this request.
fn resubmit(state: &mut State, id: Uuid, nodes: &[Node], backend_only: bool) {
    let now = state.now();
    let Some(session) = state.session_mut(id) else {
        return;
    };
    let mut reasons = Map::new();
    for step in &mut session.steps {
        if !nodes
            .iter()
            .any(|node| node.node_id == step.feature.node_id)
        {
            continue;
        }
        let reason = step
            .result
            .as_ref()
            .and_then(|result| result.pointer("/warnings/0/short_description"))
            .and_then(Value::as_str)
            .unwrap_or("Please repeat this step");
        reasons.insert(step.feature.node_id.clone(), json!(reason));
        step.status = StepStatus::NotFinished;
        step.result = None;
    }
    let shown: Vec<Value> = nodes
        .iter()
        .map(|node| json!({ "node_id": node.node_id, "feature": node.feature }))
        .collect();
    session.status = Status::Resubmitted;
    session.expires_at = later(now, session.lifetime);
    webhooks::announce_resubmission(
        state,
        id,
        &json!({ "nodes_to_resubmit": shown, "reasons": reasons }),
    );
    if backend_only {
        play::run_open_steps(state, id, scenarios::approval());
        play::conclude(state, id);
    }
}
