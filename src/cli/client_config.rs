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
use crate::{
    config::{Options, Secrets, Settings},
    credentials, private_file,
};
use client::{Client, Entry, KEY};

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
    /// Start a server of this name with these arguments, whatever arguments it has now.
    #[arg(long)]
    replace: bool,
    /// The name of the server in the client.
    #[arg(long, default_value = "didit", value_parser = name)]
    name: String,
}

/// Prints or writes the block.
pub(super) async fn run(arguments: &Arguments, options: &Options) -> Result<ExitCode, Failure> {
    let folders = directories::BaseDirs::new().ok_or("this user has no home folder")?;
    let client = arguments.client;
    let file = client.file(&folders);
    // What the server would refuse at its start is refused here.
    Settings::resolve(options, &Secrets::from_environment()?, None)?;
    let (program, launcher) = lasting(program()?);
    let mut words = launcher.clone();
    words.extend(server_arguments(options)?);
    let entry = Entry {
        program,
        arguments: words,
        replaces: arguments.replace,
        passes_key: !options.simulate && env::var_os(KEY).is_some_and(|key| !key.is_empty()),
    };
    if arguments.write {
        write(client, &file, &arguments.name, &entry).await?;
    } else {
        let block = edit::add(client, "", &arguments.name, &entry)?;
        unless_unread(io::stdout().write_all(block.as_bytes()))?;
        say(&format!(
            "This belongs into {}; --write adds it there.",
            file.display()
        ))?;
    }
    if !launcher.is_empty() {
        say(&format!(
            "This copy of the program lies in a cache that is emptied at times, so {} starts it; the client has to find that.",
            entry.program
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

async fn write(client: Client, file: &Path, name: &str, entry: &Entry) -> Result<(), Failure> {
    let _turn = turn().await?;
    let file = &real(file)?;
    for _ in 0..MOST_TRIES {
        let before = read(file)?;
        let after = edit::add(client, before.as_deref().unwrap_or_default(), name, entry)
            .map_err(|reason| format!("{} was left as it is: {reason}", file.display()))?;
        if before.as_deref() == Some(after.as_str()) {
            say(&format!(
                "{} has this already; nothing was written.",
                file.display()
            ))?;
            return Ok(());
        }
        let folder = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let new = prepared(file, folder, &after)
            .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
        if read(file)? != before {
            continue;
        }
        let copy = before.as_ref().map(|text| copy(file, text)).transpose()?;
        new.persist(file)
            .map_err(|error| format!("{} cannot be written: {}", file.display(), error.error))?;
        say(&match copy {
            Some(copy) => format!(
                "Added {name} to {}; as it was: {}.",
                file.display(),
                copy.display()
            ),
            None => format!("Made {} with {name}.", file.display()),
        })?;
        return Ok(());
    }
    Err(format!(
        "{} changes all the time; it was left as it is.",
        file.display()
    )
    .into())
}

/// How often a file is read anew that somebody else changes meanwhile.
const MOST_TRIES: u32 = 5;

/// How many copies one second may bring.
const MOST_COPIES: u32 = 100;

/// Several of these at once take turns. A user without a settings folder goes without: the client itself may write at any
/// moment as well, which is looked for before the file is replaced.
async fn turn() -> Result<Option<private_file::WriteLock>, Failure> {
    let Some(folder) = credentials::settings_folder() else {
        return Ok(None);
    };
    match private_file::WriteLock::take(&folder.join("clients")).await {
        Ok(turn) => Ok(Some(turn)),
        Err(private_file::Error::Busy) => Err("another process is writing a client's file".into()),
        Err(_) => Ok(None),
    }
}

/// The file itself: one that is a link, as those have it who keep their settings in one place, stays a link.
fn real(file: &Path) -> Result<PathBuf, Failure> {
    match dunce::canonicalize(file) {
        Ok(real) => Ok(real),
        Err(_) if fs::symlink_metadata(file).is_err() => Ok(file.to_owned()),
        Err(error) => Err(format!("{} leads nowhere: {error}", file.display()).into()),
    }
}

fn read(file: &Path) -> Result<Option<String>, Failure> {
    let refused = |reason: &dyn std::fmt::Display| {
        Failure::from(format!("{} cannot be read: {reason}", file.display()))
    };
    match private_file::read_public(file) {
        Ok(bytes) => Ok(Some(
            String::from_utf8(bytes).map_err(|_| refused(&"it is not UTF-8"))?,
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused(&error)),
    }
}

/// Keeps the text that was there under a name that no other copy has, with the permissions of the file.
fn copy(file: &Path, text: &str) -> Result<PathBuf, Failure> {
    let time = jiff::Timestamp::now()
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string();
    for number in 1..=MOST_COPIES {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(match number {
            1 => format!(".{time}.backup"),
            more => format!(".{time}-{more}.backup"),
        });
        let path = file.with_file_name(name);
        let mut copy = match fs::File::create_new(&path) {
            Ok(copy) => copy,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(format!("{} cannot be made: {error}", path.display()).into()),
        };
        copy.set_permissions(fs::metadata(file)?.permissions())?;
        copy.write_all(text.as_bytes())?;
        return Ok(path);
    }
    Err("there are too many copies".into())
}

/// The new file, which takes the place of the old one as a whole, so that a client which reads it sees the one or the other.
fn prepared(file: &Path, folder: &Path, text: &str) -> io::Result<tempfile::NamedTempFile> {
    let mut new = private_file::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    if let Ok(metadata) = fs::metadata(file) {
        new.as_file().set_permissions(metadata.permissions())?;
    }
    Ok(new)
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

/// What starts this program also later: a copy in a cache is left to the program that put it there, with the words that say
/// so to it.
fn lasting(program: String) -> (String, Vec<String>) {
    let is_in = |folder: &str| {
        Path::new(&program)
            .components()
            .any(|part| part.as_os_str() == folder)
    };
    let words: &[&str] = if is_in("_npx") && cfg!(windows) {
        // There it is a script, which few clients can start by themselves.
        &["cmd", "/c", "npx", "-y", "didit-mcp"]
    } else if is_in("_npx") {
        &["npx", "-y", "didit-mcp"]
    } else if is_in("archive-v0") {
        &["uvx", "didit-mcp"]
    } else {
        &[]
    };
    match words.split_first() {
        Some((launcher, words)) => (
            (*launcher).to_owned(),
            words.iter().map(|word| (*word).to_owned()).collect(),
        ),
        None => (program, Vec::new()),
    }
}

/// The settings that were given, as arguments: they hold whatever environment the client has. All of them, because one that
/// was left out would switch a guard off.
fn server_arguments(options: &Options) -> Result<Vec<String>, Failure> {
    let Options {
        simulate,
        workflow_id,
        toolsets,
        read_only,
        allow_irreversible,
        confirm,
        confirm_wait,
        output_dir,
        credentials,
        profile,
        timeout,
        api_base_url,
        auth_base_url,
        rate_limits,
        ca_file,
        webhook_listen,
        pii,
        audit_log,
        log,
        log_file,
        log_format,
    } = options;
    let switches = [
        ("--simulate", *simulate),
        ("--read-only", *read_only),
        ("--allow-irreversible", *allow_irreversible),
    ];
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let values = [
        ("--toolsets", toolsets.clone()),
        ("--pii", pii.clone()),
        ("--confirm", confirm.clone()),
        ("--confirm-wait", confirm_wait.clone()),
        ("--profile", profile.clone()),
        ("--workflow-id", workflow_id.clone()),
        ("--output-dir", path(output_dir)),
        ("--credentials", path(credentials)),
        ("--timeout", timeout.clone()),
        ("--api-base-url", api_base_url.clone()),
        ("--auth-base-url", auth_base_url.clone()),
        ("--rate-limits", rate_limits.clone()),
        ("--ca-file", path(ca_file)),
        ("--webhook-listen", webhook_listen.clone()),
        ("--audit-log", path(audit_log)),
        ("--log", log.clone()),
        ("--log-file", path(log_file)),
        ("--log-format", log_format.clone()),
    ];
    let on = switches.into_iter().filter(|(_, is_on)| *is_on);
    let mut arguments: Vec<String> = on.map(|(flag, _)| flag.to_owned()).collect();
    for (flag, value) in values {
        let value = value.unwrap_or_default();
        let value = value.trim();
        if value.contains("${") {
            return Err(format!(
                "{flag} holds a placeholder (${{…}}), which no client would fill in"
            )
            .into());
        }
        if !value.is_empty() {
            arguments.extend([flag.to_owned(), value.to_owned()]);
        }
    }
    Ok(arguments)
}

fn name(text: &str) -> Result<String, String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if (1..=40).contains(&text.len()) && text.chars().all(is_plain) {
        return Ok(text.to_owned());
    }
    Err("letters, digits, - and _, at most 40".to_owned())
}
