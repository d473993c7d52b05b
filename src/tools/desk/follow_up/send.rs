//! Doing what a human agreed to: one person after the other, each on record before the request leaves.

use jiff::Timestamp;
use serde_json::json;

use super::{
    book::Book,
    letters,
    person::{Person, Step},
    plan::Plan,
};
use crate::{
    didit::{Client, CreatedSession},
    tools::{
        Context, ToolOutput,
        desk::span::Span,
        error::{ErrorCode, NotDone, ToolError},
        paging,
    },
};

/// What came of one person.
enum Outcome {
    /// Didit took the request.
    Done(Box<CreatedSession>),
    /// It certainly did nothing.
    Failed(ToolError),
    /// It may have done it.
    Open(ToolError),
    /// Another call served this person meanwhile.
    ServedMeanwhile,
    /// It was not begun, because the rest would have failed too.
    NotBegun,
    /// Nothing is sent for this person.
    ByHand,
}

/// Serves everybody of the plan. Where certainly nobody was served, or it is about one person alone, the error is that of the
/// first.
///
/// # Errors
/// When the records cannot be written, or nothing at all could be done.
pub(super) async fn send(
    context: &Context,
    plan: Plan,
    again_after: Span,
) -> Result<ToolOutput, NotDone> {
    let client = context.client()?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut stops = false;
    if plan.people.iter().any(|person| person.step.sends()) {
        let book = Book::open(context)?;
        let again = again_after.before(Timestamp::now());
        let all = plan.people.len();
        for person in &plan.people {
            let outcome = if !person.step.sends() {
                Outcome::ByHand
            } else if stops {
                Outcome::NotBegun
            } else {
                serve(&client, &book, person, again).await?
            };
            if let Outcome::Failed(error) | Outcome::Open(error) = &outcome {
                stops |= hits_all(error);
            }
            outcomes.push(outcome);
            let message = format!("Served {} of {all} people.", outcomes.len());
            context
                .progress
                .report(outcomes.len() as f64, all as f64, message);
        }
    } else {
        outcomes.resize_with(plan.people.len(), || Outcome::ByHand);
    }
    let count = |is_meant: fn(&Outcome) -> bool| {
        outcomes.iter().filter(|outcome| is_meant(outcome)).count()
    };
    let done = count(|outcome| matches!(outcome, Outcome::Done(_)));
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_) | Outcome::NotBegun));
    let open = count(|outcome| matches!(outcome, Outcome::Open(_)));
    // Of several, each is told by itself where one of them may have been served.
    if done == 0 && failed + open > 0 && (open == 0 || failed + open == 1) {
        let first = outcomes.into_iter().find_map(|outcome| match outcome {
            Outcome::Failed(error) | Outcome::Open(error) => Some(error),
            _ => None,
        });
        return Err(first.unwrap_or_else(nothing_done).into());
    }
    let environment = plan.environment(context);
    let mut text = if outcomes.is_empty() {
        format!(
            "Nobody to follow up with; nothing was sent ({}).",
            environment.words()
        )
    } else {
        format!(
            "Served: {done}; failed: {failed}; not known: {open} ({}).",
            environment.words()
        )
    };
    if failed > 0 {
        text.push_str(" The same call again tries those who failed; nobody is written to twice.");
    }
    plan.add_notes(&mut text);
    let rows = plan.people.iter().zip(&outcomes).map(|(person, outcome)| {
        person.shown(context, &outcome.words(person), outcome.link(person))
    });
    let (rows, lines) = paging::fitting(rows.collect());
    text.push_str(&paging::more(plan.next_cursor.as_deref()));
    text.push_str(&lines);
    text.push_str(&letters::text(&plan.people));
    let rows: Vec<_> = rows.iter().map(|row| json!(row)).collect();
    let mut data = plan.data(environment, &rows);
    if let Some(data) = data.as_object_mut() {
        for (name, number) in [("done", done), ("failed", failed), ("open", open)] {
            data.insert(name.to_owned(), number.into());
        }
    }
    Ok(ToolOutput::new(text).with_data(&data))
}

async fn serve(
    client: &Client,
    book: &Book<'_>,
    person: &Person,
    again: Timestamp,
) -> Result<Outcome, NotDone> {
    let (Some(vendor_data), Some(request)) = (&person.row.vendor_data, &person.request) else {
        return Ok(Outcome::ByHand);
    };
    if book
        .last(vendor_data)
        .is_some_and(|record| record.at > again)
    {
        return Ok(Outcome::ServedMeanwhile);
    }
    if let Err(error) = book.intend(vendor_data).await {
        return Ok(Outcome::Failed(error));
    }
    match client.create_session(request).await {
        Ok(created) => {
            // Without this line on record the person counts as perhaps served, so a failure here sends nothing twice.
            drop(book.done(vendor_data).await);
            Ok(Outcome::Done(Box::new(created)))
        }
        Err(error) => {
            let error = ToolError::from(error);
            if error.leaves_open() {
                return Ok(Outcome::Open(error));
            }
            drop(book.failed(vendor_data).await);
            Ok(Outcome::Failed(error))
        }
    }
}

/// Whether the next person would fail in the same way.
fn hits_all(error: &ToolError) -> bool {
    matches!(
        error.code,
        ErrorCode::Authentication
            | ErrorCode::NoApiKey
            | ErrorCode::OutOfCredit
            | ErrorCode::Forbidden
            | ErrorCode::RateLimited
            | ErrorCode::Unreachable
            | ErrorCode::Journal
    )
}

fn nothing_done() -> ToolError {
    ToolError::new(ErrorCode::InternalError, "Nothing was sent.")
}

impl Outcome {
    /// What came of it, in our own words.
    fn words(&self, person: &Person) -> String {
        match self {
            Self::Done(created) => {
                let number = created
                    .session_number
                    .map(|number| format!(" #{number}"))
                    .unwrap_or_default();
                match person.step {
                    _ if Some(created.session_id) == person.row.session_id => {
                        "DONE: Didit returned the open session; whether it mails again is not known, so hand over the link too"
                            .to_owned()
                    }
                    Step::Mail { .. } => format!("DONE: new session{number}, about which Didit mails"),
                    _ => format!("DONE: new session{number}; hand over its link"),
                }
            }
            Self::Failed(error) => format!("FAILED ({}), nothing was sent", error.code),
            Self::Open(error) => format!(
                "NOT KNOWN ({}): it may have been sent, so it is not sent again",
                error.code
            ),
            Self::ServedMeanwhile => "served by another call meanwhile".to_owned(),
            Self::NotBegun => "not begun".to_owned(),
            Self::ByHand => person.step.words().to_owned(),
        }
    }

    /// The link that a human hands over: Didit mails the others by itself.
    fn link(&self, person: &Person) -> Option<&str> {
        match self {
            Self::Done(created) if person.step == Step::NewLink => created.url.as_deref(),
            // Didit makes another session where the workflow was published anew, and the old link is then no longer the one.
            Self::Done(created) if Some(created.session_id) != person.row.session_id => {
                created.url.as_deref()
            }
            _ => None,
        }
    }
}
