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

/// Who acts next on a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextActor {
    /// The person at the link.
    Person,
    /// A reviewer, who decides.
    Reviewer,
    /// Nobody: nothing more happens by itself.
    Nobody,
    /// Unknown, for a status that this client does not know.
    Unknown,
}

/// What is known of a status.
#[derive(Debug, Clone, Copy)]
struct StatusInfo<'a> {
    name: &'a str,
    turn: NextActor,
    can_be_updated: bool,
    has_report: bool,
}

impl<'a> StatusInfo<'a> {
    const fn of(name: &'a str, turn: NextActor) -> Self {
        Self {
            name,
            turn,
            can_be_updated: false,
            has_report: false,
        }
    }

    const fn updatable(mut self) -> Self {
        self.can_be_updated = true;
        self
    }

    const fn reported(mut self) -> Self {
        self.has_report = true;
        self
    }
}

impl SessionStatus {
    /// The ten known ones.
    pub const ALL: [Self; 10] = [
        Self::NotStarted,
        Self::InProgress,
        Self::Approved,
        Self::Declined,
        Self::InReview,
        Self::Expired,
        Self::Abandoned,
        Self::KycExpired,
        Self::Resubmitted,
        Self::AwaitingUser,
    ];

    /// The table: the literal of the API, who acts next, whether a human may set another, whether there is a report. What
    /// people are told of each is in the table of whoever tells them.
    #[rustfmt::skip]
    fn facts(&self) -> StatusInfo<'_> {
        match self {
            Self::NotStarted => StatusInfo::of("Not Started", NextActor::Person),
            Self::InProgress => StatusInfo::of("In Progress", NextActor::Person),
            Self::Approved => StatusInfo::of("Approved", NextActor::Nobody).updatable().reported(),
            Self::Declined => StatusInfo::of("Declined", NextActor::Nobody).updatable().reported(),
            Self::InReview => StatusInfo::of("In Review", NextActor::Reviewer).updatable().reported(),
            Self::Expired => StatusInfo::of("Expired", NextActor::Nobody),
            Self::Abandoned => StatusInfo::of("Abandoned", NextActor::Nobody).updatable(),
            Self::KycExpired => StatusInfo::of("Kyc Expired", NextActor::Nobody).updatable().reported(),
            Self::Resubmitted => StatusInfo::of("Resubmitted", NextActor::Person).updatable(),
            Self::AwaitingUser => StatusInfo::of("Awaiting User", NextActor::Person),
            Self::Other(name) => StatusInfo::of(name, NextActor::Unknown),
        }
    }

    /// The literal of the API, with its spaces.
    pub fn as_str(&self) -> &str {
        self.facts().name
    }

    /// Who acts next.
    pub fn turn(&self) -> NextActor {
        self.facts().turn
    }

    /// Whether nothing more happens by itself: approved, declined, expired, abandoned, or approved once and expired.
    /// `In Review` is not final, because a human still has to decide.
    pub fn is_final(&self) -> bool {
        self.turn() == NextActor::Nobody
    }

    /// Whether [`super::Client::update_status`] is allowed.
    pub fn can_be_updated(&self) -> bool {
        self.facts().can_be_updated
    }

    /// Whether a report exists; a business session has none while `Kyc Expired`.
    pub fn has_report(&self) -> bool {
        self.facts().has_report
    }

    fn known(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::ALL
            .into_iter()
            .find(|status| status.as_str().eq_ignore_ascii_case(text))
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
    /// The status of a response that has none.
    fn default() -> Self {
        Self::Other(String::new())
    }
}

impl Lenient<'_> for SessionStatus {
    fn text(text: &str) -> Option<Self> {
        Some(Self::known(text).unwrap_or_else(|| Self::Other(text.to_owned())))
    }
}
