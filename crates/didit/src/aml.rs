//! What a human says of the hits on watch lists. <https://docs.didit.me/core-technology/aml-screening/overview>

use std::fmt;

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::http::{Call, Client};
use super::{echo::Echo, error::Error, ids::SessionId, lenient, values::Text};

/// What a hit can be marked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "")
)]
pub enum HitReview {
    /// Nobody has looked at it yet.
    Unreviewed,
    /// It is the person.
    #[serde(rename = "Confirmed Match")]
    ConfirmedMatch,
    /// It is somebody else.
    #[serde(rename = "False Positive")]
    FalsePositive,
    /// It cannot be told.
    Inconclusive,
}

/// A hit and what it is marked as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HitUpdate {
    /// The hit's id.
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub hit_id: Text,
    /// What it is.
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub review_status: HitReview,
}

#[derive(Serialize)]
struct OneHit<'a> {
    #[serde(flatten)]
    update: &'a HitUpdate,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_id: Option<&'a Text>,
}

#[derive(Serialize)]
struct SeveralHits<'a> {
    hit_updates: &'a [HitUpdate],
    #[serde(skip_serializing_if = "Option::is_none")]
    node_id: Option<&'a Text>,
}

/// What the two requests answer.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct HitsUpdated {
    hit_id: Option<String>,
    review_status: Option<String>,
    #[serde(deserialize_with = "lenient::texts")]
    updated_hits: Vec<String>,
}

impl HitReview {
    /// Every value, in Didit's order.
    pub const ALL: [Self; 4] = [
        Self::Unreviewed,
        Self::ConfirmedMatch,
        Self::FalsePositive,
        Self::Inconclusive,
    ];

    /// Didit's own word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreviewed => "Unreviewed",
            Self::ConfirmedMatch => "Confirmed Match",
            Self::FalsePositive => "False Positive",
            Self::Inconclusive => "Inconclusive",
        }
    }
}

impl fmt::Display for HitReview {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Client {
    /// Marks hits of one screening of a session, all of them or none. The session's status stays. `node_id` names the step where
    /// the session has several that search watch lists.
    ///
    /// # Errors
    /// [`Error::Invalid`] without any hit; an API error of kind `NotFound` for a hit that the screening does not have, and then
    /// nothing is changed.
    pub async fn update_hits(
        &self,
        session: &SessionId,
        node_id: Option<&Text>,
        updates: &[HitUpdate],
    ) -> Result<(), Error> {
        let patch = |end: &'static str| Call::api(Method::PATCH, &[&"session", session, &end]);
        let call = match updates {
            [] => return Err(Error::invalid("hit_updates", "must name at least one hit")),
            [update] => patch("update-aml-hit-status").body(&OneHit { update, node_id })?,
            hit_updates => patch("bulk-update-aml-hit-status").body(&SeveralHits {
                hit_updates,
                node_id,
            })?,
        };
        // The description takes the step in the query and in the body, and does not say which one counts.
        let answer = self.json(call.query("node_id", node_id)).await?;
        let updated: HitsUpdated = answer.read()?;
        let echo = Echo::of(answer.status);
        if let [only] = updates {
            echo.may_be("hit_id", &only.hit_id.to_string(), updated.hit_id.as_ref())?;
            return echo.may_be_word(
                "review_status",
                Some(only.review_status.as_str()),
                updated.review_status.as_deref(),
            );
        }
        let is_sent = |hit: &String| updates.iter().any(|update| *update.hit_id == **hit);
        echo.hold("updated_hits", updated.updated_hits.iter().all(is_sent))
    }
}
