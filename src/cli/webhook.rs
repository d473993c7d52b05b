//! `didit-mcp webhook`: receive events and read them, or send samples to one's own receiver.

mod listen;
mod trigger;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Failure;
use crate::{
    config::{self, Secrets},
    didit::SharedSecret,
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
pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let secret = Secrets::from_environment()
        .webhook_secret
        .map(SharedSecret::new)
        .ok_or_else(|| config::Error::Secret {
            variable: "DIDIT_WEBHOOK_SECRET",
            reason: "is not set: it is the secret of the webhook destination".to_owned(),
        })?;
    match &arguments.command {
        Command::Listen(arguments) => listen::run(arguments, secret).await,
        Command::Trigger(arguments) => trigger::run(arguments, &secret).await,
    }
}
