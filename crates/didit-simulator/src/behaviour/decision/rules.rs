//! What every check compares: with what the caller expects, and with the blocklists. Which, stands in `rules.json`.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Value, json};

use super::check::Check;
use crate::{
    catalog::forms::fill,
    values::{data, fold, plain, same_name},
};

/// One comparison.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Rule {
    /// Forms of what the caller may expect; the first that there is counts.
    expected: Vec<String>,
    /// The kind of value that may be blocked, where that is the question.
    blocked: Option<String>,
    /// Forms of what is there. One of them must be as expected.
    found: Vec<String>,
    as_what: Comparison,
    risk: String,
    /// Where the workflow says how much a difference weighs.
    action: String,
    /// Not asked when the scenario finds this already.
    unless: String,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Comparison {
    /// The same in any case.
    #[default]
    Text,
    Name,
    /// One is a part of the other.
    Address,
}

/// The rules of each feature, in the order of their warnings.
static RULES: LazyLock<HashMap<String, Vec<Rule>>> =
    LazyLock::new(|| data(include_str!("../../catalog/rules.json")));

/// Warns about what is not as expected, and declines what is blocked.
pub fn apply(check: &mut Check<'_>) {
    // Nothing can be compared with a document nobody could read.
    if check.finds("COULD_NOT_RECOGNIZE_DOCUMENT") {
        return;
    }
    let words = check.words();
    // What has no value is an empty text.
    let text = |form: &String| plain(&fill(&json!(format!("{form} ")), &words));
    let texts = |forms: &[String]| -> Vec<String> {
        let texts = forms.iter().map(|form| text(form).trim().to_owned());
        texts.filter(|text| !text.is_empty()).collect()
    };
    for rule in RULES.get(&check.feature.kind.name).into_iter().flatten() {
        if !rule.unless.is_empty() && check.finds(&rule.unless) {
            continue;
        }
        let found = texts(&rule.found);
        if let (Some(kind), Some(value)) = (&rule.blocked, found.first()) {
            check.refuse_blocked(kind, value, &rule.risk);
        }
        // Differences from what the caller expects are only told, unless the workflow gives them weight.
        let Some(expected) = texts(&rule.expected).into_iter().next() else {
            continue;
        };
        let is_same = |found: &String| rule.as_what.is_same(&expected, found);
        if !found.iter().any(is_same) {
            check.warn(&rule.risk, check.configured(&rule.action), &Value::Null);
        }
    }
}

impl Comparison {
    fn is_same(self, expected: &str, found: &str) -> bool {
        let (expected, found) = (fold(expected), fold(found));
        match self {
            Self::Text => expected == found,
            Self::Name => same_name(&expected, &found),
            Self::Address => found.contains(&expected) || expected.contains(&found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::features::KINDS;

    #[test]
    fn every_rule_is_of_a_feature_and_compares_something() {
        assert!(!RULES.is_empty());
        for (name, rules) in RULES.iter() {
            assert!(KINDS.iter().any(|kind| kind.name == *name), "{name}");
            let compares = |rule: &Rule| rule.blocked.is_some() == rule.expected.is_empty();
            assert!(rules.iter().all(compares), "{name}");
        }
    }
}
