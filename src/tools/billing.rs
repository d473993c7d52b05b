//! What is left on the account, and a payment link for a human.

mod balance;
mod top_up;

use super::Tool;

pub(super) fn tools() -> Vec<Tool> {
    vec![balance::tool(), top_up::tool()]
}
