//! Asking a human before a decision about a person takes effect.

use std::{future::Future, pin::Pin};

use super::error::Stop;

/// What is about to happen, for the human who must agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What will be done, as a sentence in our own words.
    pub action: String,
    /// What it does to the person or the account, and whether it can be undone.
    pub consequence: String,
    /// Who or what it is about: trusted identifiers only.
    pub target: String,
    /// The person's name as the document has it: untrusted, shown as data.
    pub person: Option<String>,
    /// Which account it happens in: live, sandbox or simulator.
    pub environment: String,
}

/// Who agreed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// A human answered the client's question.
    Human,
    /// The second call carried the one-use token of the preview.
    Token,
    /// The operator switched confirmation off.
    Operator,
}

impl Agreement {
    /// The word for the audit trail.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Token => "token",
            Self::Operator => "operator",
        }
    }
}

/// Asks, and answers only when somebody agreed.
pub trait Consent: Send + Sync {
    /// Asks for agreement to `effect`.
    ///
    /// # Errors
    /// [`Stop`] when the call must end here: refused, a preview to show first, or a question for the client.
    fn ask<'a>(
        &'a self,
        effect: &'a Effect,
    ) -> Pin<Box<dyn Future<Output = Result<Agreement, Stop>> + Send + 'a>>;
}
