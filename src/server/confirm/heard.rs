//! What a client's answer to a question means. There is one rule for both protocol eras.
//!
//! Yes is `accept` with the named choice. An `accept` that says nothing, "method not found", and no answer in time show a client
//! that cannot ask its human. Everything else is a no.

use rmcp::{model::ErrorCode, service::ServiceError};
use serde_json::Value;

/// The one property of the form.
pub(super) const CHOICE: &str = "answer";
/// The choice that changes nothing.
pub(super) const KEEP: &str = "Leave everything as it is";

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// The human agreed.
    Yes,
    /// Somebody said no, or said what nobody asked for.
    No {
        /// Whether the question was closed instead of answered.
        closed: bool,
    },
    /// The client cannot ask.
    CannotAsk,
}

/// Reads the result of a question whose agreeing answer is `choice`.
pub(super) fn of_result(result: &Value, choice: &str) -> Heard {
    match result.get("action").and_then(Value::as_str) {
        Some("accept") => match result.get("content") {
            None | Some(Value::Null) => Heard::CannotAsk,
            Some(Value::Object(answers)) if answers.is_empty() => Heard::CannotAsk,
            Some(answers) if answers.get(CHOICE).and_then(Value::as_str) == Some(choice) => {
                Heard::Yes
            }
            Some(_) => Heard::No { closed: false },
        },
        Some("cancel") => Heard::No { closed: true },
        _ => Heard::No { closed: false },
    }
}

/// Reads the error of a question.
pub(super) fn of_error(error: &ServiceError) -> Heard {
    match error {
        ServiceError::McpError(error) if error.code == ErrorCode::METHOD_NOT_FOUND => {
            Heard::CannotAsk
        }
        _ => Heard::No { closed: false },
    }
}

#[cfg(test)]
mod tests {
    use rmcp::ErrorData;
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_named_choice_is_a_yes() {
        let yes = json!({"action": "accept", "content": {"answer": "Approve"}});
        assert_eq!(of_result(&yes, "Approve"), Heard::Yes);
        let no = Heard::No { closed: false };
        for (result, heard) in [
            (json!({"action": "accept"}), Heard::CannotAsk),
            (
                json!({"action": "accept", "content": null}),
                Heard::CannotAsk,
            ),
            (json!({"action": "accept", "content": {}}), Heard::CannotAsk),
            (
                json!({"action": "accept", "content": {"answer": "approve"}}),
                no,
            ),
            (json!({"action": "accept", "content": {"answer": true}}), no),
            (json!({"action": "accept", "content": {"answer": KEEP}}), no),
            (json!({"action": "accept", "content": {"agree": true}}), no),
            (json!({"action": "accept", "content": "Approve"}), no),
            (
                json!({"action": "Accept", "content": {"answer": "Approve"}}),
                no,
            ),
            (json!({"action": "decline"}), no),
            (json!({"action": "cancel"}), Heard::No { closed: true }),
            (json!({"content": {"answer": "Approve"}}), no),
            (json!({}), no),
            (json!(null), no),
        ] {
            assert_eq!(of_result(&result, "Approve"), heard, "{result}");
        }
        let refused = ServiceError::McpError(ErrorData::invalid_request("User rejected", None));
        assert_eq!(of_error(&refused), no);
        let unknown = ErrorData::new(ErrorCode::METHOD_NOT_FOUND, "Method not found", None);
        assert_eq!(of_error(&ServiceError::McpError(unknown)), Heard::CannotAsk);
    }
}
