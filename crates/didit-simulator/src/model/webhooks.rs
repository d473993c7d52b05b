//! Where events go, and what was sent.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::values::{Fields, Object, micros, plain, seconds, with};

#[derive(Clone, Debug)]
pub struct Destination {
    pub uuid: Uuid,
    pub application: Uuid,
    /// Label, address, version, events, and whether it is in use.
    pub settings: Object,
    pub secret: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Destination {
    pub fn url(&self) -> &str {
        self.settings.text("url").unwrap_or_default()
    }

    pub fn events(&self) -> &[Value] {
        self.settings.list("subscribed_events")
    }

    pub fn show(&self) -> Value {
        let shown = json!({
            "uuid": self.uuid,
            "created_at": seconds(self.created_at),
            "updated_at": seconds(self.updated_at),
        });
        with(shown, Value::Object(self.settings.clone()))
    }
}

/// Something that happened, on its way to one destination.
#[derive(Clone, Debug)]
pub struct Event {
    pub destination: Uuid,
    pub url: String,
    pub secret: String,
    pub payload: Object,
}

/// An event that was sent, or would have been to a host outside.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub event: Event,
    pub status_code: Option<u16>,
    /// Why there is no status.
    pub failure: Option<&'static str>,
    pub attempts: u32,
    pub body: String,
    pub headers: Object,
    pub response_time_ms: Option<u64>,
    pub finished_at: Timestamp,
}

impl Delivery {
    /// The event in a few words.
    pub fn words(&self) -> String {
        let kind = plain(&self.event.payload.json("webhook_type"));
        match self.event.payload.text("status") {
            Some(status) => format!("{kind}: {status}"),
            None => kind,
        }
    }

    pub fn succeeded(&self) -> bool {
        self.status_code
            .is_some_and(|status| (200..300).contains(&status))
    }

    pub fn show(&self) -> Value {
        json!({
            "destination": self.event.destination,
            "url": self.event.url,
            "event_id": self.event.payload.get("event_id"),
            "webhook_type": self.event.payload.get("webhook_type"),
            "status_code": self.status_code,
            "failure": self.failure,
            "attempts": self.attempts,
            "finished_at": micros(self.finished_at),
            "body": self.body,
            "headers": self.headers,
        })
    }
}

/// How the deliveries to one destination went.
#[derive(Default)]
pub struct Statistics {
    pub total: u64,
    pub failed: u64,
    pub times: Vec<u64>,
    pub last: Option<String>,
}

impl Statistics {
    pub fn average(&self) -> Option<u64> {
        self.times
            .iter()
            .sum::<u64>()
            .checked_div(self.times.len() as u64)
    }

    pub fn error_rate(&self) -> u64 {
        (self.failed * 100).checked_div(self.total).unwrap_or(0)
    }
}
