//! `didit-mcp completions`: what a shell needs to complete this program's commands.

use std::{io::Write, process::ExitCode};

use clap::Args;
use clap_complete::Shell;

use super::{failure::Failure, output::unless_unread};

/// Which shell.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The shell.
    shell: Shell,
}

/// Prints the script; how it is loaded is the shell's affair.
pub(super) fn run(arguments: &Arguments, mut command: clap::Command) -> Result<ExitCode, Failure> {
    // The generator ends the program when its output is closed, so it writes into memory.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "didit-mcp", &mut script);
    unless_unread(std::io::stdout().write_all(&script))?;
    Ok(ExitCode::SUCCESS)
}
