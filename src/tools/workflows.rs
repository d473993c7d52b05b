//! Templates of checks.

mod create;
mod delete;
mod find;
mod get;
mod input;
mod list;
mod plain;
mod row;
mod shared;
mod update;
mod weakening;

use super::Tool;
pub(super) use find::find;
pub(super) use row::features;
use shared::{WorkflowInput, check, current_features, described, refuse_both, summary};

pub(super) fn tools() -> Vec<Tool> {
    vec![
        list::tool(),
        get::tool(),
        create::tool(),
        update::tool(),
        delete::tool(),
    ]
}
