//! What the checks of a session found.

use serde_json::{Value, json};

use super::blocking;
use crate::{
    catalog::{features::Feature, scenarios::Scenario, status::StepStatus},
    model::{Activity, Session, State},
    values::{Fields, micros, money, with},
};

mod check;
mod checks;
mod document;
mod template;

pub use document::document_name;

/// What the session's creator asked for, as decisions repeat it.
const WANTED: [&str; 5] = [
    "vendor_data",
    "metadata",
    "expected_details",
    "contact_details",
    "callback",
];

/// The decision as the API shows it at any time.
pub fn show(state: &State, session: &Session) -> Value {
    let features: Vec<&str> = session
        .steps
        .iter()
        .map(|step| step.feature.kind.display.as_str())
        .collect();
    let reviews: Vec<Value> = session
        .activities
        .iter()
        .map(Activity::in_decision)
        .collect();
    let mut shown = json!({
        "session_id": session.id,
        "session_kind": if session.is_business { "business" } else { "user" },
        "session_number": session.number,
        "session_url": session.url(&state.origin),
        "status": session.status.name(),
        "environment": session.environment.name(),
        "workflow_id": session.workflow_id(),
        "features": features,
        "reviews": reviews,
        "created_at": micros(session.created_at),
        "expires_at": micros(session.expires_at),
    });
    if let Some(shown) = shown.as_object_mut() {
        for key in WANTED {
            shown.insert(key.to_owned(), session.wanted.json(key));
        }
    }
    let form = if session.is_business {
        "COMPANY"
    } else {
        "PERSON"
    };
    let mut all = template::filled(form, &Value::Null);
    for (key, value) in all.as_object_mut().into_iter().flatten() {
        *value = results(session, key);
    }
    with(shown, all)
}

/// What `include=events` adds.
pub fn events(state: &State, session: &Session) -> Value {
    let done = session.steps.iter().filter(|step| step.result.is_some());
    let events = done.map(|step| {
        json!({
            "type": format!("{}_FINISHED", step.feature.kind.name),
            "node_id": step.feature.node_id,
            "status": step.status.name(),
        })
    });
    let person = session.person();
    let on = |kind: &str, value: &str| {
        blocking::blocked(state, session.application, kind, value).is_some()
    };
    json!({
        "events": events.collect::<Vec<_>>(),
        "activity_reviews": session.activities.iter().map(Activity::row).collect::<Vec<_>>(),
        "blocklisted": {
            "face": session.result("LIVENESS").is_some() && on("face", &person.face()),
            "document": session.result("OCR").is_some() && on("document", &person.document_number),
        },
        "cost": { "total": money(session.price), "currency": "USD" },
    })
}

/// The risk codes of all warnings.
pub fn risks(session: &Session) -> Vec<&str> {
    session
        .steps
        .iter()
        .filter_map(|step| step.result.as_ref())
        .flat_map(risks_of)
        .collect()
}

/// The risk codes of the warnings of one result.
pub fn risks_of(result: &Value) -> Vec<&str> {
    let warnings = result.get("warnings").and_then(Value::as_array);
    warnings
        .into_iter()
        .flatten()
        .filter_map(|warning| warning.get("risk")?.as_str())
        .collect()
}

/// The results under one key: null as long as no step of that kind ran, never an empty list.
fn results(session: &Session, key: &str) -> Value {
    let steps = session
        .steps
        .iter()
        .filter(|step| step.feature.kind.results == key);
    let found: Vec<&Value> = steps.filter_map(|step| step.result.as_ref()).collect();
    if found.is_empty() {
        Value::Null
    } else {
        json!(found)
    }
}

/// Runs one step and gives its status and its entry in the decision.
pub fn run(
    state: &State,
    session: &Session,
    feature: &Feature,
    scenario: &'static Scenario,
) -> (StepStatus, Value) {
    let mut check = check::Check::new(state, session, feature, scenario);
    let result = checks::run(&mut check);
    let status = check.status;
    let more =
        json!({ "node_id": feature.node_id, "status": status.name(), "warnings": check.warnings });
    (status, with(result, more))
}
