//! The statuses of sessions and of their steps.

use serde::Deserialize;

/// The status of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
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
    const ALL: [(&'static str, Self); 10] = [
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

    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, status)| *status == self)
            .map_or("", |(name, _)| name)
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, status)| *status)
    }

    /// Whether the person can still go on.
    pub fn is_unfinished(self) -> bool {
        matches!(
            self,
            Self::NotStarted | Self::InProgress | Self::Resubmitted | Self::AwaitingUser
        )
    }
}

/// The status of one step of a session, from the lightest to the weightiest.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepStatus {
    #[serde(rename = "Not Finished")]
    NotFinished,
    Approved,
    #[serde(rename = "In Review")]
    InReview,
    Declined,
}

impl StepStatus {
    pub fn name(self) -> &'static str {
        match self {
            Self::NotFinished => "Not Finished",
            Self::Approved => "Approved",
            Self::InReview => "In Review",
            Self::Declined => "Declined",
        }
    }

    /// The kind of warning that leads to it.
    pub fn log_type(self) -> &'static str {
        match self {
            Self::NotFinished | Self::Approved => "information",
            Self::InReview => "warning",
            Self::Declined => "error",
        }
    }
}
