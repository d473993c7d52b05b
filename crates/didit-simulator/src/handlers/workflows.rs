//! Workflows, their versions and drafts.

use std::convert::identity;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    behaviour::feature_rules,
    call::Call,
    catalog::features::Feature,
    model::{State, Workflow},
    reply::{Answer, Reply, bad_request, detail, field, not_found},
    values::{Fields, Object, URL_SAFE, random_text},
};

mod legacy;
mod shown;

const MOST_WORKFLOWS: usize = 50;

/// `GET /v3/workflows/`: one row per workflow, its latest published version or else its draft.
pub fn list(state: &mut State, call: &Call) -> Answer {
    let mut rows: Vec<&Workflow> = Vec::new();
    for workflow in state
        .workflows
        .iter()
        .rev()
        .filter(|known| known.application == call.application)
    {
        if !rows.iter().any(|row| row.group == workflow.group) {
            rows.push(state.latest_published(workflow.group).unwrap_or(workflow));
        }
    }
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|workflow| shown::row(state, workflow))
        .collect();
    if state.legacy {
        return Ok(Reply::ok(&Value::Array(rows)));
    }
    Ok(Reply::ok(&call.envelope(&state.origin, rows, 50, identity)))
}

pub fn create(state: &mut State, call: &Call) -> Answer {
    let mut body = call.json()?;
    let mut kind = None;
    if state.legacy {
        (body, kind) = legacy::translate(&body)?;
    }
    let own = state
        .workflows
        .iter()
        .filter(|known| known.application == call.application);
    if own.filter(|known| known.uuid == known.group).count() >= MOST_WORKFLOWS {
        let text = "You have reached the maximum of 50 workflows for this application.";
        return Err(detail(StatusCode::BAD_REQUEST, text));
    }
    let now = state.now();
    let uuid = Uuid::new_v4();
    let mut workflow = Workflow {
        uuid,
        group: uuid,
        application: call.application,
        kind,
        settings: Object::new(),
        features: Vec::new(),
        version: 1,
        published_at: Some(now),
        url_token: random_text(URL_SAFE, 22),
        created_at: now,
        updated_at: now,
    };
    let changes = Changes::read(call.read(&body)?, &workflow)?;
    if changes.status.as_deref() == Some("draft") {
        workflow.published_at = None;
    }
    changes.apply(&mut workflow, now);
    keep_one_default(state, &workflow);
    let shown = shown::full(state, &workflow);
    state.workflows.push(workflow);
    Ok(Reply::created(&shown))
}

pub fn get(state: &mut State, call: &Call) -> Answer {
    let workflow = own_workflow(state, call)?;
    Ok(Reply::ok(&shown::full(state, workflow)))
}

/// `PATCH /v3/workflows/{settings_uuid}/`: in place, publishing a draft, or a new published version.
pub fn update(state: &mut State, call: &Call) -> Answer {
    let mut workflow = own_workflow(state, call)?.clone();
    let mut body = call.json()?;
    if state.legacy {
        (body, _) = legacy::translate(&body)?;
    }
    let changes = Changes::read(call.read(&body)?, &workflow)?;
    let now = state.now();
    match (changes.status.as_deref(), workflow.published_at) {
        (Some("draft"), Some(_)) => {
            return Err(field(
                "status",
                "Cannot revert a published version to draft.",
            ));
        }
        (Some("draft"), None) | (None, Some(_)) => {}
        (_, None) => workflow.published_at = Some(now),
        (_, Some(_)) => {
            let group = workflow.group;
            let versions = state.workflows.iter().filter(|known| known.group == group);
            let newest = versions.map(|known| known.version).max();
            state
                .workflows
                .retain(|known| known.group != group || known.published_at.is_some());
            workflow.uuid = Uuid::new_v4();
            workflow.version = newest.unwrap_or(workflow.version) + 1;
            workflow.published_at = Some(now);
            workflow.created_at = now;
        }
    }
    changes.apply(&mut workflow, now);
    keep_one_default(state, &workflow);
    let changed = workflow.clone();
    match state
        .workflows
        .iter_mut()
        .find(|known| known.uuid == changed.uuid)
    {
        Some(slot) => *slot = workflow,
        None => state.workflows.push(workflow),
    }
    Ok(Reply::ok(&shown::full(state, &changed)))
}

/// `DELETE /v3/workflows/{settings_uuid}/`: that version only; sessions keep their results but lose the link.
pub fn delete(state: &mut State, call: &Call) -> Answer {
    let uuid = own_workflow(state, call)?.uuid;
    state.workflows.retain(|known| known.uuid != uuid);
    for session in state
        .sessions
        .iter_mut()
        .filter(|session| session.workflow_uuid == uuid)
    {
        session.workflow_deleted = true;
    }
    Ok(Reply::no_content())
}

fn own_workflow<'a>(state: &'a State, call: &Call) -> Result<&'a Workflow, Reply> {
    let mut own = state
        .workflows
        .iter()
        .filter(|known| known.application == call.application);
    own.find(|known| known.uuid == call.id(0))
        .ok_or_else(not_found)
}

fn keep_one_default(state: &mut State, changed: &Workflow) {
    if !changed.settings.flag("is_default") {
        return;
    }
    let own = state
        .workflows
        .iter_mut()
        .filter(|known| known.application == changed.application);
    for other in own.filter(|known| known.group != changed.group) {
        other
            .settings
            .insert("is_default".to_owned(), Value::Bool(false));
    }
}

/// What a checked body changes.
struct Changes {
    status: Option<String>,
    features: Option<Vec<Feature>>,
    settings: Object,
}

impl Changes {
    fn read(mut body: Object, workflow: &Workflow) -> Result<Self, Reply> {
        let status = body
            .remove("status")
            .and_then(|status| status.as_str().map(str::to_owned));
        let features = match body.remove("features") {
            Some(Value::Array(items)) => {
                let refused = |errors| bad_request(&serde_json::json!({ "features": errors }));
                Some(feature_rules::read(&items, workflow.is_biometric()).map_err(refused)?)
            }
            _ => None,
        };
        Ok(Self {
            status,
            features,
            settings: body,
        })
    }

    fn apply(self, workflow: &mut Workflow, now: Timestamp) {
        if let Some(features) = self.features {
            workflow.features = features;
        }
        workflow.settings.extend(self.settings);
        workflow.updated_at = now;
    }
}
