//! The CSV file: its columns, its rows, and whether each could be sent.

use std::collections::HashMap;

use csv::StringRecord;
use serde_json::{Map, Value};

use super::{
    paths::unusable,
    sheet::{Sheet, line_of},
};
use crate::{
    cli::runner::Runner,
    tools::{self, NotDone, ToolError, clean},
};

/// The tool that each row calls.
pub(super) const TOOL: &str = "didit_session_create";
/// Arguments of that tool that are the same for all rows, or are made of several columns.
const NO_COLUMNS: [&str; 5] = [
    "confirmation_token",
    "workflow_id",
    "qr_code",
    "contact_details",
    "expected_details",
];
/// The most bytes of a cell; nothing that is said about a person comes near.
const LONGEST_CELL: usize = 64 * 1024;
/// Faults that one error names.
const MOST_NAMED: usize = 10;

/// The whole file, checked.
pub(super) struct Table {
    /// The names of the columns, as they stand in the file.
    pub(super) header: StringRecord,
    /// What stands between the cells.
    pub(super) delimiter: u8,
    /// Whether it began with the mark of UTF-8.
    pub(super) is_marked: bool,
    /// The people.
    pub(super) rows: Vec<Row>,
}

/// One person.
pub(super) struct Row {
    /// The line of the file.
    pub(super) line: u64,
    /// The person's own id.
    pub(super) vendor_data: String,
    /// What the tool is called with, but for the workflow.
    pub(super) arguments: Map<String, Value>,
    /// The cells.
    pub(super) record: StringRecord,
}

/// A column: the argument it fills, and the object that the argument stands in.
#[derive(Clone)]
struct Column {
    name: String,
    within: Option<&'static str>,
}

impl Table {
    /// Reads and checks a file; nothing is asked of Didit.
    ///
    /// # Errors
    /// What is wrong with the file, its columns, or its rows: all rows are looked at before the first is named.
    pub(super) fn read(runner: &Runner, bytes: &[u8]) -> Result<Self, ToolError> {
        let Sheet {
            header,
            records,
            delimiter,
            is_marked,
        } = Sheet::read(bytes)?;
        let columns = columns(runner, &header)?;
        let rows: Vec<Row> = records
            .into_iter()
            .map(|record| Row::new(record, &columns))
            .collect();
        if rows.is_empty() {
            return Err(unusable("The file has no rows".to_owned()));
        }
        refuse_faults(runner, &header, &rows)?;
        Ok(Self {
            header,
            delimiter,
            is_marked,
            rows,
        })
    }
}

impl Row {
    fn new(record: StringRecord, columns: &[Column]) -> Self {
        let mut arguments = Map::new();
        for (column, cell) in columns.iter().zip(&record) {
            if cell.is_empty() {
                continue;
            }
            let object = match column.within {
                Some(name) => arguments
                    .entry(name)
                    .or_insert_with(|| Map::new().into())
                    .as_object_mut(),
                None => Some(&mut arguments),
            };
            if let Some(object) = object {
                object.insert(column.name.clone(), cell.into());
            }
        }
        Self {
            line: line_of(&record),
            vendor_data: arguments
                .get("vendor_data")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            arguments,
            record,
        }
    }
}

/// The column of each cell, from the tool's own schema.
fn columns(runner: &Runner, header: &StringRecord) -> Result<Vec<Column>, ToolError> {
    let Some(schema) = runner.server().schema_of(TOOL) else {
        return Err(runner.refusal(TOOL));
    };
    let known = known_columns(&schema);
    let mut columns: Vec<Column> = Vec::new();
    for name in header {
        let Some(column) = known.iter().find(|column| column.name == name) else {
            return Err(unusable(format!("There is no column \"{}\"", clean(name)))
                .with_allowed(known.iter().map(|column| column.name.clone())));
        };
        if columns.iter().any(|earlier| earlier.name == column.name) {
            return Err(unusable(format!("The column \"{name}\" occurs twice")));
        }
        columns.push(column.clone());
    }
    if columns.iter().all(|column| column.name != "vendor_data") {
        return Err(unusable(
            "The column \"vendor_data\" is missing: it identifies each person".to_owned(),
        ));
    }
    Ok(columns)
}

fn known_columns(schema: &Map<String, Value>) -> Vec<Column> {
    let names = |object: Option<&Value>| -> Vec<String> {
        object
            .and_then(|object| object.get("properties"))
            .and_then(Value::as_object)
            .map(|properties| properties.keys().cloned().collect())
            .unwrap_or_default()
    };
    let properties = schema.get("properties");
    let mut columns: Vec<Column> = properties
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys)
        .filter(|name| !NO_COLUMNS.contains(&name.as_str()))
        .map(|name| Column {
            name: name.clone(),
            within: None,
        })
        .collect();
    for within in ["contact_details", "expected_details"] {
        let object = properties.and_then(|properties| properties.get(within));
        columns.extend(names(object).into_iter().map(|name| Column {
            name,
            within: Some(within),
        }));
    }
    columns
}

/// Looks at every row, and refuses them all when one cannot be sent.
fn refuse_faults(runner: &Runner, header: &StringRecord, rows: &[Row]) -> Result<(), ToolError> {
    let mut first_lines: HashMap<&str, u64> = HashMap::new();
    let mut faults = Vec::new();
    for row in rows {
        if row.vendor_data.is_empty() {
            faults.push(format!("line {}: vendor_data is empty", row.line));
            continue;
        }
        if let Some(first) = first_lines.insert(&row.vendor_data, row.line) {
            faults.push(format!(
                "line {}: vendor_data {} is already used in line {first}",
                row.line,
                clean(&row.vendor_data)
            ));
            continue;
        }
        if let Some(message) = unreadable(header, row) {
            faults.push(format!("line {}: {message}", row.line));
            continue;
        }
        if let Err(message) = check(runner, row) {
            faults.push(format!("line {}: {message}", row.line));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    let refused = unusable(format!(
        "{} of {} rows cannot be sent",
        faults.len(),
        rows.len()
    ));
    let more = faults.len().saturating_sub(MOST_NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    let named = faults.into_iter().take(MOST_NAMED).chain(more);
    Err(named.fold(refused, ToolError::with_advice))
}

/// Content that nobody typed: it comes from a stray quotation mark, or from a file that is not a table.
fn unreadable(header: &StringRecord, row: &Row) -> Option<String> {
    header.iter().zip(&row.record).find_map(|(name, cell)| {
        let takes_lines = ["address", "metadata"].contains(&name);
        let is_odd = |character: char| {
            character.is_control() && !(takes_lines && "\n\r\t".contains(character))
        };
        if cell.chars().any(is_odd) {
            Some(format!("{name} holds a line break or a control character"))
        } else if cell.len() > LONGEST_CELL {
            Some(format!("{name} is longer than {LONGEST_CELL} bytes"))
        } else {
            None
        }
    })
}

fn check(runner: &Runner, row: &Row) -> Result<(), String> {
    let fitted = runner
        .server()
        .fitted(TOOL, row.arguments.clone())
        .map_err(|error| fault(&error))?;
    match tools::check_session(runner.connection(), fitted) {
        Err(NotDone::Error(error)) => Err(fault(&error)),
        _ => Ok(()),
    }
}

fn fault(error: &ToolError) -> String {
    let message = error.message.trim_end_matches(" Nothing was sent.");
    let message = clean(message.trim_end_matches('.'));
    // The columns stand side by side, whatever they are within.
    message
        .replace("`contact_details.", "`")
        .replace("`expected_details.", "`")
}
