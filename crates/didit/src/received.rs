//! Lenient reading of what the API answers.
//!
//! Didit adds keys and enum values without a new version, and almost any value may be `null`. So nothing here is read with a
//! strict derive: every type of an answer implements [`Received`], and [`received!`] declares structs whose fields read
//! themselves. A value of an unexpected type stays in the struct's `extra` under its own name, and in the whole text that a
//! decision keeps. Only rows of sessions keep neither.

use serde_json::{Map, Value};

use super::json::{Entries, Json};

/// A type that can be read out of a JSON value of roughly the right shape.
pub(crate) trait Received: Sized {
    /// Reads `value`; `None` when it cannot be this type.
    fn receive(value: Json<'_>) -> Option<Self>;

    /// What an absent or `null` value means; `None` where the answer is useless without it.
    fn absent() -> Option<Self>;

    /// Reads a list: items that cannot be read are left out, and a lone item counts as a list of one.
    fn receive_list(value: Json<'_>) -> Option<Vec<Self>> {
        match value {
            Json::Array(items) => Some(items.filter_map(Self::receive).collect()),
            lone => Self::receive(lone).map(|item| vec![item]),
        }
    }
}

impl Received for String {
    fn receive(value: Json<'_>) -> Option<Self> {
        match value {
            Json::String(text) => Some(text.to_owned()),
            Json::Number(number) => Some(number.to_string()),
            Json::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    /// Workflow rows join their features with `" + "`, so a lone text is split there.
    fn receive_list(value: Json<'_>) -> Option<Vec<Self>> {
        match value {
            Json::String(text) => Some(
                text.split(" + ")
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(str::to_owned)
                    .collect(),
            ),
            Json::Array(items) => Some(items.filter_map(Self::receive).collect()),
            _ => None,
        }
    }
}

impl Received for bool {
    fn receive(value: Json<'_>) -> Option<Self> {
        match value {
            Json::Bool(flag) => Some(flag),
            Json::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Json::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            Json::Number(number) if number.as_i64() == Some(1) => Some(true),
            Json::Number(number) if number.as_i64() == Some(0) => Some(false),
            _ => None,
        }
    }

    fn absent() -> Option<Self> {
        Some(false)
    }
}

impl Received for i64 {
    fn receive(value: Json<'_>) -> Option<Self> {
        match value {
            Json::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Json::String(text) => text.trim().parse().ok(),
            _ => None,
        }
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
    fn receive(value: Json<'_>) -> Option<Self> {
        match value {
            Json::Number(number) => number.as_f64(),
            Json::String(text) => text
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    fn absent() -> Option<Self> {
        Some(0.0)
    }
}

impl Received for Value {
    fn receive(value: Json<'_>) -> Option<Self> {
        Some(value.to_value())
    }

    fn absent() -> Option<Self> {
        Some(Value::Null)
    }
}

impl Received for Map<String, Value> {
    fn receive(value: Json<'_>) -> Option<Self> {
        match value.to_value() {
            Value::Object(map) => Some(map),
            _ => None,
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: Received> Received for Option<T> {
    fn receive(value: Json<'_>) -> Option<Self> {
        T::receive(value).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Received> Received for Vec<T> {
    fn receive(value: Json<'_>) -> Option<Self> {
        T::receive_list(value)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

/// As many fields as most objects have at most.
const USUAL_FIELDS: usize = 32;

/// Reads an object field by field, and knows what is left.
pub(crate) struct Fields<'d>(Vec<Field<'d>>);

struct Field<'d> {
    name: &'d str,
    value: Json<'d>,
    is_taken: bool,
}

impl<'d> Fields<'d> {
    /// All fields of an object.
    pub(crate) fn of(entries: Entries<'d>) -> Self {
        // Walked along once, because looking for every name in the entries themselves took a quarter of a call.
        let mut fields = Vec::with_capacity(entries.at_most().min(USUAL_FIELDS));
        fields.extend(entries.map(|(name, value)| Field {
            name,
            value,
            is_taken: false,
        }));
        Self(fields)
    }

    /// Reads one field; its name is the error when the answer is useless without it.
    pub(crate) fn take<T: Received>(&mut self, key: &'static str) -> Result<T, &'static str> {
        let mut named = self.0.iter_mut().rev().filter(|field| field.name == key);
        let mut read = None;
        // Of a name that comes twice, the last one counts, and the others go with it.
        if let Some(last) = named.next() {
            if !matches!(last.value, Json::Null) {
                read = T::receive(last.value);
            }
            if read.is_some() || matches!(last.value, Json::Null) {
                last.is_taken = true;
                named.for_each(|field| field.is_taken = true);
            }
        }
        read.or_else(T::absent).ok_or(key)
    }

    /// The fields that were not read so far.
    pub(crate) fn untaken(&self) -> impl Iterator<Item = (&'d str, Json<'d>)> {
        self.0
            .iter()
            .filter(|field| !field.is_taken)
            .map(|field| (field.name, field.value))
    }

    /// Keeps a field from being among the rest, whatever its value.
    pub(crate) fn leave_out(&mut self, key: &'static str) {
        let fields = self.0.iter_mut().filter(|field| field.name == key);
        fields.for_each(|field| field.is_taken = true);
    }

    /// Every field that was not read.
    pub(crate) fn rest(self) -> Map<String, Value> {
        self.0
            .into_iter()
            .filter(|field| !field.is_taken)
            .map(|field| (field.name.to_owned(), field.value.to_value()))
            .collect()
    }
}

/// The name of a field in an answer: that of the struct, without the mark of names that are words of the language too.
pub(crate) const fn name_of(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
    }
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
                #[serde(skip_serializing_if = "crate::received::is_absent")]
                pub $field: $type,
            )*
            /// Every other key of the answer, and known keys whose value has an unexpected type.
            #[serde(flatten)]
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $name {
            /// Reads an answer's object; the error names the key without which it is useless.
            pub(crate) fn from_fields(
                mut fields: $crate::received::Fields<'_>,
            ) -> Result<Self, &'static str> {
                Ok(Self {
                    $($field: fields.take(const { $crate::received::name_of(stringify!($field)) })?,)*
                    extra: fields.rest(),
                })
            }
        }

        $crate::received::object! { $name }
    };
}

/// Declares a struct that comes by the dozen, which reads itself in the same way and keeps nothing that it does not name:
/// leftovers would be a large part of what a call costs. A decision keeps its whole text besides.
macro_rules! found {
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
                #[serde(skip_serializing_if = "crate::received::is_absent")]
                pub $field: $type,
            )*
        }

        impl $name {
            fn from_fields(
                mut fields: $crate::received::Fields<'_>,
            ) -> Result<Self, &'static str> {
                Ok(Self {
                    $($field: fields.take(const { $crate::received::name_of(stringify!($field)) })?,)*
                })
            }
        }

        $crate::received::object! { $name }
    };
}

/// Makes a struct with `from_fields` a part of other answers.
macro_rules! object {
    ($name:ident) => {
        impl $crate::received::Received for $name {
            fn receive(value: $crate::json::Json<'_>) -> Option<Self> {
                Self::from_fields($crate::received::Fields::of(value.as_object()?)).ok()
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
        $crate::received::found! {
            $(#[$meta])*
            pub struct $name {
                /// Which step of the workflow this is, such as `feature_ocr_1`.
                pub node_id: Option<String>,
                /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
                pub status: Option<String>,
                $($(#[$field_meta])* pub $field: $type,)*
                /// What was noticed, whatever its severity.
                pub warnings: Vec<$crate::decision::Warning>,
            }
        }

        impl $crate::decision::Check for $name {
            fn node_id(&self) -> Option<&str> {
                self.node_id.as_deref()
            }

            fn status(&self) -> Option<&str> {
                self.status.as_deref()
            }

            fn warnings(&self) -> &[$crate::decision::Warning] {
                &self.warnings
            }
        }
    };
}

pub(crate) use {check, found, object, received};
