//! `didit-mcp account`: open a Didit account, or use one that exists.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    ask::{self, Agreed},
    output::{Format, data},
    runner::{self, EXIT_CODES, Runner, unprinted},
};
use crate::{
    config::{OneOf, Options},
    redact::Redactor,
    tools::{ErrorCode, ToolError, ToolOutput},
};

/// What to do about the account.
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
    /// Open an account; run it again for a new code. The password is generated (or DIDIT_PASSWORD is used) and stored.
    Register {
        /// Address that can receive mail.
        email: String,
    },
    /// Confirm the address with the code from the e-mail; the keys of its sandbox and live applications are stored, and the
    /// sandbox is used until you log in with --environment live.
    Verify {
        /// The 6 letters and digits; asked for at the terminal when absent.
        code: Option<String>,
        /// Address of the account; the one registered last when absent.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
    },
    /// Fetch and store the API key of the stored account, or of another one with DIDIT_PASSWORD; switch between sandbox and
    /// live.
    Login {
        /// Address of the account; the stored one when absent.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// Application UUID, when the account has several.
        #[arg(long, value_name = "UUID")]
        application_id: Option<String>,
        /// Use the account's application of this kind.
        #[arg(long, value_name = "KIND", value_parser = OneOf(|| ["live", "sandbox"].map(str::to_owned).into()))]
        environment: Option<String>,
        /// Code of the second factor; asked for at the terminal when absent and needed.
        #[arg(long)]
        code: Option<String>,
        #[command(flatten)]
        agreed: Agreed,
    },
    /// Show which account and key are in use and what is switched on.
    Status {
        /// Test the key with one harmless call; the exit code is 1 if it is refused.
        #[arg(long)]
        check: bool,
    },
}

/// Runs one of the commands.
pub(super) async fn run(arguments: Arguments, options: &Options, redactor: Redactor) -> ExitCode {
    let command = arguments.command;
    runner::run(options, arguments.format, redactor, async |runner| {
        let mut agreed = Agreed::default();
        let (tool, arguments) = match command {
            Command::Register { email } => ("didit_account_register", json!({ "email": email })),
            Command::Verify { code, email } => {
                let code = match code {
                    Some(code) => Some(code),
                    None => ask::for_text("Code from the e-mail").await?,
                };
                let Some(code) = code else {
                    return Err(ToolError::invalid(
                        "code",
                        "The code from the e-mail is needed, and there is no terminal to ask for it.",
                    ));
                };
                (
                    "didit_account_verify_email",
                    json!({ "code": code, "email": email }),
                )
            }
            Command::Login {
                email,
                application_id,
                environment,
                code,
                agreed: given,
            } => {
                agreed = given;
                (
                    "didit_account_login",
                    json!({ "email": email, "application_id": application_id, "environment": environment, "code": code }),
                )
            }
            Command::Status { check } => ("didit_account_status", json!({ "check": check })),
        };
        let answer = with_code(runner, tool, arguments, agreed).await?;
        runner.output().answer(&answer).map_err(unprinted)?;
        if tool == "didit_account_register" {
            runner.note_simulator_end()?;
        }
        let refused = data(&answer).get("key_works") == Some(&Value::Bool(false));
        Ok(if refused {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    })
    .await
}

/// Runs the tool, and asks at the terminal for the code of a second factor as often as one is wanted.
async fn with_code(
    runner: &Runner,
    tool: &str,
    mut arguments: Value,
    agreed: Agreed,
) -> Result<ToolOutput, ToolError> {
    loop {
        let error = match runner.decide(tool, arguments.clone(), agreed).await {
            Err(error) if error.code == ErrorCode::SecondFactorNeeded => error,
            other => return other,
        };
        match ask::for_secret(&error.message, "Code of the second factor").await? {
            Some(code) => {
                if let Some(arguments) = arguments.as_object_mut() {
                    arguments.insert("code".to_owned(), code.into());
                }
            }
            None => return Err(error),
        }
    }
}
