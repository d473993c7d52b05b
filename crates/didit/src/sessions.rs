//! Verification sessions: one person or business going through a workflow once.
//!
//! <https://docs.didit.me/sessions-api/create-session>

mod create;
mod created;
mod delete;
mod list;
mod rows;
mod sandbox;
mod update;

pub use create::{ContactDetails, EXPECTED_DOCUMENT_TYPES, ExpectedDetails, SessionRequest};
pub use created::CreatedSession;
pub use delete::{BulkDeleted, BulkDeletion, DeletedSession, SessionDeletion};
pub use list::SessionFilter;
pub use rows::{EmailState, FeatureState, PhoneState, SessionReference, SessionSummary};
pub use sandbox::{ArmedSession, SANDBOX_SCENARIOS};
pub use update::{NewStatus, NodeToResubmit, Pdf, StatusUpdate, StatusUpdated, resubmittable};
