//! Listing sessions.

use reqwest::Method;

use super::rows::{SessionReference, SessionSummary};
use crate::echo::Echo;
use crate::error::Error;
use crate::http::{Call, Client};
use crate::ids::WorkflowId;
use crate::paging::{Page, Paged};
use crate::rules;
use crate::status::SessionStatus;

/// The API services of [`SessionFilter::api_service`].
const API_SERVICES: [&str; 11] = [
    "ID_VERIFICATION",
    "FACE_MATCH",
    "AGE_ESTIMATION",
    "FACE_SEARCH",
    "POA",
    "AML",
    "KYB_REGISTRY",
    "PASSIVE_LIVENESS",
    "DATABASE_VALIDATION",
    "PHONE_VERIFICATION",
    "EMAIL_VERIFICATION",
];

/// The document codes of [`SessionFilter::document_type`].
const DOCUMENT_TYPES: [&str; 12] = [
    "P", "ID", "DL", "RP", "SSC", "HIC", "WP", "TC", "VISA", "PSC", "BC", "OTHER",
];

/// Which sessions to list. All conditions must hold; within a list any value may.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SessionFilter {
    /// `user` (the server's default), `business` or `all`.
    pub session_kind: Option<String>,
    /// Which page.
    pub page: Page,
    /// Any of these statuses.
    pub status: Vec<SessionStatus>,
    /// Your own reference, exactly.
    pub vendor_data: Option<String>,
    /// A session id, a number, a name, an e-mail or a document number; the server guesses which.
    pub search: Option<String>,
    /// Any of these workflows.
    pub workflow_id: Vec<WorkflowId>,
    /// First day, `YYYY-MM-DD` in UTC.
    pub date_from: Option<String>,
    /// Last day, `YYYY-MM-DD` in UTC.
    pub date_to: Option<String>,
    /// Issuing countries (alpha-3), or register countries of business sessions.
    pub country: Vec<String>,
    /// Document codes, such as `P` or `ID`.
    pub document_type: Vec<String>,
    /// A document's name.
    pub document_name: Option<String>,
    /// A region.
    pub region: Option<String>,
    /// Didit's own id of the person, a UUID.
    pub didit_internal_id: Option<String>,
    /// A UUID of the person.
    pub euuid: Option<String>,
    /// Any of `API`, `HOSTED`, `MIGRATED`, or `ALL`.
    pub session_type: Vec<String>,
    /// The standalone service that made the session, such as `FACE_MATCH`.
    pub api_service: Option<String>,
    /// The name that was screened.
    pub screened_full_name: Option<String>,
    /// Any of these risk codes among the warnings.
    pub warning: Vec<String>,
    /// Whether it began in review.
    pub status_initialized_as_in_review: Option<bool>,
    /// Whether a person has to look at it.
    pub is_kyc_to_be_reviewed: Option<bool>,
    /// An organization's name.
    pub organization_name: Option<String>,
}

impl Client {
    /// The application's sessions, newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a condition that breaks a documented rule, before anything is sent.
    pub async fn list_sessions(
        &self,
        filter: &SessionFilter,
    ) -> Result<Paged<SessionSummary>, Error> {
        let answer = self.json(filter.call()?).await?;
        let mut sessions: Paged<SessionSummary> = Paged::read(&answer, filter.page)?;
        for row in &mut sessions.items {
            rules::drop_unless_web_link(&mut row.session_url);
        }
        let references = sessions.items.iter().map(|row| row.vendor_data.as_deref());
        filter.fits(answer.status, references)?;
        Ok(sessions)
    }

    /// The same sessions, with no more than finds them.
    ///
    /// # Errors
    /// Those of [`Client::list_sessions`].
    pub async fn find_sessions(
        &self,
        filter: &SessionFilter,
    ) -> Result<Paged<SessionReference>, Error> {
        let answer = self.json(filter.call()?).await?;
        let sessions: Paged<SessionReference> = Paged::read(&answer, filter.page)?;
        let references = sessions.items.iter().map(|row| row.vendor_data.as_deref());
        filter.fits(answer.status, references)?;
        Ok(sessions)
    }
}

impl SessionFilter {
    /// Checks every condition.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first rule broken.
    pub fn validate(&self) -> Result<(), Error> {
        self.call().map(drop)
    }

    /// Whoever asks for one person's sessions must not get another's, whatever became of the condition on the way.
    fn fits<'a>(
        &self,
        status: u16,
        mut references: impl Iterator<Item = Option<&'a str>>,
    ) -> Result<(), Error> {
        let Some(asked) = self.vendor_data.as_deref().map(str::trim) else {
            return Ok(());
        };
        let fits =
            references.all(|answered| answered.is_none_or(|answered| answered.trim() == asked));
        Echo::of(status).hold("vendor_data", fits)
    }

    fn call(&self) -> Result<Call<'static>, Error> {
        let kind = rules::optional(&self.session_kind, |kind| {
            rules::one_of("session_kind", kind, &["user", "business", "all"])
        })?;
        let api_service = rules::optional(&self.api_service, |service| {
            rules::one_of("api_service", service, &API_SERVICES)
        })?;
        let date_from = rules::optional(&self.date_from, |day| rules::date("date_from", day))?;
        let date_to = rules::optional(&self.date_to, |day| rules::date("date_to", day))?;
        // Didit answers such days with an empty page too. Dates of one form are in order as texts.
        if let (Some(from), Some(to)) = (&date_from, &date_to)
            && from > to
        {
            return Err(Error::invalid(
                "date_from",
                format!("must not lie after date_to ({to})"),
            ));
        }
        let call = Call::api(Method::GET, &[&"sessions"]).query("session_kind", kind);
        Ok(self
            .page
            .apply(call)?
            .query("status", joined(&self.status))
            .query("vendor_data", text("vendor_data", &self.vendor_data)?)
            .query("search", text("search", &self.search)?)
            .query("workflow_id", joined(&self.workflow_id))
            .query("date_from", date_from)
            .query("date_to", date_to)
            .query("country", joined(&countries(&self.country)?))
            .query(
                "document_type",
                joined(&each(
                    &self.document_type,
                    "document_type",
                    &DOCUMENT_TYPES,
                )?),
            )
            .query("document_name", text("document_name", &self.document_name)?)
            .query("region", text("region", &self.region)?)
            .query(
                "didit_internal_id",
                rules::optional(&self.didit_internal_id, |id| {
                    rules::uuid("didit_internal_id", id)
                })?,
            )
            .query(
                "euuid",
                rules::optional(&self.euuid, |id| rules::uuid("euuid", id))?,
            )
            .query(
                "session_type",
                joined(&each(
                    &self.session_type,
                    "session_type",
                    &["API", "HOSTED", "MIGRATED", "ALL"],
                )?),
            )
            .query("api_service", api_service)
            .query(
                "screened_full_name",
                text("screened_full_name", &self.screened_full_name)?,
            )
            .query("warning", joined(&upper_case(&self.warning)?))
            .query(
                "status_initialized_as_in_review",
                self.status_initialized_as_in_review,
            )
            .query("is_kyc_to_be_reviewed", self.is_kyc_to_be_reviewed)
            .query(
                "organization_name",
                text("organization_name", &self.organization_name)?,
            ))
    }
}

/// Didit answers an unknown country with an empty page, which reads like "nobody".
fn countries(codes: &[String]) -> Result<Vec<String>, Error> {
    codes
        .iter()
        .map(|code| rules::country("country", code))
        .collect()
}

/// Lists travel as one value with commas.
fn joined<T: ToString>(values: &[T]) -> Option<String> {
    let texts: Vec<String> = values.iter().map(T::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(","))
}

fn text(field: &str, value: &Option<String>) -> Result<Option<String>, Error> {
    rules::optional(value, |text| rules::visible_text(field, text, usize::MAX))
}

fn upper_case(values: &[String]) -> Result<Vec<String>, Error> {
    values
        .iter()
        .map(|value| {
            rules::visible_text("warning", value, usize::MAX).map(|code| code.to_ascii_uppercase())
        })
        .collect()
}

fn each(values: &[String], field: &str, allowed: &[&str]) -> Result<Vec<String>, Error> {
    values
        .iter()
        .map(|value| rules::one_of(field, value, allowed))
        .collect()
}
