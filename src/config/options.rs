//! The flags, and the variables behind them.

use std::path::PathBuf;

use super::{
    one_of::OneOf,
    values::{holds_placeholder, is_unset_bundle_value},
};
use crate::tools::Toolset;

use clap::{
    Args,
    builder::{OsStringValueParser, TypedValueParser},
};

/// The flags and variables that all commands share.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// Run on the built-in simulator: no account, no network, nothing real.
    #[arg(long, global = true, env = "DIDIT_MCP_SIMULATE", value_parser = switch, help_heading = "Settings")]
    pub simulate: bool,
    /// Workflow for sessions that name none.
    #[arg(
        long,
        global = true,
        env = "DIDIT_WORKFLOW_ID",
        value_name = "UUID",
        help_heading = "Settings"
    )]
    pub workflow_id: Option<String>,
    /// Groups of tools to switch on, separated by commas: toolsets, the presets `onboarding`, `reviewer`, `operations` and
    /// `developer`, `default` or `all` [default: account,workflows,sessions,blocklist,billing].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_TOOLSETS",
        value_parser = OneOf(toolsets),
        hide_possible_values = true,
        value_name = "NAMES",
        help_heading = "Settings"
    )]
    pub toolsets: Option<String>,
    /// Keep only the tools that change nothing.
    #[arg(long, global = true,
        hide_short_help = true, env = "DIDIT_MCP_READ_ONLY", value_parser = switch, help_heading = "Settings")]
    pub read_only: bool,
    /// Add the tools that cannot be undone (deleting).
    #[arg(long, global = true,
        hide_short_help = true, env = "DIDIT_MCP_IRREVERSIBLE", value_parser = switch, help_heading = "Settings")]
    pub allow_irreversible: bool,
    /// How a human confirms decisions about people: `ask` through the client, `preview` in the conversation, `never` [default: ask].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_CONFIRM",
        value_parser = OneOf(|| words(&["ask", "preview", "never"])),
        hide_possible_values = true,
        value_name = "WHO",
        help_heading = "Settings"
    )]
    pub confirm: Option<String>,
    /// Seconds to wait while a client asks its human, before falling back to a preview [default: 120].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_CONFIRM_WAIT",
        value_name = "SECONDS",
        help_heading = "Settings"
    )]
    pub confirm_wait: Option<String>,
    /// The only folder in which files are written and read [default: `files` in the data folder of didit-mcp].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_OUTPUT_DIR",
        value_parser = maybe_empty_path(),
        value_name = "FOLDER",
        help_heading = "Settings"
    )]
    pub output_dir: Option<PathBuf>,
    /// The credentials file [default: in your settings folder].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_CREDENTIALS",
        value_parser = maybe_empty_path(),
        value_name = "FILE",
        help_heading = "Settings"
    )]
    pub credentials: Option<PathBuf>,
    /// The account to use within that file [default: default].
    #[arg(
        long,
        global = true,
        env = "DIDIT_MCP_PROFILE",
        value_name = "NAME",
        help_heading = "Settings"
    )]
    pub profile: Option<String>,
    /// Total seconds that one call may take [default: 30].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_TIMEOUT",
        value_name = "SECONDS",
        help_heading = "Settings"
    )]
    pub timeout: Option<String>,
    /// Base address of the verification API [default: `https://verification.didit.me/v3`].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_API_BASE_URL",
        value_name = "URL",
        help_heading = "Settings"
    )]
    pub api_base_url: Option<String>,
    /// Base address of the account API [default: `https://apx.didit.me/auth/v2`].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_AUTH_BASE_URL",
        value_name = "URL",
        help_heading = "Settings"
    )]
    pub auth_base_url: Option<String>,
    /// Respect Didit's rate limits: `on`, or `off` (only for an API on this machine) [default: on].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_RATE_LIMITS",
        value_parser = OneOf(|| words(&["on", "off"])),
        hide_possible_values = true,
        value_name = "SWITCH",
        help_heading = "Settings"
    )]
    pub rate_limits: Option<String>,
    /// A PEM file of additional certificates to trust, for a proxy that intercepts TLS.
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_CA_FILE",
        value_parser = maybe_empty_path(),
        value_name = "FILE",
        help_heading = "Settings"
    )]
    pub ca_file: Option<PathBuf>,
    /// Address to receive webhooks on, so that waits end at once; needs DIDIT_WEBHOOK_SECRET.
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_WEBHOOK_LISTEN",
        value_name = "ADDR:PORT",
        help_heading = "Settings"
    )]
    pub webhook_listen: Option<String>,
    /// How much of a person's data results show: `none`, `minimal`, `full` [default: minimal].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_PII",
        value_parser = OneOf(|| words(&["none", "minimal", "full"])),
        hide_possible_values = true,
        value_name = "LEVEL",
        help_heading = "Settings"
    )]
    pub pii: Option<String>,
    /// Audit log: a file to which every change adds one JSON line.
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_AUDIT_LOG",
        value_parser = maybe_empty_path(),
        value_name = "FILE",
        help_heading = "Settings"
    )]
    pub audit_log: Option<PathBuf>,
    /// How much to log: `off`, `error`, `warn`, `info` [default: warn].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_LOG",
        value_parser = OneOf(|| words(&["off", "error", "warn", "info"])),
        hide_possible_values = true,
        value_name = "LEVEL",
        help_heading = "Settings"
    )]
    pub log: Option<String>,
    /// A file for the log [default: standard error].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_LOG_FILE",
        value_parser = maybe_empty_path(),
        value_name = "FILE",
        help_heading = "Settings"
    )]
    pub log_file: Option<PathBuf>,
    /// How log lines look: `text` or `json` [default: text].
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "DIDIT_MCP_LOG_FORMAT",
        value_parser = OneOf(|| words(&["text", "json"])),
        hide_possible_values = true,
        value_name = "FORMAT",
        help_heading = "Settings"
    )]
    pub log_format: Option<String>,
}

/// Reads a variable that switches something on. Anything unclear is an error, never a default.
fn switch(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        unset if is_unset_bundle_value(unset) => Ok(false),
        text if holds_placeholder(text) => {
            Err("it holds a placeholder (${…}): the client did not fill it in".to_owned())
        }
        "1" | "true" | "yes" | "on" => Ok(true),
        "" | "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("valid: true, false, 1, 0, yes, no, on, off".to_owned()),
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn toolsets() -> Vec<String> {
    words(&Toolset::words())
}

/// Reads a path that may be empty, which counts as absent; clap's own parser refuses that.
fn maybe_empty_path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}
