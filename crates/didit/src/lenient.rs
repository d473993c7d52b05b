//! Lenient reading of what the API answers.
//!
//! Didit adds keys and enum values without a new version, and almost any value may be `null`. So the structs of answers derive
//! `Deserialize` with a default for everything, and their fields are read by the functions here: what fits is taken, in
//! whatever form it comes, and what does not fit counts as absent. Neither fails the rest of the answer.

mod items;
mod scalars;
mod value;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;

pub use items::Items;
pub(crate) use items::Object;
use items::Texts;
pub(crate) use value::{Lenient, or_default, scalar};

/// Reads an object.
pub(crate) fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Object::deserialize(deserializer).map(|Object(object)| object)
}

/// Reads a list of objects: other items are skipped, and a single object counts as a list of one.
pub(crate) fn objects<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Items::deserialize(deserializer).map(Items::into_vec)
}

/// Reads a list of texts. Workflow rows join their features with `" + "`, so a lone text is split there.
pub(crate) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let texts: Option<Texts> = scalar(deserializer)?;
    Ok(texts.map(|Texts(texts)| texts).unwrap_or_default())
}

/// Reads a JSON text. If a key occurs twice in an object, the last one counts, as in `Value`; a derived struct alone would
/// refuse the second one.
///
/// # Errors
/// A data error if something that `T` requires is missing; any other error if the text is not JSON.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    match serde_json::from_str(text) {
        Err(error) if error.is_data() => {
            let tree: Value = serde_json::from_str(text)?;
            // Parsed from text again, because reading structs from `Value` as well would compile each of them twice.
            serde_json::from_str(&tree.to_string())
        }
        read => read,
    }
}

#[cfg(test)]
mod tests;
