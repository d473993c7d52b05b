//! Files that tools read and write: in one folder, and nowhere else.

use std::{
    fs, io,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use super::error::{ErrorCode, ToolError};
use crate::private_file;

/// Bytes by which files of a kind know each other, such as `%PDF-`.
const SIGNATURE: usize = 5;
/// The most bytes of a name; the shortest limit of a file system is 255, and numbers may follow.
const LONGEST_NAME: usize = 120;

/// A kind of file that a tool writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// The argument that names the file.
    pub(super) field: &'static str,
    /// How its name ends, with the dot.
    pub(super) extension: &'static str,
}

/// Writes a new file into the output folder: whole or not at all, for its owner alone, never over another.
///
/// # Errors
/// [`ToolError`] naming the field when the name does not fit or the file is there already; or when the disk refuses.
pub(super) async fn write_new(
    folder: &Path,
    name: &str,
    bytes: Vec<u8>,
    kind: Kind,
) -> Result<PathBuf, ToolError> {
    let name = plain_name(name, kind)?.to_owned();
    write_apart(folder, name, bytes, kind, Existing::Stays).await
}

/// Writes a file like [`write_new`] under a name that the caller did not choose, over an older one that begins with the same
/// bytes, as every file of a kind does: the same call again leaves one file.
///
/// # Errors
/// [`ToolError`] naming the field when the name does not fit or something else has it; or when the disk refuses.
pub(super) async fn write_over_its_like(
    folder: &Path,
    name: &str,
    bytes: Vec<u8>,
    kind: Kind,
) -> Result<PathBuf, ToolError> {
    let name = plain_name(name, kind)?.to_owned();
    write_apart(folder, name, bytes, kind, Existing::ReplacedByItsLike).await
}

/// What becomes of a file that has the name.
#[derive(Clone, Copy)]
enum Existing {
    Stays,
    ReplacedByItsLike,
}

/// Writes on a blocking thread, because a large file takes the disk a while.
async fn write_apart(
    folder: &Path,
    name: String,
    bytes: Vec<u8>,
    kind: Kind,
    existing: Existing,
) -> Result<PathBuf, ToolError> {
    let folder = folder.to_owned();
    let place = folder.clone();
    tokio::task::spawn_blocking(move || write(&folder, &name, &bytes, kind.field, existing))
        .await
        .map_err(|error| disk(&place, &io::Error::other(error)))?
}

fn write(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    field: &'static str,
    existing: Existing,
) -> Result<PathBuf, ToolError> {
    prepare(folder).map_err(|error| disk(folder, &error))?;
    let real = dunce::canonicalize(folder).map_err(|error| disk(folder, &error))?;
    let mut file = private_file::new_in(&real).map_err(|error| disk(&real, &error))?;
    file.write_all(bytes)
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| disk(&real, &error))?;
    let path = real.join(name);
    let is_replaced = match existing {
        Existing::Stays => false,
        Existing::ReplacedByItsLike => is_like(&path, bytes),
    };
    let kept = if is_replaced {
        file.persist(&path)
    } else {
        file.persist_noclobber(&path)
    };
    match kept {
        Ok(_) => Ok(path),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(there_already(&folder.join(name), field))
        }
        Err(error) => Err(disk(&real, &error.error)),
    }
}

/// Whether a regular file is there that begins as `bytes` do.
fn is_like(path: &Path, bytes: &[u8]) -> bool {
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    let mut start = [0; SIGNATURE];
    is_file
        && fs::File::open(path)
            .and_then(|mut file| file.read_exact(&mut start))
            .is_ok()
        && bytes.starts_with(&start)
}

/// Reads a file that lies in the output folder: a regular one, no larger than `limit` bytes.
///
/// # Errors
/// [`ToolError`] naming `field` when the file is elsewhere, not regular, too large or unreadable.
pub(super) fn read(
    folder: &Path,
    path: &str,
    limit: u64,
    field: &'static str,
) -> Result<Vec<u8>, ToolError> {
    let outside = || {
        ToolError::invalid(
            field,
            format!(
                "`{field}` must be a file inside {}; no other folder is read.",
                folder.display()
            ),
        )
    };
    let given = folder;
    let folder = folder.canonicalize().map_err(|_| outside())?;
    // Windows signs in to whatever machine a path names, and that before anything could be compared.
    if is_of_a_machine(path)
        && !given.join(path).starts_with(given)
        && !folder.join(path).starts_with(&folder)
    {
        return Err(outside());
    }
    // Resolving first and comparing afterwards covers `..` and links alike.
    let resolved = folder.join(path).canonicalize().map_err(|_| outside())?;
    if !resolved.starts_with(&folder) {
        return Err(outside());
    }
    let regular = |metadata: fs::Metadata| {
        if metadata.is_file() {
            return Ok(());
        }
        Err(ToolError::invalid(
            field,
            format!("`{field}` takes a regular file."),
        ))
    };
    // Checked before opening, because opening a pipe waits for somebody to write; and again afterwards, because only
    // the file that was opened counts.
    regular(fs::metadata(&resolved).map_err(|error| disk(&resolved, &error))?)?;
    let file = fs::File::open(&resolved).map_err(|error| disk(&resolved, &error))?;
    regular(file.metadata().map_err(|error| disk(&resolved, &error))?)?;
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| disk(&resolved, &error))?;
    if bytes.len() as u64 > limit {
        return Err(ToolError::invalid(
            field,
            format!("`{field}` takes a file of at most {limit} bytes."),
        ));
    }
    Ok(bytes)
}

/// Whether Windows takes a path for one on another machine, such as `\\server\share`, or for one past its own rules.
fn is_of_a_machine(path: &str) -> bool {
    let is_separator = |letter: char| matches!(letter, '/' | '\\');
    path.strip_prefix(is_separator)
        .is_some_and(|rest| rest.starts_with(is_separator))
}

/// Refuses a name that cannot stand for a new file in the output folder, before Didit is asked for what would be written.
///
/// # Errors
/// [`ToolError`] naming the field when it can't stand for a new file.
pub(super) fn free_name(folder: &Path, name: &str, kind: Kind) -> Result<(), ToolError> {
    let path = folder.join(plain_name(name, kind)?);
    // A link that leads nowhere takes the name as well.
    if path.symlink_metadata().is_ok() {
        return Err(there_already(&path, kind.field));
    }
    Ok(())
}

/// The place of a folder of this name in the output folder, which is made where there is none.
///
/// # Errors
/// [`ToolError`] naming `field` when the name does not fit; or when the disk refuses.
pub(super) fn folder(output: &Path, name: &str, field: &'static str) -> Result<PathBuf, ToolError> {
    let name = plain_name(
        name,
        Kind {
            field,
            extension: "",
        },
    )?;
    prepare(output).map_err(|error| disk(output, &error))?;
    let real = dunce::canonicalize(output).map_err(|error| disk(output, &error))?;
    Ok(real.join(name))
}

/// The name without blanks around it, when it can stand for a file in the output folder on every system: a word that no
/// shell takes for an option and no program for another kind of file.
fn plain_name(name: &str, kind: Kind) -> Result<&str, ToolError> {
    let Kind { field, extension } = kind;
    let name = name.trim();
    let stem = name.strip_suffix(extension).unwrap_or_default();
    let is_plain = name.len() <= LONGEST_NAME
        && stem.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        && stem.chars().all(|character| {
            character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-')
        });
    if !is_plain {
        let ending = if extension.is_empty() {
            String::new()
        } else {
            format!(" that ends with {extension}, such as session-1{extension}")
        };
        return Err(ToolError::invalid(
            field,
            format!(
                "`{field}` takes a name{ending}: at most {LONGEST_NAME} letters, digits, '.', '_' and '-', without a folder, \
                 and no '.' or '-' at the beginning."
            ),
        ));
    }
    if is_device(name) {
        return Err(ToolError::invalid(
            field,
            format!("`{field}` takes a name of a file; on Windows this one is a device."),
        ));
    }
    Ok(name)
}

/// Whether Windows takes the name for a device, whatever follows the first dot.
/// <https://learn.microsoft.com/windows/win32/fileio/naming-a-file>
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.to_ascii_uppercase();
    let is_port = |kind: &str| {
        stem.strip_prefix(kind).is_some_and(|number| {
            number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) || is_port("COM") || is_port("LPT")
}

fn there_already(path: &Path, field: &'static str) -> ToolError {
    ToolError::invalid(
        field,
        format!("{} already exists and is kept.", path.display()),
    )
    .with_advice(format!("another {field} works."))
}

#[cfg(unix)]
fn prepare(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn prepare(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

fn disk(path: &Path, error: &io::Error) -> ToolError {
    ToolError::new(ErrorCode::File, format!("{}: {error}.", path.display()))
        .with_advice("the operator checks --output-dir and its permissions.")
}
