//! Deciding about a session, and its report.

use std::fmt;
use std::str::FromStr;

use reqwest::Method;
use reqwest::header::CONTENT_DISPOSITION;
use serde::{Deserialize, Serialize};

use crate::echo::Echo;
use crate::error::Error;
use crate::features::Feature;
use crate::http::{Call, Client, unreadable};
use crate::ids::SessionId;
use crate::lenient;
use crate::secret::PreviewToken;
use crate::values::{Comment, Email, Language, Text, one_of, value};

/// What a step can be named in [`NodeToResubmit`] beside the names of features.
const OTHER_RESUBMITTABLE: [&str; 4] = ["OCR_BACK", "FACE", "FACE_SEARCH", "EMAIL"];

/// The names a step can be given in [`NodeToResubmit`]: those of workflows, the display names that the server also takes, and
/// parts of a check. Business registry and people cannot be done again.
pub fn resubmittable() -> Vec<&'static str> {
    let features = Feature::ALL.map(Feature::facts);
    let features = features.iter().filter(|facts| facts.is_resubmittable);
    let mut names: Vec<&str> = features
        .flat_map(|facts| [facts.name, facts.display_name])
        .chain(OTHER_RESUBMITTABLE)
        .collect();
    names.dedup();
    names
}

/// What a human can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "")
)]
pub enum NewStatus {
    /// Pass the person.
    Approved,
    /// Fail the person.
    Declined,
    /// Have steps done again, over the same link.
    Resubmitted,
}

impl fmt::Display for NewStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Approved => "Approved",
            Self::Declined => "Declined",
            Self::Resubmitted => "Resubmitted",
        })
    }
}

impl FromStr for NewStatus {
    type Err = Error;

    /// Reads one of the three literals in any case.
    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::Approved, Self::Declined, Self::Resubmitted];
        all.into_iter()
            .find(|status| status.to_string().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| Error::not_one_of("new_status", text, all))
    }
}

/// A decision about a session. Allowed while it is approved, declined, in review, expired after approval, abandoned or
/// resubmitted; see [`crate::SessionStatus::can_be_updated`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatusUpdate {
    /// The decision.
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub new_status: NewStatus,
    /// Why, for the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
    /// The steps to do again, with [`NewStatus::Resubmitted`] only; without any, the server picks every step that is not
    /// approved.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub nodes_to_resubmit: Vec<NodeToResubmit>,
    /// Tell the person by e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_email: Option<bool>,
    /// Recipient of that e-mail; the address that the person verified, or was created with, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_address: Option<Email>,
    /// Language of that e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_language: Option<Language>,
    /// Of [`Client::preview_resubmission`]: the server then refuses, with a conflict and before it does anything, what is not as
    /// it was shown.
    #[serde(
        skip_deserializing,
        skip_serializing_if = "Option::is_none",
        serialize_with = "PreviewToken::serialize"
    )]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub email_preview_token: Option<PreviewToken>,
}

/// A step to do again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeToResubmit {
    /// The step's `node_id` in the decision, such as `feature_ocr_1`.
    pub node_id: Text<255>,
    /// Its feature.
    pub feature: Resubmittable,
}

value!(
    /// What a step can be named in [`NodeToResubmit`]: one of [`resubmittable`].
    Resubmittable,
    |text| one_of(text, &resubmittable()).map(str::to_owned)
);

/// The whole answer to a status update.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct StatusUpdated {
    /// The session.
    #[serde(deserialize_with = "lenient::scalar")]
    pub session_id: Option<SessionId>,
}

/// A report.
#[derive(Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// A plain file name, without any folder, such as `session_5b1f….pdf`.
    pub file_name: String,
}

impl fmt::Debug for Pdf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pdf")
            .field("bytes", &self.bytes.len())
            .field("file_name", &self.file_name)
            .finish()
    }
}

impl StatusUpdate {
    /// A decision without more.
    pub fn new(new_status: NewStatus) -> Self {
        Self {
            new_status,
            comment: None,
            nodes_to_resubmit: Vec::new(),
            send_email: None,
            email_address: None,
            email_language: None,
            email_preview_token: None,
        }
    }

    /// Checks what the values alone do not say.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first rule broken.
    pub fn validate(&self) -> Result<(), Error> {
        if !self.nodes_to_resubmit.is_empty() && self.new_status != NewStatus::Resubmitted {
            return Err(Error::invalid(
                "nodes_to_resubmit",
                "goes with new_status Resubmitted only",
            ));
        }
        Ok(())
    }
}

impl Client {
    /// Approves, declines, or has steps done again.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what breaks a documented rule, before anything is sent; an API error of kind `NotAllowedNow` in
    /// any other status, and where the session is resubmitted already; of kind `Conflict` when the e-mail is no longer as it was
    /// previewed. Approving what is approved, or declining what is declined, succeeds and does nothing, and a check that runs
    /// again at once may decide otherwise: the decision tells how the session stands.
    pub async fn update_status(
        &self,
        session: &SessionId,
        update: &StatusUpdate,
    ) -> Result<StatusUpdated, Error> {
        update.validate()?;
        let call =
            Call::api(Method::PATCH, &[&"session", session, &"update-status"]).body(update)?;
        let answer = self.json(call).await?;
        let updated: StatusUpdated = answer.read()?;
        // The id is the whole answer, so one without it confirms nothing.
        let answered = updated.session_id.as_ref();
        Echo::of(answer.status).must_be("session_id", session, answered)?;
        Ok(updated)
    }

    /// Makes the report of a finished session: English, never cached, up to 60 seconds; it gets twice the timeout of other calls.
    ///
    /// # Errors
    /// An API error of kind `NotAllowedNow` for a session that is not finished; [`Error::Unreadable`] when the answer is no PDF.
    pub async fn generate_pdf(&self, session: &SessionId) -> Result<Pdf, Error> {
        let call = Call::api(Method::GET, &[&"session", session, &"generate-pdf"]).document();
        let answer = self.send(call).await?;
        if !answer.body.starts_with(b"%PDF") {
            return Err(unreadable(answer.status, "it is not a PDF"));
        }
        let disposition = answer
            .headers
            .get(CONTENT_DISPOSITION)
            .and_then(|value| value.to_str().ok());
        let file_name = disposition
            .and_then(file_name)
            .unwrap_or_else(|| format!("session_{session}.pdf"));
        // One person's report must not be filed as another's.
        let named = file_name.trim_end_matches(".pdf").rsplit('_').next();
        let named: Option<SessionId> = named.and_then(|id| id.parse().ok());
        Echo::of(answer.status).may_be("session_id", session, named.as_ref())?;
        Ok(Pdf {
            bytes: answer.body,
            file_name,
        })
    }
}

/// The file name of a `Content-Disposition`, unless it could name anything but a PDF in the folder it is written to.
fn file_name(disposition: &str) -> Option<String> {
    let name = disposition
        .split(';')
        .find_map(|part| part.trim().strip_prefix("filename="))?
        .trim()
        .trim_matches('"');
    let plain = name.len() <= 100
        && name.ends_with(".pdf")
        && !name.starts_with('.')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    plain.then(|| name.to_owned())
}
