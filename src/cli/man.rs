//! `didit-mcp man`: a manual page for each command, as packages install them.

use std::{fs, io::Write, path::PathBuf, process::ExitCode};

use clap::Args;

use super::{failure::Failure, output::unless_unread};

/// Where the pages go.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder of the pages, such as ~/.local/share/man/man1; it is made where there is none.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

/// Writes the pages, which say what the help says.
pub(super) fn run(arguments: &Arguments, command: clap::Command) -> Result<ExitCode, Failure> {
    let folder = &arguments.folder;
    fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(command, folder))
        .map_err(|error| format!("{} cannot be written: {error}", folder.display()))?;
    let done = format!("Wrote the manual pages to {}.", folder.display());
    unless_unread(writeln!(std::io::stdout(), "{done}"))?;
    Ok(ExitCode::SUCCESS)
}
