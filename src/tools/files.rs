//! Files that tools read and write: in one folder, and nowhere else.

use std::{
    fs, io,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use super::error::ToolError;

/// Writes a new file into the output folder: whole or not at all, for its owner alone, never over another.
///
/// # Errors
/// [`ToolError`] naming `field` when the name leaves the folder or the file is there already; or when the disk refuses.
pub(super) fn write_new(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    field: &'static str,
) -> Result<PathBuf, ToolError> {
    let name = plain_name(name, field)?;
    let path = folder.join(name);
    prepare(folder).map_err(|error| disk(folder, &error))?;
    let folder = folder
        .canonicalize()
        .map_err(|error| disk(folder, &error))?;
    let mut file =
        tempfile::NamedTempFile::new_in(&folder).map_err(|error| disk(&folder, &error))?;
    file.write_all(bytes)
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| disk(&folder, &error))?;
    match file.persist_noclobber(folder.join(name)) {
        Ok(_) => Ok(folder.join(name)),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(ToolError::invalid(
                field,
                format!(
                    "{} is there already, and files are never replaced.",
                    path.display()
                ),
            )
            .with_advice(format!("another {field} works.")))
        }
        Err(error) => Err(disk(&folder, &error.error)),
    }
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
                "`{field}` takes a file inside {}, and only that folder is read.",
                folder.display()
            ),
        )
    };
    let folder = folder.canonicalize().map_err(|_| outside())?;
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
    // Looked at before it is opened, because opening a pipe waits for somebody to write; and again afterwards, because what
    // counts is the file that was opened.
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

/// The name without blanks around it, when it can stand for a file in the output folder: a bad one is refused before Didit is
/// asked for what would be written.
///
/// # Errors
/// [`ToolError`] naming `field` when it cannot.
pub(super) fn plain_name<'a>(name: &'a str, field: &'static str) -> Result<&'a str, ToolError> {
    let name = name.trim();
    let plain = !name.is_empty()
        && name.len() <= 120
        && !name.starts_with('.')
        && name.chars().all(|character| {
            character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-')
        });
    if plain {
        Ok(name)
    } else {
        Err(ToolError::invalid(
            field,
            format!(
                "`{field}` takes a name of letters, digits, '.', '_' and '-', without a folder."
            ),
        ))
    }
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
    ToolError::new("file", format!("{}: {error}.", path.display()))
        .with_advice("the operator checks --output-dir and its permissions.")
}
