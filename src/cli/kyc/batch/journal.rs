//! What a batch remembers: one JSON line before each request and one after its answer, on disk before going on.
//!
//! A row with an intent and no answer may or may not have reached Didit; only Didit can tell. A row whose last line is a
//! failure certainly has no session.

use std::{
    collections::HashMap,
    fs::{File, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::high_water_mark::HighWaterMark;
use crate::{
    private_file,
    tools::{ErrorCode, ToolError},
};

/// How the first line of every journal begins.
const BEGINNING: &[u8] = b"{\"event\":\"begin\",";

/// What a journal belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Binding {
    /// The CSV file's content.
    pub(super) file_sha256: String,
    /// The workflow of all rows.
    pub(super) workflow_id: String,
    /// The origin of the API.
    pub(super) api: String,
}

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    /// The first one.
    Begin {
        #[serde(flatten)]
        binding: Binding,
        newest: HighWaterMark,
    },
    /// A request is about to leave.
    Intent { vendor_data: String },
    /// Didit answered.
    Done {
        vendor_data: String,
        #[serde(flatten)]
        session: Session,
    },
    /// There is certainly no session.
    Failed { vendor_data: String, error: String },
}

/// A person's session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Session {
    /// Its id.
    pub(super) session_id: String,
    /// The link, while it leads somewhere.
    pub(super) session_url: Option<String>,
    /// Where it stood.
    pub(super) status: String,
}

/// How a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Something was about to be sent, and no answer is known.
    Open,
    /// There is a session.
    Done(Session),
    /// There is none, for this reason.
    Failed(String),
}

/// The journal, locked against every other run.
pub(super) struct Journal {
    path: PathBuf,
    /// Held while lines are on their way to the disk; the lock of the file lives as long as it.
    file: tokio::sync::Mutex<Arc<File>>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    begun: Option<(Binding, HighWaterMark)>,
    rows: HashMap<String, State>,
    /// Lines that wait for the disk.
    waiting: Vec<u8>,
    /// How many lines there were, and how many of them are on disk.
    given: u64,
    kept: u64,
    /// Why the journal can no longer be written.
    broken: Option<String>,
}

impl Journal {
    /// Opens or makes the file, takes the lock, and reads what is there. A half line at the end, from a run that was killed
    /// while it wrote, is removed.
    ///
    /// # Errors
    /// `journal` when another run holds the lock, or when the file is no journal.
    pub(super) fn open(path: &Path) -> Result<Self, ToolError> {
        let mut file = private_file::change(path).map_err(|error| disk(path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(ToolError::new(
                    ErrorCode::Journal,
                    format!("Another run is using {}. Nothing was sent.", path.display()),
                ));
            }
            Err(TryLockError::Error(error)) => return Err(disk(path, &error)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| disk(path, &error))?;
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let (lines, half) = bytes.split_at_checked(whole).unwrap_or_default();
        let mut inner = Inner::default();
        for line in lines.split(|byte| *byte == b'\n') {
            if line.is_empty() {
                continue;
            }
            inner.keep(serde_json::from_slice(line).map_err(|_| damaged(path))?);
        }
        // Only what a run began to write may be cut off: the file may be somebody else's, named by mistake.
        let is_own = !inner.rows.is_empty()
            || inner.begun.is_some()
            || half.iter().zip(BEGINNING).all(|(own, ours)| own == ours);
        if !is_own {
            return Err(damaged(path));
        }
        if !half.is_empty() {
            file.set_len(whole as u64)
                .and_then(|()| file.sync_all())
                .map_err(|error| disk(path, &error))?;
        }
        file.seek(SeekFrom::End(0))
            .map_err(|error| disk(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file: tokio::sync::Mutex::new(Arc::new(file)),
            inner: Mutex::new(inner),
        })
    }

    /// What was the newest when the batch began, when it has begun before.
    ///
    /// # Errors
    /// `journal` when it belongs to another file, workflow or API.
    pub(super) fn started(&self, binding: &Binding) -> Result<Option<HighWaterMark>, ToolError> {
        let inner = self.inner();
        let Some((begun, newest)) = &inner.begun else {
            return Ok(None);
        };
        let other = if begun.file_sha256 != binding.file_sha256 {
            "the file has changed since"
        } else if begun.workflow_id != binding.workflow_id {
            "it was begun with another workflow"
        } else if begun.api != binding.api {
            "it was begun at another address of the API"
        } else {
            return Ok(Some(newest.clone()));
        };
        Err(ToolError::new(
            ErrorCode::Journal,
            format!(
                "{} does not belong to this run: {other}. Nothing was sent.",
                self.path.display()
            ),
        )
        .with_advice(
            "restore what the batch was started with; put corrected rows or other people into a separate file.",
        ))
    }

    /// Writes the first line.
    pub(super) async fn begin(
        &self,
        binding: &Binding,
        newest: &HighWaterMark,
    ) -> Result<(), ToolError> {
        self.append(Line::Begin {
            binding: binding.clone(),
            newest: newest.clone(),
        })
        .await?;
        // The name of a new file is on disk only with its folder.
        #[cfg(unix)]
        File::open(super::paths::folder_of(&self.path))
            .and_then(|folder| folder.sync_all())
            .map_err(|error| disk(&self.path, &error))?;
        Ok(())
    }

    /// Notes that a request is about to leave.
    pub(super) async fn intend(&self, vendor_data: &str) -> Result<(), ToolError> {
        self.append(Line::Intent {
            vendor_data: vendor_data.to_owned(),
        })
        .await
    }

    /// Notes a session.
    pub(super) async fn done(&self, vendor_data: &str, session: Session) -> Result<(), ToolError> {
        self.append(Line::Done {
            vendor_data: vendor_data.to_owned(),
            session,
        })
        .await
    }

    /// Notes that there is certainly no session.
    pub(super) async fn failed(&self, vendor_data: &str, error: &str) -> Result<(), ToolError> {
        self.append(Line::Failed {
            vendor_data: vendor_data.to_owned(),
            error: error.to_owned(),
        })
        .await
    }

    /// How a row stands; `None` when nothing was ever sent for it.
    pub(super) fn state(&self, vendor_data: &str) -> Option<State> {
        self.inner().rows.get(vendor_data).cloned()
    }

    /// Adds a line and returns once it is on disk. Lines of rows that come together go there together.
    async fn append(&self, line: Line) -> Result<(), ToolError> {
        let own = {
            let mut inner = self.inner();
            inner
                .waiting
                .extend(serde_json::to_vec(&line).unwrap_or_default());
            inner.waiting.push(b'\n');
            inner.given += 1;
            inner.keep(line);
            inner.given
        };
        let file = self.file.lock().await;
        let (lines, given) = {
            let mut inner = self.inner();
            if let Some(error) = &inner.broken {
                return Err(disk(&self.path, error));
            }
            if inner.kept >= own {
                return Ok(());
            }
            (std::mem::take(&mut inner.waiting), inner.given)
        };
        let open = Arc::clone(&file);
        let written = tokio::task::spawn_blocking(move || {
            let mut file: &File = &open;
            file.write_all(&lines)?;
            file.sync_data()
        })
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)));
        let mut inner = self.inner();
        match written {
            Ok(()) => {
                inner.kept = given;
                Ok(())
            }
            Err(error) => {
                inner.broken = Some(error.to_string());
                Err(disk(&self.path, &error))
            }
        }
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn keep(&mut self, line: Line) {
        match line {
            Line::Begin { binding, newest } => self.begun = Some((binding, newest)),
            Line::Intent { vendor_data } => drop(self.rows.insert(vendor_data, State::Open)),
            Line::Done {
                vendor_data,
                session,
            } => drop(self.rows.insert(vendor_data, State::Done(session))),
            Line::Failed { vendor_data, error } => {
                drop(self.rows.insert(vendor_data, State::Failed(error)));
            }
        }
    }
}

fn damaged(path: &Path) -> ToolError {
    ToolError::new(
        ErrorCode::Journal,
        format!(
            "{} is damaged, or not a journal. Nothing was sent.",
            path.display()
        ),
    )
    .with_advice("another --journal starts over, and then people may be invited a second time.")
}

fn disk(path: &Path, error: &dyn std::fmt::Display) -> ToolError {
    ToolError::new(ErrorCode::File, format!("{}: {error}.", path.display()))
        .with_advice("the journal has to be on disk before anything is sent.")
}
