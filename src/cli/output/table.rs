//! Rows of a list as aligned columns.

use std::borrow::Cow;

use console::{Alignment, measure_text_width, pad_str};
use serde_json::Value;

use crate::tools::clean;

/// Columns: the heading, and the name of the value in a row.
pub(in crate::cli) struct Table<'a>(pub(in crate::cli) &'a [(&'a str, &'a str)]);

impl Table<'_> {
    /// The heading and one line for each row.
    pub(super) fn lines(&self, rows: &[Value]) -> Vec<String> {
        let mut cells = vec![
            self.0
                .iter()
                .map(|(heading, _)| (*heading).to_owned())
                .collect::<Vec<_>>(),
        ];
        cells.extend(rows.iter().map(|row| {
            self.0
                .iter()
                .map(|(_, name)| cell(row.get(name)))
                .collect::<Vec<_>>()
        }));
        let widths: Vec<usize> = (0..self.0.len())
            .map(|column| {
                cells
                    .iter()
                    .filter_map(|row| row.get(column))
                    .map(|cell| measure_text_width(cell))
                    .max()
                    .unwrap_or_default()
            })
            .collect();
        cells
            .iter()
            .map(|row| {
                let line: Vec<Cow<'_, str>> = row
                    .iter()
                    .zip(&widths)
                    .map(|(cell, width)| pad_str(cell, *width, Alignment::Left, None))
                    .collect();
                line.join("  ").trim_end().to_owned()
            })
            .collect()
    }
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => clean(text),
        Some(Value::Array(values)) => {
            let texts: Vec<String> = values.iter().map(|value| cell(Some(value))).collect();
            texts.join(" + ")
        }
        Some(other) => clean(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Table;

    #[test]
    fn columns_are_aligned_by_what_a_terminal_shows() {
        let rows = [
            json!({"name": "山田太郎", "status": "Approved"}),
            json!({"name": "Zoe\u{301}", "status": "Declined"}),
            json!({"name": null, "status": ["In", "Review"]}),
        ];
        let table = Table(&[("NAME", "name"), ("STATUS", "status")]);
        assert_eq!(
            table.lines(&rows),
            [
                "NAME      STATUS",
                "山田太郎  Approved",
                "Zoe\u{301}       Declined",
                "-         In + Review",
            ]
        );
    }
}
