//! Doing only what was agreed to: what is true is read before a human is asked, and again where that took time.

use std::future::Future;

use super::{
    change::Change,
    consent::Agreement,
    context::Context,
    error::{ErrorCode, Stop, ToolError},
};

/// How often a human is asked again in one call because something changed meanwhile.
const MAX_ROUNDS: u32 = 3;

/// Reads what is true, asks for agreement to the change that follows from it, and reads again where a human took time to
/// think. What is no longer as it was shown is asked about anew. Where no change needs agreement, nobody is asked. Returns
/// what was read last.
///
/// # Errors
/// Those of `read` and of [`Consent::ask`](super::consent::Consent::ask); `changed_meanwhile` when it never stands still.
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
        ErrorCode::ChangedMeanwhile,
        "What the human was asked about changed each time before it could be done. Nothing was changed by this call.",
    )
    .with_advice("the same call asks about it as it is now.")
    .into())
}
