//! The e-mail of a resubmission, before anything is sent.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::update::{NodeToResubmit, StatusUpdate};
use crate::error::Error;
use crate::http::{Call, Client};
use crate::ids::{Segment, SessionId};
use crate::lenient;
use crate::secret::PreviewToken;
use crate::values::{Email, Language};

/// What a resubmission would send to the person.
///
/// <https://docs.didit.me/sessions-api/preview-resubmission>
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ResubmissionPreview {
    /// The address; empty or absent when none is known.
    pub recipient: Option<String>,
    /// Where it comes from: `request`, `email_verification` (verified in the flow) or `contact_details` (given at creation).
    pub recipient_source: Option<String>,
    /// Whether an e-mail goes out.
    pub will_be_sent: Option<bool>,
    /// Why not: `no_user_action`, `no_recipient` or `sandbox`.
    pub not_sent_reason: Option<String>,
    /// False when all chosen steps run again without the person.
    pub requires_user_action: Option<bool>,
    /// Binds the update to this preview, for 15 minutes; see [`StatusUpdate::email_preview_token`].
    pub preview_token: Option<PreviewToken>,
    /// Sender, subject, text and link, under names that are not documented.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

#[derive(Serialize)]
struct PreviewRequest<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    email_address: Option<&'a Email>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    nodes_to_resubmit: &'a [NodeToResubmit],
    #[serde(skip_serializing_if = "Option::is_none")]
    email_language: Option<&'a Language>,
}

impl Client {
    /// Shows the e-mail that this resubmission would send. Changes nothing and sends nothing.
    ///
    /// # Errors
    /// Those of [`Client::update_status`]; kind `NotFound` also where the service has no previews yet.
    pub async fn preview_resubmission(
        &self,
        session: &SessionId,
        update: &StatusUpdate,
    ) -> Result<ResubmissionPreview, Error> {
        let path: &[&dyn Segment] = &[&"session", session, &"resubmission-preview"];
        let call = Call::api(Method::POST, path).body(&PreviewRequest {
            email_address: update.email_address.as_ref(),
            nodes_to_resubmit: &update.nodes_to_resubmit,
            email_language: update.email_language.as_ref(),
        })?;
        self.json(call).await?.read()
    }
}
