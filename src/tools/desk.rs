//! What a team does at its desk every day: the queue of reviews, the figures, and writing to those who
//! have not finished.

pub(super) mod counts;
mod follow_up;
mod oldest;
mod queue;
mod span;
pub(super) mod stats;
pub(super) mod workflows;

use super::Tool;

pub(super) fn tools() -> Vec<Tool> {
    vec![queue::tool(), stats::tool(), follow_up::tool()]
}
