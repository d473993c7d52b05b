//! What an agent can do: one [`Tool`] per job, grouped by resource.
//!
//! A tool states its [`Toolset`] and its [`Access`] once; hints, read-only filtering, confirmation and
//! the documentation all derive from that. Tools speak in the agent's terms and call [`crate::didit`];
//! they know no URL, no header and no status code, and no type of the protocol either: the server
//! turns an [`Answer`] or a [`ToolError`] into what goes over the wire.

mod access;
mod account;
mod advice;
mod agreed;
mod answer;
mod billing;
mod blocklist;
mod budget;
mod change;
mod compare;
mod connection;
mod consent;
mod context;
mod dollars;
mod environment;
mod error;
mod fields;
mod files;
mod input;
mod limits;
mod mask;
mod paging;
mod people;
mod person;
mod personal;
mod plain;
pub mod qr;
mod reviews;
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

pub use access::Access;
pub use advice::{known_warnings, status_meanings};
pub use answer::{Answer, Fact, Image, Next, Question};
pub use change::{Change, Line, Setting, quoted};
pub use connection::{Connection, ConnectionSettings, KeySource, Mode};
pub use consent::{Agreement, Asked, Consent, Recorded, Voided};
pub use context::{Context, Progress, World};
pub use environment::{Environment, Place};
pub use error::{ErrorCode, Stop, ToolError};
pub use input::JsonObject;
pub use personal::{Class, Outlet, PersonalData};
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
    /// Everyone who was verified.
    People,
    /// What reviewers know of a session.
    Reviews,
}

impl Toolset {
    /// Every toolset, in the order that `tools/list` and the documentation show.
    pub const ALL: [Self; 8] = [
        Self::Account,
        Self::Workflows,
        Self::Sessions,
        Self::Blocklist,
        Self::Billing,
        Self::Webhooks,
        Self::People,
        Self::Reviews,
    ];

    /// The word used in settings, whether it is on unless the operator says otherwise, and its tools.
    fn facts(self) -> (&'static str, bool, fn() -> Vec<Tool>) {
        match self {
            Self::Account => ("account", true, account::tools),
            Self::Workflows => ("workflows", true, workflows::tools),
            Self::Sessions => ("sessions", true, sessions::tools),
            Self::Blocklist => ("blocklist", true, blocklist::tools),
            Self::Billing => ("billing", true, billing::tools),
            Self::Webhooks => ("webhooks", false, webhooks::tools),
            Self::People => ("people", false, people::tools),
            Self::Reviews => ("reviews", false, reviews::tools),
        }
    }

    /// The word used in settings.
    pub fn name(self) -> &'static str {
        self.facts().0
    }

    /// Whether it is on unless the operator says otherwise.
    pub fn is_default(self) -> bool {
        self.facts().1
    }

    /// The toolsets that are on unless the operator says otherwise.
    pub fn defaults() -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|toolset| toolset.is_default())
            .collect()
    }
}

/// Every tool there is, in the order of [`Toolset::ALL`].
pub fn all() -> Vec<Tool> {
    Toolset::ALL
        .into_iter()
        .flat_map(|toolset| toolset.facts().2())
        .collect()
}
