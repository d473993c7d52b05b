//! The state machine of sessions.

use std::fmt;
use std::str::FromStr;

use super::error::Error;
use super::lenient::Lenient;
use super::values::json_text;

/// The status of a session.
///
/// <https://docs.didit.me/integration/verification-statuses>
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SessionStatus {
    /// Created; the link was not opened yet.
    NotStarted,
    /// The person is in the flow.
    InProgress,
    /// Passed.
    Approved,
    /// Failed.
    Declined,
    /// Waits for a human decision.
    InReview,
    /// Timed out before it was opened.
    Expired,
    /// Started, but not finished in time.
    Abandoned,
    /// Was approved, and the document has expired since.
    KycExpired,
    /// Some steps are to be done again.
    Resubmitted,
    /// A business session waits for its people.
    AwaitingUser,
    /// A status newer than this client, as the server wrote it; empty when the answer had none.
    Other(String),
}

impl SessionStatus {
    /// The ten known literals.
    pub const ALL: [&'static str; 10] = [
        "Not Started",
        "In Progress",
        "Approved",
        "Declined",
        "In Review",
        "Expired",
        "Abandoned",
        "Kyc Expired",
        "Resubmitted",
        "Awaiting User",
    ];

    /// The literal of the API, with its spaces.
    pub fn as_str(&self) -> &str {
        match self {
            Self::NotStarted => "Not Started",
            Self::InProgress => "In Progress",
            Self::Approved => "Approved",
            Self::Declined => "Declined",
            Self::InReview => "In Review",
            Self::Expired => "Expired",
            Self::Abandoned => "Abandoned",
            Self::KycExpired => "Kyc Expired",
            Self::Resubmitted => "Resubmitted",
            Self::AwaitingUser => "Awaiting User",
            Self::Other(text) => text,
        }
    }

    /// Whether nothing more happens by itself: approved, declined, expired, abandoned, or approved once and expired.
    /// `In Review` is not final, as a human decides still.
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Approved | Self::Declined | Self::Expired | Self::Abandoned | Self::KycExpired
        )
    }

    /// Whether [`super::Client::update_status`] is allowed.
    pub fn can_be_updated(&self) -> bool {
        matches!(
            self,
            Self::Approved
                | Self::Declined
                | Self::InReview
                | Self::KycExpired
                | Self::Abandoned
                | Self::Resubmitted
        )
    }

    /// Whether a report exists; a business session has none while `Kyc Expired`.
    pub fn has_report(&self) -> bool {
        matches!(
            self,
            Self::Approved | Self::Declined | Self::InReview | Self::KycExpired
        )
    }

    fn known(text: &str) -> Option<Self> {
        Some(match text.trim().to_ascii_lowercase().as_str() {
            "not started" => Self::NotStarted,
            "in progress" => Self::InProgress,
            "approved" => Self::Approved,
            "declined" => Self::Declined,
            "in review" => Self::InReview,
            "expired" => Self::Expired,
            "abandoned" => Self::Abandoned,
            "kyc expired" => Self::KycExpired,
            "resubmitted" => Self::Resubmitted,
            "awaiting user" => Self::AwaitingUser,
            _ => return None,
        })
    }
}

impl fmt::Display for SessionStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for SessionStatus {
    type Err = Error;

    /// Reads one of the ten literals in any case, also with `_` or `-` between the words.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::known(&text.replace(['_', '-'], " "))
            .ok_or_else(|| Error::not_one_of("status", text, Self::ALL))
    }
}

json_text!(SessionStatus, "SessionStatus");

impl Default for SessionStatus {
    /// That of an answer without a status.
    fn default() -> Self {
        Self::Other(String::new())
    }
}

impl Lenient<'_> for SessionStatus {
    fn text(text: &str) -> Option<Self> {
        Some(Self::known(text).unwrap_or_else(|| Self::Other(text.to_owned())))
    }
}
