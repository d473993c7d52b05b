//! Workflows: what a verification consists of.
//!
//! <https://docs.didit.me/management-api/workflows/create>

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::echo::Echo;
use super::error::Error;
use super::features::{WorkflowFeature, normalize};
use super::http::{Call, Client};
use super::ids::WorkflowId;
use super::lenient;
use super::money::Money;
use super::paging::{Page, PageRequest};
use super::rules;
use super::values::{self, Text};

/// A workflow to create, or what to change of one. On update, what is unset stays, and `features` replaces the whole list.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct WorkflowRequest {
    /// Its name, at most 50 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_label: Option<String>,
    /// Whether sessions without a workflow of their own use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
    /// `draft` or `published`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The features in order; required to create.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<WorkflowFeature>>,
    /// Whether the pages carry the customer's brand (costs more).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_white_label_enabled: Option<bool>,
    /// Whether a computer may be used instead of a phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_desktop_allowed: Option<bool>,
    /// How often a declined person may try again, 0 to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retry_attempts: Option<u32>,
    /// Within how many days, 1 to 365.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_window_days: Option<u32>,
    /// How often the selfie may be taken, 1 to 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_liveness_max_attempts: Option<u32>,
    /// How often the face may be compared, 1 to 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_match_max_attempts: Option<u32>,
    /// The life of a session in seconds, 3,600 to 2,419,200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_expiration_time: Option<u32>,
}

impl WorkflowRequest {
    /// Checks everything that is documented.
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
        rules::within("max_retry_attempts", self.max_retry_attempts, 0, 10)?;
        rules::within("retry_window_days", self.retry_window_days, 1, 365)?;
        rules::within(
            "face_liveness_max_attempts",
            self.face_liveness_max_attempts,
            1,
            3,
        )?;
        rules::within(
            "face_match_max_attempts",
            self.face_match_max_attempts,
            1,
            3,
        )?;
        rules::within(
            "session_expiration_time",
            self.session_expiration_time,
            3_600,
            2_419_200,
        )?;
        Ok(Self {
            workflow_label: rules::optional(&self.workflow_label, |label| {
                rules::checked::<Text<50>>("workflow_label", label)
            })?,
            status: rules::optional(&self.status, |status| {
                rules::one_of("status", status, &["draft", "published"])
            })?,
            features: self.features.as_deref().map(normalize).transpose()?,
            ..self.clone()
        })
    }
}

/// A row of the list of workflows.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct WorkflowSummary {
    /// The id of this version; what [`Client::workflow`] and the other calls of one workflow take.
    pub uuid: Option<WorkflowId>,
    /// The id of the workflow over all its versions; what a session takes.
    pub workflow_id: Option<WorkflowId>,
    /// Its name.
    pub workflow_label: Option<String>,
    /// `kyc` and the like for old workflows, `None` for those made with this API.
    pub workflow_type: Option<String>,
    /// `draft` or `published`.
    pub status: Option<String>,
    /// Counts from 1.
    pub version: Option<i64>,
    /// The names of its features, upper-cased.
    #[serde(deserialize_with = "lenient::texts")]
    pub features: Vec<String>,
    /// Dollars for a session.
    pub total_price: Option<Money>,
    /// Dollars for the cheapest way through.
    pub min_price: Option<Money>,
    /// Dollars for the dearest way through.
    pub max_price: Option<Money>,
    /// Whether it is the application's default.
    pub is_default: Option<bool>,
    /// Whether it is archived.
    pub is_archived: Option<bool>,
    /// Whether there is also a draft of it.
    pub has_draft: Option<bool>,
    /// Whether the customer's brand is shown.
    pub is_white_label_enabled: Option<bool>,
    /// A link that starts a session for anyone.
    pub workflow_url: Option<String>,
    /// How often a declined person may try again.
    pub max_retry_attempts: Option<i64>,
    /// Within how many days.
    pub retry_window_days: Option<i64>,
    /// The life of a session in seconds.
    pub session_expiration_time: Option<i64>,
    /// ISO 8601.
    pub updated_at: Option<String>,
}

/// A workflow with its settings, of which there are about 190; the less common ones are in `extra`.
#[serde_with::apply(Option => #[serde(default, deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    /// The id of this version. Publishing changes gives a new one.
    pub uuid: WorkflowId,
    /// The id of the workflow over all its versions; what a session takes.
    pub workflow_id: Option<WorkflowId>,
    /// Its name.
    pub workflow_label: Option<String>,
    /// `kyc` and the like for old workflows, `None` for those made with this API.
    pub workflow_type: Option<String>,
    /// `draft` or `published`.
    pub status: Option<String>,
    /// Counts from 1.
    pub version: Option<i64>,
    /// The names of its features, upper-cased.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub features: Vec<String>,
    /// Dollars for a session.
    pub total_price: Option<Money>,
    /// Dollars for the cheapest way through.
    pub min_price: Option<Money>,
    /// Dollars for the dearest way through.
    pub max_price: Option<Money>,
    /// Whether it is the application's default.
    pub is_default: Option<bool>,
    /// Whether it is archived.
    pub is_archived: Option<bool>,
    /// Whether the customer's brand is shown.
    pub is_white_label_enabled: Option<bool>,
    /// A link that starts a session for anyone.
    pub workflow_url: Option<String>,
    /// How often a declined person may try again.
    pub max_retry_attempts: Option<i64>,
    /// Within how many days.
    pub retry_window_days: Option<i64>,
    /// The life of a session in seconds.
    pub session_expiration_time: Option<i64>,
    /// ISO 8601.
    pub created_at: Option<String>,
    /// ISO 8601.
    pub updated_at: Option<String>,
    /// ISO 8601.
    pub published_at: Option<String>,
    /// Every key that is not named here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl WorkflowSummary {
    /// Writes the names of features as the rest of the API does, and drops what is no link.
    fn tidy(&mut self) {
        upper_case(&mut self.features);
        values::drop_unless_web_link(&mut self.workflow_url);
    }
}

impl Client {
    /// The application's workflows, newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit of 0.
    pub async fn list_workflows(&self, page: &PageRequest) -> Result<Page<WorkflowSummary>, Error> {
        let call = page.apply(Call::api(Method::GET, &[&"workflows"]))?;
        let mut workflows: Page<WorkflowSummary> = Page::read(&self.json(call).await?, *page)?;
        workflows.items.iter_mut().for_each(WorkflowSummary::tidy);
        Ok(workflows)
    }

    /// All of the application's workflows, one row a version.
    ///
    /// # Errors
    /// Those of [`Client::list_workflows`].
    pub async fn every_workflow(&self) -> Result<Vec<WorkflowSummary>, Error> {
        let call = || Call::api(Method::GET, &[&"workflows"]);
        let mut rows: Vec<WorkflowSummary> = self.every_row(Some(100), call).await?;
        rows.iter_mut().for_each(WorkflowSummary::tidy);
        Ok(rows)
    }

    /// One version of a workflow.
    ///
    /// # Errors
    /// An API error of kind `NotFound` for an unknown version.
    pub async fn workflow(&self, version: &WorkflowId) -> Result<Workflow, Error> {
        let call = Call::api(Method::GET, &[&"workflows", version]);
        let (status, workflow) = self.workflow_call(call).await?;
        Echo::of(status).hold("uuid", workflow.is(version))?;
        Ok(workflow)
    }

    /// Creates a workflow. Not idempotent; an application has at most 50.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what breaks a documented rule, before anything is sent.
    pub async fn create_workflow(&self, request: &WorkflowRequest) -> Result<Workflow, Error> {
        let request = request.normalized()?;
        if request.features.is_none() {
            normalize(&[])?;
        }
        let call = Call::api(Method::POST, &[&"workflows"]).body(&request)?;
        self.workflow_call(call).await.map(|(_, workflow)| workflow)
    }

    /// Changes a workflow. The result's `uuid` is a new one when `status: "published"` was sent for a published version.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what breaks a documented rule, before anything is sent.
    pub async fn update_workflow(
        &self,
        version: &WorkflowId,
        request: &WorkflowRequest,
    ) -> Result<Workflow, Error> {
        let request = request.normalized()?;
        if request == WorkflowRequest::default() {
            return Err(Error::invalid(
                "request",
                "must change at least one setting",
            ));
        }
        let call = Call::api(Method::PATCH, &[&"workflows", version]).body(&request)?;
        let (status, changed) = self.workflow_call(call).await?;
        if !changed.is(version) {
            // Publishing makes a new version, which is of the same workflow.
            let is_new = request.status.as_deref() == Some("published");
            let fits = match (changed.workflow_id, is_new) {
                (_, false) => false,
                (None, true) => true,
                (Some(answered), true) => match self.workflow(version).await {
                    Ok(before) => before.workflow_id.is_none_or(|before| before == answered),
                    // Without an answer there is no contradiction.
                    Err(_) => true,
                },
            };
            Echo::of(status).hold("uuid", fits)?;
        }
        Ok(changed)
    }

    /// Deletes one version of a workflow. Its sessions keep their results.
    ///
    /// # Errors
    /// An API error of kind `NotFound` for an unknown version.
    pub async fn delete_workflow(&self, version: &WorkflowId) -> Result<(), Error> {
        let call = Call::api(Method::DELETE, &[&"workflows", version]);
        self.delete(call, version).await
    }

    /// A workflow, and the HTTP status that it came with.
    async fn workflow_call(&self, call: Call<'_>) -> Result<(u16, Workflow), Error> {
        let answer = self.json(call).await?;
        let mut workflow: Workflow = answer.read_needing("uuid")?;
        upper_case(&mut workflow.features);
        values::drop_unless_web_link(&mut workflow.workflow_url);
        Ok((answer.status, workflow))
    }
}

impl Workflow {
    /// Whether this is the version, or the workflow over all versions, with that id.
    fn is(&self, id: &WorkflowId) -> bool {
        self.uuid == *id || self.workflow_id == Some(*id)
    }
}

/// Older answers write the names in lower case.
fn upper_case(names: &mut [String]) {
    names
        .iter_mut()
        .for_each(|name| name.make_ascii_uppercase());
}
