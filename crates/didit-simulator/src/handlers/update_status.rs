//! Deciding about a session by hand: approving, declining, asking for steps again.

use serde_json::{Value, json};

use crate::{
    behaviour::play,
    call::Call,
    catalog::{
        Feature, OrRefuse, Status, StepStatus, features, refusal, refusal_with, refuse_when,
        throttle,
    },
    model::{Activity, All, PreviewedMail, Session, State},
    options::ApplicationMode,
    reply::{Answer, Reply, ok},
    values::{Fields, Object, URL_SAFE, later, random_text, seconds_until},
};

/// Seconds a previewed e-mail can be confirmed.
const PREVIEW_LIFE: i64 = 900;

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
    let recipient = recipient(session, &body);
    let sends = body.flag("send_email");
    refuse_when("address_to_send_to_missing", sends && recipient.is_none())?;
    if status == from {
        let is_asked_again = status == Status::Resubmitted || state.legacy;
        refuse_when("status_is_the_same", is_asked_again)?;
        return ok(json!({ "session_id": id }));
    }
    let nodes = match status {
        Status::Resubmitted => Some(nodes_to_resubmit(session, &body)?),
        _ => None,
    };
    let previewed = session.previewed.as_ref();
    let is_as_shown = body.text("email_preview_token").is_none_or(|token| {
        previewed.is_some_and(|known| {
            known.token == token && known.until > now && known.of == mail_of(&body)
        })
    });
    refuse_when("preview_is_old", !is_as_shown)?;
    let at_once = nodes.as_deref().is_some_and(run_at_once);
    let last = session.rerun_at.filter(|_| at_once);
    let wait = last.map_or(0, |last| seconds_until(later(last, 30), now));
    throttle("resubmitted_just_now", wait)?;
    let mut change = Activity::new(&body, now);
    change.by_api_key = call.account.is_nil();
    change.reviewer.clone_from(&state.reviewer);
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
    if let (true, false, Some((email, _))) = (sends, at_once, recipient) {
        let subject = format!("Your verification is now {}", status.name());
        state.send_mail(&email, &subject, None);
    }
    ok(json!({ "session_id": id }))
}

/// Steps that need nobody at the camera run again within the request.
fn run_at_once(nodes: &[Feature]) -> bool {
    nodes.iter().all(|node| node.kind.runs_again_at_once)
}

/// Whom a message goes to, and where the address comes from.
fn recipient(session: &Session, body: &Object) -> Option<(String, &'static str)> {
    let found = [
        (body.text("email_address"), "request"),
        (
            session.found("EMAIL_VERIFICATION", "email"),
            "email_verification",
        ),
        (session.contact("email"), "contact_details"),
    ];
    let mut found = found.into_iter();
    found.find_map(|(address, source)| Some((address?.to_owned(), source)))
}

/// What a preview and its confirmation have to have in common.
fn mail_of(body: &Object) -> Value {
    json!([
        body.list("nodes_to_resubmit"),
        body.text("email_address"),
        body.text("email_language").unwrap_or("en")
    ])
}

/// `POST /v3/session/{id}/resubmission-preview/`. The names of sender, subject and text are guesses.
pub fn preview(state: &mut State, call: &Call) -> Answer {
    let session = state.sessions.one(call.id(0)).or_refuse("not_found")?;
    let (id, from) = (session.id, session.status);
    if !from.is_editable() {
        return Err(refusal_with("status_is_final", json!({ "status": from })));
    }
    let body = call.body()?;
    let nodes = nodes_to_resubmit(session, &body)?;
    let needs_person = !run_at_once(&nodes);
    let recipient = recipient(session, &body);
    let reason = match (&recipient, session.environment) {
        _ if !needs_person => "no_user_action",
        (None, _) => "no_recipient",
        (_, ApplicationMode::Sandbox) => "sandbox",
        _ => "",
    };
    let link = session.url(&state.origin);
    let text = format!("Please repeat some steps of your verification: {link}");
    let token = random_text(URL_SAFE, 43);
    let (address, source) = recipient.unwrap_or_default();
    let answer = json!({
        "recipient": address,
        "recipient_source": source,
        "will_be_sent": reason.is_empty(),
        "not_sent_reason": reason,
        "requires_user_action": needs_person,
        "preview_token": if address.is_empty() { "" } else { &token },
        "sender": "Didit",
        "subject": "Your verification is now Resubmitted",
        "message": text,
        "link": link,
    });
    let until = later(state.now(), PREVIEW_LIFE);
    if let Some(session) = state.sessions.one_mut(id) {
        let of = mail_of(&body);
        session.previewed = Some(PreviewedMail { token, until, of });
    }
    ok(answer)
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
