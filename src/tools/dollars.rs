//! Amounts of money in words.

/// An amount as people write it: cents, or as many places as a price below one cent needs.
pub(super) fn dollars(amount: f64) -> String {
    let cents = amount * 100.0;
    if (cents - cents.round()).abs() < 1e-6 {
        format!("${amount:.2}")
    } else {
        format!("${amount}")
    }
}
