//! Where events go, and what was sent.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::values::{Fields, Object};

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Destination {
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

    pub fn wants(&self, event: &str) -> bool {
        let events = self.settings.list("subscribed_events");
        self.settings.flag("enabled") && events.iter().any(|wanted| wanted == event)
    }
}

/// Something that happened, on its way to one destination.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Event {
    pub destination: Uuid,
    pub url: String,
    pub secret: String,
    pub payload: Value,
}

/// An event that was sent, or would have been to a host outside.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Delivery {
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
    pub fn succeeded(&self) -> bool {
        matches!(self.status_code, Some(200..300))
    }
}
