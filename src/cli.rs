//! The command line: reads the flags, sets up logging to stderr, and hands over.

mod demo;
mod serve;
mod simulate;
mod webhook;

use std::{io::Write, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    config::{self, Options},
    log::{self, Log},
    redact::Redactor,
};

/// Secrets are never flags, because those show in lists of processes.
const SECRETS: &str = "Variables without a flag:
  DIDIT_API_KEY         The key of the application (Business Console, API & Webhooks)
  DIDIT_PASSWORD        The password for registering and logging in, instead of a generated one
  DIDIT_WEBHOOK_SECRET  The secret of the webhook destination";

/// Identity verification for assistants: a Model Context Protocol server for Didit.
///
/// Without a command it is the server on standard input and output, for a client to start.
#[derive(Debug, Parser)]
#[command(name = "didit-mcp", version, max_term_width = 100, after_help = SECRETS)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the Model Context Protocol on standard input and output (the default).
    Serve,
    /// Run the simulator of the Didit API on its own, for any HTTP client.
    Simulate(simulate::Arguments),
    /// Take a person through the whole flow on the simulator, with a real client and server.
    Demo(demo::Arguments),
    /// Receive webhooks and read them, or send signed samples to a receiver.
    Webhook(webhook::Arguments),
}

/// Why a command failed: one line for people.
type Failure = Box<dyn std::error::Error>;

/// Runs the program and returns its exit code: 0 when it did its job, 1 when it failed, 2 for a setting
/// or an argument that cannot be used.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to standard output and mistakes to standard error; a closed pipe is no news.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let redactor = Redactor::default();
    let log = match start_log(&cli.options, redactor.clone()) {
        Ok(log) => log,
        Err(error) => return fail(2, error.as_ref()),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(1, &error),
    };
    let outcome = runtime.block_on(run(cli, redactor));
    // A blocked read of standard input must not keep the process.
    runtime.shutdown_background();
    log.finish();
    match outcome {
        Ok(code) => code,
        Err(error) if error.is::<config::Error>() => fail(2, error.as_ref()),
        Err(error) => fail(1, error.as_ref()),
    }
}

async fn run(cli: Cli, redactor: Redactor) -> Result<ExitCode, Failure> {
    match cli.command {
        None | Some(Command::Serve) => serve::run(&cli.options, redactor).await,
        Some(Command::Simulate(arguments)) => simulate::run(&arguments).await,
        Some(Command::Demo(arguments)) => demo::run(&arguments).await,
        Some(Command::Webhook(arguments)) => webhook::run(&arguments).await,
    }
}

fn start_log(options: &Options, redactor: Redactor) -> Result<Log, Failure> {
    let level = config::log_level(options)?;
    let format = config::log_format(options)?;
    let file = config::log_file(options);
    let log = log::start(level, format, file.as_deref(), redactor)
        .map_err(|error| format!("the log file cannot be opened: {error}"))?;
    Ok(log)
}

fn fail(code: u8, error: &dyn std::error::Error) -> ExitCode {
    drop(writeln!(std::io::stderr(), "didit-mcp: {error}"));
    ExitCode::from(code)
}
