//! What a batch remembers: one JSON line before each request and one after its answer, on disk before going on.
//!
//! A row with an intent and no answer may or may not have reached Didit; only Didit can tell. A row whose last line is a
//! failure certainly has no session.

#[cfg(unix)]
use std::fs::File;
use std::{
    collections::HashMap,
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::high_water_mark::HighWaterMark;
#[cfg(unix)]
use super::paths::folder_of;
use crate::{
    journal,
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
    lines: journal::Journal,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    begun: Option<(Binding, HighWaterMark)>,
    rows: HashMap<String, State>,
}

impl Journal {
    /// Opens or makes the file, takes the lock, and reads what is there.
    ///
    /// # Errors
    /// `journal` when another run holds the lock, or when the file is no journal.
    pub(super) fn open(path: &Path) -> Result<Self, ToolError> {
        let opened = journal::Journal::open(path, BEGINNING);
        let (lines, known) = opened.map_err(|error| unusable(path, &error))?;
        let mut inner = Inner::default();
        for line in known {
            inner.keep(line);
        }
        Ok(Self {
            lines,
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
                self.lines.path().display()
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
        File::open(folder_of(self.lines.path()))
            .and_then(|folder| folder.sync_all())
            .map_err(|error| disk(self.lines.path(), &error))?;
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

    async fn append(&self, line: Line) -> Result<(), ToolError> {
        self.inner().keep(line.clone());
        let written = self.lines.append(&line).await;
        written.map_err(|error| unusable(self.lines.path(), &error))
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

fn unusable(path: &Path, error: &journal::Error) -> ToolError {
    match error {
        journal::Error::InUse => ToolError::new(
            ErrorCode::Journal,
            format!("Another run is using {}. Nothing was sent.", path.display()),
        ),
        journal::Error::Damaged => ToolError::new(
            ErrorCode::Journal,
            format!(
                "{} is damaged, or not a journal. Nothing was sent.",
                path.display()
            ),
        )
        .with_advice(
            "another --journal starts over, and then people may be invited a second time.",
        ),
        journal::Error::Io(_) => disk(path, error),
    }
}

fn disk(path: &Path, error: &dyn std::fmt::Display) -> ToolError {
    ToolError::new(ErrorCode::File, format!("{}: {error}.", path.display()))
        .with_advice("the journal has to be on disk before anything is sent.")
}
