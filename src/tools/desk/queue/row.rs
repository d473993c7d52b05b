//! One session that waits, as a line and as data.

use jiff::Timestamp;
use serde::Serialize;

use super::facts::{Difference, Facts, Other};
use crate::{
    didit::{Decision, SessionReference, SessionStatus},
    tools::{
        Context, age,
        desk::{
            oldest::made_at,
            workflows::{Known, name_of},
        },
        error::ToolError,
        paging::Row,
        personal::{Class, Outlet},
        plain,
        sessions::list::not_passed,
        untrusted::mark_untrusted,
    },
};

/// One session that waits.
#[derive(Serialize)]
pub(super) struct QueueRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) workflow: Option<String>,
    /// Whether the line names the workflow.
    #[serde(skip)]
    pub(super) names_workflow: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_as_expected: Vec<Difference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    seen_elsewhere: Vec<Other>,
    /// In our own words alone.
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    what_to_do: Option<String>,
}

impl QueueRow {
    /// The row of a session: what its decision tells, else what the list does.
    pub(super) async fn of(
        context: &Context,
        row: &SessionReference,
        decision: Option<Result<Decision, ToolError>>,
        workflows: &[Known],
        now: Timestamp,
    ) -> Self {
        let plain_row = Self {
            session_number: row.session_number,
            session_id: row.session_id.map(|id| id.to_string()),
            created_at: row.created_at.clone(),
            age: made_at(row).map(|made| age(made, now)),
            vendor_data: row.vendor_data.clone(),
            name: None,
            workflow: None,
            names_workflow: true,
            not_as_expected: Vec::new(),
            seen_elsewhere: Vec::new(),
            reason: String::new(),
            what_to_do: None,
        };
        let decision = match decision {
            Some(Ok(decision)) => decision,
            other => {
                let why = match other {
                    Some(Err(error)) => error.code.name(),
                    _ => "not in time",
                };
                let checks = not_passed(row).join(", ");
                return Self {
                    reason: format!("{checks} (its decision could not be read: {why})"),
                    ..plain_row
                };
            }
        };
        let facts = Facts::of(context, &decision).await;
        let level = context.connection.settings().personal_data;
        let reason = if decision.status == SessionStatus::InReview {
            facts.reason
        } else {
            format!("by now {}", plain::known_status(&decision.status))
        };
        Self {
            name: facts
                .name
                .and_then(|name| level.release(Outlet::Conversation, Class::Identity, &name)),
            workflow: name_of(workflows, decision.workflow_id).map(str::to_owned),
            not_as_expected: facts.differences,
            seen_elsewhere: facts.elsewhere,
            reason,
            what_to_do: facts.what_to_do,
            ..plain_row
        }
    }
}

impl Row for QueueRow {
    fn line(&self) -> String {
        let number = self.session_number.map(|number| format!("#{number}"));
        // The number says which session it is in fewer words than the id.
        let id = self
            .session_id
            .as_ref()
            .filter(|_| self.session_number.is_none());
        let parts = [
            id,
            self.age.as_ref(),
            self.vendor_data.as_ref(),
            self.name.as_ref(),
        ];
        let workflow = self.workflow.as_ref().filter(|_| self.names_workflow);
        let parts = parts.into_iter().flatten().chain(workflow);
        let parts: Vec<String> = number
            .into_iter()
            .chain(parts.map(|part| mark_untrusted(part)))
            .collect();
        let mut line = parts.join(", ");
        line.push_str(&format!(": {}", self.reason));
        for difference in &self.not_as_expected {
            line.push_str(&difference.words());
        }
        for other in &self.seen_elsewhere {
            line.push_str(&other.words());
        }
        if let Some(what) = &self.what_to_do {
            line.push_str(&format!(". Next: {what}"));
        }
        line
    }
}
