//! What the files of a pack hold.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
};

use csv::{QuoteStyle, WriterBuilder};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    didit::{Activity, Decision, SessionId, SessionReference},
    tools::{
        Connection, Context, harmless,
        person::PersonFacts,
        personal::{Class, Outlet, PersonalData},
        plain,
        sessions::decision::explain_at,
        untrusted::exact,
        verdict::{self, DecidedBy},
    },
};

use super::folder::Told;

/// How much of a decision a pack holds.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub(super) enum Decisions {
    /// Verdict, checks and reasons, numbers masked.
    #[default]
    Masked,
    /// Didit's whole answer, all personal data included.
    Full,
}

impl Decisions {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Masked => "masked",
            Self::Full => "full",
        }
    }

    /// How values of a person stand in the other files: whole only in a full pack.
    fn release(self, level: PersonalData, class: Class, value: &str) -> Option<String> {
        match self {
            Self::Full => level.release(Outlet::File, class, value),
            Self::Masked => masked(level).release(Outlet::Conversation, class, value),
        }
    }
}

/// The level of a masked pack, whatever the operator lets out besides.
fn masked(level: PersonalData) -> PersonalData {
    match level {
        PersonalData::None => PersonalData::None,
        _ => PersonalData::Minimal,
    }
}

/// One session of the list, as it was when the pack was begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Listed {
    pub(super) session_id: SessionId,
    pub(super) session_number: Option<i64>,
    pub(super) status: String,
    pub(super) vendor_data: Option<String>,
    pub(super) created_at: Option<String>,
}

/// The list of sessions, and when it was read.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct List {
    pub(super) listed_at: String,
    pub(super) environment: String,
    /// How many sessions there were, as far as Didit counts them.
    pub(super) total: u64,
    /// Whether there were more than a pack can hold.
    pub(super) is_cut: bool,
    pub(super) sessions: Vec<Listed>,
}

impl Listed {
    pub(super) fn of(row: SessionReference) -> Option<Self> {
        Some(Self {
            session_id: row.session_id?,
            session_number: row.session_number,
            status: plain::status(&row.status),
            vendor_data: row.vendor_data,
            created_at: row.created_at,
        })
    }
}

impl List {
    /// As CSV, in which no cell is taken for a formula.
    pub(super) fn csv(&self) -> csv::Result<Vec<u8>> {
        let mut writer = WriterBuilder::new()
            .quote_style(QuoteStyle::NonNumeric)
            .from_writer(Vec::new());
        writer.write_record([
            "session_number",
            "session_id",
            "status",
            "vendor_data",
            "created_at",
        ])?;
        for row in &self.sessions {
            let number = row.session_number.map(|number| number.to_string());
            let texts = [
                number,
                Some(row.session_id.to_string()),
                Some(row.status.clone()),
                row.vendor_data.clone(),
                row.created_at.clone(),
            ];
            let cells = texts.map(|text| exact(&text.unwrap_or_default()));
            writer.write_record(cells.iter().map(|cell| harmless(cell).into_owned()))?;
        }
        writer
            .into_inner()
            .map_err(|error| error.into_error().into())
    }
}

/// A decision as a file.
pub(super) async fn decision(
    context: &Context,
    decision: &Decision,
    how: Decisions,
    level: PersonalData,
) -> Vec<u8> {
    if how == Decisions::Full {
        return decision.raw.clone().into_bytes();
    }
    let explained = explain_at(context, decision, masked(level)).await;
    let mut data = explained.data.unwrap_or_default();
    if let Some(data) = data.as_object_mut() {
        // Whoever has the link can act as the person.
        data.remove("session_url");
    }
    // Several facts can have the same label.
    let person: Vec<Value> = explained
        .untrusted
        .into_iter()
        .map(|fact| json!({ "label": fact.label, "value": fact.value }))
        .collect();
    pretty(&json!({ "decision": data, "written_by_others": person }))
}

/// What the summary says of a decision.
pub(super) fn told(
    id: SessionId,
    decision: &Decision,
    how: Decisions,
    connection: &Connection,
) -> Told {
    let level = connection.settings().personal_data;
    let environment = connection.environment_of(decision.environment.as_deref());
    let verdict = verdict::of(decision, &PersonFacts::of(decision));
    let by_hand = (verdict.decided_by == Some(DecidedBy::Reviewer))
        .then(|| verdict::latest_decision(decision))
        .flatten();
    Told {
        session_id: id.to_string(),
        status: plain::status(&decision.status),
        decided_by: verdict.decided_by.map(|by| by.name().to_owned()),
        reviewer: by_hand
            .and_then(|review| how.release(level, Class::Words, review.user.as_deref()?)),
        decided_at: by_hand
            .and_then(|review| review.created_at.clone())
            .filter(|time| plain::is_time(time)),
        workflow_id: decision.workflow_id.map(|id| id.to_string()),
        environment: environment.name().to_owned(),
    }
}

/// A trail as a file.
pub(super) fn trail(entries: &[Activity], how: Decisions, level: PersonalData) -> Vec<u8> {
    let entries: Vec<Value> = entries
        .iter()
        .map(|entry| {
            let released = |class, value: &Option<String>| {
                value
                    .as_deref()
                    .and_then(|value| how.release(level, class, value))
            };
            let status = |value: &Option<String>| value.as_deref().map(plain::status_word);
            let mut entry = json!({
                "created_at": entry.created_at,
                "activity_type": plain::code(entry.activity_type.as_deref()),
                "actor_type": plain::code(entry.actor_type.as_deref()),
                "actor": released(Class::Words, &entry.actor_display),
                "actor_email": released(Class::Email, &entry.actor_email),
                "previous_status": status(&entry.previous_status),
                "new_status": status(&entry.new_status),
                "comment": released(Class::Words, &entry.comment),
                "changed_fields": entry.changed_fields,
            });
            if let Some(entry) = entry.as_object_mut() {
                entry.retain(|_, value| !value.is_null() && *value != json!([]));
            }
            entry
        })
        .collect();
    pretty(&json!({ "entries": entries }))
}

/// The lines of this program's own trail that are about these sessions and workflows, as they stand there.
///
/// # Errors
/// When the trail cannot be read.
pub(super) fn own_lines(trail: &Path, ids: &BTreeSet<String>) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    for line in BufReader::new(File::open(trail)?).split(b'\n') {
        let line = line?;
        let read: Option<Value> = serde_json::from_slice(&line).ok();
        let targets = read
            .as_ref()
            .and_then(|read| read.get("targets")?.as_object());
        let is_of_these = targets.is_some_and(|targets| {
            let mut values = targets.values().filter_map(Value::as_str);
            values.any(|value| ids.contains(value))
        });
        if is_of_these {
            kept.extend(line);
            kept.push(b'\n');
        }
    }
    Ok(kept)
}

/// JSON that people can read too.
pub(super) fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
}
