//! Faces, documents and contacts that must not pass again.

mod add;
mod change;
mod list;
mod remove;
mod target;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Tool, Toolset, error::ToolError};
use add::add;
use list::list;
use remove::remove;

pub(super) fn tools() -> Vec<Tool> {
    vec![
        Tool::read("didit_blocklist_list", Toolset::Blocklist)
.title("List the blocklist")
.description(
                "Lists what is blocked, by kind; later sessions that match an entry are declined.",
            )
.example(|_| json!({ "entry_type": "document" }))
.aliases(&[("item_type", "entry_type")])
.run(list),
        Tool::decide("didit_blocklist_add", Toolset::Blocklist)
.title("Block")
.description(
                "Blocks a fraudster's face, document or contacts by session, or one value, after a \
                 human agreed.",
            )
.example(|world| json!({ "session_id": world.session_id, "items": ["document"], "comment": "A forged passport." }))
.idempotent()
.verify_with(
"didit_blocklist_list",
                "shows whether it is blocked.",
)
.run(add),
        Tool::decide("didit_blocklist_remove", Toolset::Blocklist)
.title("Unblock")
.description(
                "Takes a session's face, document or contacts, or one value, off the blocklist, after \
                 a human agreed.",
            )
.example(|world| json!({ "session_id": world.session_id, "items": ["face"] }))
.idempotent()
.verify_with(
"didit_blocklist_list",
                "shows whether it is still blocked.",
)
.run(remove),
    ]
}

/// What can be blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum EntryType {
    Face,
    Document,
    Phone,
    Email,
    IpAddress,
    DeviceFingerprint,
    WalletAddress,
    BankAccount,
    User,
    Business,
}

impl EntryType {
    /// Didit's own word.
    fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Document => "document",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::IpAddress => "ip_address",
            Self::DeviceFingerprint => "device_fingerprint",
            Self::WalletAddress => "wallet_address",
            Self::BankAccount => "bank_account",
            Self::User => "user",
            Self::Business => "business",
        }
    }
}

fn names(kinds: &[EntryType]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.name()).collect()
}

/// The older API knows four kinds, and takes them from sessions alone.
fn legacy_kind(kind: EntryType) -> Result<&'static str, ToolError> {
    match kind {
        EntryType::Face | EntryType::Document | EntryType::Phone | EntryType::Email => {
            Ok(kind.name())
        }
        _ => Err(ToolError::invalid(
            "entry_type",
            format!(
                "This account has the older blocklist, which knows no {} entries.",
                kind.name()
            ),
        )
        .with_allowed(["face", "document", "phone", "email"])),
    }
}

fn only_sessions() -> ToolError {
    ToolError::invalid(
        "value",
        "This account has the older blocklist, which takes entries from sessions alone: `session_id` with `items`.",
    )
}
