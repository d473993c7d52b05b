//! Many decisions at once: side by side, within the client's own rate limits and a bounded time.

use std::collections::HashMap;

use futures_util::{StreamExt, stream};

use crate::{
    didit::{Decision, SessionId},
    tools::{
        Context,
        error::{NotDone, ToolError},
    },
};

/// Requests that are under way at the same time.
pub(in crate::tools) const AT_ONCE: usize = 8;

/// The decisions of these sessions. One that cannot be read, or not in time, is no failure of the others: who asks about many
/// keeps what the list says of it.
pub(in crate::tools) async fn decisions(
    context: &Context,
    sessions: Vec<SessionId>,
) -> Result<HashMap<SessionId, Result<Decision, ToolError>>, NotDone> {
    let client = context.client()?;
    let all = sessions.len();
    let mut found = HashMap::with_capacity(all);
    let mut reading = stream::iter(sessions)
        .map(|id| {
            let client = &client;
            async move { (id, client.decision(&id).await) }
        })
        .buffer_unordered(AT_ONCE);
    let end = tokio::time::sleep(context.connection.settings().timeout);
    tokio::pin!(end);
    loop {
        tokio::select! {
            next = reading.next() => {
                let Some((id, decision)) = next else { break };
                found.insert(id, decision.map_err(ToolError::from));
                let message = format!("Read {} of {all} decisions.", found.len());
                context.progress.report(found.len() as f64, all as f64, message);
            }
            () = &mut end => break,
        }
    }
    Ok(found)
}
