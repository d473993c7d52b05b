//! The statuses of sessions and of their steps.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::values::plain;

/// The status of a session.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Status {
    #[serde(rename = "Not Started")]
    NotStarted,
    #[serde(rename = "In Progress")]
    InProgress,
    #[serde(rename = "Awaiting User")]
    AwaitingUser,
    #[serde(rename = "In Review")]
    InReview,
    Approved,
    Declined,
    Resubmitted,
    Expired,
    #[serde(rename = "Kyc Expired")]
    KycExpired,
    Abandoned,
}

impl Status {
    pub fn name(self) -> String {
        plain(&json!(self))
    }

    pub fn parse(name: &str) -> Option<Self> {
        serde_json::from_value(json!(name)).ok()
    }

    /// Whether the person can still go on.
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::NotStarted | Self::InProgress)
            || matches!(self, Self::Resubmitted | Self::AwaitingUser)
    }

    /// Whether somebody can still decide otherwise.
    pub fn is_editable(self) -> bool {
        self.is_decided() || matches!(self, Self::KycExpired | Self::Abandoned | Self::Resubmitted)
    }

    /// Whether the checks came to an end and say something.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Approved | Self::Declined | Self::InReview)
    }
}

/// The status of one step of a session, from the lightest to the weightiest.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum StepStatus {
    #[serde(rename = "Not Finished")]
    NotFinished,
    Approved,
    #[serde(rename = "In Review")]
    InReview,
    Declined,
}

impl StepStatus {
    /// The kind of warning that leads to it.
    pub fn log_type(self) -> &'static str {
        match self {
            Self::NotFinished | Self::Approved => "information",
            Self::InReview => "warning",
            Self::Declined => "error",
        }
    }

    /// What it makes of a session in which nothing weighs more.
    pub fn of_the_session(self) -> Status {
        match self {
            Self::Declined => Status::Declined,
            Self::InReview => Status::InReview,
            Self::Approved | Self::NotFinished => Status::Approved,
        }
    }
}
