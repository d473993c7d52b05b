//! Listing sessions.

use std::fmt;

use reqwest::Method;
use serde::Deserialize;

use super::rows::{SessionReference, SessionSummary};
use crate::echo::Echo;
use crate::error::Error;
use crate::http::{Call, Client};
use crate::ids::WorkflowId;
use crate::paging::{Page, PageRequest};
use crate::status::SessionStatus;
use crate::values::{self, Country, Date, Text, Uuid, one_of, value};

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

value!(
    /// A document's code: one of those that passports and Didit write, such as `P` or `ID`.
    DocumentCode,
    |text| one_of(text, &DOCUMENT_TYPES).map(str::to_owned)
);

value!(
    /// A standalone service that can have made a session, such as `FACE_MATCH`.
    ApiService,
    |text| one_of(text, &API_SERVICES).map(str::to_owned)
);

value!(
    /// A risk code of warnings, such as `DOCUMENT_EXPIRED`.
    RiskCode,
    |text| text
        .parse()
        .map(|code: Text| code.to_ascii_uppercase())
);

/// Whose sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "")
)]
#[serde(rename_all = "lowercase")]
pub enum SessionKind {
    /// Of people.
    User,
    /// Of businesses.
    Business,
    /// Of both.
    All,
}

/// What made a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionType {
    /// A call of the API.
    Api,
    /// A link of a workflow.
    Hosted,
    /// An import.
    Migrated,
    /// Whichever.
    All,
}

impl fmt::Display for SessionKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::User => "user",
            Self::Business => "business",
            Self::All => "all",
        })
    }
}

impl fmt::Display for SessionType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Api => "API",
            Self::Hosted => "HOSTED",
            Self::Migrated => "MIGRATED",
            Self::All => "ALL",
        })
    }
}

/// Which sessions to list. All conditions must hold; within a list any value may.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct SessionFilter {
    /// Those of people unless said otherwise.
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub session_kind: Option<SessionKind>,
    /// Which page.
    #[serde(skip)]
    pub page: PageRequest,
    /// Not Started, In Progress, Approved, Declined, In Review, Expired, Abandoned, Kyc Expired, Resubmitted, Awaiting User.
    pub status: Vec<SessionStatus>,
    /// Your own id of the person, exactly.
    pub vendor_data: Option<Text>,
    /// Session id or number, name, e-mail, phone or document number.
    pub search: Option<Text>,
    /// Any of these workflows.
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub workflow_id: Vec<WorkflowId>,
    /// YYYY-MM-DD, UTC.
    pub date_from: Option<Date>,
    /// Inclusive.
    pub date_to: Option<Date>,
    /// Issuing countries, three letters.
    pub country: Vec<Country>,
    /// Codes such as P, ID, DL.
    pub document_type: Vec<DocumentCode>,
    /// Risk codes such as DOCUMENT_EXPIRED.
    pub warning: Vec<RiskCode>,
    /// A document's name.
    #[serde(skip)]
    pub document_name: Option<Text>,
    /// A region.
    #[serde(skip)]
    pub region: Option<Text>,
    /// Didit's own id of the person.
    #[serde(skip)]
    pub didit_internal_id: Option<Uuid>,
    /// A UUID of the person.
    #[serde(skip)]
    pub euuid: Option<Uuid>,
    /// What made the session.
    #[serde(skip)]
    pub session_type: Vec<SessionType>,
    /// The standalone service that made the session.
    #[serde(skip)]
    pub api_service: Option<ApiService>,
    /// The name that was screened.
    #[serde(skip)]
    pub screened_full_name: Option<Text>,
    /// Whether it began in review.
    #[serde(skip)]
    pub status_initialized_as_in_review: Option<bool>,
    /// Whether a person has to look at it.
    #[serde(skip)]
    pub is_kyc_to_be_reviewed: Option<bool>,
    /// An organization's name.
    #[serde(skip)]
    pub organization_name: Option<Text>,
}

impl Client {
    /// The application's sessions, newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a condition that breaks a documented rule, before anything is sent.
    pub async fn list_sessions(
        &self,
        filter: &SessionFilter,
    ) -> Result<Page<SessionSummary>, Error> {
        let answer = self.json(filter.call()?).await?;
        let mut sessions: Page<SessionSummary> = Page::read(&answer, filter.page)?;
        for row in &mut sessions.items {
            values::drop_unless_web_link(&mut row.session_url);
        }
        let references = sessions.items.iter().map(|row| row.vendor_data.as_deref());
        filter.fits(answer.status, references)?;
        Ok(sessions)
    }

    /// The same sessions, reduced to what identifies them.
    ///
    /// # Errors
    /// Those of [`Client::list_sessions`].
    pub async fn find_sessions(
        &self,
        filter: &SessionFilter,
    ) -> Result<Page<SessionReference>, Error> {
        let answer = self.json(filter.call()?).await?;
        let sessions: Page<SessionReference> = Page::read(&answer, filter.page)?;
        let references = sessions.items.iter().map(|row| row.vendor_data.as_deref());
        filter.fits(answer.status, references)?;
        Ok(sessions)
    }
}

impl SessionFilter {
    /// Checks what the values alone do not say.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first rule broken.
    pub fn validate(&self) -> Result<(), Error> {
        self.call().map(drop)
    }

    /// A request for one person's sessions must never return another's, even if the filter was lost on the way.
    fn fits<'a>(
        &self,
        status: u16,
        mut references: impl Iterator<Item = Option<&'a str>>,
    ) -> Result<(), Error> {
        let Some(asked) = self.vendor_data.as_deref() else {
            return Ok(());
        };
        let fits =
            references.all(|answered| answered.is_none_or(|answered| answered.trim() == asked));
        Echo::of(status).hold("vendor_data", fits)
    }

    fn call(&self) -> Result<Call<'static>, Error> {
        // Didit would answer a reversed range with an empty page.
        if let (Some(from), Some(to)) = (&self.date_from, &self.date_to)
            && from > to
        {
            return Err(Error::invalid(
                "date_from",
                format!("must not lie after date_to ({to})"),
            ));
        }
        let call = Call::api(Method::GET, &[&"sessions"]).query("session_kind", self.session_kind);
        Ok(self
            .page
            .apply(call)?
            .query("status", joined(&self.status))
            .query("vendor_data", self.vendor_data.as_ref())
            .query("search", self.search.as_ref())
            .query("workflow_id", joined(&self.workflow_id))
            .query("date_from", self.date_from.as_ref())
            .query("date_to", self.date_to.as_ref())
            .query("country", joined(&self.country))
            .query("document_type", joined(&self.document_type))
            .query("document_name", self.document_name.as_ref())
            .query("region", self.region.as_ref())
            .query("didit_internal_id", self.didit_internal_id.as_ref())
            .query("euuid", self.euuid.as_ref())
            .query("session_type", joined(&self.session_type))
            .query("api_service", self.api_service.as_ref())
            .query("screened_full_name", self.screened_full_name.as_ref())
            .query("warning", joined(&self.warning))
            .query(
                "status_initialized_as_in_review",
                self.status_initialized_as_in_review,
            )
            .query("is_kyc_to_be_reviewed", self.is_kyc_to_be_reviewed)
            .query("organization_name", self.organization_name.as_ref()))
    }
}

/// Lists travel as one value with commas.
fn joined<T: ToString>(values: &[T]) -> Option<String> {
    let texts: Vec<String> = values.iter().map(T::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(","))
}
