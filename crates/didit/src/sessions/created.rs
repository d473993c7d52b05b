//! Creating a session, or reusing an unfinished one.

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::create::SessionRequest;
use crate::echo::Echo;
use crate::error::{Error, ErrorKind};
use crate::http::{Call, Client, unreadable};
use crate::ids::{SessionId, WorkflowId};
use crate::lenient;
use crate::secret::SessionToken;
use crate::status::SessionStatus;
use crate::values;

/// A session, new or reused. Nothing in the response says which; compare `session_id` or look at `status`.
#[serde_with::apply(Option => #[serde(default, deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CreatedSession {
    /// Its id.
    pub session_id: SessionId,
    /// Its number within the application.
    pub session_number: Option<i64>,
    /// Its secret token, which is also part of the link.
    pub session_token: Option<SessionToken>,
    /// The link for the person. Whoever has it can act as the person. Absent where the key may not see links.
    pub url: Option<String>,
    /// Your own reference.
    pub vendor_data: Option<String>,
    /// Your own data.
    #[serde(default)]
    #[serde_with(skip_apply)]
    pub metadata: Option<Value>,
    /// `Not Started` for a new one.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub status: SessionStatus,
    /// Where the person goes afterwards.
    pub callback: Option<String>,
    /// The workflow's group id, whichever id was sent.
    pub workflow_id: Option<WorkflowId>,
    /// The version it is pinned to.
    pub workflow_version: Option<i64>,
}

impl Client {
    /// Creates a session, or returns the unfinished one with the same `vendor_data`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what breaks a documented rule, before anything is sent; an API error of kind `OutOfCredit` when
    /// the balance is too low.
    pub async fn create_session(&self, request: &SessionRequest) -> Result<CreatedSession, Error> {
        request.validate()?;
        let call = Call::api(Method::POST, &[&"session"]).body(&request)?;
        let answer = self.json(call).await?;
        let mut created: CreatedSession = answer.read_needing("session_id")?;
        created.url = created.url.filter(|link| !link.trim().is_empty());
        self.belongs(answer.status, &created, request).await?;
        Ok(created)
    }

    /// A link that leads elsewhere, or to another person's session, must not reach the person.
    async fn belongs(
        &self,
        status: u16,
        created: &CreatedSession,
        request: &SessionRequest,
    ) -> Result<(), Error> {
        let echo = Echo::of(status).made(created.session_id.as_uuid());
        let sent = request.vendor_data.as_deref().unwrap_or_default();
        let answered = created.vendor_data.as_deref().map(str::trim);
        let is_absent = sent.is_empty() && answered.is_some_and(str::is_empty);
        echo.hold(
            "vendor_data",
            is_absent || answered.is_none_or(|answered| answered == sent),
        )?;
        echo.may_be_address(
            "callback",
            request.callback.as_deref(),
            created.callback.as_deref(),
        )?;
        let id = created.session_id;
        let link = created.url.as_deref();
        if link.is_some_and(|link| !values::is_web_link(link)) {
            return Err(unreadable(
                status,
                format!(
                    "the `url` of the session {id} is not an https address that a person can be sent to"
                ),
            ));
        }
        match created.workflow_id {
            Some(answered) if answered != request.workflow_id => {
                // The answer names the workflow, also where the request named one of its versions.
                let fits = match self.workflow(&request.workflow_id).await {
                    Ok(version) => version.workflow_id == Some(answered),
                    Err(Error::Api(error)) if error.kind == ErrorKind::NotFound => false,
                    // Without an answer there is no contradiction.
                    Err(_) => true,
                };
                echo.hold("workflow_id", fits)
            }
            _ => Ok(()),
        }
    }
}
