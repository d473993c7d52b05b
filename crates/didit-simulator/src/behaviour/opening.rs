//! Opening sessions: rules beyond the form of the body, reuse of unfinished sessions, credits and quotas.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use uuid::Uuid;

use super::{announcements, blocking};
use crate::{
    catalog::{OrRefuse, Status, StepStatus, people, refusal, refuse_when, scenarios, throttle},
    model::{All, Session, State, Step},
    options::ApplicationMode,
    reply::{Checked, Reply},
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
    let environment = environment.unwrap_or(ApplicationMode::Live);
    // The group's id or that of any version, for the latest. Text that is no UUID is as unknown as a UUID nobody has.
    let id = wanted.id("workflow_id");
    let mut own = state.workflows.of(application);
    let named = own.find(|known| id == Some(known.group) || id == Some(known.uuid));
    let workflow = named.and_then(|named| state.latest_published(named.group));
    let workflow = workflow.or_refuse("workflow_unknown")?.clone();
    drop(own);
    let slug = wanted.text("sandbox_scenario");
    let is_live = environment == ApplicationMode::Live;
    refuse_when("scenario_in_live_mode", slug.is_some() && is_live)?;
    let scenario = slug.map(|slug| scenarios::named(slug, "sandbox_scenario"));
    let scenario = scenario.transpose()?;
    let vendor_data = wanted.text("vendor_data");
    let entity = if workflow.is_business() {
        "business"
    } else {
        "user"
    };
    let blocked =
        vendor_data.and_then(|value| blocking::blocked(state, application, entity, value));
    refuse_when("vendor_data_blocked", blocked.is_some())?;
    if workflow.is_biometric() && workflow.has("FACE_MATCH") && portrait.is_none() {
        require_stored_face(state, application, vendor_data)?;
    }
    // The same user goes on with an unfinished session, if it runs the same version.
    let mut own = state.sessions.of_mut(application);
    let unfinished = own.find(|session| {
        vendor_data.is_some()
            && session.vendor_data() == vendor_data
            && session.workflow.uuid == workflow.uuid
            && session.status.is_unfinished()
    });
    if let Some(session) = unfinished {
        for key in ["callback", "metadata"] {
            session.wanted.insert(key.to_owned(), wanted.json(key));
        }
        return Ok(session.id);
    }
    drop(own);
    if is_live {
        let balance = state.balance_mut(application).copied().unwrap_or_default();
        refuse_when("no_credits", balance < workflow.price())?;
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
    let usual = format!("session-{number}");
    let seed = wanted.text("vendor_data").unwrap_or(&usual);
    let person = people::choose(seed, wanted.object("expected_details"));
    let session = Session {
        id: Uuid::new_v4(),
        number,
        token: random_text(URL_SAFE, 12),
        application,
        workflow_deleted: false,
        environment,
        wanted,
        scenario,
        person: Arc::new(person.clone()),
        scripted: Object::new(),
        status: Status::NotStarted,
        expires_at: later(now, workflow.session_lifetime()),
        steps: workflow.features.iter().cloned().map(step).collect(),
        workflow,
        activities: Vec::new(),
        created_at: now,
        rerun_at: None,
        previewed: None,
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
fn check_address(wanted: &mut Object) -> Checked {
    let details = wanted.get_mut("expected_details");
    let Some(details) = details.and_then(Value::as_object_mut) else {
        return Ok(());
    };
    details.retain(|_, value| !value.is_null());
    let has = |key: &str| details.contains_key(key);
    let lacks_country = has("address") && !has("country") && !has("poa_country");
    refuse_when("address_without_country", lacks_country)
}

fn check_portrait(text: &str) -> Checked {
    let image = STANDARD.decode(text);
    let image = image.map_err(|_| refusal("portrait_not_base64"))?;
    refuse_when("portrait_too_large", image.len() > LARGEST_PORTRAIT)?;
    refuse_when("portrait_not_an_image", image_kind(&image).is_none())
}

fn check_sandbox_quota(state: &State, application: Uuid) -> Checked {
    let now = state.now();
    let own = state.sessions.of(application);
    let ends = own.map(|session| later(session.created_at, DAY));
    let mut ends: Vec<_> = ends.filter(|end| *end > now).collect();
    ends.sort();
    let is_full = ends.len() >= SANDBOX_SESSIONS_PER_DAY;
    let first = ends.first().filter(|_| is_full);
    let wait = first.map_or(0, |first| seconds_until(*first, now) + 1);
    throttle("sandbox_quota", wait)
}

/// Biometric authentication compares with a face from an earlier approved session when no portrait is sent.
fn require_stored_face(state: &State, application: Uuid, vendor_data: Option<&str>) -> Checked {
    refuse_when("portrait_missing", vendor_data.is_none())?;
    let is_stored = state.sessions.of(application).any(|session| {
        session.vendor_data() == vendor_data
            && session.status == Status::Approved
            && (session.result("LIVENESS").is_some() || session.result("OCR").is_some())
    });
    refuse_when("no_stored_face", !is_stored)
}
