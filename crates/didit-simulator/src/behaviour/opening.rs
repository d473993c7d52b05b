//! Opening sessions: rules beyond the form of the body, reuse of unfinished sessions, credits and quotas.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{announcements, blocking};
use crate::{
    catalog::{
        scenarios,
        status::{Status, StepStatus},
    },
    model::{All, Session, State, Step, Workflow},
    options::Mode,
    reply::{Reply, bad_request, detail, field, field_text, refuse_if, throttled},
    values::{Fields, Object, URL_SAFE, image_kind, later, random_text, seconds_until},
};

const SANDBOX_SESSIONS_PER_DAY: usize = 500;
const DAY: i64 = 86_400;
const LARGEST_PORTRAIT: usize = 2 * 1024 * 1024;

/// A session as the checked body `wanted` wants it, new or taken up again.
pub fn open(state: &mut State, application: Uuid, mut wanted: Object) -> Result<Uuid, Reply> {
    check_address(&mut wanted)?;
    let portrait = wanted.remove("portrait_image");
    let portrait = portrait.as_ref().and_then(Value::as_str);
    portrait.map_or(Ok(()), check_portrait)?;
    let environment = state.applications.one(application).map(|known| known.mode);
    let environment = environment.unwrap_or(Mode::Live);
    // Text that is no UUID is as unknown as a UUID nobody has.
    let workflow = wanted
        .text("workflow_id")
        .and_then(|id| Uuid::parse_str(id).ok());
    let workflow = workflow.and_then(|id| state.workflow_to_run(id, application));
    let workflow = workflow.ok_or_else(|| field_text("workflow_id", "Invalid workflow_id."))?;
    let workflow = workflow.clone();
    let slug = wanted.text("sandbox_scenario");
    let is_live = environment == Mode::Live;
    refuse_if(slug.is_some() && is_live, || {
        let complaint = "Sandbox scenarios can only be used with sandbox applications.";
        field("sandbox_scenario", complaint)
    })?;
    let scenario = slug.map(|slug| {
        let complaint = format!("Unknown sandbox scenario: '{slug}'.");
        scenarios::find(slug).ok_or_else(|| field("sandbox_scenario", &complaint))
    });
    let scenario = scenario.transpose()?;
    let vendor_data = wanted.text("vendor_data");
    refuse_blocked(state, &workflow, vendor_data)?;
    if workflow.is_biometric() && workflow.has("FACE_MATCH") && portrait.is_none() {
        require_stored_face(state, application, vendor_data)?;
    }
    if let Some(session) = unfinished(state, &workflow, vendor_data) {
        for key in ["callback", "metadata"] {
            session.wanted.insert(key.to_owned(), wanted.json(key));
        }
        return Ok(session.id);
    }
    if is_live {
        let balance = state.balance_mut(application).copied().unwrap_or_default();
        refuse_if(balance < workflow.price(), || {
            let text = "You don't have enough credits to perform this request. Please top up at https://business.didit.me";
            detail(StatusCode::BAD_REQUEST, text)
        })?;
    } else {
        check_sandbox_quota(state, application)?;
    }
    state.sessions_created += 1;
    let (now, number) = (state.now(), state.sessions_created);
    let step = |feature| Step {
        feature,
        status: StepStatus::NotFinished,
        result: None,
    };
    let session = Session {
        id: Uuid::new_v4(),
        number,
        token: random_text(URL_SAFE, 12),
        application,
        workflow_uuid: workflow.uuid,
        workflow_group: workflow.group,
        workflow_version: workflow.version,
        workflow_label: workflow.label().to_owned(),
        workflow_deleted: false,
        price: workflow.price(),
        is_business: workflow.is_business(),
        environment,
        wanted,
        scenario,
        status: Status::NotStarted,
        lifetime: workflow.session_lifetime(),
        expires_at: later(now, workflow.session_lifetime()),
        steps: workflow.features.into_iter().map(step).collect(),
        activities: Vec::new(),
        created_at: now,
        rerun_at: None,
    };
    if let Some(contact) = session.wanted.object("contact_details")
        && contact.flag("send_notification_emails")
        && let Some(email) = contact.text("email")
    {
        state.send_mail(email, "Please verify your identity", None);
    }
    let id = session.id;
    state.sessions.push(session);
    announcements::status(state, id);
    Ok(id)
}

/// An address can only be compared with one of a known country.
fn check_address(wanted: &mut Object) -> Result<(), Reply> {
    let details = wanted.get_mut("expected_details");
    let Some(details) = details.and_then(Value::as_object_mut) else {
        return Ok(());
    };
    details.retain(|_, value| !value.is_null());
    let has = |key: &str| details.contains_key(key);
    let lacks_country = has("address") && !has("country") && !has("poa_country");
    refuse_if(lacks_country, || {
        let complaint = "A country or poa_country is required when an address is provided.";
        bad_request(&json!({ "expected_details": { "address": [complaint] } }))
    })
}

fn check_portrait(text: &str) -> Result<(), Reply> {
    let refuse = |complaint: &str| field("portrait_image", complaint);
    let image = STANDARD.decode(text);
    let image = image.map_err(|_| refuse("Invalid base64-encoded image."))?;
    refuse_if(image.len() > LARGEST_PORTRAIT, || {
        refuse("Image size exceeds 2MB.")
    })?;
    refuse_if(image_kind(&image).is_none(), || {
        refuse("Unsupported image format. Use JPEG, PNG, WebP or TIFF.")
    })
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
    let is_blocked =
        |value| blocking::blocked(state, workflow.application, entity, value).is_some();
    refuse_if(vendor_data.is_some_and(is_blocked), || {
        let complaint =
            "This user or business has been blocked and cannot create new verification sessions.";
        field_text("vendor_data", complaint)
    })
}

/// The session the same user can still go on with, if it runs the same version.
fn unfinished<'a>(
    state: &'a mut State,
    workflow: &Workflow,
    vendor_data: Option<&str>,
) -> Option<&'a mut Session> {
    vendor_data?;
    let mut own = state.sessions.of_mut(workflow.application);
    own.find(|session| {
        session.vendor_data() == vendor_data
            && session.workflow_uuid == workflow.uuid
            && session.status.is_unfinished()
    })
}

fn check_sandbox_quota(state: &State, application: Uuid) -> Result<(), Reply> {
    let now = state.now();
    let ends = state
        .sessions
        .of(application)
        .map(|session| later(session.created_at, DAY));
    let ends: Vec<_> = ends.filter(|end| *end > now).collect();
    let first = ends
        .iter()
        .min()
        .filter(|_| ends.len() >= SANDBOX_SESSIONS_PER_DAY);
    let wait = first.map(|first| seconds_until(*first, now) + 1);
    wait.map_or(Ok(()), |wait| {
        let text = format!(
            "Sandbox session quota exceeded (500 sessions per 24h). Wait for the window to reset. Expected available in \
             {wait} seconds."
        );
        Err(throttled(&text, wait))
    })
}

/// Biometric authentication compares with a face from an earlier approved session when no portrait is sent.
fn require_stored_face(
    state: &State,
    application: Uuid,
    vendor_data: Option<&str>,
) -> Result<(), Reply> {
    refuse_if(vendor_data.is_none(), || {
        let complaint = "A portrait image is required to perform face match for this workflow. Send a portrait_image, or \
                         provide the vendor_data of a user with a previously stored face image to reuse it.";
        field_text("portrait_image", complaint)
    })?;
    let is_stored = state.sessions.of(application).any(|session| {
        session.vendor_data() == vendor_data
            && session.status == Status::Approved
            && (session.result("LIVENESS").is_some() || session.result("OCR").is_some())
    });
    refuse_if(!is_stored, || {
        let complaint = "No stored face image was found for this user. Send a portrait_image, or complete an approved \
                         verification with face liveness or an ID document for this vendor_data first.";
        field_text("portrait_image", complaint)
    })
}
