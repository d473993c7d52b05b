//! One person's verification: the link, the list, the result.

mod create;
pub(super) mod decision;
mod delete;
mod earlier;
pub(super) mod input;
pub(super) mod list;
mod mail;
mod oldest_first;
pub(super) mod report;
mod resubmission;
mod update_status;
pub(super) mod wait;
pub mod which;
pub(super) mod workflow;

use super::Tool;

pub(super) fn tools() -> Vec<Tool> {
    vec![
        create::tool(),
        list::tool(),
        decision::tool(),
        wait::tool(),
        update_status::tool(),
        report::tool(),
        delete::tool(),
    ]
}
