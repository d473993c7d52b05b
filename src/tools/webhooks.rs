//! Where Didit reports events, and whether a report is Didit's.

mod create;
mod delete;
mod destination;
mod list;
mod update;
mod verify;

use super::Tool;

pub(super) fn tools() -> Vec<Tool> {
    vec![
        list::tool(),
        create::tool(),
        update::tool(),
        delete::tool(),
        verify::tool(),
    ]
}
