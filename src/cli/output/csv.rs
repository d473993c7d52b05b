//! Rows for spreadsheets and scripts.

use clap::{Args, ValueEnum};
use csv::{QuoteStyle, WriterBuilder};
use serde_json::Value;

use super::table::Table;
use crate::tools::{exact, harmless};

/// How a list is printed.
#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct ListFormat {
    /// How the list is printed: a table, or csv with whole values for spreadsheets [default: table].
    #[arg(
        long,
        value_name = "FORMAT",
        conflicts_with = "json",
        hide_possible_values = true,
        help_heading = "Output"
    )]
    output: Option<Kind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Table,
    Csv,
}

impl ListFormat {
    /// Whether a spreadsheet reads it.
    pub(in crate::cli) fn is_csv(self) -> bool {
        self.output == Some(Kind::Csv)
    }
}

/// The names of the values, and a line for each row.
pub(super) fn lines(table: &Table<'_>, rows: &[Value]) -> csv::Result<String> {
    // Every text in quotes: where a semicolon separates cells, one within a text must not begin another cell.
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::NonNumeric)
        .from_writer(Vec::new());
    writer.write_record(table.0.iter().map(|(_, name)| name))?;
    for row in rows {
        let cells = table.0.iter().map(|(_, name)| cell(row.get(name)));
        writer.write_record(cells.map(|cell| harmless(&cell).into_owned()))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => exact(text),
        Some(Value::Array(values)) => {
            let texts: Vec<String> = values.iter().map(|value| cell(Some(value))).collect();
            texts.join(" + ")
        }
        Some(other) => other.to_string(),
    }
}
