//! Asking a human before a change takes effect.

use std::{future::Future, pin::Pin};

use super::{
    Context,
    change::Change,
    error::{Stop, ToolError},
};

/// How often a human is asked again in one call because something changed meanwhile.
const MAX_ROUNDS: u32 = 3;

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

/// The answer of [`Consent::ask`].
pub type Asked<'a> = Pin<Box<dyn Future<Output = Result<Agreement, Stop>> + Send + 'a>>;

/// The answer of [`Consent::record`].
pub type Recorded<'a> = Pin<Box<dyn Future<Output = Result<(), ToolError>> + Send + 'a>>;

/// The end of [`Consent::void_all`].
pub type Voided<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Asks, and answers only when somebody agreed.
pub trait Consent: Send + Sync {
    /// Asks for agreement to `change`; `again` when an earlier version of it was agreed to a moment ago.
    ///
    /// # Errors
    /// [`Stop`] when the call must end here: refused, a preview to show first, or a question for the client.
    fn ask<'a>(&'a self, change: &'a Change, again: bool) -> Asked<'a>;

    /// Records who agreed, right before the change is sent, so that none can go unrecorded.
    ///
    /// # Errors
    /// When the audit trail cannot be written: then nothing may be sent.
    fn record(&self, agreement: Agreement) -> Recorded<'_>;

    /// Makes every token and open question void, because another key is used from now on.
    fn void_all(&self) -> Voided<'_> {
        Box::pin(async {})
    }
}

/// Reads what is true, asks for agreement to the change that follows from it, and reads again where a human took time to
/// think. What is no longer as it was shown is asked about anew. Where no change needs agreement, nobody is asked. Returns
/// what was read last.
///
/// # Errors
/// Those of `read` and of [`Consent::ask`]; `changed_meanwhile` when it never stands still.
pub(super) async fn agreed<T, C, F, R>(context: &Context, read: F) -> Result<T, Stop>
where
    C: Into<Option<Change>>,
    F: Fn() -> R,
    R: Future<Output = Result<(C, T), Stop>>,
{
    let (change, mut found) = read().await?;
    let mut change: Option<Change> = change.into();
    for round in 0..MAX_ROUNDS {
        let Some(shown) = change else {
            return Ok(found);
        };
        shown.check_size()?;
        let agreement = context.consent.ask(&shown, round > 0).await?;
        if agreement == Agreement::Human {
            let (now, found_now) = read().await?;
            let now: Option<Change> = now.into();
            let is_same = now
                .as_ref()
                .is_some_and(|now| now.fingerprint() == shown.fingerprint());
            found = found_now;
            if !is_same {
                change = now;
                continue;
            }
        }
        context.consent.record(agreement).await?;
        return Ok(found);
    }
    Err(ToolError::new(
        "changed_meanwhile",
        "What the human was asked about changed each time before it could be done. Nothing was changed by this call.",
    )
    .with_advice("the same call asks about it as it is now.")
    .into())
}
