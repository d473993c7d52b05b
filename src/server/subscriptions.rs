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
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};

use super::{address::Address, catalog::Catalog};
use crate::{
    didit::{ErrorKind, SessionId},
    tools::{Connection, ToolError},
};

/// Sessions that one subscription may follow; each costs a poller.
const MOST: usize = 32;
/// Sessions that all subscriptions together may follow at once.
const MOST_IN_ALL: usize = 64;
/// The longest pause before an unreadable session is polled again, in multiples of the poller's longest interval.
const LONGEST_PAUSE: u32 = 10;

/// What is followed for the client.
pub(super) struct Subscriptions {
    /// The subscriptions of the older handshake, by address.
    by_address: Mutex<HashMap<String, JoinHandle<()>>>,
    /// One for each session that is followed, in either era.
    places: Arc<Semaphore>,
}

impl Default for Subscriptions {
    fn default() -> Self {
        Self {
            by_address: Mutex::default(),
            places: Arc::new(Semaphore::new(MOST_IN_ALL)),
        }
    }
}

impl Subscriptions {
    /// Follows the session behind an address and announces each change of its status. An address whose content never changes
    /// is taken too: clients that subscribe to whatever is listed would stop at a refusal.
    ///
    /// # Errors
    /// When the address is neither, no key is set, or too many are followed.
    pub(super) fn add(
        &self,
        uri: &str,
        connection: &Arc<Connection>,
        catalog: &Catalog,
        peer: Peer<RoleServer>,
    ) -> Result<(), ErrorData> {
        if matches!(
            Address::parse(uri),
            Some(Address::Config | Address::Reference(_))
        ) {
            return Ok(());
        }
        let session = session_of(uri, catalog).ok_or_else(|| not_followed(uri))?;
        let mut all = self.lock();
        all.retain(|_, task| !task.is_finished());
        if all.contains_key(uri) {
            return Ok(());
        }
        if all.len() >= MOST {
            return Err(too_many(MOST));
        }
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| too_many(MOST_IN_ALL))?;
        let (connection, address) = (Arc::clone(connection), uri.to_owned());
        let task = tokio::spawn(async move {
            let (changed, mut changes) = mpsc::channel(1);
            let announcing = async move {
                while let Some(uri) = changes.recv().await {
                    let update = ResourceUpdatedNotificationParam::new(uri);
                    if peer.notify_resource_updated(update).await.is_err() {
                        return;
                    }
                }
            };
            tokio::join!(follow(&connection, session, address, changed), announcing);
            drop(place);
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

    /// The part of a client's request that is granted: as many sessions as there is room for, and nothing static. Without
    /// any room all are granted and [`Subscriptions::listen`] says why not: the protocol has no words for it before.
    pub(super) fn accepted(
        &self,
        filter: &SubscriptionFilter,
        catalog: &Catalog,
    ) -> SubscriptionFilter {
        let wanted = filter.resource_subscriptions.as_deref().unwrap_or_default();
        let room = match self.places.available_permits() {
            0 => MOST,
            free => free.min(MOST),
        };
        let granted: Vec<String> = wanted
            .iter()
            .filter(|uri| session_of(uri, catalog).is_some())
            .take(room)
            .cloned()
            .collect();
        let mut accepted = SubscriptionFilter::default();
        accepted.resource_subscriptions = (!granted.is_empty()).then_some(granted);
        accepted
    }

    /// Announces changes until the client listens no more.
    ///
    /// # Errors
    /// When too many sessions are followed. One that cannot be read for a while is quiet meanwhile.
    pub(super) async fn listen(
        &self,
        connection: &Arc<Connection>,
        catalog: &Catalog,
        context: SubscriptionContext,
    ) -> Result<(), ErrorData> {
        let wanted = context
            .accepted()
            .resource_subscriptions
            .clone()
            .unwrap_or_default();
        let number = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
        // Held for as long as this listens.
        let _places = self
            .places
            .try_acquire_many(number)
            .map_err(|_| too_many(MOST_IN_ALL))?;
        let (changed, mut changes) = mpsc::channel(MOST);
        let mut tasks = tokio::task::JoinSet::new();
        for uri in wanted {
            let Some(session) = session_of(&uri, catalog) else {
                continue;
            };
            let (connection, changed) = (Arc::clone(connection), changed.clone());
            tasks.spawn(async move { follow(&connection, session, uri, changed).await });
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

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, JoinHandle<()>>> {
        self.by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Subscriptions {
    fn drop(&mut self) {
        self.lock().values().for_each(JoinHandle::abort);
    }
}

/// Announces every other status of the session by its address, until nobody listens. What may pass, such as a broken network
/// or a wrong key, is waited out. A session that is gone is announced once: who reads its address then learns why.
async fn follow(
    connection: &Arc<Connection>,
    session: SessionId,
    uri: String,
    changed: mpsc::Sender<String>,
) {
    let pace = connection.pace();
    let mut pause = pace.first;
    let mut before = None;
    loop {
        // Registering or logging in may bring a key later.
        if let Ok(mut follower) = connection.follow(session) {
            let error = loop {
                let status = match follower.next().await {
                    Ok(seen) => seen.status.clone(),
                    Err(error) => break error,
                };
                pause = pace.first;
                let moved = before.as_ref().is_some_and(|before| *before != status);
                before = Some(status);
                if moved && changed.send(uri.clone()).await.is_err() {
                    return;
                }
            };
            let is_gone = error
                .api()
                .is_some_and(|error| error.kind == ErrorKind::NotFound);
            let status = error.api().map(|error| error.status);
            // The code alone: what Didit says may quote a person.
            tracing::info!(
                code = ToolError::from(error).code.name(),
                status,
                "a subscribed session cannot be read"
            );
            if is_gone {
                // Whoever listened may be gone too.
                drop(changed.send(uri).await);
                return;
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(pace.longest * LONGEST_PAUSE);
    }
}

fn session_of(uri: &str, catalog: &Catalog) -> Option<SessionId> {
    Address::parse(uri)?.session(catalog)
}

fn too_many(most: usize) -> ErrorData {
    ErrorData::invalid_params(
        format!("at most {most} sessions can be followed at once"),
        None,
    )
}

fn not_followed(uri: &str) -> ErrorData {
    ErrorData::invalid_params(
        "only didit://session/{session_id}/decision can be subscribed to; everything else never changes by itself",
        Some(json!({ "uri": uri })),
    )
}
