//! A session's trail: who did what, when and why. <https://docs.didit.me/sessions-api/reviews>

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::decision::Review;
use super::http::{Call, Client};
use super::{echo::Echo, error::Error, ids::SessionId, rules};

/// A comment for the trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewComment {
    /// What reviewers should know, one or more lines.
    pub comment: String,
}

impl NewComment {
    /// The comment exactly as it is sent.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a comment that is blank or holds what nobody can see.
    pub fn normalized(&self) -> Result<Self, Error> {
        let comment = rules::comment("comment", &self.comment)?;
        Ok(Self { comment })
    }
}

impl Client {
    /// Adds a comment to the trail of a person's session; its status stays. Not idempotent.
    ///
    /// # Errors
    /// Those of [`NewComment::normalized`], and an API error of kind `NotFound` for an unknown or a company's session.
    pub async fn add_comment(
        &self,
        session: &SessionId,
        new: &NewComment,
    ) -> Result<Review, Error> {
        let new = new.normalized()?;
        let call = Call::api(Method::POST, &[&"sessions", session, &"reviews"]).body(&new)?;
        let answer = self.json(call).await?;
        let added: Review = answer.read()?;
        Echo::of(answer.status).may_be("comment", &new.comment, added.comment.as_ref())?;
        Ok(added)
    }
}
