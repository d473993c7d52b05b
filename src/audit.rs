//! The trail for people who answer to regulators: one JSON line for every call that changes something.
//!
//! A line says when, which tool, which ids, in which environment, who agreed and how, and what came of
//! it; never a name, a comment or a value. It is on disk before the answer leaves.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::private_file;

/// Names of ids, which may stand in the trail.
const IDS: [&str; 4] = [
    "session_id",
    "workflow_id",
    "application_id",
    "destination_id",
];

/// Arguments and results whose values come from a fixed list, and so say what was decided and nothing of a person.
const WORDS: [&str; 3] = ["new_status", "entry_type", "items"];

/// Where lines go.
pub struct Trail {
    path: PathBuf,
    /// The calls of this process take turns here, in order; the lock of the file is for other processes.
    turns: Arc<tokio::sync::Mutex<()>>,
}

/// One changing call.
#[derive(Debug, Serialize)]
pub struct Entry<'a> {
    /// When it ended, in UTC.
    pub time: String,
    /// Which tool.
    pub tool: &'a str,
    /// The kind of change: `write`, `decide` or `irreversible`.
    pub access: &'a str,
    /// The ids it was about.
    pub targets: Map<String, Value>,
    /// `live`, `sandbox`, `simulated` or `unknown`, as answers say it too.
    pub environment: &'a str,
    /// Who agreed: `human`, `token`, `operator`; absent where nobody had to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<&'a str>,
    /// `attempt` before it is sent, then `done`, `asked`, `failed`, `in part`, or `unknown` when Didit may have done it all the same.
    pub outcome: &'a str,
    /// The class of error, when it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a str>,
    /// The status that Didit answered with, when it refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_status: Option<u16>,
}

impl Trail {
    /// A trail in a file, which is created when it is missing and made private when it is not.
    ///
    /// # Errors
    /// When it is no regular file of this user, or can't be opened for writing.
    pub fn open(path: &Path) -> io::Result<Self> {
        private_file::change(path)?;
        Ok(Self {
            path: path.to_owned(),
            turns: Arc::default(),
        })
    }

    /// Adds a line and waits until it is on disk, on a blocking thread. The file is reopened each time, so that
    /// a rotated one is left alone.
    ///
    /// # Errors
    /// When the line could not be written; no part of it is left in the file.
    pub async fn append(&self, entry: &Entry<'_>) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let path = self.path.clone();
        let turn = Arc::clone(&self.turns).lock_owned().await;
        // Once started it completes, even if nobody waits for it any more.
        let writing = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            append_whole(&path, line)
        });
        writing.await.map_err(io::Error::other)?
    }
}

/// Adds a line whole or not at all.
fn append_whole(path: &Path, mut line: Vec<u8>) -> io::Result<()> {
    let file = private_file::change(path)?;
    // Under the lock nobody else's line can follow, so that what was written of this one can be taken back.
    let mut file = private_file::locked(file).map_err(|error| match error {
        private_file::Error::Io(error) => error,
        _ => io::Error::new(
            io::ErrorKind::ResourceBusy,
            "another process holds the audit trail",
        ),
    })?;
    let length = file.metadata()?.len();
    if ends_within_a_line(&mut file, length)? {
        // A process was killed while writing, or the disk was full. Its partial line must not spoil this one.
        line.insert(0, b'\n');
    }
    let written = file.write_all(&line).and_then(|()| file.sync_data());
    if written.is_err() {
        // Where this fails too, the next entry begins on a line of its own.
        drop(file.set_len(length));
    }
    written
}

/// Reads the last byte, which leaves the file where the next line belongs.
fn ends_within_a_line(file: &mut File, length: u64) -> io::Result<bool> {
    if length == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The ids among a call's arguments or in what it answered, each written in one way, and what was chosen from fixed lists.
/// Only a UUID is an id: a name typed into the wrong argument must not land in the trail.
pub fn targets(named: &Map<String, Value>) -> Map<String, Value> {
    named
        .iter()
        .filter_map(|(name, value)| {
            if WORDS.contains(&name.as_str()) {
                return is_word(value).then(|| (name.clone(), value.clone()));
            }
            if !IDS.contains(&name.as_str()) {
                return None;
            }
            let id = uuid::Uuid::try_parse(value.as_str()?.trim()).ok()?;
            Some((name.clone(), id.to_string().into()))
        })
        .collect()
}

/// One of the words of such a list, or several of them.
fn is_word(value: &Value) -> bool {
    const KNOWN: [&str; 13] = [
        "Approved",
        "Declined",
        "Resubmitted",
        "face",
        "document",
        "phone",
        "email",
        "ip_address",
        "device_fingerprint",
        "wallet_address",
        "bank_account",
        "user",
        "business",
    ];
    match value {
        Value::String(word) => KNOWN.contains(&word.as_str()),
        Value::Array(words) => words.iter().all(is_word),
        _ => false,
    }
}

/// The time now, for an entry.
pub fn now() -> String {
    jiff::Timestamp::now().to_string()
}
