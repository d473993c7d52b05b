//! What is said of a pack: whether it is complete, what it holds, and what is missing or still to be made.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    MOST_LISTED, MOST_SESSIONS,
    contents::List,
    folder::{Binding, Checked, Folder},
    summary::Figures,
};
use crate::tools::{ToolOutput, error::ErrorCode, untrusted::mark_untrusted};

/// What an answer tells of a pack.
pub(super) struct Packed<'a> {
    pub(super) name: &'a str,
    pub(super) folder: &'a Folder,
    pub(super) binding: &'a Binding,
    pub(super) list: &'a List,
    pub(super) checked: &'a Checked,
    /// Everything that is missing, and why.
    pub(super) missing: BTreeMap<String, String>,
    /// What of it the next call makes or tries, and whether this call tried.
    pub(super) waiting: BTreeMap<String, bool>,
    pub(super) stopped: Option<ErrorCode>,
}

pub(super) fn answer(packed: Packed<'_>) -> ToolOutput {
    let figures = Figures::of(packed.list, packed.folder);
    let left = packed.waiting.len();
    let is_failed = |name: &String| packed.waiting.get(name) == Some(&true);
    let (failed, missing): (Vec<_>, Vec<_>) = packed
        .missing
        .iter()
        .filter(|(name, _)| packed.waiting.get(*name) != Some(&false))
        .partition(|(name, _)| is_failed(name));
    let lacks_files = left > 0 || !missing.is_empty();
    let is_complete = !lacks_files && !packed.list.is_cut;
    let path = packed.folder.path.display().to_string();
    let state = match (left, missing.len()) {
        (0, 0) if is_complete => "complete".to_owned(),
        (0, 0) => "finished, but NOT complete: the period has more sessions".to_owned(),
        (0, 1) => "finished, but NOT complete: 1 file is missing".to_owned(),
        (0, many) => format!("finished, but NOT complete: {many} files are missing"),
        (1, _) => "NOT complete: 1 file is still to be made".to_owned(),
        (many, _) => format!("NOT complete: {many} files are still to be made"),
    };
    let mut text = format!(
        "Audit pack of {} to {} is {state} ({}): {} sessions in {path}.",
        packed.binding.from, packed.binding.to, figures.environment, figures.sessions
    );
    let counted = |counts: Vec<(String, &usize)>| {
        let counts: Vec<String> = counts
            .into_iter()
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        counts.join(", ")
    };
    let by_status = figures.by_status.iter();
    let by_whom = figures.by_whom.iter();
    text.push_str(&format!(
        "\nOutcomes: {}.\nDecided by: {}.\nFiles: {} decisions, {} trails, {} reports.",
        counted(
            by_status
                .map(|(name, count)| (mark_untrusted(name), count))
                .collect()
        ),
        counted(
            by_whom
                .map(|(name, count)| ((*name).to_owned(), count))
                .collect()
        ),
        figures.decisions,
        figures.trails,
        figures.reports
    ));
    let notes = notes(&packed, lacks_files);
    for note in &notes {
        text.push_str(&format!("\n{note}"));
    }
    for (title, files) in [
        ("Missing", &missing),
        ("Failed, and tried again by the next call", &failed),
    ] {
        if !files.is_empty() {
            text.push_str(&format!("\n{title} ({}):", files.len()));
        }
        for (file, why) in files.iter().take(MOST_LISTED) {
            text.push_str(&format!("\n- {file}: {why}"));
        }
    }
    let shown = |files: &[(&String, &String)]| -> Vec<Value> {
        let files = files.iter().take(MOST_LISTED);
        files
            .map(|(file, why)| json!({ "path": file, "reason": why }))
            .collect()
    };
    let statuses: Vec<_> = figures
        .by_status
        .iter()
        .map(|(status, count)| json!({ "status": status, "count": count }))
        .collect();
    let whom: Vec<_> = figures
        .by_whom
        .iter()
        .map(|(whom, count)| json!({ "reason": whom, "count": count }))
        .collect();
    ToolOutput::new(text).with_data(&json!({
        "path": path,
        "folder": packed.name,
        "from": packed.binding.from,
        "to": packed.binding.to,
        "is_complete": is_complete,
        "left": left,
        "environment": figures.environment,
        "sessions": figures.sessions,
        "total": packed.list.total,
        "by_status": statuses,
        "decided_by": whom,
        "decisions": figures.decisions,
        "trails": figures.trails,
        "reports": figures.reports,
        "missing_count": missing.len(),
        "missing": shown(&missing),
        "failed": shown(&failed),
        "notes": notes,
    }))
}

fn notes(packed: &Packed<'_>, can_continue: bool) -> Vec<String> {
    let (binding, checked) = (packed.binding, packed.checked);
    let mut notes = Vec::new();
    if let Some(code) = packed.stopped {
        notes.push(format!(
            "It stopped at an error that hits the rest as well: {code}."
        ));
    }
    if can_continue {
        // Days that are counted back from today are others tomorrow.
        notes.push(format!(
            "The same call with from \"{}\", to \"{}\" and folder \"{}\", without days, continues.",
            binding.from, binding.to, packed.name
        ));
    }
    if !packed.waiting.is_empty() {
        notes.push("Summary and manifest are written once nothing is still to be made.".to_owned());
    }
    if packed.list.is_cut {
        notes.push(format!(
            "There were {} sessions; a pack holds the newest {MOST_SESSIONS}, so shorter periods are needed for all.",
            packed.list.total
        ));
    }
    if checked.intact > 0 || !checked.gone.is_empty() {
        let made = checked.gone.iter();
        let made = made.filter(|name| packed.folder.has(name)).count();
        notes.push(format!(
            "{} files of earlier calls are as they were written; gone and made again: {made}; gone and not made again: {}.",
            checked.intact,
            checked.gone.len() - made
        ));
    }
    notes.push(match binding.decisions.as_str() {
        "full" => "Decisions are whole, with all personal data.".to_owned(),
        _ => "Decisions are masked.".to_owned(),
    });
    notes
}
