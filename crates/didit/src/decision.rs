//! The decision: everything a session found out.
//!
//! <https://docs.didit.me/sessions-api/retrieve-session>

mod business;
mod contact;
mod identity;
mod other;
mod screening;
mod step;
mod steps;
mod warning;

pub use business::{CompanyDocuments, KeyPeople, RegisteredCompany, RegistryCheck};
pub use contact::{Carrier, EmailVerification, IpAnalysis, PhoneVerification, ProofOfAddress};
pub use identity::{ChipData, FaceMatch, IdLookup, IdVerification, LivenessCheck, NfcVerification};
pub use other::OtherCheck;
pub use screening::{
    AmlHit, AmlScreening, DatabaseValidation, DocumentAi, Questionnaire, ScreenedPerson,
};
pub use step::{Check, Step};
pub use warning::Warning;

pub use super::lenient::Items;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::http::{ApiResponse, Call, Client, unreadable};
use super::ids::{SessionId, WorkflowId};
use super::lenient;
use super::status::SessionStatus;
use super::values;

/// A human's decision about the session.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Review {
    /// Who.
    pub user: Option<String>,
    /// `STATUS_UPDATED`, `DETAIL_VIEWED` and others, where the answer tells kinds of entries apart.
    pub activity_type: Option<String>,
    /// What.
    pub new_status: Option<String>,
    /// Why.
    pub comment: Option<String>,
    /// ISO 8601.
    pub created_at: Option<String>,
}

/// A session with everything it found out. Features that did not run yet have no item.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Decision {
    /// The session.
    pub session_id: Option<SessionId>,
    /// `user` or `business`.
    pub session_kind: Option<String>,
    /// Its number within the application.
    pub session_number: Option<i64>,
    /// The link for the person.
    pub session_url: Option<String>,
    /// Where it stands.
    #[serde(deserialize_with = "lenient::or_default")]
    pub status: SessionStatus,
    /// `live` or `sandbox`.
    pub environment: Option<String>,
    /// The workflow's group id.
    pub workflow_id: Option<WorkflowId>,
    /// Display names of the workflow's features, such as `ID_VERIFICATION`.
    #[serde(deserialize_with = "lenient::texts")]
    pub features: Vec<String>,
    /// Your own reference.
    pub vendor_data: Option<String>,
    /// Your own data.
    #[serde_with(skip_apply)]
    pub metadata: Option<Value>,
    /// What the documents should say.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub expected_details: Option<Map<String, Value>>,
    /// How to reach the person.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub contact_details: Option<Map<String, Value>>,
    /// Where the person goes afterwards.
    pub callback: Option<String>,
    /// Documents (`OCR`).
    pub id_verifications: Items<IdVerification>,
    /// Chips of documents (`NFC`).
    pub nfc_verifications: Items<NfcVerification>,
    /// Why the chip was not read.
    pub nfc_skip_reason: Option<String>,
    /// Selfies (`LIVENESS`, `AGE_ESTIMATION`).
    pub liveness_checks: Items<LivenessCheck>,
    /// Selfie against portrait (`FACE_MATCH`).
    pub face_matches: Items<FaceMatch>,
    /// Phone numbers (`PHONE_VERIFICATION`).
    pub phone_verifications: Items<PhoneVerification>,
    /// E-mail addresses (`EMAIL_VERIFICATION`).
    pub email_verifications: Items<EmailVerification>,
    /// Bills and statements (`PROOF_OF_ADDRESS`).
    pub poa_verifications: Items<ProofOfAddress>,
    /// Other documents (`DOCUMENT_AI`).
    pub document_ai_documents: Items<DocumentAi>,
    /// Answers (`QUESTIONNAIRE`).
    pub questionnaire_responses: Items<Questionnaire>,
    /// Watch lists (`AML`).
    pub aml_screenings: Items<AmlScreening>,
    /// Network and device (`IP_ANALYSIS`).
    pub ip_analyses: Items<IpAnalysis>,
    /// Government records (`DATABASE_VALIDATION`).
    pub database_validations: Items<DatabaseValidation>,
    /// Business registers (`KYB_REGISTRY`).
    pub registry_checks: Items<RegistryCheck>,
    /// Business documents (`KYB_DOCUMENTS`).
    pub document_verifications: Items<CompanyDocuments>,
    /// Officers and owners (`KYB_KEY_PEOPLE`).
    pub key_people_checks: Items<KeyPeople>,
    /// Checks of kinds that this client does not know.
    #[serde(skip)]
    pub other_checks: Vec<OtherCheck>,
    /// What was noticed about the session as a whole.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
    /// Human decisions.
    pub reviews: Items<Review>,
    /// ISO 8601.
    pub created_at: Option<String>,
    /// ISO 8601.
    pub expires_at: Option<String>,
    /// Every key that is not named here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
    /// The whole answer, as the JSON text that came; where that was not quite JSON, as it was read.
    #[serde(skip)]
    pub raw: String,
    /// What was malformed in the text, as short sentences that quote no value: NaN and the like, which count as absent,
    /// and lone surrogates. Empty for nearly every response.
    #[serde(skip)]
    pub oddities: Vec<String>,
}

impl Decision {
    /// Reads the JSON text of a decision, such as the `raw` of an earlier one.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the text is not the JSON of an object, or nests deeper than 128 levels in a part that is kept.
    pub fn from_json(text: impl Into<String>) -> Result<Self, Error> {
        Self::read(ApiResponse::new(200, text.into()))
    }

    /// Reads a decision that is a value already, such as the `decision` of a webhook.
    ///
    /// # Errors
    /// Those of [`Decision::from_json`].
    pub fn from_value(value: &Value) -> Result<Self, Error> {
        Self::from_json(value.to_string())
    }

    fn read(answer: ApiResponse) -> Result<Self, Error> {
        let mut decision: Self = answer.read()?;
        decision.other_checks = OtherCheck::all(&decision.extra);
        (decision.raw, decision.oddities) = answer.into_json();
        Ok(decision)
    }

    /// Whether a human changed the status: `None` where the answer does not say.
    pub fn is_overridden(&self) -> Option<bool> {
        match self.extra.get("status_override")? {
            Value::Null => Some(false),
            Value::Object(_) => Some(true),
            _ => None,
        }
    }

    /// What the checks had decided before a human changed the status, such as `In Review`.
    pub fn automatic_status(&self) -> Option<&str> {
        self.extra
            .get("status_override")?
            .get("automatic_status")?
            .as_str()
    }
}

impl Client {
    /// A session with everything it found out, at any status. Its media links expire after about an hour.
    ///
    /// # Errors
    /// An API error of kind `NotFound` for an unknown session, whatever the key.
    pub async fn decision(&self, session: &SessionId) -> Result<Decision, Error> {
        let answer = self
            .json(Call::api(Method::GET, &[&"session", session, &"decision"]))
            .await?;
        let status = answer.status;
        let mut decision = Decision::read(answer)?;
        if values::drop_unless_web_link(&mut decision.session_url) {
            let left_out = "`session_url` is not an https address; it is left out.";
            decision.oddities.push(left_out.to_owned());
        }
        // A proxy or cache may mix up responses, and one person's verdict must never be taken for another's.
        match (&decision.session_id, decision.status.as_str().trim()) {
            (None, _) => Err(unreadable(
                status,
                "it has no `session_id`, so it is no verdict about this session",
            )),
            (Some(other), _) if other != session => {
                Err(unreadable(status, "it is about another session"))
            }
            (_, "") => Err(unreadable(
                status,
                "it has no `status`, so it is no verdict",
            )),
            _ => Ok(decision),
        }
    }
}
