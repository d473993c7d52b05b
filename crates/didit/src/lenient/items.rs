//! Objects, and lists that are read item by item.

use std::ops::Deref;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess};
use serde_json::Number;

use super::{Lenient, or_default, scalar};

/// An object, or nothing.
pub(crate) struct Object<T>(pub(crate) Option<T>);

impl<'de, T: Deserialize<'de>> Lenient<'de> for Object<T> {
    fn entries<A: MapAccess<'de>>(entries: A) -> Result<Option<Self>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(entries)).map(|object| Some(Self(Some(object))))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer).map(|object| object.unwrap_or(Self(None)))
    }
}

/// The objects of a list, which it lends as a slice.
#[derive(Debug, Clone, PartialEq)]
pub struct Items<T> {
    items: Vec<T>,
    is_unreadable: bool,
}

impl<T> Items<T> {
    /// Whether the value was not a list of objects, so that its content is missing from the items.
    pub fn is_unreadable(&self) -> bool {
        self.is_unreadable
    }

    pub(super) fn into_vec(self) -> Vec<T> {
        self.items
    }

    fn unreadable() -> Option<Self> {
        Some(Self {
            items: Vec::new(),
            is_unreadable: true,
        })
    }
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            is_unreadable: false,
        }
    }
}

impl<T> Deref for Items<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<'a, T> IntoIterator for &'a Items<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<'de, T: Deserialize<'de>> Lenient<'de> for Items<T> {
    fn text(_text: &str) -> Option<Self> {
        Self::unreadable()
    }

    fn number(_number: &Number) -> Option<Self> {
        Self::unreadable()
    }

    fn flag(_flag: bool) -> Option<Self> {
        Self::unreadable()
    }

    fn items<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let mut read = Self::default();
        while let Some(Object(item)) = list.next_element()? {
            read.items.extend(item);
        }
        Ok(Some(read))
    }

    fn entries<A: MapAccess<'de>>(entries: A) -> Result<Option<Self>, A::Error> {
        let lone = T::deserialize(MapAccessDeserializer::new(entries))?;
        Ok(Some(Self {
            items: vec![lone],
            is_unreadable: false,
        }))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        or_default(deserializer)
    }
}

/// A list of texts.
pub(super) struct Texts(pub(super) Vec<String>);

impl<'de> Lenient<'de> for Texts {
    fn text(text: &str) -> Option<Self> {
        let parts = text.split(" + ").map(str::trim);
        let parts = parts.filter(|part| !part.is_empty()).map(str::to_owned);
        Some(Self(parts.collect()))
    }

    fn items<A: SeqAccess<'de>>(mut items: A) -> Result<Option<Self>, A::Error> {
        let mut texts = Vec::new();
        while let Some(Text(text)) = items.next_element()? {
            texts.extend(text);
        }
        Ok(Some(Self(texts)))
    }
}

/// One text of a list, or something else.
#[derive(serde::Deserialize)]
struct Text(#[serde(deserialize_with = "scalar")] Option<String>);
