//! Creating sessions: every rule about the body, reuse of unfinished sessions, credits and quotas.

use axum::http::StatusCode;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Session, Status, Step, StepStatus, play};
use crate::{
    Mode,
    call::Call,
    lists,
    rate_limit::throttled,
    reply::{Answer, Reply, detail, field_text, not_found},
    scenarios::Scenario,
    state::{State, URL_SAFE, later, random_text},
    workflows::Workflow,
};

mod body;

pub(crate) use body::LANGUAGES;
use body::Wanted;

const SANDBOX_SESSIONS_PER_DAY: usize = 500;

/// `POST /v3/session/`
pub(crate) fn create(state: &mut State, call: &Call) -> Answer {
    let id = open(state, call.application, &call.json()?)?;
    let session = state.session(id).ok_or_else(not_found)?;
    Ok(Reply::created(&session.created(&state.origin)))
}

/// A session as `body` wants it, new or taken up again.
pub(crate) fn open(
    state: &mut State,
    application: Uuid,
    body: &Map<String, Value>,
) -> Result<Uuid, Reply> {
    let wanted = Wanted::read(body)?;
    let environment = state
        .application(application)
        .map_or(Mode::Live, |known| known.mode);
    let workflow = state
        .workflow_to_run(wanted.workflow_id, application)
        .cloned()
        .ok_or_else(|| field_text("workflow_id", "Invalid workflow_id."))?;
    let scenario = wanted.scenario(environment)?;
    refuse_blocked(state, &workflow, wanted.vendor_data.as_deref())?;
    let needs_face =
        workflow.kind.as_deref() == Some("biometric_authentication") && workflow.has("FACE_MATCH");
    if needs_face && !wanted.has_portrait {
        stored_face(state, application, wanted.vendor_data.as_deref())?;
    }
    if let Some(session) = unfinished(state, &workflow, wanted.vendor_data.as_deref()) {
        session.callback = wanted.callback;
        session.metadata = wanted.metadata;
        return Ok(session.id);
    }
    if !state.can_pay(application, workflow.price()) {
        return Err(detail(
            StatusCode::BAD_REQUEST,
            "You don't have enough credits to perform this request. Please top up at https://business.didit.me",
        ));
    }
    if environment == Mode::Sandbox {
        check_sandbox_quota(state, application)?;
    }
    let invited = wanted.invited().map(str::to_owned);
    let session = build(state, workflow, wanted, environment, scenario);
    let id = session.id;
    state.sessions.push(session);
    if let Some(email) = invited {
        state.send_mail(&email, "Please verify your identity", None);
    }
    play::announce(state, id);
    Ok(id)
}

fn build(
    state: &mut State,
    workflow: Workflow,
    wanted: Wanted,
    environment: Mode,
    scenario: Option<&'static Scenario>,
) -> Session {
    let now = state.now();
    Session {
        id: Uuid::new_v4(),
        number: state.next_session_number(),
        token: random_text(URL_SAFE, 12),
        application: workflow.application,
        workflow_uuid: workflow.uuid,
        workflow_group: workflow.group,
        workflow_version: workflow.version,
        workflow_label: workflow.label.clone(),
        workflow_deleted: false,
        price: workflow.price(),
        is_business: workflow.is_business(),
        environment,
        vendor_data: wanted.vendor_data,
        callback: wanted.callback,
        metadata: wanted.metadata,
        language: wanted.language,
        contact_details: wanted.contact_details,
        expected_details: wanted.expected_details,
        scenario,
        status: Status::NotStarted,
        steps: workflow
            .features
            .into_iter()
            .map(|feature| Step {
                feature,
                status: StepStatus::NotFinished,
                result: None,
            })
            .collect(),
        activities: Vec::new(),
        created_at: now,
        lifetime: workflow.session_expiration_time,
        expires_at: later(now, workflow.session_expiration_time),
        backend_rerun_at: None,
    }
}

fn refuse_blocked(
    state: &State,
    workflow: &Workflow,
    vendor_data: Option<&str>,
) -> Result<(), Reply> {
    let entity = if workflow.is_business() {
        "business"
    } else {
        "user"
    };
    let entry =
        vendor_data.and_then(|value| lists::blocked(state, workflow.application, entity, value));
    if entry.is_none() {
        return Ok(());
    }
    Err(field_text(
        "vendor_data",
        "This user or business has been blocked and cannot create new verification sessions.",
    ))
}

/// The session the same user can still go on with, if it runs the same version.
fn unfinished<'a>(
    state: &'a mut State,
    workflow: &Workflow,
    vendor_data: Option<&str>,
) -> Option<&'a mut Session> {
    vendor_data?;
    state.sessions.iter_mut().find(|session| {
        session.application == workflow.application
            && session.vendor_data.as_deref() == vendor_data
            && session.workflow_uuid == workflow.uuid
            && session.status.is_unfinished()
    })
}

fn check_sandbox_quota(state: &State, application: Uuid) -> Result<(), Reply> {
    const DAY: i64 = 86_400;
    let now = state.now();
    let recent: Vec<_> = state
        .sessions
        .iter()
        .filter(|session| {
            session.application == application && later(session.created_at, DAY) > now
        })
        .map(|session| session.created_at)
        .collect();
    let Some(oldest) = recent
        .iter()
        .min()
        .filter(|_| recent.len() >= SANDBOX_SESSIONS_PER_DAY)
    else {
        return Ok(());
    };
    let wait = later(*oldest, DAY).duration_since(now).as_secs() + 1;
    Err(throttled(
        &format!(
            "Sandbox session quota exceeded (500 sessions per 24h). Wait for the window to reset. Expected available in \
             {wait} seconds."
        ),
        wait,
    ))
}

/// Biometric authentication compares with a face from an earlier approved session when no portrait is sent.
fn stored_face(state: &State, application: Uuid, vendor_data: Option<&str>) -> Result<(), Reply> {
    let Some(vendor_data) = vendor_data else {
        return Err(field_text(
            "portrait_image",
            "A portrait image is required to perform face match for this workflow. Send a portrait_image, or provide the \
             vendor_data of a user with a previously stored face image to reuse it.",
        ));
    };
    let stored = state.sessions.iter().any(|session| {
        session.application == application
            && session.vendor_data.as_deref() == Some(vendor_data)
            && session.status == Status::Approved
            && ["LIVENESS", "OCR"]
                .iter()
                .any(|feature| session.result(feature).is_some())
    });
    if stored {
        return Ok(());
    }
    Err(field_text(
        "portrait_image",
        "No stored face image was found for this user. Send a portrait_image, or complete an approved verification with \
         face liveness or an ID document for this vendor_data first.",
    ))
}
