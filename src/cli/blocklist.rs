//! `didit-mcp blocklist`: faces, documents and contacts that must not pass again.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    ask::Agreed,
    output::{Format, ListFormat, Table},
    runner::{self, EXIT_CODES, Runner, unprinted},
    which,
};
use crate::{
    config::{OneOf, Options},
    didit::ENTRY_TYPES,
    redact::Redactor,
    tools::ToolError,
};

/// What to do about the blocklist.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(flatten)]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List what is blocked, by kind.
    List {
        /// face, document, phone, email, ip_address, device_fingerprint, wallet_address, bank_account, user or business
        /// [default: all kinds].
        #[arg(
            long = "type",
            value_name = "KIND",
            value_parser = OneOf(kinds),
            hide_possible_values = true
        )]
        entry_type: Option<String>,
        /// Value or label.
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Rows, from 1 to 100 [default: 20].
        #[arg(long, value_name = "NUMBER")]
        limit: Option<u32>,
        /// Cursor that the previous page printed.
        #[arg(long, value_name = "CURSOR")]
        cursor: Option<String>,
        #[command(flatten)]
        format: ListFormat,
    },
    /// Block a session's face, document or contacts, or one value; asks for confirmation.
    Add {
        #[command(flatten)]
        target: Target,
        /// Why, for the record.
        #[arg(long, value_name = "TEXT")]
        comment: Option<String>,
        #[command(flatten)]
        agreed: Agreed,
    },
    /// Take a session's face, document or contacts, or one value, off the list; asks for confirmation.
    Remove {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        agreed: Agreed,
    },
}

/// What is meant: a session's things, or one value.
#[derive(Debug, Args)]
struct Target {
    /// The session's number, its id, or vendor: and your own id of the person.
    #[arg(
        long = "session",
        alias = "session-id",
        value_name = "SESSION",
        required_unless_present = "value"
    )]
    session: Option<String>,
    /// What of the session: face, document, phone, email, separated by commas [default: face,document].
    #[arg(
        long,
        value_name = "ITEMS",
        value_delimiter = ',',
        requires = "session"
    )]
    items: Vec<String>,
    /// One value, with its --type, instead of a session.
    #[arg(
        long,
        value_name = "VALUE",
        requires = "entry_type",
        conflicts_with = "session"
    )]
    value: Option<String>,
    /// Kind of that value, such as email or ip_address.
    #[arg(
        long = "type",
        value_name = "KIND",
        requires = "value",
        value_parser = OneOf(kinds),
        hide_possible_values = true
    )]
    entry_type: Option<String>,
}

impl Target {
    /// The arguments that name it.
    async fn arguments(self, runner: &Runner, comment: Option<String>) -> Result<Value, ToolError> {
        let session = match &self.session {
            Some(text) => Some(which::session(runner, text).await?),
            None => None,
        };
        Ok(json!({
            "session_id": session,
            "items": (!self.items.is_empty()).then_some(self.items),
            "value": self.value,
            "entry_type": self.entry_type,
            "comment": comment,
        }))
    }
}

fn kinds() -> Vec<String> {
    ENTRY_TYPES.map(str::to_owned).into()
}

/// Runs one of the commands.
pub(super) async fn run(arguments: Arguments, options: &Options, redactor: Redactor) -> ExitCode {
    let command = arguments.command;
    runner::run(options, arguments.format, redactor, async |runner| {
        match command {
            Command::List {
                entry_type,
                search,
                limit,
                cursor,
                format,
            } => {
                let arguments = json!({
                    "entry_type": entry_type,
                    "search": search,
                    "limit": limit,
                    "cursor": cursor,
                });
                let answer = runner.call("didit_blocklist_list", arguments).await?;
                let table = Table(&[
                    ("KIND", "entry_type"),
                    ("VALUE", "value"),
                    ("FROM SESSION", "reference_session_id"),
                    ("ENTRY", "uuid"),
                ]);
                let output = runner.output();
                output.rows(&answer, &table, format).map_err(unprinted)?;
            }
            Command::Add {
                target,
                comment,
                agreed,
            } => {
                let arguments = target.arguments(runner, comment).await?;
                let answer = runner
                    .decide("didit_blocklist_add", arguments, agreed)
                    .await?;
                runner.output().answer(&answer).map_err(unprinted)?;
            }
            Command::Remove { target, agreed } => {
                let arguments = target.arguments(runner, None).await?;
                let answer = runner
                    .decide("didit_blocklist_remove", arguments, agreed)
                    .await?;
                runner.output().answer(&answer).map_err(unprinted)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}
