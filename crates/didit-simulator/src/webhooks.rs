//! Webhook destinations and the events sent to them.

use std::time::Duration;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    call::Call,
    decision,
    fields::Fields,
    reply::{Answer, Reply, detail},
    sessions::Session,
    state::{State, URL_SAFE, random_text, seconds},
};

mod delivery;
mod signature;

pub(super) use delivery::{Deliverer, Delivery};

const EVENTS: [&str; 10] = [
    "status.updated",
    "data.updated",
    "user.status.updated",
    "user.data.updated",
    "business.status.updated",
    "business.data.updated",
    "activity.created",
    "transaction.created",
    "transaction.status.updated",
    "travel_rule.status.updated",
];

/// Destinations, what was sent to them and what is still to be sent.
#[derive(Debug)]
pub(super) struct Webhooks {
    destinations: Vec<Destination>,
    pub(super) deliveries: Vec<Delivery>,
    pending: Vec<Job>,
    /// Before the first retry; the second waits four times as long. The real service waits a minute.
    pub(super) retry_delay: Duration,
    /// How long a receiver may take to answer.
    pub(super) timeout: Duration,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            destinations: Vec::new(),
            deliveries: Vec::new(),
            pending: Vec::new(),
            retry_delay: Duration::from_millis(200),
            timeout: Duration::from_secs(5),
        }
    }
}

#[derive(Clone, Debug)]
struct Destination {
    uuid: Uuid,
    application: Uuid,
    label: String,
    url: String,
    enabled: bool,
    version: String,
    secret: String,
    events: Vec<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// An event on its way to one destination.
#[derive(Clone, Debug)]
struct Job {
    destination: Uuid,
    url: String,
    secret: String,
    payload: Map<String, Value>,
}

/// `GET /v3/webhook/destinations/`: a bare array, oldest first, without secrets.
pub(super) fn list(state: &mut State, call: &Call) -> Answer {
    let hooks = &state.webhooks;
    let rows: Vec<Value> = hooks
        .destinations
        .iter()
        .filter(|destination| destination.application == call.application)
        .map(|destination| {
            let sent = hooks.statistics(destination.uuid);
            let mut row = destination.show();
            row.insert(
                "subscribed_events_count".to_owned(),
                json!(destination.events.len()),
            );
            row.insert("deliveries_count".to_owned(), json!(sent.total));
            row.insert("failed_deliveries_count".to_owned(), json!(sent.failed));
            row.insert("average_response_time_ms".to_owned(), json!(sent.average()));
            row.insert("error_rate_percentage".to_owned(), json!(sent.error_rate()));
            row.insert("last_delivery_at".to_owned(), json!(sent.last));
            Value::Object(row)
        })
        .collect();
    Ok(Reply::ok(&json!(rows)))
}

/// `POST /v3/webhook/destinations/`
pub(super) fn create(state: &mut State, call: &Call) -> Answer {
    let changes = Changes::read(&call.json()?, state, call.application, None)?;
    let now = state.now();
    let mut destination = Destination {
        uuid: Uuid::new_v4(),
        application: call.application,
        label: String::new(),
        url: String::new(),
        enabled: true,
        version: "v3".to_owned(),
        secret: random_text(URL_SAFE, 43),
        events: Vec::new(),
        created_at: now,
        updated_at: now,
    };
    changes.apply(&mut destination, now);
    let shown = state.webhooks.full(&destination);
    state.webhooks.destinations.push(destination);
    Ok(Reply::created(&shown))
}

/// `GET /v3/webhook/destinations/{uuid}/`
pub(super) fn get(state: &mut State, call: &Call) -> Answer {
    let destination = state.webhooks.own(call)?;
    Ok(Reply::ok(&state.webhooks.full(destination)))
}

/// `PATCH /v3/webhook/destinations/{uuid}/`: the list of events is replaced, the secret stays.
pub(super) fn update(state: &mut State, call: &Call) -> Answer {
    let mut destination = state.webhooks.own(call)?.clone();
    let changes = Changes::read(
        &call.json()?,
        state,
        call.application,
        Some(destination.uuid),
    )?;
    changes.apply(&mut destination, state.now());
    let shown = state.webhooks.full(&destination);
    for known in &mut state.webhooks.destinations {
        if known.uuid == destination.uuid {
            *known = destination.clone();
        }
    }
    Ok(Reply::ok(&shown))
}

/// `DELETE /v3/webhook/destinations/{uuid}/`
pub(super) fn delete(state: &mut State, call: &Call) -> Answer {
    let uuid = state.webhooks.own(call)?.uuid;
    state
        .webhooks
        .destinations
        .retain(|known| known.uuid != uuid);
    Ok(Reply::no_content())
}

/// Tells every subscribed destination the session's status.
pub(super) fn announce_status(state: &mut State, session: Uuid) {
    let Some(session) = state.session(session) else {
        return;
    };
    let mut payload = envelope(state, session);
    if decision::is_told(session.status) {
        payload.insert("decision".to_owned(), decision::show(state, session));
    }
    let application = session.application;
    state.webhooks.queue(application, &payload);
}

/// Tells that steps are to be done again, with the steps in place of the decision.
pub(super) fn announce_resubmission(state: &mut State, session: Uuid, steps: &Value) {
    let Some(session) = state.session(session) else {
        return;
    };
    let mut payload = envelope(state, session);
    payload.insert("resubmit_info".to_owned(), steps.clone());
    let application = session.application;
    state.webhooks.queue(application, &payload);
}

fn envelope(state: &State, session: &Session) -> Map<String, Value> {
    let mut payload = Map::new();
    let mut put = |key: &str, value: Value| {
        payload.insert(key.to_owned(), value);
    };
    put("event_id", json!(Uuid::new_v4()));
    put("webhook_type", json!("status.updated"));
    put("created_at", json!(state.now().as_second()));
    put("application_id", json!(session.application));
    put("environment", json!(session.environment.name()));
    put("session_id", json!(session.id));
    put("status", json!(session.status.name()));
    put("workflow_id", json!(session.workflow_id()));
    put("workflow_version", json!(session.workflow_version));
    put("vendor_data", json!(session.vendor_data));
    put("metadata", session.metadata.clone());
    if session.is_business {
        put("session_kind", json!("business"));
        put("business_session_id", json!(session.id));
        put("vendor_business_id", json!(session.entity()));
    }
    payload
}

impl Webhooks {
    fn own(&self, call: &Call) -> Result<&Destination, Reply> {
        self.destinations
            .iter()
            .find(|known| known.uuid == call.id(0) && known.application == call.application)
            .ok_or_else(|| detail(StatusCode::NOT_FOUND, "Webhook destination not found."))
    }

    fn queue(&mut self, application: Uuid, payload: &Map<String, Value>) {
        let event = payload
            .get("webhook_type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        for destination in &self.destinations {
            let wanted = destination.application == application
                && destination.enabled
                && destination.events.iter().any(|known| known == event);
            if wanted {
                self.pending.push(Job {
                    destination: destination.uuid,
                    url: destination.url.clone(),
                    secret: destination.secret.clone(),
                    payload: payload.clone(),
                });
            }
        }
    }

    /// A destination with its secret and a summary of deliveries.
    fn full(&self, destination: &Destination) -> Value {
        let sent = self.statistics(destination.uuid);
        let mut shown = destination.show();
        shown.insert("secret_shared_key".to_owned(), json!(destination.secret));
        shown.insert(
            "summary".to_owned(),
            json!({
                "total_deliveries": sent.total,
                "failed_deliveries": sent.failed,
                "error_rate_percentage": sent.error_rate(),
                "min_response_time_ms": sent.times.iter().min(),
                "avg_response_time_ms": sent.average(),
                "max_response_time_ms": sent.times.iter().max(),
                "last_delivery_at": sent.last,
            }),
        );
        Value::Object(shown)
    }

    fn statistics(&self, destination: Uuid) -> Statistics {
        let own = self
            .deliveries
            .iter()
            .filter(|delivery| delivery.destination == destination);
        let mut statistics = Statistics::default();
        for delivery in own {
            statistics.total += 1;
            statistics.failed += u64::from(!delivery.succeeded());
            statistics.times.extend(delivery.response_time_ms);
            statistics.last = Some(seconds(delivery.finished_at));
        }
        statistics
    }
}

#[derive(Default)]
struct Statistics {
    total: u64,
    failed: u64,
    times: Vec<u64>,
    last: Option<String>,
}

impl Statistics {
    fn average(&self) -> Option<u64> {
        self.times
            .iter()
            .sum::<u64>()
            .checked_div(self.times.len() as u64)
    }

    fn error_rate(&self) -> u64 {
        (self.failed * 100).checked_div(self.total).unwrap_or(0)
    }
}

impl Destination {
    fn show(&self) -> Map<String, Value> {
        let mut shown = Map::new();
        shown.insert("uuid".to_owned(), json!(self.uuid));
        shown.insert("label".to_owned(), json!(self.label));
        shown.insert("url".to_owned(), json!(self.url));
        shown.insert("enabled".to_owned(), json!(self.enabled));
        shown.insert("webhook_version".to_owned(), json!(self.version));
        shown.insert("subscribed_events".to_owned(), json!(self.events));
        shown.insert("created_at".to_owned(), json!(seconds(self.created_at)));
        shown.insert("updated_at".to_owned(), json!(seconds(self.updated_at)));
        shown
    }
}

/// The accepted fields of a create or update body.
struct Changes {
    label: Option<String>,
    url: Option<String>,
    enabled: Option<bool>,
    version: Option<String>,
    events: Option<Vec<String>>,
}

impl Changes {
    fn read(
        body: &Map<String, Value>,
        state: &State,
        application: Uuid,
        own: Option<Uuid>,
    ) -> Result<Self, Reply> {
        let mut fields = Fields::new(body);
        if own.is_none() {
            fields.require("label");
            fields.require("url");
        }
        let url = fields.url("url", false);
        if let Some(url) = &url {
            let taken = state.webhooks.destinations.iter().any(|known| {
                known.application == application && known.url == *url && Some(known.uuid) != own
            });
            if !url.starts_with("https://") && !delivery::is_loopback(url) {
                fields.refuse("url", "Webhook URLs must use HTTPS and a public host.");
            } else if taken {
                fields.refuse(
                    "url",
                    "This webhook destination already exists for the application.",
                );
            }
        }
        let changes = Self {
            label: fields.words("label", 255),
            url,
            enabled: fields.boolean("enabled"),
            version: fields.choice("webhook_version", &["v1", "v2", "v3"]),
            events: subscribed_events(&mut fields),
        };
        fields.finish()?;
        Ok(changes)
    }

    fn apply(self, destination: &mut Destination, now: Timestamp) {
        if let Some(label) = self.label {
            destination.label = label;
        }
        if let Some(url) = self.url {
            destination.url = url;
        }
        if let Some(enabled) = self.enabled {
            destination.enabled = enabled;
        }
        if let Some(version) = self.version {
            destination.version = version;
        }
        if let Some(events) = self.events {
            destination.events = events;
        }
        destination.updated_at = now;
    }
}

fn subscribed_events(fields: &mut Fields<'_>) -> Option<Vec<String>> {
    let listed = fields.list("subscribed_events")?;
    if listed.is_empty() {
        fields.refuse(
            "subscribed_events",
            "At least one subscribed event is required.",
        );
        return None;
    }
    let names: Vec<String> = listed.iter().map(super::state::plain).collect();
    let unknown: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| !EVENTS.contains(name))
        .collect();
    if !unknown.is_empty() {
        let complaint = format!("Unsupported webhook events: {}", unknown.join(", "));
        fields.refuse("subscribed_events", &complaint);
        return None;
    }
    let mut events: Vec<String> = Vec::new();
    for name in names {
        if !events.contains(&name) {
            events.push(name);
        }
    }
    Some(events)
}
