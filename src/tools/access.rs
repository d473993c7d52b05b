//! What a tool may do, and the group it is switched with: the facts that policy derives from.

/// The groups that an operator can switch on and off together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toolset {
    /// Opening an account and logging in.
    Account,
    /// The templates that say which checks run.
    Workflows,
    /// One person's verification, from link to decision.
    Sessions,
    /// Faces, documents and contacts that must not pass again.
    Blocklist,
    /// Balance and top-up.
    Billing,
    /// Where Didit reports events, and whether a report is Didit's.
    Webhooks,
}

impl Toolset {
    /// Every toolset, in the order that `tools/list` and the documentation show.
    pub const ALL: [Self; 6] = [
        Self::Account,
        Self::Workflows,
        Self::Sessions,
        Self::Blocklist,
        Self::Billing,
        Self::Webhooks,
    ];

    /// The toolsets that are on unless the operator says otherwise.
    pub const DEFAULT: [Self; 5] = [
        Self::Account,
        Self::Workflows,
        Self::Sessions,
        Self::Blocklist,
        Self::Billing,
    ];

    /// The word used in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Workflows => "workflows",
            Self::Sessions => "sessions",
            Self::Blocklist => "blocklist",
            Self::Billing => "billing",
            Self::Webhooks => "webhooks",
        }
    }
}

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
