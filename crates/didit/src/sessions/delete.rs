//! Deleting sessions. There is no undo.

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::echo::Echo;
use crate::error::Error;
use crate::http::{Call, Client};
use crate::ids::SessionId;
use crate::lenient;
use crate::rules;

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
    /// Until when, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_retention_deadline: Option<String>,
    /// `operational_session_delete` (the default) or `privacy_erasure`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_instruction: Option<String>,
    /// Your own reference of the instruction, at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction_id: Option<String>,
}

/// Which person sessions to delete at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BulkDeletion {
    /// Their numbers (not ids), as digits. Unknown ones are skipped silently.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub session_numbers: Vec<String>,
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
    /// Checks everything that can be checked without the server.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first rule broken.
    pub fn validate(&self) -> Result<(), Error> {
        self.normalized().map(drop)
    }

    /// The request exactly as it is sent: checked, with blanks around texts dropped and words in the API's own spelling.
    ///
    /// # Errors
    /// Those of [`Self::validate`].
    pub fn normalized(&self) -> Result<Self, Error> {
        const INSTRUCTIONS: [&str; 2] = ["operational_session_delete", "privacy_erasure"];
        rules::within("face_retention_days", self.face_retention_days, 1, 3_650)?;
        let deletion_instruction = rules::optional(&self.deletion_instruction, |text| {
            rules::one_of("deletion_instruction", text, &INSTRUCTIONS)
        })?;
        if deletion_instruction.as_deref() == Some("privacy_erasure")
            && self.retain_face_embeddings == Some(true)
        {
            return Err(Error::invalid(
                "retain_face_embeddings",
                "cannot be true for a privacy erasure",
            ));
        }
        let deadline = rules::optional(&self.face_retention_deadline, |text| {
            let refused = |rule| Error::invalid("face_retention_deadline", rule);
            match text.trim().parse::<Timestamp>() {
                Ok(deadline) if deadline > Timestamp::now() => Ok(text.trim().to_owned()),
                Ok(_) => Err(refused("must lie in the future")),
                Err(_) => Err(refused(
                    "must be an ISO 8601 time such as 2030-01-31T12:00:00Z",
                )),
            }
        })?;
        Ok(Self {
            deletion_instruction,
            face_retention_deadline: deadline,
            instruction_id: rules::optional(&self.instruction_id, |text| {
                rules::visible_text("instruction_id", text, 255)
            })?,
            ..self.clone()
        })
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
        let deletion = deletion.normalized()?;
        let call = Call::api(Method::DELETE, &[&"session", session, &"delete"]);
        let call = if deletion == SessionDeletion::default() {
            call
        } else {
            call.body(&deletion)?
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
        let request = deletion.normalized()?;
        let call = Call::api(Method::POST, &[&"sessions", &"delete"]).body(&request)?;
        let answer = self.json(call).await?.or_empty();
        let deleted: BulkDeleted = answer.read()?;
        let asked: Vec<i64> = request
            .session_numbers
            .iter()
            .filter_map(|number| number.parse().ok())
            .collect();
        let strange = |row: &DeletedSession| {
            row.session_number
                .is_some_and(|number| !asked.contains(&number))
        };
        let fits = request.delete_all == Some(true) || !deleted.results.iter().any(strange);
        Echo::of(answer.status).hold("session_number", fits)?;
        Ok(deleted)
    }
}

impl BulkDeletion {
    /// Checks everything that can be checked without the server.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless there are numbers, or `delete_all` is true.
    pub fn validate(&self) -> Result<(), Error> {
        self.normalized().map(drop)
    }

    /// The request exactly as it is sent: checked, with blanks around texts dropped and words in the API's own spelling.
    ///
    /// # Errors
    /// Those of [`Self::validate`].
    pub fn normalized(&self) -> Result<Self, Error> {
        let all = self.delete_all == Some(true);
        if self.session_numbers.is_empty() && !all {
            return Err(Error::invalid(
                "session_numbers",
                "is required unless delete_all is true",
            ));
        }
        // Naming sessions and all of them at once is more likely a mistake than a wish.
        if !self.session_numbers.is_empty() && all {
            return Err(Error::invalid(
                "session_numbers",
                "must be empty when delete_all is true",
            ));
        }
        let number = |text: &String| {
            let digits = text.trim();
            let valid = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            valid
                .then(|| digits.to_owned())
                .ok_or_else(|| Error::invalid("session_numbers", "must hold digits only"))
        };
        Ok(Self {
            session_numbers: self
                .session_numbers
                .iter()
                .map(number)
                .collect::<Result<_, Error>>()?,
            delete_all: self.delete_all,
            deletion: self.deletion.normalized()?,
        })
    }
}
