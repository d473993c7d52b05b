//! The three answers of a comparison.

/// What a comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::tools) enum Likeness {
    /// The same, but for how people write it.
    Match,
    /// Not to be told from the texts: a human sees both.
    Unsure,
    /// Something else.
    Differs,
}
