//! The features a workflow can have, and their names in different places.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::values::{Fields, Object, data};

/// A feature, with the different names it has in different places of the API.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Kind {
    /// In workflows: `OCR`.
    pub name: String,
    /// In decisions and session rows: `ID_VERIFICATION`.
    pub display: String,
    /// In warnings.
    pub tag: String,
    /// The middle of node ids: `feature_ocr_1`.
    pub node: String,
    /// The key of its results in a decision.
    pub results: String,
    /// Ten-thousandths of a dollar.
    price: i64,
    /// It looks at what other features collected, so it cannot come first.
    #[serde(default)]
    pub passive: bool,
    /// One of these must come before it.
    #[serde(default)]
    pub after: Vec<String>,
    /// What callers may call it otherwise.
    #[serde(default)]
    aliases: Vec<String>,
    /// The setting that tells whether a workflow has it.
    pub flag: Option<String>,
    /// As people call the step.
    pub title: String,
    /// What a person would do here.
    pub task: String,
    /// It needs nothing of the person.
    #[serde(default)]
    pub runs_by_itself: bool,
    /// Asked for again, it runs within the request.
    #[serde(default)]
    pub runs_again_at_once: bool,
}

/// Sorted by name, which is also the order in which the API lists them in its error.
pub static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| data(include_str!("features.json")));

/// A feature as one workflow uses it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Feature {
    pub kind: &'static Kind,
    pub node_id: String,
    pub label: Option<String>,
    pub config: Object,
}

impl Feature {
    pub fn is(&self, name: &str) -> bool {
        self.kind.name == name
    }

    /// Ten-thousandths of a dollar; active liveness costs more than passive.
    pub fn price(&self) -> i64 {
        let method = self.text("face_liveness_method");
        let is_active = method.is_some_and(|method| method != "PASSIVE");
        match self.is("LIVENESS") && is_active {
            true => 1_500,
            false => self.kind.price,
        }
    }

    /// A text of its configuration, in upper case.
    pub fn text(&self, key: &str) -> Option<String> {
        self.config.text(key).map(str::to_uppercase)
    }

    pub fn number(&self, key: &str, default: f64) -> f64 {
        self.config.json(key).as_f64().unwrap_or(default)
    }
}

/// The workflow's name for a feature that callers may also call otherwise.
pub fn usual_name(name: &str) -> &str {
    let is_it = |kind: &&Kind| kind.aliases.iter().any(|alias| alias == name);
    KINDS.iter().find(is_it).map_or(name, |kind| &kind.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_is_read() {
        assert_eq!(KINDS.len(), 16);
    }
}
