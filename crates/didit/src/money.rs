//! Amounts of money as the API writes them.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Number;

use super::lenient::Lenient;

/// An amount in US dollars. The API writes balances as strings (`"1234.5600"`) and prices as numbers, so the text is kept as
/// it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money(String);

impl Money {
    /// The amount exactly as the API wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The amount as a number, for comparing; `None` when the text is not one.
    pub fn as_f64(&self) -> Option<f64> {
        self.0
            .parse()
            .ok()
            .filter(|amount: &f64| amount.is_finite())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Lenient<'_> for Money {
    fn text(text: &str) -> Option<Self> {
        Some(Self(text.trim().to_owned()))
    }

    fn number(number: &Number) -> Option<Self> {
        Some(Self(number.to_string()))
    }
}
