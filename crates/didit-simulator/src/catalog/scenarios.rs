//! The outcomes a developer can choose, and the warnings they and other findings leave in a decision.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::json;

use super::{
    refusals::refusal_with,
    status::{Status, StepStatus},
};
use crate::{reply::Reply, values::data};

/// A sandbox scenario.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Scenario {
    pub slug: String,
    /// For people who pick it on the session's page.
    pub title: String,
    /// The features it can show in, the first one present wins; empty for the plain approval.
    features: Vec<String>,
    /// What it makes the feature find.
    finding: Option<Finding>,
}

/// A risk with the status it gives its feature.
#[derive(Debug, Deserialize, PartialEq, Eq)]
pub struct Finding {
    pub risk: String,
    /// How much it weighs.
    pub status: StepStatus,
}

pub static SCENARIOS: LazyLock<Vec<Scenario>> =
    LazyLock::new(|| data(include_str!("scenarios.json")));
/// What risks mean, in a sentence.
static RISKS: LazyLock<HashMap<String, String>> =
    LazyLock::new(|| data(include_str!("risks.json")));
static NOTHING_FOUND: LazyLock<Scenario> = LazyLock::new(Scenario::default);

/// The scenario that is played when nobody chose one.
pub fn approval() -> &'static Scenario {
    SCENARIOS.first().unwrap_or(&NOTHING_FOUND)
}

pub fn find(slug: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.slug == slug)
}

/// The scenario that a body names in `field`.
pub fn named(slug: &str, field: &str) -> Result<&'static Scenario, Reply> {
    find(slug).ok_or_else(|| refusal_with(field, json!({ "slug": slug })))
}

impl Scenario {
    /// Whether it makes a difference where `has` tells which features there are; otherwise it is the same as an approval.
    pub fn applies(&self, has: impl Fn(&str) -> bool) -> bool {
        self.finding.is_none() || self.target(has).is_some()
    }

    /// The status that a session ends with, where the workflow does not weigh the finding otherwise.
    pub fn leads_to(&self) -> Status {
        let finding = self.finding.as_ref();
        let status = finding.map_or(StepStatus::Approved, |finding| finding.status);
        status.of_the_session()
    }

    /// What the feature called `name` finds where `has` tells which features there are.
    pub fn finding_for(&self, name: &str, has: impl Fn(&str) -> bool) -> Option<&Finding> {
        let finding = self.finding.as_ref();
        finding.filter(|_| self.target(has) == Some(name))
    }

    fn target(&self, has: impl Fn(&str) -> bool) -> Option<&str> {
        let mut features = self.features.iter().map(String::as_str);
        features.find(|name| has(name))
    }
}

/// What a risk is in short and in a sentence: `LOW_FACE_MATCH_SIMILARITY` is "Low face match similarity".
pub fn descriptions(risk: &str) -> (String, String) {
    let (first, rest) = risk.split_at_checked(1).unwrap_or_default();
    let short = format!("{first}{}", rest.replace('_', " ").to_lowercase());
    let long = RISKS.get(risk).unwrap_or(&short).clone();
    (short, long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_scenarios_is_the_approval_and_every_risk_is_explained() {
        assert_eq!((SCENARIOS.len(), approval().slug.as_str()), (16, "approve"));
        let findings = SCENARIOS.iter().map(|scenario| &scenario.finding);
        for finding in findings.flatten() {
            assert!(RISKS.contains_key(&finding.risk), "{}", finding.risk);
        }
    }
}
