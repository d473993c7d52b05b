//! What a compliance team does over many sessions at once.

pub(super) mod audit_pack;
mod duplicates;
mod past;
pub(super) mod rehearse;
pub(super) mod wait;
mod what_if;

use super::Tool;

pub(super) fn tools() -> Vec<Tool> {
    vec![
        what_if::tool(),
        duplicates::tool(),
        rehearse::tool(),
        audit_pack::tool(),
    ]
}
