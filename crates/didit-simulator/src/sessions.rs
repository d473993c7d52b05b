//! Verification sessions: their state, and the endpoints about one session.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    Mode,
    call::Call,
    decision,
    fields::Fields,
    pdf,
    people::{self, Person},
    reply::{Answer, Reply, bare, field, forbidden, not_found},
    scenarios::{self, Scenario},
    state::{State, micros, stable_number},
    workflows::features::Feature,
};

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod play;
pub(super) mod reviews;
pub(super) mod update_status;

use reviews::Activity;

/// The status of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    NotStarted,
    InProgress,
    AwaitingUser,
    InReview,
    Approved,
    Declined,
    Resubmitted,
    Expired,
    KycExpired,
    Abandoned,
}

impl Status {
    pub(super) const ALL: [(&'static str, Self); 10] = [
        ("Not Started", Self::NotStarted),
        ("In Progress", Self::InProgress),
        ("Approved", Self::Approved),
        ("Declined", Self::Declined),
        ("In Review", Self::InReview),
        ("Expired", Self::Expired),
        ("Abandoned", Self::Abandoned),
        ("Kyc Expired", Self::KycExpired),
        ("Resubmitted", Self::Resubmitted),
        ("Awaiting User", Self::AwaitingUser),
    ];

    pub(super) fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, status)| *status == self)
            .map_or("", |(name, _)| name)
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, status)| *status)
    }

    /// Whether the person can still go on.
    pub(super) fn is_unfinished(self) -> bool {
        matches!(
            self,
            Self::NotStarted | Self::InProgress | Self::Resubmitted | Self::AwaitingUser
        )
    }
}

/// The status of one step of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepStatus {
    NotFinished,
    Approved,
    InReview,
    Declined,
}

impl StepStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NotFinished => "Not Finished",
            Self::Approved => "Approved",
            Self::InReview => "In Review",
            Self::Declined => "Declined",
        }
    }
}

/// One feature of the workflow within one session.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) feature: Feature,
    pub(super) status: StepStatus,
    /// What stands in the decision once the step ran.
    pub(super) result: Option<Value>,
}

#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) id: Uuid,
    pub(super) number: i64,
    pub(super) token: String,
    pub(super) application: Uuid,
    /// The version it runs.
    pub(super) workflow_uuid: Uuid,
    pub(super) workflow_group: Uuid,
    pub(super) workflow_version: i64,
    pub(super) workflow_label: String,
    pub(super) workflow_deleted: bool,
    /// Ten-thousandths of a dollar, charged when it finishes in live mode.
    pub(super) price: i64,
    pub(super) is_business: bool,
    pub(super) environment: Mode,
    pub(super) vendor_data: Option<String>,
    pub(super) callback: Option<String>,
    pub(super) metadata: Value,
    pub(super) language: Option<String>,
    pub(super) contact_details: Option<Map<String, Value>>,
    pub(super) expected_details: Option<Map<String, Value>>,
    /// The outcome chosen at creation or by arming; used up by the first play-through.
    pub(super) scenario: Option<&'static Scenario>,
    pub(super) status: Status,
    pub(super) steps: Vec<Step>,
    pub(super) activities: Vec<Activity>,
    pub(super) created_at: Timestamp,
    pub(super) lifetime: i64,
    pub(super) expires_at: Timestamp,
    /// When backend-only steps were last run again, which may not be repeated at once.
    pub(super) backend_rerun_at: Option<Timestamp>,
}

impl Session {
    /// Where the person goes.
    pub(super) fn url(&self, origin: &str) -> String {
        match &self.language {
            Some(language) => format!("{origin}/{language}/session/{}", self.token),
            None => format!("{origin}/session/{}", self.token),
        }
    }

    /// Who takes this session.
    pub(super) fn person(&self) -> &'static Person {
        let seed = self
            .vendor_data
            .clone()
            .unwrap_or_else(|| format!("session-{}", self.number));
        people::choose(&seed, self.expected_details.as_ref())
    }

    pub(super) fn contact(&self, key: &str) -> Option<&str> {
        self.contact_details.as_ref()?.get(key)?.as_str()
    }

    pub(super) fn expected(&self, key: &str) -> Option<&str> {
        self.expected_details
            .as_ref()?
            .get(key)?
            .as_str()
            .filter(|text| !text.is_empty())
    }

    /// The id of the user or business all sessions with the same `vendor_data` belong to.
    pub(super) fn entity(&self) -> Option<Uuid> {
        let vendor_data = self.vendor_data.as_deref()?;
        Some(Uuid::from_u64_pair(
            stable_number(&self.application.to_string()),
            stable_number(vendor_data),
        ))
    }

    /// The first result of the feature called `name`.
    pub(super) fn result(&self, name: &str) -> Option<&Value> {
        self.steps
            .iter()
            .find(|step| step.feature.kind.name == name)?
            .result
            .as_ref()
    }

    /// The workflow's stable id, gone once the version was deleted.
    pub(super) fn workflow_id(&self) -> Option<Uuid> {
        (!self.workflow_deleted).then_some(self.workflow_group)
    }

    /// The answer to creating it.
    pub(super) fn created(&self, origin: &str) -> Value {
        json!({
            "session_id": self.id,
            "session_number": self.number,
            "session_token": self.token,
            "url": self.url(origin),
            "vendor_data": self.vendor_data,
            "metadata": self.metadata,
            "status": self.status.name(),
            "workflow_id": self.workflow_group,
            "workflow_version": self.workflow_version,
            "callback": self.callback,
        })
    }
}

/// `GET /v3/session/{id}/decision/`
pub(super) fn decision(state: &mut State, call: &Call) -> Answer {
    let session = state.session(call.id(0)).ok_or_else(not_found)?;
    let mut shown = decision::show(state, session);
    if call.query("include") == Some("events") {
        decision::add_events(state, session, &mut shown);
    }
    Ok(Reply::ok(&shown))
}

/// `GET /v3/session/{id}/generate-pdf/`
pub(super) fn generate_pdf(state: &mut State, call: &Call) -> Answer {
    let session = state.session(call.id(0)).ok_or_else(not_found)?;
    let finished = matches!(
        session.status,
        Status::Approved | Status::Declined | Status::InReview
    );
    let (eligible, refusal, name) = if session.is_business {
        (
            finished,
            "You can only generate a PDF for sessions in review, declined or approved",
            "business",
        )
    } else {
        (
            finished || session.status == Status::KycExpired,
            "You can only generate a PDF for sessions in review, declined, approved or kyc expired",
            "session",
        )
    };
    if !eligible {
        return Err(forbidden(refusal));
    }
    let body = pdf::report(session, &micros(state.now()));
    Ok(Reply {
        status: StatusCode::OK,
        content_type: "application/pdf",
        headers: vec![(
            "content-disposition",
            format!("attachment; filename={name}_{}.pdf", session.id),
        )],
        body,
    })
}

/// `POST /v3/session/{id}/sandbox/arm/`
pub(super) fn arm(state: &mut State, call: &Call) -> Answer {
    let body = call.json()?;
    let mut fields = Fields::new(&body);
    fields.require("scenario");
    let slug = fields.words("scenario", 255).unwrap_or_default();
    fields.finish()?;
    let session = state
        .session_mut(call.id(0))
        .filter(|session| session.environment == Mode::Sandbox)
        .ok_or_else(not_found)?;
    if session.status != Status::NotStarted {
        return Err(bare(
            "Scenario can only be armed before the verification starts.",
        ));
    }
    let Some(scenario) = scenarios::find(&slug) else {
        return Err(field(
            "scenario",
            &format!("Unknown sandbox scenario: '{slug}'."),
        ));
    };
    session.scenario = Some(scenario);
    Ok(Reply::ok(&json!({
        "session_id": session.id,
        "scenario": slug,
        "status": session.status.name(),
    })))
}
