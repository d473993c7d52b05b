//! How a command fails.

/// Why a command failed: one line for people.
pub(super) type Failure = Box<dyn std::error::Error>;
