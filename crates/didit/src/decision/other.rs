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
    /// What it checks, as Didit names it: the item's own feature, else that of its warnings, else the list's name.
    pub feature: Option<String>,
    /// `Approved` and the like, of checks whose `status` is a word of their own.
    pub verdict: Option<String>,
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
            let told = check
                .warnings
                .iter()
                .find_map(|warning| warning.feature.clone());
            check.feature = Some(told.unwrap_or_else(|| list.to_owned()));
        }
        // A signature passes as `signed`, with the verdict beside it.
        if check.status.as_deref() == Some("signed") {
            check.status = check
                .verdict
                .clone()
                .or_else(|| Some("Approved".to_owned()));
        }
        Some(check)
    }
}

fn has(item: &Value, key: &str) -> bool {
    item.get(key).is_some_and(|value| !value.is_null())
}

/// Lists that look like checks but are not: earlier attempts at a check that has its own list, and logs of events.
fn is_history(list: &str) -> bool {
    list.ends_with("_attempts") || matches!(list, "events" | "activity_reviews")
}
