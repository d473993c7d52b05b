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
    model::{Session, State, Step, Workflow},
    options::Mode,
    reply::{Reply, bad_request, detail, field, field_text, throttled},
    values::{Fields, Object, URL_SAFE, later, random_text, seconds_until},
};

const SANDBOX_SESSIONS_PER_DAY: usize = 500;
const DAY: i64 = 86_400;
const LARGEST_PORTRAIT: usize = 2 * 1024 * 1024;

/// A session as the checked body `wanted` wants it, new or taken up again.
pub fn open(state: &mut State, application: Uuid, mut wanted: Object) -> Result<Uuid, Reply> {
    check_address(&mut wanted)?;
    let portrait = wanted.remove("portrait_image");
    let portrait = portrait
        .as_ref()
        .and_then(Value::as_str)
        .map(check_portrait)
        .transpose()?;
    let environment = state
        .application(application)
        .map_or(Mode::Live, |known| known.mode);
    // Text that is no UUID is as unknown as a UUID nobody has.
    let workflow = wanted
        .text("workflow_id")
        .and_then(|id| Uuid::parse_str(id).ok());
    let workflow = workflow
        .and_then(|id| state.workflow_to_run(id, application))
        .cloned();
    let workflow = workflow.ok_or_else(|| field_text("workflow_id", "Invalid workflow_id."))?;
    let scenario = match wanted.text("sandbox_scenario") {
        None => None,
        Some(_) if environment == Mode::Live => {
            let complaint = "Sandbox scenarios can only be used with sandbox applications.";
            return Err(field("sandbox_scenario", complaint));
        }
        Some(slug) => Some(scenarios::find(slug).ok_or_else(|| {
            field(
                "sandbox_scenario",
                &format!("Unknown sandbox scenario: '{slug}'."),
            )
        })?),
    };
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
    let pays = environment == Mode::Live;
    let balance = state.balance_mut(application).copied().unwrap_or_default();
    if pays && balance < workflow.price() {
        return Err(detail(
            StatusCode::BAD_REQUEST,
            "You don't have enough credits to perform this request. Please top up at https://business.didit.me",
        ));
    }
    if !pays {
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
    let Some(details) = wanted
        .get_mut("expected_details")
        .and_then(Value::as_object_mut)
    else {
        return Ok(());
    };
    details.retain(|_, value| !value.is_null());
    let has = |key: &str| details.contains_key(key);
    if has("address") && !has("country") && !has("poa_country") {
        let complaint = "A country or poa_country is required when an address is provided.";
        return Err(bad_request(
            &json!({ "expected_details": { "address": [complaint] } }),
        ));
    }
    Ok(())
}

fn check_portrait(text: &str) -> Result<(), Reply> {
    let refuse = |complaint: &str| Err(field("portrait_image", complaint));
    let Ok(image) = STANDARD.decode(text) else {
        return refuse("Invalid base64-encoded image.");
    };
    if image.len() > LARGEST_PORTRAIT {
        return refuse("Image size exceeds 2MB.");
    }
    let webp = image.starts_with(b"RIFF") && image.get(8..12) == Some(b"WEBP");
    let known: [&[u8]; 4] = [b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*"];
    if !webp && !known.iter().any(|start| image.starts_with(start)) {
        return refuse("Unsupported image format. Use JPEG, PNG, WebP or TIFF.");
    }
    Ok(())
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
        vendor_data.and_then(|value| blocking::blocked(state, workflow.application, entity, value));
    if entry.is_none() {
        return Ok(());
    }
    let complaint =
        "This user or business has been blocked and cannot create new verification sessions.";
    Err(field_text("vendor_data", complaint))
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
            && session.vendor_data() == vendor_data
            && session.workflow_uuid == workflow.uuid
            && session.status.is_unfinished()
    })
}

fn check_sandbox_quota(state: &State, application: Uuid) -> Result<(), Reply> {
    let now = state.now();
    let own = state
        .sessions
        .iter()
        .filter(|session| session.application == application);
    let created = own.map(|session| session.created_at);
    let recent: Vec<_> = created
        .filter(|created| later(*created, DAY) > now)
        .collect();
    let Some(oldest) = recent
        .iter()
        .min()
        .filter(|_| recent.len() >= SANDBOX_SESSIONS_PER_DAY)
    else {
        return Ok(());
    };
    let wait = seconds_until(later(*oldest, DAY), now) + 1;
    let text = format!(
        "Sandbox session quota exceeded (500 sessions per 24h). Wait for the window to reset. Expected available in \
         {wait} seconds."
    );
    Err(throttled(&text, wait))
}

/// Biometric authentication compares with a face from an earlier approved session when no portrait is sent.
fn require_stored_face(
    state: &State,
    application: Uuid,
    vendor_data: Option<&str>,
) -> Result<(), Reply> {
    if vendor_data.is_none() {
        return Err(field_text(
            "portrait_image",
            "A portrait image is required to perform face match for this workflow. Send a portrait_image, or provide the \
             vendor_data of a user with a previously stored face image to reuse it.",
        ));
    }
    let stored = state.sessions.iter().any(|session| {
        session.application == application
            && session.vendor_data() == vendor_data
            && session.status == Status::Approved
            && (session.result("LIVENESS").is_some() || session.result("OCR").is_some())
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
