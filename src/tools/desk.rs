//! What a team does at its desk every day: the queue of reviews, and the figures.

mod counts;
mod decisions;
mod oldest;
mod queue;
mod span;
mod stats;
mod workflows;

use super::Tool;

pub(super) fn tools() -> Vec<Tool> {
    vec![queue::tool(), stats::tool()]
}
