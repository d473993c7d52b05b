//! `didit-mcp kyc`: verify people from a terminal or a script.

mod batch;
mod decision;
mod desk;
mod fields;
mod full;
mod link;
mod list;
mod review;
mod session;
mod setup;
mod walk;
mod workflow;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{
    output::Format,
    runner::{self, WAIT_EXIT_CODES},
};
use crate::{config::Options, redact::Redactor};

/// What to do about a person's verification.
#[derive(Debug, Args)]
#[command(after_help = WAIT_EXIT_CODES)]
pub(super) struct Arguments {
    #[command(flatten)]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create a workflow: the template that says which checks run.
    Setup(setup::Arguments),
    /// Create a verification link for one person.
    Session(session::Arguments),
    /// Show the link of a session again, open it or copy it.
    Link(link::Arguments),
    /// Read where a session stands, or wait until it is decided.
    #[command(after_help = WAIT_EXIT_CODES)]
    Decision(decision::Arguments),
    /// Run the whole flow for one person: workflow (found or created), link, QR code and, with --wait, the decision.
    #[command(after_help = WAIT_EXIT_CODES)]
    Full(Box<full::Arguments>),
    /// Create one session for each row of a CSV file; run it again to resume.
    #[command(after_help = batch::HELP)]
    Batch(batch::Arguments),
    /// Approve a person; asks for confirmation.
    Approve(review::Decide),
    /// Decline a person; asks for confirmation.
    Decline(review::Decide),
    /// Ask a person to redo steps, whose data are deleted; asks for confirmation.
    Resubmit(review::Resubmit),
    /// Save the PDF report of a finished session.
    Pdf(review::Pdf),
    /// List sessions, newest first; --workflow-id is a filter here.
    List(list::Arguments),
    /// Show everything that waits in review, oldest first, and why; --workflow-id is a filter here.
    Queue(desk::Queue),
    /// Go through the review queue one by one: see, decide, comment.
    Review(walk::Arguments),
    /// Count sessions of a period by outcome, with the change against the period before.
    Stats(desk::Stats),
    /// Plan reminders for people who have not finished; --send does it, after asking once, and writes to nobody twice.
    FollowUp(desk::FollowUp),
    /// List the workflows that sessions can be made with.
    Workflows(list::Workflows),
}

/// Runs one of the commands.
pub(super) async fn run(arguments: Arguments, options: &Options, redactor: Redactor) -> ExitCode {
    let command = arguments.command;
    runner::run(
        options,
        arguments.format,
        redactor,
        async |runner| match command {
            Command::Setup(arguments) => setup::run(runner, arguments).await,
            Command::Session(arguments) => session::run(runner, arguments).await,
            Command::Link(arguments) => link::run(runner, arguments).await,
            Command::Decision(arguments) => decision::run(runner, arguments).await,
            Command::Full(arguments) => full::run(runner, *arguments).await,
            Command::Batch(arguments) => batch::run(runner, arguments).await,
            Command::Approve(arguments) => review::decide(runner, arguments, "Approved").await,
            Command::Decline(arguments) => review::decide(runner, arguments, "Declined").await,
            Command::Resubmit(arguments) => review::resubmit(runner, arguments).await,
            Command::Pdf(arguments) => review::pdf(runner, arguments).await,
            Command::List(arguments) => list::run(runner, arguments).await,
            Command::Queue(arguments) => desk::queue(runner, arguments).await,
            Command::Review(arguments) => walk::run(runner, arguments).await,
            Command::Stats(arguments) => desk::stats(runner, arguments).await,
            Command::FollowUp(arguments) => desk::follow_up(runner, arguments).await,
            Command::Workflows(arguments) => list::workflows(runner, arguments).await,
        },
    )
    .await
}
