//! One outcome of a rehearsal, as a line and as data.

use serde::Serialize;

use crate::{
    didit::{Decision, NextActor, SessionId, SessionStatus, sessions::SandboxScenario},
    tools::{
        error::ToolError,
        paging::Row,
        person::PersonFacts,
        plain,
        untrusted::{mark_untrusted, mark_untrusted_link},
        verdict,
    },
};

/// How an outcome came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// As expected.
    Pass,
    /// Otherwise.
    Fail,
    /// The workflow has no check that could show it.
    NotApplicable,
    /// Nobody has gone through the link yet.
    Waiting,
    /// There is a result, and its name says nothing of what to expect.
    Open,
    /// Its session could not be made or read.
    NotRun,
}

impl Verdict {
    pub(super) const ALL: [Self; 6] = [
        Self::Pass,
        Self::Fail,
        Self::NotApplicable,
        Self::Waiting,
        Self::Open,
        Self::NotRun,
    ];

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::NotApplicable => "not applicable",
            Self::Waiting => "waiting",
            Self::Open => "no expectation",
            Self::NotRun => "not run",
        }
    }
}

/// One outcome.
#[derive(Debug, Serialize)]
pub(super) struct OutcomeRow {
    pub(super) outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expected: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<String>,
    pub(super) result: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session_number: Option<i64>,
    /// Where somebody plays it, while nobody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    /// What the decision says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verdict: Option<String>,
    /// Why it was not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    #[serde(skip)]
    pub(super) id: Option<SessionId>,
    /// Whether an earlier call made its session.
    #[serde(skip)]
    pub(super) is_resumed: bool,
    /// Whether its session will not play any more.
    #[serde(skip)]
    pub(super) is_spent: bool,
}

impl OutcomeRow {
    /// An outcome that waits for its session.
    pub(super) fn new(outcome: &SandboxScenario, expected: Option<&'static str>) -> Self {
        Self {
            outcome: outcome.to_string(),
            expected,
            status: None,
            result: Verdict::NotRun,
            session_id: None,
            session_number: None,
            url: None,
            verdict: None,
            reason: None,
            id: None,
            is_resumed: false,
            is_spent: false,
        }
    }

    /// The outcome with the session that plays it.
    pub(super) fn with_session(
        mut self,
        id: SessionId,
        number: Option<i64>,
        url: Option<String>,
    ) -> Self {
        self.id = Some(id);
        self.session_id = Some(id.to_string());
        self.session_number = number;
        self.url = url;
        self.result = Verdict::Waiting;
        self
    }

    /// The outcome that was not run, and why.
    pub(super) fn not_run(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Leaves the session, which is of no use to this rehearsal.
    pub(super) fn spend(&mut self, reason: &str) {
        self.result = Verdict::NotRun;
        self.url = None;
        self.reason = Some(reason.to_owned());
        self.is_spent = true;
    }

    /// Takes over what the decision says.
    pub(super) fn see(&mut self, seen: &Result<Decision, ToolError>) {
        let decision = match seen {
            Ok(decision) => decision,
            Err(error) => {
                self.reason = Some(format!("its decision could not be read: {}", error.code));
                return;
            }
        };
        self.reason = None;
        let status = plain::status(&decision.status);
        self.session_number = decision.session_number.or(self.session_number);
        if matches!(
            decision.status,
            SessionStatus::Expired | SessionStatus::Abandoned
        ) {
            self.spend("nobody went through it in time");
        } else if matches!(
            decision.status.turn(),
            NextActor::Nobody | NextActor::Reviewer
        ) {
            self.result = match self.expected {
                None => Verdict::Open,
                Some(expected) if expected == status => Verdict::Pass,
                Some(_) => Verdict::Fail,
            };
            self.url = None;
            self.verdict = Some(verdict::of(decision, &PersonFacts::of(decision)).line);
        } else {
            self.url = decision.session_url.clone().or(self.url.take());
        }
        self.status = Some(status);
    }
}

impl Row for OutcomeRow {
    fn line(&self) -> String {
        let mut line = format!("{}: {}", self.outcome, self.result.words());
        let mut add = |what: &str, value: Option<&str>| {
            if let Some(value) = value {
                line.push_str(&format!("{what}{value}"));
            }
        };
        add(", expected ", self.expected);
        let status = self.status.as_deref().map(mark_untrusted);
        add(", seen ", status.as_deref());
        let number = self.session_number.map(|number| number.to_string());
        add(", #", number.as_deref());
        add(
            ". ",
            self.verdict
                .as_deref()
                .filter(|_| self.result != Verdict::Pass),
        );
        add(". ", self.reason.as_deref());
        let url = self.url.as_deref().map(mark_untrusted_link);
        add(". Link: ", url.as_deref());
        line
    }
}
