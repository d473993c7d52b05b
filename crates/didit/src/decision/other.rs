//! Checks of kinds that came after this client: found by their shape.

use serde_json::{Map, Value};

use crate::json::Json;
use crate::received::{Fields, Received, check};

check! {
    /// A check of a kind that this client does not know, such as a location or a signature. The rest of it is in the
    /// decision's `extra` and `raw`.
    pub struct OtherCheck {
        /// What it checks, as Didit names it: the item's own feature, else that of its warnings, else the list's name.
        pub feature: Option<String>,
        /// `Approved` and the like, of checks whose `status` is a word of their own.
        pub verdict: Option<String>,
        /// Other sessions with the same finding.
        pub matches: Vec<Map<String, Value>>,
    }
}

impl OtherCheck {
    /// Every check among the fields that nothing else has read: the items of lists, each an object with `status` or
    /// `warnings`.
    pub(super) fn all(fields: &Fields<'_>) -> Vec<Self> {
        let mut checks = Vec::new();
        for (name, value) in fields.untaken() {
            if is_history(name) {
                continue;
            }
            match value {
                Json::Array(items) => {
                    checks.extend(items.filter_map(|item| Self::named(name, item)));
                }
                // A lone object is often no check at all, so it must look more like one.
                Json::Object(_) if has(value, "node_id") => checks.extend(Self::named(name, value)),
                _ => {}
            }
        }
        checks
    }

    fn named(list: &str, item: Json<'_>) -> Option<Self> {
        if !has(item, "status") && !has(item, "warnings") {
            return None;
        }
        let mut check = Self::receive(item)?;
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

fn has(item: Json<'_>, key: &str) -> bool {
    item.as_object().is_some_and(|mut entries| {
        entries.any(|(name, value)| name == key && !matches!(value, Json::Null))
    })
}

/// Lists that are about checks and are none: earlier tries of a check that has a list of its own, and what happened when.
fn is_history(list: &str) -> bool {
    list.ends_with("_attempts") || matches!(list, "events" | "activity_reviews")
}
