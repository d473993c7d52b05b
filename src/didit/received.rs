//! Lenient reading of what the API answers.
//!
//! Didit adds keys and enum values without a new version, and almost any value may be `null`. So nothing here is read with a
//! strict derive: every type of an answer implements [`Received`], and [`received!`] declares structs whose fields read
//! themselves. A value of an unexpected type stays in the struct's `extra` under its own name, so nothing is lost.

use serde_json::{Map, Value};

/// A type that can be read out of a JSON value of roughly the right shape.
pub(crate) trait Received: Sized {
    /// Reads `value`, or hands it back when it cannot be this type.
    fn receive(value: Value) -> Result<Self, Value>;

    /// What an absent or `null` value means; `None` where the answer is useless without it.
    fn absent() -> Option<Self>;

    /// Reads a list: items that cannot be read are left out, and a lone item counts as a list of one.
    fn receive_list(value: Value) -> Result<Vec<Self>, Value> {
        match value {
            Value::Array(items) => Ok(items
                .into_iter()
                .filter_map(|item| Self::receive(item).ok())
                .collect()),
            lone => Self::receive(lone).map(|item| vec![item]),
        }
    }
}

impl Received for String {
    fn receive(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(flag) => Ok(flag.to_string()),
            other => Err(other),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    /// Workflow rows join their features with `" + "`, so a lone text is split there.
    fn receive_list(value: Value) -> Result<Vec<Self>, Value> {
        match value {
            Value::String(text) => Ok(text
                .split(" + ")
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()),
            Value::Array(items) => Ok(items
                .into_iter()
                .filter_map(|item| Self::receive(item).ok())
                .collect()),
            other => Err(other),
        }
    }
}

impl Received for bool {
    fn receive(value: Value) -> Result<Self, Value> {
        match &value {
            Value::Bool(flag) => Ok(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Value::Number(number) if number.as_i64() == Some(1) => Ok(true),
            Value::Number(number) if number.as_i64() == Some(0) => Ok(false),
            _ => Err(value),
        }
    }

    fn absent() -> Option<Self> {
        Some(false)
    }
}

impl Received for i64 {
    fn receive(value: Value) -> Result<Self, Value> {
        let number = match &value {
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.ok_or(value)
    }

    fn absent() -> Option<Self> {
        Some(0)
    }
}

/// The integer equal to `number`, within the range where a double is exact.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

impl Received for f64 {
    fn receive(value: Value) -> Result<Self, Value> {
        let number = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite()),
            _ => None,
        };
        number.ok_or(value)
    }

    fn absent() -> Option<Self> {
        Some(0.0)
    }
}

impl Received for Value {
    fn receive(value: Value) -> Result<Self, Value> {
        Ok(value)
    }

    fn absent() -> Option<Self> {
        Some(Value::Null)
    }
}

impl Received for Map<String, Value> {
    fn receive(value: Value) -> Result<Self, Value> {
        match value {
            Value::Object(map) => Ok(map),
            other => Err(other),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: Received> Received for Option<T> {
    fn receive(value: Value) -> Result<Self, Value> {
        T::receive(value).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Received> Received for Vec<T> {
    fn receive(value: Value) -> Result<Self, Value> {
        T::receive_list(value)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

/// Takes one field out of `map`; the name of the field is the error when the answer is useless without it.
pub(crate) fn take<T: Received>(
    map: &mut Map<String, Value>,
    key: &'static str,
) -> Result<T, &'static str> {
    match map.remove(key) {
        None | Some(Value::Null) => {}
        Some(value) => match T::receive(value) {
            Ok(read) => return Ok(read),
            Err(value) => {
                map.insert(key.to_owned(), value);
            }
        },
    }
    T::absent().ok_or(key)
}

/// Whether a field holds nothing. Such fields are not written again, so that a value kept in `extra` under the same name is
/// never written twice.
pub(crate) fn is_absent<T: Received + PartialEq>(value: &T) -> bool {
    T::absent().as_ref() == Some(value)
}

/// Declares the struct of an answer: each field reads itself leniently, and everything else is kept in `extra`.
macro_rules! received {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[serde(skip_serializing_if = "crate::didit::received::is_absent")]
                pub $field: $type,
            )*
            /// Every other key of the answer, and known keys whose value has an unexpected type.
            #[serde(flatten)]
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $name {
            /// Reads an answer's object; the error names the key without which it is useless.
            pub(crate) fn from_object(
                mut extra: serde_json::Map<String, serde_json::Value>,
            ) -> Result<Self, &'static str> {
                Ok(Self {
                    $($field: $crate::didit::received::take(
                        &mut extra,
                        stringify!($field).trim_start_matches("r#"),
                    )?,)*
                    extra,
                })
            }
        }

        impl $crate::didit::received::Received for $name {
            fn receive(value: serde_json::Value) -> Result<Self, serde_json::Value> {
                let serde_json::Value::Object(map) = value else { return Err(value) };
                Self::from_object(map.clone()).map_err(|_| serde_json::Value::Object(map))
            }

            fn absent() -> Option<Self> {
                None
            }
        }
    };
}

/// Declares one kind of check of a decision: `node_id`, `status` and `warnings` besides the fields given.
macro_rules! check {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
        }
    ) => {
        $crate::didit::received::received! {
            $(#[$meta])*
            pub struct $name {
                /// Which step of the workflow this is, such as `feature_ocr_1`.
                pub node_id: Option<String>,
                /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
                pub status: Option<String>,
                $($(#[$field_meta])* pub $field: $type,)*
                /// What was noticed, whatever its severity.
                pub warnings: Vec<$crate::didit::decision::Warning>,
            }
        }

        impl $crate::didit::decision::Check for $name {
            fn node_id(&self) -> Option<&str> {
                self.node_id.as_deref()
            }

            fn status(&self) -> Option<&str> {
                self.status.as_deref()
            }

            fn warnings(&self) -> &[$crate::didit::decision::Warning] {
                &self.warnings
            }
        }
    };
}

pub(crate) use {check, received};
