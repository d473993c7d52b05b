//! The results: the rows of the file, and what came of each.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    path::Path,
};

use csv::{StringRecord, WriterBuilder};

use super::{
    journal::{Journal, State},
    paths::folder_of,
    rows::Table,
    sheet::MARK,
};
use crate::{
    cli::runner::system,
    private_file,
    tools::{ErrorCode, ToolError, clean, harmless},
};

/// The columns that are added.
const ADDED: [&str; 4] = ["session_id", "session_url", "status", "error"];

/// The most of a first line that is looked at.
const LONGEST_HEADER: u64 = 64 * 1024;

/// Refuses a place where results cannot be written, before anything is sent; and a file that holds no results, which would
/// be lost.
///
/// # Errors
/// `invalid_argument` for what is no file of results; `system` when the folder takes no file.
pub(super) fn refuse_unfit(path: &Path) -> Result<(), ToolError> {
    let refused = |why: &str| {
        Err(ToolError::new(
            ErrorCode::InvalidArgument,
            format!("{} {why}. Nothing was sent.", path.display()),
        )
        .with_advice("another --output works."))
    };
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return refused("is not a regular file, so results cannot replace it");
        }
        Ok(metadata) if metadata.len() > 0 && !holds_results(path) => {
            return refused("already exists and is not a results file, so it is not replaced");
        }
        _ => {}
    }
    tempfile::tempfile_in(folder_of(path))
        .map(drop)
        .map_err(|error| {
            let what = format!("{} cannot be written", path.display());
            system(&what, &format_args!("{error}. Nothing was sent"))
        })
}

/// Whether the first line of a file ends with the columns that are added.
fn holds_results(path: &Path) -> bool {
    let mut first = Vec::new();
    let read = File::open(path)
        .and_then(|file| BufReader::new(file.take(LONGEST_HEADER)).read_until(b'\n', &mut first));
    let text = String::from_utf8_lossy(&first);
    let text = text.trim_end();
    // What stands between the cells is what the file of people has there, and that may be anything.
    let between = text.chars().nth_back("error".len()).map(String::from);
    read.is_ok()
        && between.is_some_and(|between| {
            let added = ADDED.join(&between);
            text.strip_suffix(&added)
                .is_some_and(|before| before.ends_with(&between))
        })
}

/// Writes the results whole or not at all, for their owner alone: links let whoever holds them act as the person.
///
/// # Errors
/// When the disk refuses; the journal still knows everything.
pub(super) fn write(path: &Path, table: &Table, journal: &Journal) -> Result<(), ToolError> {
    let failed = |error: &dyn std::fmt::Display| {
        system(&format!("{} cannot be written", path.display()), error)
            .with_advice("the journal is whole; the same command again writes the results.")
    };
    let mark = if table.is_marked { MARK } else { "" };
    let mut writer = WriterBuilder::new()
        .delimiter(table.delimiter)
        .from_writer(mark.as_bytes().to_vec());
    let mut header = table.header.clone();
    ADDED.iter().for_each(|name| header.push_field(name));
    writer
        .write_record(&header)
        .map_err(|error| failed(&error))?;
    for row in &table.rows {
        let mut record: StringRecord = row.record.iter().map(harmless).collect();
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
        cells
            .iter()
            .for_each(|cell| record.push_field(&harmless(cell)));
        writer
            .write_record(&record)
            .map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    let mut file = private_file::new_in(folder_of(path)).map_err(|error| failed(&error))?;
    file.write_all(&bytes)
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error))?;
    Ok(())
}

fn failure(why: &str) -> [String; 4] {
    [String::new(), String::new(), String::new(), why.to_owned()]
}
