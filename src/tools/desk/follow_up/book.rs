//! Whom was written to and when, on disk before a request leaves, so that nobody is written to twice: not by a repeated call,
//! not after the program was killed, and not by another process of the same user.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use jiff::Timestamp;

use crate::{
    journal::{self, Journal},
    private_file,
    tools::{
        Context,
        error::{ErrorCode, ToolError},
        written::{About, Line, Record, Records, keep, keep_all},
    },
};

/// How every journal of this kind begins.
const BEGINNING: &[u8] = b"{\"event\":\"";

/// The records, held by one call at a time.
pub(super) struct Book<'a> {
    context: &'a Context,
    account: String,
    file: Option<Journal>,
    _turn: tokio::sync::OwnedMutexGuard<()>,
}

/// Who was written to, of the account in use.
///
/// # Errors
/// When there are records that cannot be read: then nobody may be written to either.
pub(super) fn read(context: &Context) -> Result<HashMap<String, Record>, ToolError> {
    let account = context.connection.application_digest();
    let mut records = remembered(context).clone();
    if let Some(path) = context.connection.written_place() {
        let lines = journal::read(&path).map_err(|error| unusable(&path, &error))?;
        keep_all(&mut records, lines);
    }
    Ok(records
        .into_iter()
        .filter(|((of, _), _)| *of == account)
        .map(|((_, vendor_data), record)| (vendor_data, record))
        .collect())
}

/// Whether the records outlast this process.
pub(super) fn lasts(context: &Context) -> bool {
    context.connection.written_place().is_some()
}

impl<'a> Book<'a> {
    /// Takes the records for this call alone.
    ///
    /// # Errors
    /// When another call holds them, or they cannot be written.
    pub(super) fn open(context: &'a Context) -> Result<Self, ToolError> {
        let turn = Arc::clone(&context.connection.written().turn);
        let turn = turn.try_lock_owned().map_err(|_| in_use())?;
        let file = match context.connection.written_place() {
            None => None,
            Some(path) => {
                private_file::make_folder_of(&path)
                    .map_err(|error| unusable(&path, &format!("{error:?}")))?;
                let (file, lines) =
                    Journal::open(&path, BEGINNING).map_err(|error| match error {
                        journal::Error::InUse => in_use(),
                        other => unusable(&path, &other),
                    })?;
                keep_all(&mut remembered(context), lines);
                Some(file)
            }
        };
        Ok(Self {
            account: context.connection.application_digest(),
            context,
            file,
            _turn: turn,
        })
    }

    /// When this person was last written to.
    pub(super) fn last(&self, vendor_data: &str) -> Option<Record> {
        let key = (self.account.clone(), vendor_data.to_owned());
        remembered(self.context).get(&key).copied()
    }

    /// Notes that a request about this person is about to leave.
    pub(super) async fn intend(&self, vendor_data: &str) -> Result<(), ToolError> {
        self.note(Line::Intent(self.about(vendor_data))).await
    }

    /// Notes that Didit took it.
    pub(super) async fn done(&self, vendor_data: &str) -> Result<(), ToolError> {
        self.note(Line::Done(self.about(vendor_data))).await
    }

    /// Notes that Didit certainly did nothing.
    pub(super) async fn failed(&self, vendor_data: &str) -> Result<(), ToolError> {
        self.note(Line::Failed(self.about(vendor_data))).await
    }

    fn about(&self, vendor_data: &str) -> About {
        About {
            account: self.account.clone(),
            vendor_data: vendor_data.to_owned(),
            at: Timestamp::now(),
        }
    }

    async fn note(&self, line: Line) -> Result<(), ToolError> {
        keep(&mut remembered(self.context), line.clone());
        match &self.file {
            None => Ok(()),
            Some(file) => {
                let written = file.append(&line).await;
                written.map_err(|error| unusable(file.path(), &error))
            }
        }
    }
}

fn remembered(context: &Context) -> std::sync::MutexGuard<'_, Records> {
    let records = &context.connection.written().records;
    records.lock().unwrap_or_else(PoisonError::into_inner)
}

fn in_use() -> ToolError {
    ToolError::new(
        ErrorCode::Busy,
        "Another call is writing to people now. Nothing was sent.",
    )
    .with_advice("the same call can be repeated once that one has ended.")
}

fn unusable(path: &std::path::Path, error: &dyn std::fmt::Display) -> ToolError {
    ToolError::new(
        ErrorCode::Journal,
        format!(
            "The records of whom was written to cannot be used ({}: {error}). Nothing was sent.",
            path.display()
        ),
    )
}
