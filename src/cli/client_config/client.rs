//! The clients: where each keeps its servers, and how it writes one down.

use std::{env, path::PathBuf};

use clap::ValueEnum;
use directories::BaseDirs;
use serde_json::{Value, json};

/// The variable that holds the key.
pub(super) const KEY: &str = "DIDIT_API_KEY";

/// A program that starts servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Client {
    /// Claude Code, for all projects of this user.
    ClaudeCode,
    /// Claude Desktop.
    ClaudeDesktop,
    /// Cursor.
    Cursor,
    /// Visual Studio Code, with GitHub Copilot.
    #[value(name = "vscode")]
    VsCode,
    /// Codex.
    Codex,
    /// Gemini CLI.
    Gemini,
    /// Windsurf.
    Windsurf,
    /// Zed.
    Zed,
    /// opencode.
    #[value(name = "opencode")]
    OpenCode,
    /// OpenClaw.
    #[value(name = "openclaw")]
    OpenClaw,
}

/// How to start the server.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    /// Whether other arguments of a server that is there give way.
    pub(super) replaces: bool,
    /// Whether the key comes from the variable, and not from the account that is remembered.
    pub(super) passes_key: bool,
}

impl Client {
    /// The file of this user that lists servers.
    pub(super) fn file(self, folders: &BaseDirs) -> PathBuf {
        let home = folders.home_dir();
        let settings = folders.config_dir();
        match self {
            Self::ClaudeCode => named("CLAUDE_CONFIG_DIR")
                .unwrap_or_else(|| home.to_owned())
                .join(".claude.json"),
            Self::ClaudeDesktop => settings.join("Claude/claude_desktop_config.json"),
            Self::Cursor => home.join(".cursor/mcp.json"),
            Self::VsCode => settings.join("Code/User/mcp.json"),
            Self::Codex => named("CODEX_HOME")
                .unwrap_or_else(|| home.join(".codex"))
                .join("config.toml"),
            Self::Gemini => home.join(".gemini/settings.json"),
            Self::Windsurf => home.join(".codeium/windsurf/mcp_config.json"),
            Self::Zed if cfg!(windows) => settings.join("Zed/settings.json"),
            Self::Zed => unix_settings(folders).join("zed/settings.json"),
            Self::OpenCode => {
                let folder = unix_settings(folders).join("opencode");
                let plain = folder.join("opencode.json");
                if plain.exists() {
                    plain
                } else {
                    folder.join("opencode.jsonc")
                }
            }
            Self::OpenClaw => named("OPENCLAW_CONFIG_PATH")
                .unwrap_or_else(|| home.join(".openclaw/openclaw.json")),
        }
    }

    /// The names under which that file holds its servers, the outermost first.
    pub(super) fn keys(self) -> &'static [&'static str] {
        match self {
            Self::VsCode => &["servers"],
            Self::Codex => &["mcp_servers"],
            Self::Zed => &["context_servers"],
            Self::OpenCode => &["mcp"],
            Self::OpenClaw => &["mcp", "servers"],
            Self::ClaudeCode
            | Self::ClaudeDesktop
            | Self::Cursor
            | Self::Gemini
            | Self::Windsurf => &["mcpServers"],
        }
    }

    /// The server as the client writes it down, name by name.
    pub(super) fn server(self, entry: &Entry) -> Vec<(&'static str, Value)> {
        if self == Self::OpenCode {
            let words = std::iter::once(&entry.program).chain(&entry.arguments);
            return vec![
                ("type", "local".into()),
                ("command", words.cloned().collect()),
            ];
        }
        let mut server = Vec::new();
        if matches!(self, Self::ClaudeCode | Self::VsCode) {
            server.push(("type", "stdio".into()));
        }
        server.push(("command", entry.program.clone().into()));
        server.push(("args", entry.arguments.clone().into()));
        let reference = match self {
            Self::Codex => Some(("env_vars", json!([KEY]))),
            Self::Gemini => Some(("env", json!({ KEY: format!("${KEY}") }))),
            Self::Cursor | Self::VsCode | Self::Windsurf => {
                Some(("env", json!({ KEY: format!("${{env:{KEY}}}") })))
            }
            _ => None,
        };
        server.extend(reference.filter(|_| entry.passes_key));
        server
    }

    /// What else the user has to know or do.
    pub(super) fn notes(self, entry: &Entry) -> Vec<&'static str> {
        let mut notes = vec![match self {
            Self::ClaudeCode => "Next: `claude mcp list` shows whether it starts.",
            Self::Codex => "Next: `codex mcp list` shows it.",
            Self::Gemini => "Next: `gemini mcp list` shows whether it starts.",
            Self::OpenCode => "Next: `opencode mcp list` shows whether it starts.",
            Self::OpenClaw => "Next: `openclaw mcp list` shows it.",
            Self::VsCode => "Next: the command \"MCP: List Servers\" starts it.",
            Self::ClaudeDesktop | Self::Cursor | Self::Windsurf | Self::Zed => {
                "Next: quit the program and start it again."
            }
        }];
        let hides_environment = matches!(self, Self::ClaudeDesktop | Self::Zed | Self::OpenClaw);
        if entry.passes_key && hides_environment {
            notes.push(
                "The key in DIDIT_API_KEY does not reach a server that this program starts; `didit-mcp account login` remembers \
                 the account for all of them.",
            );
        }
        notes
    }
}

/// A place that a variable names.
fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// `~/.config` on macOS too, where some programs keep to the custom of Linux.
fn unix_settings(folders: &BaseDirs) -> PathBuf {
    named("XDG_CONFIG_HOME").unwrap_or_else(|| folders.home_dir().join(".config"))
}
