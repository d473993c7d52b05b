//! What the server holds: the tools that are on, the account, and what is open.

use std::sync::Arc;

use rmcp::{RoleServer, service::RequestContext};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{
    catalog::Catalog,
    confirm::{Confirmations, Ledger},
    policy::Policy,
    subscriptions::Subscriptions,
    traffic::Traffic,
};
use crate::{
    audit::Trail,
    tools::{self, Connection, Tool},
};

/// Calls that run at once; more wait their turn.
const MAX_RUNNING: usize = 64;
/// Questions that may be open at once; a human answers one at a time.
const MAX_ASKING: usize = 64;
/// The server: the tools that are on, the account, and the gate of decisions.
pub struct Server {
    pub(super) catalog: Catalog,
    pub(super) connection: Arc<Connection>,
    pub(super) gate: Arc<Confirmations>,
    pub(super) trail: Option<Arc<Trail>>,
    pub(super) over: CancellationToken,
    pub(super) slots: Arc<Semaphore>,
    /// Calls that wait for a human, besides those that run.
    pub(super) questions: Arc<Semaphore>,
    pub(super) traffic: Arc<Traffic>,
    pub(super) subscriptions: Subscriptions,
}

impl Server {
    /// A server for one account under one policy, with the trail of its changes. Touches no key, no file and no network.
    pub fn new(connection: Arc<Connection>, policy: &Policy, trail: Option<Trail>) -> Self {
        Self::with_tools(tools::all(), connection, policy, trail)
    }

    /// A server with a choice of tools, for programs that bring their own.
    pub fn with_tools(
        tools: Vec<Tool>,
        connection: Arc<Connection>,
        policy: &Policy,
        trail: Option<Trail>,
    ) -> Self {
        let ledger = Ledger::new(connection.ledger_place());
        Self {
            catalog: Catalog::new(tools, policy),
            gate: Arc::new(Confirmations::new(
                ledger,
                policy.confirmation,
                policy.confirm_wait,
            )),
            connection,
            trail: trail.map(Arc::new),
            over: CancellationToken::new(),
            slots: Arc::new(Semaphore::new(MAX_RUNNING)),
            questions: Arc::new(Semaphore::new(MAX_ASKING)),
            traffic: Arc::default(),
            subscriptions: Subscriptions::default(),
        }
    }

    /// The same server, whose calls end when `over` is cancelled.
    #[must_use]
    pub fn until(self, over: CancellationToken) -> Self {
        Self { over, ..self }
    }

    /// The same server, whose responses wait until the client has read earlier ones.
    #[must_use]
    pub(super) fn paced_by(self, traffic: Arc<Traffic>) -> Self {
        Self { traffic, ..self }
    }

    /// Returns when an answer may be made, or when nobody waits for it any more.
    pub(super) async fn place(&self, context: &RequestContext<RoleServer>) {
        tokio::select! {
            () = self.traffic.place(&context.id) => {}
            () = context.ct.cancelled() => {}
            () = self.over.cancelled() => {}
        }
    }
}
