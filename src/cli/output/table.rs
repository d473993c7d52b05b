//! Rows of a list as aligned columns.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use console::{Alignment, measure_text_width, pad_str, truncate_str};
use serde_json::Value;

use crate::tools::exact;

/// Columns: the heading, and the name of the value in a row.
pub(in crate::cli) struct Table<'a>(pub(in crate::cli) &'a [(&'a str, &'a str)]);

/// What stands between two columns.
const BETWEEN: &str = "  ";
/// A column that had to give way keeps so much, or it would say nothing.
const NARROWEST: usize = 8;
/// The column whose values have a colour.
const STATUS: &str = "status";

impl Table<'_> {
    /// The heading and one line for each row. Where a terminal has so many columns, the widest give way until the rest fits.
    pub(super) fn lines(&self, rows: &[Value], columns: Option<usize>) -> Vec<String> {
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
        let mut widths: Vec<usize> = (0..self.0.len())
            .map(|column| {
                cells
                    .iter()
                    .filter_map(|row| row.get(column))
                    .map(|cell| measure_text_width(cell))
                    .max()
                    .unwrap_or_default()
            })
            .collect();
        if let Some(columns) = columns {
            fit(&mut widths, columns);
        }
        cells
            .iter()
            .enumerate()
            .map(|(line, row)| self.line(row, &widths, line == 0))
            .collect()
    }

    fn line(&self, row: &[String], widths: &[usize], is_heading: bool) -> String {
        let cells = row.iter().zip(widths).zip(self.0);
        let line: Vec<Cow<'_, str>> = cells
            .map(|((cell, width), (_, name))| {
                let cell = truncate_str(cell, *width, "…");
                let padded = pad_str(&cell, *width, Alignment::Left, None).into_owned();
                match tone(&cell) {
                    Some(style) if *name == STATUS && !is_heading => {
                        format!("{style}{padded}{style:#}").into()
                    }
                    _ => padded.into(),
                }
            })
            .collect();
        line.join(BETWEEN).trim_end().to_owned()
    }
}

/// Takes from the widest column, one character after the other.
fn fit(widths: &mut [usize], columns: usize) {
    let between = BETWEEN.len() * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + between > columns {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => return,
        }
    }
}

/// The colour of a status: what is good, what is not, and what waits for a human.
fn tone(status: &str) -> Option<Style> {
    let color = match status {
        "Approved" => AnsiColor::Green,
        "Declined" => AnsiColor::Red,
        "In Review" => AnsiColor::Yellow,
        _ => return None,
    };
    Some(color.on_default())
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => exact(text),
        Some(Value::Array(values)) => {
            let texts: Vec<String> = values.iter().map(|value| cell(Some(value))).collect();
            texts.join(" + ")
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Table;

    #[test]
    fn columns_are_aligned_by_what_a_terminal_shows() {
        let rows = [
            json!({"name": "山田太郎", "place": "Tokyo"}),
            json!({"name": "Zoe\u{301}", "place": "Paris"}),
            json!({"name": null, "place": ["New", "York"]}),
        ];
        let table = Table(&[("NAME", "name"), ("PLACE", "place")]);
        assert_eq!(
            table.lines(&rows, None),
            [
                "NAME      PLACE",
                "山田太郎  Tokyo",
                "Zoe\u{301}       Paris",
                "-         New + York",
            ]
        );
    }

    #[test]
    fn the_widest_columns_give_way_where_a_terminal_is_narrow() {
        let rows = [json!({"number": 3, "name": "山田太郎山田太郎山田太郎", "place": "Tokyo"})];
        let table = Table(&[("#", "number"), ("NAME", "name"), ("PLACE", "place")]);
        assert_eq!(
            table.lines(&rows, Some(24)),
            ["#  NAME            PLACE", "3  山田太郎山田…   Tokyo"]
        );
        assert_eq!(
            table.lines(&rows, Some(5)),
            ["#  NAME      PLACE", "3  山田太…   Tokyo"],
            "a name of no letters would say nothing"
        );
    }

    #[test]
    fn a_status_has_the_colour_of_what_it_means() {
        let rows = [json!({"status": "Approved"}), json!({"status": "Expired"})];
        let lines = Table(&[("STATUS", "status")]).lines(&rows, None);
        assert_eq!(lines, ["STATUS", "\u{1b}[32mApproved\u{1b}[0m", "Expired"]);
    }
}
