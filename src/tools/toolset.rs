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

    /// The toolsets that a word of the settings switches on: the toolset of that name, those of the preset of that name, or
    /// both where a toolset and a preset share it; `default` and `all` as they say. `None` for a word that is none of these.
    pub fn named(word: &str) -> Option<Vec<Self>> {
        match word {
            ALL => return Some(Self::ALL.to_vec()),
            DEFAULT => return Some(Self::defaults()),
            _ => {}
        }
        let preset = PRESETS.iter().find(|preset| preset.name == word);
        let of_preset = preset.map_or(&[][..], |preset| preset.toolsets);
        let meant: Vec<Self> = Self::ALL
            .into_iter()
            .filter(|toolset| toolset.name() == word || of_preset.contains(toolset))
            .collect();
        (!meant.is_empty()).then_some(meant)
    }

    /// Every word that [`Toolset::named`] understands.
    pub fn words() -> Vec<&'static str> {
        let mut words: Vec<&str> = Self::ALL.map(Self::name).to_vec();
        for preset in &PRESETS {
            if !words.contains(&preset.name) {
                words.push(preset.name);
            }
        }
        words.extend([DEFAULT, ALL]);
        words
    }
}

const ALL: &str = "all";
const DEFAULT: &str = "default";

/// A word for the toolsets that one job needs.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// The word used in settings.
    pub name: &'static str,
    /// Who needs it.
    pub purpose: &'static str,
    /// What it switches on, besides a toolset of the same name.
    toolsets: &'static [Toolset],
}

impl Preset {
    /// Every toolset that it switches on, in the usual order.
    pub fn toolsets(&self) -> Vec<Toolset> {
        Toolset::named(self.name).unwrap_or_default()
    }
}

/// Every preset.
pub const PRESETS: [Preset; 4] = [
    Preset {
        name: "onboarding",
        purpose: "people who send links and wait for results",
        toolsets: &[Toolset::Workflows, Toolset::Sessions, Toolset::Billing],
    },
    Preset {
        name: "reviewer",
        purpose: "people who decide about sessions: trails, comments, hits on watch lists, the blocklist",
        toolsets: &[
            Toolset::Sessions,
            Toolset::Blocklist,
            Toolset::People,
            Toolset::Reviews,
        ],
    },
    Preset {
        name: "operations",
        purpose: "people who run an account from day to day",
        toolsets: &[
            Toolset::Workflows,
            Toolset::Sessions,
            Toolset::Blocklist,
            Toolset::Billing,
            Toolset::People,
            Toolset::Reviews,
        ],
    },
    Preset {
        name: "developer",
        purpose: "people who build an integration: keys, workflows, sessions, webhooks",
        toolsets: &[
            Toolset::Account,
            Toolset::Workflows,
            Toolset::Sessions,
            Toolset::Webhooks,
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::{PRESETS, Toolset};

    #[test]
    fn a_word_means_every_toolset_and_preset_of_that_name() {
        for toolset in Toolset::ALL {
            let named = Toolset::named(toolset.name()).unwrap_or_default();
            assert!(named.contains(&toolset), "{}", toolset.name());
        }
        for preset in &PRESETS {
            let named = Toolset::named(preset.name).unwrap_or_default();
            assert!(
                preset
                    .toolsets
                    .iter()
                    .all(|toolset| named.contains(toolset))
            );
            assert!(named.len() < Toolset::ALL.len(), "{}", preset.name);
        }
        assert_eq!(Toolset::named("default"), Some(Toolset::defaults()));
        assert_eq!(Toolset::named("all"), Some(Toolset::ALL.to_vec()));
        assert_eq!(Toolset::named("nobody"), None);
        for word in Toolset::words() {
            assert!(Toolset::named(word).is_some(), "{word}");
        }
    }
}
