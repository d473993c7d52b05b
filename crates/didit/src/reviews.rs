//! A session's trail: who did what, when and why. <https://docs.didit.me/sessions-api/reviews>

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::decision::Review;
use super::http::{Call, Client};
use super::paging::{Page, PageRequest};
use super::{echo::Echo, error::Error, ids::SessionId, lenient, values::Comment};

/// A comment for the trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewComment {
    /// What reviewers should know, one or more lines.
    pub comment: Comment,
}

/// One entry of a trail.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Activity {
    /// `STATUS_UPDATED`, `KYC_DATA_UPDATED`, `DETAIL_VIEWED` and others; the set is open. Comments are `STATUS_UPDATED` too.
    pub activity_type: Option<String>,
    /// Who, as Didit shows it; `Unknown` for entries made with an API key.
    pub actor_display: Option<String>,
    /// Who, by address.
    pub actor_email: Option<String>,
    /// `API_KEY`, `CONSOLE_USER` and others; the set is open.
    pub actor_type: Option<String>,
    /// The status afterwards. Without a `previous_status` it is a label that somebody gave a comment, and changed nothing.
    pub new_status: Option<String>,
    /// The status before.
    pub previous_status: Option<String>,
    /// Why.
    pub comment: Option<String>,
    /// The names of what was changed; the values are in no field that is read here.
    #[serde(deserialize_with = "lenient::texts")]
    pub changed_fields: Vec<String>,
    /// ISO 8601.
    pub created_at: Option<String>,
}

impl Client {
    /// The whole trail of a person's session, oldest first.
    ///
    /// # Errors
    /// An API error of kind `NotFound` for an unknown session, and for a company's.
    pub async fn trail(&self, session: &SessionId) -> Result<Vec<Activity>, Error> {
        let call = || {
            Call::api(Method::GET, &[&"sessions", session, &"reviews"])
                .query("ordering", Some("created_at"))
        };
        self.every_row(Some(100), call).await
    }

    /// Who did what with a person's session, 50 rows unless said otherwise.
    ///
    /// # Errors
    /// An API error of kind `NotFound` for an unknown session, and for a company's.
    pub async fn list_activities(
        &self,
        session: &SessionId,
        oldest_first: bool,
        page: &PageRequest,
    ) -> Result<Page<Activity>, Error> {
        let call = Call::api(Method::GET, &[&"sessions", session, &"reviews"])
            .query("ordering", oldest_first.then_some("created_at"));
        Page::read(&self.json(page.apply(call)?).await?, *page)
    }

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
