//! The page to sign, and the manifest.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    contents::{List, pretty},
    folder::{Binding, Folder, Told, Written},
    work::Part,
};
use crate::tools::untrusted::one_line;

/// The page to sign.
pub(super) const SUMMARY: &str = "SUMMARY.md";
/// The list of all files.
pub(super) const MANIFEST: &str = "manifest.json";
/// What is missing is listed up to here, and counted beyond.
const MOST_MISSING: usize = 200;

/// The numbers of a pack, which add up.
pub(super) struct Figures {
    /// As the decisions tell it, else as it was known before.
    pub(super) environment: String,
    pub(super) sessions: usize,
    /// By the status that the decision tells, else by that of the list.
    pub(super) by_status: BTreeMap<String, usize>,
    /// Decided by the checks, by a reviewer, by nobody yet, or not known.
    pub(super) by_whom: BTreeMap<&'static str, usize>,
    pub(super) decisions: usize,
    pub(super) trails: usize,
    pub(super) reports: usize,
    /// Whom each session that was decided by hand was decided by.
    pub(super) by_hand: Vec<(Option<i64>, Told)>,
}

impl Figures {
    /// The numbers of a list and of what was written about it.
    pub(super) fn of(list: &List, folder: &Folder) -> Self {
        let (files, told) = (folder.files(), folder.told());
        let environment = told.values().map(|told| &told.environment).next();
        let mut figures = Self {
            environment: environment.unwrap_or(&list.environment).clone(),
            sessions: list.sessions.len(),
            by_status: BTreeMap::new(),
            by_whom: BTreeMap::new(),
            decisions: 0,
            trails: 0,
            reports: 0,
            by_hand: Vec::new(),
        };
        for listed in &list.sessions {
            let id = &listed.session_id;
            let known = told.get(&id.to_string());
            let status = known.map_or(&listed.status, |told| &told.status);
            *figures.by_status.entry(status.clone()).or_default() += 1;
            let by_whom = match known.map(|told| told.decided_by.as_deref()) {
                None => "not known: no decision was read",
                Some(None) => "nobody yet",
                Some(Some("checks")) => "the checks",
                Some(Some("reviewer")) => "a reviewer",
                Some(Some(_)) => "not told",
            };
            *figures.by_whom.entry(by_whom).or_default() += 1;
            if let Some(told) = known.filter(|_| by_whom == "a reviewer") {
                figures.by_hand.push((listed.session_number, told.clone()));
            }
            let has = |part: Part| usize::from(files.contains_key(&part.file(id)));
            figures.decisions += has(Part::Decision);
            figures.trails += has(Part::Trail);
            figures.reports += has(Part::Report);
        }
        figures
    }
}

/// The page in Markdown. Texts of others are on one line, without what Markdown takes for more than text.
pub(super) fn page(
    binding: &Binding,
    list: &List,
    figures: &Figures,
    missing: &BTreeMap<String, String>,
    keeps_trail: bool,
) -> Vec<u8> {
    let mut text = format!(
        "# Audit pack: {} to {}\n\nSessions of people made in this period, as listed at {} ({}).\n",
        binding.from, binding.to, list.listed_at, figures.environment
    );
    if let Some(workflow) = &binding.workflow {
        text.push_str(&format!("\nWorkflow: {workflow}\n"));
    }
    if list.is_cut {
        text.push_str(&format!(
            "\n**Not whole:** there were {} sessions, and a pack holds the newest {}.\n",
            list.total, figures.sessions
        ));
    }
    text.push_str(
        "\n## Outcomes\n\nOutcomes are those of the decisions, which were read after the list; a session without one has the \
         status of the list.\n",
    );
    text.push_str("\n| status | sessions |\n|---|--:|\n");
    for (status, count) in &figures.by_status {
        text.push_str(&format!("| {} | {count} |\n", plain(status)));
    }
    text.push_str(&format!("| **all** | **{}** |\n", figures.sessions));
    text.push_str("\n## Who decided\n\n| by | sessions |\n|---|--:|\n");
    for (whom, count) in &figures.by_whom {
        text.push_str(&format!("| {whom} | {count} |\n"));
    }
    text.push_str(&format!("| **all** | **{}** |\n", figures.sessions));
    if !figures.by_hand.is_empty() {
        text.push_str(
            "\n## Decided by hand\n\n| # | session | status | by | at |\n|--:|---|---|---|---|\n",
        );
        for (number, told) in &figures.by_hand {
            text.push_str(&format!(
                "| {} | {} | {} | {} | {} |\n",
                number.map(|number| number.to_string()).unwrap_or_default(),
                told.session_id,
                plain(&told.status),
                plain(told.reviewer.as_deref().unwrap_or("not shown")),
                told.decided_at.as_deref().unwrap_or_default(),
            ));
        }
    }
    text.push_str(&format!(
        "\n## Files\n\n| kind | files |\n|---|--:|\n| decisions ({}) | {} of {} |\n| trails | {} of {} |\n| reports | {}{} |\n",
        binding.decisions,
        figures.decisions,
        figures.sessions,
        figures.trails,
        figures.sessions,
        figures.reports,
        if binding.reports { "" } else { " (not asked for)" },
    ));
    text.push_str(
        "\nThe settings in `workflows/` are those of the day on which the pack was made. `manifest.json` holds the SHA-256 of \
         every file.\n",
    );
    if !keeps_trail {
        text.push_str("\nThis program keeps no audit trail of its own here (--audit-log).\n");
    }
    if missing.is_empty() {
        text.push_str("\nNothing is missing.\n");
    } else {
        text.push_str(&format!("\n## Missing ({})\n\n", missing.len()));
        for (name, why) in missing.iter().take(MOST_MISSING) {
            text.push_str(&format!("- {name}: {why}\n"));
        }
        if missing.len() > MOST_MISSING {
            text.push_str(&format!(
                "- and {} more, which the manifest lists\n",
                missing.len() - MOST_MISSING
            ));
        }
    }
    text.push_str("\n## Signature\n\nName:\n\nDate:\n\nSignature:\n");
    text.into_bytes()
}

/// The manifest: every file but itself and the journal.
pub(super) fn manifest(
    binding: &Binding,
    list: &List,
    environment: &str,
    files: &BTreeMap<String, Written>,
    missing: &BTreeMap<String, String>,
    keeps_trail: bool,
) -> Vec<u8> {
    let files: Vec<_> = files
        .iter()
        .map(|(name, written)| {
            json!({ "name": name, "sha256": written.sha256, "bytes": written.bytes })
        })
        .collect();
    let missing: Vec<_> = missing
        .iter()
        .map(|(name, why)| json!({ "name": name, "reason": why }))
        .collect();
    pretty(&json!({
        "from": binding.from,
        "to": binding.to,
        "workflow": binding.workflow,
        "decisions": binding.decisions,
        "reports": binding.reports,
        "personal_data": binding.level,
        "environment": environment,
        "listed_at": list.listed_at,
        "sessions": list.sessions.len(),
        "sessions_there_were": list.total,
        "keeps_own_audit_trail": keeps_trail,
        "files": files,
        "missing": missing,
    }))
}

/// A text of somebody else within a table.
fn plain(text: &str) -> String {
    let mut kept = String::new();
    for letter in one_line(text).chars() {
        if letter.is_ascii_punctuation() && !matches!(letter, '.' | ',' | '-' | '@' | ' ') {
            kept.push('\\');
        }
        kept.push(letter);
    }
    kept
}
