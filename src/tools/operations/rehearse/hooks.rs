//! Whether webhooks tell of a rehearsal, and how many did.

use crate::{
    didit::{Client, DestinationId},
    tools::error::ErrorCode,
};

/// Destinations whose deliveries are counted.
const MOST: usize = 5;
const EVENT: &str = "status.updated";

/// The destinations that are told of a session's status, with what was delivered to each so far.
pub(super) enum Hooks {
    /// They could not be read.
    NotKnown(ErrorCode),
    Known {
        count: usize,
        counted: Vec<DestinationId>,
        /// All deliveries and those that failed, where they could be read.
        deliveries: Option<(i64, i64)>,
    },
}

impl Hooks {
    /// As they are now.
    pub(super) async fn look(client: &Client) -> Self {
        let all = match client.list_destinations().await {
            Ok(all) => all,
            Err(error) => return Self::NotKnown(crate::tools::ToolError::from(error).code),
        };
        let told = all.into_iter().filter(|it| {
            it.enabled != Some(false) && it.subscribed_events.iter().any(|event| event == EVENT)
        });
        let ids: Vec<Option<DestinationId>> = told.map(|it| it.uuid).collect();
        let counted: Vec<DestinationId> = ids.iter().copied().flatten().take(MOST).collect();
        let deliveries = deliveries(client, &counted).await;
        Self::Known {
            count: ids.len(),
            counted,
            deliveries,
        }
    }

    /// What happened since, as a sentence.
    pub(super) async fn since(&self, client: &Client) -> String {
        match self {
            Self::NotKnown(code) => {
                format!("Webhooks: the destinations could not be read ({code}).")
            }
            Self::Known { count: 0, .. } => {
                "Webhooks: no destination receives status.updated, so nothing was delivered."
                    .to_owned()
            }
            Self::Known {
                count,
                counted,
                deliveries: before,
            } => {
                let now = deliveries(client, counted).await;
                let told = match (before, now) {
                    (Some((all, failed)), Some((now, failed_now))) => format!(
                        "deliveries during this call: {}, of which failed: {}",
                        (now - all).max(0),
                        (failed_now - failed).max(0)
                    ),
                    _ => "their deliveries could not be read".to_owned(),
                };
                format!("Webhooks: {count} destination(s) receive status.updated; {told}.")
            }
        }
    }
}

/// All deliveries, and those that failed; `None` where one destination tells none.
async fn deliveries(client: &Client, destinations: &[DestinationId]) -> Option<(i64, i64)> {
    let (mut all, mut failed) = (0, 0);
    for id in destinations {
        let summary = client.destination(id).await.ok()?.summary?;
        all += summary.total_deliveries?;
        failed += summary.failed_deliveries.unwrap_or_default();
    }
    Some((all, failed))
}
