//! Webhooks.

use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{server::Application, state::State};

#[derive(Debug, Default)]
pub(super) struct Webhooks {}

pub(super) struct Deliverer;

impl Deliverer {
    pub(super) fn new(_: CancellationToken) -> Self {
        Self
    }

    pub(super) fn send_pending(&self, _: &Application) {}
}

pub(super) fn announce_status(_: &mut State, _: Uuid) {}

pub(super) fn announce_resubmission(_: &mut State, _: Uuid, _: &Value) {}
