//! The session that a change is about, for the human who must agree.

use super::{change::Line, person::PersonFacts, personal::Class};
use crate::didit::{Decision, SessionId, SessionStatus};

/// The person's name, as the document says.
pub(super) fn name(facts: &PersonFacts) -> Line {
    match &facts.name {
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
        line = line.words(", customer ").told(vendor_data);
    }
    match &decision.status {
        SessionStatus::Other(status) => line.words(", now ").told(status),
        known => line.words(format!(", now {known}")),
    }
}
