//! Who has not finished, each person once, without those who need nothing.

use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    book,
    input::FollowUpInput,
    letters,
    person::{Person, Step},
};
use crate::{
    didit::{
        Client, Decision, Error, PageRequest, SessionFilter, SessionId, SessionReference,
        SessionStatus,
    },
    tools::{
        Context, age,
        change::{Change, Line, Setting},
        decisions::{AT_ONCE, decisions},
        desk::{oldest, span::Span, workflows},
        environment::Environment,
        error::{NotDone, ToolError},
        paging,
        personal::Class,
        plain,
        untrusted::mark_untrusted,
        written::Record,
    },
};

/// People of a plan: what a human can read in one question.
const MOST_PEOPLE: usize = 20;
/// Sessions that are looked at.
const MOST_READ: usize = 1_000;
/// Statuses of people who have not finished.
const UNFINISHED: [SessionStatus; 5] = [
    SessionStatus::NotStarted,
    SessionStatus::InProgress,
    SessionStatus::Resubmitted,
    SessionStatus::Abandoned,
    SessionStatus::Expired,
];

/// What can be done for whom.
pub(super) struct Plan {
    pub(super) people: Vec<Person>,
    /// People who have not finished, on this page and on others.
    pub(super) total: usize,
    /// Who needs nothing, and why.
    pub(super) left_out: Vec<(String, String)>,
    pub(super) notes: Vec<String>,
    pub(super) next_cursor: Option<String>,
    environment: Option<String>,
}

/// Reads who has not finished.
pub(super) async fn read(context: &Context, input: &FollowUpInput) -> Result<Plan, NotDone> {
    let now = Timestamp::now();
    let client = context.client()?;
    let records = book::read(context)?;
    let after = input.cursor.as_deref().map(oldest::place_of).transpose()?;
    let workflow_id = match &input.workflow {
        Some(name) => workflows::named(&workflows::all(&client).await?, name)?,
        None => Vec::new(),
    };
    let since = Span::days(input.days_back()).before(now);
    let filter = SessionFilter {
        status: UNFINISHED.to_vec(),
        workflow_id,
        date_from: oldest::day_of(since),
        ..SessionFilter::default()
    };
    let found = oldest::oldest(&client, &filter, MOST_READ).await?;
    let mut plan = Plan {
        people: Vec::new(),
        total: 0,
        left_out: Vec::new(),
        notes: Vec::new(),
        next_cursor: None,
        environment: None,
    };
    if !found.is_whole {
        plan.notes.push(format!(
            "The oldest {} of {} sessions were looked at, which is the most for one call; fewer days show the rest.",
            found.rows.len(),
            found.total
        ));
    }
    let rows = each_once(found.rows, input);
    let until = input.older_than.unwrap_or(Span::days(1)).before(now);
    let (rows, young): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|row| oldest::made_at(row).is_none_or(|made| made <= until));
    if !young.is_empty() {
        plan.notes.push(format!(
            "Began later than that, and left alone: {}.",
            young.len()
        ));
    }
    plan.total = rows.len();
    let again = input.again_after().before(now);
    let mut rows = plan.without_written(rows, &records, again, now);
    rows.retain(|row| after.is_none_or(|after| oldest::place(row) > after));
    if rows.len() > MOST_PEOPLE {
        plan.next_cursor = rows.get(MOST_PEOPLE - 1).map(oldest::cursor_of);
        rows.truncate(MOST_PEOPLE);
    }
    let rows = plan.without_decided(&client, rows).await;
    plan.add_people(context, rows, now).await?;
    if !book::lasts(context) {
        plan.notes.push(
            "Whom was written to is remembered while this program runs, as there is no place for its records."
                .to_owned(),
        );
    }
    if plan
        .people
        .iter()
        .any(|person| person.step == Step::Mail { is_new: false })
    {
        plan.notes.push(
            "For an open session Didit does not say whether it mails again; the link and a text to send stand here as well."
                .to_owned(),
        );
    }
    Ok(plan)
}

/// The newest unfinished session of each person, of those that are asked for.
fn each_once(rows: Vec<SessionReference>, input: &FollowUpInput) -> Vec<SessionReference> {
    let mut seen = HashSet::new();
    let mut rows: Vec<SessionReference> = rows
        .into_iter()
        .rev()
        .filter(|row| match &row.vendor_data {
            Some(vendor_data) => {
                (input.people.is_empty() || input.people.contains(vendor_data))
                    && seen.insert(vendor_data.clone())
            }
            None => input.people.is_empty(),
        })
        .collect();
    rows.reverse();
    rows
}

impl Plan {
    fn without_written(
        &mut self,
        rows: Vec<SessionReference>,
        records: &HashMap<String, Record>,
        again: Timestamp,
        now: Timestamp,
    ) -> Vec<SessionReference> {
        let mut kept = Vec::new();
        for row in rows {
            let vendor_data = row.vendor_data.clone().unwrap_or_default();
            match records.get(&vendor_data).filter(|record| record.at > again) {
                Some(record) => {
                    let verb = if record.is_certain {
                        "served"
                    } else {
                        "perhaps served; what came of it is not known,"
                    };
                    let why = format!("{verb} {} ago", age(record.at, now));
                    self.left_out.push((vendor_data, why));
                }
                None => kept.push(row),
            }
        }
        kept
    }

    /// Leaves out whoever has a newer session, or was approved in any.
    async fn without_decided(
        &mut self,
        client: &Client,
        rows: Vec<SessionReference>,
    ) -> Vec<SessionReference> {
        let looked: Vec<(SessionReference, Option<String>)> = stream::iter(rows)
            .map(|row| async move {
                let why = settled(client, &row)
                    .await
                    .unwrap_or_else(|_| Some("other sessions could not be looked up".to_owned()));
                (row, why)
            })
            .buffered(AT_ONCE)
            .collect()
            .await;
        let mut kept = Vec::new();
        for (row, why) in looked {
            match why {
                Some(why) => self
                    .left_out
                    .push((row.vendor_data.unwrap_or_default(), why)),
                None => kept.push(row),
            }
        }
        kept
    }

    async fn add_people(
        &mut self,
        context: &Context,
        rows: Vec<SessionReference>,
        now: Timestamp,
    ) -> Result<(), NotDone> {
        let ids = rows.iter().filter_map(|row| row.session_id).collect();
        let mut found = decisions(context, ids).await?;
        for row in rows {
            let decision: Option<Result<Decision, ToolError>> =
                row.session_id.and_then(|id: SessionId| found.remove(&id));
            let decision = decision.and_then(Result::ok);
            if let Some(decision) = &decision
                && !UNFINISHED.contains(&decision.status)
            {
                let why = format!("by now {}", plain::known_status(&decision.status));
                self.left_out
                    .push((row.vendor_data.unwrap_or_default(), why));
                continue;
            }
            if self.environment.is_none() {
                self.environment = decision
                    .as_ref()
                    .and_then(|decision| decision.environment.clone());
            }
            let age = oldest::made_at(&row).map_or_else(String::new, |made| age(made, now));
            self.people.push(Person::of(row, age, decision.as_ref()));
        }
        Ok(())
    }

    /// Where it happens, as far as known.
    pub(super) fn environment(&self, context: &Context) -> Environment {
        context
            .connection
            .environment_of(self.environment.as_deref())
    }

    /// Adds what is said besides the rows.
    pub(super) fn add_notes(&self, text: &mut String) {
        for note in &self.notes {
            text.push_str(&format!("\n{note}"));
        }
        if !self.left_out.is_empty() {
            let left_out: Vec<String> = self
                .left_out
                .iter()
                .take(MOST_PEOPLE)
                .map(|(who, why)| format!("{} ({why})", mark_untrusted(who)))
                .collect();
            let more = match self.left_out.len().saturating_sub(MOST_PEOPLE) {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            text.push_str(&format!("\nNothing to do: {}{more}.", left_out.join(", ")));
        }
    }

    /// The plan as data, with rows of people.
    pub(super) fn data(&self, environment: Environment, rows: &[Value]) -> Value {
        let left_out: Vec<Value> = self
            .left_out
            .iter()
            .map(|(vendor_data, reason)| json!({ "vendor_data": vendor_data, "reason": reason }))
            .collect();
        let mut data = json!({
            "items": rows,
            "total": self.total,
            "environment": environment.name(),
            "has_more": self.next_cursor.is_some(),
            "notes": self.notes,
            "nothing_to_do": left_out,
            "letters": letters::of(&self.people),
        });
        if let (Some(cursor), Some(data)) = (&self.next_cursor, data.as_object_mut()) {
            data.insert("next_cursor".to_owned(), cursor.clone().into());
        }
        data
    }

    /// The rows and their lines.
    pub(super) fn rows(&self, context: &Context) -> (Vec<Value>, String) {
        let rows = self
            .people
            .iter()
            .map(|person| person.shown(context, person.step.words(), None));
        let (rows, lines) = paging::fitting(rows.collect());
        (rows.iter().map(|row| json!(row)).collect(), lines)
    }

    /// The one question for everybody; `None` where nobody is written to and nothing is made.
    pub(super) fn change(&self, context: &Context) -> Option<Change> {
        let served: Vec<&Person> = self
            .people
            .iter()
            .filter(|person| person.step.sends())
            .collect();
        if served.is_empty() {
            return None;
        }
        let count = |is_meant: fn(Step) -> bool| {
            served.iter().filter(|person| is_meant(person.step)).count()
        };
        let mails = count(|step| matches!(step, Step::Mail { .. }));
        let links = count(Step::sends);
        let mut warnings = vec![Line::new(format!(
            "Follow up with those who have not finished ({}):",
            served.len()
        ))];
        warnings.extend(served.iter().map(|person| line(person)));
        let seen: Vec<Value> = served
            .iter()
            .map(|person| {
                json!([
                    person.row.session_id,
                    person.row.status.as_str(),
                    person.request
                ])
            })
            .collect();
        Some(Change {
            direction: "follow_up",
            target: "people who have not finished".to_owned(),
            action: Line::new(format!(
                "Ask Didit for {mails} e-mails and up to {links} new links."
            )),
            consequence: "Each new link costs a session when it is used; everything else is as in the person's last session."
                .to_owned(),
            choice: "Send",
            warnings,
            subject: Line::default(),
            settings: Setting::of_request(&told(&served), None),
            place: context
                .connection
                .place_of_change(self.environment.as_deref()),
            seen: json!(seen),
        })
    }
}

/// What the requests hold besides, each value once. What was expected of a person, and metadata, are repeated as they were.
fn told(served: &[&Person]) -> Value {
    let mut told = Map::new();
    for person in served {
        let Ok(Value::Object(request)) = serde_json::to_value(&person.request) else {
            continue;
        };
        let names = ["workflow_id", "vendor_data", "callback", "language"];
        let fields = names.map(|name| (name, request.get(name)));
        for (name, value) in fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
        {
            let values = told.entry(name).or_insert_with(|| json!([]));
            if let Some(values) = values.as_array_mut()
                && !values.contains(value)
            {
                values.push(value.clone());
            }
        }
    }
    if served
        .iter()
        .any(|person| matches!(person.step, Step::Mail { .. }))
    {
        told.insert("send_notification_emails".to_owned(), true.into());
    }
    Value::Object(told)
}

/// One person of the question.
fn line(person: &Person) -> Line {
    let vendor_data = person.row.vendor_data.clone().unwrap_or_default();
    let number = person
        .row
        .session_number
        .map(|number| format!(" (#{number}, {})", plain::known_status(&person.row.status)))
        .unwrap_or_default();
    let mut line = Line::default()
        .sent(vendor_data)
        .words(format!("{number}: {}", person.step.words()));
    if let (Step::Mail { .. }, Some(email)) = (person.step, &person.email) {
        line = line.words(" to ").personal(Class::Email, email);
        if let Some(language) = &person.language {
            line = line.words(" in ").sent(language);
        }
    }
    line
}

/// Why a person needs nothing: approved in another session, or at work on a newer one.
async fn settled(client: &Client, row: &SessionReference) -> Result<Option<String>, Error> {
    let Some(Ok(vendor_data)) = row.vendor_data.as_deref().map(str::parse) else {
        return Ok(None);
    };
    let filter = SessionFilter {
        vendor_data: Some(vendor_data),
        page: PageRequest {
            limit: Some(20),
            offset: None,
        },
        ..SessionFilter::default()
    };
    let newest = client.find_sessions(&filter).await?;
    let mut own = newest.items;
    if newest.next_offset.is_some() {
        let approved = SessionFilter {
            status: vec![SessionStatus::Approved],
            ..filter
        };
        own.extend(client.find_sessions(&approved).await?.items);
    }
    let is_settling = |other: &&SessionReference| {
        // Whatever Didit's filter lets through, only the very same person counts.
        other.vendor_data == row.vendor_data
            && other.session_id != row.session_id
            && (other.status == SessionStatus::Approved
                || other.session_number > row.session_number)
    };
    let Some(other) = own.iter().find(is_settling) else {
        return Ok(None);
    };
    let number = other
        .session_number
        .map(|number| format!(" in #{number}"))
        .unwrap_or_default();
    let status = plain::known_status(&other.status);
    Ok(Some(format!("{}{number}", status.to_lowercase())))
}
