//! What a call has at hand.

use std::{sync::Arc, time::Duration};

use super::{confirmer::Confirmer, connection::Connection, error::NotDone};
use crate::didit::{Client, Observer};

/// What a call has at hand.
#[derive(Clone)]
pub struct Context {
    /// The account, its key and the settings.
    pub connection: Arc<Connection>,
    /// Asks a human before a decision takes effect.
    pub confirmer: Arc<dyn Confirmer>,
    /// Tells the client how far a long call is.
    pub progress: Arc<dyn Progress>,
    /// Notified of what is sent to Didit, and of waits for its rate limits, which do not count as the tool's time.
    pub observer: Arc<dyn Observer>,
}

impl Context {
    /// The client with the key in use.
    ///
    /// # Errors
    /// Those of [`Connection::client`].
    pub fn client(&self) -> Result<Client, NotDone> {
        Ok(self
            .connection
            .client()?
            .with_observer(Arc::clone(&self.observer)))
    }

    /// The client for calls that need no key.
    ///
    /// # Errors
    /// Those of [`Connection::client_without_key`].
    pub fn client_without_key(&self) -> Result<Client, NotDone> {
        Ok(self
            .connection
            .client_without_key()?
            .with_observer(Arc::clone(&self.observer)))
    }
}

/// Tells the client how far a long call is.
pub trait Progress: Send + Sync {
    /// Reports seconds waited out of the agreed wait, with a sentence on what is happening.
    fn report(&self, waited: f64, total: f64, message: String);

    /// Tells that the next request waits so long for Didit's limit before it is sent.
    fn waits_for_limit(&self, _time: Duration) {}
}

/// The account that tool examples refer to, with one object of every kind.
#[derive(Debug, Clone)]
pub struct ExampleAccount {
    /// A session that a human can decide about (UUID).
    pub session_id: String,
    /// A hit on a watch list that the session has.
    pub hit_id: String,
    /// The workflow of that session (UUID).
    pub workflow_id: String,
    /// A webhook destination (UUID).
    pub destination_id: String,
    /// The e-mail address of a stored account that is open.
    pub account: String,
    /// The e-mail address of a stored account that waits for its code.
    pub email: String,
    /// The code that was sent to it.
    pub code: String,
}
