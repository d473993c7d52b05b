//! Files with secrets in them: for their owner alone, replaced as a whole, changed by one process at a time.
//!
//! The folder is 0700 and the file 0600. A file that others can read, or a folder that others can write to, is refused.
//! Readers never see half a file, and writers take turns by a lock file beside it.

mod open;
mod temporary;

pub use open::{append, change, read_public};
pub use temporary::{new_in, sweep};

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::Serialize;

/// How long another process may hold the file, which it needs for a moment.
const LONGEST_TURN: Duration = Duration::from_secs(2);
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// Why a file could not be used.
#[derive(Debug)]
pub enum Error {
    /// Others can read it, or replace it in its folder.
    TooPermissive {
        /// The file or folder.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
        /// The permissions it needs.
        wanted: u32,
    },
    /// Another process keeps it locked.
    Busy,
    /// The system refused.
    Io(io::Error),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The text of a file; `None` where there is none.
///
/// # Errors
/// [`Error`] when the file is there and cannot be used.
pub fn read(path: &Path) -> Result<Option<String>, Error> {
    let mut file = match open::own(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(source.into()),
    };
    // The file that was opened is the one that is judged, so that none can take its place in between.
    refuse_loose(path, &file)?;
    let mut text = String::new();
    io::Read::read_to_string(&mut file, &mut text)?;
    Ok(Some(text))
}

/// Makes the folder of a file where there is none, for its owner alone.
///
/// # Errors
/// [`Error`] when others can write to it, or when the system refuses.
pub fn make_folder_of(path: &Path) -> Result<(), Error> {
    prepare_folder(folder_of(path))?;
    refuse_open_folder(folder_of(path))
}

/// An exclusive right to replace a file, held until it is dropped.
pub struct WriteLock {
    path: PathBuf,
    // The lock goes with the handle.
    _lock: fs::File,
}

impl WriteLock {
    /// Waits for the file's turn, making its folder where there is none. Other work goes on meanwhile.
    ///
    /// # Errors
    /// [`Error::Busy`] when another process holds it for too long.
    pub async fn take(path: &Path) -> Result<Self, Error> {
        make_folder_of(path)?;
        let lock = append(&path.with_extension("lock"))?;
        let given_up = Instant::now() + LONGEST_TURN;
        while !is_locked(&lock, given_up)? {
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Puts a new file in the place of the old one, on a thread that serves nobody. Once begun it is done, also when nobody
    /// waits for it any more.
    ///
    /// # Errors
    /// When the system refuses; the old file is then as it was.
    pub async fn replace(self, document: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_vec_pretty(document).map_err(io::Error::from)?;
        let replacing = tokio::task::spawn_blocking(move || {
            // The lock moves along, so that it lasts to the end of this.
            let Self { path, _lock } = self;
            // It is 0600 before anything is in it.
            let mut file = new_in(folder_of(&path))?;
            file.write_all(&text)?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| error.error)?;
            Ok::<_, io::Error>(())
        });
        Ok(replacing.await.map_err(io::Error::other)??)
    }
}

/// Waits for the lock of an open file, which goes with its handle, on a thread that serves nobody.
///
/// # Errors
/// [`Error::Busy`] when another process holds it for too long.
pub fn locked(file: fs::File) -> Result<fs::File, Error> {
    let given_up = Instant::now() + LONGEST_TURN;
    while !is_locked(&file, given_up)? {
        std::thread::sleep(BETWEEN_TRIES);
    }
    Ok(file)
}

/// Tries to lock a file; false while another process may still let go of it.
fn is_locked(file: &fs::File, given_up: Instant) -> Result<bool, Error> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(fs::TryLockError::Error(source)) => Err(source.into()),
        Err(fs::TryLockError::WouldBlock) if Instant::now() < given_up => Ok(false),
        Err(fs::TryLockError::WouldBlock) => Err(Error::Busy),
    }
}

/// A bare file name lies in the working folder, whose path is not the empty one that `parent` gives.
fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."))
}

#[cfg(unix)]
fn refuse_loose(path: &Path, file: &fs::File) -> Result<(), Error> {
    let mode = mode_of(file.metadata())?;
    if mode & 0o077 != 0 {
        return Err(loose(path, mode, 0o600));
    }
    refuse_open_folder(folder_of(path))
}

/// Whoever can write to the folder can put another file in the place of this one.
#[cfg(unix)]
fn refuse_open_folder(folder: &Path) -> Result<(), Error> {
    let mode = mode_of(fs::metadata(folder))?;
    // In a folder with the sticky bit, as /tmp, nobody replaces another's file.
    if mode & 0o022 != 0 && mode & 0o1000 == 0 {
        return Err(loose(folder, mode, 0o700));
    }
    Ok(())
}

#[cfg(unix)]
fn mode_of(metadata: io::Result<fs::Metadata>) -> io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    metadata.map(|metadata| metadata.permissions().mode())
}

#[cfg(unix)]
fn loose(path: &Path, mode: u32, wanted: u32) -> Error {
    Error::TooPermissive {
        path: path.to_owned(),
        mode: mode & 0o7777,
        wanted,
    }
}

#[cfg(not(unix))]
fn refuse_loose(_path: &Path, _file: &fs::File) -> Result<(), Error> {
    // Windows profiles are private to their user by inheritance.
    Ok(())
}

#[cfg(not(unix))]
fn refuse_open_folder(_folder: &Path) -> Result<(), Error> {
    Ok(())
}

#[cfg(unix)]
fn prepare_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn prepare_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
