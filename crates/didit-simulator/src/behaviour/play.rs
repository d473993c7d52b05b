//! What moves a session: the person opening the link and finishing, time passing, and the events that tell about it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{announcements, decision};
use crate::{
    catalog::{Feature, Scenario, Status, StepStatus, scenarios},
    model::{All, Session, State},
    options::ApplicationMode,
    values::{Object, later, lay_over},
};

/// Expires what has run out of time; called before anything is looked at.
pub fn let_time_pass(state: &mut State) {
    let now = state.now();
    let due = |session: &Session| Some((session.id, overdue(session, now)?));
    let due: Vec<(Uuid, Status)> = state.sessions.iter().filter_map(due).collect();
    for (id, status) in due {
        set_status(state, id, status);
    }
}

fn overdue(session: &Session, now: Timestamp) -> Option<Status> {
    match session.status {
        Status::Approved => {
            let expires = session.found("OCR", "expiration_date")?;
            (expires < now.to_string().as_str()).then_some(Status::KycExpired)
        }
        Status::NotStarted if session.expires_at <= now => Some(Status::Expired),
        status if status.is_unfinished() && session.expires_at <= now => Some(Status::Abandoned),
        _ => None,
    }
}

/// The person opens the link.
pub fn start(state: &mut State, id: Uuid) {
    let status = state.sessions.one(id).map(|session| session.status);
    if matches!(status, Some(Status::NotStarted | Status::Resubmitted)) {
        set_status(state, id, Status::InProgress);
    }
}

/// What the features find when the session is played, by their names, and who plays it: the one who would, but for what
/// `person` says.
pub fn script(
    state: &mut State,
    id: Uuid,
    person: Option<&Object>,
    results: Option<&Object>,
) -> serde_json::Result<()> {
    let Some(session) = state.sessions.one_mut(id) else {
        return Ok(());
    };
    if let Some(person) = person {
        let mut whole = json!(*session.person);
        lay_over(&mut whole, &json!(person));
        session.person = Arc::new(serde_json::from_value(whole)?);
    }
    if let Some(results) = results {
        session.scripted.clone_from(results);
    }
    Ok(())
}

/// The person goes through the open steps before the feature called `feature`, and stops there.
pub fn stop_at(state: &mut State, id: Uuid, feature: &str) {
    start(state, id);
    run_open_steps(state, id, scenarios::approval(), Some(feature));
}

/// The person goes through every open step. Without a `scenario` the armed one is played, or else an approval.
pub fn finish(state: &mut State, id: Uuid, scenario: Option<&'static Scenario>) {
    start(state, id);
    let session = state.sessions.one_mut(id);
    let Some(session) = session.filter(|session| session.status.is_unfinished()) else {
        return;
    };
    let armed = session.scenario.take();
    let (application, price) = (session.application, session.workflow.price());
    let costs = session.environment == ApplicationMode::Live;
    let scenario = scenario.or(armed).unwrap_or_else(scenarios::approval);
    run_open_steps(state, id, scenario, None);
    if let (true, Some(balance)) = (costs, state.balance_mut(application)) {
        *balance -= price;
    }
    conclude(state, id);
}

/// Runs the steps that have no result yet, up to the feature called `before`.
fn run_open_steps(state: &mut State, id: Uuid, scenario: &'static Scenario, before: Option<&str>) {
    let Some(mut session) = state.sessions.one(id).cloned() else {
        return;
    };
    for position in 0..session.steps.len() {
        let step = session.steps.get(position);
        if step.is_some_and(|step| Some(step.feature.kind.name.as_str()) == before) {
            break;
        }
        let Some(step) = step.filter(|step| step.status == StepStatus::NotFinished) else {
            continue;
        };
        let (status, result) = decision::run(state, &session, &step.feature, scenario);
        let stops = decision::risks_of(&result).contains(&"COULD_NOT_RECOGNIZE_DOCUMENT");
        if let Some(step) = session.steps.get_mut(position) {
            step.status = status;
            step.result = Some(result);
        }
        // Nothing can be compared with a document nobody could read.
        if stops {
            break;
        }
    }
    if let Some(stored) = state.sessions.one_mut(id) {
        stored.steps = session.steps;
    }
}

/// Gives the session the status its steps add up to.
pub fn conclude(state: &mut State, id: Uuid) {
    let Some(session) = state.sessions.one(id) else {
        return;
    };
    let weightiest = session.steps.iter().map(|step| step.status).max();
    let weightiest = weightiest.unwrap_or(StepStatus::Approved);
    set_status(state, id, weightiest.of_the_session());
}

/// Changes the status and tells the webhooks. The time to finish starts anew when steps are asked for again.
pub fn set_status(state: &mut State, id: Uuid, status: Status) {
    change_status(state, id, status);
    announcements::status(state, id);
}

fn change_status(state: &mut State, id: Uuid, status: Status) {
    let now = state.now();
    if let Some(session) = state.sessions.one_mut(id) {
        session.status = status;
        if status == Status::Resubmitted {
            session.expires_at = later(now, session.workflow.session_lifetime());
        }
    }
}

/// Throws the data of the steps at `nodes` away. Steps without the person run again at once and may finish the session in
/// this request.
pub fn resubmit(state: &mut State, id: Uuid, nodes: &[Feature], at_once: bool) {
    let Some(session) = state.sessions.one_mut(id) else {
        return;
    };
    let mut reasons = Object::new();
    for step in &mut session.steps {
        let node_id = &step.feature.node_id;
        if nodes.iter().any(|node| node.node_id == *node_id) {
            let result = step.result.take().unwrap_or_default();
            let reason = result.pointer("/warnings/0/short_description").cloned();
            let reason = reason.unwrap_or_else(|| json!("Please repeat this step"));
            reasons.insert(node_id.clone(), reason);
            step.status = StepStatus::NotFinished;
        }
    }
    let show = |node: &Feature| json!({ "node_id": node.node_id, "feature": node.kind.name });
    let nodes: Value = nodes.iter().map(show).collect();
    change_status(state, id, Status::Resubmitted);
    let told = json!({ "nodes_to_resubmit": nodes, "reasons": reasons });
    announcements::resubmission(state, id, &told);
    if at_once {
        run_open_steps(state, id, scenarios::approval(), None);
        conclude(state, id);
    }
}
