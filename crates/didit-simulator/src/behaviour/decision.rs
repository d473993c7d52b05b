//! What the checks of a session found.

use serde_json::{Value, json};

use super::blocking;
use crate::{
    catalog::{Feature, Scenario, Status, StepStatus, filled},
    model::{Activity, Session, State},
    values::{Fields, lay_over, micros, with},
};

mod check;
mod checks;
mod document;
mod rules;

use check::Check;
pub use document::document_name;

/// The decision as the API shows it at any time.
pub fn show(state: &State, session: &Session) -> Value {
    let features = session.steps.iter().map(|step| &step.feature.kind.display);
    let reviews = session.activities.iter();
    let reviews = reviews.filter(|activity| activity.is_in_decision());
    let reviews = reviews.map(Activity::in_decision);
    let form = match session.is_business() {
        true => "COMPANY_RESULTS",
        false => "PERSON_RESULTS",
    };
    let mut all = filled(form, &Value::Null);
    for (key, value) in all.as_object_mut().into_iter().flatten() {
        // Null as long as no step of that kind ran, never an empty list.
        let steps = session.steps.iter();
        let steps = steps.filter(|step| step.feature.kind.results == *key);
        let found: Vec<&Value> = steps.filter_map(|step| step.result.as_ref()).collect();
        *value = json!(Some(found).filter(|found| !found.is_empty()));
    }
    let words = json!({
        "session": session.words(&state.origin),
        "features": features.collect::<Vec<_>>(),
        "reviews": reviews.collect::<Value>(),
    });
    if !state.legacy
        && let Some(all) = all.as_object_mut()
    {
        all.insert("status_override".to_owned(), overridden(session));
    }
    with(filled("DECISION", &words), all)
}

/// What a human changed the status from, while it is as the human set it; null where nobody did.
fn overridden(session: &Session) -> Value {
    let is_decision = |it: &&Activity| {
        let status = it.new_status.as_deref().and_then(Status::parse);
        it.previous_status.is_some() && matches!(status, Some(Status::Approved | Status::Declined))
    };
    let changes = session.activities.iter().rev();
    let changes: Vec<&Activity> = changes
        .filter(|it| it.previous_status.is_some())
        .take_while(is_decision)
        .collect();
    match (changes.first(), changes.last()) {
        (Some(last), Some(first)) if last.new_status == Some(session.status.name()) => {
            json!({ "overridden_at": micros(last.created_at), "automatic_status": first.previous_status })
        }
        _ => Value::Null,
    }
}

/// What `include=events` adds.
pub fn events(state: &State, session: &Session) -> Value {
    let done = session.steps.iter().filter(|step| step.result.is_some());
    let events = done.map(|step| {
        let (feature, node_id) = (&step.feature.kind.name, &step.feature.node_id);
        let words = json!({ "feature": feature, "node_id": node_id, "status": step.status });
        filled("FINISHED_STEP", &words)
    });
    let person = &session.person;
    let is_blocked = |feature: &str, kind: &str, value: &str| {
        let blocked = blocking::blocked(state, session.application, kind, value);
        session.result(feature).is_some() && blocked.is_some()
    };
    let words = json!({
        "events": events.collect::<Value>(),
        "reviews": session.activities.iter().map(Activity::row).collect::<Value>(),
        "face": is_blocked("LIVENESS", "face", &person.face()),
        "document": is_blocked("OCR", "document", &person.document_number),
        "price": session.workflow.price(),
    });
    filled("DECISION_EVENTS", &words)
}

/// The risk codes of all warnings.
pub fn risks(session: &Session) -> Vec<&str> {
    let results = session.steps.iter().filter_map(|step| step.result.as_ref());
    results.flat_map(risks_of).collect()
}

/// The risk codes of the warnings of one result.
pub fn risks_of(result: &Value) -> Vec<&str> {
    let warnings = result.list("warnings").iter();
    let risks = warnings.filter_map(|warning| warning.text("risk"));
    risks.collect()
}

/// Runs one step and gives its status and its entry in the decision.
pub fn run(
    state: &State,
    session: &Session,
    feature: &Feature,
    scenario: &'static Scenario,
) -> (StepStatus, Value) {
    let mut check = Check {
        state,
        session,
        feature,
        person: &session.person,
        scenario,
        finding: scenario.finding_for(&feature.kind.name, |name| session.has(name)),
        scripted: session.scripted.object(&feature.kind.name),
        now: state.now(),
        today: state.today(),
        warnings: Vec::new(),
        status: StepStatus::Approved,
        marks: Vec::new(),
    };
    check.start();
    rules::apply(&mut check);
    let mut result = checks::run(&mut check);
    if let Some(script) = check.scripted {
        let mut script = script.clone();
        // These have been worked in where they belong.
        script.retain(|key, _| key != "risks" && key != "hits");
        lay_over(&mut result, &Value::Object(script));
    }
    let (status, warnings) = (check.status, check.warnings);
    let more = json!({ "node_id": feature.node_id, "status": status, "warnings": warnings });
    (status, with(result, more))
}
