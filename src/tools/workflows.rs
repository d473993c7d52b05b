//! Templates of checks.

mod changed;
mod create;
mod delete;
mod find;
mod get;
mod graph;
mod input;
mod list;
mod plain;
mod row;
mod settings;
mod update;
mod weakening;

use super::Tool;
pub(super) use find::find;
pub(super) use row::features;

pub(super) fn tools() -> Vec<Tool> {
    vec![
        list::tool(),
        get::tool(),
        create::tool(),
        update::tool(),
        delete::tool(),
    ]
}
