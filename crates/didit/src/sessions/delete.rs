//! Deleting sessions. There is no undo.

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::echo::Echo;
use crate::error::{Error, InvalidValue};
use crate::http::{Call, Client};
use crate::ids::SessionId;
use crate::lenient;
use crate::rules;
use crate::values::{Text, value};

/// How to delete a session, and whether the face stays as a template. Without anything set, no body is sent and the
/// application's own rules apply.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SessionDeletion {
    /// Whether the face stays for later comparisons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retain_face_embeddings: Option<bool>,
    /// For how many days, 1 to 3,650.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_retention_days: Option<u32>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_retention_deadline: Option<FutureTime>,
    /// On whose instruction; an operational one unless said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_instruction: Option<DeletionInstruction>,
    /// Your own reference of the instruction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction_id: Option<Text<255>>,
}

/// On whose instruction a session is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeletionInstruction {
    /// An operational decision of your own.
    OperationalSessionDelete,
    /// The person's own demand for erasure, which purges every face template of the person.
    PrivacyErasure,
}

value!(
    /// A time that has not come yet, ISO 8601, such as `2030-01-31T12:00:00Z`.
    FutureTime,
    |text| match text.parse::<Timestamp>() {
        Ok(time) if time > Timestamp::now() => Ok(text.to_owned()),
        Ok(_) => Err(InvalidValue::new("must lie in the future")),
        Err(_) => Err(InvalidValue::new(
            "must be an ISO 8601 time such as 2030-01-31T12:00:00Z",
        )),
    }
);

value!(
    /// The number of a session within its application, as digits.
    SessionNumber,
    |text| if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err(InvalidValue::new("must hold digits only"))
    }
);

/// Which person sessions to delete at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BulkDeletion {
    /// Their numbers (not ids). Unknown ones are skipped silently.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub session_numbers: Vec<SessionNumber>,
    /// Every session of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_all: Option<bool>,
    /// How.
    #[serde(flatten)]
    pub deletion: SessionDeletion,
}

/// What became of a deleted session. All fields are `None` for the older answer without a body.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DeletedSession {
    /// The session.
    pub session_id: Option<SessionId>,
    /// Its number within the application.
    pub session_number: Option<i64>,
    /// `retained_with_user`, `deleted`, `none`, `ineligible_no_vendor_user`, `failed_retryable`; the set is open.
    pub face_retention_outcome: Option<String>,
    /// The template that stays.
    pub biometric_template_uuid: Option<String>,
}

/// What became of many sessions; empty for the older answer without a body.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct BulkDeleted {
    /// One per session deleted.
    #[serde(deserialize_with = "lenient::objects")]
    pub results: Vec<DeletedSession>,
}

impl SessionDeletion {
    /// Checks what the values alone do not say.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first rule broken.
    pub fn validate(&self) -> Result<(), Error> {
        rules::within("face_retention_days", self.face_retention_days, 1, 3_650)?;
        if self.deletion_instruction == Some(DeletionInstruction::PrivacyErasure)
            && self.retain_face_embeddings == Some(true)
        {
            return Err(Error::invalid(
                "retain_face_embeddings",
                "cannot be true for a privacy erasure",
            ));
        }
        Ok(())
    }
}

impl Client {
    /// Deletes one session with everything it collected.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what breaks a documented rule; an API error of kind `NotFound` when it is gone already, and of
    /// kind `Unavailable` when nothing was deleted and it may be tried again.
    pub async fn delete_session(
        &self,
        session: &SessionId,
        deletion: &SessionDeletion,
    ) -> Result<DeletedSession, Error> {
        deletion.validate()?;
        let call = Call::api(Method::DELETE, &[&"session", session, &"delete"]);
        let call = if *deletion == SessionDeletion::default() {
            call
        } else {
            call.body(deletion)?
        };
        let answer = self.json(call).await?.or_empty();
        let deleted: DeletedSession = answer.read()?;
        let answered = deleted.session_id.as_ref();
        Echo::of(answer.status).may_be("session_id", session, answered)?;
        Ok(deleted)
    }

    /// Deletes many person sessions by number, or all of them.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless there are numbers, or `delete_all` is true.
    pub async fn delete_sessions(&self, deletion: &BulkDeletion) -> Result<BulkDeleted, Error> {
        deletion.validate()?;
        let call = Call::api(Method::POST, &[&"sessions", &"delete"]).body(deletion)?;
        let answer = self.json(call).await?.or_empty();
        let deleted: BulkDeleted = answer.read()?;
        let asked: Vec<i64> = deletion
            .session_numbers
            .iter()
            .filter_map(|number| number.parse().ok())
            .collect();
        let strange = |row: &DeletedSession| {
            row.session_number
                .is_some_and(|number| !asked.contains(&number))
        };
        let fits = deletion.delete_all == Some(true) || !deleted.results.iter().any(strange);
        Echo::of(answer.status).hold("session_number", fits)?;
        Ok(deleted)
    }
}

impl BulkDeletion {
    /// Checks what the values alone do not say.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless there are numbers, or `delete_all` is true.
    pub fn validate(&self) -> Result<(), Error> {
        let all = self.delete_all == Some(true);
        if self.session_numbers.is_empty() && !all {
            return Err(Error::invalid(
                "session_numbers",
                "is required unless delete_all is true",
            ));
        }
        // Numbers together with `delete_all` are more likely a mistake than intended.
        if !self.session_numbers.is_empty() && all {
            return Err(Error::invalid(
                "session_numbers",
                "must be empty when delete_all is true",
            ));
        }
        self.deletion.validate()
    }
}
