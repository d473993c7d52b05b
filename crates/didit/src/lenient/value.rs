//! One JSON value of whatever kind, and what a type makes of it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// The single key of the object that stands for a number if another crate enables `arbitrary_precision`.
pub(super) const NUMBER: &str = "$serde_json::private::Number";

/// A type that can be read from a JSON value of roughly the right kind. Any other kind is read to its end and
/// discarded.
pub(crate) trait Lenient<'de>: Sized {
    /// What a text says.
    fn text(_text: &str) -> Option<Self> {
        None
    }

    /// What a number says.
    fn number(_number: &Number) -> Option<Self> {
        None
    }

    /// What `true` or `false` says.
    fn flag(_flag: bool) -> Option<Self> {
        None
    }

    /// What an array says.
    fn items<A: SeqAccess<'de>>(mut items: A) -> Result<Option<Self>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    /// What an object says.
    fn entries<A: MapAccess<'de>>(mut entries: A) -> Result<Option<Self>, A::Error> {
        let mut read = None;
        while let Some(name) = entries.next_key::<String>()? {
            if name == NUMBER {
                let digits: String = entries.next_value()?;
                read = digits.parse().ok().as_ref().and_then(Self::number);
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(read)
    }
}

/// Takes whatever value comes.
struct Anything<T>(PhantomData<T>);

impl<'de, T: Lenient<'de>> Visitor<'de> for Anything<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(T::flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(T::number(&number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(T::number(&number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).as_ref().and_then(T::number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(T::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        T::items(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        T::entries(entries)
    }
}

/// Reads a text, a number, a flag, or what is written as one of them, such as an id.
pub(crate) fn scalar<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Lenient<'de>,
{
    deserializer.deserialize_any(Anything(PhantomData))
}

/// Reads a scalar, or its default if the response has none.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Lenient<'de> + Default,
{
    scalar(deserializer).map(Option::unwrap_or_default)
}
