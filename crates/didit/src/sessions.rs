//! Verification sessions: one person or business going through a workflow once.
//!
//! <https://docs.didit.me/sessions-api/create-session>

mod create;
mod created;
mod delete;
mod list;
mod preview;
mod rows;
mod sandbox;
mod update;

pub use create::{
    CallbackMethod, ContactDetails, DocumentType, EXPECTED_DOCUMENT_TYPES, ExpectedDetails, Gender,
    SessionRequest,
};
pub use created::CreatedSession;
pub use delete::{
    BulkDeleted, BulkDeletion, DeletedSession, DeletionInstruction, FutureTime, SessionDeletion,
    SessionNumber,
};
pub use list::{ApiService, DocumentCode, RiskCode, SessionFilter, SessionKind, SessionType};
pub use preview::ResubmissionPreview;
pub use rows::{EmailState, FeatureState, PhoneState, SessionReference, SessionSummary};
pub use sandbox::{ArmedSession, SANDBOX_SCENARIOS, SandboxScenario};
pub use update::{
    NewStatus, NodeToResubmit, Pdf, Resubmittable, StatusUpdate, StatusUpdated, resubmittable,
};
