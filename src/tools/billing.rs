//! What is left on the account, and a payment link for a human.

mod balance;
mod top_up;

use super::Tool;

pub(super) fn tools() -> Vec<Tool> {
    vec![balance::tool(), top_up::tool()]
}

/// An amount as people write it: cents, or as many places as a price below one cent needs.
pub(super) fn dollars(amount: f64) -> String {
    let cents = amount * 100.0;
    if (cents - cents.round()).abs() < 1e-6 {
        format!("${amount:.2}")
    } else {
        format!("${amount}")
    }
}
