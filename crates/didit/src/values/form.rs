//! The forms of a value: a text that is sent, and the JSON and the schema of it.

use crate::error::InvalidValue;

/// Finds `value` among `allowed` whatever its case, and gives the canonical spelling.
pub(crate) fn one_of<'a>(value: &str, allowed: &[&'a str]) -> Result<&'a str, InvalidValue> {
    let wanted = value.trim();
    allowed
        .iter()
        .copied()
        .find(|known| known.eq_ignore_ascii_case(wanted))
        .ok_or_else(|| InvalidValue::not_one_of(value, allowed))
}

/// JSON of a value whose text says all: written by `Display`, read by `FromStr`.
macro_rules! json_text {
    ($name:ty, $schema:expr $(, [$($generic:tt)*])?) => {
        impl $(<$($generic)*>)? serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de $(, $($generic)*)?> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(|error| {
                    serde::de::Error::custom($crate::error::InvalidValue::from(error))
                })
            }
        }

        #[cfg(feature = "schema")]
        impl $(<$($generic)*>)? schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                $schema.into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                String::json_schema(generator)
            }
        }
    };
}
pub(crate) use json_text;

/// Declares a value that is sent as the text which a function reads it into.
macro_rules! value {
    ($(#[$meta:meta])* $name:ident, $read:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl std::str::FromStr for $name {
            type Err = $crate::error::InvalidValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let read: fn(&str) -> Result<String, Self::Err> = $read;
                read(text.trim()).map(Self)
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        $crate::values::json_text!($name, stringify!($name));
    };
}
pub(crate) use value;
