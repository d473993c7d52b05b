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
    let script = match arguments.shell {
        // The generator names the program in two ways where it has a hyphen, and then finds no command of it
        // (https://github.com/clap-rs/clap/issues/6421).
        Shell::Bash => String::from_utf8_lossy(&script)
            .replace("didit__subcmd__mcp", "didit__mcp")
            .into_bytes(),
        _ => script,
    };
    unless_unread(std::io::stdout().write_all(&script))?;
    Ok(ExitCode::SUCCESS)
}
