//! Identifiers that can stand in a path.
//!
//! Didit's routes match canonical lower-case hyphenated UUIDs only and answer anything else with a web page, so ids are
//! checked and lower-cased before a path is built, and a path is built from nothing else.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::error::Error;
use super::lenient::Lenient;
use super::values::json_text;

/// The message for a text that is not an id.
pub(crate) const UUID_RULE: &str = "must be a UUID such as 5b1f3c9a-0000-4000-8000-000000000001";

/// One part of a path: a literal of this crate or a checked id.
pub(crate) trait Segment: fmt::Display + Send + Sync {}

impl Segment for &'static str {}

/// Declares the id of one kind of thing, named in errors by the API's own field name.
macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $field:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// The id as a UUID.
            pub fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            /// Reads a hyphenated UUID in any case; white space around it is dropped.
            fn from_str(text: &str) -> Result<Self, Error> {
                hyphenated(text)
                    .map(Self)
                    .ok_or_else(|| Error::invalid($field, UUID_RULE))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(formatter)
            }
        }

        json_text!($name, stringify!($name));

        impl Lenient<'_> for $name {
            fn text(text: &str) -> Option<Self> {
                hyphenated(text).map(Self)
            }
        }

        impl Segment for $name {}
    };
}

id!(
    /// A verification session.
    SessionId, "session_id"
);
id!(
    /// A workflow: its group id (the same over all versions) or the id of one version.
    WorkflowId, "workflow_id"
);
id!(
    /// An organization, which owns applications and the balance.
    OrganizationId, "organization_id"
);
id!(
    /// An application, which owns an API key, workflows and sessions.
    ApplicationId, "application_id"
);
id!(
    /// A list of the Lists API.
    ListId, "list_id"
);
id!(
    /// An entry of a list.
    ListEntryId, "entry_id"
);
id!(
    /// A webhook destination.
    DestinationId, "destination_id"
);

/// A UUID written with hyphens; of the forms the `uuid` crate reads, only that one is 36 bytes long.
pub(crate) fn hyphenated(text: &str) -> Option<Uuid> {
    let text = text.trim();
    (text.len() == 36)
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
}
