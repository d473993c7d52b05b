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
pub(super) enum ElicitationOutcome {
    /// The human agreed.
    Yes,
    /// The answer was no, or none of the choices.
    No {
        /// Whether the question was closed instead of answered.
        closed: bool,
    },
    /// The client cannot ask.
    CannotAsk,
}

/// Reads the result of a question whose agreeing answer is `choice`.
pub(super) fn of_result(result: &Value, choice: &str) -> ElicitationOutcome {
    match result.get("action").and_then(Value::as_str) {
        Some("accept") => match result.get("content") {
            None | Some(Value::Null) => ElicitationOutcome::CannotAsk,
            Some(Value::Object(answers)) if answers.is_empty() => ElicitationOutcome::CannotAsk,
            Some(answers) if answers.get(CHOICE).and_then(Value::as_str) == Some(choice) => {
                ElicitationOutcome::Yes
            }
            Some(_) => ElicitationOutcome::No { closed: false },
        },
        Some("cancel") => ElicitationOutcome::No { closed: true },
        _ => ElicitationOutcome::No { closed: false },
    }
}

/// Reads the error of a question.
pub(super) fn of_error(error: &ServiceError) -> ElicitationOutcome {
    match error {
        ServiceError::McpError(error) if error.code == ErrorCode::METHOD_NOT_FOUND => {
            ElicitationOutcome::CannotAsk
        }
        _ => ElicitationOutcome::No { closed: false },
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
        assert_eq!(of_result(&yes, "Approve"), ElicitationOutcome::Yes);
        let no = ElicitationOutcome::No { closed: false };
        for (result, heard) in [
            (json!({"action": "accept"}), ElicitationOutcome::CannotAsk),
            (
                json!({"action": "accept", "content": null}),
                ElicitationOutcome::CannotAsk,
            ),
            (
                json!({"action": "accept", "content": {}}),
                ElicitationOutcome::CannotAsk,
            ),
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
            (
                json!({"action": "cancel"}),
                ElicitationOutcome::No { closed: true },
            ),
            (json!({"content": {"answer": "Approve"}}), no),
            (json!({}), no),
            (json!(null), no),
        ] {
            assert_eq!(of_result(&result, "Approve"), heard, "{result}");
        }
        let refused = ServiceError::McpError(ErrorData::invalid_request("User rejected", None));
        assert_eq!(of_error(&refused), no);
        let unknown = ErrorData::new(ErrorCode::METHOD_NOT_FOUND, "Method not found", None);
        assert_eq!(
            of_error(&ServiceError::McpError(unknown)),
            ElicitationOutcome::CannotAsk
        );
    }
}
