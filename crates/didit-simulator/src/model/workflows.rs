//! Workflows: what a session checks, in which order, with versions that can be published.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    catalog::Feature,
    values::{Fields, Object},
};

/// One version of a workflow.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Workflow {
    /// The id of this version.
    pub uuid: Uuid,
    /// The id all versions share.
    pub group: Uuid,
    pub application: Uuid,
    /// Only workflows of the older dialect have a type.
    pub kind: Option<String>,
    /// What its owner may change beside the features: label, flags and limits.
    pub settings: Object,
    #[serde(skip)]
    pub features: Vec<Feature>,
    pub version: i64,
    pub published_at: Option<Timestamp>,
    pub url_token: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Workflow {
    pub fn label(&self) -> &str {
        self.settings.text("workflow_label").unwrap_or_default()
    }

    /// Seconds a session can be used.
    pub fn session_lifetime(&self) -> i64 {
        let seconds = self.settings.json("session_expiration_time");
        seconds.as_i64().unwrap_or_default()
    }

    pub fn has(&self, feature: &str) -> bool {
        self.features.iter().any(|known| known.is(feature))
    }

    /// What one session costs, in ten-thousandths of a dollar.
    pub fn price(&self) -> i64 {
        let white_label = self.settings.flag("is_white_label_enabled");
        let features = self.features.iter().map(Feature::price);
        features.sum::<i64>() + if white_label { 2_000 } else { 0 }
    }

    /// Whether it verifies companies instead of people.
    pub fn is_business(&self) -> bool {
        let mut names = self.features.iter().map(|feature| &feature.kind.name);
        names.any(|name| name.starts_with("KYB_"))
    }

    /// Whether all its sessions compare a face with one that is known.
    pub fn is_biometric(&self) -> bool {
        self.kind.as_deref() == Some("biometric_authentication")
    }
}
