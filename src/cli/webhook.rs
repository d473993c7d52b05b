//! `didit-mcp webhook`: receive events and read them, or send samples to one's own receiver.

mod listen;
mod trigger;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use crate::{
    config::{self, Secrets},
    redact::Redactor,
};

/// What to do with webhooks.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Receive events, verify them, and print each.
    Listen(listen::Arguments),
    /// Send signed sample events to a receiver.
    Trigger(trigger::Arguments),
}

/// Runs the command.
pub(super) async fn run(arguments: &Arguments, redactor: Redactor) -> Result<ExitCode, Failure> {
    let secret = Secrets::from_environment()?
        .webhook_secret()?
        .ok_or_else(|| config::Error::Secret {
            variable: "DIDIT_WEBHOOK_SECRET",
            reason: "is not set: it is the secret of the webhook destination".to_owned(),
        })?;
    redactor.add_chosen(secret.expose_secret());
    match &arguments.command {
        Command::Listen(arguments) => listen::run(arguments, secret, &redactor).await,
        Command::Trigger(arguments) => trigger::run(arguments, &secret).await,
    }
}
