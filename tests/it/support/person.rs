//! Everything that a session can find out about one invented person, as the decision holds it.

use serde_json::Value;

/// The session.
pub const SESSION: &str = "11111111-2222-4333-8444-555555555555";
/// Its workflow.
pub const WORKFLOW: &str = "22222222-3333-4444-8555-666666666666";

/// A hit that its screening has.
pub const HIT: &str = "hit-77";

/// The decision. Every value is found nowhere else, so that a search of an answer tells where it came out.
pub fn decision() -> Value {
    serde_json::from_str(include_str!("person.json")).expect("JSON")
}
