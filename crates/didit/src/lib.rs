//! The typed client of the Didit API.
//!
//! Requests are exact: a value is a type that can hold nothing else ([`values`]), and what breaks another documented rule is an
//! [`Error::Invalid`] that names the field and the allowed values; nothing is sent. [`read_request`] reads one from JSON. Answers are read leniently: unknown keys and values are no fault,
//! `null` is normal, and neither a scalar of the wrong type nor a number that JSON does not have fails a call. But an answer
//! that is about something else than what was asked, or without what makes it useful, is an [`Error::Unreadable`].
//!
//! ```no_run
//! # async fn example() -> Result<(), didit::Error> {
//! use didit::{ApiKey, Client, SessionRequest};
//!
//! let client = Client::builder().api_key(ApiKey::parse("test-key-0000")?).build()?;
//! let workflow = "5b1f3c9a-0000-4000-8000-000000000001".parse()?;
//! let session = client.create_session(&SessionRequest::new(workflow)).await?;
//! let decision = client.decision(&session.session_id).await?;
//! # let _ = decision.status; Ok(()) }
//! ```

pub mod account;
pub mod aml;
pub mod billing;
pub mod blocklist;
mod countries;
pub mod decision;
pub mod delivery;
mod echo;
pub mod error;
pub mod features;
mod http;
pub mod ids;
mod lenient;
pub mod lists;
mod money;
mod paging;
pub mod rate_limit;
mod repair;
pub mod retry;
pub mod reviews;
mod rules;
pub mod secret;
pub mod sessions;
pub mod signature;
mod status;
pub mod users;
pub mod values;
pub mod visible;
pub mod webhooks;
pub mod workflows;

pub use account::{
    Application, Login, LoginStep, Organization, Registered, Registration, SecondFactor,
    VerifiedAccount,
};
pub use aml::{HitReview, HitUpdate};
pub use billing::{Balance, Checkout, LARGEST_TOP_UP, TopUp};
pub use blocklist::{BlocklistChanged, BlocklistItem, BlocklistItems};
pub use decision::{Check, Decision, Review, Step, Warning};
pub use error::{ApiError, BodyKind, Error, ErrorKind, FieldError, InvalidValue};
pub use features::WorkflowFeature;
pub use http::{Client, ClientBuilder, DEFAULT_API_BASE_URL, DEFAULT_AUTH_BASE_URL, Observer};
pub use http::{Proxy, http_client_for, http_client_trusting, is_loopback};
pub use ids::{
    ApplicationId, DestinationId, ListEntryId, ListId, OrganizationId, SessionId, WorkflowId,
};
pub use lists::{ENTRY_TYPES, List, ListEntry, ListFilter, NewEntry, NewList};
pub use money::Money;
pub use paging::{Page, PageRequest};
pub use reviews::{Activity, NewComment};
pub use secret::{
    AccessToken, ApiKey, Password, PreviewToken, SessionToken, TemporaryToken, WebhookSecret,
};
pub use sessions::{
    ArmedSession, BulkDeleted, BulkDeletion, ContactDetails, CreatedSession, DeletedSession,
    ExpectedDetails, FeatureState, NewStatus, NodeToResubmit, Pdf, ResubmissionPreview,
    SANDBOX_SCENARIOS, SessionDeletion, SessionFilter, SessionReference, SessionRequest,
    SessionSummary, StatusUpdate, StatusUpdated,
};
pub use status::{NextActor, SessionStatus};
pub use users::{User, UserFilter, UsersFound};
pub use values::{LANGUAGES, LONGEST_ADDRESS, read_request};
pub use webhooks::{Destination, DestinationChange, NewDestination};
pub use workflows::{Workflow, WorkflowRequest, WorkflowSummary};
