//! A session's trail: who did what, when and why. <https://docs.didit.me/sessions-api/reviews>

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::decision::Review;
use super::http::{Call, Client};
use super::{echo::Echo, error::Error, ids::SessionId, values::Comment};

/// A comment for the trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewComment {
    /// What reviewers should know, one or more lines.
    pub comment: Comment,
}

impl Client {
    /// Adds a comment to the trail of a person's session; its status stays. Not idempotent.
    ///
    /// # Errors
    /// An API error of kind `NotFound` for an unknown session, and for a company's.
    pub async fn add_comment(
        &self,
        session: &SessionId,
        new: &NewComment,
    ) -> Result<Review, Error> {
        let call = Call::api(Method::POST, &[&"sessions", session, &"reviews"]).body(new)?;
        let answer = self.json(call).await?;
        let added: Review = answer.read()?;
        Echo::of(answer.status).may_be(
            "comment",
            &new.comment.to_string(),
            added.comment.as_ref(),
        )?;
        Ok(added)
    }
}
