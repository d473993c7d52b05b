//! The results: one table for people and one file for programs.

use std::{fs, path::Path};

use serde_json::{Value, json};

/// What a ratio must keep to.
#[derive(Clone, Copy)]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
    None,
}

/// The rows so far.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    what: String,
    unit: &'static str,
    ours: f64,
    bare: Option<f64>,
    plain: Option<f64>,
    ratio: Option<f64>,
    target: Target,
}

impl Table {
    /// Adds a measurement that is compared with the bare server's.
    pub fn compared(
        &mut self,
        what: impl Into<String>,
        unit: &'static str,
        [ours, bare]: [f64; 2],
        plain: Option<f64>,
        target: Target,
    ) {
        self.add(Row {
            what: what.into(),
            unit,
            ours,
            bare: Some(bare),
            plain,
            ratio: Some(ours / bare),
            target,
        });
    }

    /// Adds a measurement of our server alone; the target is on the number itself.
    pub fn alone(
        &mut self,
        what: impl Into<String>,
        unit: &'static str,
        ours: f64,
        bare: Option<f64>,
        target: Target,
    ) {
        self.add(Row {
            what: what.into(),
            unit,
            ours,
            bare,
            plain: None,
            ratio: None,
            target,
        });
    }

    /// Shows rows as they come, because all of them take minutes.
    fn add(&mut self, row: Row) {
        if self.rows.is_empty() {
            println!(
                "| measured | unit | didit-mcp | bare server | plain GET | ratio to bare | target | |\n|---|---|--:|--:|--:|--:|---|---|"
            );
        }
        println!("{}", row.markdown());
        self.rows.push(row);
    }

    /// Writes the same to a file, with the machine.
    pub fn write(&self, path: &Path, machine: &str) {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "what": row.what, "unit": row.unit, "ours": row.ours, "bare": row.bare,
                    "plain": row.plain, "ratio": row.ratio, "target": row.target_text(), "kept": row.kept(),
                })
            })
            .collect();
        let document = json!({ "machine": machine, "rows": rows });
        let folder = path.parent().expect("a folder");
        fs::create_dir_all(folder).expect("a folder");
        fs::write(path, format!("{document:#}\n")).expect("a file");
    }
}

impl Row {
    fn markdown(&self) -> String {
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            self.what,
            self.unit,
            number(Some(self.ours)),
            number(self.bare),
            number(self.plain),
            self.ratio
                .map(|ratio| format!("{ratio:.2}"))
                .unwrap_or_default(),
            self.target_text(),
            match self.kept() {
                Some(true) => "kept",
                Some(false) => "**missed**",
                None => "",
            },
        )
    }

    fn judged(&self) -> f64 {
        self.ratio.unwrap_or(self.ours)
    }

    fn kept(&self) -> Option<bool> {
        match self.target {
            Target::AtMost(most) => Some(self.judged() <= most),
            Target::AtLeast(least) => Some(self.judged() >= least),
            Target::None => None,
        }
    }

    fn target_text(&self) -> String {
        match self.target {
            Target::AtMost(most) => format!("≤ {most}"),
            Target::AtLeast(least) => format!("≥ {least}"),
            Target::None => String::new(),
        }
    }
}

fn number(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(value) if value.abs() >= 1000.0 => format!("{value:.0}"),
        Some(value) if value.abs() >= 10.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.2}"),
    }
}
