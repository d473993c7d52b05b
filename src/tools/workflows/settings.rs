//! The features of a workflow with their settings, read back from what Didit returns.

use serde_json::Value;

use crate::didit::{Workflow, WorkflowFeature, features::Feature};

/// The features of a workflow with their settings, read back from the flat settings that Didit returns.
/// Keys that two features share are read for both.
pub(super) fn current_features(workflow: &Workflow) -> Vec<WorkflowFeature> {
    workflow
        .features
        .iter()
        .map(|name| {
            let mut feature = WorkflowFeature::new(name.as_str());
            for (key, _) in Feature::find(name).into_iter().flat_map(Feature::config) {
                if let Some(value) = workflow.extra.get(key).filter(|value| is_set(value)) {
                    feature = feature.with(key, value.clone());
                }
            }
            feature
        })
        .collect()
}

fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}
