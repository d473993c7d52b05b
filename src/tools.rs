//! What an agent can do: one [`Tool`] per job, grouped by resource.
//!
//! A tool states its [`Toolset`] and its [`Access`] once; hints, read-only filtering, confirmation and
//! the documentation all derive from that. Tools speak in the agent's terms and call [`crate::didit`];
//! they know no URL, no header and no status code, and no type of the protocol either: the server
//! turns an [`Answer`] or a [`ToolError`] into what goes over the wire.

mod account;
mod advice;
mod answer;
mod billing;
mod blocklist;
mod change;
mod compare;
mod connection;
mod consent;
mod error;
mod files;
mod input;
mod limits;
mod mask;
mod paging;
mod person;
mod personal;
mod plain;
pub mod qr;
mod sessions;
mod shape;
mod size;
mod subject;
mod tool;
mod untrusted;
mod verdict;
mod watch;
mod webhooks;
mod workflows;

use std::sync::Arc;

use crate::didit::{Client, Observer, SessionStatus};

pub use answer::{Answer, Fact, Image, Next, Question};
pub use change::{Change, Environment, Line, Place, Setting, quoted};
pub use connection::{Connection, ConnectionSettings, KeySource, Mode, PersonalData};
pub use consent::{Agreement, Asked, Consent, Recorded, Voided};
pub use error::{Stop, ToolError};
pub use input::JsonObject;
pub use personal::{Class, Outlet};
pub use sessions::{input::check_session, report::report, wait::TOOL as WAIT_TOOL};
pub use shape::{is_checkout_id, is_code, is_plain};
pub use size::json_characters;
pub use tool::{Draft, NoInput, RunTool, Tool, ToolFuture};
pub use untrusted::{
    APART_BEGIN, APART_END, apart, clean, clean_sentence, exact, is_one_line, marked_sentence,
    one_line, visible,
};
pub use watch::Watch;

/// The groups that an operator can switch on and off together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toolset {
    /// Opening an account and logging in.
    Account,
    /// The templates that say which checks run.
    Workflows,
    /// One person's verification, from link to decision.
    Sessions,
    /// Faces, documents and contacts that must not pass again.
    Blocklist,
    /// Balance and top-up.
    Billing,
    /// Where Didit reports events, and whether a report is Didit's.
    Webhooks,
}

impl Toolset {
    /// Every toolset, in the order that `tools/list` and the documentation show.
    pub const ALL: [Self; 6] = [
        Self::Account,
        Self::Workflows,
        Self::Sessions,
        Self::Blocklist,
        Self::Billing,
        Self::Webhooks,
    ];

    /// The toolsets that are on unless the operator says otherwise.
    pub const DEFAULT: [Self; 5] = [
        Self::Account,
        Self::Workflows,
        Self::Sessions,
        Self::Blocklist,
        Self::Billing,
    ];

    /// The word used in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Workflows => "workflows",
            Self::Sessions => "sessions",
            Self::Blocklist => "blocklist",
            Self::Billing => "billing",
            Self::Webhooks => "webhooks",
        }
    }
}

/// What a call of a tool can do to the world: the one fact that policy derives from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Changes nothing.
    Read,
    /// Adds or changes something that can be changed back.
    Write,
    /// Decides about a person; a human agrees first.
    Decide,
    /// Cannot be undone; exists only when switched on, and a human agrees first.
    Irreversible,
}

impl Access {
    /// The word for documentation and the audit trail.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Decide => "decide",
            Self::Irreversible => "irreversible",
        }
    }
}

/// What there is in the account that examples are about: one of everything.
#[derive(Debug, Clone)]
pub struct World {
    /// A session that a human can decide about (UUID).
    pub session_id: String,
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

/// What a call has at hand.
#[derive(Clone)]
pub struct Context {
    /// The account, its key and the settings.
    pub connection: Arc<Connection>,
    /// Asks a human before a decision takes effect.
    pub consent: Arc<dyn Consent>,
    /// Tells the client how far a long call is.
    pub progress: Arc<dyn Progress>,
    /// Told what is sent to Didit, and of waits for its rate limits, which are not the tool's own time.
    pub observer: Arc<dyn Observer>,
}

impl Context {
    /// The client with the key in use.
    ///
    /// # Errors
    /// Those of [`Connection::client`].
    pub fn client(&self) -> Result<Client, Stop> {
        Ok(self
            .connection
            .client()?
            .with_observer(Arc::clone(&self.observer)))
    }

    /// The client for calls that need no key.
    ///
    /// # Errors
    /// Those of [`Connection::client_without_key`].
    pub fn client_without_key(&self) -> Result<Client, Stop> {
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
}

/// Every status of a session with its verdict and advice, for reference.
pub fn status_meanings() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    SessionStatus::ALL.into_iter().filter_map(|name| {
        let meaning = advice::meaning(&name.parse().ok()?);
        Some((name, meaning.verdict, meaning.advice))
    })
}

/// Every risk code with a meaning in plain words, for reference.
pub fn known_warnings() -> impl Iterator<Item = (&'static str, &'static str)> {
    advice::WARNINGS.into_iter()
}

/// Every tool there is, in the order of [`Toolset::ALL`].
pub fn all() -> Vec<Tool> {
    let mut tools = account::tools();
    tools.extend(workflows::tools());
    tools.extend(sessions::tools());
    tools.extend(blocklist::tools());
    tools.extend(billing::tools());
    tools.extend(webhooks::tools());
    tools
}
