//! The kinds of things that can be blocked, in the blocklist of today and in the older one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tools::error::ToolError;

/// What can be blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum EntryType {
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
    /// Every kind.
    const ALL: [Self; 10] = [
        Self::Face,
        Self::Document,
        Self::Phone,
        Self::Email,
        Self::IpAddress,
        Self::DeviceFingerprint,
        Self::WalletAddress,
        Self::BankAccount,
        Self::User,
        Self::Business,
    ];

    /// The kind of this name.
    pub(super) fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Didit's own word.
    pub(super) fn name(self) -> &'static str {
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

pub(super) fn names(kinds: &[EntryType]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.name()).collect()
}

/// The older API knows four kinds, and takes them from sessions alone.
pub(super) fn legacy_kind(kind: EntryType) -> Result<&'static str, ToolError> {
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

pub(super) fn only_sessions() -> ToolError {
    ToolError::invalid(
        "value",
        "This account has the older blocklist, which takes entries from sessions alone: \
         `session_id` with `items`.",
    )
}

pub(super) fn cannot_search() -> ToolError {
    ToolError::invalid(
        "search",
        "This account has the older blocklist, which cannot be searched.",
    )
}
