//! Verification sessions, their steps and their trail.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::workflows::Workflow;
use crate::{
    catalog::{Feature, Person, Scenario, Status, StepStatus, filled},
    options::ApplicationMode,
    values::{Fields, Object, stable_number, with},
};

/// One feature of the workflow within one session.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub feature: Feature,
    pub status: StepStatus,
    /// What stands in the decision once the step ran.
    pub result: Option<Value>,
}

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub id: Uuid,
    pub number: i64,
    pub token: String,
    pub application: Uuid,
    /// The version it runs, as it was when the session was made.
    pub workflow: Workflow,
    pub workflow_deleted: bool,
    pub environment: ApplicationMode,
    /// What its creator asked for.
    pub wanted: Object,
    /// The outcome chosen at creation or by arming; used up by the first play-through.
    pub scenario: Option<&'static Scenario>,
    /// Who takes it.
    pub person: Arc<Person>,
    /// What the features find when the session is played, by their names; laid over what they would find otherwise.
    pub scripted: Object,
    pub status: Status,
    pub steps: Vec<Step>,
    pub activities: Vec<Activity>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// When steps without the person were last run again, which may not be repeated at once.
    pub rerun_at: Option<Timestamp>,
    /// The e-mail that was previewed last.
    pub previewed: Option<PreviewedMail>,
}

/// What a resubmission would send, and the receipt for it.
#[derive(Clone, Debug)]
pub(crate) struct PreviewedMail {
    pub token: String,
    pub until: Timestamp,
    /// Steps, address and language, as they must be sent again.
    pub of: Value,
}

impl Session {
    /// Where the person goes.
    pub fn url(&self, origin: &str) -> String {
        match self.wanted.text("language") {
            Some(language) => format!("{origin}/{language}/session/{}", self.token),
            None => format!("{origin}/session/{}", self.token),
        }
    }

    /// Whether a company is verified instead of a person.
    pub fn is_business(&self) -> bool {
        self.workflow.is_business()
    }

    pub fn vendor_data(&self) -> Option<&str> {
        self.wanted.text("vendor_data")
    }

    pub fn contact(&self, key: &str) -> Option<&str> {
        self.wanted.object("contact_details")?.text(key)
    }

    pub fn expected(&self, key: &str) -> Option<&str> {
        let text = self.wanted.object("expected_details")?.text(key);
        text.filter(|text| !text.is_empty())
    }

    /// The id of the user or business all sessions with the same `vendor_data` belong to.
    pub fn entity(&self) -> Option<Uuid> {
        let user = stable_number(self.vendor_data()?);
        let application = stable_number(&self.application.to_string());
        Some(Uuid::from_u64_pair(application, user))
    }

    pub fn has(&self, feature: &str) -> bool {
        self.steps.iter().any(|step| step.feature.is(feature))
    }

    /// The first result of the feature called `name`.
    pub fn result(&self, name: &str) -> Option<&Value> {
        let mut steps = self.steps.iter();
        steps.find(|step| step.feature.is(name))?.result.as_ref()
    }

    /// A text of the first result of the feature called `name`.
    pub fn found(&self, name: &str, key: &str) -> Option<&str> {
        self.result(name)?.text(key)
    }

    /// What is shown of it in one place or another, for the forms.
    pub fn words(&self, origin: &str) -> Value {
        json!({
            "id": self.id,
            "number": self.number,
            "token": self.token,
            "application": self.application,
            "kind": if self.is_business() { "business" } else { "user" },
            "url": self.url(origin),
            "status": self.status,
            "environment": self.environment,
            // Gone once the version was deleted.
            "workflow_id": (!self.workflow_deleted).then_some(self.workflow.group),
            "workflow_version": self.workflow.version,
            "workflow_label": self.workflow.label(),
            "wanted": self.wanted,
            "entity": self.entity(),
            "created_at": self.created_at,
            "expires_at": self.expires_at,
        })
    }
}

/// The kind of decisions and of comments.
const STATUS_UPDATED: &str = "STATUS_UPDATED";

/// An entry of a session's trail.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Activity {
    pub uuid: Uuid,
    pub kind: &'static str,
    pub by_api_key: bool,
    pub new_status: Option<String>,
    pub previous_status: Option<String>,
    pub comment: Option<String>,
    /// Who did it, where that has a name.
    pub reviewer: Option<String>,
    pub created_at: Timestamp,
}

impl Activity {
    /// A note, as `body` has it.
    pub fn new(body: &Object, now: Timestamp) -> Self {
        Self {
            uuid: Uuid::new_v4(),
            kind: STATUS_UPDATED,
            by_api_key: false,
            new_status: body.text("new_status").map(str::to_owned),
            previous_status: None,
            comment: body.text("comment").map(str::to_owned),
            reviewer: None,
            created_at: now,
        }
    }

    /// The form of the reviews endpoint.
    pub fn row(&self) -> Value {
        let row = filled("ACTIVITY", &self.words());
        match self.previous_status {
            Some(_) => with(row, filled("ACTIVITY/change", &self.words())),
            None => row,
        }
    }

    /// Whether a decision shows it: what else was done stands in the trail alone.
    pub fn is_in_decision(&self) -> bool {
        self.kind == STATUS_UPDATED
    }

    /// The form inside a decision.
    pub fn in_decision(&self) -> Value {
        filled("REVIEW", &self.words())
    }

    fn words(&self) -> Value {
        let (user, kind) = match (&self.reviewer, self.by_api_key) {
            (Some(name), _) => (name.as_str(), "CONSOLE_USER"),
            (None, true) => ("API Client", "API_KEY"),
            (None, false) => ("Unknown", "CONSOLE_USER"),
        };
        json!({ "activity": self, "user": user, "actor_type": kind })
    }
}
