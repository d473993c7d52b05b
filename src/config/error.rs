//! Why settings cannot be used.

use std::path::PathBuf;

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value that is not one of the valid ones.
    #[error("{setting} does not take \"{value}\"; valid: {valid}")]
    Value {
        /// The flag and its variable.
        setting: &'static str,
        /// What was given.
        value: String,
        /// What can be given.
        valid: String,
    },
    /// A value that the client did not fill in.
    #[error("{setting} holds a placeholder (${{…}}): the client did not fill it in")]
    Placeholder {
        /// The flag and its variable.
        setting: &'static str,
    },
    /// A secret that cannot be one.
    #[error("{variable} {reason}")]
    Secret {
        /// The variable.
        variable: &'static str,
        /// What is wrong, without the value.
        reason: String,
    },
    /// A variable that should name a proxy and does not; the value is left out, because it may hold a password.
    #[error("{0}")]
    Proxy(String),
    /// A file that a setting names cannot be used.
    #[error("{setting} cannot use {}: {reason}", file.display())]
    File {
        /// The flag and its variable.
        setting: &'static str,
        /// The file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
}
