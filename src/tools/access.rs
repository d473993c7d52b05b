//! What a call can do to the world: the fact that policy derives from.

/// What a call of a tool can do to the world: the one fact that policy derives from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Changes nothing.
    Read,
    /// Adds or changes something that can be changed back.
    Write,
    /// Decides about a person; a human agrees first.
    Decide,
    /// Cannot be undone; exists only when switched on, and a human agrees first.
    Irreversible,
}

impl Access {
    /// The word for documentation and the audit trail.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Decide => "decide",
            Self::Irreversible => "irreversible",
        }
    }
}
