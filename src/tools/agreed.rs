//! Doing only what a human agreed to: the state is read before the human is asked, and again if the answer took time.

use std::future::Future;

use super::{
    change::Change,
    confirmer::Agreement,
    context::Context,
    error::{ErrorCode, NotDone, ToolError},
};

/// How often a human is asked again in one call because something changed meanwhile.
const MAX_ROUNDS: u32 = 3;

/// Reads the state, asks for agreement to the change that follows from it, and reads again if the human took time to
/// answer. If the state has changed, the human is asked again. If no change needs agreement, nobody is asked; but once
/// somebody was, a change that needs none any more is not made in their name. Returns what was read last.
///
/// # Errors
/// Those of `read` and of [`Confirmer::ask`](super::confirmer::Confirmer::ask); `changed_meanwhile` if it keeps changing.
pub(super) async fn agreed<T, C, F, R>(context: &Context, read: F) -> Result<T, NotDone>
where
    C: Into<Option<Change>>,
    F: Fn() -> R,
    R: Future<Output = Result<(C, T), NotDone>>,
{
    let (change, mut found) = read().await?;
    let mut change: Option<Change> = change.into();
    for round in 0..MAX_ROUNDS {
        let Some(shown) = change else {
            // What somebody was asked about is no longer so, and what is left was shown to nobody.
            if round > 0 || context.confirmer.carries_answer() {
                return Err(overtaken().into());
            }
            return Ok(found);
        };
        shown.check_size()?;
        let agreement = context.confirmer.ask(&shown, round > 0).await?;
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
        context.confirmer.record(agreement).await?;
        return Ok(found);
    }
    Err(ToolError::new(
        ErrorCode::ChangedMeanwhile,
        "What the human was asked about changed each time before it could be done. Nothing was changed by this call.",
    )
    .with_advice("the same call asks about it as it is now.")
    .into())
}

fn overtaken() -> ToolError {
    ToolError::new(
        ErrorCode::ChangedMeanwhile,
        "Something changed since it was shown, and what was to be agreed to is no longer so. Nothing was changed by this call.",
    )
    .with_advice("the same call, without a token, does what is left or says that nothing is.")
}
