//! Amounts that are sent.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::InvalidValue;

/// An amount of US dollars in whole cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(u64);

impl Usd {
    /// A whole number of dollars.
    pub const fn dollars(dollars: u32) -> Self {
        Self(dollars as u64 * 100)
    }
}

impl TryFrom<f64> for Usd {
    type Error = InvalidValue;

    fn try_from(dollars: f64) -> Result<Self, InvalidValue> {
        let cents = (dollars * 100.0).round();
        // Above this, a double cannot represent every cent.
        if !(0.0..=9e15).contains(&cents) {
            return Err(InvalidValue::new("must be a number of dollars"));
        }
        if (dollars * 100.0 - cents).abs() > 1e-6 * cents {
            return Err(InvalidValue::new("must be whole cents"));
        }
        Ok(Self(cents as u64))
    }
}

impl FromStr for Usd {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let dollars: Result<f64, _> = text.trim().parse();
        dollars
            .map_err(|_| InvalidValue::new("must be a number of dollars"))?
            .try_into()
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "${}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for Usd {
    /// A whole amount is written without a fraction, as people write it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(100) {
            serializer.serialize_u64(self.0 / 100)
        } else {
            serializer.serialize_f64(self.0 as f64 / 100.0)
        }
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer)?
            .try_into()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Usd {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Usd".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        f64::json_schema(generator)
    }
}
