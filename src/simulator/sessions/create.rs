//! Creating sessions: every rule about the body, reuse of unfinished sessions, credits and quotas.

use serde_json::json;
use uuid::Uuid;

use super::{Session, Status, Step, StepStatus, play};
use crate::simulator::{
    Mode,
    call::Call,
    lists,
    rate_limit::throttled,
    reply::{Answer, Reply, detail, field_text},
    state::{State, URL_SAFE, later, random_text},
};

mod body;

pub(in crate::simulator) use body::LANGUAGES;
use body::Wanted;

const SANDBOX_SESSIONS_PER_DAY: usize = 500;

/// `POST /v3/session/`
pub(in crate::simulator) fn create(state: &mut State, call: &Call) -> Answer {
    let wanted = Wanted::read(&call.json()?)?;
    let environment = state
        .application(call.application)
        .map_or(Mode::Live, |known| known.mode);
    let workflow = state
        .workflow_to_run(wanted.workflow_id, call.application)
        .cloned()
        .ok_or_else(|| field_text("workflow_id", "Invalid workflow_id."))?;
    let scenario = wanted.scenario(environment)?;
    if let Some(vendor_data) = &wanted.vendor_data {
        let entity = if workflow.is_business() {
            "business"
        } else {
            "user"
        };
        if lists::blocked(state, call.application, entity, vendor_data).is_some() {
            return Err(field_text(
                "vendor_data",
                "This user or business has been blocked and cannot create new verification sessions.",
            ));
        }
    }
    if workflow.kind.as_deref() == Some("biometric_authentication")
        && workflow.has("FACE_MATCH")
        && !wanted.has_portrait
    {
        stored_face(state, call.application, wanted.vendor_data.as_deref())?;
    }
    if let Some(vendor_data) = &wanted.vendor_data {
        let origin = state.origin.clone();
        let unfinished = state.sessions.iter_mut().find(|session| {
            session.application == call.application
                && session.vendor_data.as_deref() == Some(vendor_data)
                && session.workflow_uuid == workflow.uuid
                && session.status.is_unfinished()
        });
        if let Some(session) = unfinished {
            session.callback = wanted.callback;
            session.metadata = wanted.metadata;
            return Ok(Reply::created(&session.created(&origin)));
        }
    }
    if !state.can_pay(call.application, workflow.price()) {
        return Err(detail(
            axum::http::StatusCode::BAD_REQUEST,
            "You don't have enough credits to perform this request. Please top up at https://business.didit.me",
        ));
    }
    if environment == Mode::Sandbox {
        check_sandbox_quota(state, call.application)?;
    }
    let now = state.now();
    let session = Session {
        id: Uuid::new_v4(),
        number: state.next_session_number(),
        token: random_text(URL_SAFE, 12),
        application: call.application,
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
    };
    let shown = session.created(&state.origin);
    let id = session.id;
    let notify = session
        .contact("email")
        .filter(|_| {
            session
                .contact_details
                .as_ref()
                .and_then(|details| details.get("send_notification_emails"))
                == Some(&json!(true))
        })
        .map(str::to_owned);
    state.sessions.push(session);
    if let Some(email) = notify {
        state.send_mail(&email, "Please verify your identity", None);
    }
    play::announce(state, id);
    Ok(Reply::created(&shown))
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
