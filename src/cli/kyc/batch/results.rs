//! The results: the rows of the file, and what came of each.

use std::{io::Write, path::Path};

use csv::{StringRecord, WriterBuilder};

use super::{
    journal::{Journal, State},
    rows::Table,
};
use crate::{
    cli::runner::system,
    tools::{ToolError, clean},
};

/// The columns that are added.
const ADDED: [&str; 4] = ["session_id", "session_url", "status", "error"];

/// Writes the results whole or not at all, for their owner alone: links let whoever holds them act as the person.
///
/// # Errors
/// When the disk refuses; the journal still knows everything.
pub(super) fn write(path: &Path, table: &Table, journal: &Journal) -> Result<(), ToolError> {
    let failed = |error: &dyn std::fmt::Display| {
        system(&format!("{} cannot be written", path.display()), error)
            .with_advice("the journal is whole; the same command again writes the results.")
    };
    let mut writer = WriterBuilder::new()
        .delimiter(table.delimiter)
        .from_writer(Vec::new());
    let mut header = table.header.clone();
    ADDED.iter().for_each(|name| header.push_field(name));
    writer
        .write_record(&header)
        .map_err(|error| failed(&error))?;
    for row in &table.rows {
        let mut record: StringRecord = row.record.clone();
        let cells = match journal.state(&row.vendor_data) {
            Some(State::Done(session)) => [
                session.session_id,
                session.session_url.unwrap_or_default(),
                session.status,
                String::new(),
            ],
            Some(State::Failed(error)) => failure(&clean(&error)),
            Some(State::Open) => failure("no answer is known; the next run finds out"),
            None => failure("not sent yet; the next run does"),
        };
        cells.iter().for_each(|cell| record.push_field(cell));
        writer
            .write_record(&record)
            .map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    file.write_all(&bytes)
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error))?;
    Ok(())
}

fn failure(why: &str) -> [String; 4] {
    [String::new(), String::new(), String::new(), why.to_owned()]
}
