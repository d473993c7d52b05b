//! `didit-mcp billing`: what is left, and a payment link.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    output::Format,
    runner::{self, EXIT_CODES, unprinted},
};
use crate::{
    config::Options,
    didit::values::{Usd, WebUrl},
    redact::Redactor,
};

/// What to do about money.
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
    /// Show the prepaid balance.
    Balance,
    /// Make a payment link that a human opens; no money moves by itself.
    TopUp {
        /// US dollars, 50 to 10,000.
        dollars: Usd,
        /// Page to return to after payment.
        #[arg(long, value_name = "URL")]
        success_url: Option<WebUrl>,
        /// Page to return to after cancelling.
        #[arg(long, value_name = "URL")]
        cancel_url: Option<WebUrl>,
    },
}

/// Runs one of the commands.
pub(super) async fn run(arguments: Arguments, options: &Options, redactor: Redactor) -> ExitCode {
    let command = arguments.command;
    runner::run(options, arguments.format, redactor, async |runner| {
        let (tool, arguments) = match command {
            Command::Balance => ("didit_billing_get_balance", json!({})),
            Command::TopUp {
                dollars,
                success_url,
                cancel_url,
            } => (
                "didit_billing_top_up",
                json!({
                    "amount_in_dollars": dollars,
                    "success_url": success_url,
                    "cancel_url": cancel_url,
                }),
            ),
        };
        let answer = runner.call(tool, arguments).await?;
        runner.output().answer(&answer).map_err(unprinted)?;
        Ok(ExitCode::SUCCESS)
    })
    .await
}
