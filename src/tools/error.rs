//! What a tool says when it did not work: what, where, and what to do about it.

mod code;

pub use code::ErrorCode;

use super::{
    answer::{Fact, Next, ToolOutput},
    personal::{Class, Outlet, PersonalData},
    shape::is_code,
    untrusted::clean,
};
use crate::didit;

/// What Didit says in so many words to everybody, quoting nobody, and so what may stand among our own words.
/// <https://docs.didit.me>
const KNOWN_SENTENCES: [&str; 8] = [
    "Not found.",
    "Webhook destination not found.",
    "You do not have permission to perform this action.",
    "You must be authenticated with a valid access token to access this endpoint.",
    "Authentication credentials were not provided or are invalid.",
    "You don't have enough credits to perform this request. Please top up at https://business.didit.me",
    "You can only generate a PDF for sessions in review, declined, approved or kyc expired",
    "Invalid or expired verification code.",
];
/// What a 403 may mean besides a wrong key.
const LIMITED: &str = "the key may be wrong, may lack the right for this, or this machine's address is not on its list \
                       (Didit Business Console, API & Webhooks).";
/// The deepest path of a field that an error names.
const MAX_DEPTH: usize = 4;

/// Why a tool ended without doing its job.
#[derive(Debug)]
pub enum NotDone {
    /// It failed, or was refused.
    Error(Box<ToolError>),
    /// Nothing was done yet: this must be shown first, and the call repeated with its token.
    Preview(Box<ToolOutput>),
    /// Nothing was done yet: the client must ask its human; the server holds the question.
    AskHuman,
}

/// An error that an agent can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolError {
    /// A stable word for the class of error.
    pub code: ErrorCode,
    /// What is wrong, in one or two sentences of our own.
    pub message: String,
    /// What Didit said about it: a stranger's words, which may quote a person's values.
    pub said: Option<Box<Fact>>,
    /// The argument at fault.
    pub field: Option<Box<str>>,
    /// The values that would be accepted.
    pub allowed: Box<[String]>,
    /// What to do next.
    pub hints: Vec<Hint>,
    /// Seconds after which the same call can work.
    pub retry_after_s: Option<u32>,
    /// The status that Didit answered with, for the audit trail alone.
    pub api_status: Option<u16>,
}

/// Advice, and the tool it names, if any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The tool that helps; the hint is dropped when that tool is off.
    pub tool: Option<&'static str>,
    /// What it does for the caller.
    pub purpose: String,
}

impl From<Hint> for Next {
    fn from(hint: Hint) -> Self {
        Self {
            tool: hint.tool,
            purpose: hint.purpose,
        }
    }
}

impl ToolError {
    /// An error of a class, with its sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            said: None,
            field: None,
            allowed: Box::default(),
            hints: Vec::new(),
            retry_after_s: None,
            api_status: None,
        }
    }

    /// An argument that cannot be sent.
    pub fn invalid(field: impl Into<Box<str>>, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(ErrorCode::InvalidArgument, message)
        }
    }

    /// Keeps back what Didit said where the level lets no words of others out.
    #[must_use]
    pub fn released(mut self, level: PersonalData) -> Self {
        if !level.allows(Outlet::Conversation, Class::Words) {
            self.said = None;
        }
        self
    }

    /// The message with what Didit said at its end, for lines that a human reads.
    pub fn in_full(&self) -> String {
        match &self.said {
            Some(said) => format!("{} {}: {}", self.message, said.label, clean(&said.value)),
            None => self.message.clone(),
        }
    }

    /// Whether it leaves open what Didit did: a change that was sent may have happened all the same.
    pub fn leaves_open(&self) -> bool {
        self.code.leaves_open()
    }

    /// Adds the accepted values.
    #[must_use]
    pub fn with_allowed<T: Into<String>>(mut self, allowed: impl IntoIterator<Item = T>) -> Self {
        self.allowed = allowed.into_iter().map(Into::into).collect();
        self
    }

    /// Adds advice that names a tool.
    #[must_use]
    pub fn with_hint(mut self, tool: &'static str, purpose: impl Into<String>) -> Self {
        self.hints.push(Hint {
            tool: Some(tool),
            purpose: purpose.into(),
        });
        self
    }

    /// Adds advice for the human or the operator.
    #[must_use]
    pub fn with_advice(mut self, purpose: impl Into<String>) -> Self {
        self.hints.push(Hint {
            tool: None,
            purpose: purpose.into(),
        });
        self
    }
}

impl From<ToolError> for NotDone {
    fn from(error: ToolError) -> Self {
        Self::Error(Box::new(error))
    }
}

impl From<didit::Error> for NotDone {
    fn from(error: didit::Error) -> Self {
        Self::from(ToolError::from(error))
    }
}

impl From<didit::Error> for ToolError {
    fn from(error: didit::Error) -> Self {
        use didit::Error;
        match error {
            Error::MissingApiKey => Self::new(ErrorCode::NoApiKey, "No Didit API key is set, so nothing was sent."),
            Error::Invalid {
                field,
                message,
                allowed,
            } => Self::invalid(field.as_str(), format!("`{field}` {message}. Nothing was sent."))
                .with_allowed(allowed),
            Error::Api(error) => api_error(*error),
            Error::Timeout { after, sent: false } => Self::new(
                ErrorCode::Unreachable,
                format!("Didit could not be reached within {} s. Nothing was sent.", after.as_secs()),
            )
            .with_advice("The same call can be repeated."),
            // Whether a change may have happened is known only to who made the call.
            Error::Timeout { after, sent: true } => Self::new(
                ErrorCode::Timeout,
                format!("Didit did not answer within {} s.", after.as_secs()),
            ),
            Error::Unreachable { message } => Self::new(
                ErrorCode::Unreachable,
                format!("No connection to Didit: {message}. Nothing was sent."),
            )
            .with_advice("The same call can be repeated once the network works."),
            Error::Interrupted { message } => Self::new(
                ErrorCode::Interrupted,
                format!("The connection to Didit broke: {message}."),
            ),
            Error::TooLarge { limit } => Self::new(
                ErrorCode::AnswerTooLarge,
                format!("Didit's answer is larger than the {limit} bytes that this server reads."),
            ),
            Error::Unreadable { status, message } => Self::new(
                ErrorCode::UnreadableAnswer,
                format!("Didit answered with status {status}, but {message}."),
            ),
            Error::Paced { retry_after } => Self {
                retry_after_s: u32::try_from(retry_after.as_secs()).ok(),
                ..Self::new(
                    ErrorCode::RateLimited,
                    "Didit's rate limits leave no room for this call now. Nothing was sent.",
                )
            },
            Error::Redirected { status } => Self::new(
                ErrorCode::Redirected,
                format!("Didit answered with a redirect (status {status}), which is never followed with a key."),
            )
            .with_advice("The operator checks the base URL in this server's settings."),
        }
    }
}

/// An error that Didit answered with. Its own words are set apart: they are written for the caller, but they quote what they
/// complain about.
fn api_error(error: didit::ApiError) -> ToolError {
    use didit::{BodyKind, ErrorKind};
    let status = error.status;
    let known = KNOWN_SENTENCES
        .into_iter()
        .find(|known| *known == error.message);
    let (said, odd) = match error.body {
        _ if known.is_some() => (None, ""),
        BodyKind::Json | BodyKind::Text => (Some(error.message), ""),
        BodyKind::Html => (None, ", with a web page instead of JSON"),
        BodyKind::Empty => (None, ", without a body"),
    };
    let of = |code, what: &str| {
        let what = known.map_or_else(|| format!("{what}."), str::to_owned);
        ToolError::new(code, format!("Didit answered {status}{odd}: {what}"))
    };
    let mut mapped = match error.kind {
        ErrorKind::Authentication => of(
            ErrorCode::Authentication,
            "it does not accept the credentials",
        )
        .with_advice(if status == 401 {
            "the key is wrong, revoked or expired."
        } else {
            LIMITED
        })
        .with_hint(
            "didit_account_status",
            "shows which key is in use; with check it tests the key and says what to do.",
        ),
        ErrorKind::Forbidden if error.body == BodyKind::Html => {
            of(ErrorCode::Forbidden, "a gateway before it keeps this machine out").with_advice(
                "the operator looks whether this network's address is blocked, or a proxy answers in Didit's place.",
            )
        }
        ErrorKind::Forbidden => {
            of(ErrorCode::Forbidden, "this key may not do that").with_advice(LIMITED)
        }
        ErrorKind::NotFound => of(ErrorCode::NotFound, "there is no such object").with_advice(
            "the id may belong to another application, its object was deleted, or this key is not allowed to see it.",
        ),
        ErrorKind::RateLimited => of(ErrorCode::RateLimited, "too many requests"),
        ErrorKind::OutOfCredit => of(ErrorCode::OutOfCredit, "the balance does not cover it")
            .with_hint("didit_billing_get_balance", "shows the balance.")
            .with_hint("didit_billing_top_up", "makes a payment link for a human."),
        ErrorKind::Invalid => of(ErrorCode::Refused, "it does not accept the request"),
        ErrorKind::Conflict => of(ErrorCode::Conflict, "it conflicts with what already exists"),
        ErrorKind::NotAllowedNow => of(ErrorCode::NotAllowedNow, "its state does not allow it now")
            .with_hint(
                "didit_session_get_decision",
                "shows the session's status and what it allows.",
            ),
        ErrorKind::Unavailable => of(ErrorCode::Unavailable, "it failed on its side"),
        _ => of(ErrorCode::Refused, "it does not say why"),
    };
    mapped.said = said.map(|value| {
        Box::new(Fact {
            label: "Said by Didit".to_owned(),
            value,
        })
    });
    // A field of the request has the name of one; whatever else Didit uses as a key may be anybody's words.
    mapped.field = error.field.filter(|field| is_path(field)).map(Into::into);
    mapped.retry_after_s = error
        .retry_after
        .map(|wait| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1));
    mapped.api_status = Some(status);
    mapped
}

/// Whether a text can be the name of a field, or its path such as `nodes_to_resubmit.0.feature`.
fn is_path(field: &str) -> bool {
    field.split('.').count() <= MAX_DEPTH && field.split('.').all(is_code)
}
