//! The classes of error, and the stable words for them.

use strum::{Display, IntoStaticStr, VariantNames};

/// The class of an error. Its word on the wire is its name in snake case, such as `not_found`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum ErrorCode {
    /// An account is stored already.
    AccountExists,
    /// A human's agreement is missing.
    AgreementNeeded,
    /// The requested state already holds.
    AlreadySo,
    /// The answer exceeds what is read.
    AnswerTooLarge,
    /// The audit trail cannot be written.
    AuditTrail,
    /// Didit does not accept the credentials.
    Authentication,
    /// Too many calls or questions are under way.
    Busy,
    /// The caller cancelled the call.
    Cancelled,
    /// What a human read was changed before it was agreed to.
    ChangedMeanwhile,
    /// It conflicts with what already exists.
    Conflict,
    /// The credentials file cannot be read or written.
    CredentialsFile,
    /// Some of it was done, and the rest failed.
    DoneInPart,
    /// A file cannot be read or written.
    File,
    /// The key may not do that.
    Forbidden,
    /// The tool failed inside the server.
    InternalError,
    /// The connection broke after the request was sent.
    Interrupted,
    /// An argument cannot be sent.
    InvalidArgument,
    /// Rows of a batch cannot be sent.
    InvalidRows,
    /// The journal of a batch cannot be used.
    Journal,
    /// No account is stored.
    NoAccount,
    /// No API key is set.
    NoApiKey,
    /// Didit's answer names no key.
    NoKeyInAnswer,
    /// No secret of a webhook is known.
    NoWebhookSecret,
    /// The object's state does not allow it now.
    NotAllowedNow,
    /// There is no such object.
    NotFound,
    /// The balance does not cover it.
    OutOfCredit,
    /// The level of personal data keeps it back.
    PersonalDataOff,
    /// Rate limits leave no room.
    RateLimited,
    /// Didit answered with a redirect, which is not followed.
    Redirected,
    /// Didit does not accept the request.
    Refused,
    /// The client answered no by itself.
    RefusedByClient,
    /// A human answered no.
    RefusedByHuman,
    /// The account wants the code of a second factor.
    SecondFactorNeeded,
    /// A setting cannot be used.
    Setting,
    /// The machine failed.
    System,
    /// The terminal cannot be read.
    Terminal,
    /// Didit did not answer in time.
    Timeout,
    /// A human cannot be shown it whole.
    TooLongToConfirm,
    /// The tool is switched off.
    ToolOff,
    /// Didit failed on its side.
    Unavailable,
    /// Didit could not be reached, and nothing was sent.
    Unreachable,
    /// Didit's answer cannot be read.
    UnreadableAnswer,
    /// The command line cannot be understood.
    Usage,
}

impl ErrorCode {
    /// Its word on the wire.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it leaves open what Didit did: a change that was sent may have happened all the same.
    pub fn leaves_open(self) -> bool {
        matches!(
            self,
            Self::Timeout
                | Self::Interrupted
                | Self::Unavailable
                | Self::UnreadableAnswer
                | Self::AnswerTooLarge
                | Self::Cancelled
                | Self::InternalError
        )
    }

    /// Whether the same call may work a little later.
    pub fn is_transient(self) -> bool {
        self.leaves_open() || matches!(self, Self::Unreachable | Self::RateLimited | Self::Busy)
    }

    /// Whether it is worth waiting out where nothing was seen yet: an answer that cannot be read will hardly be another one
    /// next time.
    pub fn passes(self) -> bool {
        self.is_transient() && !matches!(self, Self::UnreadableAnswer | Self::AnswerTooLarge)
    }
}
