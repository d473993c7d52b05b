//! What reviewers know of a session: its trail, comments, and hits on watch lists.

mod comment;
mod hits;
mod trail;

use super::Tool;

pub(super) fn tools() -> Vec<Tool> {
    vec![
        trail::tool(),
        comment::tool(),
        hits::list::tool(),
        hits::update::tool(),
    ]
}
