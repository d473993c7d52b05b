//! The cells of a CSV file, however a spreadsheet wrote it: its encoding, what stands between cells, and what is left empty.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::paths::unusable;
use crate::tools::ToolError;

/// The mark by which a spreadsheet knows UTF-8; in UTF-16 it tells the order of the bytes.
pub(super) const MARK: &str = "\u{feff}";

/// What to do about a file whose letters cannot be read. Other encodings are not guessed, because a wrong guess changes
/// names, and a document is compared with them.
const CURE: &str =
    "in Excel, save it as \"CSV UTF-8\"; in LibreOffice, choose UTF-8 in the dialog of the export.";

/// The names of the columns, and the cells under them.
pub(super) struct Sheet {
    pub(super) header: StringRecord,
    pub(super) records: Vec<StringRecord>,
    /// What stands between the cells.
    pub(super) delimiter: u8,
    /// Whether the file began with [`MARK`]; without it a spreadsheet may take what is written for another encoding.
    pub(super) is_marked: bool,
}

impl Sheet {
    /// Reads the cells. Rows and columns with nothing in them do not count.
    ///
    /// # Errors
    /// What is not text, or not a table.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ToolError> {
        let text = decoded(bytes)?;
        let (text, is_marked) = match text.strip_prefix(MARK) {
            Some(rest) => (rest, true),
            None => (text.as_ref(), false),
        };
        let (text, delimiter) = delimited(text);
        if let Some(line) = unclosed(text, delimiter) {
            return Err(unusable(format!(
                "A quotation mark that opens in or after line {line} is never closed, so the rows behind it would be lost"
            )));
        }
        let mut records = ReaderBuilder::new()
            .delimiter(delimiter)
            .trim(Trim::All)
            .has_headers(false)
            // Empty rows are often shorter or longer than the others; [`under_names`] refuses what matters.
            .flexible(true)
            .from_reader(text.as_bytes())
            .into_records()
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| unusable(format!("The file is not a CSV table: {error}")))?;
        records.retain(|record| record.iter().any(|cell| !cell.is_empty()));
        let mut records = records.into_iter();
        let header = records.next().unwrap_or_default();
        let names: Vec<usize> = named(&header).collect();
        let records = records
            .map(|record| under_names(&record, &header, &names))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            header: names
                .iter()
                .filter_map(|place| header.get(*place))
                .collect(),
            records,
            delimiter,
            is_marked,
        })
    }
}

/// The line of the file on which a record begins.
pub(super) fn line_of(record: &StringRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

/// UTF-8, or the UTF-16 that Excel calls Unicode text.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, ToolError> {
    let units: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => {
            return std::str::from_utf8(bytes)
                .map(Cow::Borrowed)
                .map_err(|error| {
                    let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
                    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                    let what = format!("The file is not UTF-8 text: line {line} holds other bytes");
                    unusable(what).with_advice(CURE)
                });
        }
    };
    let (pairs, rest) = bytes.as_chunks();
    match char::decode_utf16(pairs.iter().map(|pair| units(*pair))).collect::<Result<String, _>>() {
        Ok(text) if rest.is_empty() => Ok(Cow::Owned(text)),
        _ => Err(unusable("The file is damaged UTF-16 text".to_owned()).with_advice(CURE)),
    }
}

/// What stands between the cells: what a first line such as `sep=;` says, which is dropped, or what the names stand between.
/// Some spreadsheets write semicolons or tabs where commas are decimal.
fn delimited(text: &str) -> (&str, u8) {
    let (first, rest) = text.split_at(text.find(['\r', '\n']).unwrap_or(text.len()));
    let said = first.split_at_checked("sep=".len());
    if let Some((name, said)) = said
        && name.eq_ignore_ascii_case("sep=")
        && let [delimiter @ (b'\t' | b' '..=b'~')] = said.as_bytes()
    {
        // The line break stays, so that lines keep their numbers.
        return (rest, *delimiter);
    }
    let names = text.trim_start().lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .find(|delimiter| names.as_bytes().contains(delimiter));
    (text, delimiter.unwrap_or(b','))
}

/// The line of the row in which a quotation mark opens that nothing closes. The parser takes all that follows for one cell.
fn unclosed(text: &str, delimiter: u8) -> Option<u64> {
    const END: &str = "(end of the file)";
    let ended = format!("{text}\n{END}\n");
    let reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(ended.as_bytes());
    let last = reader.into_records().filter_map(Result::ok).last()?;
    let is_end = last.len() == 1 && last.get(0) == Some(END);
    (!is_end).then_some(line_of(&last))
}

/// The places of the columns that have a name.
fn named(header: &StringRecord) -> impl Iterator<Item = usize> {
    let names = header.iter().enumerate();
    names
        .filter(|(_, name)| !name.is_empty())
        .map(|(place, _)| place)
}

/// The cells of a row that have a name over them.
fn under_names(
    record: &StringRecord,
    header: &StringRecord,
    names: &[usize],
) -> Result<StringRecord, ToolError> {
    let line = line_of(record);
    let nameless = record
        .iter()
        .enumerate()
        .find(|(place, cell)| !cell.is_empty() && !names.contains(place));
    if let Some((place, _)) = nameless {
        return Err(unusable(format!(
            "Line {line} holds a cell in column {}, and that column has no name; a cell that holds what separates cells needs \
             quotation marks around it",
            place + 1
        )));
    }
    let cells: Option<Vec<&str>> = names.iter().map(|place| record.get(*place)).collect();
    let cells = cells.ok_or_else(|| {
        unusable(format!(
            "Line {line} has {} of the {} cells that the first line names",
            record.len(),
            header.len()
        ))
    })?;
    let mut kept = StringRecord::from(cells);
    kept.set_position(record.position().cloned());
    Ok(kept)
}
