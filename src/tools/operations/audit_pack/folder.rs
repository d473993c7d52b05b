//! The folder of a pack: what belongs into it, what is in it, and that it is as it was written.
//!
//! A journal in it has a line for each file once that is on disk, so that a pack which was interrupted goes on where it was.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    didit::SessionId,
    journal::{self, Journal},
    private_file,
    tools::error::{ErrorCode, ToolError},
};

/// How the first line of every such journal begins.
const BEGINNING: &[u8] = b"{\"event\":\"begin\"";
const JOURNAL: &str = "journal.jsonl";
/// Where files are written: in the folder itself, and in those within it.
const PARTS: [&str; 5] = ["", "decisions", "trails", "reports", "workflows"];

/// What a pack is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Binding {
    /// First day.
    pub(super) from: String,
    /// Last day.
    pub(super) to: String,
    /// The workflow, where it is of one.
    pub(super) workflow: Option<String>,
    /// `masked` or `full`.
    pub(super) decisions: String,
    /// Whether it holds PDF reports.
    pub(super) reports: bool,
    /// How much of a person the operator lets out.
    pub(super) level: String,
    /// The application, as a digest.
    pub(super) application: String,
}

/// What a decision told, for the summary.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) session_id: String,
    pub(super) status: String,
    /// `checks`, `reviewer` or `unknown`.
    pub(super) decided_by: Option<String>,
    /// Who, where a human did.
    pub(super) reviewer: Option<String>,
    pub(super) decided_at: Option<String>,
    pub(super) workflow_id: Option<String>,
    /// `live`, `sandbox`, `simulated` or `unknown`.
    pub(super) environment: String,
}

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    Begin(Binding),
    File {
        name: String,
        #[serde(flatten)]
        written: Written,
    },
    Told(Told),
}

/// A file as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

#[derive(Default)]
struct Known {
    files: BTreeMap<String, Written>,
    told: BTreeMap<String, Told>,
}

/// A pack's folder, held by one call at a time.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    journal: Journal,
    known: Mutex<Known>,
}

impl Folder {
    /// Opens the folder, which is made where there is none; nothing but a pack of the same binding is taken up.
    ///
    /// # Errors
    /// [`ToolError`] naming `folder` when it holds something else; when another call works on it; when the disk refuses.
    pub(super) async fn open(path: PathBuf, binding: &Binding) -> Result<Self, ToolError> {
        make(&path)?;
        let place = path.join(JOURNAL);
        let is_begun = place.symlink_metadata().is_ok();
        if !is_begun && !is_empty(&path)? {
            return Err(another(&path, "it holds other files"));
        }
        let (journal, lines) =
            Journal::open::<Line>(&place, BEGINNING).map_err(|error| match error {
                journal::Error::InUse => ToolError::new(
                    ErrorCode::Busy,
                    format!(
                        "Another call works on {}. Nothing was written.",
                        path.display()
                    ),
                ),
                journal::Error::Damaged => another(&path, "its journal cannot be read"),
                journal::Error::Io(error) => disk(&place, &io::Error::other(error)),
            })?;
        for part in PARTS {
            let part = path.join(part);
            // A link in its place could lead to a folder of somebody else's.
            if part.symlink_metadata().is_ok_and(|found| found.is_dir()) {
                private_file::sweep(&part);
            }
        }
        let folder = Self {
            path,
            journal,
            known: Mutex::default(),
        };
        let mut is_bound = false;
        for line in lines {
            match line {
                Line::Begin(begun) if begun == *binding => is_bound = true,
                Line::Begin(_) => {
                    return Err(another(
                        &folder.path,
                        "it holds a pack of another period, application or kind",
                    ));
                }
                other => folder.keep(other),
            }
        }
        if !is_bound {
            folder.append(Line::Begin(binding.clone())).await?;
        }
        Ok(folder)
    }

    /// The files that were written.
    pub(super) fn files(&self) -> BTreeMap<String, Written> {
        self.known().files.clone()
    }

    /// What the decisions told.
    pub(super) fn told(&self) -> BTreeMap<String, Told> {
        self.known().told.clone()
    }

    /// What the decision of a session told.
    pub(super) fn told_of(&self, session: &SessionId) -> Option<Told> {
        self.known().told.get(&session.to_string()).cloned()
    }

    /// Whether a file was written.
    pub(super) fn has(&self, name: &str) -> bool {
        self.known().files.contains_key(name)
    }

    /// Forgets a file that is gone, so that it is written anew.
    pub(super) fn forget(&self, name: &str) {
        self.known().files.remove(name);
    }

    /// Writes a file whole or not at all, for its owner alone, and notes it.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), ToolError> {
        let written = Written {
            sha256: digest(&bytes),
            bytes: bytes.len() as u64,
        };
        self.put(name, bytes).await?;
        self.append(Line::File {
            name: name.to_owned(),
            written,
        })
        .await
    }

    /// Writes a file that the journal does not know: the manifest, which lists all others.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), ToolError> {
        let path = self.path.join(name);
        let place = path.clone();
        tokio::task::spawn_blocking(move || {
            let parent = path.parent().unwrap_or(&path).to_owned();
            make(&parent)?;
            let write = || {
                let mut file = private_file::new_in(&parent)?;
                file.write_all(&bytes)?;
                file.as_file().sync_all()?;
                file.persist(&path).map_err(|error| error.error)?;
                Ok(())
            };
            write().map_err(|error: io::Error| disk(&path, &error))
        })
        .await
        .map_err(|error| disk(&place, &io::Error::other(error)))?
    }

    /// Notes what a decision told.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) async fn note(&self, told: Told) -> Result<(), ToolError> {
        self.append(Line::Told(told)).await
    }

    /// Reads a file of the pack; `None` where it is gone.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ToolError> {
        let path = self.path.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(disk(&path, &error)),
        }
    }

    /// Looks at every file that was written: those that are gone, and those that are not as they were.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) async fn check(&self) -> Result<Checked, ToolError> {
        let (path, files) = (self.path.clone(), self.files());
        let checking = tokio::task::spawn_blocking(move || {
            let mut checked = Checked::default();
            for (name, written) in files {
                match fs::read(path.join(&name)) {
                    Ok(bytes) if digest(&bytes) == written.sha256 => checked.intact += 1,
                    Ok(_) => checked.changed.push(name),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        checked.gone.push(name);
                    }
                    Err(error) => return Err(disk(&path.join(&name), &error)),
                }
            }
            Ok(checked)
        });
        checking
            .await
            .map_err(|error| disk(&self.path, &io::Error::other(error)))?
    }

    async fn append(&self, line: Line) -> Result<(), ToolError> {
        let written = self.journal.append(&line).await;
        written.map_err(|error| disk(self.journal.path(), &io::Error::other(error.to_string())))?;
        self.keep(line);
        Ok(())
    }

    fn keep(&self, line: Line) {
        let mut known = self.known();
        match line {
            Line::Begin(_) => {}
            Line::File { name, written } => drop(known.files.insert(name, written)),
            Line::Told(told) => drop(known.told.insert(told.session_id.clone(), told)),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the files of a pack stand.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) intact: usize,
    pub(super) gone: Vec<String>,
    pub(super) changed: Vec<String>,
}

/// SHA-256 in hexadecimal.
fn digest(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

/// Makes a folder for its owner alone. A link in its place could lead to a folder of somebody else's choice.
fn make(path: &Path) -> Result<(), ToolError> {
    if let Ok(found) = path.symlink_metadata()
        && !found.is_dir()
    {
        return Err(another(path, "it is no folder"));
    }
    private_file::make_folder_of(&path.join(JOURNAL))
        .map_err(|error| disk(path, &io::Error::other(format!("{error:?}"))))
}

fn is_empty(path: &Path) -> Result<bool, ToolError> {
    let mut entries = fs::read_dir(path).map_err(|error| disk(path, &error))?;
    Ok(entries.next().is_none())
}

fn another(path: &Path, why: &str) -> ToolError {
    ToolError::invalid(
        "folder",
        format!(
            "{} cannot be this pack's folder: {why}. Nothing was written.",
            path.display()
        ),
    )
    .with_advice("another folder works; the same arguments as before continue a pack.")
}

fn disk(path: &Path, error: &io::Error) -> ToolError {
    ToolError::new(ErrorCode::File, format!("{}: {error}.", path.display()))
        .with_advice("the operator checks --output-dir and its permissions.")
}
