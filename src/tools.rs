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
mod toolset;
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
pub use toolset::Toolset;
pub use untrusted::{
    APART_BEGIN, APART_END, apart, clean, clean_sentence, exact, is_one_line, marked_sentence,
    one_line, visible,
};
pub use watch::Watch;

/// Every tool there is, in the order of [`Toolset::ALL`].
pub fn all() -> Vec<Tool> {
    let tools = |toolset| match toolset {
        Toolset::Account => account::tools(),
        Toolset::Workflows => workflows::tools(),
        Toolset::Sessions => sessions::tools(),
        Toolset::Blocklist => blocklist::tools(),
        Toolset::Billing => billing::tools(),
        Toolset::Webhooks => webhooks::tools(),
        Toolset::People => people::tools(),
        Toolset::Reviews => reviews::tools(),
    };
    Toolset::ALL.into_iter().flat_map(tools).collect()
}
