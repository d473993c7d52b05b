//! Faces, documents and contacts that must not pass again.

mod add;
mod change;
mod entries;
mod entry_type;
mod list;
mod overview;
mod remove;
mod row;
mod target;

use super::Tool;
use entry_type::{EntryType, cannot_search, legacy_kind, names, only_sessions};

pub(super) fn tools() -> Vec<Tool> {
    vec![list::tool(), add::tool(), remove::tool()]
}
