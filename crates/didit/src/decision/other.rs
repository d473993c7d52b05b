//! Checks of kinds that came after this client: found by their shape.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Warning;
use crate::lenient;

/// A check of a kind that this client does not know, such as a location or a signature. The rest of it is in the
/// decision's `extra` and `raw`.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct OtherCheck {
    /// Which step of the workflow this is, such as `feature_ocr_1`.
    pub node_id: Option<String>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<String>,
    /// What it checks, as Didit names it: the item's own feature, else that of the list or of its warnings, else the list's name.
    pub feature: Option<String>,
    /// `Approved` and the like, of checks whose `status` is a word of their own.
    pub verdict: Option<String>,
    /// Of a signature: `simple`, `aes` or `qes`.
    pub level: Option<String>,
    /// Other sessions with the same finding.
    #[serde(deserialize_with = "lenient::objects")]
    pub matches: Vec<Map<String, Value>>,
    /// What was noticed, whatever its severity.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
}

impl OtherCheck {
    /// Every check among the keys that nothing else has read: the items of lists, each an object with `status` or `warnings`.
    pub(super) fn all(unknown: &Map<String, Value>) -> Vec<Self> {
        let mut checks = Vec::new();
        for (name, value) in unknown {
            if is_history(name) {
                continue;
            }
            match value {
                Value::Array(items) => {
                    checks.extend(items.iter().filter_map(|item| Self::named(name, item)));
                }
                // A single object is often not a check, so it must have a `node_id` as well.
                Value::Object(_) if has(value, "node_id") => {
                    checks.extend(Self::named(name, value));
                }
                _ => {}
            }
        }
        checks
    }

    fn named(list: &str, item: &Value) -> Option<Self> {
        if !has(item, "status") && !has(item, "warnings") {
            return None;
        }
        let mut check = Self::deserialize(item).ok()?;
        if check.feature.is_none() {
            let told = || {
                let mut warnings = check.warnings.iter();
                warnings.find_map(|warning| warning.feature.clone())
            };
            let name = feature_of(list).map(str::to_owned).or_else(told);
            check.feature = Some(name.unwrap_or_else(|| list.to_owned()));
        }
        // A signature passes as `signed`, with the verdict beside it.
        if check.status.as_deref() == Some("signed") {
            let verdict = check.verdict.clone();
            check.status = if check.lacks_proof(item) {
                Some("Not Finished".to_owned())
            } else {
                verdict.or_else(|| Some("Approved".to_owned()))
            };
        }
        Some(check)
    }

    /// Whether this is an advanced or qualified signature whose certificate, time stamp or signed file is still to come. A
    /// key that may not see files finds it so as well, which errs on the side of a look.
    fn lacks_proof(&self, item: &Value) -> bool {
        let level = self.level.as_deref().unwrap_or_default().trim();
        let needs_proof = ["aes", "qes"]
            .iter()
            .any(|of| of.eq_ignore_ascii_case(level));
        let proofs = ["certificate", "timestamp", "signed_file"];
        needs_proof && !proofs.iter().all(|proof| has(item, proof))
    }
}

/// The feature of a list that this client reads by its shape. Warnings about a location may bear the tag of another check.
fn feature_of(list: &str) -> Option<&'static str> {
    match list {
        "geolocation_checks" => Some("GEOLOCATION"),
        "signatures" => Some("SIGNATURE"),
        _ => None,
    }
}

fn has(item: &Value, key: &str) -> bool {
    item.get(key).is_some_and(|value| !value.is_null())
}

/// Lists that look like checks but are not: earlier attempts at a check that has its own list, and logs of events.
fn is_history(list: &str) -> bool {
    list.ends_with("_attempts") || matches!(list, "events" | "activity_reviews")
}
