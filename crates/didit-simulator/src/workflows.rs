//! Workflows: what a session checks, in which order, with versions that can be published.

use std::convert::identity;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    call::Call,
    fields::Fields,
    reply::{Answer, Reply, detail, field, not_found},
    state::{State, URL_SAFE, random_text},
};

pub(super) mod features;
mod legacy;
mod settings;

use features::Feature;

/// The only keys the API accepts when a workflow is written.
const WRITABLE: [&str; 11] = [
    "workflow_label",
    "is_default",
    "status",
    "features",
    "is_white_label_enabled",
    "is_desktop_allowed",
    "max_retry_attempts",
    "retry_window_days",
    "session_expiration_time",
    "face_liveness_max_attempts",
    "face_match_max_attempts",
];
const MOST_WORKFLOWS: usize = 50;

/// One version of a workflow.
#[derive(Clone, Debug)]
pub(super) struct Workflow {
    /// The id of this version.
    pub(super) uuid: Uuid,
    /// The id all versions share.
    pub(super) group: Uuid,
    pub(super) application: Uuid,
    pub(super) label: String,
    /// Only workflows of the older dialect have a type.
    pub(super) kind: Option<String>,
    pub(super) is_default: bool,
    pub(super) features: Vec<Feature>,
    pub(super) is_white_label_enabled: bool,
    is_desktop_allowed: bool,
    max_retry_attempts: i64,
    retry_window_days: Option<i64>,
    face_liveness_max_attempts: i64,
    face_match_max_attempts: i64,
    /// Seconds a session of this workflow can be used.
    pub(super) session_expiration_time: i64,
    pub(super) version: i64,
    pub(super) published_at: Option<Timestamp>,
    url_token: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// `GET /v3/workflows/`: one row per workflow, its latest published version or else its draft.
pub(super) fn list(state: &mut State, call: &Call) -> Answer {
    let mut rows: Vec<&Workflow> = Vec::new();
    for workflow in state
        .workflows
        .iter()
        .rev()
        .filter(|known| known.application == call.application)
    {
        if rows.iter().any(|row| row.group == workflow.group) {
            continue;
        }
        rows.push(state.latest_published(workflow.group).unwrap_or(workflow));
    }
    let shown: Vec<Value> = rows
        .into_iter()
        .map(|workflow| settings::row(state, workflow))
        .collect();
    if state.legacy {
        return Ok(Reply::ok(&json!(shown)));
    }
    Ok(Reply::ok(&call.envelope(
        &state.origin,
        shown,
        50,
        identity,
    )))
}

/// `POST /v3/workflows/`
pub(super) fn create(state: &mut State, call: &Call) -> Answer {
    let mut body = call.json()?;
    let mut kind = None;
    if state.legacy {
        (body, kind) = legacy::translate(&body)?;
    }
    let groups = state
        .workflows
        .iter()
        .filter(|known| known.application == call.application && known.uuid == known.group)
        .count();
    if groups >= MOST_WORKFLOWS {
        return Err(detail(
            StatusCode::BAD_REQUEST,
            "You have reached the maximum of 50 workflows for this application.",
        ));
    }
    let changes = Changes::read(&body, kind.as_deref())?;
    if changes.features.is_none() {
        return Err(field("features", "At least one feature is required."));
    }
    let now = state.now();
    let uuid = Uuid::new_v4();
    let mut workflow = Workflow {
        uuid,
        group: uuid,
        application: call.application,
        label: "ID Verification".to_owned(),
        kind,
        is_default: false,
        features: Vec::new(),
        is_white_label_enabled: false,
        is_desktop_allowed: false,
        max_retry_attempts: 3,
        retry_window_days: Some(7),
        face_liveness_max_attempts: 3,
        face_match_max_attempts: 3,
        session_expiration_time: 604_800,
        version: 1,
        published_at: Some(now),
        url_token: random_text(URL_SAFE, 22),
        created_at: now,
        updated_at: now,
    };
    if changes.status.as_deref() == Some("draft") {
        workflow.published_at = None;
    }
    changes.apply(&mut workflow, now);
    state.keep_one_default(&workflow);
    let shown = settings::full(state, &workflow);
    state.workflows.push(workflow);
    Ok(Reply::created(&shown))
}

/// `GET /v3/workflows/{settings_uuid}/`
pub(super) fn get(state: &mut State, call: &Call) -> Answer {
    let workflow = state.own_workflow(call).ok_or_else(not_found)?;
    Ok(Reply::ok(&settings::full(state, workflow)))
}

/// `PATCH /v3/workflows/{settings_uuid}/`: in place, publishing a draft, or a new published version.
pub(super) fn update(state: &mut State, call: &Call) -> Answer {
    let mut workflow = state.own_workflow(call).ok_or_else(not_found)?.clone();
    let mut body = call.json()?;
    if state.legacy {
        (body, _) = legacy::translate(&body)?;
    }
    let changes = Changes::read(&body, workflow.kind.as_deref())?;
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
            let newest = state
                .workflows
                .iter()
                .filter(|known| known.group == group)
                .map(|known| known.version)
                .max();
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
    state.keep_one_default(&workflow);
    let slot = state
        .workflows
        .iter_mut()
        .find(|known| known.uuid == workflow.uuid);
    match slot {
        Some(slot) => *slot = workflow.clone(),
        None => state.workflows.push(workflow.clone()),
    }
    Ok(Reply::ok(&settings::full(state, &workflow)))
}

/// `DELETE /v3/workflows/{settings_uuid}/`: that version only; sessions keep their results but lose the link.
pub(super) fn delete(state: &mut State, call: &Call) -> Answer {
    let uuid = state.own_workflow(call).ok_or_else(not_found)?.uuid;
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

impl State {
    fn own_workflow(&self, call: &Call) -> Option<&Workflow> {
        self.workflows
            .iter()
            .find(|known| known.uuid == call.id(0) && known.application == call.application)
    }

    pub(super) fn latest_published(&self, group: Uuid) -> Option<&Workflow> {
        self.workflows
            .iter()
            .filter(|known| known.group == group && known.published_at.is_some())
            .max_by_key(|known| known.version)
    }

    /// The version a session runs when it names `id`, which may be a group or any version of it.
    pub(super) fn workflow_to_run(&self, id: Uuid, application: Uuid) -> Option<&Workflow> {
        let named = self.workflows.iter().find(|known| {
            known.application == application && (known.group == id || known.uuid == id)
        })?;
        self.latest_published(named.group)
    }

    /// The workflow whose own link ends in `token`.
    pub(super) fn workflow_by_link(&self, token: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|known| known.url_token == token)
    }

    fn keep_one_default(&mut self, changed: &Workflow) {
        if !changed.is_default {
            return;
        }
        for other in &mut self.workflows {
            if other.application == changed.application && other.group != changed.group {
                other.is_default = false;
            }
        }
    }
}

impl Workflow {
    pub(super) fn has(&self, feature: &str) -> bool {
        self.features.iter().any(|known| known.kind.name == feature)
    }

    /// What one session costs, in ten-thousandths of a dollar.
    pub(super) fn price(&self) -> i64 {
        let features: i64 = self.features.iter().map(Feature::price).sum();
        features
            + if self.is_white_label_enabled {
                2_000
            } else {
                0
            }
    }

    /// Whether it verifies companies instead of people.
    pub(super) fn is_business(&self) -> bool {
        self.features
            .iter()
            .any(|known| known.kind.name.starts_with("KYB_"))
    }
}

/// The accepted fields of a create or update body.
struct Changes {
    label: Option<String>,
    is_default: Option<bool>,
    status: Option<String>,
    features: Option<Vec<Feature>>,
    is_white_label_enabled: Option<bool>,
    is_desktop_allowed: Option<bool>,
    max_retry_attempts: Option<i64>,
    retry_window_days: Option<Option<i64>>,
    face_liveness_max_attempts: Option<i64>,
    face_match_max_attempts: Option<i64>,
    session_expiration_time: Option<i64>,
}

impl Changes {
    fn read(body: &Map<String, Value>, kind: Option<&str>) -> Result<Self, Reply> {
        let mut fields = Fields::new(body);
        let biometric = kind == Some("biometric_authentication");
        let accepted: Vec<String> = WRITABLE.iter().map(|key| format!("`{key}`")).collect();
        let complaint = format!("The v3 workflow API only accepts {}.", accepted.join(", "));
        for key in body.keys().filter(|key| !WRITABLE.contains(&key.as_str())) {
            fields.refuse(key, &complaint);
        }
        let features = body
            .get("features")
            .map(|features| features::read(features, biometric))
            .transpose();
        let changes = Self {
            label: fields.words("workflow_label", 50),
            is_default: fields.boolean("is_default"),
            status: fields.choice("status", &["draft", "published"]),
            features: match features {
                Ok(features) => features,
                Err(complaint) => {
                    fields.refuse_nested("features", complaint);
                    None
                }
            },
            is_white_label_enabled: fields.boolean("is_white_label_enabled"),
            is_desktop_allowed: fields.boolean("is_desktop_allowed"),
            max_retry_attempts: fields.integer("max_retry_attempts", 0, 10),
            retry_window_days: match body.get("retry_window_days") {
                Some(Value::Null) => Some(None),
                _ => fields.integer("retry_window_days", 1, 365).map(Some),
            },
            face_liveness_max_attempts: fields.integer("face_liveness_max_attempts", 1, 3),
            face_match_max_attempts: fields.integer("face_match_max_attempts", 1, 3),
            session_expiration_time: fields.integer("session_expiration_time", 3_600, 2_419_200),
        };
        fields.finish()?;
        Ok(changes)
    }

    fn apply(self, workflow: &mut Workflow, now: Timestamp) {
        fn set<T>(slot: &mut T, change: Option<T>) {
            if let Some(change) = change {
                *slot = change;
            }
        }
        set(&mut workflow.label, self.label);
        set(&mut workflow.is_default, self.is_default);
        set(&mut workflow.features, self.features);
        set(
            &mut workflow.is_white_label_enabled,
            self.is_white_label_enabled,
        );
        set(&mut workflow.is_desktop_allowed, self.is_desktop_allowed);
        set(&mut workflow.max_retry_attempts, self.max_retry_attempts);
        set(&mut workflow.retry_window_days, self.retry_window_days);
        set(
            &mut workflow.face_liveness_max_attempts,
            self.face_liveness_max_attempts,
        );
        set(
            &mut workflow.face_match_max_attempts,
            self.face_match_max_attempts,
        );
        set(
            &mut workflow.session_expiration_time,
            self.session_expiration_time,
        );
        workflow.updated_at = now;
    }
}
