//! The limits of workflows, which are read once and kept for a while.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde_json::{Map, Value};

use crate::{
    didit::{Decision, Workflow, WorkflowId},
    tools::{plain, shape},
};

/// How long a workflow's limits are taken for current.
const KEPT_FOR: Duration = Duration::from_secs(600);
/// How long a workflow that could not be read is not requested again, so that a key without access to it does not add
/// a request to every decision.
const FAILED_FOR: Duration = Duration::from_secs(60);
/// The most workflows that are remembered.
const MOST_KEPT: usize = 50;

/// The limits that were read so far.
#[derive(Debug, Default)]
pub(in crate::tools) struct Cache(Mutex<HashMap<WorkflowId, Kept>>);

#[derive(Debug)]
struct Kept {
    read_at: Instant,
    /// `None` where the workflow could not be read.
    limits: Option<WorkflowLimits>,
}

impl Cache {
    /// The limits of this workflow, `Some(None)` where it could not be read a short while ago.
    pub(super) fn get(&self, id: &WorkflowId) -> Option<Option<WorkflowLimits>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get(id)?;
        let holds_for = if kept.limits.is_some() {
            KEPT_FOR
        } else {
            FAILED_FOR
        };
        (kept.read_at.elapsed() < holds_for).then(|| kept.limits.clone())
    }

    pub(super) fn keep(&self, id: WorkflowId, limits: Option<WorkflowLimits>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        let read_at = Instant::now();
        kept.insert(id, Kept { read_at, limits });
    }
}

/// The limits of one workflow.
#[derive(Debug, Clone)]
pub(in crate::tools) struct WorkflowLimits {
    version: Option<i64>,
    changed_at: Option<String>,
    general: HashMap<String, Value>,
    of_nodes: HashMap<String, HashMap<String, Value>>,
}

impl WorkflowLimits {
    pub(in crate::tools) fn of_workflow(workflow: &Workflow) -> Self {
        let nodes = workflow
            .extra
            .get("workflow_graph")
            .and_then(|graph| graph.get("nodes"))
            .and_then(Value::as_object);
        let of_nodes = nodes
            .into_iter()
            .flatten()
            .filter_map(|(id, node)| Some((id.clone(), kept(node.get("config")?.as_object()?))))
            .collect();
        Self {
            version: workflow.version,
            changed_at: workflow
                .published_at
                .clone()
                .or_else(|| workflow.updated_at.clone()),
            general: kept(&workflow.extra),
            of_nodes,
        }
    }

    /// The value of a setting, that of the step first.
    pub(in crate::tools) fn of(&self, node: Option<&str>, key: &str) -> Option<&Value> {
        node.and_then(|node| self.of_nodes.get(node)?.get(key))
            .or_else(|| self.general.get(key))
    }

    /// Whether this is the version that the session ran.
    pub(in crate::tools) fn held_for(&self, decision: &Decision) -> bool {
        let ran = decision
            .extra
            .get("workflow_version")
            .and_then(Value::as_i64);
        if let (Some(ran), Some(version)) = (ran, self.version) {
            return ran == version;
        }
        let time =
            |text: &Option<String>| -> Option<jiff::Timestamp> { text.as_deref()?.parse().ok() };
        match (time(&decision.created_at), time(&self.changed_at)) {
            (Some(created), Some(changed)) => changed <= created,
            _ => false,
        }
    }
}

/// The settings that decide something, as far as their values are numbers or single words.
fn kept(settings: &Map<String, Value>) -> HashMap<String, Value> {
    settings
        .iter()
        .filter(|(key, _)| key.ends_with("_threshold") || key.ends_with("_action"))
        .filter(|(_, value)| match value {
            Value::Number(_) => true,
            Value::String(word) => plain::is_word(word) && shape::is_safe_unfenced(word),
            _ => false,
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
