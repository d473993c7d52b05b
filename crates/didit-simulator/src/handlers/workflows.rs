//! Workflows, their versions and drafts.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    behaviour::feature_rules,
    call::Call,
    catalog::{refusal, refuse_when},
    model::{All, State, Workflow},
    reply::{Answer, Reply, created, no_content, ok},
    values::{Fields, Object, URL_SAFE, random_text},
};

mod legacy;
mod shown;

const MOST_WORKFLOWS: usize = 50;

/// `GET /v3/workflows/`: one row per workflow, its latest published version or else its draft.
pub fn list(state: &mut State, call: &Call) -> Answer {
    let mut found: Vec<&Workflow> = Vec::new();
    for workflow in state.workflows.of(call.application).rev() {
        if !found.iter().any(|known| known.group == workflow.group) {
            found.push(state.latest_published(workflow.group).unwrap_or(workflow));
        }
    }
    let row = |workflow| shown::row(state, workflow);
    ok(match state.legacy {
        true => found.into_iter().map(row).collect(),
        false => call.envelope(&state.origin, found, 50, row),
    })
}

pub fn create(state: &mut State, call: &Call) -> Answer {
    let (body, kind) = written(state, call)?;
    let own = state.workflows.of(call.application);
    let count = own.filter(|known| known.uuid == known.group).count();
    refuse_when("too_many_workflows", count >= MOST_WORKFLOWS)?;
    let now = state.now();
    let uuid = Uuid::new_v4();
    let mut workflow = Workflow {
        uuid,
        group: uuid,
        application: call.application,
        kind,
        version: 1,
        url_token: random_text(URL_SAFE, 22),
        created_at: now,
        ..Workflow::default()
    };
    let status = change(&mut workflow, call.read(&body)?, now)?;
    workflow.published_at = (status.as_deref() != Some("draft")).then_some(now);
    keep_one_default(state, &workflow);
    let shown = shown::full(state, &workflow);
    state.workflows.push(workflow);
    created(shown)
}

/// The body in the newer dialect, and the type that only the older one has.
fn written(state: &State, call: &Call) -> Result<(Object, Option<String>), Reply> {
    let body = call.json()?;
    match state.legacy {
        true => legacy::translate(&body),
        false => Ok((body, None)),
    }
}

pub fn get(state: &mut State, call: &Call) -> Answer {
    ok(shown::full(state, call.own(&state.workflows)?))
}

/// `PATCH /v3/workflows/{settings_uuid}/`: in place, publishing a draft, or a new published version.
pub fn update(state: &mut State, call: &Call) -> Answer {
    let mut workflow = call.own(&state.workflows)?.clone();
    let (body, _) = written(state, call)?;
    let now = state.now();
    let status = change(&mut workflow, call.read(&body)?, now)?;
    match (status.as_deref(), workflow.published_at) {
        (Some("draft"), Some(_)) => return Err(refusal("published_to_draft")),
        (Some("draft"), None) | (None, Some(_)) => {}
        (_, None) => workflow.published_at = Some(now),
        (_, Some(_)) => {
            let group = workflow.group;
            let versions = state.workflows.iter().filter(|known| known.group == group);
            let newest = versions.map(|known| known.version).max();
            let is_kept = |known: &Workflow| known.group != group || known.published_at.is_some();
            state.workflows.retain(is_kept);
            workflow.uuid = Uuid::new_v4();
            workflow.version = newest.unwrap_or(workflow.version) + 1;
            workflow.published_at = Some(now);
            workflow.created_at = now;
        }
    }
    keep_one_default(state, &workflow);
    let changed = workflow.clone();
    match state.workflows.one_mut(changed.uuid) {
        Some(slot) => *slot = workflow,
        None => state.workflows.push(workflow),
    }
    ok(shown::full(state, &changed))
}

/// `DELETE /v3/workflows/{settings_uuid}/`: that version only; sessions keep their results but lose the link.
pub fn delete(state: &mut State, call: &Call) -> Answer {
    let uuid = call.own(&state.workflows)?.uuid;
    state.workflows.retain(|known| known.uuid != uuid);
    let sessions = state.sessions.iter_mut();
    for session in sessions.filter(|session| session.workflow.uuid == uuid) {
        session.workflow_deleted = true;
    }
    no_content()
}

fn keep_one_default(state: &mut State, changed: &Workflow) {
    if !changed.settings.flag("is_default") {
        return;
    }
    let own = state.workflows.of_mut(changed.application);
    for other in own.filter(|known| known.group != changed.group) {
        let settings = &mut other.settings;
        settings.insert("is_default".to_owned(), json!(false));
    }
}

/// Takes what a body says of the features over, and gives the status that it wants.
fn change(workflow: &mut Workflow, body: Object, now: Timestamp) -> Result<Option<String>, Reply> {
    let mut settings = body;
    let status = settings.remove("status");
    if let Some(Value::Array(items)) = settings.remove("features") {
        workflow.features = feature_rules::read(&items, workflow.is_biometric())?;
    }
    workflow.settings.extend(settings);
    workflow.updated_at = now;
    Ok(status.and_then(|status| status.as_str().map(str::to_owned)))
}
