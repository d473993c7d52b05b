//! Looking at refusals.

use didit_mcp::didit::Error;

pub const ID: &str = "5b1f3c9a-0000-4000-8000-00000000000a";

/// The field at fault, and the allowed values.
pub fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, Vec<String>) {
    match result {
        Err(Error::Invalid {
            field,
            message,
            allowed,
        }) => {
            assert!(!message.is_empty());
            (field, allowed)
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
}

pub fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}
