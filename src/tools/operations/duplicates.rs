//! People who share a face, a document, a phone number or an e-mail address.

mod joined;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::past::{self, Days};
use crate::{
    didit::{SessionFilter, SessionStatus},
    tools::{
        Context, Tool, ToolOutput, Toolset,
        decisions::decisions,
        desk::workflows,
        error::NotDone,
        input::Combined,
        paging::{self, Row},
        personal::{Class, Outlet, PersonalData},
        untrusted::mark_untrusted,
    },
};
use joined::{Evidence, Group, Joined, Person, Signal};

/// Decisions that are read when the caller names no number.
const DEFAULT_LIMIT: usize = 300;
/// Values of one group that are told.
const MOST_VALUES: usize = 3;
/// People of one group that are told.
const MOST_PEOPLE: usize = 20;
const CAUTION: &str =
    "A shared phone or e-mail address alone proves nothing: families and offices share them.";

pub(super) fn tool() -> Tool {
    Tool::read("didit_duplicates", Toolset::Operations)
        .title("Find duplicate people")
        .description(
            "Finds people with several vendor_data who share a face, document, phone or e-mail address.",
        )
        .example(|_| json!({ "days": 30 }))
        .search_words(
            "same person twice, multiple accounts, multi-accounting, fraud ring, shared document, linked customers",
        )
        .run(duplicates)
}

/// Which sessions are looked at.
#[derive(Deserialize, JsonSchema)]
struct Sessions {
    /// Id or name.
    workflow: Option<String>,
    /// Most sessions to look at, newest first; 300 by default.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
}

/// One group of people.
#[derive(Serialize)]
struct GroupRow {
    signals: Vec<SignalRow>,
    people: Vec<PersonRow>,
    #[serde(skip_serializing_if = "is_zero")]
    more_people: usize,
    /// Whether some of them share it only with others of the group.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_chain: bool,
    /// Whether two of them have no vendor_data, so that they may be one person.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    may_be_one_person: bool,
    /// Whether it is shared by nothing but what families share.
    proves_nothing_alone: bool,
}

#[derive(Serialize)]
struct SignalRow {
    check: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity: Option<f64>,
}

#[derive(Serialize)]
struct PersonRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
}

async fn duplicates(
    context: Context,
    Combined(which, days): Combined<Sessions, Days>,
) -> Result<ToolOutput, NotDone> {
    let period = days.period()?;
    let client = context.client()?;
    let workflow_id = match &which.workflow {
        Some(name) => workflows::named(&workflows::all(&client).await?, name)?,
        None => Vec::new(),
    };
    let filter = SessionFilter {
        workflow_id,
        // In the others nobody has shown anything yet.
        status: SessionStatus::ALL
            .into_iter()
            .filter(|status| !matches!(status, SessionStatus::NotStarted | SessionStatus::Expired))
            .collect(),
        ..SessionFilter::default()
    };
    let most = which.limit.unwrap_or(DEFAULT_LIMIT);
    let found = past::newest(&client, &past::within(&period, filter), most).await?;
    let read = decisions(&context, found.ids()).await?;
    let told = read
        .values()
        .find_map(|decision| decision.as_ref().ok()?.environment.as_deref());
    let environment = context.connection.environment_of(told);
    let level = context.connection.settings().personal_data;
    let mut joined = Joined::default();
    // Whom a session belongs to must be known before decisions name sessions.
    for row in &found.rows {
        joined.list(row);
    }
    let mut looked_at = 0;
    for id in found.ids() {
        if let Some(Ok(decision)) = read.get(&id) {
            joined.add(&id.to_string(), decision);
            looked_at += 1;
        }
    }
    let mut notes = cannot_be_told(&joined);
    let unread = found.rows.len() - looked_at;
    if unread > 0 {
        notes.push(format!(
            "{unread} decisions could not be read, or not in time, and are left out."
        ));
    }
    notes.extend(found.cut());
    if joined.on_lists > 0 {
        notes.push(format!(
            "{} further matches are with lists or imports, which name nobody.",
            joined.on_lists
        ));
    }
    notes.push(
        "Faces are as Didit matched them; numbers and addresses are compared among these sessions, phone and e-mail as far \
         as proved. Several sessions of one vendor_data are no duplicates."
            .to_owned(),
    );
    let groups = joined.groups();
    let total = groups.len();
    let rows = groups.iter().map(|group| row(group, &joined.people, level));
    let (rows, lines) = paging::fitting(rows.collect());
    if rows.len() < total {
        notes.push(format!(
            "{} more groups are not shown; fewer days show them.",
            total - rows.len()
        ));
    }
    if rows.iter().any(|row| row.proves_nothing_alone) {
        notes.push(CAUTION.to_owned());
    }
    let mut text = format!(
        "{total} {} of people who share something, among {looked_at} sessions made {period} ({}).",
        if total == 1 { "group" } else { "groups" },
        environment.words()
    );
    for note in &notes {
        text.push_str(&format!("\n{note}"));
    }
    text.push_str(&lines);
    let answer = ToolOutput::new(text).with_data(&json!({
        "items": rows,
        "total": total,
        "from": period.first.to_string(),
        "to": period.last.to_string(),
        "environment": environment.name(),
        "sessions": found.total,
        "looked_at": looked_at,
        "notes": notes,
    }));
    Ok(if rows.is_empty() {
        answer
    } else {
        answer
            .with_next(
                "didit_session_get_decision",
                "explains one of the sessions.",
            )
            .with_next(
                "didit_blocklist_add",
                "keeps a face or document out, once a human has decided.",
            )
    })
}

/// What could not be looked for, in sentences.
fn cannot_be_told(joined: &Joined) -> Vec<String> {
    let mut notes = Vec::new();
    for signal in Signal::ALL {
        let searched = joined.searched.get(&signal).copied().unwrap_or_default();
        let name = signal.name();
        if searched.with_check == 0 {
            notes.push(format!(
                "Not looked for: {name}; no session has such a check."
            ));
        } else if signal != Signal::Face && searched.with_value == 0 {
            notes.push(format!(
                "Not looked for: {name}; {} sessions have the check and none tells a value, perhaps because the key may not \
                 see it.",
                searched.with_check
            ));
        }
    }
    notes
}

fn row(group: &Group, people: &[Person], level: PersonalData) -> GroupRow {
    let release = |class, value: &str| level.release(Outlet::Conversation, class, value);
    let signal = |(signal, evidence): &(Signal, Evidence)| SignalRow {
        check: signal.name(),
        values: evidence
            .values
            .iter()
            .take(MOST_VALUES)
            .filter_map(|value| release(signal.class(), value))
            .collect(),
        similarity: evidence.similarity,
    };
    let person = |person: &Person| PersonRow {
        vendor_data: person.vendor_data.clone(),
        name: person
            .name
            .as_deref()
            .and_then(|name| release(Class::Identity, name)),
        status: person.status.clone(),
        session_number: person.session_number,
        session_id: person.session_id.clone(),
    };
    let members: Vec<&Person> = group
        .people
        .iter()
        .filter_map(|place| people.get(*place))
        .collect();
    let nameless = members.iter().filter(|it| it.vendor_data.is_none());
    GroupRow {
        is_chain: group.signals.iter().any(|(_, evidence)| evidence.is_chain),
        may_be_one_person: nameless.count() > 1,
        signals: group.signals.iter().map(signal).collect(),
        people: members.into_iter().take(MOST_PEOPLE).map(person).collect(),
        more_people: group.people.len().saturating_sub(MOST_PEOPLE),
        proves_nothing_alone: group.signals.iter().all(|(signal, _)| signal.is_weak()),
    }
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Row for GroupRow {
    fn line(&self) -> String {
        let signals: Vec<String> = self
            .signals
            .iter()
            .map(|signal| {
                let mut of: Vec<String> = signal
                    .values
                    .iter()
                    .map(|value| mark_untrusted(value))
                    .collect();
                of.extend(signal.similarity.map(|it| format!("similarity {it}")));
                if of.is_empty() {
                    signal.check.to_owned()
                } else {
                    format!("{} {}", signal.check, of.join(", "))
                }
            })
            .collect();
        let people: Vec<String> = self.people.iter().map(PersonRow::words).collect();
        let more = match self.more_people {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let mut line = format!(
            "Same {}: {}{more}",
            signals.join(" and "),
            people.join("; ")
        );
        if self.is_chain {
            line.push_str(". Not each with each: some are linked through others");
        }
        if self.may_be_one_person {
            line.push_str(". Those without vendor_data may be one person");
        }
        line
    }
}

impl PersonRow {
    fn words(&self) -> String {
        let mut parts = Vec::new();
        match &self.vendor_data {
            Some(vendor_data) => parts.push(mark_untrusted(vendor_data)),
            None => parts.push("no vendor_data".to_owned()),
        }
        parts.extend(self.name.as_deref().map(mark_untrusted));
        parts.extend(self.status.as_deref().map(mark_untrusted));
        match (self.session_number, &self.session_id) {
            (Some(number), _) => parts.push(format!("#{number}")),
            (None, Some(id)) => parts.push(id.clone()),
            (None, None) => {}
        }
        parts.join(", ")
    }
}
