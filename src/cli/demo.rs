//! `didit-mcp demo`: the whole flow, through a real client and a real server process, on the simulator.

mod client;
mod screen;
mod story;

use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use client::Session;
use screen::Screen;

/// The demo takes no arguments of its own.
#[derive(Debug, Args)]
pub(super) struct Arguments {}

/// Tells the story; the exit code is 0 only when every step gave the right result.
pub(super) async fn run(_arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut screen = Screen::new();
    screen.title(
        "Didit, from no account to a decided person, on the built-in simulator: nothing is real.",
    )?;
    // Reports land in a folder of their own, which goes with the demo.
    let folder = tempfile::tempdir()?;
    let session = Session::start(folder.path()).await?;
    let outcome = story::tell(&session, &mut screen).await;
    session.stop().await;
    outcome?;
    screen.summary()?;
    Ok(if screen.all_right() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
