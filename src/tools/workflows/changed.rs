//! What a change of a workflow did, setting by setting.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{plain::fields, settings::current_features};
use crate::didit::{Money, Workflow, WorkflowFeature};

/// One setting before and after.
#[derive(Serialize)]
pub(super) struct Changed {
    /// The check that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    feature: Option<String>,
    setting: String,
    #[serde(skip_serializing_if = "Value::is_null")]
    from: Value,
    #[serde(skip_serializing_if = "Value::is_null")]
    to: Value,
}

/// Every setting that is not what it was, and the checks that came and went.
pub(super) fn changes(before: &Workflow, after: &Workflow) -> Vec<Changed> {
    let mut changed = Vec::new();
    let general = |workflow: &Workflow| {
        json!({
            "workflow_label": workflow.workflow_label,
            "status": workflow.status,
            "is_default": workflow.is_default,
            "max_retry_attempts": workflow.max_retry_attempts,
            "retry_window_days": workflow.retry_window_days,
            "session_expiration_time": workflow.session_expiration_time,
            "total_price": workflow.total_price.as_ref().and_then(Money::as_f64),
        })
    };
    let mut add = |feature: Option<&str>, from: &Map<String, Value>, to: &Map<String, Value>| {
        let settings = from
            .keys()
            .chain(to.keys().filter(|key| !from.contains_key(*key)));
        for setting in settings {
            let [from, to] =
                [from, to].map(|values| values.get(setting).cloned().unwrap_or_default());
            if from != to {
                changed.push(Changed {
                    feature: feature.map(str::to_owned),
                    setting: setting.clone(),
                    from,
                    to,
                });
            }
        }
    };
    add(None, &fields(&general(before)), &fields(&general(after)));
    let (was, is) = (current_features(before), current_features(after));
    let config = |features: &[WorkflowFeature], name: &WorkflowFeature| {
        let found = features
            .iter()
            .find(|feature| feature.feature == name.feature);
        found.map(|feature| {
            let mut config = feature.config.clone().unwrap_or_default();
            config.insert("check".to_owned(), true.into());
            config
        })
    };
    let all = was
        .iter()
        .chain(is.iter().filter(|new| config(&was, new).is_none()));
    for feature in all {
        let [from, to] = [&was, &is].map(|features| config(features, feature).unwrap_or_default());
        add(Some(feature.feature.as_str()), &from, &to);
    }
    changed
}
