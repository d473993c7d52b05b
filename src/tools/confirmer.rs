//! Who asks a human before a change takes effect, and what the answer was.

use std::{future::Future, pin::Pin};

use super::{
    change::Change,
    error::{NotDone, ToolError},
};

/// Who agreed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// A human answered the question within this call, so time has passed since it was read.
    Human,
    /// A human answered a question of an earlier call, which showed what is true now.
    HumanEarlier,
    /// The second call carried the one-use token of the preview.
    Token,
    /// The operator switched confirmation off.
    Operator,
}

impl Agreement {
    /// The word for the audit trail.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human | Self::HumanEarlier => "human",
            Self::Token => "token",
            Self::Operator => "operator",
        }
    }
}

/// The answer of [`Confirmer::ask`].
pub type Asked<'a> = Pin<Box<dyn Future<Output = Result<Agreement, NotDone>> + Send + 'a>>;

/// The answer of [`Confirmer::record`].
pub type Recorded<'a> = Pin<Box<dyn Future<Output = Result<(), ToolError>> + Send + 'a>>;

/// The end of [`Confirmer::void_all`].
pub type Voided<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Asks, and answers only when somebody agreed.
pub trait Confirmer: Send + Sync {
    /// Asks for agreement to `change`; `again` when an earlier version of it was agreed to a moment ago.
    ///
    /// # Errors
    /// [`NotDone`] when the call must end here: refused, a preview to show first, or a question for the client.
    fn ask<'a>(&'a self, change: &'a Change, again: bool) -> Asked<'a>;

    /// Records who agreed, right before the change is sent, so that none can go unrecorded.
    ///
    /// # Errors
    /// When the audit trail cannot be written: then nothing may be sent.
    fn record(&self, agreement: Agreement) -> Recorded<'_>;

    /// Whether the call carries what a human said to an earlier question: then something was to be agreed to.
    fn carries_answer(&self) -> bool {
        false
    }

    /// Makes every token and open question void, because another key is used from now on.
    fn void_all(&self) -> Voided<'_> {
        Box::pin(async {})
    }
}
