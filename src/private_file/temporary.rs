//! New files on their way to a name, and what a process that was killed left of them.

use std::{
    fs, io,
    path::Path,
    time::{Duration, SystemTime},
};

use tempfile::NamedTempFile;

const PREFIX: &str = ".didit-mcp-";
const SUFFIX: &str = ".tmp";
/// From when on nobody writes to such a file any more: writing one takes a moment.
const ABANDONED: Duration = Duration::from_secs(600);
/// How a credentials file begins. Version 0.1.0 gave its new files names of the library's, which other programs use as well.
const CREDENTIALS: &[u8] = b"{\n  \"profiles\"";
const OLD_PREFIX: &str = ".tmp";
const OLD_LENGTH: usize = OLD_PREFIX.len() + 6;

/// A new file in a folder, for its owner alone, which is removed again unless it gets a name. Removes what earlier processes
/// left there.
///
/// # Errors
/// When the folder takes no file.
pub fn new_in(folder: &Path) -> io::Result<NamedTempFile> {
    remove_abandoned(folder);
    tempfile::Builder::new()
        .prefix(PREFIX)
        .suffix(SUFFIX)
        .tempfile_in(folder)
}

/// Removes what was on its way to a name when its process was killed, whatever its age: for whoever holds the lock under which
/// alone files are written to this folder.
pub fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if is_ours {
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// What can't be removed stays: it is no reason not to write.
fn remove_abandoned(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let is_new = name.starts_with(PREFIX) && name.ends_with(SUFFIX);
        let is_old = name.starts_with(OLD_PREFIX) && name.len() == OLD_LENGTH;
        if !(is_new || is_old) || !is_abandoned(&entry) {
            continue;
        }
        let path = entry.path();
        if is_new || holds_credentials(&path) {
            drop(fs::remove_file(path));
        }
    }
}

fn is_abandoned(entry: &fs::DirEntry) -> bool {
    let Ok(metadata) = entry.metadata() else {
        return false;
    };
    metadata.is_file()
        && metadata.modified().is_ok_and(|changed| {
            SystemTime::now()
                .duration_since(changed)
                .is_ok_and(|age| age > ABANDONED)
        })
}

fn holds_credentials(path: &Path) -> bool {
    let mut start = [0; CREDENTIALS.len()];
    super::open::own(path)
        .and_then(|mut file| io::Read::read_exact(&mut file, &mut start))
        .is_ok_and(|()| start == CREDENTIALS)
}
