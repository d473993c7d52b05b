//! The groups of tools.

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
    /// Everyone who was verified.
    People,
    /// What reviewers know of a session.
    Reviews,
    /// What a compliance team does over many sessions at once.
    Operations,
}

impl Toolset {
    /// Every toolset, in the order that `tools/list` and the documentation show.
    pub const ALL: [Self; 9] = [
        Self::Account,
        Self::Workflows,
        Self::Sessions,
        Self::Blocklist,
        Self::Billing,
        Self::Webhooks,
        Self::People,
        Self::Reviews,
        Self::Operations,
    ];

    /// The word used in settings, and whether it is on unless the operator says otherwise.
    fn facts(self) -> (&'static str, bool) {
        match self {
            Self::Account => ("account", true),
            Self::Workflows => ("workflows", true),
            Self::Sessions => ("sessions", true),
            Self::Blocklist => ("blocklist", true),
            Self::Billing => ("billing", true),
            Self::Webhooks => ("webhooks", false),
            Self::People => ("people", false),
            Self::Reviews => ("reviews", false),
            Self::Operations => ("operations", false),
        }
    }

    /// The word used in settings.
    pub fn name(self) -> &'static str {
        self.facts().0
    }

    /// Whether it is on unless the operator says otherwise.
    pub fn is_default(self) -> bool {
        self.facts().1
    }

    /// The toolsets that are on unless the operator says otherwise.
    pub fn defaults() -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|toolset| toolset.is_default())
            .collect()
    }
}
