//! Whom was written to, by person: the lines of the record, and what this process remembers of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Line {
    /// A request about this person is about to leave.
    Intent(About),
    /// Didit took it.
    Done(About),
    /// Didit certainly did nothing.
    Failed(About),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct About {
    /// The application, as a digest.
    pub(super) account: String,
    pub(super) vendor_data: String,
    pub(super) at: Timestamp,
}

/// That somebody was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) at: Timestamp,
    /// Whether Didit is known to have taken the request.
    pub(super) is_certain: bool,
}

pub(super) type Records = HashMap<(String, String), Record>;

/// What this process remembers, where nothing can be written beside the credentials.
#[derive(Default)]
pub(super) struct Written {
    pub(super) records: Mutex<Records>,
    /// Held by the call that writes.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
}

pub(super) fn keep_all(records: &mut Records, lines: Vec<Line>) {
    for line in lines {
        keep(records, line);
    }
}

pub(super) fn keep(records: &mut Records, line: Line) {
    let (about, is_certain) = match line {
        Line::Intent(about) => (about, Some(false)),
        Line::Done(about) => (about, Some(true)),
        Line::Failed(about) => (about, None),
    };
    let key = (about.account, about.vendor_data);
    match is_certain {
        Some(is_certain) => drop(records.insert(
            key,
            Record {
                at: about.at,
                is_certain,
            },
        )),
        None => drop(records.remove(&key)),
    }
}
