//! What an agent can do: one [`Tool`] per job, grouped by resource.
//!
//! A tool states its [`Toolset`] and its [`Access`] once; hints, read-only filtering, confirmation and
//! the documentation all derive from that. Tools speak in the agent's terms and call [`crate::didit`];
//! they know no URL, no header and no status code, and no type of the protocol either: the server
//! turns a [`ToolOutput`] or a [`ToolError`] into what goes over the wire.

mod access;
mod account;
mod advice;
mod age;
mod agreed;
mod answer;
mod billing;
mod blocklist;
mod budget;
mod change;
mod compare;
mod confirmer;
mod connection;
mod context;
mod decisions;
mod desk;
mod dollars;
mod environment;
mod error;
mod fields;
mod files;
mod input;
mod limits;
mod mask;
mod operations;
mod paging;
mod people;
mod person;
mod personal;
mod plain;
mod pollers;
pub mod qr;
mod reviews;
mod sessions;
mod shape;
mod size;
mod spreadsheet;
mod subject;
mod tool;
mod toolset;
mod untrusted;
mod verdict;
mod webhooks;
mod workflows;
mod written;
mod wrong_codes;

pub use access::Access;
pub use advice::{known_warnings, status_meanings};
pub use age::age;
pub use answer::{Fact, Image, Next, Question, ToolOutput};
pub use change::{Change, Line, Setting, quoted};
pub use confirmer::{Agreement, Asked, Confirmer, Recorded, Voided};
pub use connection::{Connection, ConnectionSettings, KeySource, Mode};
pub use context::{Context, ExampleAccount, Progress};
pub use environment::{ChangeLocation, Environment};
pub use error::{ErrorCode, NotDone, ToolError};
pub use input::JsonObject;
pub use personal::{Class, Outlet, PersonalData};
pub use pollers::SessionPollers;
pub use sessions::{
    input::check_session,
    report::report,
    wait::TOOL as WAIT_TOOL,
    which,
    workflow::{
        Published as PublishedWorkflow, published as published_workflows,
        sensible as sensible_workflow,
    },
};
pub use shape::{is_checkout_id, is_code, is_safe_unfenced};
pub use size::json_characters;
pub use spreadsheet::harmless;
pub use tool::{NoInput, RunTool, Tool, ToolBuilder, ToolFuture};
pub use toolset::{PRESETS, Preset, Toolset};
pub use untrusted::{
    MARK_BEGIN, MARK_END, clean, clean_sentence, exact, is_one_line, mark_untrusted,
    marked_sentence, one_line, strip_invisible,
};

/// Every tool there is, in the order of [`Toolset::ALL`].
pub fn all() -> Vec<Tool> {
    let tools = |toolset| match toolset {
        Toolset::Account => account::tools(),
        Toolset::Workflows => workflows::tools(),
        Toolset::Sessions => [sessions::tools(), desk::tools()]
            .into_iter()
            .flatten()
            .collect(),
        Toolset::Blocklist => blocklist::tools(),
        Toolset::Billing => billing::tools(),
        Toolset::Webhooks => webhooks::tools(),
        Toolset::People => people::tools(),
        Toolset::Reviews => reviews::tools(),
        Toolset::Operations => operations::tools(),
    };
    Toolset::ALL.into_iter().flat_map(tools).collect()
}
