//! Telling subscribers that a session has moved on, in both protocol eras.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use rmcp::{
    ErrorData, RoleServer,
    model::{ResourceUpdatedNotificationParam, SubscriptionFilter},
    service::{Peer, SubscriptionContext},
};
use serde_json::json;
use tokio::{sync::mpsc, task::JoinHandle};

use super::{catalog::Catalog, resources::Address};
use crate::{didit::SessionId, tools::Connection};

/// Sessions that one client may follow at once; each costs a poller.
const MOST: usize = 32;

/// The subscriptions of the older handshake, by address.
#[derive(Default)]
pub(super) struct Subscriptions(Mutex<HashMap<String, JoinHandle<()>>>);

impl Subscriptions {
    /// Follows the session behind an address and announces each change of its status.
    ///
    /// # Errors
    /// When the address is no session's, no key is set, or too many are followed.
    pub(super) fn add(
        &self,
        uri: &str,
        connection: &Arc<Connection>,
        catalog: &Catalog,
        peer: Peer<RoleServer>,
    ) -> Result<(), ErrorData> {
        let session = session_of(uri, catalog).ok_or_else(|| not_followed(uri))?;
        let mut all = self.lock();
        all.retain(|_, task| !task.is_finished());
        if all.contains_key(uri) {
            return Ok(());
        }
        if all.len() >= MOST {
            return Err(ErrorData::invalid_params(
                format!("at most {MOST} sessions can be followed at once"),
                None,
            ));
        }
        let (connection, address) = (Arc::clone(connection), uri.to_owned());
        let task = tokio::spawn(async move {
            let (changed, mut changes) = mpsc::channel(1);
            let following = follow(&connection, session, &changed);
            tokio::pin!(following);
            loop {
                tokio::select! {
                    () = &mut following => return,
                    Some(()) = changes.recv() => {
                        let update = ResourceUpdatedNotificationParam::new(address.clone());
                        if peer.notify_resource_updated(update).await.is_err() {
                            return;
                        }
                    }
                }
            }
        });
        all.insert(uri.to_owned(), task);
        Ok(())
    }

    /// Follows no more.
    pub(super) fn remove(&self, uri: &str) {
        if let Some(task) = self.lock().remove(uri) {
            task.abort();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, JoinHandle<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Subscriptions {
    fn drop(&mut self) {
        self.lock().values().for_each(JoinHandle::abort);
    }
}

/// What of a client's wishes is granted: sessions, and nothing that never changes.
pub(super) fn accepted(
    filter: &SubscriptionFilter,
    catalog: &Catalog,
) -> Option<SubscriptionFilter> {
    let wanted = filter.resource_subscriptions.as_ref()?;
    let granted: Vec<String> = wanted
        .iter()
        .filter(|uri| session_of(uri, catalog).is_some())
        .take(MOST)
        .cloned()
        .collect();
    if granted.is_empty() {
        return None;
    }
    let mut accepted = SubscriptionFilter::default();
    accepted.resource_subscriptions = Some(granted);
    Some(accepted)
}

/// Announces changes until the client listens no more.
///
/// # Errors
/// None of its own: a session that cannot be read is simply quiet.
pub(super) async fn listen(
    connection: &Arc<Connection>,
    catalog: &Catalog,
    context: SubscriptionContext,
) -> Result<(), ErrorData> {
    let wanted = context
        .accepted()
        .resource_subscriptions
        .clone()
        .unwrap_or_default();
    let (changed, mut changes) = mpsc::channel(MOST);
    let mut tasks = tokio::task::JoinSet::new();
    for uri in wanted {
        let Some(session) = session_of(&uri, catalog) else {
            continue;
        };
        let (connection, changed) = (Arc::clone(connection), changed.clone());
        tasks.spawn(async move {
            let (one, mut each) = mpsc::channel(1);
            let following = follow(&connection, session, &one);
            tokio::pin!(following);
            loop {
                tokio::select! {
                    () = &mut following => return,
                    Some(()) = each.recv() => {
                        if changed.send(uri.clone()).await.is_err() {
                            return;
                        }
                    }
                }
            }
        });
    }
    drop(changed);
    loop {
        tokio::select! {
            () = context.cancelled() => return Ok(()),
            uri = changes.recv() => {
                let Some(uri) = uri else {
                    // Nothing is left to follow; the subscription itself lasts until the client ends it.
                    context.cancelled().await;
                    return Ok(());
                };
                if context.sink().notify_resource_updated(uri).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}

/// Says so whenever the session's status is another one; ends when it cannot be read.
async fn follow(connection: &Arc<Connection>, session: SessionId, changed: &mpsc::Sender<()>) {
    let Ok(client) = connection.client() else {
        return;
    };
    let mut follower = connection
        .watch()
        .follow(session, client, connection.pace());
    let mut before = None;
    while let Ok(seen) = follower.next().await {
        let status = seen.status.clone();
        let moved = before.as_ref().is_some_and(|before| *before != status);
        before = Some(status);
        if moved && changed.send(()).await.is_err() {
            return;
        }
    }
}

fn session_of(uri: &str, catalog: &Catalog) -> Option<SessionId> {
    Address::parse(uri)?.session(catalog)
}

fn not_followed(uri: &str) -> ErrorData {
    ErrorData::invalid_params(
        "only didit://session/{session_id}/decision can be subscribed to; everything else never changes by itself",
        Some(json!({ "uri": uri })),
    )
}
