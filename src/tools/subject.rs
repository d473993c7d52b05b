//! The person whom a change is about, for the human who must agree.

use serde_json::{Value, json};

use super::{change::Line, decision::name_of, personal::Class};
use crate::didit::{Decision, SessionId, SessionStatus};

/// The person's name, as the document says.
pub(super) fn name(decision: &Decision) -> Line {
    match decision.id_verifications.iter().find_map(name_of) {
        Some(name) => Line::default().personal(Class::Identity, name),
        None => Line::new("a person whose name is not known"),
    }
}

/// The session: its number and id, the customer, and where it stands.
pub(super) fn line(id: &SessionId, decision: &Decision) -> Line {
    let number = decision
        .session_number
        .map(|number| format!(" (#{number})"))
        .unwrap_or_default();
    let mut line = Line::new(format!("Session {id}{number}"));
    if let Some(vendor_data) = &decision.vendor_data {
        line = line.words(", customer ").sent(vendor_data);
    }
    match &decision.status {
        SessionStatus::Other(status) => line.words(", now ").sent(status),
        known => line.words(format!(", now {known}")),
    }
}

/// What a human should know before everything else.
pub(super) fn warnings(_decision: &Decision) -> Vec<Line> {
    Vec::new()
}

/// What is true of the session besides what the lines say: an agreement is void when any of it changes.
pub(super) fn seen(decision: &Decision) -> Value {
    let steps: Vec<Value> = decision
        .steps()
        .iter()
        .map(|step| {
            let risks: Vec<_> = step.warnings.iter().map(|warning| &warning.risk).collect();
            json!([step.feature, step.node_id, step.status, risks])
        })
        .collect();
    let documents: Vec<Value> = decision
        .id_verifications
        .iter()
        .map(|document| {
            json!([
                name_of(document),
                document.date_of_birth,
                document.document_number,
                document.document_type,
                document.issuing_state,
                document.expiration_date,
            ])
        })
        .collect();
    json!([
        decision.status.as_str(),
        steps,
        documents,
        decision.expected_details,
        decision.reviews.len(),
    ])
}
