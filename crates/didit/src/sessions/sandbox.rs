//! The outcomes that a sandbox session can be set to.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::echo::Echo;
use crate::error::{Error, InvalidValue};
use crate::http::{Call, Client, Credential};
use crate::ids::SessionId;
use crate::lenient;
use crate::secret::SessionToken;
use crate::status::SessionStatus;
use crate::values::{Text, value};

/// The documented sandbox scenarios. The set is open: newer ones are sent as they are.
pub const SANDBOX_SCENARIOS: [&str; 16] = [
    "approve",
    "decline_aml_hit",
    "decline_could_not_recognize_document",
    "decline_database_no_match",
    "decline_document_expired",
    "decline_face_match_low_similarity",
    "decline_ip_blocklist",
    "decline_kyb_registry_mismatch",
    "decline_liveness_attack",
    "decline_minimum_age",
    "decline_mrz_validation",
    "decline_nfc_chip_not_verified",
    "decline_poa_address_mismatch",
    "review_aml_possible_match",
    "review_face_match_borderline",
    "review_poa_partial_match",
];

value!(
    /// An outcome that a sandbox session can be set to: lower-case words joined by underscores, such as one of
    /// [`SANDBOX_SCENARIOS`].
    SandboxScenario,
    |text| {
        let text: Text<64> = text.parse()?;
        let slug = text.to_ascii_lowercase();
        if slug
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        {
            Ok(slug)
        } else {
            Err(InvalidValue::not_one_of(&text, SANDBOX_SCENARIOS))
        }
    }
);

/// A sandbox session whose outcome is set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ArmedSession {
    /// The session.
    #[serde(deserialize_with = "lenient::scalar")]
    pub session_id: Option<SessionId>,
    /// The scenario it will follow.
    #[serde(deserialize_with = "lenient::scalar")]
    pub scenario: Option<String>,
    /// Its status, `Not Started`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub status: SessionStatus,
}

#[derive(Serialize)]
struct Arming<'a> {
    scenario: &'a SandboxScenario,
}

impl Client {
    /// Sets the outcome of a sandbox session that was not started yet, as the person would, with the session's own token.
    ///
    /// # Errors
    /// An API error of kind `NotAllowedNow` once it has started.
    pub async fn arm_sandbox_session(
        &self,
        session: &SessionId,
        token: &SessionToken,
        scenario: &SandboxScenario,
    ) -> Result<ArmedSession, Error> {
        let call = Call::api(Method::POST, &[&"session", session, &"sandbox", &"arm"])
            .credential(Credential::Session(token))
            .body(&Arming { scenario })?;
        let answer = self.json(call).await?;
        let armed: ArmedSession = answer.read()?;
        let echo = Echo::of(answer.status);
        echo.may_be("session_id", session, armed.session_id.as_ref())?;
        echo.may_be_word("scenario", Some(scenario), armed.scenario.as_deref())?;
        Ok(armed)
    }
}
