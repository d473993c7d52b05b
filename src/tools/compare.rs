//! Whether what was expected of a person and what was found are the same, as a fair reader would say it.
//!
//! Three answers, because a wrong claim about a person costs more than none: what cannot be told from the texts alone, such
//! as a name in another script, is left to a human who sees both.

mod address;
mod alike;
mod codes;
mod fold;
mod likeness;
mod names;
#[cfg(test)]
mod tests;

pub(super) use address::addresses;
pub(super) use codes::{
    birth_dates, countries, document_types, genders, numbers, partial_birth_dates,
};
pub(super) use fold::has_words;
pub(super) use likeness::Likeness;
pub(super) use names::{Name, names, present};
