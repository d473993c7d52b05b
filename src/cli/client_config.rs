//! `didit-mcp config`: the block that a client needs to start this server, printed or written.

mod client;
mod edit;

use std::{
    env, fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;

use super::{failure::Failure, output::unless_unread};
use crate::{config::Options, private_file};
use client::{Client, Entry};

/// The variable that holds the key.
const KEY: &str = "DIDIT_API_KEY";

/// Which client, and whether to write.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  didit-mcp config cursor --simulate           print the block for a try on the simulator
  didit-mcp config claude-desktop --write      add it to Claude Desktop's own file
  didit-mcp config codex --read-only --write   the settings given here become arguments")]
pub(super) struct Arguments {
    /// The program that is to start the server.
    client: Client,
    /// Write it into the client's file, keeping what is there and a copy of the file as it was.
    #[arg(long)]
    write: bool,
    /// The name of the server in the client.
    #[arg(long, default_value = "didit", value_parser = name)]
    name: String,
}

/// Prints or writes the block.
pub(super) fn run(arguments: &Arguments, options: &Options) -> Result<ExitCode, Failure> {
    let folders = directories::BaseDirs::new().ok_or("this user has no home folder")?;
    let client = arguments.client;
    let file = client.file(&folders);
    let entry = Entry {
        program: program()?,
        arguments: server_arguments(options),
        passes_key: !options.simulate && env::var_os(KEY).is_some_and(|key| !key.is_empty()),
    };
    if arguments.write {
        write(client, &file, &arguments.name, &entry)?;
    } else {
        let block = edit::add(client, "", &arguments.name, &entry)?;
        unless_unread(io::stdout().write_all(block.as_bytes()))?;
        say(&format!(
            "This belongs into {}; --write adds it there.",
            file.display()
        ))?;
    }
    for note in client.notes(&entry) {
        say(note)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is not the block itself, so that the block can be piped.
fn say(line: &str) -> io::Result<()> {
    unless_unread(writeln!(io::stderr(), "{line}"))
}

fn write(client: Client, file: &Path, name: &str, entry: &Entry) -> Result<(), Failure> {
    // A file that is a link, as those who keep their settings in one place have it, stays a link.
    let file = &fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let before = match fs::read_to_string(file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(format!("{} cannot be read: {error}", file.display()).into()),
    };
    let after = edit::add(client, before.as_deref().unwrap_or_default(), name, entry)
        .map_err(|reason| format!("{} was left as it is: {reason}", file.display()))?;
    if before.as_deref() == Some(after.as_str()) {
        say(&format!(
            "{} has this already; nothing was written.",
            file.display()
        ))?;
        return Ok(());
    }
    let copy = before.is_some().then(|| copy_of(file)).transpose()?;
    replace(file, &after)
        .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    say(&match copy {
        Some(copy) => format!(
            "Added {name} to {}; as it was: {}.",
            file.display(),
            copy.display()
        ),
        None => format!("Made {} with {name}.", file.display()),
    })?;
    Ok(())
}

/// Keeps the file as it is under a name of its own, with its permissions.
fn copy_of(file: &Path) -> Result<PathBuf, Failure> {
    let time = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{time}.backup"));
    let copy = file.with_file_name(name);
    fs::copy(file, &copy).map_err(|error| format!("{} cannot be made: {error}", copy.display()))?;
    Ok(copy)
}

/// Replaces the file as a whole, so that a client that reads it now sees the one or the other.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut new = private_file::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    if let Ok(metadata) = fs::metadata(file) {
        new.as_file().set_permissions(metadata.permissions())?;
    }
    new.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// The whole path of this program: clients started from a desktop have another search path than a terminal. The one on the
/// search path is taken where it leads here, because it outlives an upgrade.
fn program() -> Result<String, Failure> {
    let own = env::current_exe()?;
    let real = fs::canonicalize(&own)?;
    let name = own.file_name().unwrap_or_default().to_owned();
    let on_path = env::var_os("PATH")
        .iter()
        .flat_map(env::split_paths)
        .map(|folder| folder.join(&name))
        .find(|path| path.is_absolute() && fs::canonicalize(path).is_ok_and(|path| path == real));
    let path = on_path.unwrap_or(own);
    let text = path
        .to_str()
        .ok_or("the path of this program is not UTF-8")?;
    Ok(text.to_owned())
}

/// The settings that were given, as arguments: they hold whatever environment the client has.
fn server_arguments(options: &Options) -> Vec<String> {
    let switches = [
        ("--simulate", options.simulate),
        ("--read-only", options.read_only),
        ("--allow-irreversible", options.allow_irreversible),
    ];
    let values = [
        ("--toolsets", &options.toolsets),
        ("--pii", &options.pii),
        ("--confirm", &options.confirm),
        ("--profile", &options.profile),
        ("--workflow-id", &options.workflow_id),
    ];
    let on = switches.into_iter().filter(|(_, is_on)| *is_on);
    let given = values
        .into_iter()
        .filter_map(|(flag, value)| Some([flag.to_owned(), value.clone()?]));
    on.map(|(flag, _)| flag.to_owned())
        .chain(given.flatten())
        .collect()
}

fn name(text: &str) -> Result<String, String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if (1..=40).contains(&text.len()) && text.chars().all(is_plain) {
        return Ok(text.to_owned());
    }
    Err("letters, digits, - and _, at most 40".to_owned())
}
