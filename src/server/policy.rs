//! What is switched on, and what needs a human: derived from each tool's own declaration.

use std::time::Duration;

use rmcp::model::ToolAnnotations;

use crate::tools::{Access, Tool, Toolset};

/// The operator's choices.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The groups of tools that exist.
    pub toolsets: Vec<Toolset>,
    /// Keep only tools that change nothing.
    pub read_only: bool,
    /// Keep the tools that cannot be undone.
    pub allow_irreversible: bool,
    /// Who agrees to decisions.
    pub confirmation: Confirmation,
    /// How long a client that says it can ask its human may take to answer; then a preview takes the question's place.
    pub confirm_wait: Duration,
}

/// Who agrees before a decision takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// A human, through the client; or a preview and a second call.
    Ask,
    /// A human, through a preview and a second call, whatever the client says it can.
    Preview,
    /// Nobody: the operator's explicit choice.
    Never,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            toolsets: Toolset::defaults(),
            read_only: false,
            allow_irreversible: false,
            confirmation: Confirmation::Ask,
            confirm_wait: Duration::from_secs(120),
        }
    }
}

impl Policy {
    /// Whether a tool exists under these choices.
    pub fn allows(&self, tool: &Tool) -> bool {
        self.setting_against(tool).is_none()
    }

    /// The setting that keeps a tool away, or `None` when it exists.
    pub fn setting_against(&self, tool: &Tool) -> Option<&'static str> {
        if !self.toolsets.contains(&tool.toolset) {
            Some("--toolsets (DIDIT_MCP_TOOLSETS)")
        } else if self.read_only && tool.access != Access::Read {
            Some("--read-only (DIDIT_MCP_READ_ONLY)")
        } else if !self.allow_irreversible && tool.access == Access::Irreversible {
            Some("--allow-irreversible (DIDIT_MCP_IRREVERSIBLE)")
        } else {
            None
        }
    }
}

/// Whether a human agrees before every call of a tool takes effect.
pub fn needs_confirmation(access: Access) -> bool {
    matches!(access, Access::Decide | Access::Irreversible)
}

/// Whether a human agrees before some calls of a tool take effect.
pub fn may_need_confirmation(tool: &Tool) -> bool {
    needs_confirmation(tool.access) || tool.asks_when.is_some()
}

/// The four hints. Every tool reaches an outside service and most return what people wrote, so the
/// world is open for all of them.
pub fn annotations(tool: &Tool) -> ToolAnnotations {
    ToolAnnotations::from_raw(
        None,
        Some(tool.access == Access::Read),
        Some(tool.overwrites || needs_confirmation(tool.access)),
        Some(tool.idempotent),
        Some(true),
    )
}
