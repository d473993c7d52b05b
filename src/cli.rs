//! The command line: reads the flags, sets up logging to stderr, and hands over.

mod account;
mod ask;
mod assembly;
mod billing;
mod blocklist;
mod check;
mod client_config;
mod completions;
mod demo;
mod failure;
mod kyc;
mod man;
mod operations;
mod output;
mod progress;
mod runner;
mod serve;
mod simulate;
mod webhook;
mod which;

use std::{io::Write, process::ExitCode};

use clap::{
    CommandFactory, FromArgMatches, Parser, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{
    config::{self, Options},
    log::{self, Log},
    redact::Redactor,
    tools::{ErrorCode, ToolError, one_line, strip_invisible},
    visible::escaped,
};

use failure::Failure;

/// Secrets are never flags, because those show in lists of processes.
const SECRETS: &str = "Variables without a flag:
  DIDIT_API_KEY         The key of the application (Business Console, API & Webhooks)
  DIDIT_PASSWORD        The password for registering and logging in, instead of a generated one; never for a simulator
  DIDIT_WEBHOOK_SECRET  The secret of the webhook destination";

/// Identity verification for assistants: a Model Context Protocol server for Didit.
///
/// Without a command it is the server on standard input and output, for a client to start.
#[derive(Debug, Parser)]
#[command(name = "didit-mcp", version, max_term_width = 100, after_help = "All settings: didit-mcp --help", after_long_help = SECRETS)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

/// The settings alone, as clients start the server.
///
/// Building the parser for all commands takes 1.7 million instructions, as many as the rest of a start, so it is used only for
/// arguments that do not fit here. Those that do mean the same to both.
#[derive(Debug, Parser)]
#[command(disable_help_flag = true, disable_version_flag = true)]
struct Server {
    #[command(flatten)]
    options: Options,
    #[arg(value_parser = ["serve"])]
    command: Option<String>,
}

impl Cli {
    fn from_arguments() -> Result<Self, clap::Error> {
        // Behind two dashes `serve` is no command.
        let is_plain = std::env::args_os().all(|word| word != "--");
        match Server::try_parse() {
            Ok(Server { options, .. }) if is_plain => Ok(Self {
                options,
                command: None,
            }),
            // Every command is built for help alone, which takes as long as the rest of a start.
            _ => Self::try_parse().or_else(|error| match error.kind() {
                ErrorKind::DisplayHelp => Self::from_arg_matches(&command().try_get_matches()?),
                _ => Err(error),
            }),
        }
    }
}

impl Cli {
    /// Whether the file of settings counts: not for commands that use none, and not for what is written elsewhere, where
    /// copies of it would outlast it.
    fn reads_settings(&self) -> bool {
        !matches!(
            self.command,
            Some(
                Command::Simulate(_)
                    | Command::Demo(_)
                    | Command::Webhook(_)
                    | Command::Config(_)
                    | Command::Completions(_)
                    | Command::Man(_)
            )
        )
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the Model Context Protocol on standard input and output (the default).
    Serve,
    /// Run the simulator of the Didit API on its own, for any HTTP client.
    Simulate(simulate::Arguments),
    /// Take a person through the whole flow on the simulator, with a real client and server.
    Demo(demo::Arguments),
    /// Verify people: workflows, links, decisions, reports.
    Kyc(Box<kyc::Arguments>),
    /// Open a Didit account, or use one that exists.
    Account(account::Arguments),
    /// Show the balance, or make a payment link.
    Billing(billing::Arguments),
    /// List, block and unblock faces, documents and contacts.
    Blocklist(blocklist::Arguments),
    /// Ask about a workflow what other settings would have changed.
    Workflow(operations::OfWorkflow),
    /// Play all simulated outcomes through a workflow of the sandbox, and compare what comes out.
    Rehearse(operations::Rehearse),
    /// Find people with several ids who share a face, document, phone or e-mail address.
    Duplicates(operations::Duplicates),
    /// Pack the evidence of a period for an audit.
    Audit(operations::Audit),
    /// Check settings, key, network and clock, and say how to fix what is wrong.
    Check(check::Arguments),
    /// Receive webhooks and read them, or send signed samples to a receiver.
    Webhook(webhook::Arguments),
    /// Print the block that an MCP client needs to start the server, or write it into the client's file.
    Config(client_config::Arguments),
    /// Print a completion script for a shell.
    Completions(completions::Arguments),
    /// Write a manual page for each command into a folder.
    Man(man::Arguments),
}

/// Runs the program and returns its exit code: 0 when it did its job, 1 when it failed, 2 for a setting
/// or an argument that cannot be used.
pub fn main() -> ExitCode {
    let mut cli = match Cli::from_arguments() {
        Ok(cli) => cli,
        Err(error) => return refuse(with_usage(error)),
    };
    if cli.reads_settings()
        && let Err(error) = config::fill_in(&mut cli.options)
    {
        return refuse_setting(&error);
    }
    let redactor = Redactor::default();
    let log = match start_log(&cli.options, redactor.clone()) {
        Ok(log) => log,
        Err(error) => return refuse_setting(error.as_ref()),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(1, &error),
    };
    let outcome = runtime.block_on(run(cli, redactor));
    // A blocked read of standard input must not keep the process alive.
    runtime.shutdown_background();
    log.finish();
    match outcome {
        Ok(code) => code,
        Err(error) if error.is::<config::Error>() => fail(2, error.as_ref()),
        Err(error) => fail(1, error.as_ref()),
    }
}

/// The commands and flags of the program, for completions and for checks of what documents say.
pub fn command() -> clap::Command {
    built(Cli::command())
}

fn built(mut command: clap::Command) -> clap::Command {
    // The settings are handed down to every command by this, and can be told apart only afterwards.
    command.build();
    for name in WITHOUT_SETTINGS {
        command = command.mut_subcommand(name, without_settings);
    }
    command
}

/// Commands that read no setting, or hardly one.
const WITHOUT_SETTINGS: [&str; 5] = ["simulate", "demo", "webhook", "completions", "man"];

fn without_settings(command: clap::Command) -> clap::Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    let command = command.mut_args(|argument| {
        let is_setting = argument.get_help_heading() == Some("Settings");
        let is_hidden = argument.is_hide_set();
        argument.hide(is_setting || is_hidden)
    });
    names.iter().fold(command, |command, name| {
        command.mut_subcommand(name, without_settings)
    })
}

async fn run(cli: Cli, redactor: Redactor) -> Result<ExitCode, Failure> {
    match cli.command {
        None | Some(Command::Serve) => serve::run(&cli.options, redactor).await,
        Some(Command::Simulate(arguments)) => simulate::run(&arguments).await,
        Some(Command::Demo(arguments)) => demo::run(&arguments).await,
        Some(Command::Kyc(arguments)) => Ok(kyc::run(*arguments, &cli.options, redactor).await),
        Some(Command::Account(arguments)) => {
            Ok(account::run(arguments, &cli.options, redactor).await)
        }
        Some(Command::Billing(arguments)) => {
            Ok(billing::run(arguments, &cli.options, redactor).await)
        }
        Some(Command::Blocklist(arguments)) => {
            Ok(blocklist::run(arguments, &cli.options, redactor).await)
        }
        Some(Command::Workflow(arguments)) => {
            Ok(operations::workflow(arguments, &cli.options, redactor).await)
        }
        Some(Command::Rehearse(arguments)) => {
            Ok(operations::rehearse(arguments, &cli.options, redactor).await)
        }
        Some(Command::Duplicates(arguments)) => {
            Ok(operations::duplicates(arguments, &cli.options, redactor).await)
        }
        Some(Command::Audit(arguments)) => {
            Ok(operations::audit(arguments, &cli.options, redactor).await)
        }
        Some(Command::Check(arguments)) => Ok(check::run(arguments, &cli.options, redactor).await),
        Some(Command::Webhook(arguments)) => webhook::run(&arguments, redactor).await,
        Some(Command::Config(arguments)) => client_config::run(&arguments, &cli.options).await,
        Some(Command::Completions(arguments)) => completions::run(&arguments, command()),
        Some(Command::Man(arguments)) => {
            // `help` says what the pages say.
            man::run(
                &arguments,
                built(Cli::command().disable_help_subcommand(true)),
            )
        }
    }
}

fn start_log(options: &Options, redactor: Redactor) -> Result<Log, Failure> {
    let level = config::log_level(options)?;
    let format = config::log_format(options)?;
    let file = config::log_file(options)?;
    let log = log::start(level, format, file.as_deref(), redactor).map_err(|error| match file {
        Some(file) => Failure::from(config::Error::File {
            setting: "--log-file (DIDIT_MCP_LOG_FILE)",
            file,
            reason: error.to_string(),
        }),
        None => error.into(),
    })?;
    Ok(log)
}

/// The error with how its command is used. The parser counts settings from the environment among what must be typed.
fn with_usage(mut error: clap::Error) -> clap::Error {
    if error.get(ContextKind::Usage).is_some() {
        let mut used = command();
        for word in std::env::args().skip(1) {
            used = used.find_subcommand(&word).cloned().unwrap_or(used);
        }
        let usage = ContextValue::StyledStr(used.render_usage());
        error.insert(ContextKind::Usage, usage);
    }
    error
}

/// Prints help, or what is wrong with the arguments.
fn refuse(error: clap::Error) -> ExitCode {
    if error.use_stderr() && wants_json() {
        let said = one_line(&error.to_string());
        let error = ToolError::new(ErrorCode::Usage, said.trim_start_matches("error: "));
        return print_error(2, &error);
    }
    // Help goes to standard output and errors to standard error; a closed pipe is ignored.
    drop(error.print());
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn refuse_setting(error: &dyn std::error::Error) -> ExitCode {
    if wants_json() {
        return print_error(2, &ToolError::new(ErrorCode::Setting, error.to_string()));
    }
    fail(2, error)
}

fn fail(code: u8, error: &dyn std::error::Error) -> ExitCode {
    // It may quote a setting, which may contain terminal escape sequences.
    let error = strip_invisible(&error.to_string());
    drop(writeln!(std::io::stderr(), "didit-mcp: {error}"));
    ExitCode::from(code)
}

fn print_error(code: u8, error: &ToolError) -> ExitCode {
    let document = output::error_document(error, &|_| false);
    let document = format!("{document:#}");
    drop(writeln!(std::io::stdout(), "{}", escaped(&document)));
    ExitCode::from(code)
}

/// Looked up among the words themselves, because it counts before and after they could be parsed.
fn wants_json() -> bool {
    std::env::args_os().any(|argument| argument == "--json")
}
