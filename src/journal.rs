//! A journal: JSON lines, each on disk before anything goes on, so that what was done is known after any end.
//!
//! One process at a time holds it. A half line at the end, from a process that was killed while it wrote, is removed.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::private_file;

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process holds it.
    #[error("another process is using it")]
    InUse,
    /// It holds something else.
    #[error("it is damaged, or not a journal")]
    Damaged,
    /// The system refused.
    #[error("{0}")]
    Io(String),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error.to_string())
    }
}

/// A journal that is open for writing, locked against every other process.
pub struct Journal {
    path: PathBuf,
    /// Held while lines are on their way to the disk; the lock of the file lives as long as it.
    file: tokio::sync::Mutex<Arc<File>>,
    lines: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    /// Lines that wait for the disk.
    waiting: Vec<u8>,
    /// How many lines there were, and how many of them are on disk.
    given: u64,
    kept: u64,
    /// Why the journal can no longer be written.
    broken: Option<String>,
}

impl Journal {
    /// Opens or makes the file, takes the lock, and reads what is there. `beginning` is how the first line of every journal of
    /// this kind begins: only what such a process began to write may be cut off.
    ///
    /// # Errors
    /// [`Error`] when it cannot be used; nothing was changed then.
    pub fn open<L: DeserializeOwned>(
        path: &Path,
        beginning: &[u8],
    ) -> Result<(Self, Vec<L>), Error> {
        let mut file = private_file::change(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (known, whole, half) = parse(&bytes)?;
        let is_own = !known.is_empty() || half.iter().zip(beginning).all(|(own, ours)| own == ours);
        if !is_own {
            return Err(Error::Damaged);
        }
        if !half.is_empty() {
            file.set_len(whole)?;
            file.sync_all()?;
        }
        file.seek(SeekFrom::End(0))?;
        let journal = Self {
            path: path.to_owned(),
            file: tokio::sync::Mutex::new(Arc::new(file)),
            lines: Mutex::default(),
        };
        Ok((journal, known))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line and returns once it is on disk. Lines that come together go there together.
    ///
    /// # Errors
    /// [`Error::Io`], from then on for every line.
    pub async fn append(&self, line: &impl Serialize) -> Result<(), Error> {
        let own = {
            let mut lines = self.lines();
            lines
                .waiting
                .extend(serde_json::to_vec(line).unwrap_or_default());
            lines.waiting.push(b'\n');
            lines.given += 1;
            lines.given
        };
        let file = self.file.lock().await;
        let (waiting, given) = {
            let mut lines = self.lines();
            if let Some(error) = &lines.broken {
                return Err(Error::Io(error.clone()));
            }
            if lines.kept >= own {
                return Ok(());
            }
            (std::mem::take(&mut lines.waiting), lines.given)
        };
        let open = Arc::clone(&file);
        let written = tokio::task::spawn_blocking(move || {
            let mut file: &File = &open;
            file.write_all(&waiting)?;
            file.sync_data()
        })
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)));
        let mut lines = self.lines();
        match written {
            Ok(()) => {
                lines.kept = given;
                Ok(())
            }
            Err(error) => {
                lines.broken = Some(error.to_string());
                Err(error.into())
            }
        }
    }

    fn lines(&self) -> std::sync::MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a journal holds, without taking its lock; nothing where there is none. A half line at its end is not there yet.
///
/// # Errors
/// [`Error`] when it cannot be read.
pub fn read<L: DeserializeOwned>(path: &Path) -> Result<Vec<L>, Error> {
    let text = private_file::read(path).map_err(|error| Error::Io(format!("{error:?}")))?;
    Ok(parse(text.unwrap_or_default().as_bytes())?.0)
}

/// The whole lines, how many bytes they have, and the half one at the end.
type Contents<'b, L> = (Vec<L>, u64, &'b [u8]);

fn parse<L: DeserializeOwned>(bytes: &[u8]) -> Result<Contents<'_, L>, Error> {
    let whole = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    let (lines, half) = bytes.split_at_checked(whole).unwrap_or_default();
    let known = lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).map_err(|_| Error::Damaged))
        .collect::<Result<Vec<L>, Error>>()?;
    Ok((known, whole as u64, half))
}
